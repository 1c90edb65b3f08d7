"""Rates of what is printed: worked out anew once the amounts of a document are rounded."""

from __future__ import annotations

from collections.abc import Sequence

from shouzhi.publish.amounts import shown
from shouzhi.publish.table import Figure, FormTable


def settle_rates(tables: Sequence[FormTable]) -> None:
    """Make every rate the quotient of the two amounts printed in its row, where they are.

    A reader who divides them finds it; where the base prints as zero there is none.
    """
    for table in tables:
        for side, row in table.rows():
            figures = [cell for cell in row.cells if isinstance(cell, Figure)]
            for column, cell in zip(side.side.columns, row.cells, strict=True):
                if column.rate and isinstance(cell, Figure):
                    pair = [_at(cell, stage, figures) for stage in column.rate]
                    _settle(cell, [shown(one, table.amount_unit) for one in pair if one])


def _at(rate: Figure, stage: str, figures: Sequence[Figure]) -> Figure | None:
    """The amount at the place of a rate in one of its stages."""
    wanted = {**rate.where, "stage": (stage,)}
    return next((f for f in figures if not f.rate and f.where == wanted), None)


def _settle(rate: Figure, pair: Sequence[int | None]) -> None:
    """Set a rate in hundredths of a percent, rounded half up."""
    if len(pair) < 2 or rate.amount is None:
        return
    of, to = pair
    rate.amount = None if of is None or not to else (2 * 10_000 * of // to + 1) // 2
