"""The ceilings of a year as a table: a row for the department and each unit, a column for each source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shouzhi.cycle.ceilings import uses
from shouzhi.web.budget.conditions import asked
from shouzhi.web.budget.models import BudgetYear, Ceiling
from shouzhi.web.people.models import Body

SOURCES: Final = ("general", "fund", "capital", "special", "own", "superior", "affiliates")
"""The sources by which ceilings are issued; what is carried over needs none."""

Asked = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One ceiling (None: not issued) and what is asked for under its source, in 分."""

    key: str
    ceiling: Ceiling | None
    asked: int


@dataclass(frozen=True, slots=True)
class Line:
    """A body's ceilings; amounts in 分.  `whole` marks the department, `open` what may be typed in."""

    unit: Body
    whole: bool
    open: bool
    requested: int
    total: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """The units' sums, in 分: what they ask for, their ceilings in all and by source (None: none issued)."""

    requested: int
    total: int | None
    cells: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The lines, the department's first where it is shown, and the units' sums."""

    rows: tuple[Line, ...]
    total: Total

    def used(self) -> tuple[int, ...]:
        """The places of the sources of which anything is asked or issued; of all, where none is."""
        every = range(len(SOURCES))
        found = tuple(n for n in every if any(_used(row.cells[n]) for row in self.rows))
        return found or tuple(every)


def _used(cell: Cell) -> bool:
    return cell.ceiling is not None or cell.asked != 0


def table(
    year: BudgetYear, units: Sequence[Body], round_: str, *, may_issue: bool, may_whole: bool
) -> Table:
    """The ceilings of some of a year's bodies, beside what they ask for in a round."""
    held = {(c.unit_id, c.source): c for c in year.ceilings.all()}
    found = {s.unit_id: asked(s) for s in year.submissions.filter(round=round_)}
    rows = []
    for unit in units:
        whole = unit.kind != "unit"
        money = (
            [one for each in found.values() for one in each] if whole else found.get(unit.pk, [])
        )
        rows.append(_line(unit, held, money, opened=may_whole if whole else may_issue))
    return Table(tuple(rows), _total([row for row in rows if not row.whole]))


def _line(
    unit: Body, held: Mapping[tuple[int, str], Ceiling], money: Asked, *, opened: bool
) -> Line:
    under = {use.source: use.asked for use in uses(dict.fromkeys(SOURCES, 0), money)}
    cells = tuple(
        Cell(f"{unit.pk}-{source}", held.get((unit.pk, source)), under[source])
        for source in SOURCES
    )
    issued = [cell.ceiling.amount for cell in cells if cell.ceiling is not None]
    return Line(
        unit,
        unit.kind != "unit",
        opened,
        sum(amount for _, amount in money),
        sum(issued) if issued else None,
        cells,
    )


def _total(rows: Sequence[Line]) -> Total:
    columns = zip(*(row.cells for row in rows), strict=True) if rows else [()] * len(SOURCES)
    return Total(
        sum(row.requested for row in rows),
        _sum([row.total for row in rows]),
        tuple(_sum([c.ceiling.amount if c.ceiling else None for c in cells]) for cells in columns),
    )


def _sum(amounts: Sequence[int | None]) -> int | None:
    """The sum of what is there; None where nothing is, which is not the same as 0."""
    found = [amount for amount in amounts if amount is not None]
    return sum(found) if found else None
