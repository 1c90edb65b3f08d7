"""Which cell is wrong: the smallest correction that makes all broken relations hold.

The broken relations fall into components that share no fact.  In each, the corrections
of one cell are tried first (every relation that touches the cell votes for a value),
then the slips that people make (rows swapped, amounts moved or shifted, a row left out,
another unit), then the fewest changes by mixed-integer programming (HiGHS), all within
limits of size and time.

Rooms inside: `ledger` (what a change does), `correction` (causes, ranks), `singles`,
`slips`, `fewest`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from shouzhi.relations import System
from shouzhi.repair.correction import Cause, Correction, correction, rank
from shouzhi.repair.fewest import fewest
from shouzhi.repair.ledger import Ledger
from shouzhi.repair.singles import singles
from shouzhi.repair.slips import Slips, missing_rows

__all__ = ["Cause", "Correction", "causes", "components"]

MOST_CANDIDATES: Final = 40
"""Corrections that are listed for one cause."""
MOST_CAUSES: Final = 60
"""Causes that are told apart in one component."""
MOST_TRIALS: Final = 200_000
"""Changes that are tried in one system before the search is ended."""


def causes(system: System) -> list[Cause]:
    """The causes behind all broken relations of a system, one for each."""
    ledger = Ledger(system)
    printed = frozenset(ledger.broken)
    found: list[Cause] = []
    for component in components(system, sorted(printed)):
        found.extend(_explain(ledger, component, printed))
    return found


def components(system: System, broken: Sequence[int]) -> list[list[int]]:
    """Broken relations that share a fact, or speak of one table, belong together."""
    parent = {number: number for number in broken}

    def find(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    place = {fact: cell[:2] for cell, fact in system.cells.items()}
    owner: dict[object, int] = {}
    for number in broken:
        facts = system.relations[number].facts
        for shared in (*facts, *{place[fact] for fact in facts if fact in place}):
            if shared in owner:
                parent[find(number)] = find(owner[shared])
            else:
                owner[shared] = number
    groups: dict[int, list[int]] = defaultdict(list)
    for number in broken:
        groups[find(number)].append(number)
    return list(groups.values())


def _explain(ledger: Ledger, component: Sequence[int], printed: frozenset[int]) -> list[Cause]:
    """Take the correction that explains most, until nothing is left unexplained.

    What a correction breaks while it mends more joins what is left: two errors can hide
    each other.  A correction that mends nothing else but that belongs to the one before it.
    """
    left = {n for n in component if n in ledger.broken}
    found: list[Cause] = []
    limited = False
    while left:
        limited = ledger.trials > MOST_TRIALS or len(found) >= MOST_CAUSES
        ranked = [] if limited else _ranked(ledger, left)
        if not ranked:
            break
        best = ranked[0]
        mended = set(best.mended)
        equal = _apart([c for c in ranked if c.mends == best.mends and mended <= set(c.mended)])
        ledger.apply(dict(best.change))
        left = (left - mended) | {n for n in best.breaks if n in ledger.broken}
        told = tuple(n for n in best.mended if n in printed)
        if told or not found:
            found.append(Cause(told, tuple(equal[:MOST_CANDIDATES])))
        else:
            found[-1] = _joined(found[-1], best)
    if left:
        found.extend(_unexplained(ledger, sorted(left & printed), limited=limited))
    return found


def _apart(ranked: Sequence[Correction]) -> list[Correction]:
    """The best correction of each set of cells: what differs by rounding is one correction."""
    best: dict[tuple[object, ...], Correction] = {}
    for found in ranked:
        cells = tuple(fact for fact, _ in found.change) or found.lacking
        best.setdefault(cells, found)
    return list(best.values())


def _joined(cause: Cause, more: Correction) -> Cause:
    """A cause whose first correction takes in another that only completes it."""
    first, *others = cause.corrections
    change = tuple(sorted({**dict(first.change), **dict(more.change)}.items()))
    pattern = first.pattern if first.pattern == more.pattern else "several"
    whole = replace(first, change=change, pattern=pattern, breaks=())
    return replace(cause, corrections=(whole, *others))


def _ranked(ledger: Ledger, broken: Iterable[int]) -> list[Correction]:
    """Every correction that mends more than it breaks, best first."""
    pool = sorted(broken)
    found = chain(singles(ledger, pool), Slips(ledger, pool).corrections(), missing_rows(ledger, pool))
    return sorted(found, key=lambda c: rank(ledger, c))


def _unexplained(ledger: Ledger, broken: Sequence[int], *, limited: bool) -> list[Cause]:
    """What no single slip explains: the fewest cells that do, else the relations as they stand."""
    if not broken:
        return []
    if limited:
        return [Cause(tuple(broken), (), limited=True)]
    change, cut = fewest(ledger, broken)
    if change:
        effect = ledger.effect(change)
        if effect.mended and not effect.breaks:
            made = correction(change, "several", effect)
            ledger.apply(change)
            rest = [n for n in broken if n not in effect.mended]
            return [Cause(effect.mended, (made,), cut), *(Cause((n,), (), cut) for n in rest)]
    return [Cause((number,), (), cut) for number in broken]
