"""The glyphs of a page: which character each is and where it stands, in the order of the file."""

from __future__ import annotations

import ctypes
import unicodedata
from dataclasses import dataclass, replace
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
_BLANKS: Final = (*range(0x21), 0x7F, 0xA0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0x3000, 0xFEFF)
_HYPHENS: Final = (0x02, 0xFFFE)  # PDFium's marks for a hyphen at the end of a line

_INKED: Final = np.ones(0x10000, np.bool_)
"""Which codes stand for something that is printed."""
_INKED[list(set(_BLANKS) - set(_HYPHENS))] = False

_ODD: Final = np.zeros(0x10000, np.bool_)
"""Which codes want a closer look: unknown ones, halves of pairs, radicals, hyphens."""
for _first, _last in ((0, 0), (0x2E80, 0x2FDF), (0xD800, 0xDFFF), (0xF900, 0xFAFF), (0xFFFD, 0xFFFF)):
    _ODD[_first:_last + 1] = True
_ODD[list(_HYPHENS)] = True

# Radicals that some fonts name in place of the character and that Unicode does not
# fold by itself (the Kangxi radicals U+2F00 to U+2FD5 it does).
_RADICALS: Final = dict(zip(
    map(ord, "⺁⺄⺅⺈⺉⺊⺋⺌⺎⺓⺕⺗⺘⺙⺛⺝⺟⺠⺡⺢⺣⺨⺩⺫⺬⺭⺮⺯⺼⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳"),
    map(ord, "厂乙亻刀刂卜卩小兀幺彐心扌攵旡月母民氵水灬犭王罒示礻竹糸月虎衤覀西见角讠贝足车辶辶辶阝钅長镸长门阝雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟"),
    strict=True,
))  # fmt: skip


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

    def take(self, which: NDArray[np.bool_]) -> Glyphs:
        """Those glyphs only; what is left out leaves no blank."""
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


def read_glyphs(page: Handle, frame: Frame) -> PageText:
    """The glyphs of an open page, upright, each once; glyphs off the page are left out."""
    text = pdfium.load_text(page)
    try:
        return _read(text, frame)
    finally:
        pdfium.close_text(text)


def _read(text: Handle, frame: Frame) -> PageText:
    found = max(pdfium.count_characters(text), 0)
    count = min(found, LIMIT)
    codes, unknown = _codes(text, count)
    kept = np.flatnonzero(_INKED[np.minimum(codes, 0xFFFF)])
    loose = pdfium.fill(pdfium.loose_box, kept.tolist(), 4, before=text)
    boxes = loose[:, (0, 3, 2, 1)]
    frame, slanted = _upright(text, kept, boxes, frame)
    glyphs = Glyphs(codes[kept], frame.upright(boxes), np.diff(kept, prepend=-1) > 1)
    watermark = ""
    if slanted is not None:
        watermark = "".join(map(chr, glyphs.codes[slanted].tolist()))
        glyphs = glyphs.take(~slanted)
    return PageText(_once(_on_page(glyphs, frame)), frame, unknown, watermark, found > count)


def _codes(text: Handle, count: int) -> tuple[Codes, int]:
    """The character of each glyph (UNKNOWN where the font names none) and how many are unknown.

    One call gives them all when PDFium neither leaves out nor adds any.
    """
    if not count:
        return np.zeros(0, np.uint32), 0
    if pdfium.text_index(text, count - 1) == count - 1:
        buffer = (ctypes.c_uint16 * (2 * count + 16))()
        if pdfium.get_text(text, 0, count, buffer) == count + 1:
            codes = np.frombuffer(buffer, np.uint16, count)
            odd = _ODD[codes]
            if not odd.any():
                return codes, 0
    return _codes_one_by_one(text, count)


def _codes_one_by_one(text: Handle, count: int) -> tuple[Codes, int]:
    asked = pdfium.reference(text), range(count)
    codes = np.fromiter(map(pdfium.unicode_of, repeat(asked[0]), asked[1]), np.uint32, count)
    lost = np.fromiter(map(pdfium.map_error, repeat(asked[0]), asked[1]), np.int64, count) == 1
    lost |= (codes == 0) | (codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))
    codes[lost] = UNKNOWN
    for place in np.flatnonzero((codes < 0x10000) & _ODD[np.minimum(codes, 0xFFFF)]).tolist():
        codes[place] = _plain(int(codes[place]))
    return codes, int((codes == UNKNOWN).sum())


def _plain(code: int) -> int:
    """Radicals and compatibility ideographs as the characters they stand for."""
    if code in _HYPHENS:
        return ord("-")
    plain = unicodedata.normalize("NFKC", chr(code))
    return _RADICALS.get(code) or (ord(plain) if len(plain) == 1 else code)


def _upright(text: Handle, kept: NDArray[np.intp], boxes: Floats,
             frame: Frame) -> tuple[Frame, NDArray[np.bool_] | None]:
    """The frame in which most glyphs stand upright, and which glyphs are slanted, if any.

    Only glyphs that do not follow each other to the right are asked how they
    are turned, and all of them when those are many.
    """
    doubtful = _stepped(boxes)
    if not doubtful.any():
        return (replace(frame, more=-frame.turns % 4) if len(boxes) else frame), None
    if doubtful.mean() > 0.25:
        doubtful[:] = True
    rows = np.flatnonzero(doubtful)
    matrix = pdfium.fill(pdfium.text_matrix, kept[rows].tolist(), 6, before=text)
    angle = np.arctan2(matrix[:, 1], matrix[:, 0]) * 2 / np.pi
    turns = np.zeros(len(boxes), np.int64)
    turns[rows] = np.rint(angle)
    slanted = np.zeros(len(boxes), np.bool_)
    slanted[rows] = np.abs(angle - np.rint(angle)) > 0.05
    counts = np.bincount(turns[~slanted] % 4, minlength=4)
    most = int(counts.argmax()) if counts.any() else frame.turns
    return replace(frame, more=(most - frame.turns) % 4), slanted if slanted.any() else None


def _stepped(boxes: Floats) -> NDArray[np.bool_]:
    """Glyphs in runs of three or more that climb, fall or go backwards."""
    found = np.zeros(len(boxes), np.bool_)
    if len(boxes) < 3:
        return found
    across, up = np.diff(boxes[:, 0]), np.diff(boxes[:, 1])
    size = (boxes[:, 3] - boxes[:, 1])[1:]
    steps = (np.abs(up) > 0.1 * np.abs(across)) & (np.abs(up) > 0.1 * size)
    steps |= across < -0.1 * size
    steps &= np.abs(across) + np.abs(up) < 2.5 * size
    both = steps[1:] & steps[:-1] & (np.sign(up[1:]) == np.sign(up[:-1]))
    if both.any():
        found[:-2] |= both
        found[1:-1] |= both
        found[2:] |= both
    return found


def _on_page(glyphs: Glyphs, frame: Frame) -> Glyphs:
    """Without what stands outside the page and cannot be seen."""
    width, height = frame.read
    x = glyphs.boxes[:, 0] + glyphs.boxes[:, 2]
    y = glyphs.boxes[:, 1] + glyphs.boxes[:, 3]
    inside = (x >= 0) & (x <= 2 * width) & (y >= 0) & (y <= 2 * height)
    return glyphs if inside.all() else glyphs.take(inside)


def _once(glyphs: Glyphs) -> Glyphs:
    """Without the second of any two equal glyphs at the same place.

    Text drawn twice (for weight, or once in and once out of a clipping path)
    is twice in the layer.  Two coarse counts tell most pages clean.
    """
    middle = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
    for shift in (0.0, 1.0):
        cell = ((middle + shift) // 2).astype(np.int64) & 0xFFFF
        keys = np.sort((glyphs.codes.astype(np.int64) << 32) | (cell[:, 0] << 16) | cell[:, 1])
        if (keys[1:] == keys[:-1]).any():
            return _without_doubles(glyphs, middle)
    return glyphs


def _without_doubles(glyphs: Glyphs, middle: Floats) -> Glyphs:
    size = glyphs.boxes[:, 3] - glyphs.boxes[:, 1]
    seen: dict[tuple[int, int, int], list[tuple[float, float]]] = {}
    keep = np.ones(len(glyphs), np.bool_)
    rows = zip(glyphs.codes.tolist(), middle.tolist(), (0.15 * size).tolist(), strict=True)
    for place, (code, (x, y), near) in enumerate(rows):
        column, row = int(x // 4), int(y // 4)
        around = [(code, column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        if any(abs(x - a) <= near and abs(y - b) <= near
               for key in around for a, b in seen.get(key, ())):
            keep[place] = False
        else:
            seen.setdefault((code, column, row), []).append((x, y))
    return glyphs if keep.all() else glyphs.take(keep)
