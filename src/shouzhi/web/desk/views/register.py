"""The register: who should publish what and by when, what has come, and what is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import services
from shouzhi.web.desk.deadlines import Due, Standing, Steps, due, standing
from shouzhi.web.desk.models import KINDS, Approval, Document
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import whole

_PUBLISHED = ("budget", "accounts")
_STEPS = ("approved", "replied", "passed_on")
_YEARS = 3


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of a body: the last day, the document that came, and how it stands."""

    last: Due | None
    document: Document | None
    standing: Standing


@page("desk.view")
def register(request: HttpRequest) -> HttpResponse:
    """Departments by years by kinds."""
    today = timezone.localdate()
    years = _years(request, today)
    bodies = [b for b in within(request.user, "desk.view").order_by("path") if b.kind != "region"]
    if request.GET.get("units") != "1":
        bodies = [b for b in bodies if b.kind == "department"]
    duties = _duties(bodies, years, today)
    late = request.GET.get("late") == "1"
    shown = [
        body for body in bodies
        if not late or any(d.standing == "late" for (key, *_), d in duties.items() if key == body.pk)
    ]  # fmt: skip
    return render(request, "desk/register.html", {
        "bodies": shown, "years": years, "kinds": [k for k in KINDS if k[0] in _PUBLISHED],
        "duties": duties, "totals": _totals(duties.values()), "asked": request.GET,
        "newest": years[-1], "may": can(request.user, "register.edit"),
        "places": within(request.user, "register.edit").order_by("path"),
        "approvals": Approval.objects.filter(body__in=within(request.user, "desk.view")).select_related("body")[:60],
        "this_year": today.year,
    })  # fmt: skip


def _years(request: HttpRequest, today: date) -> list[int]:
    asked = request.GET.get("year", "")
    last = int(asked) if asked.isdigit() and 1990 < int(asked) < 2100 else today.year
    return list(range(last - _YEARS + 1, last + 1))


def _duties(
    bodies: Iterable[Body], years: list[int], today: date
) -> dict[tuple[int, int, str], Duty]:
    """Every duty of the bodies in the years: by body, year and kind."""
    known = list(bodies)
    approvals = {(a.body_id, a.year, a.kind): a for a in Approval.objects.filter(year__in=years)}
    came = _came([body.pk for body in known], years)
    found = {}
    for body in known:
        for year in years:
            if not body.valid(date(year, 12, 31)):
                continue
            for kind in _PUBLISHED:
                last = due(kind, body.kind, _steps(body, year, kind, approvals))
                document = came.get((body.pk, year, kind))
                day = document.came_on if document else None
                how = standing(last.day if last else None, day, today)
                found[body.pk, year, kind] = Duty(last, document, how)
    return found


def _came(bodies: list[int], years: list[int]) -> dict[tuple[int, int, str], Document]:
    """The first document that came for each duty."""
    documents = Document.objects.filter(body_id__in=bodies, year__in=years, kind__in=_PUBLISHED, state="read")
    kept: dict[tuple[int, int, str], Document] = {}
    for document in documents.only("pk", "body_id", "year", "kind", "at", "published_on", "title", "name"):
        key = (document.body_id, int(document.year or 0), document.kind)
        if key not in kept or document.came_on < kept[key].came_on:
            kept[key] = document
    return kept


def _steps(
    body: Body, year: int, kind: str, approvals: dict[tuple[int, int, str], Approval]
) -> Steps:
    """The days that hold for a body: its own, else those of the bodies above it."""
    above = [int(key) for key in body.path.strip("/").split("/")]
    told: dict[str, Any] = dict.fromkeys(_STEPS)
    for key in above:
        if held := approvals.get((key, year, kind)):
            told |= {name: day for name in _STEPS if (day := getattr(held, name))}
    return Steps(**told)


def _totals(duties: Iterable[Duty]) -> dict[str, int]:
    counts: dict[str, int] = dict.fromkeys(get_args(Standing), 0)
    for duty in duties:
        counts[duty.standing] += 1
    return counts


@page("register.edit", methods=("POST",))
def approve(request: HttpRequest) -> HttpResponse:
    """Keep when a budget or accounts were approved, replied to and passed on."""
    given = request.POST
    body = Body.objects.filter(pk=whole(given.get("body")) or 0).first()
    if body is None or not can(request.user, "register.edit", body):
        raise Refused(["请选择您范围内的地区、部门或单位"])
    year = whole(given.get("year")) or 0
    if not 1990 < year < 2100 or given.get("kind") not in _PUBLISHED:
        raise Refused(["请写四位年度，并选择预算或决算"])
    steps = {name: _day(given.get(name, "")) for name in _STEPS}
    order = [day for day in steps.values() if day]
    if order != sorted(order):
        raise Refused(["日期先后不对；批准在前，批复部门在后，批复单位最后"])
    services.approve(body, year, given["kind"], steps, actor(request))
    messages.success(request, say("日期已记下"))
    return redirect(f"{request.path.removesuffix('approvals')}?year={year}")


def _day(text: str) -> date | None:
    """A day; raises Refused for what is none."""
    try:
        found = parse_date(text.strip()) if text.strip() else None
    except ValueError:
        found = None
    if text.strip() and found is None:
        raise Refused([f"“{text}”不是日期；请写成 2025-02-01"])
    return found
