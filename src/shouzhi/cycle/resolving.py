"""One row by itself: its faults by column, and its money at its place, as far as it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.sheets import DIMENSION_KINDS, Sheet
from shouzhi.cycle.values import Amiss, Listed, value

DIMENSIONS = ("flow", "source", "kind", "function", "economic", "project")
"""The dimensions that a row of money is kept by."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a row says: `faults` by column key, the amount in 分, members by dimension."""

    faults: Mapping[str, Told]
    amount: int | None
    members: Mapping[str, str]


def resolve(sheet: Sheet, cells: Mapping[str, str], listed: Listed) -> Resolved:
    """Read the cells of a row, each by its column's kind; a fault is a sentence with its remedy."""
    faults: dict[str, Told] = {}
    members = dict(sheet.lines or {})
    amount: int | None = None
    for column in sheet.columns:
        text = cells.get(column.key, "").strip()
        if not text:
            if column.required:
                faults[column.key] = Told("请填写“{heading}”", heading=term(column.heading))
            continue
        try:
            found = value(text, column, listed)
        except Amiss as amiss:
            faults[column.key] = amiss.told
            continue
        if column.key == "amount" and isinstance(found, int):
            amount = found
        elif (dimension := DIMENSION_KINDS.get(column.kind)) in DIMENSIONS:
            members[dimension] = str(found)
    if sheet.key in {"income", "expenditure"}:
        members.setdefault("flow", sheet.key)
    return Resolved(faults, amount, members)
