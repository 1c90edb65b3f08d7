"""Amounts of dumped rows to their columns, where the blanks of the dump do not tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shouzhi.space import parse_amount
from shouzhi.tables.placing import Sum, placements
from shouzhi.tables.stream_columns import Stub
from shouzhi.tables.stream_pieces import Style
from shouzhi.tables.stream_rows import BodyRow

Settled = dict[int, Decimal]
"""The values of a row whose columns are settled, by their order among the columns of amounts."""


@dataclass(slots=True)
class _Open:
    """A row that the sums leave undecided: its values and the ways they leave, leftmost first."""

    row: BodyRow
    held: list[int]
    values: list[Decimal]
    ways: list[tuple[int, ...]]


def place_rows(rows: Sequence[BodyRow], stub: Stub, style: Style, sums: Sequence[Sum]) -> bool:
    """Place the amounts of rows that print fewer than there are columns, by arithmetic.

    A row is placed by the sums of its columns if they leave one way, else like the row
    above it that prints the same amounts and zeros, else in the way in which the rows
    with the longest codes add up to the total, else in the leftmost of the ways that the
    sums leave.  Whether any row was placed so, or left as it stands for want of sums.
    """
    measures = stub.measures
    if not measures or stub.two_sided:
        return False
    settled: list[Settled] = []
    detail: list[Settled] = []
    undecided: list[_Open] = []
    deepest = max((_depth(row, stub) for row in rows), default=0)
    counted = False
    for row in rows:
        held = [column for column in measures if column in row.cells]
        values = _values(row, held)
        if not held or len(values) < len(held):
            continue
        to: tuple[int, ...] | None = tuple(measures.index(column) for column in held)
        if len(held) < len(measures) and not (style.gaps and row.off < 1.0):
            counted = True
            ways = _ways(values, len(measures), sums, settled)
            to = ways[0] if len(ways) == 1 else _like_above(values, settled)
            if to is None:
                undecided.append(_Open(row, held, values, ways))
                continue
            _move(row, held, [measures[order] for order in to])
        settled.append(dict(zip(to or (), values, strict=True)))
        if deepest and _depth(row, stub) == deepest:
            detail.append(settled[-1])
    total = settled[0] if settled and deepest else {}
    _add_up(undecided, stub, total, detail, deepest)
    return counted


def _depth(row: BodyRow, stub: Stub) -> int:
    """How many digits the function or economic codes of a row have."""
    codes = [c for c, k in enumerate(stub.kinds) if k in {"code", "class", "section", "item"}]
    return sum(len(row.cells[column][0].text) for column in codes if column in row.cells)


def _add_up(
    undecided: list[_Open], stub: Stub, total: Settled, detail: list[Settled], deepest: int
) -> None:
    """Settle the undecided rows one by one, as the columns of the total leave room for them."""
    room = dict(total)
    for row in detail:
        for column, value in row.items():
            room[column] = room.get(column, Decimal(0)) - value
    rest = list(undecided)
    while rest:
        for one in rest:
            if total and _depth(one.row, stub) == deepest:
                fits = [way for way in one.ways if _fits(way, one.values, room)]
                one.ways = fits or one.ways
        least = min(rest, key=lambda one: len(one.ways) or len(rest) * 999)
        rest.remove(least)
        if not least.ways:
            continue
        way = least.ways[0]
        _move(least.row, least.held, [stub.measures[order] for order in way])
        if _depth(least.row, stub) == deepest:
            for column, value in zip(way, least.values, strict=True):
                room[column] = room.get(column, Decimal(0)) - value


def _fits(way: Sequence[int], values: Sequence[Decimal], room: Settled) -> bool:
    return all(
        value <= room.get(column, Decimal(0)) for column, value in zip(way, values, strict=True)
    )


def _values(row: BodyRow, columns: Sequence[int]) -> list[Decimal]:
    texts = ("".join(piece.text for piece in row.cells[c]).replace("\n", "") for c in columns)
    amounts = [parse_amount(text) for text in texts]
    return [amount.value for amount in amounts if amount is not None]


def _ways(
    values: Sequence[Decimal], width: int, sums: Sequence[Sum], settled: Sequence[Settled]
) -> list[tuple[int, ...]]:
    """The placements that satisfy most sums, in columns that the total fills if any are."""
    filled = settled[0].keys() if settled else None  # parts stand where their total does
    within = placements(values, width, sums, allowed=filled)
    return within or placements(values, width, sums)


def _like_above(values: Sequence[Decimal], settled: Sequence[Settled]) -> tuple[int, ...] | None:
    """The columns of the nearest settled row above that prints the same amounts."""
    found = (_like(values, above) for above in reversed(settled))
    return next((like for like in found if like is not None), None)


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
