"""How the pages of the budget find what their addresses speak of."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from shouzhi.web.budget.models import BudgetYear, Comment, Submission, Version


def year(pk: int) -> BudgetYear:
    """A budget year; Http404 where there is none."""
    return get_object_or_404(BudgetYear.objects.select_related("department"), pk=pk)


def submission(pk: int) -> Submission:
    """A submission; Http404 where there is none."""
    found = Submission.objects.select_related("unit", "budget_year__department")
    return get_object_or_404(found, pk=pk)


def comment(pk: int) -> Comment:
    """A comment; Http404 where there is none."""
    found = Comment.objects.select_related("submission__unit", "submission__budget_year")
    return get_object_or_404(found, pk=pk)


def version(pk: int) -> Version:
    """A version; Http404 where there is none."""
    found = Version.objects.select_related("submission__unit", "submission__budget_year", "by")
    return get_object_or_404(found, pk=pk)
