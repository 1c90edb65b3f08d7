"""What the pages of a year show of its submissions: where each stands, what it asks, what it may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

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
    for unit, source, amount in year.ceilings.filter(unit__kind="unit").values_list(
        "unit", "source", "amount"
    ):
        issued[unit][source] = amount
    return [_standing(submission, issued[submission.unit_id]) for submission in found]


def _standing(submission: Submission, issued: dict[str, int]) -> Standing:
    wanted = asked(submission)
    left: int = submission.left  # type: ignore[attr-defined]  # annotated above
    requested = sum(amount for _, amount in wanted)
    return Standing(submission, requested, uses(issued, wanted), left)


@dataclass(frozen=True, slots=True)
class Overall:
    """All submissions of a round: what they ask for, their ceilings, and how many are accepted.

    Amounts in 分; `whole` is the ceiling of the department itself (None: none was issued).
    """

    requested: int
    ceiling: int | None
    whole: int | None
    accepted: int
    comments: int


def overall(year: BudgetYear, listed: Sequence[Standing]) -> Overall:
    """The last line of a year's table."""
    limits = [standing.ceiling for standing in listed if standing.ceiling is not None]
    whole = year.ceilings.filter(unit=year.department).aggregate(all=Sum("amount"))["all"]
    return Overall(
        requested=sum(standing.requested for standing in listed),
        ceiling=sum(limits) if limits else None,
        whole=whole,
        accepted=sum(standing.submission.state == "accepted" for standing in listed),
        comments=sum(standing.comments for standing in listed),
    )


def due(submission: Submission) -> date | None:
    """The day by which the submission's round is to be finished; None where none is set."""
    found = submission.budget_year.deadlines.filter(state=submission.round).first()
    return found.due if found else None
