"""A file becomes pages: lines of text and grids of cells, each with its place.

Every kind of source (PDF, Word, Excel, web page, text) gives the same thing, a
`Source` of `Page`s in reading order, so that no later room knows what kind of file it
reads.  Adding a kind is adding a module with a `read(path) -> Source` and a line in
`KINDS`.  A file that cannot be used raises `Unreadable`, which says why and
what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shouzhi.space import How, Location


class Unreadable(Exception):
    """A file that cannot be used: `cause` in one clause, `remedy` in another."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause}；{remedy}")
        self.cause = cause
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[Unreadable], tuple[str, str]]:
        return Unreadable, (self.cause, self.remedy)  # it must come back whole from other processes


@dataclass(frozen=True, slots=True)
class Line:
    """One line of running text, outside every grid.

    `text` keeps the blanks of the source (they carry columns in text dumps);
    `size` is the height of its characters in points where the source has one.
    """

    text: str
    location: Location
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    r"""One cell of a grid: its upper left place, how far it spans, and its text.

    `text` is joined over the lines of the cell with `\n` between them, as the
    source breaks it; later rooms re-join wrapped words.  `line` of the location is
    set for text, `cell` for workbooks, `box` for pages with positions.
    """

    row: int
    column: int
    rows: int
    columns: int
    text: str
    location: Location


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled or aligned table as it stands on one page: `height` rows by `width` columns.

    Every place of the grid is covered by exactly one cell unless the source
    leaves holes.  `how` tells what the columns were read from: rulings, cells
    (Word, Excel, HTML), tabs, or alignment.  `edges` are the left edges of the
    columns and the right edge of the last, in points, where there are positions.
    """

    height: int
    width: int
    cells: tuple[Cell, ...]
    how: How
    location: Location
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page (or sheet, or the whole of a document without pages) in reading order."""

    number: int
    blocks: tuple[Line | Grid, ...]
    width: float | None = None
    height: float | None = None
    sheet: str | None = None


@dataclass(slots=True)
class Source:
    """A file as pages.  `kind` is pdf, docx, doc, xlsx, xls, ods, html or text
    (doc also stands for rtf and odt).

    `warnings` collects what the reader noticed and could not mend (glyphs
    without a character, a page without text), each a sentence with its place.
    """

    name: str
    kind: str
    pages: list[Page]
    warnings: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[tuple[Page, Line | Grid]]:
        """All blocks with their page, in reading order."""
        for page in self.pages:
            for block in page.blocks:
                yield page, block
