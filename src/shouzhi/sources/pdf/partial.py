"""Ruled grids whose rules are incomplete: rows without rules inside a cell or below the heading."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shouzhi.sources.pdf.alignment import Aligned, Row, is_amount
from shouzhi.sources.pdf.lattice import Span
from shouzhi.sources.pdf.lines import Piece
from shouzhi.space import How


@dataclass(slots=True)
class Table:
    """A grid about to be written: edges from left to right, bounds from top to bottom, cells."""

    edges: list[float]
    bounds: list[float]
    spans: list[Span]
    texts: list[str]
    how: How


def table_of(found: Aligned) -> Table:
    """An aligned table with its empty places as cells, too."""
    height, width = len(found.bounds) - 1, len(found.edges) - 1
    spans: list[Span] = []
    texts: list[str] = []
    cells = {(row, column): (wide, text) for row, column, wide, text in found.texts}
    for row in range(height):
        column = 0
        while column < width:
            wide, text = cells.get((row, column), (1, ""))
            spans.append((row, column, 1, wide))
            texts.append(text)
            column += wide
    return Table(found.edges, found.bounds, spans, texts, "alignment")


def stacked(text: str) -> bool:
    """Whether a cell holds two whole amounts or more, one under the other."""
    return sum(map(is_amount, text.split("\n"))) > 1


def split_rows(table: Table, pieces: Sequence[Sequence[Piece]]) -> Table:
    """Give a line of its own to each amount of the rows that hold several under each other.

    `pieces` are those of each cell.  Only rows whose cells all cover one row
    are split.  Text joins the line of amounts that is nearest, or stands in a
    line of its own where labels come as regularly as amounts.
    """
    heights: dict[int, list[float]] = {}
    for (row, _, rows, _), text, held in zip(table.spans, table.texts, pieces, strict=True):
        if rows == 1 and stacked(text):
            middles = [p.middle for p in held if is_amount(p.text)]
            if len(middles) > len(heights.get(row, ())):
                heights[row] = middles
    for row, _, rows, _ in table.spans:
        for covered in range(row, row + rows) if rows > 1 else ():
            heights.pop(covered, None)
    if not heights:
        return table
    anchors = {row: _anchors(row, middles, table, pieces) for row, middles in heights.items()}
    return _with_rows(table, pieces, anchors)


def _anchors(
    row: int, amounts: list[float], table: Table, pieces: Sequence[Sequence[Piece]]
) -> list[float]:
    """The heights of the lines into which a row falls, from the top."""
    found = sorted(amounts, reverse=True)
    pitch = min((a - b for a, b in pairwise(found)), default=0.0)
    for (mine, *_), held in zip(table.spans, pieces, strict=True):
        middles = sorted((p.middle for p in held), reverse=True) if mine == row else []
        steps = [a - b for a, b in pairwise(middles)]
        if len(middles) > len(found) and min(steps) > 0.9 * pitch:
            found = middles
    return found


def _with_rows(
    table: Table, pieces: Sequence[Sequence[Piece]], anchors: dict[int, list[float]]
) -> Table:
    """The table with each row of `anchors` taken apart at the heights given."""
    bounds, start = [table.bounds[0]], {}
    for row, low in enumerate(table.bounds[1:]):
        start[row] = len(bounds) - 1
        lines = anchors.get(row, [])
        bounds += [(a + b) / 2 for a, b in pairwise(lines)]
        bounds.append(low)
    start[len(table.bounds) - 1] = len(bounds) - 1
    spans: list[Span] = []
    texts: list[str] = []
    for (row, column, rows, columns), text, held in zip(
        table.spans, table.texts, pieces, strict=True
    ):
        if row not in anchors:
            spans.append((start[row], column, start[row + rows] - start[row], columns))
            texts.append(text)
            continue
        parts: list[list[str]] = [[] for _ in anchors[row]]
        for piece in held:
            distances = [abs(piece.middle - y) for y in anchors[row]]
            parts[distances.index(min(distances))].append(piece.text)
        spans += [(start[row] + k, column, 1, columns) for k in range(len(parts))]
        texts += ["\n".join(part) for part in parts]
    order = sorted(range(len(spans)), key=lambda k: spans[k][:2])
    return Table(
        table.edges, bounds, [spans[k] for k in order], [texts[k] for k in order], "alignment"
    )


def continue_down(table: Table, rows: Sequence[Row]) -> tuple[Table, int]:
    """Add the lines under a ruled heading that keep to its columns; how many were added.

    `rows` are the lines below the table, from the top.  At least two of them
    must be a label with an amount; else the table is given back as it is.
    """
    taken: list[list[int]] = []
    count, last, low = 0, 0, table.bounds[-1]
    for row in rows:
        places = [_column(piece, table.edges) for piece in row]
        if low - row[0].top > 2 * row[0].size or None in places or len(set(places)) < len(places):
            break
        taken.append([place for place in places if place is not None])
        low = row[0].bottom
        if len(row) > 1 and any(is_amount(p.text) for p in row):
            count, last = count + 1, len(taken)
    if count < 2:
        return table, 0
    first = len(table.bounds) - 1
    spans, texts, bounds = list(table.spans), list(table.texts), list(table.bounds)
    for number in range(last):
        held = dict(zip(taken[number], rows[number], strict=True))
        for column in range(len(table.edges) - 1):
            spans.append((first + number, column, 1, 1))
            texts.append(held[column].text if column in held else "")
        bottom = rows[number][0].bottom
        bounds.append((bottom + rows[number + 1][0].top) / 2 if number + 1 < last else bottom)
    return Table(table.edges, bounds, spans, texts, "alignment"), last


def _column(piece: Piece, edges: Sequence[float]) -> int | None:
    """The one column in which a piece stands; None where it crosses an edge."""
    slack = 0.3 * piece.size
    first = bisect_right(edges, piece.left + slack) - 1
    last = bisect_right(edges, piece.right - slack) - 1
    return first if first == last and 0 <= first < len(edges) - 1 else None
