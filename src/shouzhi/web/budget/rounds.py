"""What the moves of years and submissions bring: rounds opened, versions kept, ceilings issued."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.db import transaction

from shouzhi.catalogue.workflows import Move
from shouzhi.cycle.ceilings import uses
from shouzhi.cycle.moves import Refused
from shouzhi.cycle.sheets import schema
from shouzhi.space import grouped
from shouzhi.web.audit.log import SYSTEM, Actor, record
from shouzhi.web.budget.approving import NOTHING, Approving, approve, refuse_approved
from shouzhi.web.budget.conditions import REVIEWED, Outdated, of_submission, of_year
from shouzhi.web.budget.models import BudgetYear, Ceiling, CeilingChange, Submission
from shouzhi.web.budget.moving import move
from shouzhi.web.budget.naming import why
from shouzhi.web.budget.reviewing import remarks
from shouzhi.web.budget.rows import add, raw, totals
from shouzhi.web.budget.versions import freeze
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import roles_at

_ATTEMPTS = 3  # reviews before a move is given up, while others go on entering


def move_year(
    year: BudgetYear,
    key: str,
    who: Actor,
    comment: str = "",
    revision: int | None = None,
    *,
    approving: Approving = NOTHING,
) -> Move:
    """Make a move of a year; opening a round opens a submission for every unit and the department.

    The move of approval needs the number and day of its document; raises Refused without them.
    """
    asked_of = partial(of_year, approving=approving)
    then = partial(_after_year, approving=approving)
    return move(year, key, who, asked_of, comment=comment, revision=revision, then=then)


def move_submission(
    submission: Submission, key: str, who: Actor, comment: str = "", revision: int | None = None
) -> Move:
    """Make a move of a submission; each move but a withdrawal keeps a version.

    The review, which may take seconds for a department, is made before the lock is taken; under
    it only its fingerprint is looked at.  Raises Stale where rows changed during every attempt.
    """
    for _ in range(_ATTEMPTS):
        if _reviewed(submission, key, who):
            remarks(submission)
        try:
            return move(
                submission,
                key,
                who,
                of_submission,
                comment=comment,
                revision=revision,
                then=_after_submission,
            )
        except Outdated:
            submission.refresh_from_db()
    raise Stale(say("检查的时候有人在修改填报；请稍后再试"))


def _reviewed(submission: Submission, key: str, who: Actor) -> bool:
    """Whether a move that this person may try now asks for the review."""
    roles = roles_at(who.user, submission.body)
    return any(
        move.key == key and move.roles & set(roles) and REVIEWED & set(move.conditions)
        for move in submission.workflow.moves_from(submission.state)
    )


def _after_year(year: BudgetYear, made: Move, who: Actor, *, approving: Approving) -> None:
    if year.state_now.open:
        open_round(year, year.state)
    if made.key == "approve":
        approve(year, approving, who)
        for submission in year.submissions.filter(round="second_up").select_related(
            "unit", "budget_year"
        ):
            freeze(submission, "批复", who)


def open_round(year: BudgetYear, round_: str) -> None:
    """Open the submissions of a round; a second round begins with what the first ended with."""
    today = date(year.year, 1, 1)
    for unit in [year.department, *(u for u in year.department.units() if u.valid(today))]:
        made, new = Submission.objects.get_or_create(budget_year=year, unit=unit, round=round_)
        if not new or round_ == "first_up":
            continue
        earlier = year.submissions.filter(unit=unit, round="first_up").first()
        if earlier is not None:
            book = raw(earlier)
            add(made, book, SYSTEM)
            made.settings, made.totals = earlier.settings, totals(made)
            made.save(update_fields=["settings", "totals"])
            freeze(made, "自一上转入", SYSTEM)


def _after_submission(submission: Submission, made: Move, who: Actor) -> None:
    if made.key != "withdraw":
        freeze(submission, why(submission.round, made.key), who)


def refuse_overissue(year: BudgetYear) -> None:
    """Raise Refused where the units' ceilings of a source exceed the department's, where it has one."""
    whole = dict(year.ceilings.filter(unit=year.department).values_list("source", "amount"))
    parts = year.ceilings.exclude(unit=year.department).values_list("source", "amount")
    over = [use for use in uses(whole, parts) if use.over > 0]
    if over:
        words = schema()
        raise Refused(
            [
                say(
                    "{source}：各单位控制数合计 {handed} 元，超过部门总控制数 {whole} 元",
                    source=words.word("source", use.source),
                    handed=grouped(use.asked),
                    whole=grouped(use.ceiling),
                )
                for use in over
            ]
        )


def issue(  # noqa: PLR0913 - a ceiling says this much
    year: BudgetYear,
    unit: Body,
    source: str,
    amount: int,
    who: Actor,
    *,
    reason: str = "",
    revision: int | None = None,
) -> Ceiling:
    """Issue or revise a ceiling in 分; a revision needs a reason.

    Raises Refused for a negative amount, a revision without reason, a unit of another department
    or a year that is approved, Stale where somebody else revised it meanwhile.
    """
    if amount < 0:
        raise Refused([say("控制数不能是负数")])
    if not unit.path.startswith(year.department.path):
        raise Refused([say("“{unit}”不是“{department}”的单位", unit=unit, department=year.department)])
    assert who.user is not None  # noqa: S101 - the page asks who it is
    with transaction.atomic():
        refuse_approved(year)
        found = (
            Ceiling.objects.select_for_update()
            .filter(budget_year=year, unit=unit, source=source)
            .first()
        )
        before = found.amount if found else None
        if found and revision is not None and found.revision != revision:
            raise Stale(
                say(
                    "“{unit}”的控制数已被他人改为 {theirs} 元，您填的是 {yours} 元；请刷新后再改",
                    unit=unit,
                    theirs=grouped(found.amount),
                    yours=grouped(amount),
                ),
                yours=amount,
                theirs=found.amount,
            )
        if found and before == amount:
            return found
        if found and not reason.strip():
            raise Refused([say("调整已下达的控制数需要写明原因")])
        ceiling = found or Ceiling(budget_year=year, unit=unit, source=source)
        ceiling.amount = amount
        ceiling.revision += 1
        ceiling.save()
        CeilingChange.objects.create(
            ceiling=ceiling, before=before, after=amount, reason=reason, by=who.user
        )
        record(
            who,
            "ceiling",
            ceiling,
            before={"amount": before},
            after={"amount": amount},
            comment=reason,
        )
    return ceiling
