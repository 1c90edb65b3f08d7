"""Rows that a table lacks or prints twice, as far as the rows around them tell.

A table that prints the 款 above every 项 but one has lost a row, though all its sums may
hold; and a project that stands twice, where another table knows one of the two by
another name, stands once under a wrong name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.checks import Finding
from shouzhi.checks.completeness import has_amount
from shouzhi.checks.subject import Subject, finding, table_words
from shouzhi.tables import Table

_LADDERS: Final = ("function", "economic")
_NAMING: Final = {"unit", "project"}
_SHARE: Final = 10
"""Of how many rungs of a table one may be missing, but for the first, before it prints them all."""

Held = Mapping[str, int]
"""Rows by code."""


def missing_rungs(subject: Subject) -> Iterator[Finding]:
    """Codes whose 类 or 款, or whose 款 or 项, is not printed where nearly all others have it."""
    few = check_book()["row-missing"].number("rungs")
    for place, table in enumerate(subject.document.tables):
        for side in {row.side for row in table.rows}:
            for dimension in _LADDERS:
                held = _codes(table, side, dimension)
                for lacking in (_uppers(held, dimension, few), _lowers(held, dimension, few)):
                    for code, words in lacking:
                        if _misnamed(table, held[code], dimension, code):
                            continue
                        yield finding(
                            "row-missing",
                            subject,
                            [subject.cell(place, held[code])],
                            fields={"code": code, "label": table.rows[held[code]].label, "words": words},
                        )


def _codes(table: Table, side: str | None, dimension: str) -> dict[str, int]:
    """The codes of one side of a table that stand beside an amount, with their rows."""
    held: dict[str, int] = {}
    for index, row in enumerate(table.rows):
        code = row.codes.get(dimension)
        if code and row.side == side and has_amount(row):
            held.setdefault(code, index)
    return held


def _uppers(held: Held, dimension: str, few: int) -> Iterator[tuple[str, str]]:
    """(a code, words) for each group of codes whose parent is not printed, if most are."""
    tree = classification(dimension)
    groups: dict[int, dict[str, str]] = defaultdict(dict)
    for code in held:
        parent = tree.parent(code)
        if parent:
            groups[len(code)].setdefault(parent, code)
    for parents in groups.values():
        missing = [parent for parent in parents if parent not in held]
        if _rare(len(missing), len(parents), few):
            for parent in missing:
                words = check_book().say("rung-above", code=parent, name=tree.name(parent) or "")
                yield parents[parent], words


def _lowers(held: Held, dimension: str, few: int) -> Iterator[tuple[str, str]]:
    """(a code, words) for each code under which nothing is printed, if under most something is."""
    tree = classification(dimension)
    groups: dict[int, list[str]] = defaultdict(list)
    for code in held:
        if tree.children(code):
            groups[len(code)].append(code)
    for codes in groups.values():
        bare = [c for c in codes if not any(o != c and o.startswith(c) for o in held)]
        if _rare(len(bare), len(codes), few):
            yield from ((code, check_book().say("rung-below")) for code in bare)


def _misnamed(table: Table, row: int, dimension: str, code: str) -> bool:
    """Whether the label is the name of other codes: then the code is wrong, and no row is missing."""
    codes = classification(dimension).codes(strip_ordinal(fold(table.rows[row].label))[1])
    return bool(codes) and code not in codes


def _rare(missing: int, total: int, few: int) -> bool:
    """Whether some are missing where enough others are there."""
    return bool(missing) and missing <= max(1, total // _SHARE) and total - missing >= few


def rows_repeated(subject: Subject) -> Iterator[Finding]:
    """One account that stands twice in a list of accounts, and 合计 as the name of an account.

    Lists by unit or by project name the same account many times; a list of accounts once.
    """
    for place, table in enumerate(subject.document.tables):
        for same in (*_accounts(table), *_totals(table)):
            yield finding(
                "row-repeated",
                subject,
                [subject.cell(place, index) for index in same],
                fields={"label": table.rows[same[0]].label},
            )


def _accounts(table: Table) -> list[list[int]]:
    """The rows that bear one account's name at one place, where there are several."""
    held: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(table.rows):
        told = set(row.where)
        if told & set(_LADDERS) and not told & _NAMING:
            held[row.side, row.label, row.where].append(index)
    return [same for same in held.values() if len(same) > 1]


def _totals(table: Table) -> list[list[int]]:
    """The one row that has a code and is called as the total of the table is, with that total."""
    total = lexicon().is_total
    coded = [i for i, row in enumerate(table.rows) if row.codes and total(row.label)]
    plain = [
        i
        for i, row in enumerate(table.rows)
        if coded and not row.codes and row.label == table.rows[coded[0]].label
    ]
    return [[coded[0], plain[0]]] if len(coded) == 1 and plain else []


def rows_twice(subject: Subject) -> Iterator[Finding]:
    """Rows of one table that bear one project's name, where another table has another name for one.

    A list of purchases names a project many times; a list of projects that lacks the name
    under which the amount is printed elsewhere has it wrong.
    """
    amounts = _projects(subject)
    for place, rows in amounts.items():
        names = {name for name, _ in rows.values()}
        seen: dict[str, int] = {}
        for index, (name, held) in rows.items():
            first = seen.setdefault(name, index)
            if first == index or rows[first][1] == held:
                continue
            for row in (first, index):
                for other, label in _called(amounts, place, rows[row][1], names):
                    table = table_words(subject.document.tables[other[0]])
                    yield finding(
                        "row-twice",
                        subject,
                        [subject.cell(place, row), subject.cell(*other)],
                        fields={"label": name, "other": table, "name": label},
                        expected=label,
                        found=name,
                    )


Projects = Mapping[int, Mapping[int, tuple[str, frozenset[int]]]]
"""By table and row: the name of a project, and the amounts of the row in 分 that are not nought."""


def _projects(subject: Subject) -> Projects:
    found: dict[int, dict[int, tuple[str, frozenset[int]]]] = defaultdict(dict)
    for fact in subject.document.facts:
        if fact.table is not None and fact.row is not None and fact.amount:
            row = subject.document.tables[fact.table].rows[fact.row]
            if name := row.where.get("project"):
                held = found[fact.table].get(fact.row, (name, frozenset()))[1]
                found[fact.table][fact.row] = name, held | {fact.amount}
    return found


def _called(
    amounts: Projects, place: int, held: frozenset[int], names: Collection[str]
) -> Iterator[tuple[tuple[int, int], str]]:
    """((table, row), name) of the one row elsewhere that prints the greatest amount of a row."""
    found = [
        ((table, row), name)
        for table, rows in amounts.items()
        for row, (name, others) in rows.items()
        if table != place and name not in names and max(held) in others
    ]
    if len({name for _, name in found}) == 1:
        yield found[0]
