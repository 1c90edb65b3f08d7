"""What a total leaves out: kinds and sources that stand beside it, or that its title does not name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.space import Coordinates, parse_amount
from shouzhi.tables import Row, Table

_YEARLY: Final = ("income", "expenditure")
_BESIDE: Final = ("source", "kind")


def settle_scopes(table: Table) -> None:
    """Tell totals that hold more or less than their words say, where the rows beside them show it.

    Members of one dimension that are summed are joined with “+”, as in titles.
    """
    _open_kind(table)
    for side in {row.side for row in table.rows}:
        _set_apart(table, side)


def _open_kind(table: Table) -> None:
    """项目支出及其他支出: where other kinds have amounts the totals are of all, the projects of theirs."""
    kind = table.where.get("kind")
    tree = classification("kind")
    filled = {row.where["kind"] for row in table.rows if "kind" in row.where and _has_amount(row)}
    others = {k for k in filled if k != kind and not (kind and _related(kind, k))}
    if not kind or not others or tree.parent(kind):
        return
    whole = "+".join([kind, *sorted(others)])
    table.where |= {"kind": whole}
    table.rows = [
        replace(row, where=Coordinates({"kind": kind if "project" in row.where else whole}) | row.where)
        for row in table.rows
    ]


def _related(one: str, other: str) -> bool:
    tree = classification("kind")
    return tree.is_ancestor(one, other) or tree.is_ancestor(other, one)


def _set_apart(table: Table, side: str | None) -> None:
    """What stands between the total of the year and the grand total is no part of the first.

    上级补助收入 below 本年收入合计 says that this holds the other sources alone.
    """
    rows = [i for i, row in enumerate(table.rows) if row.side == side]
    total = next((i for i in rows if _is_yearly(table.rows[i])), None)
    if total is None:
        return
    for dimension in _BESIDE:
        after = [table.rows[i] for i in rows if i > total]
        if not any(_has_amount(row) for row in after if _names(row, dimension)):
            continue
        below = _members(after, dimension)
        above = _members([table.rows[i] for i in rows if i < total], dimension)
        inside = above or [m for m in classification(dimension).children(None) if m not in below]
        for index in rows:
            row = table.rows[index]
            if index <= total and dimension not in row.where:
                table.rows[index] = replace(row, where=row.where | {dimension: "+".join(inside)})


def _is_yearly(row: Row) -> bool:
    """Whether a row is the total of the year's income or expenditure: 本年收入合计."""
    if len(row.where) != 1 or row.where.get("flow") not in _YEARLY:
        return False
    term = lexicon().term(row.label)
    return term is not None and term.total


def _members(rows: Sequence[Row], dimension: str) -> list[str]:
    """The topmost members of a dimension that rows of the year's flow name."""
    tree = classification(dimension)
    named = [row.where[dimension] for row in rows if _names(row, dimension)]
    return [m for m in dict.fromkeys(named) if not any(tree.is_ancestor(o, m) for o in named)]


def _names(row: Row, dimension: str) -> bool:
    return dimension in row.where and row.where.get("flow") in {None, *_YEARLY}


def _has_amount(row: Row) -> bool:
    amounts = (parse_amount(cell) for cell in row.cells if cell)
    return any(amount and amount.value for amount in amounts)
