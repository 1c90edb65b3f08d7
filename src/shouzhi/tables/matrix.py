"""A grid as rows and columns of owned places, and how two of them stack into one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shouzhi.catalogue.names import tidy
from shouzhi.sources import Cell, Grid
from shouzhi.space import prints_number

EDGE_TOLERANCE: Final = 4.0
"""Points by which the same column line may wander from page to page."""

_CODE: Final = re.compile(r"[1-9]\d{2}(?:\d{2}){0,2}")
_FORMULA: Final = re.compile(r"\(?\d{1,2}\)?|\d{1,2}[=＝][\d+\-−÷/*×＋()（）=＝]+|[（(]?\d{1,2}[)）]?")


@dataclass(slots=True)
class Matrix:
    """`owner[row][column]` is the cell that covers a place (None for a hole)."""

    owner: list[list[Cell | None]]
    width: int
    edges: tuple[float, ...] = ()
    read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was read from the whole of it: a head costs a look at every cell."""

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self.owner)

    def text(self, row: int, column: int) -> str:
        """The tidy text of the cell that covers the place, wherever that cell begins."""
        cell = self.owner[row][column]
        return tidy(cell.text) if cell else ""

    def begins(self, row: int, column: int) -> bool:
        """Whether the cell that covers the place begins there."""
        cell = self.owner[row][column]
        if cell is None:
            return False
        above = self.owner[row - 1][column] if row else None
        left = self.owner[row][column - 1] if column else None
        return cell is not above and cell is not left

    def starts(self, row: int) -> list[Cell]:
        """The non-empty cells that begin in `row`, from the left."""
        found: list[Cell] = []
        above = self.owner[row - 1] if row else None
        left = None
        for column, cell in enumerate(self.owner[row]):
            new = cell is not left and (above is None or cell is not above[column])
            if new and cell is not None and cell.text.strip():
                found.append(cell)
            left = cell
        return found

    def slice(self, first: int, last: int | None = None) -> Matrix:
        """The rows from `first` up to `last` as a matrix of their own; itself where these are all."""
        if first == 0 and (last is None or last >= self.height):
            return self
        return Matrix(self.owner[first:last], self.width, self.edges)


def matrix(grid: Grid) -> Matrix:
    """Lay the cells of a grid out; a later cell never covers an earlier one."""
    owner: list[list[Cell | None]] = [[None] * grid.width for _ in range(grid.height)]
    for cell in grid.cells:
        if cell.rows == 1 == cell.columns:
            line = owner[cell.row]
            line[cell.column] = line[cell.column] or cell
            continue
        for row in range(cell.row, min(cell.row + cell.rows, grid.height)):
            for column in range(cell.column, min(cell.column + cell.columns, grid.width)):
                if owner[row][column] is None:
                    owner[row][column] = cell
    return Matrix(owner, grid.width, grid.edges)


def is_amount(text: str) -> bool:
    """Whether a cell holds one printed number that cannot be a code or an ordinal."""
    plain = tidy(text).replace(" ", "")
    return prints_number(plain) and not _CODE.fullmatch(plain)


def is_number(text: str) -> bool:
    """Whether a cell holds one printed number of any kind."""
    return prints_number(text) or prints_number(tidy(text).replace(" ", ""))


def is_column_number(text: str) -> bool:
    """Whether a cell holds a column number or formula such as 10=11+15."""
    return bool(_FORMULA.fullmatch(text.replace(" ", "")))


def fits(narrow: Sequence[float], wide: Sequence[float]) -> bool:
    """Whether every edge of `narrow` is also one of `wide`, the outer ones together."""
    if not narrow or not wide:
        return False
    outer = abs(narrow[0] - wide[0]) <= EDGE_TOLERANCE
    outer = outer and abs(narrow[-1] - wide[-1]) <= EDGE_TOLERANCE
    return outer and all(_nearest(wide, edge) is not None for edge in narrow)


def _nearest(edges: Sequence[float], edge: float) -> int | None:
    index = bisect_left(edges, edge)
    for candidate in (index - 1, index):
        if 0 <= candidate < len(edges) and abs(edges[candidate] - edge) <= EDGE_TOLERANCE:
            return candidate
    return None


def widen(narrow: Matrix, edges: tuple[float, ...]) -> Matrix:
    """Lay a matrix over finer column edges: its cells span what they cover there."""
    spread = [_nearest(edges, edge) or 0 for edge in narrow.edges]
    spread[-1] = len(edges) - 1
    moved: dict[int, Cell] = {}
    owner: list[list[Cell | None]] = []
    for row in narrow.owner:
        line: list[Cell | None] = [None] * (len(edges) - 1)
        for column, cell in enumerate(row):
            if cell is None:
                continue
            if id(cell) not in moved:
                first, last = spread[cell.column], spread[cell.column + cell.columns]
                moved[id(cell)] = replace(cell, column=first, columns=last - first)
            for place in range(spread[column], spread[column + 1]):
                line[place] = moved[id(cell)]
        owner.append(line)
    return Matrix(owner, len(edges) - 1, edges)
