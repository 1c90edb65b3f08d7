"""The pages of the project library."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.workflows import workflows
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor, person, record
from shouzhi.web.audit.models import Entry
from shouzhi.web.audit.words import differences
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.budget.moving import offered, steps_of
from shouzhi.web.budget.views.moves import make_move
from shouzhi.web.language import say
from shouzhi.web.library.admitting import conditions, move_project, open_submission
from shouzhi.web.library.forms import DECLARED, ProjectForm, formsets, valid
from shouzhi.web.library.models import Cost, Project
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import whole


def _project(pk: int) -> Project:
    return get_object_or_404(Project.objects.select_related("unit"), pk=pk)


def _unit(pk: int) -> Body:
    return get_object_or_404(Body, pk=pk, kind="unit")


@page("project.view")
def projects(request: HttpRequest) -> HttpResponse:
    """The projects within reach, by words, state, unit and a year of their costing."""
    mine = within(request.user, "project.view")
    found = Project.objects.filter(unit__in=mine)
    asked = {key: request.GET.get(key, "").strip() for key in ("q", "state", "unit", "year")}
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
    pages = Paginator(listed, 50).get_page(request.GET.get("page"))
    told = {
        "pages": pages, "states": workflows()["project"].states.values(), "asked": asked,
        "total": costs.aggregate(all=Sum("amount"))["all"],
        "years": Cost.objects.filter(project__unit__in=mine).order_by("year").values_list("year", flat=True).distinct(),
        "units": mine.filter(kind="unit", projects__isnull=False).distinct(),
        "mine": within(request.user, "project.enter").filter(kind="unit"),
        "query": urlencode(asked),
    }  # fmt: skip
    return render(request, "library/projects.html", told)


def _sums(costs: QuerySet[Cost]) -> QuerySet[Cost, dict[str, Any]]:
    """What some costs amount to, project by project, for a subquery."""
    of = costs.filter(project=OuterRef("pk")).order_by().values("project")
    return of.annotate(all=Sum("amount")).values("all")


@page("project.enter")
def begin(request: HttpRequest) -> HttpResponse:
    """Choose the unit (`?unit=`) that declares a project, and go on to its form."""
    unit = within(request.user, "project.enter").filter(
        kind="unit", pk=whole(request.GET.get("unit")) or 0
    )
    return redirect("library:declare", pk=get_object_or_404(unit).pk)


@page("project.enter", of=_unit, methods=("GET", "POST"))
def declare(request: HttpRequest, unit: Body) -> HttpResponse:
    """Declare a new project of a unit."""
    return _edit(request, Project(unit=unit))


@page("project.enter", of=_project, methods=("GET", "POST"))
def edit(request: HttpRequest, found: Project) -> HttpResponse:
    """Change a declaration while it is open."""
    if not found.state_now.open:
        raise Refused(
            [say("现在是“{now}”，不能修改；请先撤回或请审核人退回", now=say(found.state_now.name))]
        )
    return _edit(request, found)


def _edit(request: HttpRequest, project: Project) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form, sets = (
        ProjectForm(data, instance=project),
        formsets(project if project.pk else None, data),
    )
    good = data is not None and form.is_valid()
    if data is not None and valid(sets) and good:
        if project.pk and request.POST.get("revision") != str(project.revision):
            told = {"project": project, "form": form, "sets": sets, "clash": _clash(project, form)}
            return render(request, "library/edit.html", told, status=409)
        if (
            Project.objects.filter(unit=project.unit, name=form.cleaned_data["name"])
            .exclude(pk=project.pk)
            .exists()
        ):
            form.add_error("name", say("这个单位已有同名项目"))
        else:
            _save(request, project, form, sets)
            messages.success(request, say("已保存"))
            return redirect("library:project", pk=project.pk)
    told = {"project": project, "form": form, "sets": sets, "clash": None}
    return render(request, "library/edit.html", told, status=400 if data is not None else 200)


def _clash(project: Project, form: ProjectForm) -> list[tuple[str, str, str]]:
    """What somebody else has saved meanwhile and what was typed here, field by field."""
    now = Project.objects.get(pk=project.pk)
    pairs = (
        (str(field.label), str(getattr(now, name)), str(form.cleaned_data[name]))
        for name, field in form.fields.items()
    )
    return [(label, theirs, yours) for label, theirs, yours in pairs if theirs != yours]


def _save(
    request: HttpRequest, project: Project, form: ProjectForm, sets: list[tuple[str, Any]]
) -> None:
    with transaction.atomic():
        before = _told(Project.objects.get(pk=project.pk)) if project.pk else None
        project.revision += 1
        form.save()
        for _, made in sets:
            made.instance = project
            made.save()
        project.editors.add(person(request))
        record(actor(request), "project", project, before=before, after=_told(project))


def _told(project: Project) -> dict[str, Any]:
    told: dict[str, Any] = {field: getattr(project, field) for field in DECLARED}
    told["costs"] = [[c.year, c.purpose, c.source, c.amount] for c in project.costs.all()]
    told["indicators"] = [
        [i.first, i.second, i.third, i.year_value] for i in project.indicators.all()
    ]
    told["purchases"] = [[p.year, p.name, p.source, p.amount] for p in project.purchases.all()]
    return told


@page("project.view", of=_project)
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
        "function": classification("function").name(found.function) if found.function else "",
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


@page("project.view", of=_project, methods=("POST",))
def move(request: HttpRequest, found: Project) -> HttpResponse:
    """Make a move of the project; the workflow says who may."""
    chosen = whole(request.POST.get("budget_year"))
    year = BudgetYear.objects.filter(pk=chosen or 0).select_related("department").first()
    return make_move(request, found, partial(move_project, year=year), show, "library:project")
