"""Lines that an edition has no column or row for: they are in its totals and in nothing below these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, reduce
from itertools import chain
from operator import or_
from typing import Final, NamedTuple

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.book import Book, Line
from shouzhi.cycle.raw import Fault
from shouzhi.cycle.sheets import DIMENSION_KINDS, schema
from shouzhi.publish.table import Cell, Figure, FormTable, TableSide

_LISTED: Final = {"source": "资金来源", "kind": "支出类别", "flow": "收支类型"}
"""Dimensions that forms list completely where they list them, and what the book calls them."""

_FEWEST: Final = 2  # “其中：” with one entry lists no whole

_NARROWED: Final = frozenset({"function", "economic", "government_economic", "unit", "project"})

_APART: Final = ("year", "stage", "item")

Place = tuple[tuple[str, ...] | None, ...]
"""Members of some dimensions; None where a figure is narrowed by none."""


class _Listed(NamedTuple):
    """A figure: its place in the listed dimensions, its year and stage, and what it is made of.

    A `leaf` is of a row of an account, unit or project that no row stands below.
    """

    place: Place
    stage: Place
    parts: int
    leaf: bool


def misplaced(book: Book, tables: Sequence[FormTable]) -> Iterator[Fault]:
    """One fault for each member that a form lists nowhere: where it stands first, and how often."""
    told: set[int] = set()
    for table in tables:
        astray: dict[tuple[str, str], set[int]] = {}
        for side in table.sides:
            for listed in _lists(side):
                for shown, parts in _left_out(listed):
                    for number in set(_numbers(parts, len(book.lines))) - told:
                        dimension = _guilty(book.lines[number], shown)
                        if member := book.lines[number].where.get(dimension):
                            astray.setdefault((dimension, member), set()).add(number)
        for (dimension, member), numbers in astray.items():
            if not numbers <= told:
                told |= numbers
                yield _fault([book.lines[n] for n in sorted(numbers)], dimension, member, table)


def _lists(side: TableSide) -> Iterator[list[_Listed]]:
    """What each row lists across its columns, and each column down its rows, one stage at a time."""
    rows = [row for row in side.rows if row is not None]
    parents = {row.parent for row in rows}
    leaves = [
        n not in parents and not _NARROWED.isdisjoint(row.where)
        for n, row in enumerate(side.rows)
        if row is not None
    ]
    across = ([_listed(cell) for cell in row.cells] for row in rows)
    down = (
        [_listed(row.cells[n], leaf=leaf) for row, leaf in zip(rows, leaves, strict=True)]
        for n in range(len(side.columns))
    )
    for cells in chain(across, down):
        stages: dict[Place, list[_Listed]] = {}
        for cell in filter(None, cells):
            stages.setdefault(cell.stage, []).append(cell)
        yield from (found for found in stages.values() if len({one.place for one in found}) > _FEWEST)


def _listed(cell: Cell, *, leaf: bool = False) -> _Listed | None:
    if not isinstance(cell, Figure) or cell.rate:
        return None
    place, stage = (tuple(map(cell.where.get, names)) for names in (_LISTED, _APART))
    return _Listed(place, stage, cell.parts, leaf)


def _left_out(listed: Sequence[_Listed]) -> Iterator[tuple[Mapping[str, set[str]], int]]:
    """The parts of a total that nothing else in the list holds, with the members that it lists."""
    totals: dict[Place, int] = {}
    for one in listed:
        totals[one.place] = max(totals.get(one.place, 0), one.parts, key=int.bit_count)
    for total, whole in totals.items():
        inside = [
            one
            for one in listed
            if (one.leaf or (one.place, one.parts) != (total, whole))
            and not one.parts & ~whole
            and _within(one.place, total)
        ]
        left = whole & ~reduce(or_, (one.parts for one in inside), 0)
        shown = {
            dimension: {one.place[n] or () for one in inside} - {total[n] or ()}
            for n, dimension in enumerate(_LISTED)
        }
        lists = {d: {m for some in members for m in some} for d, members in shown.items() if len(members) >= _FEWEST}
        if left and lists:
            yield lists, left


def _within(place: Place, total: Place) -> bool:
    """Whether a place lies inside that of a total."""
    return all(
        above is None or (own is not None and all(any(_is(d, m, a) for a in above) for m in own))
        for d, own, above in zip(_LISTED, place, total, strict=True)
    )


@cache
def _is(dimension: str, member: str, above: str) -> bool:
    return member == above or classification(dimension).is_ancestor(above, member)


def _guilty(line: Line, shown: Mapping[str, set[str]]) -> str:
    """The dimension of which the list has no member for a line."""
    for dimension, members in shown.items():
        own = line.where.get(dimension)
        if own and not any(_is(dimension, own, one) for one in members):
            return dimension
    return next(iter(shown))


def _numbers(parts: int, size: int) -> Iterator[int]:
    """The lines that are among some parts."""
    yield from (n for n in range(size) if parts >> n & 1)


def _fault(lines: Sequence[Line], dimension: str, member: str, table: FormTable) -> Fault:
    record = lines[0].record
    columns = schema().sheet(record.sheet).columns
    column = next((c for c in columns if DIMENSION_KINDS.get(c.kind) == dimension), None)
    heading = term(column.heading if column else _LISTED[dimension])
    message = Told(
        "“{name}”{more}在{title}里没有栏目，只会进合计，各栏之和就对不上",
        name=term(schema().word(column.kind if column else dimension, member)),
        more=Told("（共 {count} 行）", count=len(lines)) if len(lines) > 1 else "",
        title=f"{table.number or ''}《{table.title}》",
    )
    remedy = Told("请改用这种公开格式有的类别，或用 --form 换一种格式")
    return Fault(record.spot.at(heading), message, remedy)
