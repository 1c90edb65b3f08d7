"""Cells become facts: amounts in 分 at the union of title, column and row coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import LAST_YEAR, lexicon
from shouzhi.space import FEN_PER, Amount, Coordinates, Fact, parse_amount, to_fen
from shouzhi.tables import Column, Row, Table

_BEYOND: Final = frozenset({"carried_in", "reserves_used", "carried_out", "distributed"})


def table_facts(table: Table, number: int, year: int | None) -> Iterator[Fact]:
    """Every amount that a table prints, at the union of its title, column and row coordinates."""
    base = Coordinates({"year": str(year)} if year else {}) | table.where
    columns = [column_where(table, column) for column in table.columns]
    shared = _shared(columns)
    printers = [_printer(table, column) for column in table.columns]
    own = [_union(base, where) for where in columns]
    # a row over both sides is of what these have in common
    over = [_union(base, shared if c.side else w) for c, w in zip(table.columns, columns, strict=True)]
    for index, row in enumerate(table.rows):
        places = over if row.side is None else own
        for place, (printed, unit_of) in enumerate(zip(row.cells, printers, strict=True)):
            if printed is None or (amount := parse_amount(printed)) is None:
                continue
            unit = "%" if amount.percent else unit_of(row, amount)
            yield Fact(
                where=_union(places[place], row.where),
                amount=to_fen(amount.value, unit) if unit in FEN_PER else None,
                value=amount.value,
                printed=printed,
                unit=unit,
                location=(row.places[place] if row.places else None) or row.location,
                how="arithmetic" if row.placed else table.how,
                table=number,
                row=index,
                column=place,
            )


def _printer(table: Table, column: Column) -> Callable[[Row, Amount], str]:
    """What tells in which unit a column prints: that of the table, or of what it or the row counts.

    The row of 车辆（辆） may print what the cars are worth, too, in a column of 原值.
    """
    words = lexicon()
    counted = words.count_unit(column.heading[-1])
    fixed = "%" if column.rate else counted or table.amount_unit or "元"
    if column.rate or counted or words.is_worth(column.heading[-1]):
        return lambda *_: fixed
    return lambda row, amount: (not amount.decimals and words.count_unit(row.label)) or fixed


def settled_columns(table: Table, year: int | None) -> tuple[Column, ...]:
    """The columns of a table with what only its title tells.

    Those of last year (上年预算数) get the year before its own; where the title names an
    item, what an unknown heading stands for is a part of it.
    """
    own = table.where.get("year") or (str(year) if year else None)
    settled = []
    for column in table.columns:
        where = column.where
        if where.get("year") == LAST_YEAR and own:
            where |= {"year": str(int(own) - 1)}
        if not column.known and "item" in table.where and "item" in where:
            where |= {"item": f"{table.where['item']}/{where['item']}"}
        settled.append(replace(column, where=where))
    return tuple(settled)


def _shared(columns: Sequence[Coordinates]) -> Coordinates:
    """The members that all columns have in common."""
    common = set(columns[0].items()) if columns else set()
    return Coordinates(common.intersection(*(column.items() for column in columns)))


def column_where(table: Table, column: Column) -> Coordinates:
    """The coordinates of a column in its table.

    The total over columns of which some are carried over (or drawn from reserves) is the
    grand total of the flow, not that of the year.
    """
    flow = table.where.get("flow")
    if flow not in {"income", "expenditure"} or "flow" in column.where:
        return column.where
    if len(column.heading) != 1 or not lexicon().is_total(column.heading[0]):
        return column.where
    beside = {c.where.get("flow") for c in table.columns}
    return column.where | {"flow": f"{flow}_total"} if beside & _BEYOND else column.where


def _union(held: Coordinates, more: Coordinates) -> Coordinates:
    """Column over title, row over both; a narrower member of one dimension wins over a wider one.

    The flow is the row's: 总计 under the heading 收入 is the grand total, wider than 收入.
    """
    narrower = [
        dimension
        for dimension, member in more.items()
        if dimension != "flow" and dimension in held and _narrower(dimension, held[dimension], member)
    ]
    return held | (more.without(*narrower) if narrower else more)


def _narrower(dimension: str, held: str, member: str) -> bool:
    """Whether the member already held lies inside the one that is offered."""
    return held != member and classification(dimension).is_ancestor(member, held)
