"""The pages of the project library."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.told import term
from shouzhi.catalogue.workflows import workflows
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.audit.models import Entry
from shouzhi.web.audit.words import differences
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.budget.moving import offered, steps_of
from shouzhi.web.budget.views.moves import make_move
from shouzhi.web.exports import download, wanted
from shouzhi.web.language import say, tell
from shouzhi.web.library import finding
from shouzhi.web.library.admitting import conditions, move_project, open_submission
from shouzhi.web.library.codes import combo_words, declaring, unit_named, units_like
from shouzhi.web.library.listing import LISTED, rows
from shouzhi.web.library.models import Cost, Project
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import whole

_NEAR = 5  # units that a page names where none was meant plainly


@page("project.view")
def projects(request: HttpRequest) -> HttpResponseBase:
    """The projects within reach, by words, state, unit and a year of their costing; or as a file."""
    return _library(request)


def _library(request: HttpRequest, unknown: str = "", given: str = "") -> HttpResponseBase:
    """The page of the library; `unknown` tells what is amiss with the unit that was given."""
    mine = within(request.user, "project.view")
    found = Project.objects.filter(unit__in=mine)
    query = {} if unknown else request.GET
    asked = {key: query.get(key, "").strip() for key in ("q", "state", "unit", "year")}
    if asked["state"]:
        found = found.filter(state=asked["state"])
    if asked["q"]:
        found = found.filter(Q(name__icontains=asked["q"]) | Q(code__icontains=asked["q"]))
    if asked["unit"].isdigit():
        found = found.filter(unit=int(asked["unit"]))
    costs = Cost.objects.filter(project__in=found)
    if asked["year"].isdigit():
        costs = costs.filter(year=int(asked["year"]))
        found = found.filter(pk__in=costs.values("project"))
    listed = (
        found.select_related("unit")
        .prefetch_related("admissions__budget_year")
        .annotate(cost=Subquery(_sums(costs)))
        .order_by("unit__path", "name")
    )
    if wanted(request):
        return download(request, say("项目库"), [say(name) for name in LISTED], rows(listed))
    pages = Paginator(listed, 50).get_page(request.GET.get("page"))
    told = {
        "pages": pages, "states": workflows()["project"].states.values(), "asked": asked,
        "total": costs.aggregate(all=Sum("amount"))["all"],
        "years": Cost.objects.filter(project__unit__in=mine).order_by("year").values_list("year", flat=True).distinct(),
        "units": mine.filter(kind="unit", projects__isnull=False).distinct(),
        "mine": list(declaring(request.user)[:2]),
        "unknown": unknown, "given": given, "words": combo_words(),
        "query": urlencode(asked),
    }  # fmt: skip
    return render(request, "library/projects.html", told, status=404 if unknown else 200)


def _sums(costs: QuerySet[Cost]) -> QuerySet[Cost, dict[str, Any]]:
    """What some costs amount to, project by project, for a subquery."""
    of = costs.filter(project=OuterRef("pk")).order_by().values("project")
    return of.annotate(all=Sum("amount")).values("all")


@page("project.enter")
def begin(request: HttpRequest) -> HttpResponseBase:
    """Find the unit (`?unit=`, its code or name) that declares a project, and go on to its form."""
    text = request.GET.get("unit", "").strip()[:120]
    mine = declaring(request.user)
    if (unit := unit_named(mine, text)) is not None:
        return redirect("library:declare", pk=unit.pk)
    near = [f"{one.code} {one.name}".strip() for one in (units_like(mine, text) or mine)[:_NEAR]]
    told = say("没有找到单位“{unit}”；可填：{near}", unit=text, near=say("、").join(near) or "—")
    return _library(request, told, text)


@page("project.view", of=finding.project)
def project(request: HttpRequest, found: Project) -> HttpResponse:
    """One project."""
    return show(request, found)


def show(
    request: HttpRequest, found: Project, *, status: int = 200, refused: Refused | None = None
) -> HttpResponse:
    """The page of a project, with what was refused where something was."""
    department = found.unit.department
    years = [
        year
        for year in BudgetYear.objects.filter(department=department)
        .exclude(pk__in=found.admissions.values("budget_year"))
        .select_related("department")
        if open_submission(found, year) is not None
    ]
    told = {
        "project": found,
        "costs": found.costs.all(),
        "names": {
            cost.economic: tell(classification("economic").name(cost.economic, cost.year) or "")
            for cost in found.costs.all()
        },
        "indicators": found.indicators.all(),
        "purchases": found.purchases.all(),
        "by_year": found.by_year(),
        "admissions": found.admissions.select_related("budget_year__department", "by"),
        "years": years,
        "moves": offered(
            found, actor(request), partial(conditions, year=years[0] if years else None)
        ),
        "steps": steps_of(found),
        "total": sum(found.by_year().values()),
        "function": term(classification("function").name(found.function) or ""),
        "edits": [
            (entry, differences(entry))
            for entry in Entry.objects.filter(
                kind="project", object_id=str(found.pk), verb="project"
            )[:50]
        ],
        "may_edit": found.state_now.open and can(request.user, "project.enter", found.unit),
        "refused": refused,
    }
    return render(request, "library/project.html", told, status=status)


@page("project.view", of=finding.project, methods=("POST",))
def move(request: HttpRequest, found: Project) -> HttpResponse:
    """Make a move of the project; the workflow says who may."""
    chosen = whole(request.POST.get("budget_year"))
    year = BudgetYear.objects.filter(pk=chosen or 0).select_related("department").first()
    return make_move(request, found, partial(move_project, year=year), show, "library:project")
