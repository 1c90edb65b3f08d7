"""Many rows of a submission written at once: a block of hundreds is pasted in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Max

from shouzhi.web.budget.models import Row, Submission

_KEPT: Final = frozenset({"id", "submission", "sheet"})
"""What stays of a row, whatever is typed."""


def store(submission: Submission, rows: Sequence[Row], deleted: Sequence[int]) -> None:
    """Write new rows (they get their keys), changed ones and deletions, in few statements.

    The submission is held by the caller, so that the rows that were read are still there.
    """
    if deleted:
        submission.rows.filter(pk__in=deleted).delete()
    new: list[Row] = []
    known: list[Row] = []
    for row in rows:
        (new if row._state.adding else known).append(row)  # noqa: SLF001 - Django's public name
    Row.objects.bulk_create(new)
    written = [field.name for field in Row._meta.concrete_fields if field.name not in _KEPT]  # noqa: SLF001 - Django's public name
    rewrite(known, written)


def rewrite(rows: Sequence[Row], fields: Sequence[str]) -> None:
    """Write some fields of rows that were read whole and are held.

    As rows that are there already: several times quicker than Django's `bulk_update`, which asks
    every row for its key in every column.
    """
    Row.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=list(fields)
    )


class Places:
    """Where the next row of a sheet stands that comes without a position: after the last one."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._last: dict[str, float] = {}

    def next(self, sheet: str) -> float:
        """A position after every row of the sheet, those not yet stored among them."""
        if sheet not in self._last:
            rows = self._submission.rows.filter(sheet=sheet)
            self._last[sheet] = rows.aggregate(last=Max("position"))["last"] or 0.0
        self._last[sheet] += 1
        return self._last[sheet]

    def taken(self, sheet: str, position: float) -> None:
        """Remember a position that was given."""
        if sheet in self._last:
            self._last[sheet] = max(self._last[sheet], position)
