"""What the pages of a year show of its submissions: where each stands, what it asks, what it may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from shouzhi.cycle.ceilings import Use, uses
from shouzhi.web.budget.conditions import asked
from shouzhi.web.budget.models import BudgetYear, Submission


@dataclass(frozen=True, slots=True)
class Standing:
    """One submission of a round: amounts in 分, ceilings with their use, and what is open on it."""

    submission: Submission
    requested: int
    uses: tuple[Use, ...]
    comments: int

    @property
    def ceiling(self) -> int | None:
        """All its ceilings together; None where none was issued."""
        return sum(use.ceiling for use in self.uses) if self.uses else None

    @property
    def over(self) -> bool:
        """Whether it exceeds any of its ceilings."""
        return any(use.over > 0 for use in self.uses)


def standings(year: BudgetYear, round_: str, paths: Iterable[str] | None = None) -> list[Standing]:
    """The submissions of a round, those below `paths` where they are given."""
    reach = Q()
    for path in paths or ():
        reach |= Q(unit__path__startswith=path)
    found = (
        Submission.objects.filter(reach, budget_year=year, round=round_)
        .select_related("unit")
        .annotate(
            left=Count("comments", filter=Q(comments__parent=None, comments__resolved_at=None))
        )
        .order_by("unit__order", "unit__path")
    )
    issued: dict[int, dict[str, int]] = defaultdict(dict)
    for unit, source, amount in year.ceilings.values_list("unit", "source", "amount"):
        issued[unit][source] = amount
    return [_standing(submission, issued[submission.unit_id]) for submission in found]


def _standing(submission: Submission, issued: dict[str, int]) -> Standing:
    wanted = asked(submission)
    return Standing(
        submission, sum(amount for _, amount in wanted), uses(issued, wanted), submission.left
    )  # type: ignore[attr-defined]


def by_source(standings: Iterable[Standing]) -> dict[str, int]:
    """What is asked for in all, in 分 by source."""
    found: dict[str, int] = defaultdict(int)
    for standing in standings:
        for source, amount in asked(standing.submission):
            found[source] += amount
    return dict(sorted(found.items(), key=lambda item: -item[1]))
