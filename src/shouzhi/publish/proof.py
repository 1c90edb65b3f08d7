"""What keeps a publication from being published: lacks, sums that miss, glyphs, findings.

The publication is read back as any published document is, from its own grids and
paragraphs and without a file, and checked by all the checks that are run on others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final

from shouzhi.catalogue.checks import OWN
from shouzhi.catalogue.told import Told
from shouzhi.checks import Finding
from shouzhi.checks.run import check
from shouzhi.cycle.lines import Ledger
from shouzhi.cycle.raw import Fault, Spot
from shouzhi.facts import Document, from_source
from shouzhi.publish.document import Heading, Paragraph, Publication, Table
from shouzhi.publish.fonts import missing
from shouzhi.publish.grid import Grid as Laid
from shouzhi.publish.misplaced import misplaced
from shouzhi.sources import Cell, Grid, Line, Page, Source
from shouzhi.space import Location, grouped


def faults(publication: Publication) -> Iterator[Fault]:
    """What the book has to mend before anything of it is published."""
    yield from publication.lacks
    yield from _unbalanced(publication)
    yield from misplaced(publication.book, publication.tables)


def _unbalanced(publication: Publication) -> Iterator[Fault]:
    """Total income and total expenditure of the book's own year that differ."""
    book = publication.book
    ledger = Ledger(book, publication.edition.items)
    own = {"year": ("this",), "stage": (book.stage,)}
    income, spent = (
        ledger.sum(ledger.at({**own, "flow": (flow,)})) for flow in ("income_total", "expenditure_total")
    )
    if income != spent:
        gap, less = grouped(abs(income - spent)), income < spent
        off = Told("收入少于支出 {gap} 元", gap=gap) if less else Told("收入多于支出 {gap} 元", gap=gap)
        message = Told(
            "收入总计 {income} 元，支出总计 {spent} 元，{off}",
            income=grouped(income), spent=grouped(spent), off=off,
        )  # fmt: skip
        remedy = Told("请核对“收入”和“支出”，或补上结转、结余")
        yield Fault(Spot(book.name), message, remedy)


def glyphs(publication: Publication) -> list[str]:
    """The characters that no font at hand can print; raises Unreadable where there is none."""
    return missing(_texts(publication))


def _texts(publication: Publication) -> Iterator[str]:
    yield publication.title
    yield publication.department
    for part in publication.parts:
        if isinstance(part, Heading | Paragraph):
            yield part.text
        elif isinstance(part, Table):
            yield from (part.table.title, part.table.left, part.table.right, *part.table.notes)
            yield from (box.text for box in part.grid.boxes)
        else:
            yield part.said


def read_back(publication: Publication) -> Document:
    """The publication as its readers will find it."""
    at = count(1)
    blocks: list[Line | Grid] = [
        Line(text, Location(line=next(at))) for text in (publication.title, "目录")
    ]
    for part in publication.parts:
        if isinstance(part, Heading | Paragraph):
            blocks.append(Line(part.text, Location(line=next(at))))
        elif isinstance(part, Table):
            table, captions = part.table, part.table.edition.captions
            number = table.number if captions.number != "none" else None
            above = (number, table.title, table.left, table.right)
            blocks += [Line(text, Location(line=next(at))) for text in above if text]
            blocks.append(_ruled(part.grid, next(at)))
            blocks += [Line(note, Location(line=next(at))) for note in table.notes]
    source = Source(publication.title, "html", [Page(1, tuple(blocks))])
    return from_source(source)


def _ruled(laid: Laid, line: int) -> Grid:
    cells = tuple(
        Cell(
            box.row, box.column, box.rows, box.columns, "　" * box.depth + box.text,
            Location(line=line),
        )
        for box in sorted(laid.boxes, key=lambda box: (box.row, box.column))
    )  # fmt: skip
    return Grid(laid.height, laid.width, cells, "cells", Location(line=line))


def findings(publication: Publication, language: str = OWN) -> list[Finding]:
    """What the checks find in the publication, the gravest first, told in `language` (zh, en).

    Sums that miss because the edition has no column for a line are not told again.
    """
    found = check([read_back(publication)], language=language)
    if any(misplaced(publication.book, publication.tables)):
        return [finding for finding in found if finding.kind not in _SUMS]
    return found


_SUMS: Final = ("arithmetic", "cross-table")
