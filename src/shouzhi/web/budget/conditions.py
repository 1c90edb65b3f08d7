"""The conditions of moves, each asked of the submission or year that is to move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from shouzhi.cycle.ceilings import Use, uses, without_ceiling
from shouzhi.cycle.moves import Condition
from shouzhi.cycle.review import Remark
from shouzhi.cycle.sheets import schema
from shouzhi.space import grouped
from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.approving import NOTHING, Approving, day_amiss, number_amiss
from shouzhi.web.budget.judging import Answers
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.budget.reviewing import current_remarks, shown_remarks
from shouzhi.web.language import say


class Outdated(Exception):
    """The review that a move relies on was made before a row changed."""


REVIEWED: Final = frozenset({"no_errors", "warnings_answered"})
"""The conditions that the review answers."""


def of_submission(submission: Submission, who: Actor) -> Mapping[str, Condition]:
    """The conditions of a submission's moves, by the review that was made beforehand.

    Raises Outdated, once asked, where there is none of the submission as it stands.
    """

    def made() -> list[Remark]:
        found = current_remarks(submission)
        if found is None:
            raise Outdated
        return found

    return _of_submission(submission, who, made)


def shown_of_submission(submission: Submission, who: Actor) -> Mapping[str, Condition]:
    """The same for a page: a department by its last review, for a new one may take seconds."""

    def last() -> list[Remark]:
        found = shown_remarks(submission)
        return found.remarks if found else []

    return _of_submission(submission, who, last)


def _of_submission(
    submission: Submission, who: Actor, found: Callable[[], list[Remark]]
) -> Mapping[str, Condition]:
    return {
        "round_open": partial(_round_open, submission),
        "no_errors": lambda: _no_errors(found()),
        "warnings_answered": lambda: _answered(submission, found()),
        "within_ceilings": partial(_within_ceilings, submission),
        "not_own_entry": partial(_not_own, submission, who),
        "comments_resolved": partial(_resolved, submission),
    }


def shown_of_year(year: BudgetYear, who: Actor) -> Mapping[str, Condition]:
    """The same as of_year for a page, whose form of approval asks for number and day itself."""
    asked_for = dict.fromkeys(("document_number", "approval_day"), _nothing)
    return {**of_year(year, who), **asked_for}


def _nothing() -> None:
    """Nothing stands in the way."""


def of_year(
    year: BudgetYear, who: Actor, approving: Approving = NOTHING
) -> Mapping[str, Condition]:
    """The conditions of a year's moves; of an approval, by what it says."""
    return {
        "timetable_set": lambda: (
            None if year.deadlines.exists() else say("还没有时间表；请先填写各轮的截止日期")
        ),
        "all_accepted": partial(_all_accepted, year),
        "ceilings_issued": lambda: (
            None if year.ceilings.exists() else say("还没有下达控制数；请先按单位和资金来源下达")
        ),
        "document_number": partial(number_amiss, year, approving),
        "approval_day": partial(day_amiss, year, approving),
        "not_own_entry": partial(_not_own_year, year, who),
    }


def asked(submission: Submission) -> list[tuple[str, int]]:
    """What a submission asks to spend: (source, 分)."""
    return [(t["source"], t["amount"]) for t in submission.totals if t["flow"] == "expenditure"]


def used(submission: Submission) -> tuple[Use, ...]:
    """The ceilings of a submission's unit and what it asks for under each."""
    year = submission.budget_year
    issued = dict(year.ceilings.filter(unit=submission.unit).values_list("source", "amount"))
    return uses(issued, _asked_below(submission))


def _asked_below(submission: Submission) -> list[tuple[str, int]]:
    """What a unit asks to spend; of a department, what all its units and itself ask for."""
    if submission.unit.kind == "unit":
        return asked(submission)
    round_ = submission.budget_year.submissions.filter(round=submission.round)
    return [money for one in round_ for money in asked(one)]


def _round_open(submission: Submission) -> str | None:
    year = submission.budget_year
    if year.round == submission.round:
        return None
    return say("这一轮现在没有开放（年度预算：{now}）", now=say(year.state_now.name))


def _no_errors(found: list[Remark]) -> str | None:
    errors = [remark for remark in found if remark.severity == "error"]
    if not errors:
        return None
    first = errors[0]
    return say(
        "有 {count} 处错误，第一处：{first}",
        count=len(errors),
        first=first.told,
    )


def _answered(submission: Submission, found: list[Remark]) -> str | None:
    left = Answers(submission).unanswered(found)
    return (
        say(
            "有 {count} 条提醒还没有说明理由，第一条：{first}",
            count=len(left),
            first=left[0].message,
        )
        if left
        else None
    )


def _within_ceilings(submission: Submission) -> str | None:
    """Requests (一上) come before ceilings; drafts (二上) keep within them."""
    if submission.round != "second_up":
        return None
    year = submission.budget_year
    issued = dict(year.ceilings.filter(unit=submission.unit).values_list("source", "amount"))
    words = schema()
    for use in used(submission):
        if use.over > 0:
            return say(
                "{source}超过控制数 {over} 元（控制数 {ceiling} 元，申报 {asked} 元）",
                source=words.word("source", use.source),
                over=grouped(use.over), ceiling=grouped(use.ceiling), asked=grouped(use.asked),
            )  # fmt: skip
    if submission.unit.kind != "unit":  # its own rows need no ceiling of their own
        return None
    for source, amount in without_ceiling(issued, asked(submission)).items():
        if amount > 0:
            return say(
                "{source}没有控制数，却申报了 {amount} 元",
                source=words.word("source", source),
                amount=grouped(amount),
            )
    return None


def _not_own(submission: Submission, who: Actor) -> str | None:
    if who.user is not None and submission.editors.filter(pk=who.user.pk).exists():
        return say("您填报过其中的内容，不能由您审核；请由另一人审核")
    return None


def _resolved(submission: Submission) -> str | None:
    left = submission.comments.filter(parent=None, resolved_at=None).count()
    return say("还有 {count} 条意见没有标为已解决", count=left) if left else None


def _all_accepted(year: BudgetYear) -> str | None:
    left = [
        str(s.unit)
        for s in year.submissions.filter(round=year.state)
        .exclude(state="accepted")
        .select_related("unit")
    ]
    return (
        say(
            "还有 {count} 个单位没有通过：{units}",
            count=len(left),
            units=say("、").join(left[:5]) + ("…" if len(left) > 5 else ""),
        )
        if left
        else None
    )


def _not_own_year(year: BudgetYear, who: Actor) -> str | None:
    if who.user is not None and year.submissions.filter(editors=who.user).exists():
        return say("您填报过其中的内容，不能由您批复；请由另一人批复")
    return None
