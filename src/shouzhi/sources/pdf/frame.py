"""The frames of a page: as the file draws it, as a reader sees it, and as its text stands upright."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shouzhi.sources.pdf import pdfium
from shouzhi.sources.pdf.pdfium import Floats, Handle
from shouzhi.space import Box


@dataclass(frozen=True, slots=True)
class Frame:
    """How to carry boxes of a page to where its text is upright, and back to what is seen.

    `box` is the visible part of the page in the file's own coordinates;
    `turns` quarter turns clockwise make it as seen, and `more` further ones
    make its text upright (a table set sideways on an upright page).
    """

    box: Box
    turns: int
    more: int = 0

    @property
    def seen(self) -> tuple[float, float]:
        """Width and height of the page as seen, in points."""
        left, bottom, right, top = self.box
        sides = (right - left, top - bottom)
        return sides if self.turns % 2 == 0 else (sides[1], sides[0])

    @property
    def read(self) -> tuple[float, float]:
        """Width and height of the page with its text upright, in points."""
        width, height = self.seen
        return (width, height) if self.more % 2 == 0 else (height, width)

    def upright(self, boxes: Floats) -> Floats:
        """Boxes (n × left, bottom, right, top) of the file, where the text is upright."""
        left, bottom, right, top = self.box
        if left or bottom:
            boxes = boxes - np.array((left, bottom, left, bottom))
        return turn(boxes, right - left, top - bottom, self.turns + self.more)

    def as_seen(self, box: Box) -> Box:
        """One upright box, as the page is seen."""
        if not self.more:
            return box
        turned = turn(np.array([box]), *self.read, 4 - self.more)[0].tolist()
        return (turned[0], turned[1], turned[2], turned[3])


def frame_of(page: Handle) -> Frame:
    """The frame of an open page, before its text is known."""
    return Frame(pdfium.rectangle_of(page), pdfium.page_rotation(page) % 4)


def turn(boxes: Floats, width: float, height: float, turns: int) -> Floats:
    """Boxes of a page of width × height after quarter turns clockwise of the page."""
    left, bottom, right, top = boxes.T
    match turns % 4:
        case 1:
            parts = (bottom, width - right, top, width - left)
        case 2:
            parts = (width - right, height - top, width - left, height - bottom)
        case 3:
            parts = (height - top, left, height - bottom, right)
        case _:
            return boxes
    return np.stack(parts, axis=1)
