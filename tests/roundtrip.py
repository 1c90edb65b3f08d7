"""What a publication prints against what is read back from it, cell by cell and place by place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import shouzhi
from shouzhi.catalogue.classifications import TREES, classification
from shouzhi.catalogue.names import fold
from shouzhi.facts import Document
from shouzhi.publish.amounts import printed
from shouzhi.publish.document import Publication, Table
from shouzhi.publish.files import WRITERS, files
from shouzhi.publish.table import Figure, FormTable
from shouzhi.space import Fact

FORMATS = tuple(WRITERS)
TOLD = ("function", "economic", "unit", "project", "item")
"""Dimensions that a table must tell; stage, flow, kind and source may go without saying."""


def figures(table: FormTable) -> Iterator[Figure]:
    """The figures that print anything, in the order in which readers meet them."""
    for block in table.blocks:
        for line in block.fields:
            yield from (f.content for f in line if isinstance(f.content, Figure) and printed(f.content, table))
        for number in range(max((len(side.rows) for side in block.sides), default=0)):
            for side in block.sides:
                row = side.rows[number] if number < len(side.rows) else None
                cells = row.cells if row else ()
                yield from (c for c in cells if isinstance(c, Figure) and printed(c, table))


def read_back(publication: Publication, name: str, folder: Path) -> Document:
    """The document that readers of a format get."""
    path = folder / f"out.{name}"
    path.write_bytes(next(iter(files(publication, [name]).values())))
    return shouzhi.read(path)


def differences(publication: Publication, document: Document) -> list[str]:
    """Where what was read differs from what was printed; nothing when it is the same."""
    wrong: list[str] = []
    left = list(range(len(document.tables)))
    for part in publication.parts:
        if not isinstance(part, Table):
            continue
        table = part.table
        wanted = list(figures(table))
        found = next((n for n in left if _same(table, document, n)), None)
        if found is None:
            if wanted:
                wrong.append(f"{table.number or ''}{table.title}: not there")
            continue
        left.remove(found)
        facts = [f for f in document.facts if f.table == found and not _is_text(f, table)]
        wrong += _compare(table, wanted, facts, publication)
    wrong += [f"{document.tables[n].title}: too many" for n in left if document.tables[n].rows]
    return wrong


def _same(table: FormTable, document: Document, number: int) -> bool:
    found = document.tables[number]
    return (found.number or "") == (table.number or "") and fold(found.title) == fold(table.title)


def _is_text(fact: Fact, table: FormTable) -> bool:
    """Words of a form, such as a rate that the book gives, that happen to be numbers."""
    texts = {f.content for b in table.blocks for line in b.fields for f in line if isinstance(f.content, str)}
    return fact.printed in texts


def _compare(
    table: FormTable, wanted: list[Figure], facts: list[Fact], publication: Publication
) -> Iterator[str]:
    name = f"{table.number or ''}{table.title}"
    texts = [printed(figure, table) for figure in wanted]
    if texts != [fact.printed for fact in facts]:
        pairs = zip([*texts, "end"], [*(f.printed for f in facts), "end"], strict=False)
        first = next((pair for pair in pairs if pair[0] != pair[1]), None)
        yield f"{name}: {len(texts)} printed, {len(facts)} read, first {first}"
        return
    for figure, fact in zip(wanted, facts, strict=True):
        if amiss := _misplaced(figure, fact, publication):
            yield f"{name}: {fact.printed} {amiss}"
            return


def _misplaced(figure: Figure, fact: Fact, publication: Publication) -> str:
    """A member that was read and does not hold the figure's, or one that was not read."""
    units = {unit.key: fold(unit.name) for unit in publication.book.units.values()}
    for dimension, member in fact.where.items():
        held = figure.where.get(dimension)
        if held is None or set(member.split("+")) == set(held):
            continue
        names = {units.get(m, fold(m)) if dimension in {"unit", "project"} else m for m in held}
        tree = classification(dimension) if dimension in TREES else None
        if member not in names and not (tree and any(tree.is_ancestor(member, m) for m in names)):
            if dimension in {"function", "economic"} and any(m.startswith(member) for m in names):
                continue
            return f"{dimension}: printed {held}, read {member}"
    untold = [d for d in TOLD if len(figure.where.get(d, ())) == 1 and d not in fact.where]
    return f"{untold[0]}: printed {figure.where[untold[0]]}, not read" if untold else ""


