"""Amounts of dumped rows to their columns, where the blanks of the dump do not tell them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from shouzhi.space import parse_amount
from shouzhi.tables.placing import Sum, placements
from shouzhi.tables.stream_columns import Stub
from shouzhi.tables.stream_pieces import Style
from shouzhi.tables.stream_rows import BodyRow

Settled = dict[int, Decimal]
"""The values of a row whose columns are settled, by their order among the columns of amounts."""


def place_rows(rows: Sequence[BodyRow], stub: Stub, style: Style, sums: Sequence[Sum]) -> bool:
    """Place the amounts of rows that print fewer than there are columns, by arithmetic.

    A row is placed by the sums of its columns if they leave one way, else like the row
    above it that prints the same amounts and zeros, else in the leftmost of the ways
    that the sums leave.  Whether any row was, or was left undecided.
    """
    measures = stub.measures
    if not measures or stub.two_sided:
        return False
    settled: list[Settled] = []
    counted = False
    for row in rows:
        held = [column for column in measures if column in row.cells]
        values = _values(row, held)
        told = len(held) == len(measures) or (style.gaps and row.off < 1.0)
        if not told and held and len(values) == len(held):
            counted = True
            to = _placed(values, len(measures), sums, settled)
            if to is not None:
                _move(row, held, [measures[order] for order in to])
                held = [measures[order] for order in to]
                told = True
        if told and len(values) == len(held):
            orders = [measures.index(column) for column in held]
            settled.append(dict(zip(orders, values, strict=True)))
    return counted


def _values(row: BodyRow, columns: Sequence[int]) -> list[Decimal]:
    texts = ("".join(piece.text for piece in row.cells[c]).replace("\n", "") for c in columns)
    amounts = [parse_amount(text) for text in texts]
    return [amount.value for amount in amounts if amount is not None]


def _placed(
    values: Sequence[Decimal], width: int, sums: Sequence[Sum], settled: Sequence[Settled]
) -> tuple[int, ...] | None:
    """The columns of the amounts, by their order; None where nothing tells them."""
    filled = settled[0].keys() if settled else None  # parts stand where their total does
    found = placements(values, width, sums, allowed=filled) or placements(values, width, sums)
    if len(found) == 1:
        return found[0]
    for above in reversed(settled):
        if (like := _like(values, above)) is not None:
            return like
    return found[0] if found else None


def _like(values: Sequence[Decimal], above: Settled) -> tuple[int, ...] | None:
    """The columns of a row that prints the same amounts and perhaps zeros; None if it differs."""
    taken: list[int] = []
    rest = list(values)
    for column, value in sorted(above.items()):
        if rest and value == rest[0]:
            taken.append(column)
            rest.pop(0)
        elif value:
            return None
    return None if rest else tuple(taken)


def _move(row: BodyRow, held: Sequence[int], to: Sequence[int]) -> None:
    pieces = [row.cells.pop(column) for column in held]
    row.cells.update(zip(to, pieces, strict=True))
