"""From documents to the system of their facts and relations."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from shouzhi.catalogue.names import fold
from shouzhi.facts import Document
from shouzhi.relations import BETWEEN, Relation, System
from shouzhi.relations.across import (
    Origin,
    Placed,
    balances,
    by_economic_class,
    canonical,
    parts_of_wholes,
    same_place,
    unique,
    witnessed,
)
from shouzhi.relations.between import narrowed
from shouzhi.relations.blanks import blanks
from shouzhi.relations.cells import Cells, last_digit
from shouzhi.relations.evidence import admit
from shouzhi.relations.formulas import noted
from shouzhi.relations.said import Said
from shouzhi.relations.spread import spread
from shouzhi.relations.within import table_relations
from shouzhi.space import FEN_PER, Coordinates, Fact

_OFFICE: Final = re.compile(r"\(?(?:本级|机关|本部)\)?$")
"""How the department's own office is told from the department."""


def derive(documents: Sequence[Document]) -> System:
    """All relations among the facts of one or more documents, admitted by evidence."""
    facts: list[Fact] = []
    starts: list[int] = []
    for document in documents:
        starts.append(len(facts))
        facts.extend(document.facts)
    grids = _grids(documents, starts, facts)
    candidates = list(_candidates(documents, starts, facts, grids))
    system = System(facts, _quanta(facts, starts), cells=_cells(grids))
    admit(system, candidates)
    return system


def _grids(
    documents: Sequence[Document], starts: Sequence[int], facts: list[Fact]
) -> list[dict[int, Cells]]:
    """The printed cells of every table, by document and table."""
    grids: list[dict[int, Cells]] = []
    for document, start in zip(documents, starts, strict=True):
        grid: dict[int, Cells] = {}
        for index, fact in enumerate(document.facts):
            if fact.table is not None and fact.row is not None and fact.column is not None:
                if fact.table not in grid:
                    grid[fact.table] = Cells(document.tables[fact.table], fact.table, facts)
                grid[fact.table].printed[fact.row, fact.column] = start + index
        grids.append(grid)
    return grids


def _cells(grids: Sequence[dict[int, Cells]]) -> dict[tuple[int, int, int, int], int]:
    return {
        (number, table, *place): index
        for number, grid in enumerate(grids)
        for table, cells in grid.items()
        for place, index in (*cells.printed.items(), *cells.empty.items())
    }


def _candidates(
    documents: Sequence[Document],
    starts: Sequence[int],
    facts: list[Fact],
    grids: Sequence[dict[int, Cells]],
) -> Iterator[Relation]:
    told = len(facts)
    origins = _origins(documents)
    every: list[Placed] = []
    places: list[Mapping[Coordinates, Placed]] = []
    for document, start, origin in zip(documents, starts, origins, strict=True):
        yield from _tables(document, origin.document, grids[origin.document])
        placed = list(_placed(document, start, origin))
        places.append(unique(placed))
        alone = chain(
            _held_together(placed, places[-1], _blank(grids[origin.document], origin)),
            noted(document.tables, grids[origin.document]),
            blanks(document.tables, grids[origin.document], placed, origin),
        )
        yield from _apart(alone, starts, told, origin.document)
        every.extend(placed)
    beside: Mapping[Coordinates, Placed] = {}
    if len(documents) > 1:
        beside = unique(every)
        found = chain(_held_together(every, beside), narrowed(every, places))
        across = (r for r in found if len(_owners(r, starts, told)) > 1)
        yield from _apart(across, starts, told)
    for document, start, origin in zip(documents, starts, origins, strict=True):
        tables = ChainMap(dict(places[origin.document]), dict(beside))
        said = Said(facts, document.claims, start, origin, tables).relations()
        yield from _apart(said, starts, told, origin.document)


def _held_together(
    placed: Sequence[Placed], places: Mapping[Coordinates, Placed], empty: Sequence[Placed] = ()
) -> Iterator[Relation]:
    """The relations between the tables of one document, or of several."""
    yield from same_place(placed)
    yield from parts_of_wholes(places)
    yield from balances(places)
    yield from by_economic_class(placed)
    yield from witnessed(placed)
    yield from spread(placed, empty)


def _owners(relation: Relation, starts: Sequence[int], told: int) -> tuple[int, ...]:
    """The documents that the printed facts of a relation stand in."""
    return tuple(sorted({bisect_right(starts, i) - 1 for i in relation.facts if i < told}))


def _apart(
    relations: Iterable[Relation], starts: Sequence[int], told: int, own: int | None = None
) -> Iterator[Relation]:
    """Relations as families of their document, or of the documents that they reach into.

    What holds in one document bears nothing out of another.
    """
    for relation in relations:
        among = _owners(relation, starts, told)
        if own is not None and among in {(), (own,)}:
            yield replace(relation, family=(*relation.family, f"document {own}"))
        else:
            yield replace(relation, family=(*relation.family, BETWEEN, *among))


def _origins(documents: Sequence[Document]) -> list[Origin]:
    """What facts inherit from each document.

    Where documents of several bodies are held together, those of a unit stand at its place;
    those of the department (of the body that publishes as one, else the first) at the whole.
    """
    whole = next((d.department for d in documents if d.scope == "department"), None)
    return [
        Origin(document.kind, document.year, number, _unit(document, whole))
        for number, document in enumerate(documents)
    ]


def _unit(document: Document, whole: str | None) -> str | None:
    """The unit whose document it is, as the department's tables name it; None for the whole.

    In these 某局 is the department's own office, which publishes as 某局（本级）.
    """
    own = document.department
    if not own or not whole or (own == whole and document.scope != "unit"):
        return None
    bare = _OFFICE.sub("", fold(own))
    return bare if bare == fold(whole) else fold(own)


def _tables(document: Document, number: int, grid: dict[int, Cells]) -> Iterator[Relation]:
    """The relations inside each table; families are kept apart by document."""
    for place, table in enumerate(document.tables):
        if place in grid:
            for relation in table_relations(table, place, grid[place]):
                yield Relation(
                    relation.terms,
                    relation.kind,
                    (*relation.family, f"document {number}"),
                    relation.why,
                    relation.mode,
                )


def _placed(document: Document, start: int, origin: Origin) -> Iterator[Placed]:
    for index, fact in enumerate(document.facts):
        if fact.amount is None or fact.table is None or fact.column is None:
            continue
        printed = document.tables[fact.table].columns[fact.column]
        if not printed.known:
            continue  # nobody knows what it is of: it is compared with nothing
        column = (origin.document, fact.table, fact.column, printed.side)
        yield Placed(start + index, canonical(fact, origin), column)


def _blank(grid: Mapping[int, Cells], origin: Origin) -> list[Placed]:
    """The empty cells that sums of their own tables count as nought."""
    found: list[Placed] = []
    for number, cells in grid.items():
        for (_, place), index in cells.empty.items():
            column = cells.table.columns[place]
            if column.known and column.rate is None:
                own = (origin.document, number, place, column.side)
                found.append(Placed(index, canonical(cells.facts[index], origin), own))
    return found


def _quanta(facts: Sequence[Fact], starts: Sequence[int]) -> list[int]:
    """The last printed digit of every fact in 分, by the most decimals printed beside it.

    A table (and the prose) drops trailing noughts (20352.2 beside 1423.17), so its most
    exact number tells how exactly all of it is printed.
    """
    digits: dict[tuple[int, int | None, str], int] = {}
    keys = []
    for index, fact in enumerate(facts):
        key = (bisect_right(starts, index), fact.table, fact.unit if fact.printed else "")
        keys.append(key)
        if fact.amount is not None and fact.unit in FEN_PER and fact.printed:
            least = digits.get(key)
            digits[key] = min(least, last_digit(fact)) if least else last_digit(fact)
    return [digits.get(key, 0) for key in keys]
