"""Columns that are worked out from the ones beside them: a change, a growth, a share, a completion.

What they are worked out from their headings say: 比上年决算增减 is this year's column less last
year's accounts.  Where the words leave two columns open, that one is meant with which the
rows agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from shouzhi.catalogue.lexicon import LAST_YEAR, lexicon
from shouzhi.catalogue.names import fold
from shouzhi.relations import Relation, System
from shouzhi.relations.cells import Cells, last_digit, sum_of
from shouzhi.tables import Column, Table
from shouzhi.tables.headings import CHANGE, GROWTH, SHARE

_STAGES: Final = ("request", "ceiling", "draft", "approved", "adjusted", "outturn")
_AGAINST: Final = re.compile("[比较与同]|占|完成")
_LESS: Final = re.compile("减|降")
_MORE: Final = re.compile("增|变|差|升")
_THIS_YEAR: Final = "本当"


class _Told(NamedTuple):
    """What a heading says of an operand: its year (digits, 上, 本…) and its stage."""

    year: str = ""
    stage: str = ""


class _Pair(NamedTuple):
    """The columns that a worked out one is of: what it is now, and its base."""

    now: int
    base: int


def worked_out(table: Table, number: int, cells: Cells) -> Iterator[Relation]:
    """What each column of changes, growth, shares or completion is the arithmetic of."""
    for place, column in enumerate(table.columns):
        if column.where.get("stage") == CHANGE:
            yield from _changes(table, number, cells, place)
        elif column.rate == GROWTH and not _falls(column):
            yield from _growth(table, number, cells, place)
        elif column.rate == SHARE:
            yield from _shares(table, number, cells, place)


def _falls(column: Column) -> bool:
    """Whether a column prints decreases as positive numbers: 减少额."""
    word = fold(column.heading[-1])
    return _LESS.search(word) is not None and _MORE.search(word) is None


# -- the kinds --------------------------------------------------------------------------------


def _changes(table: Table, number: int, cells: Cells, place: int) -> Iterator[Relation]:
    """What it is now, less its base, is the change."""

    def of(pair: _Pair) -> Iterator[Relation]:
        family = ("change", number, place, "change")
        for row in range(len(table.rows)):
            parts = [(row, pair.base), (row, place)]
            if relation := sum_of(cells, (row, pair.now), parts, family):
                yield _turned(relation, cells, (row, place)) if falls else relation

    falls = _falls(table.columns[place])
    yield from _best(cells, [of(pair) for pair in _pairs(table, place)])


def _turned(relation: Relation, cells: Cells, place: tuple[int, int]) -> Relation:
    """The relation with a decrease that is printed without its sign."""
    change = cells.part(place)
    return replace(relation, terms=tuple((i, -c if i == change else c) for i, c in relation.terms))


def _growth(table: Table, number: int, cells: Cells, place: int) -> Iterator[Relation]:
    """The change as a rate of the base; from the change beside it where no base is printed."""
    pairs = _pairs(table, place)
    if pairs:
        found = [_ratios(table, number, cells, place, (p.now, p.base), "growth") for p in pairs]
        yield from _best(cells, found)
        return
    beside = [i for i in _alike(table, place) if table.columns[i].where.get("stage") == CHANGE]
    amounts = _amounts(table, place)
    if len(beside) == 1 and len(amounts) == 1:
        ends = (amounts[0], beside[0])
        yield from _ratios(table, number, cells, place, ends, "increase")


def _shares(table: Table, number: int, cells: Cells, place: int) -> Iterator[Relation]:
    """A completion is of the base that its words name, another share of the total below or above."""
    if _told(table.columns[place])[1] != _Told():
        found = [
            _ratios(table, number, cells, place, (pair.now, pair.base), "share")
            for pair in _pairs(table, place)
        ]
    else:
        found = [
            _of_total(table, number, cells, place, column) for column in _amounts(table, place)
        ]
    yield from _best(cells, found)


def _of_total(
    table: Table, number: int, cells: Cells, place: int, column: int
) -> Iterator[Relation]:
    """Each row of a column as a share of the one row that is its total."""
    side = table.columns[place].side
    totals = [i for i, r in enumerate(table.rows) if r.side == side and lexicon().is_total(r.label)]
    if len(totals) != 1 or (whole := cells.get((totals[0], column))) is None:
        return
    for row in range(len(table.rows)):
        part, rate = cells.part((row, column)), cells.get((row, place))
        if part is not None and rate is not None and part != whole:
            terms = ((part, 1), (whole, -1), (rate, 0))
            yield Relation(
                terms, "ratio", ("rate", number, place), table.columns[place].heading[-1]
            )


def _ratios(
    table: Table, number: int, cells: Cells, place: int, ends: tuple[int, int], mode: str
) -> Iterator[Relation]:
    """A printed rate of each row over two of its amounts."""
    for row in range(len(table.rows)):
        rate = cells.get((row, place))
        if rate is None or not any((row, end) in cells.printed for end in ends):
            continue
        top, bottom = (cells.part((row, end)) for end in ends)
        if top is not None and bottom is not None:
            terms = ((top, 1), (bottom, 1 if mode == "increase" else -1), (rate, 0))
            word = table.columns[place].heading[-1]
            yield Relation(terms, "ratio", ("rate", number, place), word, mode)  # type: ignore[arg-type]


def _best(cells: Cells, readings: Sequence[Iterator[Relation]]) -> list[Relation]:
    """The reading with which most rows agree; of several, one with which most of its rows do."""
    found = [list(reading) for reading in readings]
    if len(found) < 2:
        return found[0] if found else []
    counts = [_agreeing(cells, relations) for relations in found]
    holding, telling = max(counts, key=lambda count: count[0])
    best = found[[count[0] for count in counts].index(holding)]
    return best if holding * 2 > telling else []


def _agreeing(cells: Cells, relations: Sequence[Relation]) -> tuple[int, int]:
    """How many of the relations hold, by the facts as printed, and how many there are."""
    used = sorted({index for relation in relations for index in relation.facts})
    place = {index: order for order, index in enumerate(used)}
    facts = [cells.facts[index] for index in used]
    system = System(facts, [last_digit(fact) for fact in facts])
    moved = [replace(r, terms=tuple((place[i], c) for i, c in r.terms)) for r in relations]
    return sum(map(system.holds, moved)), len(moved)


# -- the operands -----------------------------------------------------------------------------


def _alike(table: Table, place: int) -> list[int]:
    """The other columns that differ from one in year and stage alone."""
    column = table.columns[place]
    where = column.where.without("stage", "year")
    return [
        i
        for i, other in enumerate(table.columns)
        if i != place
        and other.side == column.side
        and other.rate is None
        and other.known
        and other.where.without("stage", "year") == where
    ]


def _amounts(table: Table, place: int) -> list[int]:
    return [i for i in _alike(table, place) if table.columns[i].where.get("stage") != CHANGE]


def _pairs(table: Table, place: int) -> list[_Pair]:
    """The columns that a change can be of: the later less the earlier, as far as its words allow."""
    now, base = _told(table.columns[place])
    held = _amounts(table, place)
    return [
        _Pair(a, b)
        for a in held
        for b in held
        if _when(table, b) < _when(table, a)
        and _fits(table, a, now, held)
        and _fits(table, b, base, held)
    ]


def _when(table: Table, place: int) -> tuple[int, int]:
    """The order of a column in time: its year, then its stage; no year means the table's own."""
    where = table.columns[place].where
    year = where.get("year")
    own = table.where.get("year", "9999")
    stage = where.get("stage", "")
    return (
        int(own if year is None else year) if year != LAST_YEAR else int(own) - 1,
        _STAGES.index(stage) if stage in _STAGES else len(_STAGES),
    )


def _fits(table: Table, place: int, told: _Told, held: Sequence[int]) -> bool:
    """Whether a column can be the operand that the words tell of."""
    if told.stage and table.columns[place].where.get("stage") != told.stage:
        return False
    year = _when(table, place)[0]
    if told.year.isdigit():
        return year in {int(told.year), 9999}
    newest = max(_when(table, other)[0] for other in held)
    return not told.year or (year == newest) == (told.year in _THIS_YEAR)


def _told(column: Column) -> tuple[_Told, _Told]:
    """What the words over a column say of what it is now, and of its base."""
    for word in reversed(column.heading):
        plain = fold(word)
        if split := _AGAINST.search(plain):
            before, after = plain[: split.start()], plain[split.end() :]
            return _operand(before), _operand(after)
    return _Told(), _Told()


def _operand(text: str) -> _Told:
    match = _operands().search(text)
    if match is None:
        return _Told()
    return _Told(match["year"] or match["alone"] or "", _stage(match["stage"] or ""))


@cache
def _operands() -> re.Pattern[str]:
    """A year, a stage, or both, as headings write them."""
    words = sorted((w for w, term in lexicon().vocabulary() if "stage" in term.where), key=len)
    stages = "|".join(map(re.escape, reversed(words)))
    year = r"20\d\d|[上本当去]"
    return re.compile(f"(?:(?P<year>{year})年度?)?(?P<stage>{stages})|(?P<alone>{year})年")


@cache
def _stage(word: str) -> str:
    term = lexicon().term(word)
    return term.where.get("stage", "") if term else ""
