"""One open page becomes a Page: its grids among its lines, in reading order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shouzhi.sources import Cell, Grid, Line, Page
from shouzhi.sources.pdf.alignment import Row, aligned
from shouzhi.sources.pdf.frame import Frame, frame_of
from shouzhi.sources.pdf.glyphs import Glyphs, PageText, read_glyphs
from shouzhi.sources.pdf.lattice import Lattice, lattices
from shouzhi.sources.pdf.lines import cell_texts, joined, lines, pieces
from shouzhi.sources.pdf.partial import Table, continue_down, split_rows, stacked, table_of
from shouzhi.sources.pdf.pdfium import Handle
from shouzhi.sources.pdf.rules import Rules, read_rules
from shouzhi.space import Box, Location

Block = Line | Grid

_SMALLEST: Final = 20.0
"""A grid narrower than this in points is decoration."""


def read_page(handle: Handle, number: int) -> tuple[Page, list[str], bool]:
    """Read an open page: the page, warnings, and False where pictures stand in for text."""
    text = read_glyphs(handle, frame_of(handle))
    rules = read_rules(handle, text.frame)
    blocks = _blocks(text, rules, number) if len(text.glyphs) else []
    width, height = text.frame.seen
    page = Page(number, tuple(blocks), width, height)
    return page, _warnings(text, rules, number), bool(len(text.glyphs)) or not rules.pictures


def _blocks(text: PageText, rules: Rules, number: int) -> list[Block]:
    """The grids and lines of a page that has text, in reading order."""
    found, free = lattices(rules)
    tables, outside = _ruled(found, text.glyphs)
    rows = lines(pieces(outside))
    tables, rows = _continued(tables, rows)
    more, rows = aligned(rows, [(y, a, b) for y, a, b in free.tolist()])
    tables += map(table_of, more)
    placed: list[tuple[float, Block]] = [
        (table.bounds[0], _grid(table, number, text.frame)) for table in tables]
    placed += [(max(p.middle for p in row), _line(row, number, text.frame)) for row in rows]
    placed.sort(key=lambda pair: -pair[0])
    return [block for _, block in placed]


def _ruled(found: list[Lattice], glyphs: Glyphs) -> tuple[list[Table], Glyphs]:
    """The ruled tables that hold text, from the top, and the glyphs outside them."""
    if not found:
        return [], glyphs
    cells = np.full(len(glyphs), -1, np.int64)
    firsts, count = [], 0
    middle = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
    for lattice in found:  # the largest first, so that a table inside a cell keeps its glyphs
        inside, mine = _owners(lattice, middle)
        cells[inside] = mine + count
        firsts.append(count)
        count += len(lattice.spans)
    texts = cell_texts(glyphs, cells, count)
    tables = []
    for lattice, first in zip(found, firsts, strict=True):
        stop = first + len(lattice.spans)
        table = Table(lattice.xs.tolist(), lattice.ys.tolist(), lattice.spans, texts[first:stop], "rulings")
        if not any(table.texts) or table.edges[-1] - table.edges[0] < _SMALLEST:
            cells[(cells >= first) & (cells < stop)] = -1
            continue
        if any(map(stacked, table.texts)):
            held = [pieces(glyphs.take(cells == cell)) for cell in range(first, stop)]
            table = split_rows(table, held)
        tables.append(table)
    return tables, glyphs.take(cells < 0)


def _owners(lattice: Lattice, middle: NDArray[np.float64]
            ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which glyphs stand in a lattice, and in which of its cells."""
    x, y, xs, ys = middle[:, 0], -middle[:, 1], lattice.xs, -lattice.ys
    inside = (x >= xs[0]) & (x <= xs[-1]) & (y >= ys[0]) & (y <= ys[-1])
    column = np.searchsorted(xs[1:-1], x[inside], "right")
    row = np.searchsorted(ys[1:-1], y[inside], "right")
    return inside, lattice.owner[row, column]


def _continued(tables: list[Table], rows: list[Row]) -> tuple[list[Table], list[Row]]:
    """Ruled headings with the lines under them that keep to their columns."""
    made = []
    for table in tables:
        below = [row for row in rows if row[0].middle < table.bounds[-1]]
        longer, count = continue_down(table, below) if below else (table, 0)
        made.append(longer)
        if count:
            taken = set(map(id, below[:count]))
            rows = [row for row in rows if id(row) not in taken]
    return made, rows


def _line(row: Row, number: int, frame: Frame) -> Line:
    box = (row[0].left, min(p.bottom for p in row), max(p.right for p in row), max(p.top for p in row))
    size = max(row, key=lambda p: len(p.text)).size
    return Line(joined(row), Location(page=number, box=frame.as_seen(box)), size)


def _grid(table: Table, number: int, frame: Frame) -> Grid:
    xs, ys = table.edges, table.bounds
    boxes: Iterable[Box] = [(xs[c], ys[r + h], xs[c + w], ys[r]) for r, c, h, w in table.spans]
    if frame.more:
        boxes = map(frame.as_seen, boxes)
    count = len(table.spans)
    places = _made(Location, count, page=repeat(number), line=repeat(None), sheet=repeat(None),
                   cell=repeat(None), box=boxes)
    rows, columns, heights, widths = zip(*table.spans, strict=True)
    cells = _made(Cell, count, row=rows, column=columns, rows=heights, columns=widths,
                  text=table.texts, location=places)
    whole = Location(page=number, box=frame.as_seen((xs[0], ys[-1], xs[-1], ys[0])))
    return Grid(len(ys) - 1, len(xs) - 1, tuple(cells), table.how, whole, tuple(xs))


def _made(kind: Any, count: int, **columns: Iterable[Any]) -> list[Any]:
    """Many frozen objects at once, given their fields as columns.

    A frozen dataclass sets each field through a Python-level call; a page has
    hundreds of cells, and setting the slots directly is four times as fast.
    """
    made = list(map(object.__new__, repeat(kind, count)))
    for name, values in columns.items():
        deque(map(getattr(kind, name).__set__, made, values), maxlen=0)
    return made


def _warnings(text: PageText, rules: Rules, number: int) -> list[str]:
    found = []
    if text.unknown:
        found.append(f"第{number}页有{text.unknown}个字形没有对应的文字，以“\ufffd”代替，请对照原件")
    if text.slanted:
        found.append(f"第{number}页有斜排文字（可能是水印），未计入正文：{text.slanted[:40]}")
    if text.cut or rules.cut:
        found.append(f"第{number}页内容过多，只读了一部分，请对照原件")
    return found
