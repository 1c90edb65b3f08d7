"""Tables without rules, or with horizontal rules only: columns told by what stands under what.

Careful rather than keen: prose must never become a table.  A table is a run of
near lines, two or more of which have a label and amounts with decimals or
thousands separators, and whose pieces leave clear gutters from top to bottom.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shouzhi.sources.pdf.lines import Piece

Row = list[Piece]
Rule = tuple[float, float, float]
"""height, from, to of a horizontal rule."""

_AMOUNT: Final = re.compile(r"[-−△▲(（]?\d{1,3}(?:(?:[,，]\d{3})+(?:\.\d+)?|\d*\.\d+)[)）]?[%％]?")
_NUMBER: Final = re.compile(r"[-−△▲(（]?[\d,，]*\.?\d+[)）]?[%％]?|[-—–]{1,3}")
_PROSE: Final = re.compile(r"[，。；！？]|[.·．]{4,}|…{2,}")

_NEAR: Final = 3.0
"""Lines of a table follow each other within so many heights of their characters."""

_HEADER: Final = 5
"""At most so many lines above the first amounts are taken as heading."""

_BETWEEN: Final = 3
"""At most so many lines without amounts stand between two lines with amounts."""


@dataclass(slots=True)
class Aligned:
    """A table found by alignment, upright: `edges` of its columns, `bounds` of its rows.

    `edges` run from left to right and `bounds` from top to bottom; `texts` hold
    (row, column, columns covered, text).
    """

    edges: list[float]
    bounds: list[float]
    texts: list[tuple[int, int, int, str]]


def aligned(rows: Sequence[Row], rules: Sequence[Rule]) -> tuple[list[Aligned], list[Row]]:
    """The tables among these lines (from top to bottom), and the lines in none.

    `rules` are free horizontal rules; the rows of a ruled
    band that holds one line of amounts are one row of the table.
    """
    money = [_has_amount(row) for row in rows]
    if sum(money) < 2:
        return [], list(rows)
    tables: list[Aligned] = []
    rest: list[Row] = []
    place = 0
    for first, last in _runs(rows, money):
        table = _table(rows, money, first, last, rules)
        if table is None:
            continue
        start, stop, made = table
        if start < place:
            continue
        rest += rows[place:start]
        tables.append(made)
        place = stop
    return tables, rest + list(rows[place:])


def is_amount(text: str) -> bool:
    """Whether `text` is one number that can only be an amount or a rate."""
    return bool(_AMOUNT.fullmatch(text))


def _has_amount(row: Row) -> bool:
    """A line of a table: two pieces or more, an amount among them, neither prose nor leaders."""
    if len(row) < 2 or not any(_AMOUNT.fullmatch(piece.text) for piece in row):
        return False
    return not any(_PROSE.search(piece.text) for piece in row)


def _runs(rows: Sequence[Row], money: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last line of each run of near lines with amounts, two such lines at least."""
    runs = []
    first = last = -1
    count = 0
    for place in range(len(rows)):
        if first >= 0 and (not _near(rows[place - 1], rows[place]) or place - last > _BETWEEN):
            if count > 1:
                runs.append((first, last))
            first, count = -1, 0
        if money[place]:
            first, last, count = (place if first < 0 else first), place, count + 1
    if first >= 0 and count > 1:
        runs.append((first, last))
    return runs


def _near(above: Row, below: Row) -> bool:
    size = max(above[0].size, below[0].size)
    return above[0].middle - below[0].middle < _NEAR * size


def _table(
    rows: Sequence[Row],
    money: Sequence[bool],
    first: int,
    last: int,
    rules: Sequence[Rule],
) -> tuple[int, int, Aligned] | None:
    """The table of a run of lines: where it starts and stops among them; None if unsure."""
    columns = _columns([rows[k] for k in range(first, last + 1) if money[k]])
    if columns is None:
        return None
    if not all(_fits(row, columns) for row in rows[first : last + 1]):
        return None
    start = _heading(rows, first, columns, rules)
    stop = last + 1
    body = [*rows[start:stop]]
    top, bottom = body[0][0].top, body[-1][0].bottom
    bands = _bands(
        body,
        [k - start for k in range(first, stop) if money[k]],
        [
            y
            for y, left, right in rules
            if bottom < y < top and right - left > 0.5 * (columns[-1][1] - columns[0][0])
        ],
    )
    edges = _edges(columns, body)
    return start, stop, _placed(bands, edges, rules)


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]] | None:
    """The x-ranges of the columns, where no line has two pieces in one and amounts align."""
    spans = sorted((p.left, p.right) for row in rows for p in row)
    columns: list[list[float]] = []
    for left, right in spans:
        if columns and left < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], right)
        else:
            columns.append([left, right])
    if len(columns) < 2:
        return None
    starts = [c[0] for c in columns]
    members: list[list[Piece]] = [[] for _ in columns]
    for row in rows:
        places = [bisect_right(starts, p.left) - 1 for p in row]
        if len(set(places)) < len(places):
            return None
        for place, piece in zip(places, row, strict=True):
            members[place].append(piece)
    labels = sum(1 for p in members[0] if not _AMOUNT.fullmatch(p.text))
    if 2 * labels < len(rows) or not any(map(_is_number_column, members)):
        return None  # figures without labels are those of a chart
    return [(c[0], c[1]) for c in columns]


def _is_number_column(column: Sequence[Piece]) -> bool:
    """Two amounts or more, nothing but numbers, aligned at the right, the left, the middle or the point."""
    if sum(1 for p in column if _AMOUNT.fullmatch(p.text)) < 2:
        return False
    if not all(_NUMBER.fullmatch(p.text) for p in column):
        return False
    room = 0.7 * max(p.size for p in column)
    lefts, rights = [p.left for p in column], [p.right for p in column]
    middles = [(p.left + p.right) / 2 for p in column]
    return any(max(side) - min(side) <= room for side in (rights, lefts, middles))


def _fits(row: Row, columns: Sequence[tuple[float, float]]) -> bool:
    """Whether a line between the amounts keeps to the columns."""
    slack = 2 * row[0].size
    if row[0].left < columns[0][0] - slack or row[-1].right > columns[-1][1] + slack:
        return False
    return all(sum(1 for a, b in columns if p.left < b and p.right > a) <= 1 for p in row)


def _heading(
    rows: Sequence[Row],
    first: int,
    columns: Sequence[tuple[float, float]],
    rules: Sequence[Rule],
) -> int:
    """The first line of the table: up over the lines that head its columns.

    A heading has two pieces or more, or stands over several columns; a label
    without amounts may come between.  A colon tells a caption
    (部门：… 单位：…), which no heading has.
    """
    start = first
    for place in range(first - 1, max(0, first - _HEADER) - 1, -1):
        row, below = rows[place], rows[place + 1]
        slack = 2 * row[0].size
        inside = row[0].left >= columns[0][0] - slack and row[-1].right <= columns[-1][1] + slack
        if not inside or not _near(row, below) or _is_caption(row):
            break
        above = rows[place - 1] if place else None
        if len(row) > 1 or _spans(row[0], above, below, columns, rules):
            start = place
        elif not _fits(row, columns):
            break
    return start


def _is_caption(row: Row) -> bool:
    return any("：" in piece.text or ":" in piece.text for piece in row)


def _spans(
    piece: Piece,
    above: Row | None,
    below: Row,
    columns: Sequence[tuple[float, float]],
    rules: Sequence[Rule],
) -> bool:
    """Whether a piece alone on its line heads several columns.

    It does under a caption, when it leaves out the first column; over a rule
    of its own; and close under a rule that has the whole heading below it.
    """
    if above is not None and _is_caption(above) and piece.left >= columns[1][0] - piece.size:
        return True
    under = [(a, b) for y, a, b in rules if piece.middle > y > below[0].middle]
    if under:
        width = columns[-1][1] - columns[0][0]
        return any(a <= piece.left and piece.right <= b and b - a < 0.9 * width for a, b in under)
    return any(y > piece.middle and y - piece.top < 2 * piece.size for y, _, _ in rules)


def _bands(body: Sequence[Row], amounts: Sequence[int], rules: Sequence[float]) -> list[list[Row]]:
    """The lines of each row of the table: one, or all of a ruled band with one line of amounts."""
    bands: list[list[Row]] = []
    walls = sorted(rules, reverse=True)
    ruled: dict[int, list[int]] = {}
    for place, row in enumerate(body):
        ruled.setdefault(sum(1 for y in walls if y > row[0].middle), []).append(place)
    for places in ruled.values():
        money = sum(1 for k in places if k in amounts)
        if money == 1 and len(walls) > 2:
            bands.append([body[k] for k in places])
        else:
            bands += [[body[k]] for k in places]
    return bands


def _edges(columns: Sequence[tuple[float, float]], body: Sequence[Row]) -> list[float]:
    """Column edges in the middle of the gutters; the outer ones hold all pieces."""
    inner = [(a[1] + b[0]) / 2 for a, b in pairwise(columns)]
    left = min(columns[0][0], *(row[0].left for row in body))
    right = max(columns[-1][1], *(row[-1].right for row in body))
    return [left, *inner, right]


def _placed(bands: Sequence[Sequence[Row]], edges: list[float], rules: Sequence[Rule]) -> Aligned:
    """Each piece in the columns that it stands in; a piece over gutters covers several."""
    bounds = [bands[0][0][0].top]
    texts: list[tuple[int, int, int, str]] = []
    for number, band in enumerate(bands):
        low = min(p.bottom for row in band for p in row)
        following = bands[number + 1][0][0].top if number + 1 < len(bands) else low
        bounds.append((low + following) / 2)
        cells: dict[int, tuple[int, list[str]]] = {}
        for row in band:
            for piece in row:
                column, stop = _cover(piece, edges, rules)
                wide, parts = cells.get(column, (1, []))
                cells[column] = (max(wide, stop - column), [*parts, piece.text])
        texts += _row(number, cells)
    return Aligned(edges, bounds, texts)


def _cover(piece: Piece, edges: Sequence[float], rules: Sequence[Rule]) -> tuple[int, int]:
    """First column and the one after the last that a piece reaches into by more than half an em.

    A piece with a rule of its own under it reaches as far as the rule.
    """
    left, right = piece.left, piece.right
    for y, start, stop in rules:
        own = stop - start < 0.9 * (edges[-1] - edges[0])
        if own and 0 < piece.middle - y < 1.5 * piece.size and start <= left and right <= stop:
            left, right = start, stop
    slack = min(0.5 * piece.size, (right - left) / 3)
    first = max(bisect_right(edges, left + slack) - 1, 0)
    last = max(bisect_right(edges, right - slack) - 1, first)
    return min(first, len(edges) - 2), min(last, len(edges) - 2) + 1


def _row(number: int, cells: dict[int, tuple[int, list[str]]]) -> list[tuple[int, int, int, str]]:
    found: list[tuple[int, int, int, str]] = []
    free = 0
    for column in sorted(cells):
        wide, parts = cells[column]
        if column < free:  # two pieces that reach into the same column
            row, start, span, text = found.pop()
            found.append(
                (row, start, max(span, column + wide - start), f"{text}\n" + "\n".join(parts))
            )
        else:
            found.append((number, column, wide, "\n".join(parts)))
        free = found[-1][1] + found[-1][2]
    return found
