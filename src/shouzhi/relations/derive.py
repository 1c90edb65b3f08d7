"""From documents to the system of their facts and relations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from shouzhi.facts import Document
from shouzhi.relations import Relation, System
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
from shouzhi.relations.evidence import admit
from shouzhi.relations.within import table_relations
from shouzhi.space import FEN_PER, Fact, parse_amount

PROSE: Final = -1
"""The table number of facts that stand in the prose."""


def derive(documents: Sequence[Document]) -> System:
    """All relations among the facts of one or more documents, admitted by evidence."""
    facts: list[Fact] = []
    starts: list[int] = []
    for document in documents:
        starts.append(len(facts))
        facts.extend(document.facts)
    system = System(facts, _quanta(documents))
    admit(system, _candidates(documents, starts))
    return system


def _candidates(documents: Sequence[Document], starts: Sequence[int]) -> Iterator[Relation]:
    placed: list[Placed] = []
    for number, (document, start) in enumerate(zip(documents, starts, strict=True)):
        yield from _tables(document, start, number)
        placed.extend(_placed(document, start, number))
    yield from same_place(placed)
    places = unique(placed)
    yield from parts_of_wholes(places)
    yield from balances(places)
    yield from by_economic_class(placed)
    yield from witnessed(placed)


def _tables(document: Document, start: int, number: int) -> Iterator[Relation]:
    """The relations inside each table; families are kept apart by document."""
    cells: dict[int, dict[tuple[int, int], int]] = {}
    for index, fact in enumerate(document.facts):
        if fact.table is not None and fact.row is not None and fact.column is not None:
            cells.setdefault(fact.table, {})[fact.row, fact.column] = start + index
    for place, table in enumerate(document.tables):
        if place in cells:
            for relation in table_relations(table, place, cells[place]):
                yield Relation(
                    relation.terms,
                    relation.kind,
                    (*relation.family, f"document {number}"),
                    relation.why,
                    relation.growth,
                )


def _placed(document: Document, start: int, number: int) -> Iterator[Placed]:
    origin = Origin(document.kind, document.year, number)
    for index, fact in enumerate(document.facts):
        if fact.amount is None:
            continue
        table = PROSE if fact.table is None else fact.table
        side = None
        if fact.table is not None and fact.column is not None:
            side = document.tables[fact.table].columns[fact.column].side
        column = (number, table, fact.column if fact.column is not None else index, side)
        yield Placed(start + index, canonical(fact, origin), column)


def _quanta(documents: Sequence[Document]) -> list[int]:
    """The last printed digit of every fact in 分, by the most decimals its table prints."""
    quanta: list[int] = []
    for document in documents:
        decimals: dict[int | None, int] = {}
        for fact in document.facts:
            if fact.amount is not None:
                decimals[fact.table] = max(decimals.get(fact.table, 0), _decimals(fact))
        for fact in document.facts:
            if fact.amount is None:
                quanta.append(0)
            else:
                fen = FEN_PER[fact.unit] * Decimal(10) ** -decimals[fact.table]
                quanta.append(max(int(fen), 1))
    return quanta


def _decimals(fact: Fact) -> int:
    amount = parse_amount(fact.printed)
    return amount.decimals if amount else 0
