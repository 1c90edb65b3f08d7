"""The sheets of a workbook become pages: titles and notes as lines, the rest as grids.

A sheet has no mark of where its table begins.  What tells is written here: a row of
one text, or of texts such as 部门：… and 单位：…, above or below the ruled rows is no row of
the table, and an empty row without rulings ends one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from shouzhi.sources import Cell, Grid, Line, Page
from shouzhi.sources.making import made_cells
from shouzhi.sources.margins import are_marginal, is_note, joined
from shouzhi.sources.spans import MAX_PLACES, Budget, lay, too_large
from shouzhi.space import Location

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
"""What a sheet can have; addresses beyond that are damage."""
INDENT: Final = " " * 2
"""What one step of a cell's indentation is written as."""
LONG: Final = 20
"""From this length a lone text below an unruled table is a note, not a label."""


class Merge(NamedTuple):
    """A merged range, all ends included, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """What a reader found on one sheet; rows and columns count from 0.

    `texts` holds the cells that show something, by row and column, as they show
    it; `rulings` the cells with a line to their left or right.
    """

    name: str
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    rulings: dict[int, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    count: int = 0

    def put(self, row: int, column: int, text: str) -> None:
        """Add a cell; blank texts are left out.  Raises Unreadable for too many of them."""
        if not text or text.isspace():
            return
        if not (0 <= row < MAX_ROWS and 0 <= column < MAX_COLUMNS):
            raise ValueError(f"no such cell: row {row}, column {column}")
        self.count += 1
        if self.count > MAX_PLACES:
            raise too_large()
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.texts.setdefault(row, {})[column] = text

    def rule(self, row: int, column: int, times: int = 1) -> None:
        """Note that `times` cells from this one on have a line to a side."""
        if row < MAX_ROWS and column + times <= MAX_COLUMNS:
            self.rulings[row] = self.rulings.get(row, 0) | (((1 << times) - 1) << column)


def address(row: int, column: int) -> str:
    """The name of a cell, such as B7 for row 6 and column 1."""
    return f"{_letters(column)}{row + 1}"


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def to_page(sheet: Sheet, number: int, budget: Budget) -> Page:
    """Turn what a sheet shows into a page of lines and grids; `budget` is its document's."""
    shown = _Shown(sheet, budget)
    blocks: list[Line | Grid] = []
    for first, last in shown.segments():
        blocks += _segment(shown, first, last)
    return Page(number, tuple(blocks), sheet=sheet.name)


class _Shown:
    """A sheet without what is hidden, its merges cut to what is used."""

    def __init__(self, sheet: Sheet, budget: Budget) -> None:
        self.name = sheet.name
        self.budget = budget
        self.rulings = sheet.rulings
        self._hidden_rows, self._hidden_columns = sheet.hidden_rows, sheet.hidden_columns
        self.texts = {
            row: {c: text for c, text in cells.items() if c not in sheet.hidden_columns}
            if sheet.hidden_columns
            else cells
            for row, cells in sheet.texts.items()
            if row not in sheet.hidden_rows
        }
        self.merges: dict[tuple[int, int], Merge] = {}
        self.covered: set[tuple[int, int]] = set()
        self._merged = 0
        bottom = max((row for row, cells in sheet.texts.items() if cells), default=-1)
        right = max((max(cells) for cells in sheet.texts.values() if cells), default=-1)
        for merge in sheet.merges:
            self._merge(sheet, merge, bottom, right)
        self.rows = sorted(row for row, cells in self.texts.items() if cells)

    def _merge(self, sheet: Sheet, merge: Merge, bottom: int, right: int) -> None:
        """Take one merge over, its text to its first place that is not hidden."""
        rows = [r for r in range(merge.top, min(merge.bottom, bottom) + 1)
                if r not in self._hidden_rows]  # fmt: skip
        columns = [c for c in range(merge.left, min(merge.right, right) + 1)
                   if c not in self._hidden_columns]  # fmt: skip
        if not rows or not columns or len(rows) * len(columns) == 1:
            return
        self._merged += len(rows) * len(columns)
        if self._merged > MAX_PLACES:
            raise too_large()
        places = {(row, column) for row in rows for column in columns}
        if places & self.covered:
            return  # ranges that overlap are damage; the first holds
        self.covered |= places
        self.merges[rows[0], columns[0]] = Merge(rows[0], columns[0], rows[-1], columns[-1])
        text = sheet.texts.get(merge.top, {}).get(merge.left)
        for row in rows:
            for column in columns if row in self.texts else ():
                self.texts[row].pop(column, None)
        if text:
            self.texts.setdefault(rows[0], {})[columns[0]] = text

    def visible(self, row: int) -> bool:
        return row not in self._hidden_rows

    def segments(self) -> Iterator[tuple[int, int]]:
        """First and last rows of what stands together, empty rows without rulings between."""
        reach = {m.top: m.bottom for m in self.merges.values() if self.texts.get(m.top)}
        first = last = until = -1
        for row in self.rows:
            if first >= 0 and not self._joined(max(last, until), row):
                yield first, last
                first = -1
            first = row if first < 0 else first
            last = row
            until = max(until, reach.get(row, -1))
        if first >= 0:
            yield first, last

    def _joined(self, above: int, row: int) -> bool:
        between = (r for r in range(above + 1, row) if self.visible(r))
        return all(self.rulings.get(r, 0).bit_count() > 1 for r in between)

    def is_ruled(self, row: int, column: int) -> bool:
        """Whether the cell, or the range that it begins, has a line to a side."""
        merge = self.merges.get((row, column))
        if self.rulings.get(row, 0) >> column & 1:
            return True
        return merge is not None and bool(self.rulings.get(merge.bottom, 0) >> merge.right & 1)


def _segment(shown: _Shown, first: int, last: int) -> Iterator[Line | Grid]:
    rows = [row for row in range(first, last + 1) if shown.visible(row)]
    filled = [shown.texts[row] for row in rows if shown.texts.get(row)]
    left, right = min(map(min, filled)), max(map(max, filled))
    if left == right or all(len(shown.texts.get(row, ())) < 2 for row in rows):
        yield from (_line(shown, row) for row in rows if shown.texts.get(row))
        return
    start, end = 0, len(rows)
    while start < end and _is_caption(shown, rows[start], left, right):
        start += 1
    ruled = any(shown.rulings.get(row) for row in rows[start:end])
    while end > start and _is_note(shown, rows[end - 1], left, ruled=ruled):
        end -= 1
    yield from (_line(shown, row) for row in rows[:start] if shown.texts.get(row))
    if start < end:
        yield _grid(shown, rows[start:end])
    yield from (_line(shown, row) for row in rows[end:] if shown.texts.get(row))


def _is_caption(shown: _Shown, row: int, left: int, right: int) -> bool:
    """Whether a row above a table is its title or what stands beside: unit, form number."""
    cells = shown.texts.get(row, {})
    if len(cells) != 1:
        return _is_marginal(shown, row)
    column = next(iter(cells))
    merge = shown.merges.get((row, column))
    if merge is not None and merge.left <= left and merge.right >= right:
        return True
    if shown.is_ruled(row, column):
        return False
    # a heading over some of the columns begins to the right of the stub and is merged
    return merge is None or merge.left <= left or merge.right == merge.left


def _is_note(shown: _Shown, row: int, left: int, *, ruled: bool) -> bool:
    """Whether a row below a table is a note; `ruled` tells that the table has rulings."""
    cells = shown.texts.get(row, {})
    if len(cells) != 1:
        return not cells or _is_marginal(shown, row)
    column, text = next(iter(cells.items()))
    merge = shown.merges.get((row, column))
    wide = merge is not None and merge.right > merge.left and column == left
    if is_note(text) and (wide or not shown.is_ruled(row, column)):
        return True
    if ruled:
        return not shown.is_ruled(row, column) or (wide and len(text) >= LONG)
    return wide or len(text) >= LONG


def _is_marginal(shown: _Shown, row: int) -> bool:
    """Whether all texts of a row are such as 部门：某局, 单位：万元, 公开01表 or a date."""
    cells = sorted(shown.texts.get(row, {}).items())
    if not cells or sum(shown.is_ruled(row, c) for c, _ in cells) * 2 > len(cells):
        return False
    return are_marginal([text for _, text in cells])


def _line(shown: _Shown, row: int) -> Line:
    cells = sorted(shown.texts[row].items())
    text = joined([text for _, text in cells])
    return Line(text, Location(sheet=shown.name, cell=address(row, cells[0][0])))


def _grid(shown: _Shown, rows: list[int]) -> Grid:
    """The grid of some rows: the columns that hold or rule anything, up to the last text."""
    used = {column for row in rows for column in shown.texts.get(row, ())}
    rules = 0
    for row in rows:
        rules |= shown.rulings.get(row, 0)
    used |= {c for c in range(min(used), max(used)) if rules >> c & 1}
    columns = sorted(used)
    shown.budget.take(len(rows) * len(columns))
    cells = _cells(shown, rows, columns)
    return lay(cells, "cells", cells[0].location)


def _cells(shown: _Shown, rows: list[int], columns: list[int]) -> list[Cell]:
    """The cells of a grid, but not those which a merged one covers."""
    names = [_letters(column) for column in columns]
    spans: list[tuple[int, int, int, int]] = []
    texts: list[str] = []
    addresses: list[str] = []
    for at, row in enumerate(rows):
        held = shown.texts.get(row, {})
        for index, column in enumerate(columns):
            down = across = 1
            if (row, column) in shown.covered:
                merge = shown.merges.get((row, column))
                if merge is None:
                    continue
                down = bisect_right(rows, merge.bottom) - at
                across = bisect_right(columns, merge.right) - index
            spans.append((at, index, down, across))
            texts.append(held.get(column, ""))
            addresses.append(f"{names[index]}{row + 1}")
    return made_cells(spans, texts, sheet=shown.name, cell=addresses)
