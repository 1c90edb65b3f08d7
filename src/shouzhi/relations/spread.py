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

_OF_COLUMNS: Final = ("economic", "government_economic", "item")
"""Dimensions that columns are of as often as rows."""

_Rows = dict[Coordinates, list[int]]


def spread(placed: Sequence[Placed], empty: Sequence[Placed] = ()) -> Iterator[Relation]:
    """Numbers of one column against the leaves of another that lists what lies inside them.

    `empty` are cells that print nothing: they count as nought, and may lack their amount.
    """
    blank: dict[Column, _Rows] = defaultdict(dict)
    for item in empty:
        blank[item.column].setdefault(item.where.only(*ROW_DIMENSIONS), []).append(item.index)
    columns: dict[tuple[Coordinates, int], dict[Column, _Rows]] = defaultdict(dict)
    for item in placed:
        row = item.where.only(*ROW_DIMENSIONS)
        rest = item.where.without(*ROW_DIMENSIONS)
        rows = columns[rest, item.column[0]].setdefault(item.column, {})
        rows.setdefault(row, []).append(item.index)
    for group in columns.values():
        if len(group) > 1:
            yield from _against(group, blank)


def _against(
    group: Mapping[Column, _Rows], blank: Mapping[Column, _Rows]
) -> Iterator[Relation]:
    for listing, rows in group.items():
        inside = _leaves(rows) if len(rows) <= MOST_LEAVES else {}
        if not inside:
            continue
        lacking = _leaves(rows, blank.get(listing, {}))
        dimensions = {dimension for row in rows for dimension in row}
        for column, others in group.items():
            if (column[:2], column[3]) == (listing[:2], listing[3]):
                continue
            beside = column[:2] == listing[:2] and is_list(dimensions)
            family = ("tree" if beside else "spread", *column, *listing)
            for place, indexes in others.items():
                if len(indexes) == 1 and place in inside and place not in rows:
                    leaves = [*inside[place], *lacking.get(place, ())]
                    terms = ((indexes[0], 1), *((leaf, -1) for leaf in leaves))
                    yield Relation(terms, "sum", family, "detail")


def _leaves(rows: _Rows, blank: _Rows | None = None) -> dict[Coordinates, list[int]]:
    """For each place that holds rows of a column, the facts of the leaves inside it.

    With `blank`, those of its empty cells instead: beside the rows, not around or inside them.
    """
    fixed = _fixed(rows)
    above = {row: [place for place in around(row) if fixed.items() <= place.items()] for row in rows}
    branches = {place for places in above.values() for place in places}
    inside: dict[Coordinates, list[int]] = defaultdict(list)
    for row, indexes in (rows if blank is None else blank).items():
        if row not in branches and (blank is None or row not in rows):
            places = above[row] if blank is None else [p for p in around(row) if fixed.items() <= p.items()]
            if blank is None or not any(place and place in rows for place in places):
                for place in places:
                    inside[place].extend(indexes)
    return inside


def _fixed(rows: _Rows) -> Coordinates:
    """The economic class or item that a column is of, from head to foot: it lists no other."""
    if len(rows) < 2:
        return Coordinates()
    first, *others = rows
    return Coordinates(
        {d: first[d] for d in _OF_COLUMNS if d in first and all(o.get(d) == first[d] for o in others)}
    )
