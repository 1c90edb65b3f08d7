"""The cells of one table as facts, the empty ones too, and the sums over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from shouzhi.relations import Family, Relation
from shouzhi.space import FEN_PER, Fact, parse_amount
from shouzhi.tables import Row, Table

Place = tuple[int, int]
"""(row, column) of a cell."""

MOST_EMPTY: Final = 20_000
"""Empty cells of a table up to which sums take them in."""


@dataclass(slots=True)
class Cells:
    """The cells of one table as indexes of facts: those that print something, by place.

    An empty cell counts as nought.  It gets a fact that prints nothing, appended to `facts`,
    once a sum has it as a part: so it can be told that an amount is missing there.
    """

    table: Table
    number: int
    facts: list[Fact]
    printed: dict[Place, int] = field(default_factory=dict)
    empty: dict[Place, int] = field(default_factory=dict)

    def get(self, place: Place) -> int | None:
        """The fact that is printed at a place."""
        return self.printed.get(place)

    def amount(self, place: Place) -> int:
        """The amount printed at a place in 分, nought where there is none."""
        held = self.printed.get(place)
        return 0 if held is None else self.facts[held].amount or 0

    def part(self, place: Place) -> int | None:
        """The fact at a place, of an empty cell too; None where no amount can stand."""
        held = self.printed.get(place, self.empty.get(place))
        if held is not None:
            return held
        row, column = self.table.rows[place[0]], self.table.columns[place[1]]
        if row.side != column.side or column.rate or len(self.empty) >= MOST_EMPTY:
            return None
        self.empty[place] = len(self.facts)
        self.facts.append(self._nothing(place, row))
        return self.empty[place]

    def _nothing(self, place: Place, row: Row) -> Fact:
        return Fact(
            where=self.table.where | self.table.columns[place[1]].where | row.where,
            amount=0,
            value=Decimal(0),
            printed="",
            unit=self.table.amount_unit or "元",
            location=(row.places[place[1]] if row.places else None) or row.location,
            how=self.table.how,
            table=self.number,
            row=place[0],
            column=place[1],
        )


def last_digit(fact: Fact) -> int:
    """One unit of the last digit that a fact prints, in 分; nought for what is no amount."""
    amount = parse_amount(fact.printed) if fact.printed else None
    if amount is None or fact.unit not in FEN_PER:
        return 0
    return max(int(FEN_PER[fact.unit] * Decimal(10) ** -amount.decimals), 1)


def sum_of(
    cells: Cells, parent: Place, children: Sequence[Place], family: Family
) -> Relation | None:
    """The parent less Σ children = 0, empty cells counting as nought; None where nothing is printed.

    Where the parent is empty over printed children, or the other way round, the form may
    leave it so: such a sum is of a family of its own, `unprinted`, which needs more evidence.
    """
    top = cells.get(parent)
    printed = any(cells.amount(place) for place in children)
    if top is None and not printed:
        return None
    if top is not None and not any(place in cells.printed for place in children):
        if not cells.amount(parent):
            return None
        family = ("unprinted", *family)
    if top is None:
        top = cells.part(parent)
        family = ("unprinted", *family)
    parts = [part for place in children if (part := cells.part(place)) is not None]
    if top is None or not parts or top in parts:
        return None
    terms = ((top, 1), *((part, -1) for part in parts))
    return Relation(terms, "sum", family, str(family[-1]))
