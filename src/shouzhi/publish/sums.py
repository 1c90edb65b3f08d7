"""Which printed figures are sums of which others, from the parts that each is made of.

Nothing is guessed here: a figure is the sum of others where their parts are its own, each
once.  Looked for are the sums that a reader would look for: along the rows and the columns
of each table, and between tables along the dimensions in which whole tables differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from shouzhi.publish.table import Figure, FormTable, TableSide

Sum = tuple[int, tuple[int, ...]]
"""A sum of parts, and the sums of parts that it is the sum of."""

_BETWEEN: Final = ("source", "kind", "flow", "stage", "item")
"""Dimensions in which tables differ from each other as wholes."""

_OPPOSITE: Final = {
    "expenditure": "income", "expenditure_total": "income_total", "carried_out": "carried_in",
}  # fmt: skip


def sums(tables: Sequence[FormTable]) -> set[Sum]:
    """All sums among the figures of some tables."""
    found: set[Sum] = set()
    for table in tables:
        for side in table.sides:
            found |= set(_along_rows(side))
            found |= set(_along_columns(side))
    found |= set(_between(tables))
    return found


def equals(tables: Sequence[FormTable]) -> set[tuple[int, int]]:
    """Pairs of income and expenditure at the same place that are equal to the cent."""
    at: dict[tuple[tuple[str, tuple[str, ...]], ...], Figure] = {}
    figures = [f for table in tables for f in table.figures() if f.present and not f.rate]
    for figure in figures:
        at.setdefault(tuple(sorted(figure.where.items())), figure)
    pairs: set[tuple[int, int]] = set()
    for figure in figures:
        opposite = _OPPOSITE.get(figure.where.get("flow", ("",))[0])
        if opposite and figure.amount:
            other = at.get(tuple(sorted({**figure.where, "flow": (opposite,)}.items())))
            if other and other.amount == figure.amount and other.parts != figure.parts:
                pairs.add((figure.parts, other.parts))
    return pairs


def _along_rows(side: TableSide) -> Iterator[Sum]:
    """Sums down the columns: found once for whole rows, then held against each column."""
    rows = [row for row in side.rows if row is not None]
    width = len(side.columns)
    cells = [[_parts(row.cells[place]) for place in range(width)] for row in rows]
    whole = [0] * len(rows)
    for number, parts in enumerate(cells):
        for one in parts:
            whole[number] |= one
    for number, all_parts in enumerate(whole):
        if not all_parts:
            continue
        inside = [n for n, one in enumerate(whole) if one and one != all_parts and not one & ~all_parts]
        for group in _coverings(all_parts, [(n, whole[n]) for n in inside]):
            for place in range(width):
                yield from _sum(cells[number][place], [cells[n][place] for n in group])


def _along_columns(side: TableSide) -> Iterator[Sum]:
    """Sums across a row."""
    for row in side.rows:
        if row is not None:
            yield from _among([parts for cell in row.cells if (parts := _parts(cell))])


def _between(tables: Sequence[FormTable]) -> Iterator[Sum]:
    """Sums among figures that differ in one dimension only, in whatever table they stand."""
    groups: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], dict[int, None]] = {}
    for table in tables:
        for figure in table.figures():
            if not figure.parts or figure.rate:
                continue
            for dimension in _BETWEEN:
                rest = tuple(sorted((d, m) for d, m in figure.where.items() if d != dimension))
                groups.setdefault((dimension, rest), {})[figure.parts] = None
    for group in groups.values():
        if len(group) > 2:
            yield from _among(list(group))


def _among(parts: Sequence[int]) -> Iterator[Sum]:
    ordered = sorted(dict.fromkeys(parts), key=int.bit_count, reverse=True)
    for number, all_parts in enumerate(ordered):
        inside = [(n, one) for n, one in enumerate(ordered) if n > number and not one & ~all_parts]
        for group in _coverings(all_parts, inside):
            yield from _sum(all_parts, [ordered[n] for n in group])


def _coverings(whole: int, inside: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Groups of what lies inside that make up the whole, each once; the first that come, then others."""
    left = list(inside)
    while left:
        covered = 0
        group: list[int] = []
        rest: list[tuple[int, int]] = []
        for number, parts in left:
            if parts & covered:
                rest.append((number, parts))
            else:
                covered |= parts
                group.append(number)
        if covered == whole:
            yield group
        if len(rest) == len(left):
            return
        left = rest


def _sum(whole: int, parts: Sequence[int]) -> Iterator[Sum]:
    some = [one for one in parts if one]
    covered = 0
    for one in some:
        if one & covered:
            return
        covered |= one
    if covered == whole and len(some) > 1:
        yield whole, tuple(sorted(some))


def _parts(cell: Figure | str | None) -> int:
    return cell.parts if isinstance(cell, Figure) and not cell.rate else 0
