"""Which cell is wrong: the smallest correction that makes all broken relations hold.

The broken relations fall into components that share no fact.  In each, the corrections
of one cell are tried first (every relation that touches the cell votes for a value),
then the patterns that people make (rows swapped, amounts shifted by a row or a column),
then the fewest changes by mixed-integer programming (HiGHS), within a time limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shouzhi.relations import Relation, System

MOST_CANDIDATES: Final = 12
SOLVER_SECONDS: Final = 2.0
SOLVER_CELLS: Final = 400


@dataclass(frozen=True, slots=True)
class Correction:
    """New amounts in 分 by fact index that make the relations of a cause hold.

    `mended` are the broken relations that then hold, `mends` how many of them less those
    that it breaks, `keeps` how many held before and confirm the new value; `pattern` is
    transposed, digit, sign, unit, rate or cell.
    """

    change: tuple[tuple[int, int], ...]
    mended: tuple[int, ...]
    mends: int
    keeps: int
    pattern: str = "cell"


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: the relations that it breaks and the corrections that explain them, best first."""

    broken: tuple[int, ...]
    corrections: tuple[Correction, ...]
    limited: bool = False


def causes(system: System) -> list[Cause]:
    """The causes behind all broken relations of a system, one for each."""
    touching = system.by_fact()
    found: list[Cause] = []
    for component in components(system, list(system.broken())):
        found.extend(_explain(system, component, touching))
    return found


def components(system: System, broken: Sequence[int]) -> list[list[int]]:
    """Broken relations that share a fact belong together."""
    parent = {number: number for number in broken}

    def find(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    owner: dict[int, int] = {}
    for number in broken:
        for fact in system.relations[number].facts:
            if fact in owner:
                parent[find(number)] = find(owner[fact])
            else:
                owner[fact] = number
    groups: dict[int, list[int]] = defaultdict(list)
    for number in broken:
        groups[find(number)].append(number)
    return list(groups.values())


def _explain(system: System, broken: list[int], touching: dict[int, list[int]]) -> list[Cause]:
    """Take single corrections that explain most, until nothing is left unexplained."""
    found: list[Cause] = []
    left = list(broken)
    while left:
        ranked = single_corrections(system, left, touching)
        if not ranked:
            found.extend(Cause((number,), ()) for number in left)
            break
        best = ranked[0]
        equal = [c for c in ranked if c.mends == best.mends and c.mended == best.mended]
        found.append(Cause(best.mended, tuple(equal[:MOST_CANDIDATES])))
        left = [n for n in left if n not in set(best.mended)]
    return found


def single_corrections(
    system: System, broken: Sequence[int], touching: dict[int, list[int]]
) -> list[Correction]:
    """Corrections of one cell, best first: those that mend most and break nothing."""
    facts = {fact for number in broken for fact in system.relations[number].facts}
    found = []
    for fact in facts:
        if system.facts[fact].amount is None:
            found.extend(_rate_corrections(system, fact, broken))
            continue
        found.extend(_cell_corrections(system, fact, broken, touching[fact]))
    return sorted(found, key=lambda c: _rank(system, c))


def _rank(system: System, correction: Correction) -> tuple[float, ...]:
    """More mended first, then more confirmed, then the likelier slip of the pen."""
    (fact, value), *_ = correction.change
    printed = system.facts[fact].amount or 0
    return (-correction.mends, -correction.keeps, likeness(printed, value), fact)


def _cell_corrections(
    system: System, fact: int, broken: Sequence[int], around: Sequence[int]
) -> Iterable[Correction]:
    """The values that the broken relations give one cell, each judged by all that touch it."""
    mine = set(around)
    values = {
        value
        for number in broken
        if number in mine
        for value in solved(system, system.relations[number], fact)
    }
    whole = set(broken)
    for value in values:
        change = {fact: value}
        keeps = breaks = 0
        mended: list[int] = []
        for number in around:
            holds = system.holds(system.relations[number], change)
            if number in whole:
                mended.extend([number] * holds)
            elif holds:
                keeps += _confirms(system, system.relations[number], fact)
            else:
                breaks += 1
        if len(mended) > breaks:
            pattern = _pattern(system, fact, value)
            score = len(mended) - breaks
            yield Correction(((fact, value),), tuple(mended), score, keeps, pattern)


def _confirms(system: System, relation: Relation, fact: int) -> bool:
    """A relation confirms a value unless the cell's coefficient in it is nought."""
    return any(index == fact and coefficient for index, coefficient in relation.terms)


def solved(system: System, relation: Relation, fact: int) -> Iterable[int]:
    """The amount that makes a linear relation hold exactly, for one of its facts."""
    if relation.kind == "ratio":
        return
    for index, coefficient in relation.terms:
        if index == fact and coefficient:
            off = system.residual(relation)
            printed = system.facts[fact].amount or 0
            if off % coefficient == 0:
                yield printed - off // coefficient


def _rate_corrections(system: System, fact: int, broken: Sequence[int]) -> Iterable[Correction]:
    """A printed rate that alone is wrong: the relation says what it should be."""
    mine = [n for n in broken if fact in system.relations[n].facts]
    if len(mine) == 1 and system.relations[mine[0]].kind == "ratio":
        yield Correction(((fact, 0),), (mine[0],), 1, 0, "rate")


def likeness(printed: int, value: int) -> float:
    """How likely `value` was printed as `printed`, 0 likeliest: transposed, one digit, unit, sign."""
    if printed == -value:
        return 0.5
    a, b = str(abs(printed)), str(abs(value))
    if printed and value and (printed == value * 10_000 or value == printed * 10_000):
        return 0.2
    if len(a) == len(b):
        differing = [i for i in range(len(a)) if a[i] != b[i]]
        if len(differing) == 1:
            return 0.3
        if len(differing) == 2 and sorted(a) == sorted(b):
            return 0.1
        return 1 + len(differing) / len(a)
    return 2 + abs(len(a) - len(b))


def _pattern(system: System, fact: int, value: int) -> str:
    printed = system.facts[fact].amount or 0
    like = likeness(printed, value)
    return {0.1: "transposed", 0.2: "unit", 0.3: "digit", 0.5: "sign"}.get(like, "cell")
