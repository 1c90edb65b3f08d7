"""Words of the prose on a PDF page: a finding knows the line where their paragraph begins.

The characters of the page are searched without their blanks, first for the whole clause
and then for the words alone, from the beginning of the paragraph on and over to the next page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import PdfDocument, PdfiumError, PdfPage, raw

from shouzhi.sources.pdf.frame import Frame, turn
from shouzhi.space import Box

Json = dict[str, Any]
Floats = NDArray[np.float64]

PAGES: Final = 2
"""Pages over which a paragraph is followed."""
TELLING: Final = 5
"""Characters of words that are not likely to stand on a page twice."""
_HALF: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a page as seen.  With `text`, words that are to be found on it.

    `box` is then where their paragraph begins, or the whole table (`in_table`) whose title
    or notes they belong to; `clause` are the words around them.
    """

    page: int
    box: Box
    text: str = ""
    clause: str = ""
    in_table: bool = False


def place_of(mark: Json) -> Place | None:
    """The place that a finding names, where its document has pages with positions."""
    box = mark.get("box")
    if not box or not mark["page"]:
        return None
    left, bottom, right, top = box
    if mark["row"] is not None:
        return Place(mark["page"], (left, bottom, right, top))
    whole = mark["table"] is not None
    return Place(mark["page"], (left, bottom, right, top), mark["text"], mark["label"], whole)


class Finder:
    """Finds places in an open PDF; the characters of a page are taken once."""

    def __init__(self, document: PdfDocument) -> None:
        self.document = document
        self._pages: dict[int, tuple[str, Floats]] = {}

    def resolve(self, place: Place) -> tuple[int, list[Box]]:
        """The page of a place and its boxes, one for each line.

        Words that are not found have the box of where their paragraph begins; those of a
        table have none.
        """
        last = min(place.page + PAGES, len(self.document) + 1)
        for number in range(place.page, last) if place.text else ():
            if boxes := self._found(number, place):
                return number, boxes
        return place.page, [] if place.in_table else [place.box]

    def _found(self, number: int, place: Place) -> list[Box]:
        text, boxes = self._characters(number)
        first = number == place.page
        start = _start(boxes, place.box) if first and not place.in_table else 0
        # On a page after, words too short to be told from others are sought in their clause only.
        span = _span(text, place, start, loose=first or len(place.text) >= TELLING)
        return _lines(boxes[span[0] : span[1]].tolist()) if span else []

    def _characters(self, number: int) -> tuple[str, Floats]:
        if number not in self._pages:
            try:
                page = self.document[number - 1]
            except PdfiumError:
                self._pages[number] = "", np.zeros((0, 4))
            else:
                self._pages[number] = _characters(page)
                page.close()
        return self._pages[number]


def _characters(page: PdfPage) -> tuple[str, Floats]:
    """The characters of a page without blanks, and their boxes as seen."""
    textpage = page.get_textpage()
    try:
        codes = [raw.FPDFText_GetUnicode(textpage, n) for n in range(textpage.count_chars())]
        kept = [n for n, code in enumerate(codes) if code and not chr(code).isspace()]
        boxes = np.array([textpage.get_charbox(n, loose=True) for n in kept], float)
    finally:
        textpage.close()
    if not kept:
        return "", np.zeros((0, 4))
    return "".join(chr(codes[n]) for n in kept).translate(_HALF), frame(page).upright(boxes)


def _start(boxes: Floats, box: Box) -> int:
    """The first character that stands in the box where the paragraph begins."""
    across, up = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    inside = (across >= box[0] - 1) & (across <= box[2] + 1) & (up >= box[1] - 1) & (up <= box[3] + 1)
    return int(inside.argmax()) if inside.any() else 0


def _span(plain: str, place: Place, start: int, *, loose: bool) -> tuple[int, int] | None:
    """Where the words are among the characters: inside their clause, else (`loose`) alone."""
    text = _plain(place.text)
    if not text:
        return None
    for piece in sorted(_plain(place.clause).split(_CUT), key=len, reverse=True):
        if text in piece and (at := plain.find(piece, start)) >= 0:
            begin = at + piece.index(text)
            return begin, begin + len(text)
    if loose and (at := plain.find(text, start)) >= 0:
        return at, at + len(text)
    return None


def _plain(text: str) -> str:
    """A text without blanks, its full-width signs as half-width ones: one for one."""
    return "".join(text.split()).translate(_HALF)


def _lines(boxes: Iterable[Sequence[float]]) -> list[Box]:
    """Boxes of characters joined into one a line."""
    found: list[Box] = []
    for left, bottom, right, top in boxes:
        box = (left, bottom, right, top)
        last = found[-1] if found else None
        if last and min(last[3], box[3]) - max(last[1], box[1]) > (box[3] - box[1]) / 2:
            found[-1] = (
                min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]),
            )  # fmt: skip
        else:
            found.append(box)
    return found


def frame(page: PdfPage) -> Frame:
    """The frame of an open page: its visible part, and how it is turned."""
    rectangle = raw.FS_RECTF()
    if not raw.FPDF_GetPageBoundingBox(page, rectangle):
        raise PdfiumError("no box")
    box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
    return Frame(box, page.get_rotation() // 90 % 4)


def as_filed(page: PdfPage, box: Box) -> Box:
    """A box of a page as seen, in the coordinates of the file: unturned, from its own origin."""
    own = frame(page)
    turned = turn(np.array([box]), *own.seen, 4 - own.turns)[0].tolist()
    x, y = own.box[0], own.box[1]
    return turned[0] + x, turned[1] + y, turned[2] + x, turned[3] + y
