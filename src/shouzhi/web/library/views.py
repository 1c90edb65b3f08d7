"""The pages of the project library."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from shouzhi.catalogue.workflows import workflows
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor, person, record
from shouzhi.web.budget.models import BudgetYear, Step
from shouzhi.web.budget.moving import offered
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.library.admitting import conditions, move_project, open_submission
from shouzhi.web.library.forms import ProjectForm, formsets, valid
from shouzhi.web.library.models import Project
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within


def _project(pk: int) -> Project:
    return get_object_or_404(Project.objects.select_related("unit"), pk=pk)


def _unit(pk: int) -> Body:
    return get_object_or_404(Body, pk=pk, kind="unit")


@page("project.view")
def projects(request: HttpRequest) -> HttpResponse:
    """The projects within reach, by state and words."""
    found = Project.objects.filter(unit__in=within(request.user, "project.view")).select_related(
        "unit"
    )
    found = found.annotate(cost=Sum("costs__amount")).order_by("unit__path", "name")
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state:
        found = found.filter(state=state)
    if words:
        found = found.filter(name__icontains=words)
    pages = Paginator(found, 50).get_page(request.GET.get("page"))
    told = {
        "pages": pages, "states": workflows()["project"].states.values(), "state": state, "q": words,
        "units": within(request.user, "project.enter").filter(kind="unit"),
    }  # fmt: skip
    return render(request, "library/projects.html", told)


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
            raise Stale(say("这个项目已被他人改动；请返回看过新的内容再改"))
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
    told = {"project": project, "form": form, "sets": sets}
    return render(request, "library/edit.html", told, status=400 if data is not None else 200)


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
    fields = (
        "name",
        "code",
        "kind",
        "attribute",
        "function",
        "begins",
        "ends",
        "basis",
        "necessity",
        "plan",
        "goal",
        "measures",
    )
    told: dict[str, Any] = {field: getattr(project, field) for field in fields}
    told["costs"] = [[c.year, c.purpose, c.source, c.amount] for c in project.costs.all()]
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
        for year in BudgetYear.objects.filter(department=department).select_related("department")
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
        "steps": Step.objects.filter(kind="project", object_id=found.pk).select_related("by"),
        "may_edit": found.state_now.open and can(request.user, "project.enter", found.unit),
        "refused": refused,
    }
    return render(request, "library/project.html", told, status=status)


@page("project.view", of=_project, methods=("POST",))
def move(request: HttpRequest, found: Project) -> HttpResponse:
    """Make a move of the project; the workflow says who may."""
    chosen, text = request.POST.get("budget_year", ""), request.POST.get("revision", "")
    year = (
        BudgetYear.objects.filter(pk=int(chosen)).select_related("department").first()
        if chosen.isdigit()
        else None
    )
    try:
        made = move_project(
            found, request.POST.get("move", ""), actor(request),
            comment=request.POST.get("comment", ""), revision=int(text) if text.isdigit() else None, year=year,
        )  # fmt: skip
    except Refused as refused:
        return show(request, found, status=409, refused=refused)
    messages.success(request, say("已完成：{move}", move=say(made.name)))
    return redirect("library:project", pk=found.pk)
