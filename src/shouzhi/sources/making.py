"""Many cells and places at once: a long table has hundreds of thousands of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import TypeVar

from shouzhi.sources import Cell, Line
from shouzhi.space import Location

Made = TypeVar("Made", Cell, Line, Location)


def made(kind: type[Made], count: int, **columns: Iterable[object]) -> list[Made]:
    """Many frozen objects at once, given all their fields as columns.

    A frozen dataclass sets each field through a Python-level call; a page has
    hundreds of cells, and setting the slots directly is four times as fast.
    """
    found = list(map(kind.__new__, repeat(kind, count)))
    for name, values in columns.items():
        deque(map(getattr(kind, name).__set__, found, values), maxlen=0)
    return found


def made_cells(
    spans: Sequence[tuple[int, int, int, int]],
    texts: Sequence[str],
    *,
    line: Iterable[int | None] | None = None,
    sheet: str | None = None,
    cell: Iterable[str | None] | None = None,
) -> list[Cell]:
    """The cells of a source without positions: `spans` are row, column, rows and columns of each."""
    if not spans:
        return []
    nothing = repeat(None)
    places = made(
        Location,
        len(spans),
        page=nothing,
        line=nothing if line is None else line,
        sheet=repeat(sheet),
        cell=nothing if cell is None else cell,
        box=nothing,
    )
    rows, columns, heights, widths = zip(*spans, strict=True)
    return made(
        Cell,
        len(spans),
        row=rows,
        column=columns,
        rows=heights,
        columns=widths,
        text=texts,
        location=places,
    )
