"""Cells that print nothing where something belongs: what other tables, or the two sides, ask of them.

An empty cell may be nought or may be left out by the form; `evidence` decides.  Here are
only the relations that would tell: the same place printed in another table, the other
side of a balance, and the rate of two amounts that are printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from shouzhi.relations import Family, Relation
from shouzhi.relations.across import Origin, Placed, full
from shouzhi.relations.cells import Cells, Place
from shouzhi.space import Coordinates, Fact, parse_amount
from shouzhi.tables import Table

MOST_CELLS: Final = 20_000
"""Cells of a table up to which the empty ones are held against other tables."""
_SIDES: Final = {"income_total": "expenditure_total", "expenditure_total": "income_total"}


def blanks(
    tables: Sequence[Table], grid: Mapping[int, Cells], placed: Sequence[Placed], origin: Origin
) -> Iterator[Relation]:
    """The equalities and balances of empty cells with what is printed, family by family unprinted."""
    printed: dict[Coordinates, list[Placed]] = defaultdict(list)
    for item in placed:
        printed[item.where].append(item)
    for number, cells in grid.items():
        table = tables[number]
        if len(table.rows) * len(table.columns) <= MOST_CELLS:
            for place, where in _empty(table, cells, origin):
                yield from _against(cells, place, where, printed, origin)


def _empty(
    table: Table, cells: Cells, origin: Origin
) -> Iterator[tuple[Place, Coordinates]]:
    """The empty cells of a table that an amount could stand in, with their places in the space."""
    heads = [
        (place, column.side, table.where | column.where)
        for place, column in enumerate(table.columns)
        if column.rate is None and column.known
    ]
    for index, row in enumerate(table.rows):
        for place, side, where in heads:
            if side == row.side and (index, place) not in cells.printed:
                yield (index, place), full(where | row.where, origin)


def _against(
    cells: Cells,
    place: Place,
    where: Coordinates,
    printed: Mapping[Coordinates, Sequence[Placed]],
    origin: Origin,
) -> Iterator[Relation]:
    """An empty cell against the numbers that are printed at its place, and across the balance."""
    mine = (origin.document, cells.number, place[1], cells.table.columns[place[1]].side)
    here = printed.get(where, ())
    if any(other.column[:2] == mine[:2] for other in here):
        return  # another row of the table prints it
    for other in here:
        if not cells.facts[other.index].amount:
            continue
        empty = cells.part(place)
        if empty is not None:
            terms = ((empty, 1), (other.index, -1))
            for pair in ((mine, other.column), (other.column, mine)):
                same: Family = ("unprinted", "same", *pair[0], *pair[1])
                yield Relation(terms, "equal", same, "same place")
    flow = _SIDES.get(where.get("flow", ""))
    for other in printed.get(where | {"flow": flow}, ()) if flow else ():
        if other.column[:2] != mine[:2] or not cells.facts[other.index].amount:
            continue
        empty = cells.part(place)
        if empty is not None:
            sides: Family = ("unprinted", "balance", *mine[:2], *mine[:2])
            yield Relation(((empty, 1), (other.index, -1)), "balance", sides, "flow")


def blank_rate(cells: Cells, place: Place) -> int:
    """The fact of a rate that is not printed: nought, in the digits of the rates of its column."""
    if place not in cells.empty:
        row, column = cells.table.rows[place[0]], cells.table.columns[place[1]]
        beside = (i for (_, c), i in cells.printed.items() if c == place[1])
        amounts = (parse_amount(cells.facts[i].printed) for i in beside)
        decimals = max((a.decimals for a in amounts if a), default=2)
        cells.empty[place] = len(cells.facts)
        cells.facts.append(
            Fact(
                where=cells.table.where | column.where | row.where,
                amount=None,
                value=Decimal(0).scaleb(-decimals),
                printed="",
                unit="%",
                location=(row.places[place[1]] if row.places else None) or row.location,
                how=cells.table.how,
                table=cells.number,
                row=place[0],
                column=place[1],
            )
        )
    return cells.empty[place]
