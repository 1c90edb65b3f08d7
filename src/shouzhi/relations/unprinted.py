"""Whether an empty cell is an error: by the cells of its column, or by what two relations ask of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from shouzhi.relations import Family, Relation, System

FEW: Final = 0.1
"""Of a family that only the amounts witness, the share of instances that may break."""
ENOUGH: Final = 3
"""Sums of a column that must hold before an empty cell in another one is taken for an error."""
Terms = tuple[tuple[int, int], ...]


def tells(system: System, relation: Relation) -> bool:
    """Whether any amount in the relation is not zero."""
    return any(system.facts[index].amount for index, _ in relation.terms)


def forgotten(
    system: System, relations: Sequence[Relation], families: dict[Family, list[Relation]]
) -> list[Relation]:
    """Relations with nothing printed on one side, in columns that else print both and hold.

    A form that leaves such cells empty does so in all of the column; a few are errors.
    """
    twin = relations[0].family[1:]
    if twin in system.refused:
        return []
    holding: dict[int | None, int] = defaultdict(int)
    for relation in families.get(twin, ()):
        if tells(system, relation) and system.holds(relation):
            holding[_column(system, relation)] += 1
    empty: dict[int | None, list[Relation]] = defaultdict(list)
    for relation in relations:
        empty[_column(system, relation)].append(replace(relation, family=twin))
    found: list[Relation] = []
    for column, alike in empty.items():
        errors = len({_blank(system, r) for r in alike if not system.holds(r)})
        if holding[column] >= ENOUGH and errors <= max(1, int(holding[column] * FEW)):
            found.extend(alike)
    return found


def _blank(system: System, relation: Relation) -> tuple[int, ...]:
    """The cells of a sum that print nothing: its total, else all of its parts, if it has any."""
    top, *parts = relation.facts
    return tuple(parts) if parts and system.facts[top].printed else (top,)


def _column(system: System, relation: Relation) -> int | None:
    """The column of the total of a sum; None for what lies between columns."""
    return system.facts[relation.terms[0][0]].column if relation.kind == "sum" else None


def agreed(
    system: System, families: Mapping[Family, Sequence[Relation]], seen: Collection[Terms]
) -> Iterator[Relation]:
    """The relations of empty cells of which two ask the same amount: a total, and another table.

    A form that leaves such cells empty does so in all of the column.
    """
    asking = _asking(system, families, seen)
    empty: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for cell, votes in asking.items():
        if any(_agree(system, one, other) for one, other in combinations(votes, 2)):
            empty[system.facts[cell].table, system.facts[cell].column].append(cell)
    printed: dict[tuple[int | None, int | None], int] = defaultdict(int)
    for fact in system.facts if empty else ():
        printed[fact.table, fact.column] += bool(fact.printed)
    for column, cells in empty.items():
        if len(cells) <= max(1, int(printed[column] * FEW)):
            for _, relation in (vote for cell in cells for vote in asking[cell]):
                yield replace(relation, family=relation.family[1:])


def _asking(
    system: System, families: Mapping[Family, Sequence[Relation]], seen: Collection[Terms]
) -> Mapping[int, list[tuple[int, Relation]]]:
    """What relations that are not admitted ask of empty cells: (amount, relation) by cell."""
    asking: dict[int, list[tuple[int, Relation]]] = defaultdict(list)
    for family, relations in families.items():
        if family[0] != "unprinted" or family[1:] in system.refused:
            continue
        for relation in relations:
            if tuple(sorted(relation.terms)) not in seen:
                for cell, amount in _votes(system, relation):
                    asking[cell].append((amount, relation))
    return asking


def _votes(system: System, relation: Relation) -> Iterator[tuple[int, int]]:
    """(an empty cell, the amount that a relation asks of it if it is the one left out)."""
    if relation.kind == "ratio" or system.holds(relation):
        return
    residual = system.residual(relation)
    for cell, coefficient in relation.terms:
        if not system.facts[cell].printed and residual % coefficient == 0:
            yield cell, -residual // coefficient


def _agree(system: System, one: tuple[int, Relation], other: tuple[int, Relation]) -> bool:
    """Whether two relations ask the same amount of a cell, and are not the same one."""
    slack = system.slack(one[1]) + system.slack(other[1])
    apart = sorted(one[1].terms) != sorted(other[1].terms)
    return apart and abs(one[0] - other[0]) <= slack
