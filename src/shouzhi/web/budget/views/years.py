"""Budget years: the list, one with its rounds and units, its timetable and its moves."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouzhi.catalogue.forms import keys
from shouzhi.cycle.moves import Refused
from shouzhi.cycle.sheets import schema
from shouzhi.web.audit.log import actor, record
from shouzhi.web.budget import finding
from shouzhi.web.budget.conditions import of_year
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear, Deadline
from shouzhi.web.budget.moving import offered, steps_of
from shouzhi.web.budget.rounds import ROUND_NAMES, move_year
from shouzhi.web.budget.summary import overall, standings
from shouzhi.web.budget.views.moves import make_move
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, grants, reached, within
from shouzhi.web.typed import seen_revision


class YearForm(forms.Form):
    """A new budget year."""

    department = forms.ModelChoiceField(Body.objects.none(), label="部门")
    year = forms.IntegerField(min_value=2000, max_value=2100, label="年度")
    document = forms.ChoiceField(label="种类", required=False)
    edition = forms.ChoiceField(label="公开格式", required=False)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        departments = within(user, "timetable.edit").filter(kind="department")
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        self.fields["document"].choices = [  # type: ignore[attr-defined]
            (member, say(word)) for word, member in schema().choices["document"].items()
        ]
        self.fields["edition"].choices = [("", say("按年度选用")), *((key, key) for key in keys())]  # type: ignore[attr-defined]

    def clean_document(self) -> str:
        """A budget where nothing else is said."""
        return self.cleaned_data["document"] or "budget"


@page("budget.view")
def years(request: HttpRequest) -> HttpResponse:
    """The budget years within reach; those who may, begin a new one."""
    form = YearForm(request.user) if can(request.user, "timetable.edit") else None
    return _list(request, form)


def _list(request: HttpRequest, form: YearForm | None, *, status: int = 200) -> HttpResponse:
    paths = [path for _, path in grants(request.user)]
    found = [
        (year, _due(year))
        for year in BudgetYear.objects.select_related("department")
        .prefetch_related("deadlines")
        .order_by("-year", "department__path", "document")
        if any(
            year.department.path.startswith(p) or p.startswith(year.department.path) for p in paths
        )
    ]
    told = {"years": found, "form": form, "today": timezone.localdate()}
    return render(request, "budget/years.html", told, status=status)


def _due(year: BudgetYear) -> date | None:
    """The day by which the step at which the year stands is to be finished."""
    return next((d.due for d in year.deadlines.all() if d.state == year.state), None)


@page("timetable.edit", methods=("POST",))
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a budget year."""
    form = YearForm(request.user, request.POST)
    if not form.is_valid():
        return _list(request, form, status=400)
    with transaction.atomic():
        made, new = BudgetYear.objects.get_or_create(
            department=form.cleaned_data["department"],
            year=form.cleaned_data["year"],
            document=form.cleaned_data["document"],
            defaults={"edition": form.cleaned_data["edition"]},
        )
        if not new:
            messages.info(request, say("这个年度预算已经有了"))
        else:
            record(
                actor(request), "begin", made, after={"year": made.year, "edition": made.edition}
            )
    return redirect("budget:year", pk=made.pk)


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
    moves = offered(found, actor(request), of_year)
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
        "states": list(found.workflow.states.values()),
        "deadlines": {d.state: d for d in found.deadlines.all()},
        "steps": steps_of(found),
        "refused": refused,
        "today": timezone.localdate(),
        "may_set": can(request.user, "timetable.edit", found.department),
        "may_issue": can(request.user, "ceiling.issue", found.department),
    }
    return render(request, "budget/year.html", told, status=status)


@page("timetable.edit", of=finding.year, methods=("POST",))
def timetable(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Set the deadlines of the rounds (`due_<state>`), and the number of the approval."""
    seen = seen_revision(request)
    before = {d.state: d.due.isoformat() for d in found.deadlines.all()}
    wanted: dict[str, date] = {}
    for state in found.workflow.states:
        text = request.POST.get(f"due_{state}", "").strip()
        try:
            if text:
                wanted[state] = date.fromisoformat(text)
        except ValueError:
            messages.error(request, say("“{text}”不是日期；请写成 2026-10-31", text=text))
            return redirect("budget:year", pk=found.pk)
    if sorted(wanted.values()) != list(wanted.values()):
        messages.error(request, say("各轮的截止日期应依次往后；请核对"))
        return redirect("budget:year", pk=found.pk)
    with transaction.atomic():
        held = BudgetYear.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if seen is not None and held.revision != seen:
            yours = {s: d.isoformat() for s, d in wanted.items()}
            raise Stale(
                say(
                    "时间表、文号或状态已被他人改动。现在：{theirs}。您填的：{yours}。请看过新的内容再改",
                    theirs=_listed(found, before),
                    yours=_listed(found, yours),
                ),
                yours=yours,
                theirs=before,
            )
        found.deadlines.all().delete()
        Deadline.objects.bulk_create(
            Deadline(budget_year=found, state=s, due=d) for s, d in wanted.items()
        )
        number = request.POST.get("document_number")
        if number is not None:
            found.document_number = number.strip()[:80]
        found.revision = held.revision + 1
        found.save(update_fields=["document_number", "revision"])
        after = {s: d.isoformat() for s, d in wanted.items()}
        record(
            actor(request),
            "timetable",
            found,
            before=before,
            after={**after, "document_number": found.document_number},
        )
    messages.success(request, say("时间表已保存"))
    return redirect("budget:year", pk=found.pk)


@page("budget.view", of=finding.year, methods=("POST",))
def move(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Make a move of the year; the workflow says who may."""
    return make_move(request, found, move_year, show, "budget:year")


def _listed(year: BudgetYear, dates: dict[str, str]) -> str:
    """Deadlines in one line."""
    told = "、".join(f"{say(year.workflow.states[s].name)} {d}" for s, d in dates.items())
    return told or "—"
