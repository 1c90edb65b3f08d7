"""Cells become facts: amounts in 分 at the union of title, column and row coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shouzhi.catalogue.classifications import classification
from shouzhi.space import Coordinates, Fact, parse_amount, to_fen
from shouzhi.tables import Table


def table_facts(table: Table, number: int, year: int | None) -> Iterator[Fact]:
    """Every amount that a table prints, at the union of its title, column and row coordinates."""
    base = Coordinates({"year": str(year)} if year else {}) | table.where
    for index, row in enumerate(table.rows):
        for place, (printed, column) in enumerate(zip(row.cells, table.columns, strict=True)):
            if printed is None or (amount := parse_amount(printed)) is None:
                continue
            unit = "%" if amount.percent or column.rate else table.amount_unit or "元"
            yield Fact(
                where=_union(base, column.where, row.where),
                amount=None if unit == "%" else to_fen(amount.value, unit),
                value=amount.value,
                printed=printed,
                unit=unit,
                location=(row.places[place] if row.places else None) or row.location,
                how="arithmetic" if row.placed else table.how,
                table=number,
                row=index,
                column=place,
            )


def _union(base: Coordinates, column: Coordinates, row: Coordinates) -> Coordinates:
    """Row over column over title; a narrower member of one dimension wins over a wider one."""
    where: Mapping[str, str] = base
    for more in (column, row):
        for dimension, member in more.items():
            held = where.get(dimension)
            if held is None or not _narrower(dimension, held, member):
                where = Coordinates({**where, dimension: member})
    return Coordinates(where)


def _narrower(dimension: str, held: str, member: str) -> bool:
    """Whether the member already held lies inside the one that is offered."""
    return held != member and classification(dimension).is_ancestor(member, held)
