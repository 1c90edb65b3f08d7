"""What the units of a department ask for together, by a dimension, beside last year and the ceilings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from shouzhi.cycle.rollup import Rolled
from shouzhi.web.budget import finding
from shouzhi.web.budget.downloads import ROLLUP, head, rollup_rows
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.budget.naming import ROUND_NAMES
from shouzhi.web.budget.rolling import DIMENSIONS, rollup
from shouzhi.web.exports import download, wanted
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.rights import reached


@page("budget.compare", of=finding.year, below=True)
def rolled(request: HttpRequest, found: BudgetYear) -> HttpResponseBase:
    """The roll-up of a round (`?by=source&round=first_up`), or its file (`&format=xlsx`)."""
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
    made = rollup(found, chosen, by, paths) if chosen else None
    if chosen and made and wanted(request):
        name = f"{say('部门汇总')}-{found}-{say(ROUND_NAMES[chosen])}-{say(DIMENSIONS[by])}"
        return download(request, name, head(ROLLUP), rollup_rows(made, _unnamed))
    told = {
        "year": found, "by": by, "dimensions": DIMENSIONS, "round": chosen, "rounds": rounds,
        "rollup": made, "unnamed": _unnamed,
    }  # fmt: skip
    return render(request, "budget/rollup.html", told)


def _unnamed(row: Rolled) -> str:
    """What the branch is called that gathers the lines without a member."""
    if row.shift.after and row.shift.before:
        return say("（未填、有误或上年没有细分）")
    return say("（上年没有细分）") if row.shift.before else say("（未填或有误）")
