"""The department's findings by unit, and those of the book that they make together."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouzhi.cycle.review import Remark
from shouzhi.web.budget import finding
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.budget.reviewing import last_remarks, remarks
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can, within

_UNITS = 20  # on a page: each is reviewed when it is shown, if it has changed


@page("budget.compare", of=finding.year, below=True)
def findings(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Errors and warnings unit by unit, and those of the whole as last reviewed."""
    chosen = last_round(found)
    all_of = Submission.objects.filter(budget_year=found, round=chosen).select_related(
        "unit", "budget_year"
    )
    own = (
        all_of.filter(unit=found.department).first()
        if can(request.user, "budget.compare", found.department)
        else None
    )
    mine = within(request.user, "budget.compare")
    units = (
        all_of.exclude(unit=found.department)
        .filter(unit__in=mine)
        .order_by("unit__order", "unit__path")
        .prefetch_related("answers")
    )
    pages = Paginator(units, _UNITS).get_page(request.GET.get("page"))
    told = {
        "year": found, "pages": pages, "own": own, "whole": last_remarks(own) if own else None,
        "by_unit": [(submission, _judged(submission)) for submission in pages],
    }  # fmt: skip
    return render(request, "budget/findings.html", told)


def _judged(submission: Submission) -> list[tuple[Remark, bool]]:
    answered = {answer.finding for answer in submission.answers.all()}
    return [(remark, remark.key in answered) for remark in remarks(submission)]
