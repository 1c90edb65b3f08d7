"""Findings: what is wrong in a document, where, by how much, and what it should be.

Every check gives the one `Finding`; one cause is one finding, and what a single wrong
cell breaks stands below it.  What a check means, how grave it is and whose rule it is
stands in `catalogue/checks.yaml`, never here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from shouzhi.space import Box, Location

Kind = Literal[
    "arithmetic", "cross-table", "statement", "percentage", "between",
    "completeness", "name", "year", "placeholder", "wording",
]  # fmt: skip
Severity = Literal["error", "warning", "rounding", "note"]

ORDER: tuple[Severity, ...] = ("error", "warning", "rounding", "note")
"""Severities from the gravest down."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that a finding speaks of: a cell of a table, or words of the prose.

    `document` is the position in the list of documents that were checked together,
    `table` that in the document's tables (None in the prose); `row` and `column` are
    the positions there; `text` are the characters as printed.
    """

    document: int
    text: str
    location: Location
    table: int | None = None
    row: int | None = None
    column: int | None = None
    label: str = ""
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """The cell that is most likely wrong, and the value that makes everything hold.

    `value` is written in the unit of its table; `pattern` tells the slip (digit,
    transposed, sign, unit, swapped rows, shifted…); `sure` that no other correction
    of one cell explains as much.
    """

    mark: Mark
    value: str
    pattern: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Broken:
    """One relation that the cause breaks: in words, with both sides and the gap."""

    words: str
    expected: str
    found: str
    difference: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    `expected`, `found` and `difference` are written in the unit of the table (None where
    nothing is counted); `where` are the places, the offending one first; `broken` the
    relations below; `candidates` other corrections that explain the same.
    """

    document: str
    check: str
    kind: Kind
    severity: Severity
    message: str
    where: tuple[Mark, ...] = ()
    expected: str | None = None
    found: str | None = None
    difference: str | None = None
    suspect: Suspect | None = None
    candidates: tuple[Suspect, ...] = ()
    broken: tuple[Broken, ...] = ()
    authority: str | None = None
    extra: dict[str, Any] = field(default_factory=dict, compare=False)
