"""The grid of a sheet: its page, its data, saving, and the codes that its cells take."""

from __future__ import annotations

from typing import Any

import orjson
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse

from shouzhi.catalogue.names import fold
from shouzhi.cycle.lookup import ACCOUNTS, find
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.budget import finding
from shouzhi.web.budget.entry import protocol
from shouzhi.web.budget.entry.places import Place, place, sheets
from shouzhi.web.budget.entry.saving import save_sheet
from shouzhi.web.budget.entry.words import WORDS, said
from shouzhi.web.budget.models import Submission
from shouzhi.web.budget.naming import ROUND_NAMES
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can

_MOST_FOUND = 40


@page("budget.view", of=finding.submission)
def first(request: HttpRequest, found: Submission) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Entry begins at the sheet of expenditure."""
    return redirect("budget:sheet", pk=found.pk, sheet="expenditure")


@page("budget.view", of=place)
def sheet(request: HttpRequest, found: Place) -> HttpResponse:
    """The page of a sheet, on which the grid stands."""
    submission = found.submission
    told = {
        "submission": submission,
        "sheet": found.sheet,
        "round_name": ROUND_NAMES[submission.round],
        "sheets": _tabs(submission),
        "may_enter": _may_enter(request, submission),
        "grid": _grid(request, found),
    }
    return render(request, "budget/entry.html", told)


def _tabs(submission: Submission) -> list[tuple[str, str, dict[str, int]]]:
    """The sheets with how many rows they have and how many of these are amiss."""
    counted = submission.rows.order_by().values("sheet")
    counts = {
        row["sheet"]: row
        for row in counted.annotate(rows=Count("pk"), faulty=Count("pk", filter=~Q(faults={})))
    }
    none = {"rows": 0, "faulty": 0}
    return [(one.key, one.name, counts.get(one.key, none)) for one in sheets()]


def _grid(request: HttpRequest, found: Place) -> dict[str, Any]:
    """What the script of the page begins with."""
    names = {"pk": found.submission.pk, "sheet": found.sheet.key}
    may_comment = can(request.user, "comment.write", found.submission.unit)
    return {
        "data": reverse("budget:sheet-data", kwargs=names),
        "save": reverse("budget:sheet-save", kwargs=names),
        "codes": reverse("budget:codes", kwargs={"pk": found.submission.pk}),
        "comment": reverse("budget:comment", kwargs={"pk": found.submission.pk})
        if may_comment
        else None,
        "login": reverse("people:login"),
        "token": get_token(request),
        "person": request.user.pk,
        "words": {word: spoken for word in WORDS if (spoken := said(word)) != word},
    }


def _may_enter(request: HttpRequest, submission: Submission) -> bool:
    return submission.open and can(request.user, "budget.enter", submission.unit)


@page("budget.view", of=place)
def data(request: HttpRequest, found: Place) -> HttpResponse:
    """The rows of a sheet with columns, totals and names; `group` asks for branches."""
    readonly = not _may_enter(request, found.submission)
    return protocol.answer(
        protocol.data(found, readonly=readonly, group=request.GET.get("group", ""))
    )


@page("budget.enter", of=place, methods=("POST",))
def save(request: HttpRequest, found: Place) -> HttpResponse:
    """Save changes of rows; what somebody else has changed meanwhile comes back as conflicts."""
    try:
        asked = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise Refused([say("这一次保存的内容不完整；请刷新页面，没有保存的内容会恢复")]) from None
    if isinstance(asked, dict) and asked.get("person") != request.user.pk:
        told = [say("这一页是另一个人打开的；请用原来的用户登录，修改还在")]
        return protocol.answer({"error": say("登录的人换了"), "reasons": told}, 401)
    group = asked.get("group") if isinstance(asked, dict) else None
    return protocol.answer(
        save_sheet(found, asked, actor(request), group if isinstance(group, str) else "")
    )


@page("budget.view", of=finding.submission)
def codes(request: HttpRequest, found: Submission) -> HttpResponse:
    """What a cell may name: accounts of the year, units and projects of the submission."""
    kind, query = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:60]
    if kind in ACCOUNTS:
        accounts = find(kind, query, found.budget_year.year, _MOST_FOUND)
        return protocol.answer([{"code": a.code, "name": a.name, "path": a.path} for a in accounts])
    if kind == "unit":
        return protocol.answer(_fitting(query, _units(found)))
    return protocol.answer(_fitting(query, _projects(found)) if kind == "project" else [])


def _units(submission: Submission) -> list[dict[str, str]]:
    units = submission.unit.units() if submission.unit.kind != "unit" else [submission.unit]
    return [
        {"code": unit.code or unit.name, "name": unit.name, "path": unit.nature} for unit in units
    ]


def _projects(submission: Submission) -> list[dict[str, str]]:
    rows = (
        submission.rows.filter(sheet="projects")
        .order_by("position")
        .values_list("cells", flat=True)
    )
    return [
        {"code": cells["name"], "name": cells["name"], "path": _above(cells)}
        for cells in rows
        if cells.get("name")
    ]


def _above(cells: dict[str, str]) -> str:
    """Whose project it is, and of which kind."""
    return " · ".join(filter(None, (cells.get("unit"), cells.get("kind"))))


def _fitting(query: str, found: list[dict[str, str]]) -> list[dict[str, str]]:
    wanted = fold(query)
    fits = [one for one in found if wanted in fold(one["name"]) or one["code"].startswith(query)]
    return sorted(fits, key=lambda one: not fold(one["name"]).startswith(wanted))[:_MOST_FOUND]
