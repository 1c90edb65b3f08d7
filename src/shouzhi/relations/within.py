"""The trees of one table: totals down its rows, totals across its columns, printed rates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.relations import Relation
from shouzhi.space import DIMENSIONS, Coordinates, Fact
from shouzhi.tables import Column, Row, Table

Place = tuple[int, int]
"""(row, column) of a cell."""

MOST_ROWS: Final = 1_500
"""Rows of a table up to which leaves are sought under every place."""
MOST_EMPTY: Final = 20_000
"""Empty cells of a table up to which sums take them in."""
_TREE_DIMENSIONS: Final = tuple(d for d in DIMENSIONS if d not in {"year", "stage"})
_TERMS: Final = re.compile(r"\d+")


@dataclass(slots=True)
class Cells:
    """The cells of one table as indexes of facts: those that print something, by place.

    An empty cell counts as nought.  It gets a fact that prints nothing, appended to `facts`,
    once a sum has it as a part: so it can be told that an amount is missing there.
    """

    table: Table
    number: int
    facts: list[Fact]
    printed: dict[Place, int] = field(default_factory=dict)
    empty: dict[Place, int] = field(default_factory=dict)

    def get(self, place: Place) -> int | None:
        """The fact that is printed at a place."""
        return self.printed.get(place)

    def part(self, place: Place) -> int | None:
        """The fact at a place, of an empty cell too; None where no amount can stand."""
        held = self.printed.get(place, self.empty.get(place))
        if held is not None:
            return held
        row, column = self.table.rows[place[0]], self.table.columns[place[1]]
        if row.side != column.side or column.rate or len(self.empty) >= MOST_EMPTY:
            return None
        self.empty[place] = len(self.facts)
        self.facts.append(self._nothing(place, row))
        return self.empty[place]

    def _nothing(self, place: Place, row: Row) -> Fact:
        return Fact(
            where=Coordinates(),
            amount=0,
            value=Decimal(0),
            printed="",
            unit=self.table.amount_unit or "元",
            location=(row.places[place[1]] if row.places else None) or row.location,
            how=self.table.how,
            table=self.number,
            row=place[0],
            column=place[1],
        )


@dataclass(frozen=True, slots=True)
class Branch:
    """A parent and the nearest of its descendants that the table prints, along one dimension."""

    parent: int
    children: tuple[int, ...]
    dimension: str


def branches(places: Sequence[Coordinates]) -> Iterator[Branch]:
    """The trees that a list of coordinates forms, one dimension at a time.

    A place whose descendants differ from it in two dimensions only (a 款 without
    unit over 项 by unit) takes its leaves along the second once the first is summed.
    """
    for dimension in _TREE_DIMENSIONS:
        groups: dict[Coordinates, dict[str | None, list[int]]] = defaultdict(dict)
        for index, where in enumerate(places):
            group = groups[where.without(dimension)]
            group.setdefault(where.get(dimension), []).append(index)
        for group in groups.values():
            if len(group) > 1:
                yield from _group_branches(group, dimension)


def _group_branches(group: Mapping[str | None, list[int]], dimension: str) -> Iterator[Branch]:
    children: dict[str | None, list[int]] = defaultdict(list)
    for member, indexes in group.items():
        if member is None:
            continue
        above = nearest(member, group, dimension)
        if above is not _NOWHERE:
            children[above].extend(indexes)  # type: ignore[index]
    for member, below in children.items():
        for parent in group[member]:
            yield Branch(parent, tuple(below), dimension)


_NOWHERE: Final = object()


def nearest(member: str, group: Mapping[str | None, object], dimension: str) -> object:
    """The nearest printed ancestor of a member: a member, None for the whole, or nowhere."""
    tree = classification(dimension)
    above = tree.parent(member)
    while above:
        if above in group:
            return above
        above = tree.parent(above)
    return None if None in group else _NOWHERE


def table_relations(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """All relations inside one table."""
    yield from _down(table, number, cells)
    yield from _across(table, number, cells)
    yield from _headed(table, number, cells)
    yield from _printed(table, number, cells)
    yield from _rates(table, number, cells)


def _down(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """Parents and children among the rows, for each column."""
    for side in {row.side for row in table.rows}:
        rows = [i for i, row in enumerate(table.rows) if row.side == side]
        found = list(_row_branches([table.rows[i].where for i in rows]))
        for branch in found:
            parent = rows[branch.parent]
            below = [rows[i] for i in branch.children]
            for column in range(len(table.columns)):
                family = ("tree", number, "rows", side, branch.dimension)
                relation = _sum(cells, (parent, column), [(r, column) for r in below], family)
                if relation:
                    yield relation


def _row_branches(places: Sequence[Coordinates]) -> Iterator[Branch]:
    """The trees among rows; natures of units group the units that follow them."""
    natures = [i for i, where in enumerate(places) if lexicon().is_nature(where.get("unit", ""))]
    plain = [Coordinates({"unit": ""}) if i in natures else w for i, w in enumerate(places)]
    found = [b for b in branches(plain) if b.parent not in natures]
    found = [
        Branch(b.parent, tuple(c for c in b.children if c not in natures), b.dimension)
        for b in found
    ]
    yield from (branch for branch in found if branch.children)
    yield from _crossed(plain, found)
    yield from _nature_branches(places, natures)


def _nature_branches(places: Sequence[Coordinates], natures: Sequence[int]) -> Iterator[Branch]:
    """A nature of units is the sum of the units below it, and the whole that of the natures."""
    if not natures:
        return
    for place, nature in enumerate(natures):
        end = natures[place + 1] if place + 1 < len(natures) else len(places)
        units = tuple(i for i in range(nature + 1, end) if set(places[i]) == {"unit"})
        if units:
            yield Branch(nature, units, "nature")
    whole = [i for i, where in enumerate(places) if not where and i < natures[0]]
    if whole:
        yield Branch(whole[-1], tuple(natures), "nature")


def _crossed(places: Sequence[Coordinates], found: Sequence[Branch]) -> Iterator[Branch]:
    """Places without children along one dimension are the sum of the leaves inside them."""
    parents = {branch.parent for branch in found}
    if len(places) > MOST_ROWS:
        return
    leaves = [i for i in range(len(places)) if i not in parents]
    for index, where in enumerate(places):
        if index in parents or not where or len(where) > 2:
            continue
        below = tuple(
            leaf for leaf in leaves if len(places[leaf]) > len(where) and _inside(places[leaf], where)
        )
        if below:
            yield Branch(index, below, "leaves")


def _inside(leaf: Coordinates, where: Coordinates) -> bool:
    """Whether every member of `where` is that of `leaf` or an ancestor of it."""
    for dimension, member in where.items():
        held = leaf.get(dimension)
        if held is None:
            return False
        if held != member and not classification(dimension).is_ancestor(member, held):
            return False
    return True


def _across(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """Parents and children among the columns by their coordinates, for each row."""
    places = [table.where | column.where for column in table.columns]
    for branch in branches(places):
        if any(table.columns[c].rate for c in (branch.parent, *branch.children)):
            continue
        family = ("columns", number, branch.parent, branch.dimension)
        for row in range(len(table.rows)):
            parts = [(row, child) for child in branch.children]
            relation = _sum(cells, (row, branch.parent), parts, family)
            if relation:
                yield relation


def _headed(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """A column headed 合计, 总计 or 小计 is the sum of the columns beside it in its group."""
    for side in {column.side for column in table.columns}:
        indexes = [i for i, c in enumerate(table.columns) if c.side == side and not c.rate]
        for total, parts in heading_sums(table.columns, indexes, 0):
            family = ("heading", number, total)
            for row in range(len(table.rows)):
                relation = _sum(cells, (row, total), [(row, p) for p in parts], family)
                if relation:
                    yield relation


def heading_sums(
    columns: Sequence[Column], indexes: Sequence[int], depth: int
) -> Iterator[tuple[int, list[int]]]:
    """(total column, part columns) of a group of columns that share `depth` headings."""
    groups: dict[str, list[int]] = {}
    for index in indexes:
        path = columns[index].heading
        if len(path) > depth:
            groups.setdefault(path[depth], []).append(index)
    totals = [g[0] for word, g in groups.items() if len(g) == 1 and _totals(columns, g[0], depth)]
    for group in groups.values():
        if len(group) > 1:
            yield from heading_sums(columns, group, depth + 1)
    if len(totals) != 1 or len(groups) < 2:
        return
    parts: list[int] = []
    for word, group in groups.items():
        if group == [totals[0]]:
            continue
        if word.startswith("其中"):
            return
        parts.extend(_representatives(columns, group, depth + 1))
    yield totals[0], parts


def _totals(columns: Sequence[Column], index: int, depth: int) -> bool:
    column = columns[index]
    return len(column.heading) == depth + 1 and lexicon().is_total(column.heading[-1])


def _representatives(columns: Sequence[Column], group: Sequence[int], depth: int) -> list[int]:
    """The column that stands for a group: its own total, else all of its parts."""
    if len(group) == 1:
        return list(group)
    for index in group:
        if _totals(columns, index, depth):
            return [index]
    nested: dict[str, list[int]] = {}
    for index in group:
        path = columns[index].heading
        nested.setdefault(path[depth] if len(path) > depth else "", []).append(index)
    if len(nested) == 1:
        return list(group)
    return [r for part in nested.values() for r in _representatives(columns, part, depth + 1)]


def _printed(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """Formulas printed over the columns, such as 10=11+15."""
    by_number = {c.number.split("=")[0]: i for i, c in enumerate(table.columns) if c.number}
    for total, column in enumerate(table.columns):
        left, _, right = (column.number or "").replace("＋", "+").partition("=")
        if not right or not re.fullmatch(r"\d+(?:\+\d+)+", right):
            continue
        parts = [by_number.get(term) for term in _TERMS.findall(right)]
        if left not in by_number or None in parts:
            continue
        family = ("printed", number, total)
        for row in range(len(table.rows)):
            relation = _sum(cells, (row, total), [(row, p) for p in parts if p is not None], family)
            if relation:
                yield relation


def _rates(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """A column of rates is the ratio of the two columns of its stages, row by row."""
    for place, column in enumerate(table.columns):
        if column.rate is None:
            continue
        pair = [
            next((i for i, c in enumerate(table.columns) if _stage(c, column, stage)), None)
            for stage in column.rate
        ]
        if None in pair:
            continue
        for row in range(len(table.rows)):
            terms = [cells.get((row, c)) for c in (*pair, place) if c is not None]
            if None not in terms:
                top, bottom, rate = terms
                yield Relation(
                    ((top, 1), (bottom, -1), (rate, 0)),  # type: ignore[arg-type]
                    "ratio",
                    ("rate", number, place),
                    f"{column.heading[-1]}",
                )


def _stage(candidate: Column, column: Column, stage: str) -> bool:
    same = candidate.where.without("stage") == column.where.without("stage")
    return candidate.rate is None and same and candidate.where.get("stage") == stage


def _sum(
    cells: Cells, parent: Place, children: Sequence[Place], family: tuple[str | int | None, ...]
) -> Relation | None:
    """parent − Σ children = 0; None where the parent is empty, or all of the children."""
    top = cells.get(parent)
    if top is None or not any(place in cells.printed for place in children):
        return None
    parts = [part for place in children if (part := cells.part(place)) is not None]
    if top in parts:
        return None
    terms = ((top, 1), *((part, -1) for part in parts))
    return Relation(terms, "sum", family, str(family[-1]))
