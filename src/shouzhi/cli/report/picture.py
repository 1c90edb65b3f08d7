"""Pictures of the rows of PDF pages, with the cells that a finding speaks of outlined.

A picture is a palette of greys and two tints, written as PNG by hand: a row of a page
takes some ten kilobytes, and no library for images is needed.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from pypdfium2 import PdfDocument, PdfiumError, PdfPage

from shouzhi.cli.report.excerpt import excerpts
from shouzhi.cli.report.locate import Finder, Place, place_of
from shouzhi.sources.folder import Entry
from shouzhi.space import Box

Json = dict[str, Any]
Pixels = NDArray[np.uint8]

MOST: Final = 3
"""Pictures of one finding."""
MOST_SPOTS: Final = 40
"""Places of one finding that are outlined."""
HEAD: Final = 60.0
"""Points of a table that are shown where a finding speaks of the whole of it."""
NEAR: Final = 130.0
"""Points between two rows that still share a picture."""
ABOVE: Final = 1.3
"""Heights of a row that are shown above and below it."""
MARGIN: Final = 0.05
"""The share of a page at its left and right that is left out where it is blank."""
PIXELS: Final = 1_100
"""The width of a picture across a whole page."""
MOST_SCALE: Final = 2.2
TALLEST: Final = 420.0
"""Points of a page that one picture shows at most."""

GREYS: Final = 32
YELLOW, RED = 1, 2
_TINTS: Final = ((255, 255, 255), (255, 236, 150), (255, 205, 196))
_LINES: Final = ((255, 255, 255), (214, 150, 0), (206, 32, 32))


@dataclass(frozen=True, slots=True)
class Shot:
    """What one picture shows: a part of a page, with boxes outlined in YELLOW or RED."""

    page: int
    box: Box
    outlines: tuple[tuple[Box, int], ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a picture shows, the box of its row where it is a cell, and its tint."""

    place: Place
    row: Box | None
    tint: int


def spots(finding: Json, view: Json, document: int) -> list[Spot]:
    """The places of a finding in one document: the suspect one in RED, the others in YELLOW."""
    suspect = finding["suspect"]
    marks = [*([suspect["where"]] if suspect else []), *finding["where"]]
    rows = {
        (e.at["table"], number): e.row(number)["location"].get("box")
        for e in excerpts(finding, view)
        if e.at["document"] == document
        for number in e.rows
    }
    found: list[Spot] = []
    for mark in marks:
        place = place_of(mark) if mark["document"] == document else None
        if place is None or any(place == other.place for other in found):
            continue
        row = rows.get((mark["table"], mark["row"]))
        # A row that goes on over the page has its box on the page where it begins.
        whole = _union(tuple(row), place.box) if row and _same_line(row, place.box) else None
        wrong = len(marks) == 1 or (mark is marks[0] and suspect is not None)
        found.append(Spot(place, whole, RED if wrong else YELLOW))
    return found[:MOST_SPOTS]


def shots(finder: Finder, wanted: Sequence[Spot]) -> list[Shot]:
    """The pictures of some places: rows that are near each other share one."""
    found: list[Shot] = []
    for spot in wanted:
        page, boxes = finder.resolve(spot.place)
        if not boxes:  # a table without the words: its head
            left, bottom, right, top = spot.place.box
            boxes, row = [], (left, max(bottom, top - HEAD), right, top)
        else:
            row = spot.row or reduce(_union, boxes)
        outlines = tuple((box, spot.tint) for box in boxes)
        place = next((n for n, shot in enumerate(found) if _near(shot, page, row)), None)
        if place is None:
            found.append(Shot(page, row, outlines))
        else:
            shot = found[place]
            found[place] = Shot(page, _union(shot.box, row), (*shot.outlines, *outlines))
    return found[:MOST]


def _near(shot: Shot, page: int, row: Box) -> bool:
    apart = max(shot.box[1] - row[3], row[1] - shot.box[3], 0.0)
    together = _union(shot.box, row)
    return shot.page == page and apart <= NEAR and together[3] - together[1] <= TALLEST


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _same_line(row: Sequence[float], box: Sequence[float]) -> bool:
    return row[1] < box[3] and box[1] < row[3]


def draw(task: tuple[Entry, Sequence[Sequence[Spot]]]) -> bytes:
    """Draw pictures of a PDF, in a process of its own: for each list of places some data URIs.

    The result is JSON.  A page that PDFium cannot draw gives no picture.
    """
    entry, wanted = task
    with entry.on_disk() as path:
        document = PdfDocument(path)
        try:
            finder = Finder(document)
            drawn = [
                [_uri(data) for shot in shots(finder, each) if (data := _draw(document, shot))]
                for each in wanted
            ]
        finally:
            document.close()
    return orjson.dumps(drawn)


def _uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _draw(document: PdfDocument, shot: Shot) -> bytes | None:
    if not 1 <= shot.page <= len(document):
        return None
    try:
        page = document[shot.page - 1]
    except PdfiumError:
        return None
    try:
        return picture(page, shot)
    finally:
        page.close()


def picture(page: PdfPage, shot: Shot) -> bytes | None:
    """One picture as PNG: the shot with some rows around it, over the width of the page's text."""
    width, height = page.get_size()
    left, bottom, right, top = _with_context(shot, width, height)
    if right - left < 1 or top - bottom < 1:
        return None
    scale = min(MOST_SCALE, PIXELS / (right - left))
    crop = (left, bottom, width - right, height - top)
    bitmap = page.render(scale=scale, crop=crop, grayscale=True, draw_annots=False)
    try:
        grey: Pixels = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy()
    finally:
        bitmap.close()
    indexed = (grey // (256 // GREYS)).astype(np.uint8)
    for box, tint in sorted(shot.outlines, key=lambda outline: outline[1]):
        _outline(indexed, box, tint, (left, top, scale))
    return png(indexed)


def _with_context(shot: Shot, width: float, height: float) -> Box:
    """The box over the width of the page, with about a row above and below it."""
    left, bottom, right, top = shot.box
    around = ABOVE * min(max(top - bottom, 12.0), 24.0)
    return (
        max(0.0, min(left - 8, width * MARGIN)),
        max(0.0, bottom - around),
        min(width, max(right + 8, width * (1 - MARGIN))),
        min(height, top + around),
    )


def _outline(indexed: Pixels, box: Box, tint: int, view: tuple[float, float, float]) -> None:
    """Tint a box and draw a line of three pixels around it."""
    left, top, scale = view
    x0, x1 = (int((x - left) * scale) for x in (box[0], box[2]))
    y0, y1 = (int((top - y) * scale) for y in (box[3], box[1]))
    inner = indexed[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
    inner %= GREYS
    inner += GREYS * tint
    line = 3 * GREYS + tint
    for y in (y0, y1):
        indexed[max(0, y - 1) : max(0, y + 2), max(0, x0 - 1) : max(0, x1 + 2)] = line
    for x in (x0, x1):
        indexed[max(0, y0 - 1) : max(0, y1 + 2), max(0, x - 1) : max(0, x + 2)] = line


def png(indexed: Pixels) -> bytes:
    """Indexes into the palette as a PNG file (RFC 2083: IHDR, PLTE, IDAT, IEND)."""
    height, width = indexed.shape
    raw = np.zeros((height, width + 1), np.uint8)  # each line begins with its filter: none
    raw[:, 1:] = indexed
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", _palette()),
        (b"IDAT", zlib.compress(raw.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def _palette() -> bytes:
    """The greys, plain and in each tint, then the colours of the lines."""
    greys = np.linspace(0, 1, GREYS)
    tinted = [np.outer(greys, tint) for tint in _TINTS]
    colours = np.concatenate([*tinted, np.array(_LINES, float)])
    return colours.round().astype(np.uint8).tobytes()
