"""Small budgets built by hand for the tests of relations and repair: tables without a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shouzhi.facts import Document
from shouzhi.facts.amounts import table_facts
from shouzhi.relations import System
from shouzhi.repair import Cause
from shouzhi.space import Coordinates, Location
from shouzhi.tables import UNLABELLED, Column, Row, Table

Line = tuple[str, Mapping[str, str], Sequence[str | None]]
"""A row: its label, its coordinates, its cells as printed."""

KINDS = (
    Column(("合计",)),
    Column(("基本支出",), Coordinates({"kind": "basic"})),
    Column(("项目支出",), Coordinates({"kind": "project"})),
)
AMOUNT = (Column(("金额",)),)


def table(
    columns: Sequence[Column],
    lines: Sequence[Line],
    where: Mapping[str, str] | None = None,
    unit: str = "万元",
) -> Table:
    """A table of expenditure with the given columns and rows."""
    return Table(
        number=None,
        title="表",
        amount_unit=unit,
        pages=(1,),
        columns=tuple(columns),
        rows=[_row(number, line, columns) for number, line in enumerate(lines)],
        notes=[],
        how="rulings",
        where=Coordinates({"flow": "expenditure", **(where or {})}),
    )


def _row(number: int, line: Line, columns: Sequence[Column]) -> Row:
    label, where, cells = line
    sides = {c.side for c, cell in zip(columns, cells, strict=True) if cell is not None}
    side = sides.pop() if len(sides) == 1 else None
    place = Location(line=number + 1)
    return Row(label, {}, side, tuple(cells), {}, place, Coordinates(where))


def texts_row(texts: Mapping[str, str], cells: Sequence[str | None], number: int) -> Row:
    """A row without a label, told by its texts."""
    return Row(UNLABELLED, {}, None, tuple(cells), texts, Location(line=number))


def document(*tables: Table, kind: str = "budget") -> Document:
    """A document of these tables, for 2024."""
    return Document(
        file="made by hand",
        title="2024年部门预算",
        kind=kind,
        year=2024,
        department="青禾市图书档案局",
        scope="department",
        amount_unit="万元",
        tables=list(tables),
        facts=[f for n, t in enumerate(tables) for f in table_facts(t, n, 2024)],
        sections=[],
    )


def cell(system: System, table: int, row: int, column: int) -> int:
    """The fact of a cell."""
    return system.cells[0, table, row, column]


def change(system: System, cause: Cause) -> dict[tuple[int, int, int], object]:
    """What the first correction of a cause puts into (table, row, column): 万元, or percent."""
    places = {fact: place[1:] for place, fact in system.cells.items()}
    return {
        places[fact]: value / 1_000_000 if isinstance(value, int) else value
        for fact, value in cause.corrections[0].change
    }


def functions(*amounts: str | None) -> list[Line]:
    """合计 over two 类, the first with two 项 under its 款, one amount a row."""
    codes = ("", "201", "20103", "2010301", "2010302", "208", "20805", "2080501")
    places: list[dict[str, str]] = [{"function": code} if code else {} for code in codes]
    return [
        (code or "合计", place, [amount])
        for code, place, amount in zip(codes, places, amounts, strict=True)
    ]
