"""The trees of one table: totals down its rows, totals across its columns, printed rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.relations import Family, Relation
from shouzhi.relations.blanks import blank_rate
from shouzhi.relations.cells import Cells, sum_of
from shouzhi.relations.formulas import printed_formulas
from shouzhi.relations.trees import Branch, branches, on_stairs, row_branches, stairs
from shouzhi.relations.worked_out import worked_out
from shouzhi.tables import Column, Row, Table

_LISTED: Final = frozenset({"function", "economic", "government_economic", "item"})


def table_relations(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """All relations inside one table."""
    yield from _down(table, number, cells)
    yield from _across(table, number, cells)
    yield from _headed(table, number, cells)
    yield from printed_formulas(table, number, cells)
    yield from _rates(table, number, cells)
    yield from worked_out(table, number, cells)


def _down(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """Parents and children among the rows, for each column of amounts."""
    amounts = [place for place, column in enumerate(table.columns) if column.rate is None]
    for side in {row.side for row in table.rows}:
        rows = [i for i, r in enumerate(table.rows) if r.side == side and not _tells_more(r)]
        plain = [i for i in rows if not on_stairs(table.rows[i])]
        found = [
            Branch(plain[b.parent], tuple(plain[c] for c in b.children), b.dimension)
            for b in row_branches([table.rows[i].where for i in plain])
        ]
        if len(plain) < len(rows):
            found += [
                Branch(rows[b.parent], tuple(rows[c] for c in b.children), b.dimension)
                for b in stairs([table.rows[i] for i in rows])
            ]
        for branch in found:
            word = "stairs" if branch.dimension == "stairs" else "tree"
            for column in amounts:
                below = [(row, column) for row in branch.children]
                family = (word, number, "rows", side, branch.dimension)
                relation = sum_of(cells, (branch.parent, column), below, family)
                if relation:
                    yield relation


def _tells_more(row: Row) -> bool:
    """Whether a row only tells more of the one above: 其中：医疗收入, named by the table alone."""
    return row.label.startswith("其中") and "project" in row.where and not row.codes


def _across(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """Parents and children among the columns by their coordinates, for each row."""
    places = [table.where | column.where for column in table.columns]
    headed = dict(_heading_sums(table))
    for branch in branches(places):
        if any(_no_part(table.columns[c]) for c in (branch.parent, *branch.children)):
            continue
        if _lists_some(table, branch):
            continue
        if set(branch.children) < set(headed.get(branch.parent, ())):
            continue  # the headings name more parts than the coordinates tell apart
        family = ("columns", number, branch.parent, branch.dimension)
        for row in range(len(table.rows)):
            parts = [(row, child) for child in branch.children]
            relation = sum_of(cells, (row, branch.parent), parts, family)
            if relation:
                yield relation


def _lists_some(table: Table, branch: Branch) -> bool:
    """Whether the columns of a branch are a part of its whole only: one, or codes, under 其中."""
    among = [c for c in branch.children if any(w.startswith("其中") for w in table.columns[c].heading)]
    return bool(among) and (len(branch.children) == 1 or branch.dimension in _LISTED)


def _headed(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """A column headed 合计, 总计 or 小计 is the sum of the columns beside it in its group."""
    for total, parts in _heading_sums(table):
        family = ("heading", number, total)
        for row in range(len(table.rows)):
            relation = sum_of(cells, (row, total), [(row, p) for p in parts], family)
            if relation:
                yield relation


def _heading_sums(table: Table) -> Iterator[tuple[int, list[int]]]:
    """(total column, part columns) by the headings of a table."""
    for side in {column.side for column in table.columns}:
        indexes = [i for i, c in enumerate(table.columns) if c.side == side and not _worked_out(c)]
        yield from heading_sums(table.columns, indexes, 0)


def _worked_out(column: Column) -> bool:
    """Whether a column prints what is worked out from others: a rate, or a change."""
    return column.rate is not None or column.where.get("stage") == "change"


def _no_part(column: Column) -> bool:
    """Whether the coordinates of a column do not tell what it is a part or the whole of."""
    return column.rate is not None or not column.known


def heading_sums(
    columns: Sequence[Column], indexes: Sequence[int], depth: int
) -> Iterator[tuple[int, list[int]]]:
    """(total column, part columns) of a group of columns that share `depth` headings."""
    groups: dict[str, list[int]] = {}
    for index in indexes:
        path = columns[index].heading
        if len(path) > depth:
            groups.setdefault(path[depth], []).append(index)
    totals = [g[0] for word, g in groups.items() if len(g) == 1 and _totals(columns, g[0], depth)]
    for group in groups.values():
        if len(group) > 1:
            yield from heading_sums(columns, group, depth + 1)
    if len(totals) != 1 or len(groups) < 2:
        return
    parts: list[int] = []
    for word, group in groups.items():
        if group == [totals[0]]:
            continue
        if word.startswith("其中"):
            return
        parts.extend(_representatives(columns, group, depth + 1))
    yield totals[0], parts


def _totals(columns: Sequence[Column], index: int, depth: int) -> bool:
    column = columns[index]
    return len(column.heading) == depth + 1 and lexicon().is_total(column.heading[-1])


def _representatives(columns: Sequence[Column], group: Sequence[int], depth: int) -> list[int]:
    """The column that stands for a group: its own total, else all of its parts."""
    if len(group) == 1:
        return list(group)
    for index in group:
        if _totals(columns, index, depth):
            return [index]
    among = [i for i in group if columns[i].heading[-1].startswith("其中")]
    whole = [i for i in group if i not in among]
    if len(whole) == 1 and among and not columns[whole[0]].where.get("kind"):
        return whole  # 金额 beside 其中：教育收费
    nested: dict[str, list[int]] = {}
    for index in group:
        path = columns[index].heading
        nested.setdefault(path[depth] if len(path) > depth else "", []).append(index)
    if len(nested) == 1:
        return list(group)
    return [r for part in nested.values() for r in _representatives(columns, part, depth + 1)]


def _rates(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """A column of rates is the ratio of the two columns of its stages, row by row."""
    for place, column in enumerate(table.columns):
        if column.rate is None:
            continue
        pair = [
            next((i for i, c in enumerate(table.columns) if _stage(c, column, stage)), None)
            for stage in column.rate
        ]
        if None in pair:
            continue
        for row in range(len(table.rows)):
            top, bottom = (cells.get((row, c)) for c in pair if c is not None)
            if top is None or bottom is None:
                continue
            rate = cells.get((row, place))
            family: Family = ("rate", number, place)
            if rate is None and cells.facts[bottom].amount and cells.facts[top].amount:
                rate, family = blank_rate(cells, (row, place)), ("unprinted", *family)
            if rate is not None:
                terms = ((top, 1), (bottom, -1), (rate, 0))
                yield Relation(terms, "ratio", family, f"{column.heading[-1]}")


def _stage(candidate: Column, column: Column, stage: str) -> bool:
    same = candidate.where.without("stage") == column.where.without("stage")
    return candidate.rate is None and same and candidate.where.get("stage") == stage
