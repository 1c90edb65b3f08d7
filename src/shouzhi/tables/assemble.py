"""Grids and the lines around them become tables, continuation pages merged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, strip_ordinal, tidy
from shouzhi.sources import Cell, Grid, Line
from shouzhi.space import Coordinates
from shouzhi.tables import Column, Row, Table
from shouzhi.tables.body import Shape, code_kind, read_rows
from shouzhi.tables.captions import (
    Caption,
    amount_unit,
    department,
    is_furniture,
    number_of,
    read_caption,
    read_notes,
)
from shouzhi.tables.form import is_form, read_form
from shouzhi.tables.header import Head, columns, is_known, named_by, read_head, read_unknown_head
from shouzhi.tables.headings import heading_text
from shouzhi.tables.joining import join, repeated
from shouzhi.tables.matrix import Matrix, fits, is_amount, matrix, widen
from shouzhi.tables.shifts import settle

MOST_CAPTION_ROWS: Final = 4
LONGEST_BARE_TITLE: Final = 16


@dataclass(slots=True)
class Chunk:
    """One grid with the lines above it that are neither caption nor note (`prose`)."""

    matrix: Matrix
    grid: Grid
    caption: Caption
    prose: list[Line]
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A table in the making: its chunks, page after page."""

    chunks: list[Chunk]
    heading: str | None = None

    @property
    def title(self) -> str | None:
        """Its own title, else that of what it stands under."""
        return self.first.caption.title or self.heading

    @property
    def first(self) -> Chunk:
        """The chunk that the table begins with."""
        return self.chunks[0]

    @property
    def last(self) -> Chunk:
        """The chunk that the table has come to."""
        return self.chunks[-1]


def assemble(
    blocks: Iterable[Line | Grid], headings: HeadingTracker
) -> tuple[list[Table], list[Line]]:
    """Tables in reading order, and the lines that belong to none of them."""
    drafts: list[Draft] = []
    prose: list[Line] = []
    pending: list[Line] = []
    for block in blocks:
        if isinstance(block, Line):
            pending.append(block)
            continue
        chunk, left = _chunk(block, pending, drafts)
        for line in left:
            headings.see(line.text)
        prose.extend(left)
        pending = []
        if chunk is None:
            continue
        if drafts and _continues(drafts[-1], chunk):
            drafts[-1].chunks.append(chunk)
        else:
            above = drafts[-1].title if drafts and not chunk.prose else headings.current
            drafts.append(Draft([chunk], above))
    if drafts:
        notes, taken = read_notes(pending)
        drafts[-1].last.notes.extend(notes)
        pending = pending[taken:]
    prose.extend(pending)
    tables = [_table(draft) for draft in drafts]
    return [table for table in tables if table is not None], prose


class HeadingTracker:
    """Remembers the last heading of the prose, which names a table that prints no title."""

    _heading: Final = re.compile(r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|第.部分)")

    def __init__(self) -> None:
        self.current: str | None = None

    def see(self, text: str) -> None:
        """Take notice of one line of prose."""
        plain = tidy(text)
        if self._heading.match(plain) and len(plain) <= 40 and plain[-1] not in "。；，":
            bare = strip_ordinal(plain)[1]
            self.current = re.sub(r"(?:情况)?说明$", "情况", bare) if bare else plain


def _chunk(
    grid: Grid, pending: Sequence[Line], drafts: Sequence[Draft]
) -> tuple[Chunk | None, list[Line]]:
    """The grid with its caption; the notes above it go to the table before."""
    lines = list(pending)
    notes: list[str] = []
    if drafts:
        notes, taken = read_notes(lines)
        drafts[-1].last.notes.extend(notes)
        lines = lines[taken:]
    table, lines = _with_top_heading(matrix(grid), lines)
    inner, skipped = _caption_rows(table)
    caption = read_caption([*lines, *inner])
    if inner and len(lines) + len(inner) - 1 not in caption.used:
        skipped = 0  # no caption after all, but labels without amounts at the top of a page
    left = [
        line
        for index, line in enumerate(lines)
        if index not in caption.used and line.text.strip() and not is_furniture(line.text)
    ]
    caption, left = _bare_title(caption, left)
    body = table.slice(skipped)
    if not any(cell and cell.text.strip() for row in body.owner for cell in row):
        return None, left
    return Chunk(body, grid, caption, left), left


def _with_top_heading(table: Matrix, lines: list[Line]) -> tuple[Matrix, list[Line]]:
    """The grid with the heading as wide as itself that a reader took for a line above it."""
    if not lines or not is_known(lines[-1].text, lexicon()) or read_caption(lines).title:
        return table, lines
    if read_caption(lines[:-1]).title is None:
        return table, lines
    top = Cell(0, 0, 1, table.width, lines[-1].text, lines[-1].location)
    return Matrix([[top] * table.width, *table.owner], table.width, table.edges), lines[:-1]


def _bare_title(caption: Caption, left: list[Line]) -> tuple[Caption, list[Line]]:
    """A short line right above a grid names it, even where it does not end as titles do."""
    if caption.title is not None or not left:
        return caption, left
    text = heading_text(tidy(left[-1].text))
    if len(text) > LONGEST_BARE_TITLE or re.search(r"[。；，：:;,\d]", text):
        return caption, left
    return replace(caption, title=strip_ordinal(text)[1] or text), left[:-1]


def _caption_rows(table: Matrix) -> tuple[list[Line], int]:
    """The leading rows of a grid that are its caption (workbooks and web pages have them)."""
    lines: list[Line] = []
    for row in range(min(MOST_CAPTION_ROWS, table.height - 1)):
        cells = table.starts(row)
        if not cells:
            if lines:
                continue
            break
        text = "    ".join(tidy(cell.text) for cell in cells)
        alone = len(cells) == 1 and (table.width > 1) and not is_amount(text)
        heads = sum(lexicon().is_pure_heading(cell.text) for cell in cells) > 1
        captionlike = not heads and bool(
            amount_unit(text) or department(text) or number_of(text)
        )
        whole = alone and (cells[0].columns == table.width or cells[0].columns == 1)
        if not (captionlike or (whole and not is_known(text, lexicon()))):
            return lines, row
        lines.append(Line(text, cells[0].location))
    return lines, len(lines)


def _continues(draft: Draft, chunk: Chunk) -> bool:
    """Whether a grid goes on with the table before it."""
    caption, first = chunk.caption, draft.first.caption
    if caption.title is not None:
        same = fold(caption.title) == fold(first.title or "")
        other = caption.number and first.number and caption.number != first.number
        return same and not other and not _restarts(draft, chunk) and _compatible(draft, chunk)
    if caption.number is not None and caption.number != first.number:
        return False
    if chunk.prose or draft.last.notes or not _compatible(draft, chunk):
        return False
    head, before = read_head(chunk.matrix), _draft_head(draft)
    if head is None or before is None or (len(draft.chunks) == 1 and _header_only(draft)):
        return True
    return head.key() == before.key()


def _restarts(draft: Draft, chunk: Chunk) -> bool:
    """Whether a grid under the same title is another table: of another body, or a form begun anew."""
    ours, theirs = draft.first.caption.department, chunk.caption.department
    if ours and theirs and fold(ours) != fold(theirs):
        return True
    first, again = draft.first.matrix.starts(0), chunk.matrix.starts(0)
    if not (first and again) or fold(first[0].text) != fold(again[0].text):
        return False
    return is_form(draft.first.matrix) and is_form(chunk.matrix)


def _compatible(draft: Draft, chunk: Chunk) -> bool:
    """Whether the columns of a grid can be laid over those of the table before it."""
    before = draft.last.matrix
    if before.width == chunk.matrix.width:
        return True
    return fits(chunk.matrix.edges, _widest(draft)) or fits(_widest(draft), chunk.matrix.edges)


def _widest(draft: Draft) -> tuple[float, ...]:
    return max((chunk.matrix.edges for chunk in draft.chunks), key=len)


def _draft_head(draft: Draft) -> Head | None:
    return read_head(draft.first.matrix)


def _header_only(draft: Draft) -> bool:
    """Whether the first page of a table is all head, the body being on the next page."""
    head = _draft_head(draft)
    return head is not None and head.height == draft.first.matrix.height


def _stack(draft: Draft) -> tuple[Matrix, list[Matrix]]:
    """The first matrix (with its head whole) and the bodies that follow, equally wide."""
    edges = _widest(draft)
    pieces = [
        widen(chunk.matrix, edges)
        if chunk.matrix.width != len(edges) - 1 and fits(chunk.matrix.edges, edges)
        else chunk.matrix
        for chunk in draft.chunks
    ]
    first, rest = pieces[0], pieces[1:]
    if rest and _header_only(draft) and first.width == rest[0].width:
        first = Matrix([*first.owner, *rest[0].owner], first.width, first.edges)
        rest = rest[1:]
    return first, rest


def _table(draft: Draft) -> Table | None:
    """Build the table of a draft; None when it prints nothing that is a table."""
    first, rest = _stack(draft)
    title = draft.title or ""
    remarks: list[str] = []
    stub = ""
    if is_form(first):
        whole = Matrix([line for p in (first, *rest) if p.width == first.width for line in p.owner],
                       first.width)
        cols, rows, notes = read_form(whole, title)
        unit = _heading_unit([word for column in cols for word in column.heading])
        unit = unit or _heading_unit([c.text for row in range(whole.height) for c in whole.starts(row)])
    else:
        head = read_head(first) or read_unknown_head(first)
        if head is None:
            return None
        head = named_by(head, rest[-1] if rest and rest[-1].width == first.width else first)
        cols = columns(head)
        lost = draft.first.grid.how == "tabs"
        stub = "".join(dict.fromkeys(w for s in head.slots if s.role == "name" for w in s.path))
        rows, notes = _rows(first, rest, head, title, remarks)
        rows = list(settle(rows, cols)) if lost else rows
        unit = _heading_unit([word for slot in head.slots for word in slot.path])
    for chunk in draft.chunks:
        notes.extend(note for note in chunk.notes if note not in notes)
    remarks.extend(f"未识别的栏目：{'/'.join(c.heading)}" for c in cols if not c.known)
    table = _finish(draft, title, cols, rows, notes, unit)
    table.stub, table.remarks = stub, remarks
    return table


def _rows(
    first: Matrix, rest: Sequence[Matrix], head: Head, title: str, remarks: list[str]
) -> tuple[list[Row], list[str]]:
    """The rows of a plain table and its continuation pages, and the notes inside it."""
    shape = Shape(head, code_kind(head, title))
    groups: dict[int, str] = {}
    rows, notes = read_rows(first.slice(head.height), shape, groups)
    for piece in rest:
        if piece.width != first.width:
            remarks.append(f"续页有{piece.width}列，表头有{first.width}列")
            continue
        more, inner = read_rows(piece.slice(repeated(piece, head)), shape, groups)
        join(rows, more)
        notes.extend(inner)
    return rows, notes


def _finish(
    draft: Draft,
    title: str,
    cols: tuple[Column, ...],
    rows: list[Row],
    notes: list[str],
    unit: str | None,
) -> Table:
    """Put the table together with what its captions say."""
    captions = [chunk.caption for chunk in draft.chunks]
    year = next((c.year for c in captions if c.year), None)
    pages = {c.grid.location.page for c in draft.chunks if c.grid.location.page}
    return Table(
        number=next((c.number for c in captions if c.number), None),
        title=title,
        amount_unit=next((c.amount_unit for c in captions if c.amount_unit), unit),
        pages=tuple(sorted(pages)),
        columns=cols,
        rows=rows,
        notes=notes,
        how=draft.first.grid.how,
        where=Coordinates({"year": year} if year else {}) | lexicon().title(title),
        department=next((c.department for c in captions if c.department), None),
        location=draft.first.grid.location,
    )


def _heading_unit(words: Sequence[str]) -> str | None:
    """The unit of amount that a heading names in brackets, if one does."""
    for word in words:
        match = re.search(r"[（(](百万元|千元|万元|亿元|元)[)）]\s*[:：]?\s*$", word)
        if unit := amount_unit(word) or (match.group(1) if match else None):
            return unit
    return None
