"""Which columns the amounts of a row belong to, where the source lost its empty cells.

The columns of a table are bound by sums (总计 is the sum of its parts, 小计 of what stands
beside it, printed formulas such as 10=11+15).  Of all ways to put the amounts of a row
into the columns in their order, the one that satisfies the sums is right, if it is
the only one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from math import comb
from typing import Final

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, strip_ordinal

MOST_PLACEMENTS: Final = 20_000
"""More ways than these are not tried: the row is then left undecided."""
_FORMULA: Final = re.compile(r"(\d{1,3})=(.+)")
_PARTITION: Final = frozenset({"basic", "project"})
"""The kinds that make up a whole even where 其中 is printed before the first of them."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Column `total` is the sum of the columns `parts`.

    With `ratio` it is their quotient in percent: the first divided by the second.
    """

    total: int
    parts: tuple[int, ...]
    ratio: bool = False


def column_sums(
    headings: Sequence[tuple[str, ...]], formulas: Sequence[str | None] = ()
) -> list[Sum]:
    """The sums that bind the columns of amounts of one table.

    `headings` are the heading paths of the columns from the top down, `formulas` what
    the row of column numbers prints over each of them (`12`, `10=11+15`, None).
    Columns are numbered from 0 in the order given.  Printed formulas come first;
    where a total has one, its heading adds nothing.
    """
    printed = list(_printed(formulas))
    told = {one.total for one in printed}
    found = [one for one in _of_groups(headings, range(len(headings)), 0) if one.total not in told]
    return list(dict.fromkeys([*printed, *found]))


def _printed(formulas: Sequence[str | None]) -> Iterator[Sum]:
    """Sums and ratios that the column numbers print."""
    plain = [fold(text or "").replace("/", "÷") for text in formulas]
    place = {text.partition("=")[0]: column for column, text in enumerate(plain) if text}
    for column, text in enumerate(plain):
        match = _FORMULA.fullmatch(text)
        if match is None:
            continue
        body = re.sub(r"[()]|[×x*]100%?$", "", match.group(2))
        ratio = "÷" in body
        names = body.split("÷" if ratio else "+")
        if all(name in place for name in names) and (len(names) == 2 or not ratio):
            yield Sum(column, tuple(place[name] for name in names), ratio)


def _of_groups(
    headings: Sequence[tuple[str, ...]], columns: Sequence[int], depth: int
) -> Iterator[Sum]:
    """Sums within the columns that share the first `depth` headings, and within their groups."""
    groups: list[list[int]] = []
    for column in columns:
        if groups and _word(headings[column], depth) == _word(headings[groups[-1][0]], depth):
            groups[-1].append(column)
        else:
            groups.append([column])
    total = groups[0][0] if groups else None
    if total is not None and len(groups) > 1 and _tops(headings, groups, depth):
        parts = [_whole(headings, group, depth + 1) for group in groups[1:]]
        yield Sum(total, tuple(column for part in parts for column in part))
    for group in groups:
        if len(group) > 1 and any(len(headings[column]) > depth + 1 for column in group):
            yield from _of_groups(headings, group, depth + 1)


def _word(path: tuple[str, ...], depth: int) -> str:
    return fold(path[depth]) if depth < len(path) else ""


def _tops(headings: Sequence[tuple[str, ...]], groups: Sequence[list[int]], depth: int) -> bool:
    """Whether the first of some sibling groups is the total of the others."""
    first = groups[0]
    words = [headings[group[0]][depth] for group in groups if depth < len(headings[group[0]])]
    if len(first) > 1 or len(words) < len(groups) or not _is_whole(words[0]):
        return False
    terms = [lexicon().term(word) for word in words[1:]]
    if any(_is_whole(word) for word in words[1:]):
        return False
    if any(term and (term.rate or "stage" in term.where) for term in terms):
        return False
    kinds = {term.where.get("kind") for term in terms if term}
    partly = any(strip_ordinal(word)[0] == "其中" for word in words)
    return not partly or kinds >= _PARTITION


def _is_whole(word: str) -> bool:
    term = lexicon().term(word)
    return lexicon().is_total(word) or bool(term and term.total)


def _whole(headings: Sequence[tuple[str, ...]], group: Sequence[int], depth: int) -> list[int]:
    """The columns that together are all of a group: its total, or every one of its parts."""
    inner = [column for column in group if depth < len(headings[column])]
    if len(group) == 1 or not inner:
        return list(group)
    if _is_whole(headings[group[0]][depth]):
        return [group[0]]
    parts: list[list[int]] = []
    for column in group:
        if parts and _word(headings[column], depth) == _word(headings[parts[-1][0]], depth):
            parts[-1].append(column)
        else:
            parts.append([column])
    return [column for part in parts for column in _whole(headings, part, depth + 1)]


def place(
    amounts: Sequence[Decimal],
    width: int,
    sums: Sequence[Sum],
    known: Mapping[int, int] | None = None,
    allowed: Collection[int] | None = None,
) -> tuple[int, ...] | None:
    """The column of each amount, in rising order; None when the sums do not settle it.

    `amounts` carry the digits that were printed, by which rounding is judged (n terms
    rounded to u differ by at most (n+1)·u/2); an empty cell counts as 0.  `known` fixes
    the columns of some amounts by their index, `allowed` names the columns that may hold any.
    """
    best = placements(amounts, width, sums, known, allowed)
    return best[0] if len(best) == 1 else None


def placements(
    amounts: Sequence[Decimal],
    width: int,
    sums: Sequence[Sum],
    known: Mapping[int, int] | None = None,
    allowed: Collection[int] | None = None,
) -> list[tuple[int, ...]]:
    """All the placements that satisfy the most sums, the leftmost first; see `place`.

    Empty where no placement satisfies any, or where there are too many to try.
    """
    columns = sorted(range(width) if allowed is None else set(allowed) & set(range(width)))
    count = len(amounts)
    if count == len(columns):
        return [tuple(columns)]
    if count > len(columns) or not sums or comb(len(columns), count) > MOST_PLACEMENTS:
        return []
    fixed = dict(known or {})
    best: list[tuple[int, ...]] = []
    most = 1
    for choice in combinations(columns, count):
        if any(choice[index] != column for index, column in fixed.items()):
            continue
        score = _score(dict(zip(choice, amounts, strict=True)), sums)
        if score > most:
            best, most = [choice], score
        elif score == most:
            best.append(choice)
    return best


def broken_sums(row: Mapping[int, Decimal], sums: Sequence[Sum]) -> int:
    """How many sums a row breaks as its amounts stand."""
    return sum(_verdict(row, one) < 0 for one in sums)


def _score(row: Mapping[int, Decimal], sums: Sequence[Sum]) -> int:
    """How many sums a row satisfies, less those that it breaks twice over."""
    return sum(_verdict(row, one) for one in sums)


def _verdict(row: Mapping[int, Decimal], one: Sum) -> int:
    """1 for a sum that holds, -2 for one that is broken, 0 for one with nothing to say."""
    total = row.get(one.total)
    parts = [row[column] for column in one.parts if column in row]
    if one.ratio:
        return _ratio_verdict(total, [row.get(column) for column in one.parts])
    if total is None and not parts:
        return 0
    held = [*parts, *([total] if total is not None else [])]
    unit = max((_unit(amount) for amount in held), default=Decimal(1))
    slack = (len(one.parts) + 1) * unit / 2
    off = sum(parts, Decimal(0)) - (total if total is not None else Decimal(0))
    return 1 if abs(off) <= slack else -2


def _ratio_verdict(total: Decimal | None, terms: Sequence[Decimal | None]) -> int:
    above, below = terms[0], terms[1]
    if above is None or not below:
        return 0 if total is None else -2
    if total is None:
        return -1
    off = abs(above * 100 / below - total)
    return 1 if off <= 2 * _unit(total) + _unit(above) * 100 / abs(below) else -2


def _unit(amount: Decimal) -> Decimal:
    """One unit of the last digit that was printed."""
    exponent = amount.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
