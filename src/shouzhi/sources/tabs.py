"""Runs of tab-separated rows become grids, the merged cells of their heads recovered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, groupby
from typing import Final

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import split_code, strip_ordinal
from shouzhi.sources import Cell, Grid
from shouzhi.space import Location, parse_amount

MOST_HEADER_ROWS: Final = 6
MOST_SURPLUS: Final = 3
"""A row with more cells too many than these is left as it stands."""

Row = tuple[int, list[str]]
"""A row with the number of its line in the file."""


def grids(rows: Sequence[Row], page: int | None) -> Iterator[Grid]:
    """The grids of a run of rows: one, or several where the tables change without a line between.

    Rows that print a cell too few are filled up at their end; of rows that print
    empty cells too many, those go whose absence lets the others fit their columns.
    """
    for table in _tables(rows):
        cells = [row for _, row in table]
        width = _width(cells)
        head = header_height(cells)
        profile = [_profile(cells[head:], column, width) for column in range(width)]
        fitted = [
            _fit_head(row, cells[0], width) if index < head else _fit(row, profile)
            for index, row in enumerate(cells)
        ]
        yield _grid(fitted, [number for number, _ in table], head, page)


def _tables(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Split a run where a head begins again, or rows of another table follow."""
    table: list[Row] = []
    for _, group in groupby(rows, key=lambda row: len(row[1])):
        segment = list(group)
        if table and _begins(table, segment):
            yield table
            table = []
        for row in segment:
            if len(table) > 1 and row[1] == table[0][1] and _is_heading_row(row[1]):
                yield table
                table = []
            table.append(row)
    if table:
        yield table


def _begins(table: Sequence[Row], segment: Sequence[Row]) -> bool:
    """Whether rows of another number of cells are another table, and not odd rows of this one."""
    cells = [row for _, row in table]
    if not any(map(_has_amount, cells)) or abs(_width(cells) - len(segment[0][1])) <= 1:
        return False
    return len(segment) > 1 and _is_heading_row(segment[0][1])


def _width(rows: Sequence[list[str]]) -> int:
    """The number of cells that most rows have, empty ones at their ends included."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width))


def _has_amount(row: Sequence[str]) -> bool:
    return any(("." in cell or "," in cell) and parse_amount(cell) for cell in row)


def _is_heading_row(row: Sequence[str]) -> bool:
    """Whether a row holds headings only, at least two and half of them known."""
    filled = [cell for cell in row if cell.strip()]
    if len(filled) < 2 or any(parse_amount(cell) or split_code(cell)[0] for cell in filled):
        return False
    return sum(map(lexicon().is_heading, filled)) * 2 >= len(filled)


def header_height(rows: Sequence[list[str]]) -> int:
    """How many rows on top are headings, the row of column numbers not counted."""
    for height, row in enumerate(rows[:MOST_HEADER_ROWS]):
        filled = [cell.strip() for cell in row if cell.strip()]
        if not filled or any(map(_is_entry, filled)):
            return height
        if height and (
            strip_ordinal(filled[0])[1] != filled[0]
            or (lexicon().is_total(filled[0]) and len(filled) == 1)
            or not (_is_heading_row(row) or _hangs(rows[height - 1], row))
        ):
            return height
    return min(len(rows), MOST_HEADER_ROWS, max(1, len(rows) - 1))


def _is_entry(text: str) -> bool:
    """Whether a cell belongs to the body: an amount, a code, or the label of column numbers."""
    return bool(parse_amount(text) or split_code(text)[0] or lexicon().is_numbering(text))


def _hangs(above: Sequence[str], row: Sequence[str]) -> bool:
    """Whether every cell of `row` but the first stands below a gap of the row above."""
    held = [column for column, cell in enumerate(row) if cell.strip()]
    gaps = [c for c in held if c < len(above) and not above[c].strip()]
    return len(held) > len(gaps) > 0 and len(row) == len(above) and len(held) < len(row)


def _profile(rows: Sequence[list[str]], column: int, width: int) -> str:
    """What most rows of the usual width hold in a column: a shape, empty if nothing."""
    shapes = Counter(
        _shape(row[column]) for row in rows if len(row) == width and row[column].strip()
    )
    return shapes.most_common(1)[0][0] if shapes else ""


def _shape(text: str) -> str:
    """Words, an amount, or how many digits a code has."""
    plain = text.strip()
    if plain.isdigit():
        return f"code{len(plain)}"
    return "amount" if parse_amount(plain) else "words" if plain else ""


def _fit(row: list[str], profile: Sequence[str]) -> list[str]:
    """A row of the body with as many cells as the table has columns."""
    width = len(profile)
    surplus = len(row) - width
    if surplus <= 0:
        return _filled_up(row, profile, -surplus)
    choices = [] if any(cell.strip() for cell in row[width:]) else [row[:width]]
    if surplus <= MOST_SURPLUS:
        empty = [column for column, cell in enumerate(row) if not cell.strip()]
        choices += [_without(row, gone) for gone in combinations(empty, surplus)]
    if not choices:  # nothing may be lost: what stands beyond the last column joins it
        return [*row[: width - 1], "\n".join(cell for cell in row[width - 1 :] if cell)]
    return max(choices, key=lambda cells: _likeness(cells, profile))


def _filled_up(row: list[str], profile: Sequence[str], lacking: int) -> list[str]:
    """A short row with its missing empty cells put back: at its end, unless elsewhere fits better."""
    at_end = [*row, *[""] * lacking]
    if not lacking or lacking > MOST_SURPLUS or len(row) < lacking:
        return at_end
    choices = [at_end]
    for gaps in combinations(range(len(profile)), lacking):
        cells = iter(row)
        choices.append(["" if c in gaps else next(cells) for c in range(len(profile))])
    return max(choices, key=lambda cells: _likeness(cells, profile))


def _without(row: Sequence[str], gone: Sequence[int]) -> list[str]:
    return [cell for column, cell in enumerate(row) if column not in gone]


def _likeness(cells: Sequence[str], profile: Sequence[str]) -> int:
    return sum(
        (2 if _shape(cell) == shape else -1)
        for cell, shape in zip(cells, profile, strict=True)
        if cell.strip() and shape
    )


def _fit_head(row: list[str], top: Sequence[str], width: int) -> list[str]:
    """A row of the head with `width` cells: of empty ones too many, the right ones go.

    Headings must hang under a heading of the top row that spans several columns.
    """
    surplus = len(row) - width
    if surplus <= 0:
        return [*row, *[""] * -surplus]
    if row is top or surplus > MOST_SURPLUS:
        return row[:width]
    empty = [column for column, cell in enumerate(row) if not cell.strip()]
    choices = [_without(row, gone) for gone in combinations(empty, surplus)]
    if not choices:
        return row[:width]
    # the last of equal choices gives up cells at the end, as rows with a stray tab want it
    return max(reversed(choices), key=lambda cells: _hanging(cells, top))


def _hanging(cells: Sequence[str], top: Sequence[str]) -> int:
    """How many cells of a row stand under a heading of `top` that spans, less those that do not."""
    filled = [bool(c < len(top) and top[c].strip()) for c in range(len(cells) + 1)]
    score = 0
    for column, cell in enumerate(cells):
        if cell.strip():
            spans = not filled[column] or (column + 1 < len(cells) and not filled[column + 1])
            score += 1 if spans else -1
    return score


def _grid(rows: list[list[str]], numbers: list[int], head: int, page: int | None) -> Grid:
    """The grid of fitted rows, empty cells of its head merged with their neighbours.

    In the top row an empty cell belongs to its left neighbour; below it, to its left
    neighbour if the same heading stands over both, else to the heading over it.
    """
    width = max(len(row) for row in rows)
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(head):
        for column in range(width):
            owner[row, column] = _owner(rows, owner, row, column)
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, whose in owner.items():
        spans.setdefault(whose, []).append(place)
    cells = [
        _cell(rows, numbers, page, places) for places in spans.values() if _is_block(places)
    ] + [
        _cell(rows, numbers, page, [place])
        for places in spans.values()
        if not _is_block(places)
        for place in places
    ]
    cells += [
        _cell(rows, numbers, page, [(row, column)])
        for row in range(head, len(rows))
        for column in range(width)
    ]
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Grid(len(rows), width, tuple(cells), "tabs", Location(page=page, line=numbers[0]))


def _owner(
    rows: list[list[str]], owner: dict[tuple[int, int], tuple[int, int]], row: int, column: int
) -> tuple[int, int]:
    if rows[row][column].strip():
        return row, column
    if row == 0:
        return owner[0, column - 1] if column else (0, 0)
    left, above = owner.get((row, column - 1)), owner[row - 1, column]
    if left is not None and left[0] == row and owner[row - 1, column - 1] == above:
        return left
    return above


def _is_block(places: Sequence[tuple[int, int]]) -> bool:
    rows, columns = {row for row, _ in places}, {column for _, column in places}
    return len(places) == len(rows) * len(columns)


def _cell(
    rows: list[list[str]],
    numbers: list[int],
    page: int | None,
    places: Sequence[tuple[int, int]],
) -> Cell:
    row, column = min(places)
    last = max(places)
    return Cell(
        row,
        column,
        last[0] - row + 1,
        last[1] - column + 1,
        rows[row][column],
        Location(page=page, line=numbers[row]),
    )
