"""What a publication prints against what is read back from it, cell by cell and place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import shouzhi
from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.facts import Document
from shouzhi.publish.amounts import printed
from shouzhi.publish.document import Publication, Table
from shouzhi.publish.files import WRITERS, files
from shouzhi.publish.table import Figure, FormTable, TableSide
from shouzhi.relations.across import Origin, canonical, full
from shouzhi.space import Coordinates, Fact

FORMATS: Final = tuple(WRITERS)
NAMED: Final = ("unit", "project")
UNPRINTED: Final = ("year", "stage", "flow", "source")
"""Dimensions that a form may leave to what its readers know: they need be told only in words."""


BEYOND: Final = ("carried_in", "reserves_used", "carried_out", "distributed")
"""Flows without any of which the total of income is the income of the year."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure as it is printed, with all words that stand over and beside it."""

    figure: Figure
    text: str
    words: tuple[str, ...]
    listed: tuple[str, ...] = ()
    """Words for something that has no place of its own: a task, a purchase, a kind of income."""


def figures(table: FormTable) -> Iterator[Wanted]:
    """The figures that print anything, in the order in which readers meet them."""
    for block in table.blocks:
        for line in block.fields:
            for field in line:
                if isinstance(field.content, Figure) and (text := printed(field.content, table)):
                    yield Wanted(field.content, text, (table.title, block.lead or "", field.label))
        for number in range(max((len(side.rows) for side in block.sides), default=0)):
            for side in block.sides:
                row = side.rows[number] if number < len(side.rows) else None
                for place, cell in enumerate(row.cells if row else ()):
                    if row and isinstance(cell, Figure) and (text := printed(cell, table)):
                        words = (table.title, *side.heading, *side.columns[place], row.label)
                        listed = tuple(_listed(side, number, cell, side.columns[place][-1]))
                        yield Wanted(cell, text, words, listed)


def _listed(side: TableSide, number: int, figure: Figure, heading: str) -> Iterator[str]:
    """What rows and columns are that show records: their places say nothing of them."""
    if side.side.columns and any(column.amount for column in side.side.columns):
        yield fold(heading)
    if {"function", "economic", "project"} & figure.where.keys():
        return
    depth = 99
    for row in reversed(side.rows[: number + 1]):
        if row and row.depth < depth:
            depth = row.depth
            yield from {fold(row.label), fold(strip_ordinal(row.label)[1])}


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
        told = _rates_told(table)
        facts = [f for f in document.facts if f.table == found and f.printed not in told]
        wrong += _compare(table, wanted, facts, publication, document)
    wrong += [f"{document.tables[n].title}: too many" for n in left if document.tables[n].rows]
    return wrong


def _same(table: FormTable, document: Document, number: int) -> bool:
    found = document.tables[number]
    return (found.number or "") == (table.number or "") and fold(found.title) == fold(table.title)


def _rates_told(table: FormTable) -> set[str]:
    """Rates that the book itself gives in words: 部门整体预算完成率 97.34%."""
    words = {f.content for b in table.blocks for line in b.fields for f in line if isinstance(f.content, str)}
    return {word for word in words if word.endswith("%")}


def _compare(
    table: FormTable,
    wanted: list[Wanted],
    facts: list[Fact],
    publication: Publication,
    document: Document,
) -> Iterator[str]:
    name = f"{table.number or ''}{table.title}"
    texts = [one.text for one in wanted]
    if texts != [fact.printed for fact in facts]:
        pairs = zip([*texts, "end"], [*(f.printed for f in facts), "end"], strict=False)
        first = next((pair for pair in pairs if pair[0] != pair[1]), None)
        yield f"{name}: {len(texts)} printed, {len(facts)} read, first {first}"
        return
    names = {unit.key: fold(unit.name) for unit in publication.book.units.values()}
    origin = Origin(document.kind, document.year, 0)
    told: set[str] = set()
    carried = any(line.where["flow"] in BEYOND for line in publication.book.lines)
    for one, fact in zip(wanted, facts, strict=True):
        rate = one.figure.rate
        if rate != (fact.unit == "%"):
            yield f"{name}: {fact.printed} in {fact.unit}"
            return
        place = fact.where.without("stage") if rate else canonical(fact, origin)
        place |= fact.where.only("flow")  # relations leave it out where an item tells it
        for amiss in _misplaced(one, place, names, origin, carried=carried):
            kind = amiss.partition(":")[0]
            if kind not in told:
                told.add(kind)
                yield f"{name}: {fact.printed} {amiss} ({'/'.join(one.words)})"


def _misplaced(
    wanted: Wanted, place: Coordinates, names: Mapping[str, str], origin: Origin, *, carried: bool
) -> Iterator[str]:
    """Members that were read and are not the figure's, and those that were not read."""
    held = {d: _named(d, m, names) for d, m in wanted.figure.where.items()}
    one = Coordinates({d: m[0] for d, m in held.items() if len(m) == 1})
    one = one if wanted.figure.rate else full(one, origin) | one.only("flow")
    several = {d: m for d, m in held.items() if len(m) > 1}
    own = [name for name in wanted.listed if name not in one.values()]
    for dimension, member in place.items():
        if dimension in several:
            if not _covers(dimension, member, several[dimension]):
                yield f"{dimension}: printed {several[dimension]}, read {member}"
        elif dimension not in one:
            listed = dimension in NAMED and member in own
            if not listed and (dimension != "flow" or not own):
                yield f"{dimension}: nothing printed, read {member}"
        else:
            alike = {one[dimension], *(f"{one[dimension]}/{fold(w)}" for w in wanted.words)}
            if dimension == "flow" and not carried:
                alike.add(f"{one[dimension]}_total")
            if member not in alike:
                yield f"{dimension}: printed {one[dimension]}, read {member}"
    for dimension in one:
        silent = dimension in UNPRINTED and not any(_tells(w, dimension) for w in wanted.words)
        if dimension not in place and not silent:
            yield f"{dimension}: printed {one[dimension]}, not read"


def _named(dimension: str, members: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(m, fold(m)) for m in members) if dimension in NAMED else members


def _covers(dimension: str, member: str, held: tuple[str, ...]) -> bool:
    """Whether one word can stand for several members: it names them, one of them, or what is over all."""
    tree = classification(dimension)
    return set(member.split("+")) <= set(held) or all(tree.is_ancestor(member, m) for m in held)


def _tells(text: str, dimension: str) -> bool:
    """Whether a printed word says anything of a dimension."""
    term = lexicon().term(text)
    return dimension in lexicon().title(text) or bool(term and dimension in term.where)
