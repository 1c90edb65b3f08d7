"""One budget year: its rounds and units, its timetable, its moves and its corrections."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.budget import finding
from shouzhi.web.budget.approving import Approving, first_day
from shouzhi.web.budget.conditions import shown_of_year
from shouzhi.web.budget.correcting import correction, may_reopen
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.budget.moving import offered, steps_of
from shouzhi.web.budget.naming import ROUND_NAMES
from shouzhi.web.budget.rounds import move_submission, move_year
from shouzhi.web.budget.summary import overall, standings
from shouzhi.web.budget.timetables import set_timetable, steps_due
from shouzhi.web.budget.views.moves import make_move
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can, reached
from shouzhi.web.typed import seen_revision


@page("budget.view", of=finding.year, below=True)
def year(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """One budget year."""
    return show(request, found)


def show(
    request: HttpRequest, found: BudgetYear, *, status: int = 200, refused: Refused | None = None
) -> HttpResponse:
    """The page of a year, with what was refused where something was."""
    chosen = request.GET.get("round") or last_round(found)
    listed = standings(found, chosen, reached(request.user, "budget.view")) if chosen else []
    moves = offered(found, actor(request), shown_of_year)
    frozen = found.state == "approved"
    department = found.department
    told = {
        "year": found,
        "round": chosen,
        "rounds": [
            (key, ROUND_NAMES[key])
            for key in ROUND_NAMES
            if found.submissions.filter(round=key).exists()
        ],
        "standings": listed,
        "overall": overall(found, listed) if listed else None,
        "moves": moves,
        "states": steps_due(found.workflow),
        "deadlines": {d.state: d for d in found.deadlines.all()},
        "steps": steps_of(found),
        "refused": refused,
        "today": timezone.localdate(),
        "may_set": can(request.user, "timetable.edit", department) and not frozen,
        "correction": correction(found, reached(request.user, "budget.view")),
        "may_reopen": may_reopen(request.user, found),
        "approvals": found.approvals.select_related("by"),
        "first_day": first_day(found),
        "typed": request.POST,
        "may_disclose": can(request.user, "release.view", department),
        "releases": found.releases.order_by("number"),
    }
    return render(request, "budget/year.html", told, status=status)


@page("timetable.edit", of=finding.year, methods=("POST",))
def timetable(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Set the deadlines of the steps (`due_<state>`); of an approved year no more."""
    wanted: dict[str, date] = {}
    for state in found.workflow.states:
        text = request.POST.get(f"due_{state}", "").strip()
        try:
            if text:
                wanted[state] = date.fromisoformat(text)
        except ValueError:
            messages.error(request, say("“{text}”不是日期；请写成 2026-10-31", text=text))
            return redirect("budget:year", pk=found.pk)
    try:
        set_timetable(found, wanted, actor(request), seen_revision(request))
    except Refused as refused:
        return show(request, found, status=409, refused=refused)
    messages.success(request, say("时间表已保存"))
    return redirect("budget:year", pk=found.pk)


@page("budget.view", of=finding.year, methods=("POST",))
def move(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Make a move of the year; the workflow says who may.

    An approval says the number and the day of its document (`document_number`, `approved_on`).
    """
    text = request.POST.get("approved_on", "").strip()
    try:
        on = date.fromisoformat(text) if text else None
    except ValueError:
        refused = Refused([say("“{text}”不是日期；请写成 2026-10-31", text=text)])
        return show(request, found, status=409, refused=refused)
    approving = Approving(request.POST.get("document_number", ""), on)
    return make_move(
        request, found, partial(move_year, approving=approving), show, "budget:year"
    )


@page("budget.view", of=finding.submission, methods=("POST",))
def reopen(request: HttpRequest, found: Submission) -> HttpResponse:
    """Open one submission of a year again from the year's page, and go back there."""
    comment = request.POST.get("comment", "")
    try:
        move_submission(found, "reopen", actor(request), comment, seen_revision(request))
    except Refused as refused:
        return show(request, found.budget_year, status=409, refused=refused)
    messages.success(
        request, say("已重新打开“{unit}”；改好后重新送审、逐级审核", unit=str(found.unit))
    )
    return redirect("budget:year", pk=found.budget_year_id)
