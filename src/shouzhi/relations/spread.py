"""What one table prints as one number, another lists in detail: by item, by unit, by project.

表一 prints a 款 where 表三 lists its 项 by unit; the total of 支出用途 stands beside a list of
functions that has no total of its own.  Where a column does not print a place, the leaves
that it lists inside that place add up to the number that another column prints there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Final

from shouzhi.catalogue.classifications import CODED, classification
from shouzhi.relations import Relation
from shouzhi.relations.across import Column, Placed
from shouzhi.space import Coordinates

LISTED: Final = ("function", "economic", "government_economic", "unit", "project", "item")
"""The dimensions that tables list down their rows."""
ENOUGH: Final = 3
"""Places that two columns share before what one of them does not list counts as nought."""
MOST_LEAVES: Final = 5_000
"""Rows of a column beyond which it is not summed for others."""

_Rows = dict[Coordinates, list[int]]


def spread(placed: Sequence[Placed]) -> Iterator[Relation]:
    """Numbers of one column against the leaves of another that lists what lies inside them."""
    columns: dict[tuple[Coordinates, int], dict[Column, _Rows]] = defaultdict(dict)
    for item in placed:
        row = item.where.only(*LISTED)
        rest = item.where.without(*LISTED)
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
            beside = column[:2] == listing[:2] and _is_list(dimensions)
            family = ("tree" if beside else "spread", *column, *listing)
            shared = sum(place in rows for place in others)
            for place, indexes in others.items():
                if len(indexes) > 1 or place in rows:
                    continue
                if place in inside:
                    terms = ((indexes[0], 1), *((leaf, -1) for leaf in inside[place]))
                    yield Relation(terms, "sum", family, "detail")
                elif shared >= ENOUGH and _unlisted(place, dimensions, rows):
                    nothing = ("same", *min(column, listing), *max(column, listing))
                    yield Relation(((indexes[0], 1),), "equal", nothing, "unlisted")


def _is_list(dimensions: set[str]) -> bool:
    """Whether a column lists one official classification and nothing else: it lists all of it."""
    return len(dimensions) == 1 and dimensions <= set(CODED)


def _unlisted(place: Coordinates, dimensions: set[str], rows: _Rows) -> bool:
    """Whether a column that lists codes leaves out a code and all of its parents but the whole."""
    if set(place) != dimensions or not _is_list(dimensions):
        return False
    return not any(above and above in rows for above in _around(place))


def _leaves(rows: _Rows) -> dict[Coordinates, list[int]]:
    """For each place that holds more than one row of a column, the facts of the leaves inside it."""
    around = {row: _around(row) for row in rows}
    branches = {place for places in around.values() for place in places}
    inside: dict[Coordinates, list[int]] = defaultdict(list)
    for row, indexes in rows.items():
        if row not in branches:
            for place in around[row]:
                inside[place].extend(indexes)
    return inside


@cache
def _around(row: Coordinates) -> tuple[Coordinates, ...]:
    """Every place that a row lies inside, itself left out."""
    chains = []
    for dimension, member in row.items():
        tree = classification(dimension)
        chain: list[str | None] = [None]
        above: str | None = member
        while above:
            chain.append(above)
            above = tree.parent(above)
        chains.append([(dimension, name) for name in chain])
    found = (
        Coordinates([(d, name) for d, name in names if name is not None])
        for names in product(*chains)
    )
    return tuple(place for place in found if place != row)
