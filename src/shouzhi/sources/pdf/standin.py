"""A stand-in for Chinese fonts that a document does not embed and the machine does not have.

Report generators name 宋体 without embedding it.  Where no such font is installed,
PDFium takes its glyphs for empty and leaves some of them out of the text: those
that stand alone (类, 款, 项 over three columns) and those that are turned.  The
stand-in is a font of one box for every character, so that each has a place;
what it stands for comes from the document in any case.
"""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from typing import Any, Final

import pypdfium2

_CHARSETS: Final = frozenset({128, 129, 130, 134, 136})
"""Windows' numbers for the character sets of Japan, Korea, mainland China and Taiwan."""


@cache
def install() -> None:
    """Let PDFium take the stand-in from now on where it finds no other font.

    Fonts that are installed come first.  Does nothing where pypdfium2 is too
    old to be told about fonts.
    """
    base = getattr(pypdfium2, "PdfSysfontBase", None)
    if base is not None:
        type("StandIn", (_StandIn, base), {})().setup()


class _StandIn:
    """The callbacks by which PDFium asks for fonts; `default` is PDFium's own answer."""

    default: Any

    def __init__(self) -> None:
        self.data = _font()
        self.file = ctypes.create_string_buffer(self.data, len(self.data))
        self.mine = ctypes.addressof(self.file)
        super().__init__()

    def MapFont(self, _: object, weight: int, italic: int, charset: int, *rest: object) -> object:  # noqa: N802
        found = self.default.MapFont(self.default, weight, italic, charset, *rest)
        return self.mine if not found and charset in _CHARSETS else found

    def GetFontData(self, _: object, font: int, table: int, buffer: object, size: int) -> int:  # noqa: N802
        if font != self.mine:
            return int(self.default.GetFontData(self.default, font, table, buffer, size))
        return _put(_table(self.data, table) if table else self.data, buffer, size)

    def GetFaceName(self, _: object, font: int, buffer: object, size: int) -> int:  # noqa: N802
        if font != self.mine:
            return int(self.default.GetFaceName(self.default, font, buffer, size))
        return _put(b"StandIn\0", buffer, size)

    def GetFontCharset(self, _: object, font: int) -> int:  # noqa: N802
        return 134 if font == self.mine else int(self.default.GetFontCharset(self.default, font))

    def DeleteFont(self, _: object, font: int) -> None:  # noqa: N802
        if font != self.mine:
            self.default.DeleteFont(self.default, font)


def _put(data: bytes, buffer: Any, size: int) -> int:  # noqa: ANN401 - a pointer from C
    """Write `data` where there is room for it; how much room it needs."""
    if buffer and size >= len(data):
        ctypes.memmove(buffer, data, len(data))
    return len(data)


def _table(font: bytes, tag: int) -> bytes:
    """One table of a font by its four letters as a number; empty when it has none."""
    (count,) = struct.unpack_from(">H", font, 4)
    for k in range(count):
        name, _, start, size = struct.unpack_from(">4I", font, 12 + 16 * k)
        if name == tag:
            return font[start : start + size]
    return b""


def _font() -> bytes:
    """A TrueType font whose every character is a box (after the OpenType specification).

    The box is narrow enough for digits: PDFium widens a glyph's place to its ink.
    """
    box = struct.pack(
        ">5h2H4B8h", 1, 50, -80, 450, 840, 3, 0, 1, 1, 1, 1, 50, 0, 400, 0, -80, 920, 0, -920
    )
    box += bytes(-len(box) % 4)
    every = struct.pack(">2H6I", 13, 0, 28, 0, 1, 0x21, 0x2FFFF, 1)  # format 13: many to one
    tables = {
        b"cmap": struct.pack(">4HI", 0, 1, 3, 10, 12) + every,
        b"glyf": box,
        b"head": struct.pack(
            ">4I2H2Q4h2H3h",
            1 << 16,
            1 << 16,
            0,
            0x5F0F3CF5,
            3,
            1000,
            0,
            0,
            0,
            -120,
            1000,
            880,
            0,
            8,
            2,
            0,
            0,
        ),
        b"hhea": struct.pack(">I3hH11hH", 1 << 16, 880, -120, 0, 1000, 0, 0, 1000, 1, *[0] * 7, 2),
        b"hmtx": struct.pack(">HhHh", 1000, 0, 1000, 0),
        b"loca": struct.pack(">3H", 0, 0, len(box) // 2),
        b"maxp": struct.pack(">I14H", 1 << 16, 2, 4, 1, 0, 0, 1, *[0] * 8),
        b"name": struct.pack(">3H", 0, 0, 6),
        b"post": struct.pack(">2I2h5I", 3 << 16, 0, 0, 0, *[0] * 5),
    }
    body = b""
    directory = struct.pack(">I4H", 1 << 16, len(tables), 128, 3, 16 * len(tables) - 128)
    for tag, table in tables.items():
        directory += struct.pack(">4s3I", tag, 0, 12 + 16 * len(tables) + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return directory + body
