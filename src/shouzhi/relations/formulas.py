"""Relations that a form prints itself: formulas over its columns, and notes that hold columns together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from shouzhi.catalogue.loading import CATALOGUE, load_yaml
from shouzhi.catalogue.names import fold
from shouzhi.relations import Relation
from shouzhi.relations.cells import Cells, sum_of
from shouzhi.space import Coordinates
from shouzhi.tables import Table

_TERM: Final = re.compile(r"([+-]?)(\d+)")


@dataclass(frozen=True, slots=True)
class _Forms:
    """How formulas and notes are written."""

    signs: dict[int, str]
    sum: re.Pattern[str]
    share: re.Pattern[str]
    growth: re.Pattern[str]
    notes: tuple[re.Pattern[str], ...]


@cache
def _forms() -> _Forms:
    data = load_yaml(CATALOGUE / "formulas.yaml").record(("signs", "columns", "notes"))
    columns = data["columns"].record(("sum", "share", "growth"))
    return _Forms(
        signs={ord(sign): str(node.value) for sign, node in data["signs"].mapping().items()},
        sum=re.compile(columns["sum"].text()),
        share=re.compile(columns["share"].text()),
        growth=re.compile(columns["growth"].text()),
        notes=tuple(map(re.compile, data["notes"].texts())),
    )


# -- over the columns -------------------------------------------------------------------------


def printed_formulas(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """Formulas printed over the columns, such as 10=11+15, 5=3-4, 9=8÷7, 6=(5-4)÷4."""
    numbered = _numbered(table)
    for place, column in enumerate(table.columns):
        left, _, right = _plain(column.number or "").partition("=")
        if not right or numbered.get(left) != place:
            continue
        if (match := _forms().sum.fullmatch(right)) is not None:
            yield from _sums(table, number, cells, place, _terms(match["terms"], numbered))
        elif (match := _forms().share.fullmatch(right)) is not None:
            ends = [numbered.get(match[name]) for name in ("top", "bottom")]
            yield from _rates(table, number, cells, place, ends, "share")
        elif (match := _forms().growth.fullmatch(right)) is not None:
            names = [match["now"] or match["above"], match["base"] or match["below"]]
            ends = [numbered.get(name) for name in names]
            yield from _rates(table, number, cells, place, ends, "growth")


def _plain(number: str) -> str:
    return number.replace(" ", "").replace("＝", "=").translate(_forms().signs)


def _numbered(table: Table) -> dict[str, int]:
    """The columns by their printed numbers; a number that stands twice is none."""
    found: dict[str, int] = {}
    doubled: set[str] = set()
    for place, column in enumerate(table.columns):
        number = _plain(column.number or "").partition("=")[0].strip("()")
        if number and found.setdefault(number, place) != place:
            doubled.add(number)
    return {number: place for number, place in found.items() if number not in doubled}


def _terms(text: str, numbered: Mapping[str, int]) -> list[tuple[int | None, int]]:
    return [(numbered.get(name), -1 if sign == "-" else 1) for sign, name in _TERM.findall(text)]


def _sums(
    table: Table, number: int, cells: Cells, place: int, terms: Sequence[tuple[int | None, int]]
) -> Iterator[Relation]:
    """The column as the sum of others; one that is taken off stands on the other side."""
    parts = [column for column, sign in terms if column is not None and sign > 0]
    off = [column for column, sign in terms if column is not None and sign < 0]
    if len(parts) + len(off) < len(terms):
        return
    family = ("printed", number, place)
    for row in range(len(table.rows)):
        below = [(row, column) for column in parts]
        if relation := sum_of(cells, (row, place), below, family):
            less = [part for column in off if (part := cells.part((row, column))) is not None]
            terms_off = tuple((part, 1) for part in less)
            yield Relation((*relation.terms, *terms_off), "sum", relation.family, relation.why)


def _rates(
    table: Table,
    number: int,
    cells: Cells,
    place: int,
    ends: Sequence[int | None],
    mode: str,
) -> Iterator[Relation]:
    if None in ends:
        return
    for row in range(len(table.rows)):
        columns = [column for column in (*ends, place) if column is not None]
        top, bottom, rate = (cells.get((row, column)) for column in columns)
        if top is not None and bottom is not None and rate is not None:
            terms = ((top, 1), (bottom, -1), (rate, 0))
            heading = table.columns[place].heading[-1]
            yield Relation(terms, "ratio", ("printed", number, place), heading, mode)  # type: ignore[arg-type]


# -- in the notes -----------------------------------------------------------------------------


def noted(tables: Sequence[Table], grids: Mapping[int, Cells]) -> Iterator[Relation]:
    """“第3栏应与表五第13栏一致”: the rows that both columns print are the same, place by place."""
    for number, table in enumerate(tables):
        for note in table.notes:
            for pattern in _forms().notes:
                for match in pattern.finditer(fold(note)):
                    other = _named(tables, match["table"]) if match["table"] else number
                    if other is not None and {number, other} <= grids.keys():
                        ends = (number, match["one"]), (other, match["other"])
                        yield from _same_rows(tables, grids, *ends)


def _named(tables: Sequence[Table], name: str) -> int | None:
    """The table that bears a number: 表五, 公开05表."""
    wanted = fold(name).removeprefix("附").strip("表")
    held = [
        place
        for place, table in enumerate(tables)
        if table.number and fold(table.number).removeprefix("附").strip("表") == wanted
    ]
    return held[0] if len(held) == 1 else None


def _same_rows(
    tables: Sequence[Table],
    grids: Mapping[int, Cells],
    one: tuple[int, str],
    other: tuple[int, str],
) -> Iterator[Relation]:
    ends = [(number, _numbered(tables[number]).get(name)) for number, name in (one, other)]
    rows = [
        _places(tables[number], grids[number], column)
        for number, column in ends
        if column is not None
    ]
    if len(rows) < len(ends) or ends[0] == ends[1]:
        return
    family = ("printed", *one, *other)
    for where, index in rows[0].items():
        if (twin := rows[1].get(where)) is not None:
            first, second = sorted((index, twin))
            yield Relation(((first, 1), (second, -1)), "equal", family, "same place")


def _places(table: Table, cells: Cells, column: int) -> dict[Coordinates, int]:
    """The facts of a column by the places of their rows; a place that stands twice is none."""
    found: dict[Coordinates, int] = {}
    doubled: set[Coordinates] = set()
    for row, line in enumerate(table.rows):
        if (index := cells.get((row, column))) is not None:
            if line.where in found:
                doubled.add(line.where)
            found[line.where] = index
    return {where: index for where, index in found.items() if where not in doubled}
