"""The tables of a page's lattices: what stands in their cells, and what their rules leave open."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shouzhi.sources.pdf.alignment import Row, aligned
from shouzhi.sources.pdf.glyphs import Glyphs
from shouzhi.sources.pdf.lattice import Lattice
from shouzhi.sources.pdf.lines import cell_texts, lines, pieces
from shouzhi.sources.pdf.partial import Table, continue_down, split_rows, stacked, table_of
from shouzhi.sources.pdf.pdfium import Floats

_SMALLEST: Final = 20.0
"""A lattice narrower than this in points is decoration."""

_FRAME: Final = 0.6
"""A lattice of one row that takes so much of the page's height is a frame around it."""

_ABREAST: Final = re.compile(r"\d\.\d+ +[-−(（]?\d[\d,]*\.\d")
"""Two amounts side by side in one cell: a rule between columns is missing."""


def ruled(found: list[Lattice], glyphs: Glyphs, height: float) -> tuple[list[Table], Glyphs]:
    """The tables of these lattices (the largest first) that hold text, and the glyphs outside them.

    `height` is that of the page in points.
    """
    found = [lattice for lattice in found if not _is_decoration(lattice, height)]
    if not found:
        return [], glyphs
    cells, firsts = _cells(found, glyphs)
    texts = cell_texts(glyphs, cells, firsts[-1])
    tables = []
    for lattice, first, stop in zip(found, firsts, firsts[1:], strict=False):
        held = texts[first:stop]
        if any(held):
            tables.append(_table(lattice, held, glyphs, cells - first))
    return tables, glyphs.take(cells < 0)


def continued(tables: list[Table], rows: list[Row]) -> tuple[list[Table], list[Row]]:
    """Ruled headings with the lines under them that keep to their columns, and the other lines."""
    made = []
    for table in tables:
        below = [row for row in rows if row[0].middle < table.bounds[-1]]
        longer, count = continue_down(table, below) if below else (table, 0)
        made.append(longer)
        if count:
            taken = set(map(id, below[:count]))
            rows = [row for row in rows if id(row) not in taken]
    return made, rows


def _is_decoration(lattice: Lattice, height: float) -> bool:
    width, tall = lattice.xs[-1] - lattice.xs[0], lattice.ys[0] - lattice.ys[-1]
    return bool(width < _SMALLEST or (len(lattice.ys) == 2 and tall > _FRAME * height))


def _cells(found: list[Lattice], glyphs: Glyphs) -> tuple[NDArray[np.int64], list[int]]:
    """The cell of each glyph (-1: none), numbered through all lattices, and each one's first.

    The largest lattice comes first, so that a table inside a cell keeps its glyphs.
    """
    cells = np.full(len(glyphs), -1, np.int64)
    firsts = [0]
    middle = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
    for lattice in found:
        inside, mine = _owners(lattice, middle)
        cells[inside] = mine + firsts[-1]
        firsts.append(firsts[-1] + len(lattice.spans))
    _mend_numbers(glyphs, cells)
    return cells, firsts


def _owners(lattice: Lattice, middle: Floats) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which glyphs stand in a lattice, and in which of its cells."""
    x, y, xs, ys = middle[:, 0], -middle[:, 1], lattice.xs, -lattice.ys
    inside = (x >= xs[0]) & (x <= xs[-1]) & (y >= ys[0]) & (y <= ys[-1])
    column = np.searchsorted(xs[1:-1], x[inside], "right")
    row = np.searchsorted(ys[1:-1], y[inside], "right")
    return inside, lattice.owner[row, column]


def _mend_numbers(glyphs: Glyphs, cells: NDArray[np.int64]) -> None:
    """Give a number that runs over a rule wholly to the cell which holds most of it."""
    codes, boxes = glyphs.codes, glyphs.boxes
    digits = (codes >= ord(",")) & (codes <= ord("9"))  # and - . /
    torn = digits[1:] & digits[:-1] & (cells[1:] != cells[:-1])
    if not torn.any():
        return
    size = boxes[1:, 3] - boxes[1:, 1]
    tight = np.abs(boxes[1:, 0] - boxes[:-1, 2]) < 0.08 * size
    tight &= (np.abs(boxes[1:, 1] - boxes[:-1, 1]) < 0.08 * size) & digits[1:] & digits[:-1]
    for place in np.flatnonzero(torn & tight).tolist():
        first, last = place, place + 1
        while first > 0 and tight[first - 1]:
            first -= 1
        while last < len(tight) and tight[last]:
            last += 1
        mine, counts = np.unique(cells[first : last + 1], return_counts=True)
        cells[first : last + 1] = mine[counts.argmax()]


def _table(lattice: Lattice, texts: list[str], glyphs: Glyphs, cells: NDArray[np.int64]) -> Table:
    """The table of one lattice; `cells` counts from its first cell.

    Where rules are missing between rows or columns, alignment tells them.
    """
    table = Table(lattice.xs.tolist(), lattice.ys.tolist(), lattice.spans, texts, "rulings")
    if any(stacked(text) for text in texts if "\n" in text):
        held = [pieces(glyphs.take(cells == cell)) for cell in range(len(texts))]
        table = split_rows(table, held)
    if sum(len(_ABREAST.findall(text)) for text in texts if " " in text) > 1:
        inside = glyphs.take((cells >= 0) & (cells < len(texts)))
        table = _by_columns(lattice, inside) or table
    return table


def _by_columns(lattice: Lattice, glyphs: Glyphs) -> Table | None:
    """A lattice read by what stands under what; None unless it is one table with all its text."""
    left, right = float(lattice.xs[0]), float(lattice.xs[-1])
    whole = set(range(len(lattice.ys)))
    for row, _, rows, _ in lattice.spans:
        whole -= set(range(row + 1, row + rows))
    rules = [(float(lattice.ys[k]), left, right) for k in sorted(whole)]
    found, rest = aligned(lines(pieces(glyphs)), rules)
    return table_of(found[0]) if len(found) == 1 and not rest else None
