"""The address of the cell that a finding or a comment speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.urls import reverse

from shouzhi.cycle.raw import Spot
from shouzhi.cycle.sheets import schema
from shouzhi.web.budget.models import Row, Submission


def spot_address(
    submission: Submission, spot: Spot, owners: Mapping[str, Submission] = MappingProxyType({})
) -> str:
    """Where a spot of a submission's book is entered; empty where it is on no sheet.

    In the book of a department a spot is on the sheet of its unit: `owners` by the unit's name.
    """
    sheet = schema().named(spot.sheet)
    of = owners.get(spot.unit) if spot.unit else submission
    if sheet is None or sheet.key == "units" or of is None:
        return ""
    column = next((c.key for c in sheet.columns if c.heading == spot.column), "")
    where = f"#row-{spot.row}" + (f"-{column}" if column else "") if spot.row else ""
    return reverse("budget:sheet", args=(of.pk, sheet.key)) + where


def row_address(submission: Submission, row: Row, column: str = "") -> str:
    """Where a row is entered, and which of its cells."""
    address = reverse("budget:sheet", args=(submission.pk, row.sheet))
    return f"{address}?row={row.pk}" + (f"&column={column}" if column else "")
