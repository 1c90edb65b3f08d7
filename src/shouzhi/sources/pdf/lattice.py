"""Rules that touch become a lattice: columns, rows, and which places one cell covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shouzhi.sources.pdf.pdfium import Floats
from shouzhi.sources.pdf.rules import SNAP, Rules

Span = tuple[int, int, int, int]
"""row, column, rows, columns of a cell."""

_NARROWEST: Final = 4.0
"""A column or row that narrow, in points, holds no text."""

_OVERHANG: Final = 8.0
"""Rules that reach so far past the last crossing one bound a column without a border."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """A ruled grid: `xs` from left to right, `ys` from top to bottom, in points.

    `spans` are its cells in reading order; `owner` gives for each row and
    column the cell that covers it.
    """

    xs: Floats
    ys: Floats
    spans: list[Span]
    owner: NDArray[np.int64]

    @property
    def area(self) -> float:
        """In square points."""
        return float((self.xs[-1] - self.xs[0]) * (self.ys[0] - self.ys[-1]))


def lattices(rules: Rules) -> tuple[list[Lattice], Floats]:
    """The lattices of a page, the largest first, and the horizontal rules in none of them."""
    across, down = rules.across, rules.down
    if not len(across) or not len(down):
        return [], across
    touch = _touching(across, down)
    free = np.ones(len(across), np.bool_)
    found = []
    for here, there in _components(touch):
        lattice = _lattice(across[here], down[there])
        if lattice is not None:
            free &= ~here
            found.append(lattice)
    found.sort(key=lambda lattice: -lattice.area)
    return found, across[free]


def _touching(across: Floats, down: Floats) -> NDArray[np.bool_]:
    """Which horizontal rule touches or crosses which vertical one."""
    y, left, right = (across[:, k, None] for k in range(3))
    x, bottom, top = (down[None, :, k] for k in range(3))
    touch: NDArray[np.bool_] = left - SNAP <= x
    touch &= x <= right + SNAP
    touch &= bottom - SNAP <= y
    touch &= y <= top + SNAP
    return touch


def _components(touch: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Sets of rules that hang together, two or more in each direction."""
    left: NDArray[np.bool_] = np.asarray(touch.any(axis=1))
    found = []
    while left.any():
        here = np.zeros(len(left), np.bool_)
        here[left.argmax()] = True
        size = 0
        while size != (size := int(here.sum())):
            there = np.asarray(touch[here].any(axis=0))
            here = np.asarray(touch[:, there].any(axis=1))
        left &= ~here
        if size > 1 and there.sum() > 1:
            found.append((here, there))
    return found


def _lattice(across: Floats, down: Floats) -> Lattice | None:
    """The cells that a set of touching rules makes."""
    xs = _with_overhang(_lines(down[:, 0]), across)
    ys = _with_overhang(_lines(across[:, 0]), down)[::-1]
    height, width = len(ys) - 1, len(xs) - 1
    if height < 1 or width < 2:  # one column is a frame around text, not a table
        return None
    below = _walls(-ys, -across[:, 0], xs, across[:, 1:])
    beside = _walls(xs, down[:, 0], -ys, -down[:, :0:-1]).T
    spans, owner = _spans(below, beside)
    return Lattice(xs, ys, spans, owner)


def _lines(positions: Floats) -> Floats:
    """The lines at these sorted positions; a double rule is one line."""
    new = np.ones(len(positions), np.bool_)
    np.greater(positions[1:] - positions[:-1], _NARROWEST, out=new[1:])
    if new.all():
        return positions
    starts = np.flatnonzero(new)
    lines: Floats = np.add.reduceat(positions, starts) / np.diff(np.append(starts, len(positions)))
    return lines


def _with_overhang(edges: Floats, crossing: Floats) -> Floats:
    """Edges, and one more on a side to which most crossing rules run on (no outer border)."""
    if len(edges) < 2:
        return edges
    enough = max(2, (len(crossing) + 1) // 2)
    starts, stops = crossing[:, 1], crossing[:, 2]
    before, after = starts < edges[0] - _OVERHANG, stops > edges[-1] + _OVERHANG
    if before.sum() >= enough:
        edges = np.concatenate(([np.median(starts[before])], edges))
    if after.sum() >= enough:
        edges = np.concatenate((edges, [np.median(stops[after])]))
    return edges


def _walls(lines: Floats, position: Floats, edges: Floats, ends: Floats) -> NDArray[np.bool_]:
    """For each line of the lattice, which of the places between `edges` a rule closes."""
    middle = (edges[1:] + edges[:-1]) / 2
    row = np.abs(lines[:, None] - position[None, :]).argmin(axis=0)
    start, stop = np.searchsorted(middle, ends[:, 0]), np.searchsorted(middle, ends[:, 1])
    change = np.zeros((len(lines), len(edges)), np.int64)
    np.add.at(change, (row, start), 1)
    np.add.at(change, (row, stop), -1)
    return np.asarray(change.cumsum(axis=1)[:, :-1] > 0)


def _spans(
    below: NDArray[np.bool_], beside: NDArray[np.bool_]
) -> tuple[list[Span], NDArray[np.int64]]:
    """Cells from walls: `below` (lines × columns) and `beside` (rows × lines)."""
    height, width = len(beside), below.shape[1]
    if below[1:-1].all() and beside[:, 1:-1].all():
        spans = [(row, column, 1, 1) for row in range(height) for column in range(width)]
        return spans, np.arange(height * width).reshape(height, width)
    floors, sides = below.tolist(), beside.tolist()
    owner = [[-1] * width for _ in range(height)]
    spans = []
    for row in range(height):
        mine, side, floor = owner[row], sides[row], floors[row + 1]
        column = 0
        if all(floor) and all(side) and max(mine) < 0:  # most rows
            owner[row] = list(range(len(spans), len(spans) + width))
            spans += [(row, place, 1, 1) for place in range(width)]
            continue
        while column < width:
            if mine[column] >= 0:
                column += 1
                continue
            stop = column + 1
            while stop < width and not side[stop] and mine[stop] < 0:
                stop += 1
            down = row + 1
            if not floor[column]:
                down = _lower_end(floors, sides, row, column, stop)
            for line in owner[row:down]:
                line[column:stop] = [len(spans)] * (stop - column)
            spans.append((row, column, down - row, stop - column))
            column = stop
    return spans, np.array(owner)


def _lower_end(
    floors: list[list[bool]], sides: list[list[bool]], row: int, column: int, stop: int
) -> int:
    """The row under a cell: cells grow down until a floor, or until the columns change."""
    down = row + 1
    while (
        down < len(sides)
        and not any(floors[down][column:stop])
        and not any(sides[down][column + 1 : stop])
    ):
        down += 1
    return down
