"""Cells with their spans laid on a grid: holes filled, columns and rows without a cell closed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from shouzhi.sources import Cell, Grid, Unreadable
from shouzhi.space import How, Location

MAX_PLACES: Final = 2_000_000
"""Places of all grids of one document; the largest real workbooks have some hundred thousand."""


def too_large() -> Unreadable:
    """The error for more cells than a document of this field can have."""
    return Unreadable("表格单元格过多，超过二百万", "请删去多余的行列或拆分文件后再读")


class Budget:
    """The places that the grids of one document may still take.

    A few cells far apart make a large grid, so it is the grids that must be counted.
    """

    def __init__(self) -> None:
        self.left = MAX_PLACES

    def take(self, places: int) -> None:
        """Use up some; raises Unreadable when there are not so many left."""
        self.left -= places
        if self.left < 0:
            raise too_large()


def lay(cells: Sequence[Cell], how: How, location: Location, budget: Budget | None = None) -> Grid:
    """Make a grid of cells that do not overlap; there must be at least one.

    Rows and columns in which no cell begins carry nothing (editors leave them behind
    invisible merges) and are closed; places that no cell covers get an empty one.
    Raises Unreadable when it takes more places than are left in `budget`.
    """
    rows = sorted({cell.row for cell in cells})
    columns = sorted({cell.column for cell in cells})
    height, width = len(rows), len(columns)
    (budget or Budget()).take(height * width)
    row_at = {row: index for index, row in enumerate(rows)}
    column_at = {column: index for index, column in enumerate(columns)}
    covered = bytearray(height * width)
    laid: list[Cell] = []
    for cell in cells:
        top, left = row_at[cell.row], column_at[cell.column]
        if cell.rows == 1 == cell.columns:
            covered[top * width + left] = 1
            same = top == cell.row and left == cell.column
            laid.append(cell if same else Cell(top, left, 1, 1, cell.text, cell.location))
            continue
        down = bisect_left(rows, cell.row + cell.rows) - top
        across = bisect_left(columns, cell.column + cell.columns) - left
        laid.append(Cell(top, left, down, across, cell.text, cell.location))
        for row in range(top, top + down):
            covered[row * width + left : row * width + left + across] = b"\1" * across
    hole = covered.find(0)
    while hole >= 0:
        laid.append(Cell(hole // width, hole % width, 1, 1, "", location))
        hole = covered.find(0, hole + 1)
    laid.sort(key=attrgetter("row", "column"))
    return Grid(height, width, tuple(laid), how, location)
