"""What the checks look at: one document with its prose in order, and the findings they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shouzhi.catalogue.checks import CheckRow, check_book
from shouzhi.checks import Finding, Kind, Mark, Severity
from shouzhi.facts import Document
from shouzhi.space import Location
from shouzhi.tables import UNLABELLED, Section, Table


@dataclass(frozen=True, slots=True)
class Spoken:
    """A heading, a paragraph or a note of a table, in reading order.

    `section` is the position of its section (None for notes), `table` that of its table;
    `heading` tells that it is a heading itself.
    """

    text: str
    location: Location
    section: int | None = None
    table: int | None = None
    heading: bool = False


class Subject:
    """One document under check; `number` is its position among those checked together."""

    def __init__(self, document: Document, number: int = 0) -> None:
        self.document = document
        self.number = number

    @cached_property
    def spoken(self) -> tuple[Spoken, ...]:
        """The headings and paragraphs of the prose."""
        found: list[Spoken] = []
        for place, section in enumerate(self.document.sections):
            found.append(Spoken(section.heading, section.location, place, heading=True))
            found.extend(Spoken(p.text, p.location, place) for p in section.paragraphs)
        return tuple(found)

    @cached_property
    def notes(self) -> tuple[Spoken, ...]:
        """The notes of the tables, each at its table."""
        return tuple(
            Spoken(note, table.location, table=place)
            for place, table in enumerate(self.document.tables)
            for note in table.notes
        )

    @property
    def prose(self) -> bool:
        """Whether the document has paragraphs at all, and is not a set of tables."""
        return any(section.paragraphs for section in self.document.sections)

    def section(self, spoken: Spoken) -> Section | None:
        """The section that a piece of prose stands in."""
        return self.document.sections[spoken.section] if spoken.section is not None else None

    def mark(self, spoken: Spoken, text: str) -> Mark:
        """A mark at words of the prose."""
        section = self.section(spoken)
        label = section.heading if section and not spoken.heading else ""
        return Mark(self.number, text, spoken.location, table=spoken.table, label=label)

    def cell(self, table: int, row: int | None = None, column: int | None = None) -> Mark:
        """A mark at a table, a row of it, or a cell."""
        held = self.document.tables[table]
        if row is None:
            return Mark(self.number, held.title, held.location, table=table)
        line = held.rows[row]
        if column is None:
            return Mark(self.number, line.label, line.location, table, row, label=line.label)
        text = line.cells[column] or ""
        place = (line.places[column] if line.places else None) or line.location
        return Mark(self.number, text, place, table, row, column, line.label, place.box)

    def whole(self) -> Mark:
        """A mark at the document as a whole."""
        return Mark(self.number, self.document.title, Location())


def finding(
    check: str,
    subject: Subject,
    marks: Sequence[Mark],
    *,
    severity: Severity | None = None,
    fields: dict[str, str] | None = None,
    authority: str | None = None,
    **more: Any,  # noqa: ANN401 - the other fields of a Finding as they are
) -> Finding:
    """A finding of a check, its message filled in from the catalogue.

    `severity` and `authority` are those of the catalogue unless others are given; the
    message knows `place` and `table` of the first mark besides `fields`.
    """
    row = check_book()[check]
    known = {"place": "", "table": "", **(fields or {})}
    if marks:
        known["place"] = place_words(marks[0].location)
        if marks[0].table is not None:
            known["table"] = table_words(subject.document.tables[marks[0].table])
    return Finding(
        document=subject.document.file,
        check=check,
        kind=_kind(row),
        severity=severity or _severity(row),
        message=row.tell(known),
        where=tuple(marks),
        authority=authority or "；".join(row.authority) or None,
        **more,
    )


def _kind(row: CheckRow) -> Kind:
    return row.kind  # type: ignore[return-value]  # the loader lets no other through


def _severity(row: CheckRow) -> Severity:
    return row.severity  # type: ignore[return-value]  # as above


def place_words(location: Location) -> str:
    """Where a thing stands, in words: 第 12 页, 第 298 行, 工作表“支出”B7."""
    book = check_book()
    if location.page is not None and location.sheet is None:
        return book.say("at-page", page=str(location.page))
    if location.sheet is not None:
        return book.say("at-sheet", sheet=location.sheet, cell=location.cell or "")
    return book.say("at-line", line=str(location.line)) if location.line is not None else ""


def table_words(table: Table) -> str:
    """A table by its number and title: 表五《支出预算总表》."""
    title = check_book().say("table-title", title=table.title) if table.title else ""
    return (table.number or "") + title or check_book().say("untitled")


def row_words(table: Table, row: int) -> str:
    """A row by its label; nothing where it prints none."""
    label = table.rows[row].label
    return "" if label == UNLABELLED else check_book().say("row", label=label)


def column_words(table: Table, column: int) -> str:
    """A column by its heading, with as many of the headings above as tell it from others."""
    path = table.columns[column].heading
    side = table.columns[column].side
    others = [c.heading for i, c in enumerate(table.columns) if i != column and c.side == side]
    for length in range(1, len(path) + 1):
        tail = path[-length:]
        if all(other[-length:] != tail for other in others):
            return "".join(tail) if length == 1 else "·".join(tail)
    return "·".join(path)
