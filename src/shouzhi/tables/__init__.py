"""Pages become tables: title, columns with their headings, rows with their labels.

`read_tables` is the whole of it.  The rooms inside, in the order in which they work:
`stream` (text dumps back into grids), `captions` (title, number, unit, notes),
`header` (heading tree, with `headings` for what it means, `roles` for what each column is
for, `sides` for the halves), `body` (rows, with `codes`), `form` (fields and several heads),
`assemble` with `joining` (tables in order, continuation pages), `outline` (sections of the prose,
without the `page_numbers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shouzhi.space import Coordinates, How, Location

FIELD = "字段"
"""The name under which the row of a field and its value keeps the words of the field."""
UNHEADED = "(无栏目)"
"""The heading of a column of amounts that prints none."""
UNLABELLED = "(无行标题)"
"""The label of a row that prints none, such as the one row of a “三公” table."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of amounts: its headings from the top down and what they mean.

    `side` is the heading of the half it belongs to in a two-sided table;
    `number` the printed column number or formula (`10=11+15`); `rate` the two
    stages whose ratio the column prints; `known` whether the lexicon knew every word.
    """

    heading: tuple[str, ...]
    where: Coordinates = Coordinates()
    side: str | None = None
    number: str | None = None
    rate: tuple[str, str] | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or one side of a printed row in a two-sided table.

    `cells` holds the amounts exactly as printed, one for each column of the table
    (None where empty or on another side); `places` where each of them stands.
    `codes` maps function, economic, unit or line to the printed code; `path` are
    the labels of the groups that enclose the row in a grouped stub; `level` its depth
    by indentation or ordinal; `placed` that arithmetic chose the columns.
    """

    label: str
    codes: Mapping[str, str]
    side: str | None
    cells: tuple[str | None, ...]
    texts: Mapping[str, str]
    location: Location
    where: Coordinates = Coordinates()
    path: tuple[str, ...] = ()
    level: int = 0
    places: tuple[Location | None, ...] = ()
    placed: bool = False


@dataclass(slots=True)
class Table:
    """A table of the document, its continuation pages merged.

    `number` is as printed without blanks (表5, 公开01表), None for a table inside
    the prose; `amount_unit` is 元 or 万元 (None if nowhere said); `how` what its
    columns were read from; `stub` the headings of its labels; `remarks` say what does not fit or was not known.
    """

    number: str | None
    title: str
    amount_unit: str | None
    pages: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: list[Row]
    notes: list[str]
    how: How
    where: Coordinates = Coordinates()
    department: str | None = None
    stub: str = ""
    location: Location = Location()
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the outline: its heading, depth (0 for 第一部分), and its paragraphs."""

    heading: str
    level: int
    location: Location
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of prose, its wrapped lines joined, at the place where it begins."""

    text: str
    location: Location


@dataclass(slots=True)
class Reading:
    """What the tables room gives: tables and sections in reading order, title lines first.

    `contents` are the entries of the table of contents, one a paragraph.
    """

    tables: list[Table]
    sections: list[Section]
    front: list[str]
    contents: list[Paragraph] = field(default_factory=list)
