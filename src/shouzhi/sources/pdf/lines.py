"""Glyphs become strings: the text of each cell, and outside cells pieces that make lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shouzhi.sources.pdf.glyphs import Glyphs
from shouzhi.sources.pdf.pdfium import Codes, Floats

APART: Final = 0.9
"""A gap of so many ems ends a piece."""

WORD: Final = 0.5
"""A gap of so many ems parts two numbers or Latin words."""

FAR: Final = 1.5
"""A gap of so many ems between pieces of a line is written as two blanks or more."""

MOST_BLANKS: Final = 8

_END, _NEWLINE, _BLANK = 0, 10, 32


@dataclass(slots=True)
class Piece:
    """Text that stands together on one line; upright box and `size` of characters in points.

    `size` is that of the smallest characters: Latin fonts often claim more
    height than they are set in.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    middle: float


def cell_texts(glyphs: Glyphs, cells: NDArray[np.int64], count: int) -> list[str]:
    """The text of each of `count` cells, `cells` naming the one of each glyph (-1: none).

    Inside a cell the order of the stream is kept: sorting by height would tear
    lines whose digits are set lower than their characters.  A line ends where
    the next glyph stands lower or higher by more than half its size, or goes back.
    """
    order = np.argsort(cells, kind="stable")
    order = order[np.searchsorted(cells[order], 0) :]
    texts = [""] * count
    if not len(order):
        return texts
    chosen = glyphs.take(order)
    across, rise, size = _steps(chosen.boxes)
    breaks = (rise > 0.6 * size) | ((rise > 0.2 * size) & (across < -0.5 * size))
    mine = cells[order]
    new = np.ones(len(mine), np.bool_)
    np.not_equal(mine[1:], mine[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    for cell, text in zip(
        mine[starts].tolist(), _strings(chosen, starts, breaks, across > WORD * size), strict=True
    ):
        texts[cell] = text
    return texts


def pieces(glyphs: Glyphs) -> list[Piece]:
    """The pieces of text among these glyphs, in the order of the stream."""
    if not len(glyphs):
        return []
    boxes = glyphs.boxes
    across, rise, size = _steps(boxes)
    # Digits set lower than their characters follow at once, so they stay together.
    starts = (rise > 0.6 * size) | (across > APART * size) | (across < -0.5 * size)
    starts |= (rise > 0.2 * size) & (np.abs(across) > 0.4 * size)
    starts |= glyphs.blank & (across > 0.6 * size) & _numeric(glyphs.codes)
    starts[0] = True
    places = np.flatnonzero(starts)
    low = np.minimum.reduceat(boxes[:, :2], places).tolist()
    high = np.maximum.reduceat(boxes[:, 2:], places).tolist()
    none = np.zeros(len(glyphs), np.bool_)
    sizes = np.minimum.reduceat(boxes[:, 3] - boxes[:, 1], places).tolist()
    texts = _strings(glyphs, places, none, across > WORD * size)
    return [
        Piece(text, a[0], a[1], b[0], b[1], size, (a[1] + b[1]) / 2)
        for text, a, b, size in zip(texts, low, high, sizes, strict=True)
    ]


def _numeric(codes: Codes) -> NDArray[np.bool_]:
    """Which glyphs are digits that follow a digit, or a sign before one: two numbers side by side."""
    found = (codes >= 0x30) & (codes <= 0x39)
    found |= codes == 0x2D
    found[1:] &= (codes[:-1] >= 0x25) & (codes[:-1] <= 0x39)
    return found


def _steps(boxes: Floats) -> tuple[Floats, Floats, Floats]:
    """From the glyph before: the gap, how far the middle moves up or down, and the size."""
    across, rise = np.zeros(len(boxes)), np.zeros(len(boxes))
    size = boxes[:, 3] - boxes[:, 1]
    across[1:] = boxes[1:, 0] - boxes[:-1, 2]
    middle = boxes[:, 1] + boxes[:, 3]
    rise[1:] = np.abs(middle[1:] - middle[:-1]) / 2
    size[1:] = np.maximum(size[1:], size[:-1])
    return across, rise, size


def _strings(
    glyphs: Glyphs, starts: NDArray[np.intp], breaks: NDArray[np.bool_], apart: NDArray[np.bool_]
) -> list[str]:
    """The glyphs as strings that begin at `starts`, with line breaks.

    Blanks are kept only between Latin words and numbers: where the stream has
    one, and where the next glyph stands `apart`, lest two numbers become one.
    """
    codes = glyphs.codes
    latin = codes < 0x7F
    words = glyphs.blank | apart
    words[1:] &= latin[1:] & latin[:-1]
    before = np.full(len(codes), -1, np.int64)
    before[words] = _BLANK
    before[breaks] = _NEWLINE
    before[starts] = _END
    more = before >= 0
    places = np.arange(len(codes)) + more.cumsum()
    out = np.empty(int(places[-1]) + 1, np.uint32)
    out[places] = codes
    out[places[more] - 1] = before[more]
    return out.tobytes().decode("utf-32").split("\0")[1:]


def lines(found: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces on the same visual line together, from left to right, lines from top to bottom."""
    rows: list[list[Piece]] = []
    for piece in sorted(found, key=attrgetter("middle"), reverse=True):
        if rows and _same_line(rows[-1][0], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        if len(row) > 1:
            row.sort(key=attrgetter("left"))
    return rows


def _same_line(one: Piece, other: Piece) -> bool:
    if one.bottom >= other.top:
        return False
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > 0.5 * min(one.top - one.bottom, other.top - other.bottom)


def joined(row: Sequence[Piece]) -> str:
    """The pieces of a line with blanks for the gaps between them."""
    text = row[0].text
    if len(row) == 1:
        return text
    for before, piece in pairwise(row):
        em = max(before.size, piece.size, 1.0)
        gap = (piece.left - before.right) / em
        if gap >= FAR:
            text += " " * min(max(2, round(2 * gap)), MOST_BLANKS)
        elif gap >= APART or (gap > 0.3 and text[-1:] < "\x7f" and piece.text[:1] < "\x7f"):
            text += " "
        text += piece.text
    return text
