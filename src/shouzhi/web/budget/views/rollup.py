"""What the units of a department ask for together, by a dimension, beside last year and the ceilings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouzhi.web.budget import finding
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.budget.rolling import DIMENSIONS, rollup
from shouzhi.web.budget.rounds import ROUND_NAMES
from shouzhi.web.pages import page
from shouzhi.web.people.rights import reached


@page("budget.compare", of=finding.year, below=True)
def rolled(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """The roll-up of a round (`?by=source&round=first_up`)."""
    by = request.GET.get("by", "")
    by = by if by in DIMENSIONS else "source"
    rounds = [
        (key, name)
        for key, name in ROUND_NAMES.items()
        if found.submissions.filter(round=key).exists()
    ]
    asked = request.GET.get("round", "")
    chosen = asked if asked in dict(rounds) else last_round(found)
    paths = reached(request.user, "budget.compare")
    told = {
        "year": found, "by": by, "dimensions": DIMENSIONS, "round": chosen, "rounds": rounds,
        "rollup": rollup(found, chosen, by, paths) if chosen else None,
    }  # fmt: skip
    return render(request, "budget/rollup.html", told)
