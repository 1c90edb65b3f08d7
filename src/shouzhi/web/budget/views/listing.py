"""The list of budget years: found by year, state and department, and begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouzhi.catalogue.workflows import workflows
from shouzhi.cycle.sheets import schema
from shouzhi.web.audit.log import actor, record
from shouzhi.web.budget.editions import choices
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, grants, within


class YearForm(forms.Form):
    """A new budget year."""

    department = forms.ModelChoiceField(Body.objects.none(), label="部门")
    year = forms.IntegerField(min_value=2000, max_value=2100, label="年度")
    document = forms.ChoiceField(label="种类", required=False)
    edition = forms.ChoiceField(label="公开格式", required=False)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["department"].queryset = within(user, "timetable.edit").filter(kind="department")
        fields["department"].empty_label = say("请选择")
        fields["document"].choices = [
            (member, say(word)) for word, member in schema().choices["document"].items()
        ]
        fields["edition"].choices = [("", say("按年度选用")), *choices()]

    def clean_document(self) -> str:
        """A budget where nothing else is said."""
        return self.cleaned_data["document"] or "budget"

    def clean_edition(self) -> str:
        """An edition of the document that is chosen."""
        key: str = self.cleaned_data["edition"]
        if key and key not in dict(choices(self.cleaned_data.get("document"))):
            raise ValidationError(say("这个公开格式不是这一种类的；请另选，或选“按年度选用”"))
        return key


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the list is asked for (`?year=&state=&department=`); empty: all."""

    year: str
    state: str
    department: str

    def fits(self, year: BudgetYear) -> bool:
        """Whether a year is among what is asked for."""
        return (
            self.year in {"", str(year.year)}
            and self.state in {"", year.state}
            and self.department in {"", str(year.department_id)}
        )


@page("budget.view")
def years(request: HttpRequest) -> HttpResponse:
    """The budget years within reach; those who may, begin a new one."""
    form = YearForm(request.user) if can(request.user, "timetable.edit") else None
    return _list(request, form)


def _list(request: HttpRequest, form: YearForm | None, *, status: int = 200) -> HttpResponse:
    wanted = Wanted(*(request.GET.get(key, "") for key in ("year", "state", "department")))
    every = _reached(request.user)
    told = {
        "years": [(year, _due(year)) for year in every if wanted.fits(year)],
        "count": len(every),
        "wanted": wanted,
        "known_years": sorted({year.year for year in every}, reverse=True),
        "known_states": [
            state
            for state in workflows()["budget_year"].states.values()
            if any(year.state == state.key for year in every)
        ],
        "known_departments": list({year.department_id: year.department for year in every}.values()),
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "budget/years.html", told, status=status)


def _reached(user: Any) -> list[BudgetYear]:  # noqa: ANN401 - a user
    """The years of departments within a user's reach, or above it."""
    paths = [path for _, path in grants(user)]
    found = BudgetYear.objects.select_related("department").prefetch_related("deadlines")
    return [
        year
        for year in found.order_by("-year", "department__path", "document")
        if any(
            year.department.path.startswith(p) or p.startswith(year.department.path) for p in paths
        )
    ]


def _due(year: BudgetYear) -> date | None:
    """The day by which the step at which the year stands is to be finished; None once it is approved."""
    if year.state == "approved":
        return None
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
