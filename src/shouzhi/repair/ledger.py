"""The residuals of a system, and what a change of some of its numbers would do to them.

A change is judged by the relations that touch it alone: the cost of a trial does not
depend on how long the sums are, so that tables of a hundred thousand rows can be searched.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Final

from shouzhi.relations import Relation, System
from shouzhi.relations.trees import ROW_DIMENSIONS
from shouzhi.space import Coordinates

ONE: Final = Decimal(1)
Number = int | Decimal
"""An amount in 分, or a rate in percent."""
Change = Mapping[int, Number]
"""New numbers by fact index."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does: the broken relations that it mends, and those that it breaks.

    `exact` counts the mended ones that then hold to the last digit (twice those between
    two printed numbers, which no rounding blurs), `keeps` those that held before and still
    do, though the change moves them.
    """

    mended: tuple[int, ...]
    breaks: tuple[int, ...]
    exact: int
    keeps: int
    agreed: bool

    @property
    def gain(self) -> int:
        """How many more relations hold than before."""
        return len(self.mended) - len(self.breaks)


class Ledger:
    """The numbers of a system as printed, or as corrected so far, and which relations they break."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.changed: dict[int, Number] = {}
        self.place = {fact: cell for cell, fact in system.cells.items()}
        self.touching: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.residuals: list[int] = []
        self.slacks: list[int] = []
        self.broken: set[int] = set()
        self.trials = 0
        self._listed: dict[tuple[tuple[int, int], tuple[str, ...]], set[Coordinates]] = {}
        for number, relation in enumerate(system.relations):
            for fact, coefficient in relation.terms:
                self.touching[fact].append((number, coefficient))
            self.residuals.append(system.residual(relation))
            self.slacks.append(system.slack(relation))
            if not self._holds(number, self.residuals[number], {}):
                self.broken.add(number)

    def value(self, fact: int) -> Number:
        """The number of a fact, with the corrections so far: 分, or percent for a rate."""
        if fact in self.changed:
            return self.changed[fact]
        printed = self.system.facts[fact]
        return printed.value if printed.amount is None else printed.amount

    def amount(self, fact: int) -> int:
        """The amount of a fact in 分; nought for a rate."""
        value = self.value(fact)
        return value if isinstance(value, int) else 0

    def effect(self, change: Change, scale: Decimal = ONE) -> Effect:
        """Judge a change by all relations that touch it; `scale` is that of a change of unit."""
        self.trials += 1
        mended, breaks = [], []
        exact = keeps = inexact = 0
        for number, residual in self._moved(change).items():
            slack = None if scale == ONE else self._slack(number, change, scale)
            holds = self._holds(number, residual, change, slack)
            if number in self.broken:
                if holds:
                    mended.append(number)
                    pair = len(self.system.relations[number].terms) == 2
                    exact += (2 if pair else 1) * (residual == 0)
                    inexact += residual != 0
            elif holds:
                keeps += residual != self.residuals[number]
            else:
                breaks.append(number)
        agreed = len(mended) > 1 and not inexact
        return Effect(tuple(sorted(mended)), tuple(sorted(breaks)), exact, keeps, agreed)

    def apply(self, change: Change, scale: Decimal = ONE) -> None:
        """Take a change as made: the relations that it mends are broken no longer."""
        for number, residual in self._moved(change).items():
            if scale != ONE:
                self.slacks[number] = self._slack(number, change, scale)
            self.residuals[number] = residual
            if self._holds(number, residual, change):
                self.broken.discard(number)
            else:
                self.broken.add(number)
        self.changed.update(change)

    def settle(self, numbers: Iterable[int]) -> None:
        """Take relations as mended by what is not printed at all, such as a missing row."""
        for number in numbers:
            self.residuals[number] = 0
            self.broken.discard(number)

    def _moved(self, change: Change) -> dict[int, int]:
        """The residuals after a change, of the relations that it touches."""
        moved: dict[int, int] = {}
        for fact, value in change.items():
            off = value - self.amount(fact) if isinstance(value, int) else 0
            for number, coefficient in self.touching.get(fact, ()):
                moved[number] = moved.get(number, self.residuals[number]) + coefficient * off
        return moved

    def _slack(self, number: int, change: Change, scale: Decimal) -> int:
        """What rounding can explain where the last digits of the changed facts are scaled, too."""
        quantum = self.system.quantum
        terms = self.system.relations[number].terms
        return int(sum(abs(c) * quantum[f] * (scale if f in change else 1) for f, c in terms) // 2)

    def _holds(self, number: int, residual: int, change: Change, slack: int | None = None) -> bool:
        relation = self.system.relations[number]
        if relation.kind == "ratio":
            return self._ratio_holds(relation, change)
        least = self.slacks[number] if slack is None else slack
        return residual <= least if relation.kind == "at_most" else abs(residual) <= least

    def _ratio_holds(self, relation: Relation, change: Change) -> bool:
        rate = relation.terms[2][0]
        bounds = self.system.ratio_bounds(relation, self._amounts(relation, change))
        value = change.get(rate, self.value(rate))
        return bounds is None or bounds[0] <= value <= bounds[1]

    def _amounts(self, relation: Relation, change: Change) -> dict[int, int]:
        """The two amounts of a ratio, with the corrections so far and those of a change."""
        amounts = {}
        for fact, _ in relation.terms[:2]:
            value = change.get(fact, self.value(fact))
            amounts[fact] = value if isinstance(value, int) else 0
        return amounts

    def solved(self, number: int, fact: int, coefficient: int) -> int | None:
        """The amount of one fact, in its last printed digit, that makes a linear relation hold."""
        if self.system.relations[number].kind == "ratio" or not coefficient:
            return None
        exact = Decimal(self.amount(fact)) - Decimal(self.residuals[number]) / coefficient
        return to_digit(exact, self.system.quantum[fact])

    def quotient(self, relation: Relation) -> Decimal | None:
        """The percentage that the amounts of a ratio give, in the digits that its rate prints."""
        (top, _), (bottom, sign), (rate, _) = relation.terms
        above, below = Decimal(self.amount(top)), Decimal(self.amount(bottom))
        if relation.mode == "increase":
            below = above - sign * below
        if not below:
            return None
        percent = 100 * above / below - (0 if relation.mode == "share" else 100)
        return percent.quantize(self.system.facts[rate].value, ROUND_HALF_UP)

    @cached_property
    def printed_at(self) -> dict[Coordinates, dict[int, int]]:
        """How often each amount is printed at a place, told by the dimensions of rows alone."""
        found: dict[Coordinates, dict[int, int]] = {}
        for fact in self.system.facts:
            if fact.printed and fact.amount:
                amounts = found.setdefault(row_of(fact.where), {})
                amounts[fact.amount] = amounts.get(fact.amount, 0) + 1
        return found

    @cached_property
    def _amounts_in_tables(self) -> list[tuple[int, int]]:
        facts = self.system.facts
        return sorted((facts[f].amount or 0, f) for f in self.place if facts[f].amount)

    def printing(self, amount: int, slack: int) -> list[int]:
        """The facts of tables that print an amount, or one that rounding makes of it."""
        held = self._amounts_in_tables
        first = bisect_left(held, (amount - slack, -1))
        last = bisect_right(held, (amount + slack, len(self.system.facts)))
        return sorted(fact for _, fact in held[first:last])

    def listed(self, table: tuple[int, int], dimensions: tuple[str, ...]) -> set[Coordinates]:
        """The rows that a table (document, table) lists, told by some dimensions."""
        key = (table, dimensions)
        if key not in self._listed:
            self._listed[key] = {
                self.system.facts[fact].where.only(*dimensions)
                for cell, fact in self.system.cells.items()
                if cell[:2] == table
            }
        return self._listed[key]

    def confirmed(self, fact: int, amount: int) -> bool:
        """Whether the amount is printed elsewhere in a row of the same place."""
        row = row_of(self.system.facts[fact].where)
        return bool(row) and amount in self.printed_at.get(row, ())

    def facts_of(self, broken: Iterable[int]) -> list[int]:
        """The facts of some relations, each once, in order."""
        relations = self.system.relations
        return sorted({fact for number in broken for fact in relations[number].facts})


def row_of(where: Coordinates) -> Coordinates:
    """The part of a place that rows tell."""
    return where.only(*ROW_DIMENSIONS)


def to_digit(value: Decimal, quantum: int) -> int:
    """A value in 分, rounded to the last digit that is printed."""
    step = max(quantum, 1)
    return int((value / step).to_integral_value(ROUND_HALF_UP)) * step
