"""Slips of several cells that people make: rows swapped, amounts moved or shifted, a wrong unit.

None of these is guessed at large.  Each broken relation tells what a cell of it ought to
hold; where that very number is printed beside the cell, below it or in another row, the
slip that would have put it there is tried.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice, takewhile
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.relations.trees import ROW_DIMENSIONS, around
from shouzhi.repair.correction import Correction, correction
from shouzhi.repair.ledger import ONE, Ledger, Number, row_of, to_digit
from shouzhi.repair.singles import wanted
from shouzhi.space import FEN_PER, Coordinates

Column = tuple[int, int, int]
"""(document, table, column)."""

MOST_TRIALS: Final = 3_000
"""Changes of several cells that are tried for one component."""
MOST_FACTS: Final = 20_000
"""Numbers of a component beyond which slips of several cells are not sought."""
MOST_ALIKE: Final = 6
"""Cells of a column with the same amount beyond which it tells nothing."""
LONGEST_CYCLE: Final = 6
"""Amounts of a column that may stand in each other's rows."""
MOST_CYCLES: Final = 40
"""Ways of that which are tried from one cell."""
RUNS: Final = (3, 4)
"""How many amounts of a column are tried one row off, whatever is asked of each."""
MOST_TURNED: Final = 200
"""Printed amounts of a column beyond which that is not tried."""
SCALES: Final = (Decimal(10_000), Decimal(1) / 10_000, Decimal(1_000), Decimal(1) / 1_000)


class Slips:
    """The cells around the broken relations of one component, and the slips that fit them."""

    def __init__(self, ledger: Ledger, broken: Sequence[int]) -> None:
        self.ledger = ledger
        self.votes = wanted(ledger, broken)
        self.place = ledger.place
        tables = {self.place[fact][:2] for fact in self.votes if fact in self.place}
        self.columns: dict[Column, list[int]] = defaultdict(list)
        self.rows: dict[tuple[int, int, int], dict[int, int]] = defaultdict(dict)
        self.holding: dict[Column, list[tuple[Number, int]]] = defaultdict(list)
        self.reach = self._reach(broken)
        for cell, fact in sorted(ledger.system.cells.items()):
            if cell[:2] in tables:
                column = (cell[0], cell[1], cell[3])
                self.columns[column].append(fact)
                self.rows[cell[:3]][cell[3]] = fact
                self.holding[column].append((ledger.value(fact), fact))
        for held in self.holding.values():
            held.sort()

    def _reach(self, broken: Iterable[int]) -> dict[int, int]:
        """How far rounding may put each number from what the broken relations ask of it, in 分."""
        reach: dict[int, int] = {}
        for number in broken:
            for fact, _ in self.ledger.system.relations[number].terms:
                reach[fact] = max(reach.get(fact, 0), self.ledger.slacks[number])
        return reach

    def _wants(self, fact: int, value: Number) -> bool:
        """Whether a broken relation asks for a number at a cell, but for rounding."""
        reach = self.reach.get(fact, 0)
        return any(abs(Decimal(value) - vote) <= reach for vote in self.votes.get(fact, ()))

    def _holding(self, column: Column, value: Number, reach: int) -> list[int]:
        """The cells of a column that print a number, but for rounding."""
        held = self.holding.get(column, [])
        first = bisect_left(held, (value - reach, -1))
        return [f for _, f in takewhile(lambda pair: pair[0] <= value + reach, held[first:])]

    def corrections(self) -> Iterator[Correction]:
        """Every slip that fits and mends more than it breaks."""
        if len(self.votes) > MOST_FACTS:
            return
        seen: set[tuple[tuple[int, Number], ...]] = set()
        for pattern, change, scale in self._candidates():
            altered = {f: v for f, v in change.items() if v != self.ledger.value(f)}
            key = tuple(sorted(altered.items()))
            if len(altered) < 2 or key in seen:
                continue
            if len(seen) >= MOST_TRIALS:
                return
            seen.add(key)
            effect = self.ledger.effect(altered, scale)
            if effect.gain > 0:
                yield correction(altered, pattern, effect, scale)

    def _candidates(self) -> Iterator[tuple[str, dict[int, Number], Decimal]]:
        placed = [fact for fact in self.votes if fact in self.place]
        for change, scale in self._units(placed):
            yield "unit", change, scale
        for fact in placed:
            yield from (("swapped", change, ONE) for change in self._swapped(fact))
            yield from (("moved", change, ONE) for change in self._moved(fact))
        for row in sorted({self.place[fact][:3] for fact in placed}):
            yield from (("shifted row", change, ONE) for change in self._shifted_row(row))
        for column in sorted({self._column(fact) for fact in placed}):
            shifted = chain(
                self._shifted_column(column), self._cycles(column), self._turned(column)
            )
            yield from (("shifted column", change, ONE) for change in shifted)

    def _column(self, fact: int) -> Column:
        document, table, _, column = self.place[fact]
        return document, table, column

    def _swapped(self, fact: int) -> Iterator[dict[int, Number]]:
        """The number that belongs here stands in another row of the column."""
        document, table, row, column = self.place[fact]
        for value in self.votes[fact]:
            others = self._holding((document, table, column), value, self.reach.get(fact, 0))
            if not value or len(others) > MOST_ALIKE:
                beside = (self.rows.get((document, table, r), {}).get(column) for r in (row - 1, row + 1))
                others = [f for f in beside if f is not None and self.ledger.value(f) == value]
            for other in others:
                if other == fact:
                    continue
                yield self._exchange([(fact, other)])
                one, two = self.rows[self.place[fact][:3]], self.rows[self.place[other][:3]]
                yield self._exchange([(one[c], two[c]) for c in one if c in two])

    def _moved(self, fact: int) -> Iterator[dict[int, Number]]:
        """The number that belongs here stands in the cell beside it; so it may in the rows around."""
        row, column = self.place[fact][:3], self.place[fact][3]
        for beside in (column - 1, column + 1):
            other = self.rows[row].get(beside)
            if other is None or not self._wants(fact, self._as_printed_in(fact, other)):
                continue
            yield self._exchange([(fact, other)])
            alike = [*self._alike(row, 1, column, beside), *self._alike(row, -1, column, beside)]
            if alike:
                yield self._exchange([(fact, other), *alike])

    def _alike(
        self, row: tuple[int, int, int], step: int, column: int, beside: int
    ) -> Iterator[tuple[int, int]]:
        """The rows right below (or above) that print the same two amounts: a 类 and its only 款."""
        amounts = [self.ledger.value(self.rows[row][c]) for c in (column, beside)]
        while (row := (row[0], row[1], row[2] + step)) in self.rows:
            cells = self.rows[row]
            if column not in cells or beside not in cells:
                return
            if [self.ledger.value(cells[c]) for c in (column, beside)] != amounts:
                return
            yield cells[column], cells[beside]

    def _exchange(self, pairs: Sequence[tuple[int, int]]) -> dict[int, Number]:
        change: dict[int, Number] = {}
        for one, other in pairs:
            change[one] = self._as_printed_in(one, other)
            change[other] = self._as_printed_in(other, one)
        return change

    def _printed(self, fact: int) -> Decimal:
        """The digits of a fact as a number in the unit that it prints."""
        value = self.ledger.value(fact)
        unit = FEN_PER.get(self.ledger.system.facts[fact].unit)
        return Decimal(value) / unit if unit else Decimal(value)

    def _as_printed_in(self, cell: int, source: int) -> Number:
        """What a cell holds when the digits of another stand in it: an amount, or a rate."""
        unit = FEN_PER.get(self.ledger.system.facts[cell].unit)
        digits = self._printed(source)
        return int(digits * unit) if unit else digits

    def _shifted_row(self, row: tuple[int, int, int]) -> Iterator[dict[int, Number]]:
        """The amounts of a row stand one column to the right, or to the left, of their own."""
        cells = self.rows[row]
        facts = [cells[c] for c in sorted(cells)]
        if len(facts) > 1:
            for moved in ([*facts[1:], facts[0]], [facts[-1], *facts[:-1]]):
                pairs = zip(facts, moved, strict=True)
                yield {f: self._as_printed_in(f, other) for f, other in pairs}

    def _shifted_column(self, column: Column) -> Iterator[dict[int, Number]]:
        """A run of amounts stands one row below, or above, its labels."""
        facts = [f for f in self.columns[column] if self.ledger.system.facts[f].printed]
        for step in (1, -1):
            fits = [
                0 <= i + step < len(facts)
                and self._wants(f, self.ledger.value(facts[i + step]))
                for i, f in enumerate(facts)
            ]
            for first, last in _runs(fits):
                run = facts[first : last + 2] if step == 1 else facts[first - 1 : last + 1]
                source = [*run[1:], run[0]] if step == 1 else [run[-1], *run[:-1]]
                pairs = list(zip(run, source, strict=True))
                yield {a: self.ledger.value(b) for a, b in pairs}
                yield {
                    to[c]: self.ledger.value(there[c])
                    for a, b in pairs
                    for to, there in [(self.rows[self.place[a][:3]], self.rows[self.place[b][:3]])]
                    for c in to
                    if c in there
                }

    def _cycles(self, column: Column) -> Iterator[dict[int, Number]]:
        """Three amounts or more of a column that stand in each other's rows."""
        facts = [f for f in self.columns[column] if self.votes.get(f)]
        after: dict[int, list[int]] = {}
        for fact in facts:
            reach = self.reach.get(fact, 0)
            held = (self._holding(column, v, reach)[:MOST_ALIKE] for v in self.votes[fact] if v)
            after[fact] = [f for others in held for f in others if f != fact and f in self.votes]
        for first in facts:
            for path in islice(_circles(after, [first]), MOST_CYCLES):
                pairs = zip(path, [*path[1:], first], strict=True)
                yield {a: self.ledger.value(b) for a, b in pairs}

    def _turned(self, column: Column) -> Iterator[dict[int, Number]]:
        """A few amounts in a row of cells that stand one row off, the last one first."""
        facts = [f for f in self.columns[column] if self.ledger.system.facts[f].printed]
        for length in RUNS if len(facts) <= MOST_TURNED else ():
            for run in (facts[i : i + length] for i in range(len(facts) - length + 1)):
                if sum(fact in self.votes for fact in run) > 1:
                    for moved in ([*run[1:], run[0]], [run[-1], *run[:-1]]):
                        pairs = zip(run, moved, strict=True)
                        yield {a: self.ledger.value(b) for a, b in pairs}

    def _units(self, placed: Sequence[int]) -> Iterator[tuple[dict[int, Number], Decimal]]:
        """A table or a column that prints another unit than it says."""
        scales: set[tuple[Column, Decimal]] = set()
        for fact in placed:
            printed = Decimal(self.ledger.amount(fact))
            step = self.ledger.system.quantum[fact]
            for value in self.votes[fact]:
                for scale in SCALES:
                    near = abs(printed * scale - value) <= step * max(Decimal(1), scale)
                    if printed and isinstance(value, int) and near:
                        scales.add((self._column(fact), scale))
        for column, scale in sorted(scales):
            whole = [f for c, facts in self.columns.items() if c[:2] == column[:2] for f in facts]
            yield self._scaled(whole, scale), scale
            yield self._scaled(self.columns[column], scale), scale

    def _scaled(self, facts: Sequence[int], scale: Decimal) -> dict[int, Number]:
        return {
            f: to_digit(self.ledger.amount(f) * scale, 1)
            for f in facts
            if self.ledger.system.facts[f].amount is not None
        }


def _circles(after: dict[int, list[int]], path: list[int]) -> Iterator[list[int]]:
    """Paths of three facts or more that lead back to the first one, which is the least of them."""
    for fact in after.get(path[-1], ()):
        if fact == path[0] and len(path) > 2:
            yield path
        elif fact > path[0] and fact not in path and len(path) < LONGEST_CYCLE:
            yield from _circles(after, [*path, fact])


def _runs(fits: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """(first, last) of every run of true values."""
    first = None
    for place, fit in enumerate([*fits, False]):
        if fit and first is None:
            first = place
        elif not fit and first is not None:
            yield first, place - 1
            first = None


def missing_rows(ledger: Ledger, broken: Iterable[int]) -> Iterator[Correction]:
    """Rows that are not there: what a printed row lacks in all of its columns alike.

    A code that one column prints and the other leaves out (why: unlisted) is lacking there.
    """
    lacks: dict[tuple[object, ...], dict[int, list[int]]] = defaultdict(dict)
    for number in sorted(broken):
        relation = ledger.system.relations[number]
        cells = [ledger.place.get(fact) for fact, _ in relation.terms]
        top = relation.terms[0][0]
        if relation.why == "unlisted":
            lacks["unlisted", relation.family[1:3], relation.family[5:7], cells[0]][top] = [number]
        elif relation.kind == "sum" and None not in cells and ledger.residuals[number] > 0:
            (document, table, row, column), *below = cells  # type: ignore[misc]
            if all(c is not None and (*c[:2], c[3]) == (document, table, column) for c in below):
                lacks[document, table, row].setdefault(top, []).append(number)
    for columns in lacks.values():
        yield _missing(ledger, columns)


def _missing(ledger: Ledger, columns: dict[int, list[int]]) -> Correction:
    """The row that is lacking under a fact of each column, for the broken relations of each."""
    first = min(number for numbers in columns.values() for number in numbers)
    lacking = tuple((fact, abs(ledger.residuals[n[0]])) for fact, n in columns.items())
    mended = tuple(sorted(n for numbers in columns.values() for n in numbers))
    like: int | None = next(iter(columns))
    if ledger.system.relations[first].why != "unlisted":
        like = _printed_elsewhere(ledger, lacking, ledger.slacks[first])
    return Correction(
        (), mended, len(mended), 0, "missing row", len(mended), lacking=lacking, like=like
    )


def _printed_elsewhere(
    ledger: Ledger, lacking: Sequence[tuple[int, int]], slack: int
) -> int | None:
    """A fact of another table that prints the greatest amount lacking, at a place inside the row."""
    above, amount = max(lacking, key=lambda pair: pair[1])
    table = ledger.place[above][:2]
    where = ledger.system.facts[above].where
    for fact in ledger.printing(amount, slack):
        other = ledger.system.facts[fact]
        if ledger.place[fact][:2] == table or not inside(other.where, where):
            continue
        row = row_of(other.where)
        told = [d for d in ("function", "economic", "government_economic", "project") if d in row]
        told = told or ["unit"]
        listed = ledger.listed(table, tuple(told))
        place, top = row.only(*told), where.only(*told)
        if not any(p in listed and p != top for p in (place, *filter(None, around(place)))):
            return fact
    return None


def inside(where: Coordinates, above: Coordinates) -> bool:
    """Whether a place lies below another along the dimensions of rows, and is not the same."""
    narrower = False
    for dimension in ROW_DIMENSIONS:
        upper, lower = above.get(dimension), where.get(dimension)
        if upper == lower:
            continue
        if lower is None or (
            upper is not None and not classification(dimension).is_ancestor(upper, lower)
        ):
            return False
        narrower = True
    return narrower
