"""Whether broken relations are the doing of amounts that stand in each other's place.

Two rows swapped, or a few amounts of a column one row off, break every relation around
them and yet are one slip: a family that holds everywhere else is not in doubt for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from shouzhi.relations import Relation, System

MOST_BROKEN: Final = 40
"""Relations that amounts in the wrong place may break before it is not one slip any more."""
MOST_FACTS: Final = 150
"""Numbers of such relations that are tried in each other's place."""
LONGEST_RUN: Final = 4
"""Amounts of a column that may stand one row off."""


def misplaced(system: System, broken: Sequence[Relation]) -> bool:
    """Whether exchanging two amounts or two rows, or moving a few amounts by a row, mends all."""
    if not 1 < len(broken) <= MOST_BROKEN or any(r.kind in {"ratio", "at_most"} for r in broken):
        return False
    weights = [dict(relation.terms) for relation in broken]
    facts = sorted({f for terms in weights for f in terms if system.facts[f].printed})
    if len(facts) > MOST_FACTS:
        return False
    bounds = [(system.residual(r), system.slack(r)) for r in broken]
    shortest: frozenset[int] = min((frozenset(terms) for terms in weights), key=len)

    def mends(change: Mapping[int, int]) -> bool:
        return not shortest.isdisjoint(change) and all(
            abs(off + sum(terms.get(f, 0) * by for f, by in change.items())) <= slack
            for terms, (off, slack) in zip(weights, bounds, strict=True)
        )

    return any(mends(change) for change in _exchanges(system, facts))


def _exchanges(system: System, facts: Sequence[int]) -> Iterator[dict[int, int]]:
    """By how much amounts would change: two that are exchanged, two rows, or a run of a column."""
    lines: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for fact in facts:
        held = system.facts[fact]
        if held.table is not None:
            lines[held.table, "column", held.column].append(fact)
            lines[held.table, "row", held.row].append(fact)
    amounts = {fact: system.facts[fact].amount or 0 for fact in facts}
    for (_, way, _), line in lines.items():
        for one, other in combinations(line, 2):
            if by := amounts[other] - amounts[one]:
                yield {one: by, other: -by}
        for length in range(3, LONGEST_RUN + 1) if way == "column" else ():
            for run in (line[i : i + length] for i in range(len(line) - length + 1)):
                for moved in ([*run[1:], run[0]], [run[-1], *run[:-1]]):
                    yield {a: amounts[b] - amounts[a] for a, b in zip(run, moved, strict=True)}
    rows = [
        {system.facts[fact].column: fact for fact in line}
        for (_, way, _), line in lines.items()
        if way == "row" and len(line) > 1
    ]
    for upper, lower in combinations(rows, 2):
        change: dict[int, int] = {}
        for column in upper.keys() & lower.keys():
            by = amounts[lower[column]] - amounts[upper[column]]
            change |= {upper[column]: by, lower[column]: -by}
        yield change
