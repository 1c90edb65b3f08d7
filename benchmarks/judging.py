"""What the engine says of a planted error, and what it could say: which relations see it at all."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from random import Random

from planting import Maker, Mutation, Words
from shouzhi.checks.run import check
from shouzhi.facts import Document
from shouzhi.relations import Relation, System
from shouzhi.relations.derive import derive
from shouzhi.repair import Cause, Correction, causes
from shouzhi.space import FEN_PER, Fact, parse_amount, to_fen
from shouzhi.statements.claims import Change, Count, Growth, Stated

Key = tuple[object, ...]
Numbers = Mapping[int, int | Decimal]
"""New numbers by fact index: 分, or percent for a rate."""
Span = tuple[int, int | None, int, int]
"""(section, paragraph, first character, last)."""


@dataclass(slots=True)
class Judged:
    """A document or a mutation of it with what the engine says, in `seconds` of one core."""

    system: System
    causes: list[Cause]
    seconds: float
    broken: dict[Key, int]

    @classmethod
    def of(cls, document: Document) -> Judged:
        """Derive the relations of a document and find the causes behind what is broken."""
        start = time.process_time()
        system = derive([document])
        found = causes(system)
        seconds = time.process_time() - start
        broken = {_key(system, system.relations[n]): n for n in system.broken()}
        return cls(system, found, seconds, broken)


@dataclass(slots=True)
class Outcome:
    """What became of one mutation.

    `touched`: a relation holds what was changed; `seen`: one that held does so no longer
    with the changed numbers, beyond rounding; `twice`: two independent ones do, and point
    at one cell; `detected`: something new is told; `named`: the first suspect of it is the
    changed cell with its right value; `listed`: one of its suspects is; `single`: it is
    told in one finding.
    """

    kind: str
    touched: bool
    seen: bool
    twice: bool
    detected: bool
    named: bool
    listed: bool
    single: bool
    seconds: float


def _findings(document: Document) -> Counter[tuple[str, str]]:
    """The errors and warnings of all checks, by check and words."""
    found = check([document])
    return Counter((f.check, f.message) for f in found if f.severity in {"error", "warning"})


def _key(system: System, relation: Relation) -> Key:
    """What a relation is between, told by places so that it can be found again."""
    return tuple(sorted((str(_where(system.facts[i])), c) for i, c in relation.terms))


def _where(fact: Fact) -> Key:
    if fact.table is None:
        return (fact.location, fact.where, fact.printed)
    return (fact.location, fact.column)


def independent(system: System, relations: Sequence[int], fact: int) -> bool:
    """Whether two of the relations share nothing but the fact, and one gives its amount."""
    telling = [r for n in relations if (r := system.relations[n]).kind != "at_most"]
    return any(
        set(a.facts) & set(b.facts) == {fact} and not a.kind == b.kind == "ratio"
        for a, b in combinations(telling, 2)
    )


class Bench:
    """One document, whole, and the errors that are planted in it."""

    def __init__(self, document: Document, name: str) -> None:
        self.document = document
        self.name = name
        self.whole = Judged.of(document)
        self.findings = _findings(document)
        self.touching = self.whole.system.by_fact()
        facts = document.facts
        self.at = {
            (f.table, f.row, f.column): i for i, f in enumerate(facts) if f.table is not None
        }
        self.said = self._numbers()

    def outcomes(
        self, makers: Sequence[tuple[int, Maker]], each: int
    ) -> Iterator[tuple[Mutation, Outcome]]:
        """Plant `each` errors of every kind, by their number, and judge them."""
        for number, maker in makers:
            random = Random(f"{self.name} {number} {getattr(maker, '__name__', '')}")
            for _ in range(each if self.at else 0):
                mutation = maker(self.document, random)
                if mutation is not None:
                    yield mutation, self.judge(mutation)

    def judge(self, mutation: Mutation) -> Outcome:
        """What the engine says of one mutation that it did not say of the whole document."""
        judged = Judged.of(mutation.document)
        fresh = {n for key, n in judged.broken.items() if key not in self.whole.broken}
        new = [c for c in judged.causes if fresh & set(c.broken)]
        touched, seen, twice = self._reach(mutation)
        corrections = [k for cause in new for k in cause.corrections]
        return Outcome(
            kind=mutation.kind,
            touched=touched,
            seen=seen,
            twice=twice,
            detected=bool(fresh) or self._told(mutation),
            named=any(_right(judged.system, c.corrections[:1], mutation) for c in new),
            listed=_listed(judged.system, corrections, mutation),
            single=len(new) == 1,
            seconds=judged.seconds,
        )

    def _told(self, mutation: Mutation) -> bool:
        """Whether the checks of form say something new: a row, a name or a year that is wrong."""
        return bool(_findings(mutation.document) - self.findings)

    # -- what the relations of the whole document could see ---------------------------------

    def _reach(self, mutation: Mutation) -> tuple[bool, bool, bool]:
        """Whether relations hold what was changed, see the change, and point at one cell."""
        if mutation.said is not None:
            return self._heard(mutation.said)
        if mutation.missing:
            gone = [self.at[cell] for cell in mutation.missing if cell in self.at]
            return self._touches(gone), self._misses(gone), False
        if mutation.table is not None:
            cells = [index for cell, index in self.at.items() if cell[0] == mutation.table]
            touched = self._touches(cells)
            if mutation.kind != "unit":
                return touched, touched, False
            return touched, bool(self._seeing(self._amounts(mutation, cells))), False
        cells = [self.at[cell] for cell in mutation.right if cell in self.at]
        change = self._amounts(mutation, cells)
        seeing = self._seeing(change)
        single = len(mutation.right) == 1 == len(cells)
        twice = single and independent(self.whole.system, sorted(seeing), cells[0])
        return self._touches(cells), bool(seeing), twice

    def _touches(self, facts: Sequence[int]) -> bool:
        return any(fact in self.touching for fact in facts)

    def _seeing(self, change: Numbers) -> set[int]:
        """The relations that hold, and do not with other numbers."""
        system = self.whole.system
        near = {n for fact in change for n in self.touching.get(fact, ())}
        return {
            n
            for n in near
            if system.holds(system.relations[n]) and not _holds(system, system.relations[n], change)
        }

    def _misses(self, gone: Sequence[int]) -> bool:
        """Whether a sum whose total still stands, and another part of it, lacks what is gone.

        A row that is a total itself, or the only part of one, leaves sums that hold.
        """
        system = self.whole.system
        for number in self._seeing(dict.fromkeys(gone, 0)):
            (top, _), *parts = system.relations[number].terms
            left = [i for i, _ in parts if i not in gone and system.facts[i].amount]
            if system.relations[number].kind == "sum" and top not in gone and left:
                return True
        return False

    def _amounts(self, mutation: Mutation, facts: Sequence[int]) -> dict[int, int | Decimal]:
        """What the mutated document prints in the cells of some facts."""
        now = {(f.table, f.row, f.column): f for f in mutation.document.facts}
        change: dict[int, int | Decimal] = {}
        for index in facts:
            fact = self.document.facts[index]
            other = now.get((fact.table, fact.row, fact.column))
            if other is None:
                change[index] = 0 if fact.amount is not None else Decimal(0)
            else:
                change[index] = other.value if other.amount is None else other.amount
        return change

    def _heard(self, words: Words) -> tuple[bool, bool, bool]:
        """Whether relations hold the number that was changed in the prose, and see the change.

        A direction is that of the numbers of its clause, and a year that of its sentence:
        the one turned round, the other changed, is always seen.
        """
        told = [
            index
            for (section, paragraph, first, last), index in self.said
            if (section, paragraph) == (words.section, words.paragraph)
            and (first <= words.start < last or words.start < first < self._end(words))
        ]
        held = [i for i in told if i in self.touching]
        system = self.whole.system
        if words.year or not words.before[0].isdigit():
            return bool(held), any(system.facts[i].value for i in held), False
        seen = any(self._seeing({i: _said_value(system.facts[i], words)}) for i in held)
        return bool(held), seen, False

    def _end(self, words: Words) -> int:
        """Where the sentence of a year ends; nowhere for other words."""
        text = self.document.sections[words.section].paragraphs[words.paragraph].text
        return text.find("。", words.start) if words.year else 0

    def _numbers(self) -> list[tuple[Span, int]]:
        """The numbers of the prose among the facts, by the characters that they are told by.

        That of a change or a growth is its whole clause, for it is told by its direction too.
        """
        facts = self.whole.system.facts
        prose = (i for i, f in enumerate(self.document.facts) if f.table is None)
        made: dict[Key, list[int]] = defaultdict(list)
        for index in range(len(self.document.facts), len(facts)):
            made[facts[index].location, facts[index].printed].append(index)
        found: list[tuple[Span, int]] = []
        for claim in self.document.claims:
            if isinstance(claim, Stated | Count):
                place, indexes = claim.span, [next(prose)]
            else:
                figure = getattr(claim, "percent", None) or getattr(claim, "amount", None)
                if figure is None:
                    continue
                turns = isinstance(claim, Change | Growth)
                place = claim.place if turns else figure.place
                indexes = made[figure.place.location, figure.printed]
            span = (place.section, place.paragraph, place.start, place.end)
            found.extend((span, index) for index in indexes)
        return found


def _said_value(fact: Fact, words: Words) -> int | Decimal:
    """The number that the changed words say, as the fact counts it."""
    amount = parse_amount(words.after)
    value = amount.value if amount else Decimal(0)
    if fact.amount is None:
        return -value if fact.value < 0 else value
    return int(value * FEN_PER.get(fact.unit, 100))


def _holds(system: System, relation: Relation, change: Numbers) -> bool:
    """As `System.holds`, with rates among what is changed: by the digits that they then print."""
    amounts = {i: v for i, v in change.items() if isinstance(v, int)}
    rate = relation.terms[2][0] if relation.kind == "ratio" else -1
    if rate not in change:
        return system.holds(relation, amounts)
    value = Decimal(change[rate])
    facts = list(system.facts)
    facts[rate] = replace(facts[rate], value=value)
    bounds = System(facts, system.quantum).ratio_bounds(relation, amounts)
    return bounds is None or bounds[0] <= value <= bounds[1]


# -- whether what the engine says is right ----------------------------------------------------


def _right(system: System, corrections: Sequence[Correction], mutation: Mutation) -> bool:
    """Whether one of the corrections is the undoing of the mutation."""
    return any(
        _same_missing(system, correction, mutation)
        or _same_unit(system, correction, mutation)
        or (mutation.right and _undone(system, correction) == _wanted(system, mutation))
        for correction in corrections
    )


def _listed(system: System, corrections: Sequence[Correction], mutation: Mutation) -> bool:
    """Whether one of the corrections speaks of the cells of the mutation, be it to the cent or not."""
    cells = set(mutation.right)
    return _right(system, corrections, mutation) or any(
        cells and set(_undone(system, correction)) == cells for correction in corrections
    )


def _undone(system: System, correction: Correction) -> dict[Key, object]:
    facts = system.facts
    return {(facts[i].table, facts[i].row, facts[i].column): v for i, v in correction.change}


def _wanted(system: System, mutation: Mutation) -> dict[Key, object]:
    """What belongs in the changed cells, those that no relation can speak of left out."""
    wanted: dict[Key, object] = {}
    for (number, row, column), value in mutation.right.items():
        table = mutation.document.tables[number]
        if (0, number, row, column) not in system.cells:
            continue
        if table.columns[column].rate is not None:
            wanted[number, row, column] = value
        else:
            wanted[number, row, column] = to_fen(value or Decimal(0), table.amount_unit or "元")
    return wanted


def _same_missing(system: System, correction: Correction, mutation: Mutation) -> bool:
    """Whether a correction asks for the row that was left out, but for rounding."""
    for fact, amount in correction.lacking:
        printed = system.facts[fact]
        for (number, _, column), value in mutation.missing.items():
            unit = FEN_PER[mutation.document.tables[number].amount_unit or "元"]
            rounding = 10 * max(system.quantum[fact], 1)
            elsewhere = correction.like == fact
            there = elsewhere or (printed.table, printed.column) == (number, column)
            if there and abs(amount - int(value * unit)) <= rounding:
                return True
    return False


def _same_unit(system: System, correction: Correction, mutation: Mutation) -> bool:
    """Whether a correction says that the unit of the table is wrong."""
    tables = {system.facts[fact].table for fact, _ in correction.change}
    return (
        mutation.kind == "unit" and correction.pattern == "unit" and tables == {mutation.table}
    )
