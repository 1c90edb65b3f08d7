"""The offending rows of a finding, laid out: which table, which rows and columns, what is marked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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
    `wrong` are the cells of them that are most likely wrong; `left` rows are not shown.
    """

    table: Json
    side: str | None
    columns: list[int]
    at: Json
    rows: list[int] = field(default_factory=list)
    marked: dict[tuple[int, int | None], str | None] = field(default_factory=dict)
    wrong: set[tuple[int, int | None]] = field(default_factory=set)
    left: int = 0

    def row(self, number: int) -> Json:
        """One of the rows, as `read --format json` gives it."""
        found: Json = self.table["rows"][str(number)]
        return found


def nearest(columns: Sequence[int], excerpt: Excerpt) -> list[int]:
    """The places of columns in the order in which they are worth showing.

    The marked ones first, then those that print something in these rows, by nearness.
    """
    marked = [n for n, column in enumerate(columns) if any(column == c for _, c in excerpt.marked)]
    rows = [excerpt.row(number)["cells"] for number in excerpt.rows]

    def worth(place: int) -> tuple[bool, bool, int]:
        filled = any(cells[columns[place]] for cells in rows)
        return place not in marked, not filled, min((abs(place - m) for m in marked), default=place)

    return sorted(range(len(columns)), key=worth)


def gaps(excerpt: Excerpt, kept: Collection[int]) -> list[tuple[int, bool]]:
    """The places of the columns of an excerpt in order, and which of them stand for a gap.

    Columns left out make one gap if any of them prints something in these rows.
    """
    rows = [excerpt.row(number)["cells"] for number in excerpt.rows]
    found: list[tuple[int, bool]] = []
    for place, column in enumerate(excerpt.columns):
        if place in kept:
            found.append((place, False))
        elif any(cells[column] for cells in rows) and not (found and found[-1][1]):
            found.append((place, True))
    return found


def over_gap(
    paths: Sequence[Sequence[str]], laid: Sequence[tuple[int, bool]], at: int
) -> list[str]:
    """The headings over the gap at `laid[at]` that stand over both its neighbours: they go on."""
    own = paths[laid[at][0]]
    before = paths[laid[at - 1][0]] if at else own
    after = paths[laid[at + 1][0]] if at + 1 < len(laid) else own
    shared = list[str]()
    for one, middle, other in zip(before[:-1], own[:-1], after[:-1], strict=False):
        if not one == middle == other:
            break
        shared.append(one)
    return shared


def excerpts(finding: Json, view: Json) -> list[Excerpt]:
    """The tables of a finding in the order of its places, each with its marked rows."""
    found: dict[tuple[str, str | None], Excerpt] = {}
    for mark, expected, wrong in marks(finding):
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
                excerpt.left += 1
                continue
            excerpt.rows.append(mark["row"])
        place = (mark["row"], mark["column"])
        excerpt.marked[place] = expected or excerpt.marked.get(place)
        if wrong:
            excerpt.wrong.add(place)
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


def marks(finding: Json) -> Iterator[tuple[Json, str | None, bool]]:
    """Each place with the value that is expected there, and whether it is likely the wrong one."""
    suspect = finding["suspect"]
    if suspect:
        yield suspect["where"], suspect["value"], True
    for each in finding.get("extra", {}).get("together", ()):
        yield each["where"], each["value"], True
    for number, mark in enumerate(finding["where"]):
        # Without a suspect the numbers of the finding are those of its first place.
        first = number == 0 and suspect is None
        yield mark, finding["expected"] if first else None, len(finding["where"]) == 1
