"""Years that were approved and are opened again: why, what of them is open, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shouzhi.catalogue.workflows import workflows
from shouzhi.web.budget.models import BudgetYear, Step, Submission
from shouzhi.web.budget.moving import steps_of
from shouzhi.web.budget.naming import unit_told
from shouzhi.web.language import say
from shouzhi.web.people.rights import grants, roles_at


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction under way: why, since when, which units were opened for it and which still are.

    Only units below `paths` are named.
    """

    year: BudgetYear
    reason: str
    since: datetime | None
    opened: tuple[Submission, ...]
    left: tuple[Submission, ...]
    paths: tuple[str, ...]

    @property
    def next(self) -> str:
        """What is to be done next, and by whom, in one sentence."""
        if self.year.state == "second_down":
            return say("改好的内容等预算处填写新的批复文号和日期，重新批复。")
        if not self.year.state_now.open:
            return say("等预算处退回二上，或重新批复。")
        if self.left:
            return say("{units}改好、重新送审并逐级审核通过后，由预算处结束二上。", units=self._named(self.left))
        if self.opened:
            return say("重新打开的（{units}）都已通过；等预算处结束二上。", units=self._named(self.opened))
        return say("先由预算处在年度预算页“重新打开”要改的单位，并写明原因；没有重新打开的单位内容不变。")

    def _named(self, submissions: tuple[Submission, ...]) -> str:
        named = [
            unit_told(str(s.unit), own=s.unit.kind != "unit")
            for s in submissions
            if s.unit.path.startswith(self.paths)
        ]
        others = [say("其他单位")] if len(named) < len(submissions) else []
        return say("、").join([*named, *others])


def correction(year: BudgetYear, paths: tuple[str, ...]) -> Correction | None:
    """The correction of a year for who reaches `paths`; None where it is not being corrected."""
    if not year.correcting:
        return None
    begun = steps_of(year).filter(move="correct").last()
    since = begun.at if begun is not None else None
    held = list(
        year.submissions.filter(round="second_up").select_related("unit", "budget_year__department")
    )
    opened = _opened(held, since)
    left = tuple(submission for submission in held if submission.state != "accepted")
    reason = begun.comment if begun is not None else ""
    return Correction(year, reason, since, tuple(s for s in held if s.pk in opened), left, paths)


def corrections(user: Any) -> Iterator[Correction]:  # noqa: ANN401 - a user
    """The corrections under way of the departments that a person reaches, or that stand above."""
    paths = tuple(path for _, path in grants(user))
    found = BudgetYear.objects.exclude(state="approved").filter(approved_on__isnull=False)
    for year in found.select_related("department"):
        path = year.department.path
        if path.startswith(paths) or any(one.startswith(path) for one in paths):
            made = correction(year, paths)
            if made is not None:
                yield made


def may_reopen(user: Any, year: BudgetYear) -> bool:  # noqa: ANN401 - a user
    """Whether a person may now open single units of a year that is being corrected."""
    flow = workflows()["submission"]
    return year.correcting and year.state_now.open and bool(
        flow.move("reopen").roles & roles_at(user, year.department)
    )


def _opened(held: list[Submission], since: datetime | None) -> set[int]:
    """The keys of the submissions that were opened again since the correction began."""
    steps = Step.objects.filter(
        kind="submission", move="reopen", object_id__in=[submission.pk for submission in held]
    )
    if since is not None:
        steps = steps.filter(at__gte=since)
    return set(steps.values_list("object_id", flat=True))
