"""The register: who should publish what and by when, what has come, and what is late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import get_args

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import services
from shouzhi.web.desk.deadlines import Standing
from shouzhi.web.desk.duties import PUBLISHED, STEPS, Duty, duties, years_shown
from shouzhi.web.desk.models import KINDS, Approval
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import whole


@page("desk.view")
def register(request: HttpRequest) -> HttpResponse:
    """Departments by years by kinds."""
    today = timezone.localdate()
    bodies = [b for b in within(request.user, "desk.view").order_by("path") if b.kind != "region"]
    if request.GET.get("units") != "1":
        bodies = [b for b in bodies if b.kind == "department"]
    if words := request.GET.get("q", "").strip():
        bodies = [b for b in bodies if words in b.name]
    years = years_shown(_year(request), bodies, today)
    known = duties(bodies, years, today)
    late = request.GET.get("late") == "1"
    shown = [
        body for body in bodies
        if not late or any(d.standing == "late" for (key, *_), d in known.items() if key == body.pk)
    ]  # fmt: skip
    return render(request, "desk/register.html", {
        "bodies": shown, "years": years, "kinds": [k for k in KINDS if k[0] in PUBLISHED],
        "duties": known, "totals": _totals(known.values()), "asked": request.GET,
        "newest": years[-1], "may": can(request.user, "register.edit"),
        "places": within(request.user, "register.edit").order_by("path"),
        "approvals": Approval.objects.filter(body__in=within(request.user, "desk.view")).select_related("body")[:60],
        "opens": set(within(request.user, "release.view").values_list("pk", flat=True)),
        "this_year": today.year,
    })  # fmt: skip


def _year(request: HttpRequest) -> int | None:
    asked = whole(request.GET.get("year"))
    return asked if asked and 1990 < asked < 2100 else None


def _totals(known: Iterable[Duty]) -> dict[str, int]:
    counts: dict[str, int] = dict.fromkeys(get_args(Standing), 0)
    for duty in known:
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
    if not 1990 < year < 2100 or given.get("kind") not in PUBLISHED:
        raise Refused(["请写四位年度，并选择预算或决算"])
    steps = {name: _day(given.get(name, "")) for name in STEPS}
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
        raise Refused([say("“{text}”不是日期；请写成 2025-02-01", text=text)])
    return found
