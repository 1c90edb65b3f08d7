"""The offending rows of a finding, laid out: which table, which rows and columns, what is marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]

MOST_ROWS: Final = 8
"""Rows of one table that a finding shows; the others are named by their places."""


@dataclass(slots=True)
class Excerpt:
    """Some rows of one side of a table, in its columns `columns` (positions).

    `marked` are the (row, column) that the finding speaks of, with the value that is
    expected there where one is known; a column of None is the label of the row.
    `suspect` is the cell that is most likely wrong.
    """

    table: Json
    side: str | None
    columns: list[int]
    at: Json
    rows: list[int] = field(default_factory=list)
    marked: dict[tuple[int, int | None], str | None] = field(default_factory=dict)
    suspect: tuple[int, int | None] | None = None

    def row(self, number: int) -> Json:
        """One of the rows, as `read --format json` gives it."""
        found: Json = self.table["rows"][str(number)]
        return found

    @property
    def unknown(self) -> bool:
        """Whether no expected value stands beside any mark."""
        return not any(self.marked.values())


def excerpts(finding: Json, view: Json) -> list[Excerpt]:
    """The tables of a finding in the order of its places, each with its marked rows."""
    found: dict[tuple[str, str | None], Excerpt] = {}
    for mark, expected, suspected in _marks(finding):
        if mark["table"] is None or mark["row"] is None:
            continue
        key = f"{mark['document']}/{mark['table']}"
        table = view["tables"].get(key)
        row = table and table["rows"].get(str(mark["row"]))
        if not row:
            continue
        side = row.get("side")
        excerpt = found.get((key, side))
        if excerpt is None:
            excerpt = found[key, side] = Excerpt(table, side, _columns(table, side), mark)
        if mark["row"] not in excerpt.rows:
            if len(excerpt.rows) == MOST_ROWS:
                continue
            excerpt.rows.append(mark["row"])
        place = (mark["row"], mark["column"])
        excerpt.marked[place] = expected or excerpt.marked.get(place)
        if suspected:
            excerpt.suspect = place
    for excerpt in found.values():
        excerpt.rows.sort()
    return list(found.values())


def _columns(table: Json, side: str | None) -> list[int]:
    """The columns that belong to one side of a table."""
    return [
        place
        for place, column in enumerate(table["columns"])
        if side is None or column["side"] in {side, None}
    ]


def _marks(finding: Json) -> Iterator[tuple[Json, str | None, bool]]:
    """Each place with the value that is expected there, and whether it is the suspect one."""
    suspect = finding["suspect"]
    for number, mark in enumerate(finding["where"]):
        # Without a suspect the numbers of the finding are those of its first place.
        first = number == 0 and suspect is None
        yield mark, finding["expected"] if first else None, False
    if suspect:
        yield suspect["where"], suspect["value"], True
