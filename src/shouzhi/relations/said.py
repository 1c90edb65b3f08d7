"""Prose against tables, and against itself: what each sentence says becomes a relation.

An amount that is said at a place equals the one that a table prints there.  A share, a
change, a rate of growth or of completion is the arithmetic of the amounts at its
operands; a list of parts adds up to its whole, or to no more than it.  Where a sentence
names its place less exactly than the tables do (财政拨款 where there is only 一般公共预算),
its reading is weak: the document must bear it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shouzhi.relations import Relation
from shouzhi.relations.across import Origin, Placed, full
from shouzhi.space import Coordinates, Fact
from shouzhi.statements.claims import (
    Absent,
    Change,
    Claim,
    Comparison,
    Completion,
    Count,
    Figure,
    Growth,
    Parts,
    Share,
    Stated,
)

_MONEY: Final = frozenset({"元", "千元", "万元", "百万元", "亿元"})
_TOLD_EXACTLY: Final = frozenset(
    {"three_public", "abroad", "vehicles", "vehicle_purchase", "vehicle_running", "reception",
     "meetings", "training", "operating_costs"}
)  # fmt: skip
_NEAR_SOURCES: Final = {
    "fiscal": ("general",),
    "general": ("fiscal",),
    None: ("fiscal", "general"),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number of the prose: its index among the facts, its place in the space and in the text."""

    index: int
    where: Coordinates
    money: bool
    section: int
    paragraph: int | None


class Said:
    """The prose of one document over the facts of a system; new numbers are appended to it."""

    def __init__(
        self,
        facts: list[Fact],
        claims: Sequence[Claim],
        start: int,
        origin: Origin,
        tables: Mapping[Coordinates, Placed],
    ) -> None:
        self.facts = facts
        self.claims = claims
        self.origin = origin
        self.tables = tables
        self.spoken: dict[tuple[Coordinates, str], list[Spoken]] = defaultdict(list)
        self._collect(start)

    def _collect(self, start: int) -> None:
        """Find the prose facts of the document in the system; counts get a number of their own."""
        prose = (i for i in range(start, len(self.facts)) if self.facts[i].table is None)
        for claim in self.claims:
            if not isinstance(claim, Stated | Count):
                continue
            index = next(prose)
            money = self.facts[index].amount is not None
            if not money:
                index = self._append(replace(claim.fact, amount=int(claim.fact.value * 100)))
            where = full(claim.fact.where, self.origin) if money else claim.fact.where
            spoken = Spoken(index, where, money, claim.place.section, claim.place.paragraph)
            self.spoken[where, _measure(claim.fact.unit)].append(spoken)

    def _append(self, fact: Fact) -> int:
        self.facts.append(fact)
        return len(self.facts) - 1

    def relations(self) -> Iterator[Relation]:
        """Every relation that the claims of the document make."""
        for group in list(self.spoken.values()):
            yield from self._repeated(group)
            yield from self._against_tables(group)
        for claim in self.claims:
            yield from self._derived(claim)

    def _repeated(self, group: Sequence[Spoken]) -> Iterator[Relation]:
        """What is said twice of one place is the same, where the place is the tables' own kind.

        Places that the prose alone knows (a meeting, a purchase) are named too loosely.
        """
        first = group[0]
        item = first.where.get("item")
        if not first.money or "project" in first.where or (item and item not in _TOLD_EXACTLY):
            return
        for other in group[1:]:
            terms = ((group[0].index, 1), (other.index, -1))
            yield Relation(terms, "equal", ("repeated", self.origin.document), "said twice")

    def _against_tables(self, group: Sequence[Spoken]) -> Iterator[Relation]:
        first = group[0]
        if not first.money:
            return
        held = self.tables.get(first.where)
        if held is not None:
            for spoken in group:
                terms = ((spoken.index, 1), (held.index, -1))
                yield Relation(terms, "equal", ("said", self.origin.document), "said")
            return
        for reading, item in self._readings(first.where):
            for spoken in group:
                terms = ((spoken.index, 1), (item.index, -1))
                yield Relation(terms, "equal", ("reading", self.origin.document, *reading), "said")

    def _readings(
        self, where: Coordinates
    ) -> Iterator[tuple[tuple[str | None, str | None], Placed]]:
        """Places of tables that a sentence can mean by a neighbouring source."""
        source = where.get("source")
        for near in _NEAR_SOURCES.get(source, ()):
            item = self.tables.get(where | {"source": near})
            if item is not None:
                yield (source, near), item
                return
        if source is not None and (item := self.tables.get(where.without("source"))) is not None:
            yield (source, None), item

    def _derived(self, claim: Claim) -> Iterator[Relation]:
        match claim:
            case Share(part=top, whole=bottom, percent=figure):
                yield from self._ratio(claim, top, bottom, figure)
            case Completion(numerator=top, denominator=bottom, percent=figure):
                yield from self._ratio(claim, top, bottom, figure)
            case Change(amount=figure) if figure is not None:
                yield from self._change(claim, figure)
            case Change(direction=0, word=word) if not word.startswith("基本"):
                yield from self._unchanged(claim)
            case Growth(percent=figure) if figure is not None and figure.unit in {"%", ""}:
                yield from self._growth(claim, figure)
            case Comparison():
                yield from self._comparison(claim)
            case Parts():
                yield from self._parts(claim)
            case Absent(where=where):
                yield from self._absent(claim, where)

    def _at(self, where: Coordinates, claim: Claim, unit: str = "元") -> int | None:
        """The fact at a place: said in the same paragraph or section, else printed, else said elsewhere.

        A section means one scope by one name, which a table with the same words may not; one
        place may hold an amount and counts of several units (批次, 人次).
        """
        money = unit in _MONEY
        wanted = full(where, self.origin) if money else where
        spoken = self.spoken.get((wanted, _measure(unit)), [])
        place = claim.place
        near = [s for s in spoken if s.section == place.section]
        if near:
            return min(near, key=lambda s: s.paragraph != place.paragraph).index
        if money and (held := self.tables.get(wanted)) is not None:
            return held.index
        if spoken:
            return spoken[0].index
        readings = list(self._readings(wanted)) if money else []
        return readings[0][1].index if readings and readings[0][0][0] is not None else None

    def _figure(self, figure: Figure, *, sign: int = 1) -> int:
        """A number of a claim as a fact of its own, at no place in the space."""
        percent = figure.unit not in _MONEY
        amount = figure.amount if not percent else None
        value = figure.value if not percent else figure.value * (sign or 1)
        if percent and figure.unit not in {"%", ""}:
            amount = int(figure.value * 100)
        fact = Fact(
            where=Coordinates(),
            amount=amount,
            value=value,
            printed=figure.printed,
            unit=figure.unit or "%",
            location=figure.place.location,
            how="text",
        )
        return self._append(fact)

    def _family(self, claim: Claim, word: str = "claim") -> tuple[str | int | None, ...]:
        return (word, self.origin.document, type(claim).__name__, claim.statement)

    def _ratio(
        self, claim: Claim, top: Coordinates, bottom: Coordinates, figure: Figure
    ) -> Iterator[Relation]:
        above, below = self._at(top, claim), self._at(bottom, claim)
        if above is None or below is None or above == below:
            return
        terms = ((above, 1), (below, -1), (self._figure(figure), 0))
        yield Relation(terms, "ratio", self._family(claim), "share")

    def _change(self, claim: Change, figure: Figure) -> Iterator[Relation]:
        """What it is now, less what it was, is the change; a change of nought has no amount."""
        change = self._figure(figure)
        if claim.direction == 0:
            yield Relation(((change, 1),), "equal", self._family(claim, "nought"), "no change")
            return
        now = self._at(claim.of, claim, figure.unit)
        before = self._at(claim.base, claim, figure.unit)
        if now is not None and before is not None and now != before:
            terms = ((now, 1), (before, -1), (change, -claim.direction))
            yield Relation(terms, "sum", self._family(claim), "change")

    def _unchanged(self, claim: Change) -> Iterator[Relation]:
        """与上年持平: both are printed, and are the same."""
        now, before = self._at(claim.of, claim), self._at(claim.base, claim)
        if now is not None and before is not None and now != before:
            terms = ((now, 1), (before, -1))
            yield Relation(terms, "equal", self._family(claim, "unchanged"), "unchanged")

    def _growth(self, claim: Growth, figure: Figure) -> Iterator[Relation]:
        """The rate against the base that is printed, else against the change said beside it."""
        now = self._at(claim.of, claim)
        before = self._at(claim.base, claim)
        rate = self._figure(figure, sign=claim.direction)
        if now is not None and before is not None and now != before:
            terms = ((now, 1), (before, -1), (rate, 0))
            yield Relation(terms, "ratio", self._family(claim), "growth", mode="growth")
            return
        change = self._change_beside(claim)
        if now is not None and change is not None and change.amount is not None:
            index = self._figure(change.amount)
            terms = ((now, 1), (index, change.direction), (rate, 0))
            yield Relation(terms, "ratio", self._family(claim), "growth", mode="increase")

    def _change_beside(self, growth: Growth) -> Change | None:
        """The change that the same sentence tells of the same place; its direction is its own."""
        for claim in self.claims:
            if (
                isinstance(claim, Change)
                and (claim.of, claim.base) == (growth.of, growth.base)
                and claim.place.section == growth.place.section
                and claim.place.paragraph == growth.place.paragraph
                and claim.amount is not None
                and claim.amount.unit in _MONEY
            ):
                return claim
        return None

    def _comparison(self, claim: Comparison) -> Iterator[Relation]:
        left, right = self._at(claim.left, claim), self._at(claim.right, claim)
        if left is None or right is None or left == right or claim.about:
            return
        sign = {"<": 1, ">": -1, "=": 1}[claim.relation]
        kind = "equal" if claim.relation == "=" else "at_most"
        terms = ((left, sign), (right, -sign))
        yield Relation(terms, kind, self._family(claim), claim.word)  # type: ignore[arg-type]

    def _parts(self, claim: Parts) -> Iterator[Relation]:
        whole = self._at(claim.whole, claim, claim.unit)
        parts = [self._at(part, claim, claim.unit) for part in claim.parts]
        if whole is None or None in parts or whole in parts or len(set(parts)) < len(parts):
            return
        below = [(part, 1) for part in parts if part is not None]
        if claim.closed:
            terms = ((whole, 1), *((part, -1) for part, _ in below))
            yield Relation(terms, "sum", self._family(claim), "parts")
        else:
            yield Relation((*below, (whole, -1)), "at_most", self._family(claim), "parts")

    def _absent(self, claim: Claim, where: Coordinates) -> Iterator[Relation]:
        held = self.tables.get(full(where, self.origin))
        if held is not None:
            yield Relation(((held.index, 1),), "equal", self._family(claim), "absent")


def _measure(unit: str) -> str:
    """Amounts of money are of one measure, whatever unit they are printed in; counts each of theirs."""
    return "元" if unit in _MONEY else unit
