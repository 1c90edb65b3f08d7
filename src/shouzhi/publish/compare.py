"""Two documents line by line: what was added, removed and changed, by how much and at what rate.

Lines are held against each other by their places in the space, so that documents of
different years, stages, editions and formats can be compared; a place that stands in
several tables is told once, where it is met first.  A breakdown that one of the two does
not print at all (by account, by source…) says nothing of what changed and is only counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from shouzhi.catalogue.classifications import CODED
from shouzhi.catalogue.names import strip_ordinal
from shouzhi.cycle.book import MAIN_STAGE
from shouzhi.facts import Document
from shouzhi.publish.amounts import quantum
from shouzhi.space import FEN_PER, Coordinates, Fact
from shouzhi.tables import UNLABELLED

Kind = Literal["added", "removed", "changed"]

KINDS: Final[tuple[Kind, ...]] = ("added", "removed", "changed")

Place = tuple[tuple[str, str], ...]
"""Members by dimension, years counted from that of the document and its own stage left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line that differs: where it is printed, and both amounts in 分 (None where there is none).

    `digit` is the coarser last printed digit of the two, in 分; `old` and `new` are the facts.
    """

    kind: Kind
    table: str
    label: str
    heading: str
    before: int | None
    after: int | None
    digit: int = 1
    old: Fact | None = field(default=None, compare=False, repr=False)
    new: Fact | None = field(default=None, compare=False, repr=False)

    @property
    def difference(self) -> int:
        """How much more the second document has, in 分."""
        return (self.after or 0) - (self.before or 0)

    @property
    def slight(self) -> bool:
        """Whether the amounts differ by no more than a last digit, as rounding may have it."""
        return self.kind == "changed" and abs(self.difference) <= self.digit

    @property
    def rate(self) -> Decimal | None:
        """The difference in percent of the first amount; None where that is nothing or negative."""
        if not self.before or self.before < 0:
            return None
        rate = Decimal(self.difference) * 100 / self.before
        return rate.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes in the order of the second document.

    `same` counts the lines that are equal, `apart` those of breakdowns that only one of the
    two documents prints.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    same: int
    apart: int = 0

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind == kind)


@dataclass(frozen=True, slots=True)
class _Printed:
    amount: int
    digit: int
    table: str
    label: str
    heading: str
    fact: Fact


def compare(before: Document, after: Document) -> Comparison:
    """What changed from one document to another."""
    old, new = dict(_lines(before)), dict(_lines(after))
    shapes = set(map(_shape, old)) & set(map(_shape, new))
    changes: list[Change] = []
    same = apart = 0
    for place, line in new.items():
        earlier = old.get(place)
        if earlier is not None and earlier.amount == line.amount:
            same += bool(line.amount)
        elif not line.amount and not (earlier and earlier.amount):
            continue
        elif _shape(place) not in shapes:
            apart += 1
        else:
            changes.append(_change(earlier, line))
    for place, line in old.items():
        if place not in new and line.amount:
            if _shape(place) in shapes:
                changes.append(_change(line, None))
            else:
                apart += 1
    return Comparison(_name(before), _name(after), tuple(changes), same, apart)


def _shape(place: Place) -> tuple[tuple[str, str], ...]:
    """The breakdown that a place belongs to: flow and stage themselves, of codes the level."""
    return tuple(
        (d, m if d in {"flow", "stage", "year"} else str(len(m)) if d in CODED else "") for d, m in place
    )


def _name(document: Document) -> str:
    return document.title or document.file


def _change(before: _Printed | None, after: _Printed | None) -> Change:
    shown = after or before
    assert shown is not None  # noqa: S101 - tells the type checker
    first = before.amount if before and before.amount else None
    last = after.amount if after and after.amount else None
    kind: Kind = "added" if first is None else "removed" if last is None else "changed"
    digit = max(line.digit for line in (before, after) if line)
    old, new = (line.fact if line else None for line in (before, after))
    return Change(kind, shown.table, shown.label, shown.heading, first, last, digit, old, new)


def _lines(document: Document) -> Iterator[tuple[Place, _Printed]]:
    """The amounts of a document by their places, each place once."""
    seen: set[Place] = set()
    for fact in document.facts:
        if fact.amount is None or fact.table is None or fact.row is None or fact.column is None:
            continue
        place = _place(fact, document)
        if place in seen:
            continue
        seen.add(place)
        table = document.tables[fact.table]
        row, column = table.rows[fact.row], table.columns[fact.column]
        label = "" if row.label == UNLABELLED else strip_ordinal(row.label)[1] or row.label
        heading = "·".join(dict.fromkeys((*filter(None, (column.side,)), *column.heading)))
        title = " ".join(filter(None, (table.number, table.title)))
        digit = quantum(fact.unit) if fact.unit in FEN_PER else 1
        yield place, _Printed(fact.amount, digit, title, label, heading, fact)


def _place(fact: Fact, document: Document) -> Place:
    """Where a fact stands, as seen from its document."""
    where: Mapping[str, str] = fact.where
    relative = dict(where)
    if document.year and relative.get("year", "").isdigit():
        relative["year"] = str(int(relative["year"]) - document.year)
    if relative.get("stage") == MAIN_STAGE.get(document.kind, "approved"):
        del relative["stage"]
    year = relative.pop("year", "0")
    return (*Coordinates(relative).items(), ("year", year))
