"""How wide the columns of a grid must be, at which size of type it fits, and how airy its rows are.

What the writers of pages share is measured here once, so that Word breaks a table over
pages where the PDF does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import ceil
from typing import Final

from shouzhi.publish.grid import Box, Grid

SIZES: Final = (10.5, 9.0, 8.0, 7.0, 6.0)
"""Sizes of type in points that tables may be set in, the preferred first."""

PORTRAIT: Final = 481.9
LANDSCAPE: Final = 742.7
"""How wide the text is in points on an A4 page held upright, and lengthwise."""

MARGINS: Final = {False: 70.9, True: 56.7}
"""How much is left free above and below the text in points, upright and lengthwise."""

CHART: Final = 420.0
"""How wide charts are in points."""

PITCH: Final = 1.25
"""From line to line inside a cell, in sizes of type."""

_HEIGHTS: Final = {False: 841.89, True: 595.28}
_ABOVE: Final = {False: 104.0, True: 62.0}
"""Title, number and captions above a table, upright also the heading of a part."""

_NOTE: Final = 15.0
_AIRS: Final = (6.0, 5.0, 4.0, 3.2, 2.4, 1.8)
_PADDING: Final = 7.0
_INSET: Final = 6.5
_SLACK: Final = 0.3
_SEAM: Final = re.compile(r"(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[\u4e00-\u9fff])")
_BETWEEN: Final = 0.25  # what is set between Chinese and Latin
_NARROW: Final = frozenset("0123456789-+.,:;()[]|!'\"/% ")
_SHORTEST: Final = 3.0
_WORDS: Final = 9.0
_LABEL: Final = 7.0
_MOST_LABEL: Final = 22.0
_LEAD: Final = 2.0
_EASE: Final = 1.7
"""How much more than the least words are given where the page has it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A grid set to measure: the size of type, the width of each column, all in points.

    `air` is what is left free above and below the type of each row.
    """

    size: float
    widths: tuple[float, ...]
    landscape: bool
    air: float = _AIRS[-1]

    def lines(self, box: Box) -> int:
        """How many lines the text of a box takes."""
        room = max(1.0, self._room(box) / self.size)
        # Chinese is set in whole squares; Latin breaks where it may, on the average half a word early.
        held = max(1.0, room - 0.5) if any(c.isascii() for c in box.text) else int(room)
        whole = ems(box.text)
        return 1 if whole <= room else max(2, ceil(whole / held))

    def squeeze(self, box: Box) -> float:
        """By how much a text of several lines is set in on both sides, for its lines to be alike."""
        lines = self.lines(box)
        if lines == 1:
            return 0.0
        even = (ceil(ems(box.text) / lines) + _SLACK) * self.size
        return max(0.0, (self._room(box) - even) / 2)

    def _room(self, box: Box) -> float:
        held = sum(self.widths[box.column : box.column + box.columns])
        return max(self.size, held - _INSET - box.depth * self.size)


@lru_cache(maxsize=100_000)
def ems(text: str) -> float:
    """The width of a text on one line, in characters of Chinese."""
    whole = sum(0.58 if c in _NARROW else 0.62 if c.isascii() else 1.0 for c in text)
    return whole + _BETWEEN * len(_SEAM.findall(text))


def fit(grid: Grid, *, landscape: bool = False, notes: int = 0) -> Fit:
    """The largest type at which a grid fits, with room for its labels where that can be had.

    The page is turned only where the form says so or nothing else helps.  Rows are as airy
    as they can be without another page for the table and the notes below it.
    """
    tight = _fit(grid, landscape=landscape)
    least = _pages(grid, tight, notes)
    airy = (replace(tight, air=air) for air in _AIRS)
    return next((one for one in airy if _pages(grid, one, notes) <= least), tight)


def _pages(grid: Grid, found: Fit, notes: int) -> int:
    """How many pages a grid takes, its head repeated on each."""
    tops = [1] * grid.height
    for box in grid.boxes:
        if box.rows == 1:
            tops[box.row] = max(tops[box.row], found.lines(box))
    heights = [((lines - 1) * PITCH + 1) * found.size + 2 * found.air for lines in tops]
    head = sum(heights[: grid.head])
    page = _HEIGHTS[found.landscape] - 2 * MARGINS[found.landscape] - head
    pages, left = 1, page - _ABOVE[found.landscape]
    for height in [*heights[grid.head :], _NOTE * notes]:
        if height > left:
            pages, left = pages + 1, page
        left -= height
    return pages


def _fit(grid: Grid, *, landscape: bool) -> Fit:
    wished = _needs(grid, _wish)
    ways = (True,) if landscape else (False, True)
    for ease, sizes in ((_EASE, SIZES[:3]), (1.0, SIZES)):
        least = _needs(grid, partial(_least, ease))
        for lengthwise in ways:
            room = LANDSCAPE if lengthwise else PORTRAIT
            for size in sizes if lengthwise else sizes[:3]:
                bare = [need * size + _PADDING for need in least]
                if sum(bare) <= room:
                    return Fit(size, _spread(bare, wished, size, room), lengthwise)
    bare = [need * SIZES[-1] + _PADDING for need in least]
    scale = LANDSCAPE / sum(bare)
    return Fit(SIZES[-1], tuple(width * scale for width in bare), landscape=True)


def _needs(grid: Grid, need_of: Callable[[Box], float]) -> list[float]:
    """For each column the width that all its boxes need, those that span several shared out."""
    needs = [0.0] * grid.width
    for box in sorted(grid.boxes, key=lambda box: box.columns):
        need = need_of(box)
        held = sum(needs[box.column : box.column + box.columns])
        if need > held:
            for column in range(box.column, box.column + box.columns):
                needs[column] += (need - held) / box.columns
    return needs


def _wish(box: Box) -> float:
    """The width at which a box needs no second line, within reason."""
    return min(ems(box.text) + box.depth, 2 * _MOST_LABEL)


def _least(ease: float, box: Box) -> float:
    """What a box needs at the least: a number its whole length, words a few characters."""
    whole = ems(box.text)
    if box.kind in {"amount", "code"}:
        return whole
    if box.kind == "lead":
        return _LEAD
    if box.kind == "number":
        return min(whole, 7.0)
    if box.kind == "head":
        return min(whole, _SHORTEST * ease)
    return min(whole + box.depth, (_LABEL if box.kind == "label" else _WORDS) * ease)


def _spread(
    bare: Sequence[float], wished: Sequence[float], size: float, room: float
) -> tuple[float, ...]:
    """What is left over goes to the columns that wish for it, then to all alike."""
    left = room - sum(bare)
    wants = [max(0.0, want * size + _PADDING - held) for want, held in zip(wished, bare, strict=True)]
    share = min(1.0, left / sum(wants)) if sum(wants) else 0.0
    widths = [held + want * share for held, want in zip(bare, wants, strict=True)]
    left = room - sum(widths)
    return tuple(width + left * width / sum(widths) for width in widths)
