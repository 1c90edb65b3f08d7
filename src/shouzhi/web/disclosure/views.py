"""The pages of disclosure: preview, preparation, signing, publication, correction, the log."""

from __future__ import annotations

from importlib import import_module

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.publish.proof import findings
from shouzhi.web.audit.log import actor
from shouzhi.web.budget.editions import edition_name
from shouzhi.web.budget.finding import year as find_year
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.budget.moving import offered, steps_of
from shouzhi.web.budget.views.moves import make_move
from shouzhi.web.disclosure import finding
from shouzhi.web.disclosure.files import framed, handed
from shouzhi.web.disclosure.models import Release
from shouzhi.web.disclosure.preparing import laid_out, prepare, wrong
from shouzhi.web.disclosure.steps import conditions, due, due_of, late_by, move_release
from shouzhi.web.language import say, spoken
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can, within


@page("release.view")
def releases(request: HttpRequest) -> HttpResponse:
    """The years within reach with their clock and releases."""
    departments = within(request.user, "release.view").filter(kind="department")
    paths = set(departments.values_list("path", flat=True))
    years = [
        (
            year,
            due(year),
            list(
                year.releases.select_related("replaces", "budget_year").prefetch_related(
                    "budget_year__approvals"
                )
            ),
        )
        for year in BudgetYear.objects.filter(approved_on__isnull=False).select_related(
            "department"
        )
        if year.department.path in paths
    ]
    told = {"years": years, "today": timezone.localdate(), "late_by": late_by}
    return render(request, "disclosure/releases.html", told)


@page("release.view", of=find_year)
def preview(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """The document as it would be published now, and what keeps it from being published."""
    faults: list[str] = []
    try:
        _, made = laid_out(found, draft=False)
        title, faults = made.title, wrong(made, findings(made, spoken()))
    except Refused as refused:
        title, faults = str(found), list(refused.reasons)
    told = {
        "year": found, "title": title, "faults": faults, "due": due(found),
        "may_prepare": can(request.user, "release.prepare", found.department),
        "published": found.releases.filter(state="published").first(),
        "pending": found.releases.filter(state__in=("prepared", "signed", "cleared")).first(),
    }  # fmt: skip
    return render(request, "disclosure/preview.html", told)


@page("release.view", of=find_year)
def preview_page(request: HttpRequest, found: BudgetYear) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The web page of the preview, for a frame; marked as a draft."""
    _, made = laid_out(found, draft=True)
    response = HttpResponse(import_module("shouzhi.publish.web").write(made))
    framed(response)
    return response


@page("release.prepare", of=find_year, methods=("POST",))
def prepare_release(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Freeze the year as a release, or as the correction of the one that is published."""
    replaces = found.releases.filter(state="published").first()
    made = prepare(found, actor(request), replaces=replaces, reason=request.POST.get("reason", ""))
    messages.success(request, say("已生成第 {number} 版，待负责人签批", number=made.number))
    return redirect("disclosure:release", pk=made.pk)


@page("release.view", of=finding.release)
def release(request: HttpRequest, found: Release) -> HttpResponse:
    """One release: its files with their hashes, who signed, and its moves."""
    return show(request, found)


def show(
    request: HttpRequest, found: Release, *, status: int = 200, refused: Refused | None = None
) -> HttpResponse:
    """The page of a release, with what was refused where something was."""
    pages = [output for output in found.outputs() if output["path"].endswith(".html")]
    told = {
        "release": found,
        "edition": edition_name(found.edition),
        "page": pages[0]["path"] if pages else None,
        "moves": offered(found, actor(request), conditions),
        "steps": steps_of(found),
        "due": due_of(found),
        "today": timezone.localdate(),
        "late_by": late_by(found),
        "may_correct": found.state == "published"
        and can(request.user, "release.prepare", found.body),
        "corrections": found.corrections.exclude(state="discarded").order_by("number"),
        "may_explain": can(request.user, "release.prepare", found.body),
        "refused": refused,
    }
    return render(request, "disclosure/release.html", told, status=status)


@page("release.view", of=finding.release, methods=("POST",))
def move(request: HttpRequest, found: Release) -> HttpResponse:
    """Make a move of the release; the workflow says who may."""
    return make_move(request, found, move_release, show, "disclosure:release")


def _of(pk: int, name: str) -> Release:  # noqa: ARG001 - the address names both
    return get_object_or_404(Release.objects.select_related("budget_year__department"), pk=pk)


@page("release.view", of=_of)
def file(request: HttpRequest, found: Release) -> FileResponse:
    """A file of a release."""
    assert request.resolver_match is not None  # noqa: S101 - tells the type checker
    return handed(found, request.resolver_match.kwargs["name"])
