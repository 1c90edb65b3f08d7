"""Facts become relations: the sparse matrix A, derived from coordinates alone.

Nobody writes “表三合计 = 表一支出总计” here.  `derive` looks at where the facts of a
document (or of several) stand and finds which of them must be equal, which are the
sum of others, and which are the ratio of two.  What words leave open (does this total
include the carry-over?) the document itself decides: relations come in families, and a
family is admitted when the instances of it that print something mostly hold.

Rooms inside: `within` (the trees of one table), `worked_out` (its columns of changes and
rates), `formulas` (what forms print themselves), `across` and `spread` (tables against each
other), `blanks` (empty cells against them), `said` (prose against tables), `evidence` (which
families are admitted: `misplaced` and `unprinted` tell slips from forms).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from shouzhi.space import Fact

Kind = Literal["equal", "sum", "balance", "bridge", "at_most", "ratio"]
Family = tuple[str | int | None, ...]
BETWEEN: Final = "between"
"""The word in a family whose instances reach from one document into others."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Σ coefficient · fact = 0 over `terms` (fact index, coefficient); amounts in 分.

    `at_most` means Σ ≤ 0.  A ratio has three terms: numerator, denominator and the
    fact that prints their quotient (coefficients 1, -1, 0); its `mode` tells of what:
    share a/b, growth (a − b)/b, or increase, where the second term is the change itself
    (its coefficient +1 for more, -1 for less) and the base is a − change.
    `family` is what it is one instance of; `why` the dimension or words behind it.
    """

    terms: tuple[tuple[int, int], ...]
    kind: Kind
    family: Family
    why: str
    mode: Literal["share", "growth", "increase"] = "share"

    @property
    def facts(self) -> tuple[int, ...]:
        """The indexes of its facts."""
        return tuple(index for index, _ in self.terms)


@dataclass(slots=True)
class System:
    """The facts of one or more documents with the relations that were admitted.

    `quantum[i]` is the last printed digit of fact i in 分 (in hundredths of a percent
    for rates); `refused` are families that the document itself contradicts, with the
    number of instances that hold and that there are: another scope under the same words.
    `cells` gives the facts of tables by (document, table, row, column), among them the
    empty cells that a sum counts as nought: facts that print nothing.
    """

    facts: Sequence[Fact]
    quantum: Sequence[int]
    relations: list[Relation] = field(default_factory=list)
    refused: dict[Family, tuple[int, int]] = field(default_factory=dict)
    cells: dict[tuple[int, int, int, int], int] = field(default_factory=dict)

    def residual(self, relation: Relation, change: dict[int, int] | None = None) -> int:
        """Σ coefficient · amount in 分, with the amounts of `change` in place of the printed."""
        changed = change or {}
        total = 0
        for index, coefficient in relation.terms:
            amount = changed.get(index)
            if amount is None:
                amount = self.facts[index].amount or 0
            total += coefficient * amount
        return total

    def slack(self, relation: Relation) -> int:
        """What rounding of the printed digits can explain: half a last digit for each term."""
        return sum(abs(c) * self.quantum[i] for i, c in relation.terms) // 2

    def holds(self, relation: Relation, change: dict[int, int] | None = None) -> bool:
        """Whether the relation holds within what rounding can explain."""
        if relation.kind == "ratio":
            return self._ratio_holds(relation, change or {})
        off = self.residual(relation, change)
        if relation.kind == "at_most":
            return off <= self.slack(relation)
        return abs(off) <= self.slack(relation)

    def exact(self, relation: Relation) -> bool:
        """Whether the relation holds to the last digit."""
        if relation.kind == "ratio":
            return self.holds(relation)
        off = self.residual(relation)
        return off <= 0 if relation.kind == "at_most" else off == 0

    def ratio_bounds(self, relation: Relation, change: dict[int, int]) -> tuple[Decimal, Decimal] | None:
        """The least and greatest percentage that the two amounts can give, None over zero.

        Many departments cut a rate off where they should round it, or round to one
        decimal and print two, so one last digit either way is still explained.
        """
        (top, _), (bottom, sign), (rate, _) = relation.terms
        above = change.get(top, self.facts[top].amount or 0)
        below = change.get(bottom, self.facts[bottom].amount or 0)
        if relation.mode == "increase":
            below = above - sign * below
        if below == 0:
            return None
        high_q, low_q = self.quantum[top], self.quantum[bottom]
        hundred = Decimal(100)
        values = [
            hundred * a / b - (0 if relation.mode == "share" else hundred)
            for a in (above - high_q / Decimal(2), above + high_q / Decimal(2))
            for b in (below - low_q / Decimal(2), below + low_q / Decimal(2))
            if b
        ]
        digit = _last_digit(self.facts[rate].value)
        return min(values) - digit, max(values) + digit

    def _ratio_holds(self, relation: Relation, change: dict[int, int]) -> bool:
        bounds = self.ratio_bounds(relation, change)
        if bounds is None:
            return True
        low, high = bounds
        return low <= self.facts[relation.terms[2][0]].value <= high

    def by_fact(self) -> dict[int, list[int]]:
        """For each fact the relations (by index) that touch it."""
        touching: dict[int, list[int]] = {}
        for number, relation in enumerate(self.relations):
            for index, _ in relation.terms:
                touching.setdefault(index, []).append(number)
        return touching

    def broken(self) -> Iterator[int]:
        """Indexes of the relations that rounding cannot explain."""
        return (n for n, relation in enumerate(self.relations) if not self.holds(relation))


def _last_digit(rate: Decimal) -> Decimal:
    """One unit of the last digit of a rate, noughts at its end not counted; at most a tenth."""
    exponent = int(rate.normalize().as_tuple().exponent)
    return min(Decimal(10) ** exponent, Decimal("0.1"))
