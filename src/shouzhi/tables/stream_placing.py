"""Amounts of dumped rows to their columns, where the blanks of the dump do not tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shouzhi.space import parse_amount
from shouzhi.tables.placing import Sum, placements
from shouzhi.tables.stream_columns import Stub
from shouzhi.tables.stream_pieces import Style
from shouzhi.tables.stream_row import BodyRow

MOST_TRIES: Final = 20_000
"""Placements of undecided rows that are tried to make the detail rows add up."""
SLACK: Final = Decimal("0.05")

Settled = dict[int, Decimal]
"""The values of a row whose columns are settled, by their order among the columns of amounts."""


@dataclass(slots=True)
class _Open:
    """A row that the sums leave undecided: its values and the ways they leave, leftmost first."""

    row: BodyRow
    held: list[int]
    values: list[Decimal]
    ways: list[tuple[int, ...]]
    detail: bool


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
    undecided: list[_Open] = []
    codes = [_code(row, stub) for row in rows]
    detail: list[Settled] = []
    counted = False
    for row, code in zip(rows, codes, strict=True):
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
                if ways:
                    undecided.append(_Open(row, held, values, ways, _is_detail(code, codes)))
                continue
            _move(row, held, [measures[order] for order in to])
        settled.append(dict(zip(to or (), values, strict=True)))
        if _is_detail(code, codes):
            detail.append(settled[-1])
    _add_up(undecided, _room(settled, detail))
    for one in undecided:
        _move(one.row, one.held, [measures[order] for order in one.ways[0]])
    return counted


def _code(row: BodyRow, stub: Stub) -> str:
    """The function or economic code of a row, its 类, 款 and 项 together."""
    columns = [c for c, k in enumerate(stub.kinds) if k in {"code", "class", "section", "item"}]
    return "".join(row.cells[column][0].text for column in columns if column in row.cells)


def _is_detail(code: str, codes: Sequence[str]) -> bool:
    """Whether no other row prints a longer code that begins with this one."""
    return bool(code) and not any(o.startswith(code) and len(o) > len(code) for o in codes)


def _room(settled: Sequence[Settled], detail: Sequence[Settled]) -> Settled:
    """What the detail rows leave of the total, the first settled row, in each column."""
    room = dict(settled[0]) if settled and settled[0] not in detail else {}
    for row in detail:
        for column, value in row.items():
            room[column] = room.get(column, Decimal(0)) - value
    return room


def _add_up(undecided: Sequence[_Open], room: Settled) -> None:
    """Put first, of the ways of the undecided detail rows, those that fill the room."""
    rest = sorted((one for one in undecided if one.detail), key=lambda one: len(one.ways))
    left = dict(room)
    tried = 0

    def fill(index: int) -> bool:
        nonlocal tried
        tried += 1
        if tried > MOST_TRIES:
            return False
        if index == len(rest):
            return all(abs(value) <= SLACK for value in left.values())
        one = rest[index]
        for way in one.ways:
            pairs = list(zip(way, one.values, strict=True))
            if any(left.get(column, Decimal(0)) + SLACK < value for column, value in pairs):
                continue
            for column, value in pairs:
                left[column] -= value
            if fill(index + 1):
                one.ways.remove(way)
                one.ways.insert(0, way)
                return True
            for column, value in pairs:
                left[column] += value
        return False

    if rest and room:
        fill(0)


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
