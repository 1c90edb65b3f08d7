"""The approval of a year: its document's number and day, held against what is there, and kept for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.budget.models import Approval, BudgetYear
from shouzhi.web.budget.moving import steps_of
from shouzhi.web.language import say

LONGEST_NUMBER = 80
"""The characters that the number of a document may have."""


@dataclass(frozen=True, slots=True)
class Approving:
    """What an approval says: the number of its document and its day, as far as they are told."""

    number: str = ""
    on: date | None = None


NOTHING = Approving()


def refuse_approved(year: BudgetYear) -> BudgetYear:
    """The year, held until the end of the transaction; raises Refused where it is approved."""
    held = BudgetYear.objects.select_for_update(of=("self",)).get(pk=year.pk)
    if held.state == "approved":
        raise Refused([say("预算已经批复，时间表和控制数不能再改；内容要改时请先“启动更正”")])
    return held


def number_amiss(year: BudgetYear, told: Approving) -> str | None:
    """What is wrong with the number of an approval; None where nothing is."""
    number = told.number.strip()
    if not number:
        return say("还没有批复文号；请填写")
    if len(number) > LONGEST_NUMBER:
        return say("批复文号超过 {most} 个字；请核对", most=LONGEST_NUMBER)
    used = year.approvals.filter(number=number).first()
    if used is None:
        return None
    return say("“{number}”已是 {day} 那次批复的文号；重新批复请填新的文号", number=number, day=used.on)


def day_amiss(year: BudgetYear, told: Approving) -> str | None:
    """What is wrong with the day of an approval; None where nothing is."""
    today, first = timezone.localdate(), first_day(year)
    if told.on is None:
        return say("还没有批复日期；请填写，公开的期限从这一天算起")
    if told.on > today:
        return say("批复日期 {day} 晚于今天；请核对", day=told.on)
    if told.on < first:
        return say("批复日期 {day} 早于 {first}；请核对", day=told.on, first=first)
    return None


def first_day(year: BudgetYear) -> date:
    """The first day on which a year can be approved: its own first, or that on which it was begun here.

    Some congresses meet in December, so that a budget is approved before its year; an approval
    that corrects another comes no earlier than that.
    """
    last = year.approvals.last()
    if last is not None:
        return last.on
    begins = date(year.year, 1, 1)
    begun = steps_of(year).first()
    return begins if begun is None else min(begins, timezone.localdate(begun.at))


def approve(year: BudgetYear, told: Approving, who: Actor) -> Approval:
    """Keep an approval, and on the year as its last one; within the transaction of its move.

    Earlier approvals stay.  Raises ValueError for one without a day.
    """
    if told.on is None:
        raise ValueError("an approval has a day")
    before = {"document_number": year.document_number, "approved_on": _iso(year.approved_on)}
    year.document_number, year.approved_on = told.number.strip(), told.on
    year.save(update_fields=["document_number", "approved_on"])
    made = Approval.objects.create(
        budget_year=year,
        number=year.document_number,
        on=told.on,
        reason=_why(year),
        by=who.user,
    )
    after = {"document_number": made.number, "approved_on": _iso(made.on)}
    record(who, "approval", year, before=before, after=after, comment=made.reason)
    return made


def _why(year: BudgetYear) -> str:
    """Why an approved year was opened again, in the words of that move; empty for a first approval."""
    opened = steps_of(year).filter(move="correct").last()
    return opened.comment if opened is not None else ""


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
