"""The books of units and the department's own, put together as the book of the department."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shouzhi.cycle.raw import RawBook, RawRow
from shouzhi.cycle.sheets import Sheet, schema


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit wrote: its rows by sheet; `unit` is the name that its rows get."""

    unit: str
    book: RawBook


def merge(name: str, own: RawBook, units: Sequence[RawRow], parts: Iterable[Part]) -> RawBook:
    """The department's book: its settings and prose, its own rows, then those of its units.

    `units` are the rows of the sheet of units.  A row of a unit that names no unit is the
    unit's; the rows keep their spots, so that a fault names whose sheet it is on.
    """
    merged = RawBook(name, dict(own.settings), dict(own.spots))
    merged.prose = list(own.prose)
    merged.faults = list(own.faults)
    merged.sheets["units"] = list(units)
    for sheet in schema().sheets:
        if sheet.key == "units":
            continue
        rows = list(own.sheets.get(sheet.key, []))
        merged.sheets[sheet.key] = rows
    for part in parts:
        merged.faults += part.book.faults
        for sheet in schema().sheets:
            if sheet.key == "units":
                continue
            for row in part.book.sheets.get(sheet.key, []):
                merged.sheets[sheet.key].append(
                    RawRow(owned(sheet, row.cells, part.unit), row.spot)
                )
    return merged


def owned(sheet: Sheet, cells: Mapping[str, str], unit: str) -> Mapping[str, str]:
    """The cells of a row that a unit wrote: where its sheet asks for a unit and it names none, its own."""
    if cells.get("unit") or sheet.column_of("unit") is None:
        return cells
    return {**cells, "unit": unit}
