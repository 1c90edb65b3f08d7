"""A filled-in form as one ruled grid: what every writer prints, merged headings and all.

The writers differ in how they draw a cell, never in what stands where; so a form that
prints well in one format prints well in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, Literal

from shouzhi.publish.amounts import printed
from shouzhi.publish.table import (
    Cell,
    Figure,
    FormTable,
    TableBlock,
    TableField,
    TableRow,
    TableSide,
)

_NUMBER: Final = re.compile(r"\d[\d,.]{0,9}%?")

Kind = Literal["head", "number", "lead", "label", "code", "amount", "words"]


@dataclass(frozen=True, slots=True)
class Box:
    """One cell: its upper left place, how far it spans, what it says and what it is.

    `figure` is the figure that it prints, `depth` how far a label stands in, `total`
    whether its row is one of totals; `tail` is what an amount lacks to the longest fraction
    of its column, for all to be set on the decimal point.
    """

    row: int
    column: int
    rows: int
    columns: int
    text: str
    kind: Kind
    figure: Figure | None = None
    depth: int = 0
    total: bool = False
    tail: str = ""


@dataclass(slots=True)
class Grid:
    """A ruled table of `height` by `width`; the first `head` rows are repeated on every page.

    `rows` tells for each figure where it stands, as (row, column), for those who write sums.
    """

    width: int
    height: int
    head: int
    boxes: list[Box] = field(default_factory=list)
    amounts: dict[tuple[int, int], Figure] = field(default_factory=dict)
    sides: list[PlacedSide] = field(default_factory=list)

    def lines(self) -> list[list[Box]]:
        """The boxes by the row in which they begin, from left to right."""
        rows: list[list[Box]] = [[] for _ in range(self.height)]
        for box in self.boxes:
            rows[box.row].append(box)
        for row in rows:
            row.sort(key=lambda box: box.column)
        return rows

    def add(self, box: Box) -> None:
        """Put a box into its place."""
        self.boxes.append(box)
        if box.figure is not None:
            self.amounts[box.row, box.column] = box.figure


@dataclass(frozen=True, slots=True)
class PlacedSide:
    """A side in its grid: the row of its first line, and the columns of its amounts."""

    side: TableSide
    top: int
    columns: tuple[int, ...]


def grid(table: FormTable) -> Grid:
    """The grid of a form.  A form of several blocks has them one below the other."""
    if len(table.blocks) == 1 and table.blocks[0].sides and table.blocks[0].lead is None:
        block = table.blocks[0]
        made = Grid(_width(block), 0, 0)
        made.head = _side_by_side(made, table, block, 0, list(range(made.width + 1)))
    else:
        made = _stacked(table)
    _align(made)
    return made


def _align(made: Grid) -> None:
    """Tell each amount what it lacks to the longest fraction of its column."""
    longest: dict[int, int] = {}
    for box in made.boxes:
        if box.kind == "amount":
            longest[box.column] = max(longest.get(box.column, 0), len(_fraction(box.text)))
    for place, box in enumerate(made.boxes):
        if box.kind == "amount" and box.text[-1:].isdigit():
            lacking = longest[box.column] - len(own := _fraction(box.text))
            if lacking:
                tail = ("" if own else ".") + "0" * (lacking - (not own))
                made.boxes[place] = replace(box, tail=tail)


def _fraction(text: str) -> str:
    """The decimal point and what follows it, where the text ends in a digit."""
    return text[text.rfind(".") :] if "." in text and text[-1:].isdigit() else ""


def _stacked(table: FormTable) -> Grid:
    """Blocks of different widths on one set of columns, their leads in the first of them."""
    lead = int(any(block.lead for block in table.blocks))
    width = lead + max(_width(block) for block in table.blocks)
    made = Grid(width, 0, 0)
    for block in table.blocks:
        first = 1 if block.lead else 0
        edges = [first + (width - first) * n // _width(block) for n in range(_width(block) + 1)]
        top = made.height
        if block.sides:
            _side_by_side(made, table, block, top, edges)
        for line in block.fields:
            _fields(made, table, line, first)
        if block.lead:
            made.add(Box(top, 0, made.height - top, 1, block.lead, "lead"))
    return made


def _width(block: TableBlock) -> int:
    sides = sum(len(side.stub) + len(side.columns) for side in block.sides)
    return max(sides, *(2 * len(line) for line in block.fields), 1) if block.fields else sides


def _fields(made: Grid, table: FormTable, line: Sequence[TableField], first: int) -> None:
    """A line of fields: each has its share of the width, of which its label takes a quarter."""
    row, room = made.height, made.width - first
    made.height += 1
    for place, one in enumerate(line):
        left = first + room * place // len(line)
        right = first + room * (place + 1) // len(line)
        middle = left + max(1, (right - left) // 4)
        made.add(Box(row, left, 1, middle - left, one.label, "head"))
        figure = one.content if isinstance(one.content, Figure) else None
        text = printed(figure, table) if figure else str(one.content)
        kind: Kind = "amount" if figure else "words"
        made.add(Box(row, middle, 1, right - middle, text, kind, figure))


def _side_by_side(
    made: Grid, table: FormTable, block: TableBlock, top: int, edges: Sequence[int]
) -> int:
    """The sides of a block beside each other; gives how many rows their headings take."""
    paths = [path for n, side in enumerate(block.sides) for path in _paths(side, n)]
    numbers = [number for side in block.sides for number in _numbers(side)]
    depth = max(map(len, paths))
    leaves = [(path[-1][0] if path else "") for path in paths]
    for box in _headings(paths, depth):
        made.add(_moved(box, top, edges))
    if any(number is not None for number in numbers):
        for box in _number_row(numbers, leaves, depth):
            made.add(_moved(box, top, edges))
        depth += 1
    height = max(len(side.rows) for side in block.sides)
    made.height = top + depth + height
    column = 0
    for side in block.sides:
        first = column + len(side.stub)
        columns = tuple(edges[first + n] for n in range(len(side.columns)))
        counted = _counted(side)
        made.sides.append(PlacedSide(side, top + depth, columns))
        for n in range(height):
            row = side.rows[n] if n < len(side.rows) else None
            line = str(side.lines[n]) if n < len(side.lines) else ""
            for box in _row(side, row, line, depth + n, column, table):
                made.add(_moved(_centred(box, column + len(side.stub), counted), top, edges))
        column = first + len(side.columns)
    return depth


def _moved(box: Box, top: int, edges: Sequence[int]) -> Box:
    """A box counted in the columns of its block, at its place in the grid."""
    left, right = edges[box.column], edges[box.column + box.columns]
    return Box(
        box.row + top, left, box.rows, right - left,
        box.text, box.kind, box.figure, box.depth, box.total,
    )  # fmt: skip


Path = tuple[tuple[str, int], ...]
"""Headings from the top down, each with the number of its side: equal words of two sides differ."""


def _paths(side: TableSide, number: int) -> Iterator[Path]:
    for heading in (*side.stub, *side.columns):
        yield tuple((text, number) for text in (*side.heading, *heading))


def _numbers(side: TableSide) -> Iterator[str | None]:
    yield from (stub.number for stub in side.side.stub)
    yield from (column.number for column in side.side.columns)


def _headings(paths: Sequence[Path], depth: int) -> Iterator[Box]:
    """Stacked headings: equal ones beside each other are one, the last reaches the bottom."""
    for level in range(depth):
        runs = [0]
        for place, (left, right) in enumerate(pairwise(paths), start=1):
            if left[: level + 1] != right[: level + 1] or len(left) == level + 1:
                runs.append(place)
        for first, last in pairwise([*runs, len(paths)]):
            path = paths[first]
            if len(path) > level:
                rows = depth - level if len(path) == level + 1 else 1
                yield Box(level, first, rows, last - first, path[level][0], "head")


def _number_row(
    numbers: Sequence[str | None], leaves: Sequence[str], row: int
) -> Iterator[Box]:
    """The numbers of the columns; a word such as 栏次 spans the stub columns without any."""
    place = 0
    while place < len(numbers):
        text = numbers[place] or ""
        last = place + 1
        if text and not text[0].isdigit():
            while last < len(numbers) and numbers[last] is None and leaves[last] != "行次":
                last += 1
        yield Box(row, place, 1, last - place, text, "number")
        place = last


def _row(
    side: TableSide, row: TableRow | None, line: str, at: int, column: int, table: FormTable
) -> Iterator[Box]:
    if row is None:
        for n, stub in enumerate(side.side.stub):
            said = line if "{line}" in stub.value else ""
            yield Box(at, column + n, 1, 1, said, "code")
        for n in range(len(side.columns)):
            yield Box(at, column + len(side.stub) + n, 1, 1, "", "amount")
        return
    yield from _stubs(side, row, at, column)
    for n, cell in enumerate(row.cells):
        yield _cell(cell, row, at, column + len(side.stub) + n, table)


def _stubs(side: TableSide, row: TableRow, at: int, column: int) -> Iterator[Box]:
    """The texts that say what the row is; a total stands across empty codes before it."""
    named = next((n for n, text in enumerate(row.stub) if text == row.label), None)
    first = named or 0
    if named and row.total and not any(row.stub[:named]):
        first = 0
    for n, text in enumerate(row.stub):
        if n == named:
            yield Box(at, column + first, 1, n - first + 1, text, "label", None, row.depth, row.total)
        elif not (named and first <= n < named):
            kind: Kind = "code" if _is_code(side.side.stub[n].value) else "words"
            yield Box(at, column + n, 1, 1, text, kind)


def _is_code(template: str) -> bool:
    codes = ("{code}", "{class}", "{section}", "{item}", "{unit_code}", "{line}")
    return template in codes


def _cell(cell: Cell, row: TableRow, at: int, column: int, table: FormTable) -> Box:
    if isinstance(cell, Figure):
        return Box(at, column, 1, 1, printed(cell, table), "amount", cell, 0, row.total)
    return Box(at, column, 1, 1, cell or "", "amount" if cell is None else "words")


def _counted(side: TableSide) -> frozenset[int]:
    """The columns of words that hold nothing but numbers: these are set as codes are."""
    words: dict[int, list[str]] = {}
    for row in filter(None, side.rows):
        for place, cell in enumerate(row.cells):
            if isinstance(cell, str) and cell:
                words.setdefault(place, []).append(cell)
    return frozenset(place for place, texts in words.items() if all(map(_NUMBER.fullmatch, texts)))


def _centred(box: Box, first: int, counted: frozenset[int]) -> Box:
    """A box set as codes are where its column, counted from the `first` with cells, is one of numbers."""
    return replace(box, kind="code") if box.kind == "words" and box.column - first in counted else box
