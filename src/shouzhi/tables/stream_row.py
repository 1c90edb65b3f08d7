"""One settled row of a dumped table, and how well the blanks of the dump fit its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from shouzhi.tables.stream_columns import Stub
from shouzhi.tables.stream_pieces import Piece, Style


@dataclass(slots=True)
class BodyRow:
    """The pieces of one row by column.

    `off` is by how many cells the blanks before its amounts are off, `short` by how
    many those at its end: both 0 where blanks do not count cells.
    """

    cells: dict[int, list[Piece]] = field(default_factory=dict)
    off: float = 0.0
    short: float = 0.0

    def add(self, column: int, piece: Piece) -> None:
        """Put a piece into a column, after what stands there."""
        self.cells.setdefault(column, []).append(piece)


class Gap(NamedTuple):
    """What stands before a filled cell: blanks beyond the one that parts cells, and empty cells."""

    column: int
    piece: Piece
    blanks: int
    empty: int


def gaps(row: BodyRow) -> Iterator[Gap]:
    """The gaps before the filled cells of a row, from left to right."""
    before = -1
    last: Piece | None = None
    for column, cell in sorted(row.cells.items()):
        piece = cell[0]
        blanks = piece.before if piece.starts else piece.before - 1
        if piece.starts and last is not None:
            blanks += max(0, last.after - 1)
        yield Gap(column, piece, blanks, column - before - 1)
        before, last = column, cell[-1]


def off(row: BodyRow, stub: Stub, style: Style) -> float:
    """By how many cells the blanks before the amounts of a row are off."""
    return sum(
        abs(gap.blanks / style.per - gap.empty)
        for gap in gaps(row)
        if stub.kinds[gap.column] == "measure"
        and (style.marked or not gap.piece.starts or gap.piece.before > 0)
    )


def short(row: BodyRow, width: int, style: Style, held: int = 0) -> float:
    """By how many cells the blanks at the end of a row are off.

    `held` are the blanks of a line of blanks below, which may belong to it or not.
    """
    column = max(row.cells)
    blanks = max(row.cells[column][-1].after - 1, 0)
    empty = width - 1 - column
    return min(abs(count / style.per - empty) for count in (blanks, blanks + held))


def indents(row: BodyRow, stub: Stub, style: Style) -> dict[int, int]:
    """The blanks before each name beyond those that count the empty cells before it."""
    return {
        gap.column: max(0, gap.blanks - style.per * gap.empty)
        for gap in gaps(row)
        if stub.kinds[gap.column] == "name"
    }
