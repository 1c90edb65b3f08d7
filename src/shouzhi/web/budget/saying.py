"""What was said about a submission while it changed: comments of moves, remarks, reasons of ceilings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from shouzhi.catalogue.workflows import workflows
from shouzhi.web.budget.models import BudgetYear, CeilingChange, Comment, Step, Submission
from shouzhi.web.people.models import Body

_MOST = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said: what it is, of which unit, about what, by whom, when."""

    what: str
    unit: str
    about: str
    text: str
    by: str
    at: datetime


def said(
    year: BudgetYear,
    units: Sequence[Body],
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Said]:
    """The words about some units' submissions of a year between two moments, the oldest first."""
    when = Q()
    if since is not None:
        when &= Q(at__gte=since)
    if until is not None:
        when &= Q(at__lte=until)
    found = [
        *_moves(year, units, when),
        *_remarks(year, units, when),
        *_ceilings(year, units, when),
    ]
    return sorted(found, key=lambda one: one.at)[-_MOST:]


def _moves(year: BudgetYear, units: Sequence[Body], when: Q) -> Iterator[Said]:
    flow = workflows()["submission"]
    of = {
        s.pk: s for s in Submission.objects.filter(budget_year=year, unit__in=units).select_related("unit")
    }  # fmt: skip
    steps = Step.objects.filter(when, kind="submission", object_id__in=of).exclude(comment="")
    for step in steps.select_related("by"):
        unit = str(of[step.object_id].unit)
        yield Said(flow.move(step.move).name, unit, "", step.comment, step.by.name, step.at)


def _remarks(year: BudgetYear, units: Sequence[Body], when: Q) -> Iterator[Said]:
    remarks = Comment.objects.filter(
        when, submission__budget_year=year, submission__unit__in=units
    ).select_related("by", "submission__unit")
    for one in remarks:
        what = "意见" if one.parent_id is None else "回复"
        yield Said(what, str(one.submission.unit), one.about, one.text, one.by.name, one.at)


def _ceilings(year: BudgetYear, units: Sequence[Body], when: Q) -> Iterator[Said]:
    changes = CeilingChange.objects.filter(
        when, ceiling__budget_year=year, ceiling__unit__in=units
    ).exclude(reason="")
    for one in changes.select_related("by", "ceiling__unit"):
        unit = str(one.ceiling.unit)
        yield Said("调整原因", unit, "", one.reason, one.by.name, one.at)
