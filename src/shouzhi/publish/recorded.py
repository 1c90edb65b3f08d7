"""What the book lists that is no line of money: counts, meetings, assets, non-tax income."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from shouzhi.catalogue.outline import Saying
from shouzhi.cycle.book import Book, Record
from shouzhi.cycle.raw import Spot
from shouzhi.publish.table import Recorded

_BELOW: Final = "—"
_AMOUNTS: Final = ("amount", "paid", "treasury", "special")


@dataclass(frozen=True, slots=True)
class Sum:
    """A record, or a heading over others, with its exact amounts in 分 by column and by place."""

    record: Record
    amounts: Mapping[str, Mapping[Recorded, int]]

    @property
    def places(self) -> Mapping[Recorded, int]:
        """The amounts that it is the sum of; what was paid of an amount is no part of it."""
        return {place: fen for key, held in self.amounts.items() if key != "paid" for place, fen in held.items()}

    @classmethod
    def of(cls, record: Record, *below: Record) -> Sum:
        """A record with those below it: their amounts are its own."""
        held: dict[str, dict[Recorded, int]] = {}
        for one in (record, *below):
            for key in _AMOUNTS:
                fen = one.amount(key)
                if fen is not None:
                    held.setdefault(key, {})[one.sheet, one.spot.row, key] = fen
        return cls(record, held)


class Records:
    """The lists of a book, asked as sentences ask."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def of(self, saying: Saying) -> Iterator[Record]:
        """The records of a sheet that a saying is about."""
        for record in self._book.of(saying.each or ""):
            if saying.each == "counts":
                head, _, name = record.text("name").partition(_BELOW)
                if head == saying.under and name and self._of_year(record, 0):
                    yield Record(record.sheet, {**record.values, "name": name}, record.spot)
            elif all(record.text(key) == value for key, value in saying.having.items()):
                yield record

    def count(self, name: str, year: int = 0) -> Record | None:
        """The record of a number of the whole department; `year` counts from that of the book."""
        return next(
            (
                record
                for record in self._book.of("counts")
                if record.text("name") == name and not record.text("unit") and self._of_year(record, year)
            ),
            None,
        )

    def _of_year(self, record: Record, year: int) -> bool:
        held = record.text("year")
        return held == str(self._book.year + year) or (not held and not year)

    def nontax(self, level: int, inside: Record | None) -> Iterator[Sum]:
        """Non-tax income at a level, inside a record of it where one is given; 0 is all of it.

        What has no amount is left out.
        """
        records = self._book.of("nontax")
        if level == 0:
            if records:
                yield Sum.of(Record("nontax", {"name": "", "level": 0}, Spot("nontax")), *records)
            return
        if inside is not None and inside.values.get("level"):
            records = tuple(_below(inside, records))
        for record in records:
            if record.amount("level") == level:
                found = Sum.of(record, *_below(record, records))
                if any(found.places.values()):
                    yield found


def _below(head: Record, records: Sequence[Record]) -> Iterator[Record]:
    """The records that stand below another: those that follow it at deeper levels."""
    level = head.amount("level") or 1
    start = next(n for n, record in enumerate(records) if record.spot == head.spot)
    return takewhile(lambda record: (record.amount("level") or 1) > level, records[start + 1 :])
