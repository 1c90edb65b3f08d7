"""A book as it was written down, before anything is made of it: cells of text with their places.

A folder of CSV files and a workbook both become a `RawBook`, and either is written from
one; so nothing that reads or checks a book knows which of the two it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shouzhi.catalogue.told import Told, term


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: a file or worksheet, a row from 1, and the heading of a column.

    `unit` is the name of the unit whose sheet it is, where several units' are read as one.
    """

    sheet: str
    row: int | None = None
    column: str | None = None
    unit: str | None = None

    def __str__(self) -> str:
        return self.told

    @property
    def told(self) -> Told:
        """The place in words."""
        row = Told(" 第 {row} 行", row=self.row) if self.row else ""
        column = Told("“{column}”", column=self.column) if self.column else ""
        where = Told("{sheet}{row}{column}", sheet=self.sheet, row=row, column=column)
        return Told("{unit} · {where}", unit=self.unit, where=where) if self.unit else where

    def at(self, column: str) -> Spot:
        """The same row at a column."""
        return Spot(self.sheet, self.row, column, self.unit)


def worksheet(name: str) -> Told:
    """How a worksheet of a workbook is told as a place."""
    return Told("工作表“{sheet}”", sheet=term(name))


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a book: where, what, and how to mend it."""

    spot: Spot
    message: Told
    remedy: Told

    def __str__(self) -> str:
        return self.told

    @property
    def told(self) -> Told:
        """Place, fault and remedy in one sentence."""
        where, what, how = self.spot.told, self.message, self.remedy
        return Told("{spot}：{message}；{remedy}", spot=where, message=what, remedy=how)


class BookFaults(Exception):
    """All the faults of a book; nothing is made of a book that has any."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of a sheet: its filled cells by column key, and where it stands."""

    cells: Mapping[str, str]
    spot: Spot


@dataclass(slots=True)
class RawBook:
    """A book as text.  `settings` are by key; `prose` is headings with their text, in order.

    `faults` are those that the reader met (a sheet that is not known, a file of another
    version); they are told together with those of the content.
    """

    name: str
    settings: dict[str, str] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)
    sheets: dict[str, list[RawRow]] = field(default_factory=dict)
    prose: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
