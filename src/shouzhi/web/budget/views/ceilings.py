"""Ceilings by unit and source: issued, revised with a reason, each change kept."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouzhi.cycle.moves import Refused
from shouzhi.cycle.sheets import schema
from shouzhi.cycle.values import Amiss, amount
from shouzhi.web.audit.log import Actor, actor
from shouzhi.web.budget import finding
from shouzhi.web.budget.approving import refuse_approved
from shouzhi.web.budget.ceiling_table import SOURCES, table
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear, CeilingChange
from shouzhi.web.budget.naming import ROUND_NAMES
from shouzhi.web.budget.rounds import issue, refuse_overissue
from shouzhi.web.language import say, tell
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, reached
from shouzhi.web.typed import whole

Place = tuple[int, str]


@page("ceiling.view", of=finding.year, below=True)
def ceilings(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """The ceilings of a year, beside what is asked for."""
    return _show(request, found)


def _show(
    request: HttpRequest, found: BudgetYear, faults: dict[str, str] | None = None
) -> HttpResponse:
    words = schema()
    paths = reached(request.user, "ceiling.view")
    bodies = [found.department, *found.department.units()]
    units = [unit for unit in bodies if unit.path.startswith(paths)]
    round_ = last_round(found) or "first_up"
    frozen = found.state == "approved"
    may_issue = can(request.user, "ceiling.issue", found.department) and not frozen
    may_whole = _may_whole(request, found) and not frozen
    made = table(found, units, round_, may_issue=may_issue, may_whole=may_whole)
    used = made.used()
    told = {
        "year": found,
        "round_name": ROUND_NAMES[round_],
        "sources": [words.word("source", source) for source in SOURCES],
        "used": used,
        "unused": [n for n in range(len(SOURCES)) if n not in used],
        "frozen": frozen,
        "rows": made.rows,
        "total": made.total,
        "changes": CeilingChange.objects.filter(ceiling__budget_year=found, ceiling__unit__in=units)
        .select_related("ceiling__unit", "by")
        .order_by("-at")[:200],
        "may_issue": may_issue,
        "faults": faults or {},
        "open_unused": any(
            request.POST.get(row.cells[n].key)
            for row in made.rows
            for n in range(len(SOURCES))
            if n not in used
        ),
        "typed": request.POST,
        "source_names": {source: words.word("source", source) for source in SOURCES},
    }
    return render(request, "budget/ceilings.html", told, status=400 if faults else 200)


def _may_whole(request: HttpRequest, found: BudgetYear) -> bool:
    """The department's own ceiling is set by who sets its timetable: the budget division."""
    return can(request.user, "timetable.edit", found.department)


@page("ceiling.issue", of=finding.year, methods=("POST",))
def issue_all(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Issue what was typed (`<unit>-<source>` in 元), all or nothing; of an approved year nothing.

    `seen-<unit>-<source>` is the revision that was seen; another one by now is refused.
    """
    wanted, faults = _typed(request, found)
    if faults:
        return _show(request, found, faults)
    try:
        changed = _issue(request, found, wanted, actor(request))
    except Refused as refused:
        return _show(request, found, {"": say("；").join(map(tell, refused.reasons))})
    if changed:
        messages.success(request, say("已下达或调整 {count} 个控制数", count=changed))
    else:
        messages.info(request, say("没有改动：填写的数与已下达的相同"))
    return redirect("budget:ceilings", pk=found.pk)


def _units(request: HttpRequest, found: BudgetYear) -> list[Body]:
    whole = [found.department] if _may_whole(request, found) else []
    return [*whole, *found.department.units()]


def _typed(request: HttpRequest, found: BudgetYear) -> tuple[dict[Place, int], dict[str, str]]:
    wanted: dict[Place, int] = {}
    faults: dict[str, str] = {}
    for unit in _units(request, found):
        for source in SOURCES:
            key = f"{unit.pk}-{source}"
            text = request.POST.get(key, "").strip()
            if not text:
                continue
            try:
                wanted[unit.pk, source] = amount(text)
            except Amiss as amiss:
                faults[key] = tell(amiss.told)
    return wanted, faults


def _issue(request: HttpRequest, found: BudgetYear, wanted: dict[Place, int], who: Actor) -> int:
    units = {unit.pk: unit for unit in _units(request, found)}
    reason = request.POST.get("reason", "")
    with transaction.atomic():
        refuse_approved(found)
        held = {(c.unit_id, c.source): c.amount for c in found.ceilings.all()}
        changed = {place: fen for place, fen in wanted.items() if held.get(place) != fen}
        for (unit, source), fen in changed.items():
            revision = whole(request.POST.get(f"seen-{unit}-{source}"))
            issue(found, units[unit], source, fen, who, reason=reason, revision=revision)
        refuse_overissue(found)
    return len(changed)
