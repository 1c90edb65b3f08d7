"""The conditions of moves, each asked of the submission or year that is to move."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from shouzhi.cycle.ceilings import Use, uses, without_ceiling
from shouzhi.cycle.moves import Condition
from shouzhi.cycle.review import Remark
from shouzhi.cycle.sheets import schema
from shouzhi.space import yuan
from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.merging import remarks
from shouzhi.web.budget.models import BudgetYear, Submission


def of_submission(submission: Submission, who: Actor) -> Mapping[str, Condition]:
    """The conditions of a submission's moves."""
    return {
        "round_open": partial(_round_open, submission),
        "no_errors": lambda: _no_errors(remarks(submission)),
        "warnings_answered": lambda: _answered(submission, remarks(submission)),
        "within_ceilings": partial(_within_ceilings, submission),
        "not_own_entry": partial(_not_own, submission, who),
        "comments_resolved": partial(_resolved, submission),
    }


def of_year(year: BudgetYear, who: Actor) -> Mapping[str, Condition]:
    """The conditions of a year's moves."""
    return {
        "timetable_set": lambda: None if year.deadlines.exists() else "还没有时间表；请先填写各轮的截止日期",
        "all_accepted": partial(_all_accepted, year),
        "ceilings_issued": lambda: None if year.ceilings.exists() else "还没有下达控制数；请先按单位和资金来源下达",
        "document_number": lambda: None if year.document_number else "还没有批复文号；请填写",
        "not_own_entry": partial(_not_own_year, year, who),
    }


def asked(submission: Submission) -> list[tuple[str, int]]:
    """What a submission asks to spend: (source, 分)."""
    return [(t["source"], t["amount"]) for t in submission.totals if t["flow"] == "expenditure"]


def used(submission: Submission) -> tuple[Use, ...]:
    """The ceilings of a submission's unit and what it asks for under each."""
    year = submission.budget_year
    issued = dict(year.ceilings.filter(unit=submission.unit).values_list("source", "amount"))
    return uses(issued, asked(submission))


def _round_open(submission: Submission) -> str | None:
    year = submission.budget_year
    if year.round == submission.round:
        return None
    return f"这一轮现在没有开放（年度预算：{year.state_now.name}）"


def _no_errors(found: list[Remark]) -> str | None:
    errors = [remark for remark in found if remark.severity == "error"]
    if not errors:
        return None
    first = errors[0]
    return f"有 {len(errors)} 处错误，第一处：{first.spot}：{first.message}；{first.remedy}"


def _answered(submission: Submission, found: list[Remark]) -> str | None:
    answered = set(submission.answers.values_list("finding", flat=True))
    left = [r for r in found if r.severity == "warning" and r.key not in answered]
    return f"有 {len(left)} 条提醒还没有说明理由，第一条：{left[0].message}" if left else None


def _within_ceilings(submission: Submission) -> str | None:
    """Requests (一上) come before ceilings; drafts (二上) keep within them."""
    if submission.round != "second_up" or submission.unit.kind != "unit":
        return None
    year = submission.budget_year
    issued = dict(year.ceilings.filter(unit=submission.unit).values_list("source", "amount"))
    words = schema()
    for use in uses(issued, asked(submission)):
        if use.over > 0:
            return f"{words.word('source', use.source)}超过控制数 {yuan(use.over)} 元（控制数 {yuan(use.ceiling)} 元，申报 {yuan(use.asked)} 元）"
    for source, amount in without_ceiling(issued, asked(submission)).items():
        if amount > 0:
            return f"{words.word('source', source)}没有控制数，却申报了 {yuan(amount)} 元"
    return None


def _not_own(submission: Submission, who: Actor) -> str | None:
    if who.user is not None and submission.editors.filter(pk=who.user.pk).exists():
        return "您填报过其中的内容，不能由您审核；请由另一人审核"
    return None


def _resolved(submission: Submission) -> str | None:
    left = submission.comments.filter(parent=None, resolved_at=None).count()
    return f"还有 {left} 条意见没有标为已解决" if left else None


def _all_accepted(year: BudgetYear) -> str | None:
    left = [str(s.unit) for s in year.submissions.filter(round=year.state).exclude(state="accepted").select_related("unit")]
    return f"还有 {len(left)} 个单位没有通过：{'、'.join(left[:5])}{'等' if len(left) > 5 else ''}" if left else None


def _not_own_year(year: BudgetYear, who: Actor) -> str | None:
    if who.user is not None and year.submissions.filter(editors=who.user).exists():
        return "您填报过其中的内容，不能由您批复；请由另一人批复"
    return None
