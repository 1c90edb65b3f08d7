"""The department's findings by unit, and those of the book that they make together."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouzhi.cycle.review import Remark, review
from shouzhi.web.budget import finding
from shouzhi.web.budget.merging import department_book, last_round, remarks
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.pages import page


@page("budget.compare", of=finding.year)
def findings(request: HttpRequest, found: BudgetYear) -> HttpResponse:
    """Errors and warnings of every unit, and of the whole."""
    chosen = last_round(found)
    submissions = Submission.objects.filter(budget_year=found, round=chosen).select_related("unit", "budget_year")
    by_unit: list[tuple[Submission, list[tuple[Remark, bool]]]] = []
    for submission in submissions:
        answered = set(submission.answers.values_list("finding", flat=True))
        by_unit.append((submission, [(r, r.key in answered) for r in remarks(submission)]))
    whole = review(department_book(found, chosen)) if chosen else []
    told = {"year": found, "by_unit": by_unit, "whole": whole}
    return render(request, "budget/findings.html", told)
