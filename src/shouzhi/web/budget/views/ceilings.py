"""Ceilings by unit and source: issued, revised with a reason, each change kept."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouzhi.cycle.moves import Refused
from shouzhi.cycle.sheets import schema
from shouzhi.cycle.values import Amiss, amount
from shouzhi.web.audit.log import Actor, actor
from shouzhi.web.budget import finding
from shouzhi.web.budget.models import BudgetYear, CeilingChange
from shouzhi.web.budget.rounds import issue
from shouzhi.web.budget.summary import standings
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can, reached

SOURCES: Final = ("general", "fund", "capital", "special", "own", "superior", "affiliates")
"""The sources by which ceilings are issued; what is carried over needs none."""


@page("ceiling.view", of=finding.year, below=True)
def ceilings(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """The ceilings of a year, beside what was asked for in the first round."""
    return _show(request, found)


def _show(
    request: HttpRequest, found: BudgetYear, faults: dict[str, str] | None = None
) -> HttpResponse:
    held = {(c.unit_id, c.source): c for c in found.ceilings.all()}
    first = {s.submission.unit_id: s for s in standings(found, "first_up")}
    words = schema()
    paths = reached(request.user, "ceiling.view")
    units = [unit for unit in found.department.units() if unit.path.startswith(paths)]
    told = {
        "year": found,
        "sources": [(source, words.word("source", source)) for source in SOURCES],
        "rows": [
            (
                unit,
                first.get(unit.pk),
                [(f"{unit.pk}-{source}", held.get((unit.pk, source))) for source in SOURCES],
            )
            for unit in units
        ],
        "changes": CeilingChange.objects.filter(ceiling__budget_year=found, ceiling__unit__in=units)
        .select_related("ceiling__unit", "by")
        .order_by("-at")[:200],
        "may_issue": can(request.user, "ceiling.issue", found.department),
        "faults": faults or {},
        "typed": request.POST,
        "source_names": {source: words.word("source", source) for source in SOURCES},
    }
    return render(request, "budget/ceilings.html", told, status=400 if faults else 200)


@page("ceiling.issue", of=finding.year, methods=("POST",))
def issue_all(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Issue what was typed (`<unit>-<source>` in 元), all or nothing."""
    wanted, faults = _typed(request, found)
    if faults:
        return _show(request, found, faults)
    try:
        changed = _issue(found, wanted, actor(request), request.POST.get("reason", ""))
    except Refused as refused:
        return _show(request, found, {"": "；".join(refused.reasons)})
    messages.success(request, say("已下达或调整 {count} 个控制数", count=changed))
    return redirect("budget:ceilings", pk=found.pk)


def _typed(
    request: HttpRequest, found: BudgetYear
) -> tuple[dict[tuple[int, str], int], dict[str, str]]:
    wanted: dict[tuple[int, str], int] = {}
    faults: dict[str, str] = {}
    for unit in found.department.units():
        for source in SOURCES:
            key = f"{unit.pk}-{source}"
            text = request.POST.get(key, "").strip()
            if not text:
                continue
            try:
                wanted[unit.pk, source] = amount(text)
            except Amiss as amiss:
                faults[key] = f"{amiss.message}；{amiss.remedy}"
    return wanted, faults


def _issue(found: BudgetYear, wanted: dict[tuple[int, str], int], who: Actor, reason: str) -> int:
    units = {unit.pk: unit for unit in found.department.units()}
    held = {(c.unit_id, c.source): c.amount for c in found.ceilings.all()}
    changed = {place: fen for place, fen in wanted.items() if held.get(place) != fen}
    with transaction.atomic():
        for (unit, source), fen in changed.items():
            issue(found, units[unit], source, fen, who, reason=reason)
    return len(changed)
