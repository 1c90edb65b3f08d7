"""The glyphs of a page: which character each is and where it stands, in the order of the file."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shouzhi.sources.pdf import pdfium
from shouzhi.sources.pdf.frame import Frame
from shouzhi.sources.pdf.pdfium import Codes, Floats, Handle

LIMIT: Final = 200_000
"""Glyphs read of one page; no printed page has near as many."""

UNKNOWN: Final = 0xFFFD
_SAMPLE: Final = 64
_BLANKS: Final = (*range(0x21), 0x7F, 0xA0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0x3000, 0xFEFF)
_HYPHENS: Final = (0x02, 0xFFFE)  # PDFium's marks for a hyphen at the end of a line

_BLANK, _INK, _ODD = 0, 1, 2
_KINDS: Final = np.full(0x10000, _INK, np.uint8)
"""Which codes are printed, and which want a closer look: unknown ones, halves of pairs, radicals."""
_KINDS[list(_BLANKS)] = _BLANK
for _first, _last in (
    (0, 0),
    (0x2E80, 0x2FDF),
    (0xD800, 0xDFFF),
    (0xF900, 0xFAFF),
    (0xFFFD, 0xFFFF),
):
    _KINDS[_first : _last + 1] = _ODD
_KINDS[list(_HYPHENS)] = _ODD

# Radicals that some fonts name in place of the character and that Unicode does not
# fold by itself (the Kangxi radicals U+2F00 to U+2FD5 it does).
_RADICAL_PAIRS: Final = (
    "⺁厂⺄乙⺅亻⺈刀⺉刂⺊卜⺋卩⺌小⺎兀⺓幺⺕彐⺗心⺘扌⺙攵⺛旡⺝月⺟母⺠民⺡氵⺢水⺣灬⺨犭⺩王⺫罒"
    "⺬示⺭礻⺮竹⺯糸⺼月⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门"
    "⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻳龟"
)
_RADICALS: Final = dict(
    zip(map(ord, _RADICAL_PAIRS[::2]), map(ord, _RADICAL_PAIRS[1::2]), strict=True)
)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Parallel arrays, one place a glyph, in the order of the text stream, upright.

    `boxes` are em boxes (left, bottom, right, top): as wide as the glyph
    advances and as high as its font size, so that a thin 一 is as high as its
    neighbours; `blank` tells that a blank stands before the glyph in the stream.
    """

    codes: Codes
    boxes: Floats
    blank: NDArray[np.bool_]

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Glyphs:
        """Those glyphs only, by a mask or by their places; what is left out leaves no blank."""
        return Glyphs(self.codes[which], self.boxes[which], self.blank[which])

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class PageText:
    """The glyphs of a page, the frame in which they are upright, and what was odd."""

    glyphs: Glyphs
    frame: Frame
    unknown: int = 0
    slanted: str = ""
    cut: bool = False


NO_TEXT: Final = PageText(
    Glyphs(np.zeros(0, np.uint32), np.zeros((0, 4)), np.zeros(0, np.bool_)), Frame((0, 0, 0, 0), 0)
)


def read_glyphs(page: Handle, frame: Frame) -> PageText:
    """The glyphs of an open page, upright, all that PDFium gives."""
    text = pdfium.load_text(page)
    try:
        return _read(text, frame)
    finally:
        pdfium.close_text(text)


def _read(text: Handle, frame: Frame) -> PageText:
    found = max(pdfium.count_characters(text), 0)
    count = min(found, LIMIT)
    codes, kept = _codes(text, count)
    boxes = pdfium.fill(pdfium.loose_box, kept.tolist(), 4, before=text)
    boxes[:, 1], boxes[:, 3] = boxes[:, 3], boxes[:, 1].copy()  # PDFium gives the top first
    frame, slanted = _upright(text, kept, boxes, frame)
    blank = np.ones(len(kept), np.bool_)
    np.not_equal(kept[1:] - kept[:-1], 1, out=blank[1:])
    glyphs = Glyphs(codes[kept], frame.upright(boxes), blank)
    watermark = ""
    if slanted is not None:
        watermark = "".join(map(chr, glyphs.codes[slanted].tolist()))
        glyphs = glyphs.take(~slanted)
    unknown = int((codes == UNKNOWN).sum())
    return PageText(glyphs, frame, unknown, watermark, found > count)


def printed(text: PageText) -> Glyphs:
    """The glyphs that are seen on the page, each once."""
    return _once(_on_page(text.glyphs, text.frame))


def _codes(text: Handle, count: int) -> tuple[Codes, NDArray[np.intp]]:
    """The character of each glyph (UNKNOWN where the font names none), and which are printed.

    PDFium gives the bare code of a glyph that its font does not name.  Such
    fonts are used for many glyphs or none, so every eighth is asked.
    """
    codes = pdfium.text_of(text, count) if count else np.zeros(0, np.uint16)
    if codes is not None:
        kinds = _KINDS[codes]
        kept = np.flatnonzero(kinds)
        asked = map(pdfium.map_error, repeat(pdfium.reference(text)), kept[::8].tolist())
        if not len(kept) or (kinds.max() != _ODD and 1 not in asked):
            return codes.astype(np.uint32), kept
    return _codes_one_by_one(text, count)


def _codes_one_by_one(text: Handle, count: int) -> tuple[Codes, NDArray[np.intp]]:
    one, places = pdfium.reference(text), range(count)
    codes = np.fromiter(map(pdfium.unicode_of, repeat(one), places), np.uint32, count)
    lost = np.fromiter(map(pdfium.map_error, repeat(one), places), np.int64, count) == 1
    high, low = codes[:-1], codes[1:]
    pairs = np.flatnonzero((high >> 10 == 0xD800 >> 10) & (low >> 10 == 0xDC00 >> 10))
    codes[pairs] = 0x10000 + ((high[pairs] & 0x3FF) << 10) + (low[pairs] & 0x3FF)
    codes[pairs + 1] = ord(" ")
    lost |= (codes == 0) | (codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))
    codes[lost] = UNKNOWN
    kinds = np.where(codes < 0x10000, _KINDS[codes & 0xFFFF], np.uint8(_INK))
    for place in np.flatnonzero(kinds == _ODD).tolist():
        codes[place] = _plain(int(codes[place]))
    return codes, np.flatnonzero(kinds)


def _plain(code: int) -> int:
    """Radicals and compatibility ideographs as the characters they stand for."""
    if code in _HYPHENS:
        return ord("-")
    plain = unicodedata.normalize("NFKC", chr(code))
    return _RADICALS.get(code) or (ord(plain) if len(plain) == 1 else code)


def _upright(
    text: Handle, kept: NDArray[np.intp], boxes: Floats, frame: Frame
) -> tuple[Frame, NDArray[np.bool_] | None]:
    """The frame in which most glyphs stand upright, and which glyphs are slanted, if any.

    Only glyphs that do not follow each other to the right are asked how they
    are turned; where those are many, a sample speaks for the page unless it is slanted.
    """
    doubtful = _stepped(boxes)
    many = doubtful.sum() > len(boxes) / 4
    rows = np.arange(0, len(boxes), len(boxes) // _SAMPLE + 1) if many else np.flatnonzero(doubtful)
    if not len(rows):
        return (Frame(frame.box, frame.turns, -frame.turns % 4) if len(boxes) else frame), None
    angle = _angles(text, kept[rows])
    if many and _is_slanted(angle).any():
        rows = np.arange(len(boxes))
        angle = _angles(text, kept)
    askew = _is_slanted(angle)
    slanted = np.zeros(len(boxes), np.bool_)
    slanted[rows] = askew
    counts = np.bincount(np.rint(angle[~askew]).astype(np.int64) % 4, minlength=4)
    if not many:
        counts[0] += len(boxes) - len(rows)
    most = int(counts.argmax()) if counts.any() else frame.turns
    frame = Frame(frame.box, frame.turns, (most - frame.turns) % 4)
    return frame, slanted if askew.any() else None


def _angles(text: Handle, places: NDArray[np.intp]) -> Floats:
    """How far glyphs are turned against the clock, in right angles."""
    matrix = pdfium.fill(pdfium.text_matrix, places.tolist(), 6, before=text)
    return np.asarray(np.arctan2(matrix[:, 1], matrix[:, 0]) * 2 / np.pi)


def _is_slanted(angle: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.abs(angle - np.rint(angle)) > 0.05)


def _stepped(boxes: Floats) -> NDArray[np.bool_]:
    """Glyphs in runs of three or more that climb, fall or go backwards."""
    found = np.zeros(len(boxes), np.bool_)
    if len(boxes) < 3:
        return found
    left, bottom = boxes[:, 0], boxes[:, 1]
    size = (boxes[:, 3] - bottom)[1:]
    across, up = left[1:] - left[:-1], bottom[1:] - bottom[:-1]
    moved = np.abs(up) > 0.1 * size
    back = across < -0.1 * size
    if not (moved[1:] & moved[:-1]).any() and back.sum() < len(boxes) / 4:
        return found
    steps = (moved & (np.abs(up) > 0.1 * np.abs(across))) | back
    steps &= np.abs(across) + np.abs(up) < 2.5 * size
    both = steps[1:] & steps[:-1] & (np.sign(up[1:]) == np.sign(up[:-1]))
    found[:-2] |= both
    found[1:-1] |= both
    found[2:] |= both
    return found


def _on_page(glyphs: Glyphs, frame: Frame) -> Glyphs:
    """Without what stands outside the page and cannot be seen."""
    if not len(glyphs):
        return glyphs
    width, height = frame.read
    left, bottom, right, top = glyphs.boxes.T
    if left.min() >= 0 and bottom.min() >= 0 and right.max() <= width and top.max() <= height:
        return glyphs
    x, y = left + right, bottom + top
    return glyphs.take((x >= 0) & (x <= 2 * width) & (y >= 0) & (y <= 2 * height))


def _once(glyphs: Glyphs) -> Glyphs:
    """Without the second of any two equal glyphs at the same place.

    Text drawn twice (for weight, or once in and once out of a clipping path)
    is twice in the layer.  A coarse count tells most pages clean.
    """
    middle = glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]
    cell = (middle * 0.25).astype(np.int64)
    keys = (glyphs.codes.astype(np.int64) << 40) + (cell[:, 0] << 20) + cell[:, 1]
    keys.sort()
    if (keys[1:] == keys[:-1]).any():
        return _without_doubles(glyphs, middle / 2)
    return glyphs


def _without_doubles(glyphs: Glyphs, middle: Floats) -> Glyphs:
    size = glyphs.boxes[:, 3] - glyphs.boxes[:, 1]
    seen: dict[tuple[int, int, int], list[tuple[float, float]]] = {}
    keep = np.ones(len(glyphs), np.bool_)
    rows = zip(glyphs.codes.tolist(), middle.tolist(), (0.15 * size).tolist(), strict=True)
    for place, (code, (x, y), near) in enumerate(rows):
        column, row = int(x // 4), int(y // 4)
        around = [(code, column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        if any(
            abs(x - a) <= near and abs(y - b) <= near
            for key in around
            for a, b in seen.get(key, ())
        ):
            keep[place] = False
        else:
            seen.setdefault((code, column, row), []).append((x, y))
    return glyphs if keep.all() else glyphs.take(keep)
