"""What the units of a department ask for together, branch by branch, beside last year and the ceilings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shouzhi.cycle.shift import Shift
from shouzhi.cycle.subtotals import branches

Money = Iterable[tuple[str, int]]
"""Amounts in 分, each with the member of the dimension at which it stands."""


@dataclass(frozen=True, slots=True)
class Rolled:
    """One branch: last year's amount and this year's, and its ceiling, all in 分.

    `ceiling` is None where none was issued at this branch; `exempt` is the part of this
    year's amount that needs no ceiling.
    """

    key: str
    label: str
    level: int
    shift: Shift
    ceiling: int | None = None
    exempt: int = 0

    @property
    def room(self) -> int | None:
        """What the ceiling leaves, in 分; negative where it is exceeded."""
        return None if self.ceiling is None else self.ceiling + self.exempt - self.shift.after


def roll_up(
    dimension: str,
    asked: Money,
    last: Money,
    year: int,
    ceilings: Mapping[str, int] | None = None,
    exempt: Money = (),
) -> tuple[Rolled, ...]:
    """The branches of a dimension with what is asked for, what last year had, and their ceilings.

    `exempt` is the part of what is asked for that needs no ceiling.
    A branch of which only one of the three speaks is there too, in the order of the tree.
    """
    now, before, limits = list(asked), list(last), dict(ceilings or {})
    sums = {branch.key: branch.amount for branch in branches(dimension, now, year)}
    earlier = {branch.key: branch.amount for branch in branches(dimension, before, year)}
    free = {branch.key: branch.amount for branch in branches(dimension, exempt, year)}
    both = branches(dimension, [*now, *before, *((member, 0) for member in limits)], year)
    return tuple(
        Rolled(
            branch.key,
            branch.label,
            branch.level,
            Shift(earlier.get(branch.key, 0), sums.get(branch.key, 0)),
            limits.get(branch.key),
            free.get(branch.key, 0),
        )
        for branch in both
    )


def together(
    asked: Money, last: Money, ceilings: Mapping[str, int] | None = None, exempt: Money = ()
) -> Rolled:
    """All branches in one: what is asked for, what last year had, and the ceilings' sum (None: none)."""
    total = Shift(sum(a for _, a in last), sum(a for _, a in asked))
    return Rolled(
        "", "", 1, total, sum(ceilings.values()) if ceilings else None, sum(a for _, a in exempt)
    )
