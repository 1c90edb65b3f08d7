"""Declaring a project and changing it; what two people typed at once is laid side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor, person, record
from shouzhi.web.audit.models import Entry
from shouzhi.web.language import say
from shouzhi.web.library import clashing, finding
from shouzhi.web.library.codes import combo_words
from shouzhi.web.library.forms import DECLARED, ProjectForm, formsets, valid
from shouzhi.web.library.models import Project
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body

_Forms = tuple[ProjectForm, list[tuple[str, Any]]]
_OWN: Final = {"csrfmiddlewaretoken", "revision", "seen", "then"}
"""What a form sends of itself, beside the declaration."""


class _Clash(Exception):
    """Somebody else saved the project first."""


@page("project.enter", of=finding.unit, methods=("GET", "POST"))
def declare(request: HttpRequest, unit: Body) -> HttpResponse:
    """Declare a new project of a unit."""
    return _edit(request, Project(unit=unit))


@page("project.enter", of=finding.project, methods=("GET", "POST"))
def edit(request: HttpRequest, found: Project) -> HttpResponse:
    """Change a declaration while it is open."""
    _refuse_closed(found)
    return _edit(request, found)


def _refuse_closed(found: Project) -> None:
    if not found.state_now.open:
        raise Refused(
            [say("现在是“{now}”，不能修改；请先撤回或请审核人退回", now=say(found.state_now.name))]
        )


def _edit(request: HttpRequest, project: Project) -> HttpResponse:
    if request.method != "POST":
        return _form(request, project, None)
    data = _merged(request.POST, project)
    if project.pk and request.POST.get("revision") != str(project.revision):
        return _clash(request, project, data)
    form, sets = _bound(project, data)
    if request.POST.get("then") == "edit":
        messages.info(request, say("已按您的选择合并，还没有保存。"))
    elif all([form.is_valid(), valid(sets)]) and not _named_alike(project, form):
        try:
            _save(request, project, form, sets)
        except _Clash:
            return _clash(request, _fresh(project), data)
        messages.success(request, say("已保存"))
        return redirect("library:project", pk=project.pk)
    return _form(request, project, (form, sets))


def _merged(data: QueryDict, project: Project) -> QueryDict:
    """What was sent, with the choices between two versions where it comes with them."""
    theirs = clashing.seen(data) if "then" in data else None
    if theirs is None:
        return data
    takes = {} if data["then"] == "mine" else data
    wanted = clashing.merged(theirs, clashing.typed(data), takes)
    return clashing.posted(project, wanted, theirs)


def _bound(project: Project, data: QueryDict | None) -> _Forms:
    return ProjectForm(data, instance=project), formsets(project if project.pk else None, data)


def _form(request: HttpRequest, project: Project, bound: _Forms | None) -> HttpResponse:
    """The form of a declaration: as it is saved, or as it was typed with what is amiss."""
    form, sets = bound or _bound(project, None)
    merging = request.POST.get("then") == "edit"
    told = {
        "project": project,
        "form": form,
        "sets": sets,
        "words": combo_words(),
        "seen": clashing.kept(_fresh(project)).written(),
    }
    status = 200 if bound is None or merging else 400
    return render(request, "library/edit.html", told, status=status)


def _fresh(project: Project) -> Project:
    """A project as it is saved: a form writes what was typed into its instance."""
    return Project.objects.get(pk=project.pk) if project.pk else Project(unit=project.unit)


def _named_alike(project: Project, form: ProjectForm) -> bool:
    """Whether the unit has another project of that name; the form tells it."""
    alike = Project.objects.filter(unit=project.unit, name=form.cleaned_data["name"])
    if found := alike.exclude(pk=project.pk).exists():
        form.add_error("name", say("这个单位已有同名项目"))
    return found


def _clash(request: HttpRequest, project: Project, data: QueryDict) -> HttpResponse:
    """Both versions, to choose from: what somebody else has saved meanwhile, and what was typed here."""
    _refuse_closed(project)
    theirs = clashing.kept(_fresh(project))
    told = {
        "project": project,
        "tables": clashing.compared(theirs, clashing.typed(data), clashing.seen(request.POST)),
        "typed": [
            (key, text)
            for key, texts in data.lists()
            if key not in _OWN and not key.startswith("take-")
            for text in texts
        ],
        "seen": theirs.written(),
        "last": Entry.objects.filter(
            kind="project", object_id=str(project.pk), verb="project"
        ).first(),
    }
    return render(request, "library/clash.html", told, status=409)


def _save(request: HttpRequest, project: Project, form: ProjectForm, sets: list[Any]) -> None:
    """Save a declaration, all or nothing; raises _Clash where somebody was quicker."""
    with transaction.atomic():
        before = None
        if project.pk:
            held = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
            if held.revision != project.revision:
                raise _Clash
            _refuse_closed(held)
            before = _told(held)
        project.revision += 1
        form.save()
        for _, made in sets:
            made.instance = project
            made.save()
        project.editors.add(person(request))
        record(actor(request), "project", project, before=before, after=_told(project))


def _told(project: Project) -> dict[str, Any]:
    """A declaration as the audit log keeps it."""
    told: dict[str, Any] = {name: getattr(project, name) for name in (*DECLARED, "key")}
    told["costs"] = [
        [c.year, c.purpose, c.economic, c.source, c.amount] for c in project.costs.all()
    ]
    told["indicators"] = [
        [i.first, i.second, i.third, i.period_value, i.year_value, _number(i.weight)]
        for i in project.indicators.all()
    ]
    told["purchases"] = [
        [p.year, p.category, p.name, _number(p.quantity), p.measure, p.source, p.amount]
        for p in project.purchases.all()
    ]
    return told


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
