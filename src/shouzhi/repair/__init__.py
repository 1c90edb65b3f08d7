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
from collections.abc import Sequence
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
MOST_ROUNDS: Final = 60
"""Causes that are told apart where they share numbers."""
MOST_TRIALS: Final = 50_000
"""Changes that are tried in one system before the search is ended."""


def causes(system: System) -> list[Cause]:
    """The causes behind all broken relations of a system, one for each."""
    ledger = Ledger(system)
    search = _Search(ledger, frozenset(ledger.broken))
    for _ in range(MOST_ROUNDS):
        if not search.left or search.limited or not search.round():
            break
    return search.told()


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


class _Search:
    """The search for corrections: what is still broken, and the causes found so far.

    A correction may break a relation while it mends more of them: two errors can hide each
    other.  Such a relation joins what is left; a correction that then mends nothing but
    such relations completes the one that broke them.
    """

    def __init__(self, ledger: Ledger, printed: frozenset[int]) -> None:
        self.ledger = ledger
        self.printed = printed
        self.left = set(printed)
        self.causes: list[Cause] = []
        self.broken_by: dict[int, int] = {}

    @property
    def limited(self) -> bool:
        """Whether so much was tried that the search ends."""
        return self.ledger.trials > MOST_TRIALS

    def round(self) -> bool:
        """Take the best correction of every component; whether there was any."""
        ledger, left = self.ledger, sorted(self.left)
        owner = {n: i for i, c in enumerate(components(ledger.system, left)) for n in c}
        found = chain(singles(ledger, left), Slips(ledger, left).corrections(), missing_rows(ledger, left))
        ranked = sorted(found, key=lambda c: rank(ledger, c))
        mending: dict[int, list[Correction]] = defaultdict(list)
        for one in ranked:
            for number in one.mended:
                mending[number].append(one)
        settled: set[int] = set()
        moved: set[int] = set()
        for best in ranked:
            concerned = {owner[n] for n in best.mended}
            touched = {n for fact, _ in best.change for n, _ in ledger.touching[fact]}
            if concerned & settled or touched & moved:
                continue
            settled |= concerned
            moved |= touched
            self._take(best, mending[best.mended[0]])
        return bool(settled)

    def _take(self, best: Correction, rivals: Sequence[Correction]) -> None:
        """Make a correction, and note it with those that explain as much."""
        mended = set(best.mended)
        equal = _apart([c for c in rivals if c.mends == best.mends and mended <= set(c.mended)])
        self.ledger.apply(dict(best.change), best.scale)
        if best.lacking:
            self.ledger.settle(best.mended)
        self.left -= mended
        told = tuple(n for n in best.mended if n in self.printed)
        before = next((self.broken_by[n] for n in best.mended if n in self.broken_by), None)
        if told or before is None:
            self.causes.append(Cause(told, tuple(equal[:MOST_CANDIDATES])))
            before = len(self.causes) - 1
        else:
            self.causes[before] = _joined(self.causes[before], best)
        for number in best.breaks:
            self.left.add(number)
            self.broken_by[number] = before

    def told(self) -> list[Cause]:
        """The causes found, and what is left unexplained."""
        left = sorted(self.left & self.printed)
        if self.limited and left:
            return [*self.causes, Cause(tuple(left), (), limited=True)]
        for component in components(self.ledger.system, left):
            self.causes.extend(_unexplained(self.ledger, component))
        return self.causes


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


def _unexplained(ledger: Ledger, broken: Sequence[int]) -> list[Cause]:
    """What no single slip explains: the fewest cells that do, else the relations as they stand."""
    change, cut = fewest(ledger, broken)
    if change:
        effect = ledger.effect(change)
        if effect.mended and not effect.breaks:
            made = correction(change, "several", effect)
            ledger.apply(change)
            rest = [n for n in broken if n not in effect.mended]
            return [Cause(effect.mended, (made,), cut), *(Cause((n,), (), cut) for n in rest)]
    return [Cause((number,), (), cut) for number in broken]
