"""The book of a department: units, projects, lines of money and what goes with them.

In a `Book` every reference is resolved and every amount exact; `building.load` makes one
of a folder or a workbook, or tells all the faults that keep it from doing so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from shouzhi.cycle.raw import Spot
from shouzhi.cycle.values import Value
from shouzhi.space import Coordinates

MAIN_STAGE: Final = {"budget": "approved", "accounts": "outturn"}
"""The stage of a document's own lines."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that the book covers; `key` is its code, or its name where it has none."""

    key: str
    name: str
    code: str | None
    nature: str
    record: Record


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a unit; its texts are in its record."""

    name: str
    unit: str
    kind: str
    record: Record


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a sheet: its filled values by column key, and where it stands."""

    sheet: str
    values: Mapping[str, Value]
    spot: Spot

    def text(self, key: str) -> str:
        """The value under `key` in words; empty where there is none."""
        found = self.values.get(key, "")
        return plain(found) if isinstance(found, Decimal) else str(found)

    def amount(self, key: str) -> int | None:
        """The amount in 分 (or the count) under `key`; None where there is none."""
        found = self.values.get(key)
        return found if isinstance(found, int) else None


@dataclass(frozen=True, slots=True)
class Line:
    """An amount in 分 at its place; `record` is the row that it comes from."""

    where: Coordinates
    amount: int
    record: Record


@dataclass(frozen=True, slots=True)
class Book:
    """A book without faults.  `records` are all its rows by sheet; `names` overrides names of codes."""

    name: str
    department: str
    document: str
    year: int
    edition: str | None
    scope: str
    units: Mapping[str, Unit]
    projects: tuple[Project, ...]
    lines: tuple[Line, ...]
    records: Mapping[str, tuple[Record, ...]]
    settings: Mapping[str, str] = field(default_factory=dict)
    prose: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        """The stage of its own lines."""
        return MAIN_STAGE[self.document]

    def of(self, sheet: str) -> tuple[Record, ...]:
        """The rows of a sheet, in the order in which they were written."""
        return self.records.get(sheet, ())

    def project(self, unit: str | None, name: str) -> Project | None:
        """A project by its unit and name; by its name alone where no unit is given."""
        for project in self.projects:
            if project.name == name and unit in {None, project.unit}:
                return project
        return None

    def text(self, heading: str) -> str:
        """The prose under a heading; empty where there is none."""
        return next((text for name, text in self.prose if name == heading), "")


def plain(number: Decimal) -> str:
    """A number without trailing zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

