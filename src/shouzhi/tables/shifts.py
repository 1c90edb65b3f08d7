"""Rows whose source lost an empty cell, so that their amounts stand a column too far to the left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from shouzhi.space import parse_amount
from shouzhi.tables import Column, Row
from shouzhi.tables.placing import Sum, broken_sums, column_sums, place


def settle(rows: Sequence[Row], columns: Sequence[Column]) -> Iterator[Row]:
    """The rows, those that break most sums of the columns moved to where they hold.

    Only a row that breaks at least two sums as it stands, and that one placement
    alone repairs whole, is moved; it then says that arithmetic placed it.
    """
    sides = {column.side for column in columns}
    if len(sides) > 1 or len(columns) < 3:
        yield from rows
        return
    sums = column_sums([c.heading for c in columns], [c.number for c in columns])
    for row in rows:
        yield _settled(row, sums) if len(sums) > 1 else row


def _settled(row: Row, sums: Sequence[Sum]) -> Row:
    filled = [index for index, cell in enumerate(row.cells) if cell is not None]
    amounts = [_value(row.cells[index]) for index in filled]
    if None in amounts or len(filled) == len(row.cells):
        return row
    values = [amount for amount in amounts if amount is not None]
    if broken_sums(dict(zip(filled, values, strict=True)), sums) < 2:
        return row
    chosen = _chosen(values, filled, len(row.cells), sums)
    if chosen is None:
        return row
    cells: list[str | None] = [None] * len(row.cells)
    places = list(row.places) if row.places else [None] * len(row.cells)
    moved = list(places)
    for old, new in zip(filled, chosen, strict=True):
        cells[new] = row.cells[old]
        moved[new] = places[old]
    return replace(row, cells=tuple(cells), places=tuple(moved), placed=True)


def _chosen(
    values: Sequence[Decimal], filled: Sequence[int], width: int, sums: Sequence[Sum]
) -> tuple[int, ...] | None:
    """The placement that breaks no sum and leaves the most amounts, from the left, where they are."""
    for kept in range(len(values) - 1, -1, -1):
        known = dict(enumerate(filled[:kept]))
        chosen = place(values, width, sums, known)
        if chosen and not broken_sums(dict(zip(chosen, values, strict=True)), sums):
            return chosen
    return None


def _value(cell: str | None) -> Decimal | None:
    amount = parse_amount(cell or "")
    return amount.value if amount else None
