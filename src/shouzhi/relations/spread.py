"""What one table prints as one number, another lists in detail: by item, by unit, by project.

表一 prints a 款 where 表三 lists its 项 by unit; the total of 支出用途 stands beside a list of
functions that has no total of its own.  Where a column does not print a place, the leaves
that it lists inside that place add up to the number that another column prints there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from shouzhi.relations import Relation
from shouzhi.relations.across import Column, Placed
from shouzhi.relations.trees import ROW_DIMENSIONS, around, is_list
from shouzhi.space import Coordinates

MOST_LEAVES: Final = 5_000
"""Rows of a column beyond which it is not summed for others."""

_Rows = dict[Coordinates, list[int]]


def spread(placed: Sequence[Placed]) -> Iterator[Relation]:
    """Numbers of one column against the leaves of another that lists what lies inside them."""
    columns: dict[tuple[Coordinates, int], dict[Column, _Rows]] = defaultdict(dict)
    for item in placed:
        row = item.where.only(*ROW_DIMENSIONS)
        rest = item.where.without(*ROW_DIMENSIONS)
        rows = columns[rest, item.column[0]].setdefault(item.column, {})
        rows.setdefault(row, []).append(item.index)
    for group in columns.values():
        if len(group) > 1:
            yield from _against(group)


def _against(group: Mapping[Column, _Rows]) -> Iterator[Relation]:
    for listing, rows in group.items():
        inside = _leaves(rows) if len(rows) <= MOST_LEAVES else {}
        if not inside:
            continue
        dimensions = {dimension for row in rows for dimension in row}
        for column, others in group.items():
            if (column[:2], column[3]) == (listing[:2], listing[3]):
                continue
            beside = column[:2] == listing[:2] and is_list(dimensions)
            family = ("tree" if beside else "spread", *column, *listing)
            for place, indexes in others.items():
                if len(indexes) == 1 and place in inside and place not in rows:
                    terms = ((indexes[0], 1), *((leaf, -1) for leaf in inside[place]))
                    yield Relation(terms, "sum", family, "detail")


def _leaves(rows: _Rows) -> dict[Coordinates, list[int]]:
    """For each place that holds more than one row of a column, the facts of the leaves inside it."""
    above = {row: around(row) for row in rows}
    branches = {place for places in above.values() for place in places}
    inside: dict[Coordinates, list[int]] = defaultdict(list)
    for row, indexes in rows.items():
        if row not in branches:
            for place in above[row]:
                inside[place].extend(indexes)
    return inside
