"""Slips of several cells that people make: rows swapped, amounts moved or shifted, a wrong unit.

None of these is guessed at large.  Each broken relation tells what a cell of it ought to
hold; where that very number is printed beside the cell, below it or in another row, the
slip that would have put it there is tried.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from shouzhi.repair.correction import Correction, correction
from shouzhi.repair.ledger import Ledger, Number, to_digit
from shouzhi.repair.singles import wanted

Cell = tuple[int, int, int, int]
"""(document, table, row, column)."""

MOST_TRIALS: Final = 3_000
"""Changes of several cells that are tried for one component."""
MOST_ALIKE: Final = 6
"""Cells of a column with the same amount beyond which it tells nothing."""
SCALES: Final = (Decimal(10_000), Decimal(1) / 10_000, Decimal(1_000), Decimal(1) / 1_000)


class Slips:
    """The cells around the broken relations of one component, and the slips that fit them."""

    def __init__(self, ledger: Ledger, broken: Iterable[int]) -> None:
        self.ledger = ledger
        self.votes = {
            fact: [v for v in values if isinstance(v, int)]
            for fact, values in wanted(ledger, broken).items()
        }
        self.place = {fact: cell for cell, fact in ledger.system.cells.items()}
        tables = {self.place[fact][:2] for fact in self.votes if fact in self.place}
        self.columns: dict[Cell, list[int]] = defaultdict(list)
        self.rows: dict[tuple[int, int, int], dict[int, int]] = defaultdict(dict)
        for cell, fact in sorted(ledger.system.cells.items()):
            if cell[:2] in tables and ledger.system.facts[fact].amount is not None:
                self.columns[(*cell[:2], -1, cell[3])].append(fact)
                self.rows[cell[:3]][cell[3]] = fact

    def corrections(self) -> Iterator[Correction]:
        """Every slip that fits and mends more than it breaks."""
        seen: set[tuple[tuple[int, Number], ...]] = set()
        for pattern, change in self._candidates():
            altered = {f: v for f, v in change.items() if v != self.ledger.amount(f)}
            key = tuple(sorted(altered.items()))
            if len(altered) < 2 or key in seen:
                continue
            if len(seen) >= MOST_TRIALS:
                return
            seen.add(key)
            effect = self.ledger.effect(altered)
            if effect.gain > 0:
                yield correction(self.ledger, altered, pattern, effect)

    def _candidates(self) -> Iterator[tuple[str, dict[int, Number]]]:
        placed = [fact for fact in self.votes if fact in self.place]
        yield from self._units(placed)
        for fact in placed:
            yield from self._swapped(fact)
            yield from self._moved(fact)
        for row in sorted({self.place[fact][:3] for fact in placed}):
            yield from self._shifted_row(row)
        for column in sorted({(*self.place[f][:2], -1, self.place[f][3]) for f in placed}):
            yield from self._shifted_column(column)

    def _swapped(self, fact: int) -> Iterator[tuple[str, dict[int, Number]]]:
        """The number that belongs here stands in another row of the column."""
        document, table, row, column = self.place[fact]
        beside = self.columns[document, table, -1, column]
        for value in self.votes[fact]:
            others = [f for f in beside if f != fact and self.ledger.amount(f) == value]
            if not value or len(others) > MOST_ALIKE:
                others = [f for f in others if abs(self.place[f][2] - row) == 1]
            for other in others:
                yield "swapped", self._exchange([(fact, other)])
                one, two = self.rows[document, table, row], self.rows[self.place[other][:3]]
                yield "swapped", self._exchange([(one[c], two[c]) for c in one if c in two])

    def _moved(self, fact: int) -> Iterator[tuple[str, dict[int, Number]]]:
        """The number that belongs here stands in the cell beside it."""
        *row, column = self.place[fact]
        cells = self.rows[tuple(row)]  # type: ignore[index]
        for beside in (column - 1, column + 1):
            if beside in cells and self.ledger.amount(cells[beside]) in self.votes[fact]:
                yield "moved", self._exchange([(fact, cells[beside])])

    def _exchange(self, pairs: Sequence[tuple[int, int]]) -> dict[int, Number]:
        change: dict[int, Number] = {}
        for one, other in pairs:
            change[one], change[other] = self.ledger.amount(other), self.ledger.amount(one)
        return change

    def _shifted_row(self, row: tuple[int, int, int]) -> Iterator[tuple[str, dict[int, Number]]]:
        """The amounts of a row stand one column to the right, or to the left, of their own."""
        cells = self.rows[row]
        columns = sorted(cells)
        facts = [cells[c] for c in columns]
        values: list[Number] = [self.ledger.amount(f) for f in facts]
        if len(facts) > 1:
            for moved in ([*values[1:], values[0]], [values[-1], *values[:-1]]):
                yield "shifted row", dict(zip(facts, moved, strict=True))

    def _shifted_column(self, column: Cell) -> Iterator[tuple[str, dict[int, Number]]]:
        """A run of amounts stands one row below, or above, its labels."""
        facts = [f for f in self.columns[column] if self.ledger.system.facts[f].printed]
        values = [self.ledger.amount(f) for f in facts]
        for step in (1, -1):
            fits = [
                0 <= i + step < len(facts) and values[i + step] in self.votes.get(f, ())
                for i, f in enumerate(facts)
            ]
            for first, last in _runs(fits):
                ends = (first, last + 1) if step == 1 else (first - 1, last)
                run = list(range(ends[0], ends[1] + 1))
                order = [*run[1:], run[0]] if step == 1 else [run[-1], *run[:-1]]
                yield "shifted column", {facts[a]: values[b] for a, b in zip(run, order, strict=True)}
                yield "shifted column", self._shifted_block([facts[i] for i in run], order, facts)

    def _shifted_block(
        self, run: Sequence[int], order: Sequence[int], facts: Sequence[int]
    ) -> dict[int, Number]:
        """The same shift in all columns of the rows."""
        change: dict[int, Number] = {}
        for fact, other in zip(run, order, strict=True):
            to, source = self.rows[self.place[fact][:3]], self.rows[self.place[facts[other]][:3]]
            change |= {to[c]: self.ledger.amount(source[c]) for c in to if c in source}
        return change

    def _units(self, placed: Sequence[int]) -> Iterator[tuple[str, dict[int, Number]]]:
        """A table or a column that prints another unit than it says."""
        scales: set[tuple[tuple[int, int], int, Decimal]] = set()
        for fact in placed:
            document, table, _, column = self.place[fact]
            printed = Decimal(self.ledger.amount(fact))
            for value in self.votes[fact]:
                for scale in SCALES:
                    if printed and abs(printed * scale - value) <= self.ledger.system.quantum[fact]:
                        scales.add(((document, table), column, scale))
        for (document, table), column, scale in sorted(scales):
            whole = [f for c, facts in self.columns.items() if c[:2] == (document, table) for f in facts]
            yield "unit", self._scaled(whole, scale)
            yield "unit", self._scaled(self.columns[document, table, -1, column], scale)

    def _scaled(self, facts: Sequence[int], scale: Decimal) -> dict[int, Number]:
        return {f: to_digit(self.ledger.amount(f) * scale, 1) for f in facts}


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
    """Rows that are not there: what a printed row lacks in all of its columns alike."""
    place = {fact: cell for cell, fact in ledger.system.cells.items()}
    lacks: dict[tuple[int, int, int], dict[int, list[int]]] = defaultdict(dict)
    for number in sorted(broken):
        relation = ledger.system.relations[number]
        cells = [place.get(fact) for fact, _ in relation.terms]
        if relation.kind != "sum" or None in cells or ledger.residuals[number] <= 0:
            continue
        (document, table, row, column), *below = cells  # type: ignore[misc]
        if all(c is not None and c[:2] == (document, table) and c[3] == column for c in below):
            lacks[document, table, row].setdefault(relation.terms[0][0], []).append(number)
    for columns in lacks.values():
        lacking = tuple((fact, ledger.residuals[numbers[0]]) for fact, numbers in columns.items())
        mended = tuple(sorted(n for numbers in columns.values() for n in numbers))
        like = _printed_elsewhere(ledger, place, lacking)
        yield Correction(
            (), mended, len(mended), 0, "missing row", len(mended), lacking, like
        )


def _printed_elsewhere(
    ledger: Ledger, place: dict[int, Cell], lacking: Sequence[tuple[int, int]]
) -> int | None:
    """A fact of another table that prints the greatest amount that is lacking, inside the row."""
    fact, amount = max(lacking, key=lambda pair: pair[1])
    return None
