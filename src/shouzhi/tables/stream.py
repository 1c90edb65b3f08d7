"""Text dumps back into grids: runs of lines that are really a table become one.

`weave` finds the heads of tables among the lines, reads the body below each, and leaves
titles, captions, notes and prose as lines.  What makes a head is in `stream_heads` and
`stream_tree`, what the columns hold in `stream_columns`, how the body is read in
`stream_rows`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.sources import Grid, Line
from shouzhi.tables.stream_columns import Stub, stub_of
from shouzhi.tables.stream_grid import Head, grid_of
from shouzhi.tables.stream_heads import Heading, HeadStream, find_heads
from shouzhi.tables.stream_pieces import (
    Piece,
    Style,
    is_amount,
    is_number,
    numbering_word,
    pieces_of,
    style_of,
    whole_amounts,
)
from shouzhi.tables.stream_row import BodyRow
from shouzhi.tables.stream_rows import Body
from shouzhi.tables.stream_sides import side_hints
from shouzhi.tables.stream_sorts import Sort, sorts_of
from shouzhi.tables.stream_tree import Count, Tree, stream_tree

LONGEST_RUN: Final = 400
"""Lines of words before amounts; of a longer run only the end can be a head."""
MOST_PIECES: Final = 3000
"""Words in such lines; more are no head."""
LOOK_AHEAD: Final = 80
"""Lines below a head that are looked at to tell how many amounts a row has."""

_STOPS: Final = frozenset({"caption", "title", "note", "part"})
_SECTION: Final = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|第.部分)"
)
SHORT_ROW: Final = 40
"""Characters; a last row without an amount is a row of the table only if it is as short."""


def weave(blocks: Sequence[Line | Grid]) -> list[Line | Grid]:
    """The blocks of a text with every dumped table turned into grids, one a page chunk.

    Lines that are no part of a table come back as they are, lines of blanks alone are
    dropped.  `how` of the grids is text, or arithmetic where sums placed amounts whose
    empty neighbours the dump does not print.
    """
    style = style_of([block for block in blocks if isinstance(block, Line)])
    woven: list[Line | Grid] = []
    run: list[Line] = []
    for block in blocks:
        if isinstance(block, Line):
            run.append(block)
            continue
        woven.extend(_weave_lines(run, style))
        run = []
        woven.append(block)
    woven.extend(_weave_lines(run, style))
    return woven


@dataclass(frozen=True, slots=True)
class _Found:
    """A head among the lines: lines `first` up to `last`, the numbering row included."""

    streams: tuple[HeadStream, ...]
    pieces: tuple[Piece, ...]
    first: int
    last: int
    numbering: tuple[Piece, ...]


def _weave_lines(lines: Sequence[Line], style: Style) -> list[Line | Grid]:
    """The same for lines that follow each other without a grid between them."""
    sorts = sorts_of(lines, style)
    heads = _heads(lines, sorts, style)
    woven: list[Line | Grid] = []
    at = 0
    for order, found in enumerate(heads):
        if found.first < at:
            continue
        after = heads[order + 1].first if order + 1 < len(heads) else len(lines)
        stop = _stop(lines, sorts, found.last, after)
        body = [k for k in range(found.last, stop) if sorts[k] != "page"]
        made = _table(lines, found, body, style)
        if made is None:
            continue
        grid, used = made
        woven.extend(_kept(lines[at : found.first]))
        woven.append(grid)
        woven.extend(_kept([lines[k] for k in range(found.last, stop) if k not in used]))
        at = stop
    woven.extend(_kept(lines[at:]))
    return woven


def _kept(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.text.strip()]


# -- heads ---------------------------------------------------------------------------------


def _heads(lines: Sequence[Line], sorts: Sequence[Sort], style: Style) -> list[_Found]:
    """The heads among the lines, in order."""
    found: list[_Found] = []
    start: int | None = None
    for index in range(len(lines) + 1):
        sort = sorts[index] if index < len(lines) else "part"
        if sort == "words":
            start = index if start is None else start
            continue
        if sort == "blank" and start is not None:
            continue
        if start is not None:
            begin = max(start, index - LONGEST_RUN)
            head = _head(lines, range(begin, index), style, numbered=sort == "numbering")
            if head is not None:
                found.append(head)
        start = None
    return found


def _head(lines: Sequence[Line], run: range, style: Style, *, numbered: bool) -> _Found | None:
    """The head that a run of lines of words ends with, or holds."""
    pieces = pieces_of(lines, run)
    if len(pieces) > MOST_PIECES:
        return None
    streams = find_heads(pieces, style, to_end=numbered)
    if not streams or sum(h.known for h in streams[0].headings) < (1 if numbered else 2):
        return None
    streams = [_without_block(stream) for stream in streams]
    best = streams[0]
    numbering: list[Piece] = []
    last = pieces[best.last - 1].line + 1
    if numbered:
        numbering = pieces_of(lines, [run.stop])
        last = run.stop + 1
    return _Found(tuple(streams), tuple(pieces), pieces[best.first].line, last, tuple(numbering))


def _without_block(stream: HeadStream) -> HeadStream:
    """A head without the name of its block (绩效指标) that stands alone above one line of headings."""
    first, *others = stream.headings
    lines = {heading.location for heading in others}
    if len(others) < 3 or len(lines) > 1 or first.location in lines or lexicon().roles(first.text):
        return stream
    return replace(stream, headings=tuple(others), first=stream.first + first.pieces)


def _stop(lines: Sequence[Line], sorts: Sequence[Sort], first: int, after: int) -> int:
    """Where the body below a head ends: at a caption, a note, a new part or the next head."""
    for index in range(first, after):
        if sorts[index] in _STOPS:
            return index
    if after == len(lines):
        return after
    block = [index for index in range(first, after) if sorts[index] != "blank"]
    if block and _names_block(lines, block[-1]):
        return block[-1]
    return after


def _names_block(lines: Sequence[Line], index: int) -> bool:
    """Whether the line right above a head is the name of its block, not the end of a row."""
    text = lines[index].text.strip()
    above = lines[index - 1].location.line or 0 if index else 0
    here = lines[index].location.line or 0
    apart = here - above > 1
    return apart and 3 <= len(text) <= 20 and not re.search(r"[\s。，；：:、\d]", text)


# -- bodies --------------------------------------------------------------------------------


def _table(
    lines: Sequence[Line], found: _Found, body: Sequence[int], style: Style
) -> tuple[Grid, frozenset[int]] | None:
    """The grid below a head and the lines of its body; None where there is no table after all."""
    pieces = whole_amounts(pieces_of(lines, body))
    chosen = _choose(found, pieces, style)
    if chosen is None:
        return None
    head, stub = chosen
    if not stub.measures:
        pieces = _before_section(pieces)
    hints = side_hints(pieces, stub, head.paths()) if _hinted(stub, style) else {}
    rows = _trim(Body(pieces, stub, style, hints).settle(), stub, style)
    if not rows and not found.numbering and len(head.headings) < 3:
        return None
    used = frozenset(p.line for row in rows for cell in row.cells.values() for p in cell)
    return grid_of(head, stub, rows, style), used


def _before_section(pieces: list[Piece]) -> list[Piece]:
    """Of a list without amounts, the pieces above the next numbered heading of the prose."""
    for index, piece in enumerate(pieces):
        if index and piece.starts and _SECTION.match(piece.text):
            return pieces[:index]
    return pieces


def _hinted(stub: Stub, style: Style) -> bool:
    return stub.two_sided and not style.marked


def _choose(found: _Found, pieces: Sequence[Piece], style: Style) -> tuple[Head, Stub] | None:
    """The reading of the head that fits the body best."""
    count = _count(found, pieces)
    best: tuple[float, Head, Stub] | None = None
    for order, stream in enumerate(found.streams):
        for tree in _trees(stream.headings, count, style):
            head = Head(stream.headings, tree, found.numbering)
            stub = stub_of(head.paths(), None if style.marked else count.measures)
            if not _is_table(stub, numbered=bool(found.numbering)):
                continue
            score = tree.score + stream.score - order
            if count.columns is None and style.marked:
                score -= Body(pieces[:LOOK_AHEAD], stub, style).cost()
            if best is None or score > best[0]:
                best = (score, head, stub)
    return best[1:] if best else None


def _count(found: _Found, pieces: Sequence[Piece]) -> Count:
    """What the column numbers and the rows tell of the number of columns."""
    word = numbering_word(found.numbering)
    if found.numbering and not word:
        return Count(columns=len(found.numbering))
    counted = sum(piece.text[:1].isdigit() for piece in found.numbering[word:])
    if counted:
        return Count(measures=counted, exact=True)
    return Count(measures=_amounts_in_a_row(pieces))


def _trees(headings: Sequence[Heading], count: Count, style: Style) -> list[Tree]:
    """The trees that are worth a try: of every width where blanks tell the width of rows."""
    texts = [heading.text for heading in headings]
    beside = [False, *(a.location == b.location for a, b in pairwise(headings))]
    counts = [count]
    if style.marked and count.columns is None and not count.exact:
        counts = [Count(columns=n) for n in range(max(2, len(texts) - 5), len(texts) + 1)]
    trees = [stream_tree(texts, beside, one) for one in counts]
    return [tree for tree in trees if tree is not None]


def _amounts_in_a_row(pieces: Sequence[Piece]) -> int | None:
    """The most amounts that a line prints; None where no line prints any."""
    counts: dict[int, int] = {}
    for piece in pieces:
        if is_number(piece.text):
            counts[piece.line] = counts.get(piece.line, 0) + is_amount(piece.text)
    most = max(counts.values(), default=0)
    return most or (1 if counts else None)


def _is_table(stub: Stub, *, numbered: bool) -> bool:
    """Whether columns make a table: something that names rows, and something said of them."""
    named = any(k in {"name", "code", "unit_code", "ordinal", "first"} for k in stub.kinds)
    told = any(k in {"measure", "text", "value"} for k in stub.kinds)
    return len(stub.kinds) >= 2 and told and (named or numbered)


def _trim(rows: list[BodyRow], stub: Stub, style: Style) -> list[BodyRow]:
    """The rows without the prose that follows the table."""
    measures = set(stub.measures)
    if not measures:
        return _listed(rows, stub)
    last = max((k for k, row in enumerate(rows) if measures & row.cells.keys()), default=-1)
    kept = rows[: last + 1]
    for row in rows[last + 1 :]:
        pieces = [piece for cell in row.cells.values() for piece in cell]
        words = sum(len(piece.text) for piece in pieces)
        exact = style.marked and row.short < 1
        if not exact and (stub.kinds.count("text") < 2 or words > SHORT_ROW):
            break
        kept.append(row)
    if kept:
        _cut_prose(kept[-1], stub)
    return kept


def _listed(rows: Sequence[BodyRow], stub: Stub) -> list[BodyRow]:
    """Of a table of words, the rows up to the first that leaves most of its columns empty."""
    kept: list[BodyRow] = []
    for row in rows:
        whole = len(row.cells) * 2 > len(stub.kinds) or "first" in stub.kinds
        if not whole or ("ordinal" in stub.kinds and stub.kinds.index("ordinal") not in row.cells):
            break
        kept.append(row)
    if kept:
        _cut_prose(kept[-1], stub)
    return kept


def _cut_prose(row: BodyRow, stub: Stub) -> None:
    """Cut the next section of the prose off the last text of a table."""
    last = max(row.cells)
    if stub.kinds[last] != "text":
        return
    cell = row.cells[last]
    for index in range(1, len(cell)):
        ended = cell[index - 1].text[-1] in "。；" or stub.kinds.count("measure") == 0
        if cell[index].starts and ended and _SECTION.match(cell[index].text.strip()):
            del cell[index:]
            return
