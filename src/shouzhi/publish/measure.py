"""How wide the columns of a grid must be, and at which size of type it fits its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from shouzhi.publish.grid import Box, Grid

SIZES: Final = (10.5, 9.0, 8.0, 7.0, 6.0)
"""Sizes of type in points that tables may be set in, the preferred first."""

PORTRAIT: Final = 481.9
LANDSCAPE: Final = 742.7
"""How wide the text is in points on an A4 page held upright, and lengthwise."""

_PADDING: Final = 7.0
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
    """A grid set to measure: the size of type and the width of each column, in points."""

    size: float
    widths: tuple[float, ...]
    landscape: bool


def ems(text: str) -> float:
    """The width of a text on one line, in characters of Chinese."""
    return sum(0.58 if c in _NARROW else 0.62 if c.isascii() else 1.0 for c in text)


def fit(grid: Grid, *, landscape: bool = False) -> Fit:
    """The largest type at which a grid fits, with room for its labels where that can be had.

    The page is turned only where the form says so or nothing else helps.
    """
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
