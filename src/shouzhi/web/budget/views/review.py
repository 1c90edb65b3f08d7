"""The department's findings by unit, and those of the book that they make together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from shouzhi.web.budget import finding
from shouzhi.web.budget.downloads import FINDINGS, finding_rows, head
from shouzhi.web.budget.judging import Judged, judged
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.budget.reviewing import Reviewed, last_remarks, remarks
from shouzhi.web.exports import download, wanted
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can, within

_UNITS = 20  # on a page: each is reviewed when it is shown, if it has changed
_SHOWN: Final[dict[str, tuple[str, Callable[[Judged], bool]]]] = {
    "": ("全部", lambda _: True),
    "open": ("待处理", lambda one: one.open),
    "errors": ("错误", lambda one: one.remark.severity == "error"),
    "warnings": ("提醒", lambda one: one.remark.severity == "warning"),
    "unanswered": ("未说明", lambda one: one.remark.severity == "warning" and not one.answered),
    "answered": ("已说明", lambda one: one.remark.severity == "warning" and one.answered),
}
"""What may be shown of the findings (`?show=`), and which these are."""


@dataclass(frozen=True, slots=True)
class Found:
    """The findings of a submission, and those of them that are shown."""

    submission: Submission
    every: list[Judged]
    shown: list[Judged]
    reviewed: Reviewed | None = None

    @property
    def errors(self) -> int:
        """How many are errors."""
        return sum(one.remark.severity == "error" for one in self.every)

    @property
    def warnings(self) -> int:
        """How many are warnings."""
        return len(self.every) - self.errors

    @property
    def answered(self) -> int:
        """How many warnings have their reason."""
        return sum(one.remark.severity == "warning" and one.answered for one in self.every)


@page("budget.compare", of=finding.year, below=True)
def findings(request: HttpRequest, found: BudgetYear) -> HttpResponseBase:
    """Errors and warnings unit by unit, and those of the whole as last reviewed.

    `?show=` leaves those of a sort, and the units that have any; `?format=` gives all as a file.
    """
    show = request.GET.get("show", "")
    show = show if show in _SHOWN else ""
    own, units = _submissions(request, found)
    whole = _whole(own, show) if own else None
    if wanted(request) or show:
        every = [one for one in (_of(unit, show) for unit in units) if one.shown or not show]
        if wanted(request):
            return _file(request, found, [*([whole] if whole else []), *every])
        pages: Page[Any] = Paginator(every, _UNITS).get_page(request.GET.get("page"))
        by_unit = list(pages)
    else:
        pages = Paginator(units, _UNITS).get_page(request.GET.get("page"))
        by_unit = [_of(unit, show) for unit in pages]
    told = {
        "year": found, "pages": pages, "own": own, "whole": whole, "by_unit": by_unit, "show": show,
        "shows": [(key, name) for key, (name, _) in _SHOWN.items()], "some": units.exists(),
    }  # fmt: skip
    return render(request, "budget/findings.html", told)


def _submissions(
    request: HttpRequest, found: BudgetYear
) -> tuple[Submission | None, QuerySet[Submission]]:
    """The department's own submission of the last round, and those of the units within reach."""
    all_of = Submission.objects.filter(budget_year=found, round=last_round(found)).select_related(
        "unit", "budget_year__department"
    )
    own = (
        all_of.filter(unit=found.department).first()
        if can(request.user, "budget.compare", found.department)
        else None
    )
    mine = within(request.user, "budget.compare")
    units = all_of.exclude(unit=found.department).filter(unit__in=mine)
    return own, units.order_by("unit__order", "unit__path").prefetch_related("answers__by")


def _of(submission: Submission, show: str) -> Found:
    every = judged(submission, remarks(submission))
    return Found(submission, every, list(filter(_SHOWN[show][1], every)))


def _whole(own: Submission, show: str) -> Found:
    """The findings of the whole as they were last made, for a new review may take seconds."""
    reviewed = last_remarks(own)
    every = judged(own, reviewed.remarks) if reviewed else []
    return Found(own, every, list(filter(_SHOWN[show][1], every)), reviewed)


def _file(request: HttpRequest, year: BudgetYear, found: list[Found]) -> HttpResponseBase:
    rows = finding_rows((one.submission, one.shown) for one in found)
    return download(request, f"{say('检查结果')}-{year}", head(FINDINGS), rows)
