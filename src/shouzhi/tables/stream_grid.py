"""A head and the settled rows of a dumped table as a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shouzhi.sources import Cell, Grid
from shouzhi.space import How, Location
from shouzhi.tables.placing import column_sums
from shouzhi.tables.stream_columns import Stub
from shouzhi.tables.stream_heads import Heading
from shouzhi.tables.stream_pieces import Piece, Style, numbering_word
from shouzhi.tables.stream_placing import place_rows
from shouzhi.tables.stream_row import BodyRow, indents
from shouzhi.tables.stream_tree import Tree

_GROUPING: Final = frozenset({"name", "first", "second"})


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a dumped table: its headings, their tree, and its row of column numbers."""

    headings: tuple[Heading, ...]
    tree: Tree
    numbering: tuple[Piece, ...] = ()

    def paths(self) -> list[tuple[str, ...]]:
        """The headings over each column, from the top down."""
        return [
            tuple(self.headings[index].text for index in self.tree.path(leaf))
            for leaf in self.tree.leaves()
        ]


def grid_of(head: Head, stub: Stub, rows: Sequence[BodyRow], style: Style) -> Grid:
    """The grid of a chunk; amounts of rows that lost empty cells are placed by the sums."""
    numbers = _numbers(head, stub)
    width, height = head.tree.width, head.tree.height
    sums_for = [_text(numbers[c]) if c in numbers else None for c in stub.measures]
    paths = head.paths()
    sums = column_sums([paths[column] for column in stub.measures], sums_for)
    placed = place_rows(rows, stub, style, sums)
    cells = _head_cells(head)
    if head.numbering:
        location = head.numbering[0].location
        cells += _row_cells(height, width, numbers, location)
    first = height + bool(head.numbering)
    for order, row in enumerate(rows):
        location = min(
            (cell[0].location for cell in row.cells.values()), key=lambda place: place.line or 0
        )
        inner = indents(row, stub, style) if style.marked else {}
        cells += _row_cells(first + order, width, row.cells, location, inner)
    if not stub.two_sided and _is_grouped(stub):
        cells = _spanned(cells, rows, stub, first)
    how: How = "arithmetic" if placed else "text"
    return Grid(first + len(rows), width, tuple(cells), how, head.headings[0].location)


def _head_cells(head: Head) -> list[Cell]:
    tree = head.tree
    leaves = set(tree.leaves())
    cells = []
    for index, heading in enumerate(head.headings):
        row, (column, columns) = tree.rows[index], tree.spans[index]
        rows = tree.height - row if index in leaves else 1
        cells.append(Cell(row, column, rows, columns, heading.text, heading.location))
    return sorted(cells, key=lambda cell: (cell.row, cell.column))


def _numbers(head: Head, stub: Stub) -> dict[int, list[Piece]]:
    """The column numbers by column; after 栏次 they stand over the columns of amounts alone."""
    pieces = head.numbering
    if not numbering_word(pieces) and len(pieces) == head.tree.width:
        return {column: [piece] for column, piece in enumerate(pieces)}
    names = [column for column, kind in enumerate(stub.kinds) if kind in {"name", "code"}]
    found: dict[int, list[Piece]] = {}
    column = -1
    for piece in pieces:
        worded = not piece.text[:1].isdigit()
        if worded and column in found and not found[column][0].text[:1].isdigit():
            found[column].append(piece)
            continue
        wanted = names if worded else stub.measures
        column = next((c for c in wanted if c > column), head.tree.width - 1)
        found.setdefault(column, []).append(piece)
    return found


def _row_cells(
    row: int,
    width: int,
    held: Mapping[int, list[Piece]],
    location: Location,
    inner: Mapping[int, int] | None = None,
) -> list[Cell]:
    cells = []
    for column in range(width):
        pieces = held.get(column)
        place_of = pieces[0].location if pieces else location
        text = " " * (inner or {}).get(column, 0) + _text(pieces or ())
        cells.append(Cell(row, column, 1, 1, text, place_of))
    return cells


def _text(pieces: Sequence[Piece]) -> str:
    """The text of a cell as the dump breaks it, the blanks that indent it before it."""
    text = ""
    for piece in pieces:
        text += ("\n" if piece.starts and text else " " if text else "") + piece.text
    return text


def _is_grouped(stub: Stub) -> bool:
    """Whether the stub groups rows by cells that span them, as indicators and tasks do."""
    return "first" in stub.kinds or "second" in stub.kinds or stub.kinds.count("text") > 1


def _spanned(cells: list[Cell], rows: Sequence[BodyRow], stub: Stub, first: int) -> list[Cell]:
    """Let the grouping cells at the left span the rows below that print none."""
    stub_end = next(
        (c for c, kind in enumerate(stub.kinds) if kind not in _GROUPING), len(stub.kinds)
    )
    codes = any(kind not in {*_GROUPING, "text", "value", "measure"} for kind in stub.kinds)
    if codes:
        return cells
    spans: dict[tuple[int, int], int] = {}
    covered: set[tuple[int, int]] = set()
    for column in range(stub_end):
        top: int | None = None
        for order, row in enumerate(rows):
            opened = any(c in row.cells for c in range(column + 1))
            if column in row.cells:
                top = order
            elif not opened and top is not None:
                spans[first + top, column] = order - top + 1
                covered.add((first + order, column))
            else:
                top = None
    return [
        replace(cell, rows=spans.get((cell.row, cell.column), 1)) if cell.row >= first else cell
        for cell in cells
        if (cell.row, cell.column) not in covered
    ]
