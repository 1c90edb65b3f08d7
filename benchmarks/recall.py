"""How many planted errors are found, and how many are named: which cell, and its right value.

    python benchmarks/recall.py [FOLDER] [--each N] [--only WORD]

FOLDER holds documents (by default the samples beside the checkout).  Errors of every
kind in `mutations` are planted one at a time, seeded, so that two runs print the same
figures (but for the seconds).  Per document and in all:

- touched: facts of the tables that a relation holds, and that two independent ones do
  (two that share no other cell, so that together they point at one);
- within rounding: changes of a touched cell that the printed digits cannot tell from rounding;
- detected: of the changes of touched cells beyond it, those that break a relation that held;
- named: of the changes that two independent relations see, those whose first suspect is
  the changed cell with its right value; listed: of the others, those that name it at all.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from random import Random

import shouzhi
from mutations import CELLS, NARRATIVE, STRUCTURES, Maker, Mutation, Words
from shouzhi.checks.run import check
from shouzhi.facts import Document
from shouzhi.relations import Relation, System
from shouzhi.relations.derive import derive
from shouzhi.repair import Cause, Correction, causes
from shouzhi.space import FEN_PER, Fact, parse_amount, to_fen
from shouzhi.statements.claims import Change, Count, Growth, Stated

HERE = Path(__file__).resolve().parents[1]
SAMPLES = HERE.parent / "shared" / "samples"
EACH = 24
"""Mutations of each kind planted in each document, where it has room for them."""

Key = tuple[object, ...]


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
    """What became of one mutation."""

    kind: str
    touched: bool
    seen: bool
    twice: bool
    detected: bool
    named: bool
    listed: bool
    single: bool
    seconds: float


@dataclass(slots=True)
class Tally:
    """The outcomes of one document, or of all."""

    outcomes: list[Outcome] = field(default_factory=list)
    facts: int = 0
    touched: int = 0
    twice: int = 0
    alarms: int = 0

    def add(self, other: Tally) -> None:
        """Take the figures of another tally in."""
        self.outcomes += other.outcomes
        self.facts += other.facts
        self.touched += other.touched
        self.twice += other.twice
        self.alarms += other.alarms


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
    return (fact.table, fact.location, fact.column)


def independent(system: System, relations: Sequence[int], fact: int) -> bool:
    """Whether two of the relations share nothing but the fact, and one gives its amount."""
    telling = [
        system.relations[n]
        for n in relations
        if system.relations[n].kind != "at_most"
    ]
    return any(
        set(a.facts) & set(b.facts) == {fact} and "sum" in (_sort(a), _sort(b))
        for a, b in combinations(telling, 2)
    )


def _sort(relation: Relation) -> str:
    return "ratio" if relation.kind == "ratio" else "sum"


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

    def tally(self) -> Tally:
        """Coverage and alarms of the whole document."""
        system = self.whole.system
        touched = [i for i in self.at.values() if i in self.touching]
        twice = sum(independent(system, self.touching[i], i) for i in touched)
        return Tally([], len(self.at), len(touched), twice, len(self.whole.causes))

    def outcomes(self, makers: Sequence[Maker], each: int) -> Iterator[tuple[Mutation, Outcome]]:
        """Plant `each` errors of every kind and judge them."""
        for maker_number, maker in enumerate(makers):
            random = Random(f"{self.name} {maker_number} {getattr(maker, '__name__', '')}")
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
            detected=bool(fresh) or (mutation.table is not None and self._told(mutation)),
            named=any(_right(judged.system, c.corrections[:1], mutation) for c in new),
            listed=_listed(judged.system, corrections, mutation),
            single=len(new) == 1,
            seconds=judged.seconds,
        )

    def _told(self, mutation: Mutation) -> bool:
        """Whether the checks of form say something new: a table, a name or a year that is wrong."""
        return bool(_findings(mutation.document) - self.findings)

    def _reach(self, mutation: Mutation) -> tuple[bool, bool, bool]:
        """Whether relations hold what was changed, see the change, and point at one cell."""
        system = self.whole.system
        if mutation.said is not None:
            return self._heard(mutation.said)
        if not mutation.right:
            cells = [c for c in self.at if c in mutation.missing or c[0] == mutation.table]
            touched = any(self.at[cell] in self.touching for cell in cells)
            return touched, touched, False
        indexes = [self.at[cell] for cell in mutation.right if cell in self.at]
        change = {
            self.at[c]: _amount(mutation, c, system.facts[self.at[c]])
            for c in mutation.right
            if c in self.at
        }
        seeing = {
            n
            for index in indexes
            for n in self.touching.get(index, [])
            if system.holds(system.relations[n])
            and not _holds(system, system.relations[n], change)
        }
        touched = any(index in self.touching for index in indexes)
        single = len(mutation.right) == 1 and len(indexes) == 1
        return touched, bool(seeing), single and independent(system, sorted(seeing), indexes[0])

    def _heard(self, words: Words) -> tuple[bool, bool, bool]:
        """Whether relations hold the number that was changed in the prose, and see the change.

        A direction is that of the numbers of its clause; turning it round is always seen.
        """
        told = [
            index
            for (section, paragraph, first, last), index in self.said
            if (section, paragraph) == (words.section, words.paragraph)
            and (first <= words.start < last)
        ]
        held = [i for i in told if i in self.touching]
        system = self.whole.system
        if not words.before[0].isdigit():
            return bool(held), any(system.facts[i].value for i in held), False
        seen = any(
            not _holds(system, system.relations[n], {i: _said_value(system.facts[i], words)})
            for i in held
            for n in self.touching[i]
            if system.holds(system.relations[n])
        )
        return bool(held), seen, False

    def _numbers(self) -> list[tuple[tuple[int, int | None, int, int], int]]:
        """The numbers of the prose among the facts, by the characters that they are told by.

        That of a change or a growth is its whole clause, for it is told by its direction too.
        """
        facts = self.whole.system.facts
        prose = (i for i, f in enumerate(self.document.facts) if f.table is None)
        made: dict[Key, list[int]] = defaultdict(list)
        for index in range(len(self.document.facts), len(facts)):
            made[facts[index].location, facts[index].printed].append(index)
        found: list[tuple[tuple[int, int | None, int, int], int]] = []
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


def _amount(mutation: Mutation, cell: tuple[int, int, int], fact: Fact) -> int | Decimal:
    """What the mutated document prints in a cell, in 分 or percent."""
    number, row, column = cell
    for other in mutation.document.facts:
        if (other.table, other.row, other.column) == (number, row, column):
            return other.value if other.amount is None else other.amount
    return 0 if fact.amount is not None else Decimal(0)


def _holds(system: System, relation: Relation, change: dict[int, int | Decimal]) -> bool:
    """As `System.holds`, with rates among what is changed."""
    amounts = {i: v for i, v in change.items() if isinstance(v, int)}
    if relation.kind == "ratio" and relation.terms[2][0] in change:
        bounds = system.ratio_bounds(relation, amounts)
        rate = change[relation.terms[2][0]]
        return bounds is None or bounds[0] <= rate <= bounds[1]
    return system.holds(relation, amounts)


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


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f}" if whole else "    –"


def by_document(tallies: dict[str, Tally]) -> None:
    """One line a document: coverage, and the errors in single cells."""
    cells = {"one digit", "transposed", "tenfold", "sign", "other amount"}
    print(
        f"{'document':<36}{'facts':>6}{'touch%':>8}{'twice%':>7}{'alarms':>7}{'cells':>6}"
        f"{'touched':>8}{'round':>6}{'found%':>7}{'named%':>7}{'listed%':>8}{'s each':>8}"
    )
    for name, tally in tallies.items():
        ours = [o for o in tally.outcomes if o.kind in cells]
        touched = [o for o in ours if o.touched]
        seen = [o for o in touched if o.seen]
        twice = [o for o in seen if o.twice]
        once = [o for o in seen if not o.twice]
        seconds = sum(o.seconds for o in tally.outcomes) / max(len(tally.outcomes), 1)
        print(
            f"{name[:35]:<36}{tally.facts:>6}{_percent(tally.touched, tally.facts):>8}"
            f"{_percent(tally.twice, tally.facts):>7}{tally.alarms:>7}{len(ours):>6}"
            f"{len(touched):>8}{len(touched) - len(seen):>6}"
            f"{_percent(sum(o.detected for o in seen), len(seen)):>7}"
            f"{_percent(sum(o.named for o in twice), len(twice)):>7}"
            f"{_percent(sum(o.listed for o in once), len(once)):>8}{seconds:>8.3f}"
        )


def by_kind(tally: Tally) -> None:
    """One line a kind of error."""
    print(f"\n{'kind':<18}{'n':>6}{'touched':>9}{'beyond rounding':>17}{'found%':>8}"
          f"{'named%':>8}{'listed%':>9}{'one finding%':>14}")  # fmt: skip
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in tally.outcomes:
        kinds[outcome.kind].append(outcome)
    for kind, ours in kinds.items():
        touched = [o for o in ours if o.touched]
        seen = [o for o in touched if o.seen]
        found = [o for o in seen if o.detected]
        print(f"{kind:<18}{len(ours):>6}{len(touched):>9}{len(seen):>17}"
              f"{_percent(len(found), len(seen)):>8}"
              f"{_percent(sum(o.named for o in found), len(found)):>8}"
              f"{_percent(sum(o.listed for o in found), len(found)):>9}"
              f"{_percent(sum(o.single for o in found), len(found)):>14}")  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--only", default="")
    options = parser.parse_args(arguments)
    if not options.folder.exists():
        print(f"{options.folder}: no such folder", file=sys.stderr)
        return 2
    paths = sorted(p for p in options.folder.rglob("*") if p.is_file() and options.only in p.name)
    tallies: dict[str, Tally] = {}
    total = Tally()
    for path in paths:
        bench = Bench(shouzhi.read(path), path.name)
        tally = bench.tally()
        makers = (*CELLS, *CELLS, *STRUCTURES, *NARRATIVE)
        tally.outcomes = [o for _, o in bench.outcomes(makers, options.each)]
        tallies[path.name] = tally
        total.add(tally)
    by_document({**tallies, "all": total})
    by_kind(total)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
