"""One open page becomes a Page: its grids among its lines, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter

from shouzhi.sources import Cell, Grid, Line, Page
from shouzhi.sources.making import made
from shouzhi.sources.pdf.alignment import Row, aligned
from shouzhi.sources.pdf.frame import Frame, frame_of
from shouzhi.sources.pdf.glyphs import NO_TEXT, PageText, printed, read_glyphs
from shouzhi.sources.pdf.lattice import lattices
from shouzhi.sources.pdf.lines import Piece, joined, lines, pieces
from shouzhi.sources.pdf.partial import Table, table_of
from shouzhi.sources.pdf.pdfium import Handle
from shouzhi.sources.pdf.ruled import continued, ruled
from shouzhi.sources.pdf.rules import NO_STROKES, Rules, Strokes, read_strokes, rules_of
from shouzhi.space import Box, Location

Block = Line | Grid


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken from a page of the file before it was closed; nothing of a damaged page."""

    number: int
    text: PageText = NO_TEXT
    strokes: Strokes = NO_STROKES

    @property
    def is_picture(self) -> bool:
        """Whether pictures stand in for text."""
        return not len(self.text.glyphs) and bool(self.strokes.pictures)


def take(handle: Handle, number: int) -> Taken:
    """Take the glyphs and strokes of an open page."""
    text = read_glyphs(handle, frame_of(handle))
    return Taken(number, text, read_strokes(handle, text.frame))


def page_of(taken: Taken) -> tuple[Page, list[str]]:
    """The page with its grids and lines in reading order, and warnings."""
    if taken.text is NO_TEXT:
        return Page(taken.number, ()), [f"第{taken.number}页已损坏，未读出内容"]
    rules = rules_of(taken.strokes)
    blocks = _blocks(taken, rules) if len(taken.text.glyphs) else []
    width, height = taken.text.frame.seen
    page = Page(taken.number, tuple(blocks), width, height)
    return page, _warnings(taken.text, rules, taken.number)


def _blocks(taken: Taken, rules: Rules) -> list[Block]:
    number, frame = taken.number, taken.text.frame
    found, free = lattices(rules)
    tables, outside = ruled(found, printed(taken.text), frame.read[1])
    rows = lines(pieces(outside))
    tables, rows = continued(tables, rows)
    more, rows = aligned(rows, [(y, a, b) for y, a, b in free.tolist()])
    tables += map(table_of, more)
    placed: list[tuple[float, float, Block]] = [
        (-table.bounds[0], table.edges[0], _grid(table, number, frame)) for table in tables
    ]
    placed += [
        (-row[0].middle, row[0].left, line)
        for row, line in zip(rows, _lines(rows, number, frame), strict=True)
    ]
    placed.sort(key=itemgetter(0, 1))
    return [block for _, _, block in placed]


def _lines(rows: list[Row], number: int, frame: Frame) -> list[Line]:
    places = _places(number, [_hull(row) for row in rows], frame)
    sizes = [row[0].size if len(row) == 1 else max(row, key=_length).size for row in rows]
    return made(Line, len(rows), text=map(joined, rows), location=places, size=sizes)


def _length(piece: Piece) -> int:
    return len(piece.text)


def _hull(row: Row) -> Box:
    first = row[0]
    if len(row) == 1:
        return first.left, first.bottom, first.right, first.top
    bottom, top = min(p.bottom for p in row), max(p.top for p in row)
    return first.left, bottom, max(p.right for p in row), top


def _grid(table: Table, number: int, frame: Frame) -> Grid:
    xs, ys = table.edges, table.bounds
    boxes = [(xs[c], ys[r + h], xs[c + w], ys[r]) for r, c, h, w in table.spans]
    count = len(table.spans)
    places = _places(number, boxes, frame)
    rows, columns, heights, widths = zip(*table.spans, strict=True)
    cells = made(
        Cell,
        count,
        row=rows,
        column=columns,
        rows=heights,
        columns=widths,
        text=table.texts,
        location=places,
    )
    whole = Location(page=number, box=frame.as_seen((xs[0], ys[-1], xs[-1], ys[0])))
    return Grid(len(ys) - 1, len(xs) - 1, tuple(cells), table.how, whole, tuple(xs))


def _places(number: int, boxes: Sequence[Box], frame: Frame) -> list[Location]:
    seen = map(frame.as_seen, boxes) if frame.more else boxes
    page, nothing = repeat(number), repeat(None)
    return made(
        Location, len(boxes), page=page, line=nothing, sheet=nothing, cell=nothing, box=seen
    )


def _warnings(text: PageText, rules: Rules, number: int) -> list[str]:
    found = []
    if text.unknown:
        found.append(
            f"第{number}页有{text.unknown}个字形没有对应的文字，以“\ufffd”代替，请对照原件"
        )
    if text.slanted:
        found.append(f"第{number}页有斜排文字（可能是水印），未计入正文：{text.slanted[:40]}")
    if text.cut or rules.cut:
        found.append(f"第{number}页内容过多，只读了一部分，请对照原件")
    return found
