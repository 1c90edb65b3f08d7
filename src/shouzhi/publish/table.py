"""A form filled in: what tabulating gives, footing rounds and the writers print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shouzhi.catalogue.form import Edition, Form, Side, Where


@dataclass(slots=True)
class Figure:
    """One cell that can hold an amount.

    `where` is its place, the year as a number; `amount` the exact amount in 分 (of a rate
    the percentage in hundredths, None where it has no base); `shown` what is printed, in
    the same measure, once the table has been footed; `present` whether the book has
    anything there; `rate` whether it is a percentage; `parts` the numbers of the lines that
    it is the sum of, as the bits of a whole number: figures with the same parts are equal,
    and one whose parts are those of several others, each once, is their sum.
    """

    where: Where
    amount: int | None
    present: bool
    parts: int = 0
    rate: bool = False
    shown: int | None = None


Recorded = tuple[str, int | None, str]
"""The sheet, row and column key of an amount that a record of the book holds itself."""

Cell = Figure | str | None
"""A figure, words, or nothing because the row has no such cell."""


@dataclass(slots=True)
class TableRow:
    """One row of one side.

    `stub` are the texts of the stub columns and `label` the one that names the row; `depth`
    says how far it stands in; `codes` are its account and unit codes by dimension, and its
    line number; `parent` is the index of the row whose part it is; `total` says that it is
    narrowed by nothing.
    """

    label: str
    stub: tuple[str, ...]
    cells: list[Cell]
    depth: int
    where: Where
    codes: Mapping[str, str] = field(default_factory=dict)
    parent: int | None = None
    total: bool = False


@dataclass(slots=True)
class TableSide:
    """A side with its headings filled in; a row is None where its place is kept free.

    `lines` are the numbers of the lines where the form numbers them.
    """

    side: Side
    heading: tuple[str, ...]
    stub: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str, ...], ...]
    rows: list[TableRow | None]
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class TableField:
    """A field of a form that is no table: its label, and words or a figure beside it."""

    label: str
    content: Figure | str


@dataclass(slots=True)
class TableBlock:
    """A part of a form: lines of fields, or sides."""

    lead: str | None
    fields: list[list[TableField]]
    sides: list[TableSide]


@dataclass(slots=True)
class FormTable:
    """A form of an edition filled in for one book (for one project where there is one for each).

    `left` and `right` stand above it; `empty` says that the book has nothing in it;
    `amounts` are the exact amounts of the parts that figures are the sums of, one list for
    all the forms of a document, and `recorded` tells which of them a record of the book holds
    itself, by sheet, row and column.  `owner` is the project of a form that there is one of
    for each.
    """

    form: Form
    edition: Edition
    title: str
    left: str
    right: str
    amount_unit: str
    blocks: list[TableBlock]
    notes: list[str]
    empty: bool
    amounts: list[int]
    recorded: Mapping[Recorded, int] = field(default_factory=dict)
    owner: str = ""

    @property
    def number(self) -> str | None:
        """The number as printed."""
        return self.form.number

    @property
    def name(self) -> str:
        """What contents call it: its title, and its project where there are several alike."""
        return f"{self.title}（{self.owner}）" if self.owner else self.title

    @property
    def sides(self) -> list[TableSide]:
        """All sides of all blocks."""
        return [side for block in self.blocks for side in block.sides]

    def rows(self) -> Iterator[tuple[TableSide, TableRow]]:
        """All rows that are printed, each with its side."""
        for side in self.sides:
            yield from ((side, row) for row in side.rows if row is not None)

    def figures(self) -> Iterator[Figure]:
        """All its figures, in reading order."""
        for block in self.blocks:
            for line in block.fields:
                yield from (f.content for f in line if isinstance(f.content, Figure))
            for side in block.sides:
                for row in filter(None, side.rows):
                    yield from (cell for cell in row.cells if isinstance(cell, Figure))
