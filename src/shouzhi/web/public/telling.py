"""The correction log: what readers reported and what publishers answered, for the page and the API.

Before an answer a report tells its number, its day and its figure; the reader's words come
with the answer, and how to reach the reader never.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from shouzhi.web.public.links import Links, cell
from shouzhi.web.public.logged import logged
from shouzhi.web.public.models import ErrorReport

Told = dict[str, Any]

PER_PART: Final = 50
"""Answered reports on one page."""
_WAITING: Final = 200


def told(report: ErrorReport, links: Links) -> Told:
    """A report as the public may read it; its place counts from 0."""
    answered = report.state == "answered"
    return {
        "number": report.pk, "state": report.state, "reported": _day(report.created_at),
        "document": report.document, "title": report.title, "place": report.place, "printed": report.printed,
        "in_table": report.table, "in_row": report.row, "in_column": report.column,
        "answered": _day(report.answered_at) if answered else None,
        "outcome": (report.outcome or None) if answered else None,
        "message": report.message if answered else None, "answer": report.answer if answered else None,
        "corrected": _day(report.release.published_at) if answered and report.release else None,
        "url": cell(links, report.document, report.table, report.row, report.column),
    }  # fmt: skip


def _day(at: datetime | None) -> str | None:
    return timezone.localtime(at).date().isoformat() if at else None


def reports() -> QuerySet[ErrorReport]:
    """All reports, those that wait first, the newest first."""
    return ErrorReport.objects.select_related("release").order_by("-state", "-answered_at", "-pk")


def some(links: Links, most: int, skip: int) -> tuple[list[Told], int]:
    """A part of all reports, and how many there are."""
    found = reports()
    return [told(report, links) for report in found[skip : skip + most]], found.count()


def mark() -> str:
    """What changes whenever a report comes or is answered."""
    state = ErrorReport.objects.aggregate(Count("pk"), Max("pk"), Sum("revision"))
    return "-".join(str(value) for value in state.values())


def log(links: Links, number: int | None = None, part: int = 1) -> Told:
    """The correction log of a server: one report by its number, or those that wait and a part of the answered."""
    if number is not None:
        rows = [told(report, links) for report in reports().filter(Q(pk=number))]
        return logged(rows, number=number)
    answered, waiting = reports().filter(state="answered"), reports().filter(state="new")
    parts = max(1, -(-answered.count() // PER_PART))
    first = (min(part, parts) - 1) * PER_PART
    rows = [told(report, links) for report in (*waiting[:_WAITING], *answered[first : first + PER_PART])]
    return logged(rows, part=min(part, parts), parts_count=parts, waiting_count=waiting.count())

