"""Which families of relations a document admits: those that mostly hold where they print."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final

from shouzhi.relations import Family, Relation, System
from shouzhi.relations.between import NARROWED, narrower, strangers
from shouzhi.relations.misplaced import misplaced
from shouzhi.relations.trees import ROW_DIMENSIONS, around
from shouzhi.relations.unprinted import FEW, agreed, forgotten, tells
from shouzhi.space import Coordinates

STRONG: Final = frozenset({
    "same", "tree", "heading", "balance", "printed", "rate", "columns", "change", "said",
    "repeated", "claim", "nought", "unchanged",
})  # fmt: skip
"""Families that words alone establish; one instance is enough."""
FEWEST: Final = 5
"""Instances that a family without words of its own needs before any of them may break."""
MOST_MOVED: Final = 12
"""Relations that amounts in the wrong place may break before it is not one slip any more."""
MOST_PERMUTED: Final = 4
"""Rows whose amounts may stand in each other's place before two columns are not one."""
MOST_TERMS: Final = 2_000
"""Terms of a relation up to which its numbers are tried with what other relations ask of them."""
SCALES: Final = (10, 1_000, 10_000, 10_000_000)
"""A decimal point one place off; 千元 for 元, 元 for 万元, 元 for 千万元."""
_ROWS: Final = frozenset(ROW_DIMENSIONS)
_BOUNDED: Final = frozenset({"ratio", "at_most"})
_LISTED: Final = _ROWS - {"item"}
_CARRIED: Final = frozenset({"carried_in", "carried_out", "reserves_used", "distributed"})


def admit(system: System, candidates: Iterable[Relation]) -> None:
    """Put the relations of admitted families into the system, each equation once.

    The families that words establish come first: what is broken in one of the others is an
    error, too, where the correction that these ask for mends it.
    """
    families: dict[Family, list[Relation]] = defaultdict(list)
    for relation in candidates:
        families[relation.family].append(relation)
    apart = strangers(system, families)
    scoped = narrower(system, families, apart)
    court = _Court(system, _carried(system), _rivals(system, families) | apart)
    seen: set[tuple[tuple[int, int], ...]] = set()
    for family, relations in sorted(families.items(), key=_order):
        known = relations
        if family[0] == "unprinted":
            known = forgotten(system, relations, families)
        elif family[0] == NARROWED:
            known = relations if family in scoped else []
        elif not court.admits(family, relations):
            continue
        for relation in known:
            key = tuple(sorted(relation.terms))
            if key not in seen:
                seen.add(key)
                system.relations.append(relation)
    for relation in agreed(system, families, seen):
        seen.add(tuple(sorted(relation.terms)))
        system.relations.append(relation)


@dataclass
class _Court:
    """What is known when a family is judged: amounts carried over, and what others ask for."""

    system: System
    carried: frozenset[int]
    rivals: set[Family]
    asked: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def admits(self, family: Family, relations: Sequence[Relation]) -> bool:
        """Whether what is broken in a family are errors, and not another scope under its words."""
        telling = [r for r in relations if tells(self.system, r)]
        broken = [r for r in telling if not self.system.holds(r)]
        short = {self._line(r) for r in broken if self._leaves_out(r)}
        doubtful = [r for r in broken if self._line(r) not in short and not self._explained(r)]
        strong = family[0] in STRONG
        if doubtful and (
            family in self.rivals
            or not (self._strong if strong else self._weak)(family, doubtful, len(telling))
        ):
            self.system.refused[family] = (len(telling) - len(broken), len(telling))
            return False
        if strong:
            for relation in broken:
                for fact, off in _offs(self.system, relation):
                    self.asked[fact].add(off)
        return True

    def _explained(self, relation: Relation) -> bool:
        """Whether it can only be an error: a slip, or what others ask for."""
        return _slip(self.system, relation) or self._is_asked(relation)

    def _line(self, relation: Relation) -> tuple[int | None, int | None]:
        """The table and row of the total of a relation."""
        fact = self.system.facts[relation.terms[0][0]]
        return fact.table, fact.row

    def _leaves_out(self, relation: Relation) -> bool:
        """Whether what the rows lack is printed elsewhere, in a row inside the whole.

        Then a row was left out, and is lacking in the other columns too.
        """
        lacking = self.system.residual(relation)
        if "rows" not in relation.family or relation.why not in _LISTED or lacking <= 0:
            return False
        whole, *rows = (self.system.facts[i].where.only(*ROW_DIMENSIONS) for i, _ in relation.terms)
        slack = self.system.slack(relation)
        first = bisect_left(self.amounts, lacking - slack)
        last = bisect_right(self.amounts, lacking + slack)
        found = {row for amount in self.amounts[first:last] for row in self.printed[amount]}
        return any(whole in around(row) and row not in rows for row in found)

    @cached_property
    def printed(self) -> dict[int, set[Coordinates]]:
        """The rows of tables that print an amount."""
        rows: dict[int, set[Coordinates]] = defaultdict(set)
        for index in self.system.cells.values():
            fact = self.system.facts[index]
            if fact.amount:
                rows[fact.amount].add(fact.where.only(*ROW_DIMENSIONS))
        return rows

    @cached_property
    def amounts(self) -> list[int]:
        """The amounts that tables print, in order."""
        return sorted(self.printed)

    def _is_asked(self, relation: Relation) -> bool:
        """Whether a correction of one number that other families ask for mends the relation."""
        if len(relation.terms) > MOST_TERMS:
            return False
        return any(
            self.system.holds(relation, {fact: (self.system.facts[fact].amount or 0) + off})
            for fact, coefficient in relation.terms
            if coefficient and fact in self.asked
            for off in self.asked[fact]
        )

    def _strong(self, family: Family, broken: Sequence[Relation], telling: int) -> bool:
        """Errors are few, and each has its own size.

        A scope that differs does so along the whole tree: the same difference stands in a
        项, its 款 and its 类, and the greatest of them is what is carried over.
        """
        system = self.system
        if all(_lists_nothing(system, r) for r in broken):
            return False
        if len(broken) * 2 > telling > 2 and _errors(system, broken) > max(1, telling // 4):
            return False
        if family[0] == "same" and len(broken) > 2 and _chained(system, broken):
            return False
        sizes = {abs(system.residual(r)) for r in broken if r.kind != "ratio"}
        return len(broken) < 2 or not sizes & self.carried

    def _weak(self, _: Family, broken: Sequence[Relation], telling: int) -> bool:
        """A family without words of its own: nearly all of many, none of them between totals."""
        system = self.system
        if telling < FEWEST or any(_whole(system, relation) for relation in broken):
            return False
        if any(abs(system.residual(r)) in self.carried for r in broken if r.kind != "ratio"):
            return False  # what is carried over is counted on one side only
        if _permuted(system, broken) or misplaced(system, broken):
            return len(broken) * 2 <= telling
        few = _errors(system, broken) <= max(1, int(telling * FEW))
        return few and not _chained(system, broken)


def _rivals(system: System, families: dict[Family, list[Relation]]) -> set[Family]:
    """Pairs of columns that rows witness less well than another column of the same table.

    A list of projects agrees with 总计 in all of them, with 财政拨款 in nearly all: it tells
    of 总计, and where it differs from 财政拨款 nothing is wrong.
    """
    ranks: dict[Family, tuple[int, int]] = {}
    best: dict[Family, tuple[int, int]] = {}
    for family, relations in families.items():
        if family[0] == "witness":
            broken = sum(not system.holds(r) for r in relations)
            (one, _), (other, _) = relations[0].terms
            ours, theirs = system.facts[one].where, system.facts[other].where
            apart = sum(ours.get(d) != theirs.get(d) for d in ("flow", "source"))
            ranks[family] = broken, apart
            for side in _sides(family):
                best[side] = min(best.get(side, ranks[family]), ranks[family])
    return {f for f, r in ranks.items() if any(best[side] < r for side in _sides(f))}


def _sides(family: Family) -> tuple[Family, Family]:
    """(a column, the table of the other) of a pair of columns, from either end."""
    one, other = family[1:5], family[5:9]
    return (*one, *other[:2]), (*other, *one[:2])


def _order(item: tuple[Family, list[Relation]]) -> int:
    """The families that words establish, then the others, then what these leave unprinted."""
    word = item[0][0]
    return 0 if word in STRONG else 2 if word == "unprinted" else 1


def _lists_nothing(system: System, relation: Relation) -> bool:
    """Whether the parts are all nought: a table that lists a few kinds does not list them all."""
    if relation.kind != "sum" or relation.why in _LISTED:
        return False
    return not any(system.facts[index].amount for index, _ in relation.terms[1:])


def _whole(system: System, relation: Relation) -> bool:
    """Whether a relation is between totals of tables: where those differ, so does the scope."""
    return not all(set(system.facts[i].where) & _ROWS for i in relation.facts)


def _chained(system: System, broken: Sequence[Relation]) -> bool:
    """Whether two instances miss by the same amount, as an item and its parent do."""
    off = sorted(system.residual(r) for r in broken)
    slack = max((system.slack(r) for r in broken), default=0)
    return any(b - a <= 2 * slack for a, b in pairwise(off))


def _permuted(system: System, broken: Sequence[Relation]) -> bool:
    """Whether two columns print the same amounts in other rows: rows swapped, or shifted."""
    if not 2 <= len(broken) <= MOST_PERMUTED or any(len(r.terms) != 2 for r in broken):
        return False
    slack = max(system.slack(r) for r in broken)
    one, other = (sorted(system.facts[r.terms[i][0]].amount or 0 for r in broken) for i in (0, 1))
    return all(abs(a - b) <= slack for a, b in zip(one, other, strict=True))


def _errors(system: System, broken: Sequence[Relation]) -> int:
    """How many slips explain what is broken, where one wrong number explains several relations.

    Amounts that stand in the wrong row or column miss in one place what they add in another.
    """
    if 1 < len(broken) <= MOST_MOVED and all(r.kind not in _BOUNDED for r in broken):
        slack = max(system.slack(r) for r in broken)
        if abs(sum(system.residual(r) for r in broken)) <= slack or misplaced(system, broken):
            return 1
    left = set(range(len(broken)))
    votes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, relation in enumerate(broken):
        for fact, off in _offs(system, relation):
            votes[fact].append((off, place))
    groups = [group for found in votes.values() for group in _alike(system, broken, sorted(found))]
    count = 0
    while left:
        most = max((group & left for group in groups), key=len, default=set())
        if len(most) < 2:
            return count + len(left)
        count += 1
        left -= most
    return count


def _alike(
    system: System, broken: Sequence[Relation], votes: Sequence[tuple[int, int]]
) -> Iterator[set[int]]:
    """The relations that ask the same change of a number, but for rounding, two or more."""
    group: set[int] = set()
    last = 0
    for off, place in votes:
        slack = system.slack(broken[place])
        if group and off - last > 2 * slack:
            if len(group) > 1:
                yield group
            group = set()
        group = group | {place}
        last = off
    if len(group) > 1:
        yield group


def _offs(system: System, relation: Relation) -> Iterable[tuple[int, int]]:
    """By how much each number of a linear relation would have to change for it to hold."""
    if relation.kind in _BOUNDED or len(relation.terms) > MOST_TERMS:
        return
    residual = system.residual(relation)
    for fact, coefficient in relation.terms:
        if coefficient and residual % coefficient == 0:
            yield fact, -residual // coefficient


def _slip(system: System, relation: Relation) -> bool:
    """Whether the two sides differ as no scope does: by a sign, a decimal point or a unit."""
    if relation.kind in _BOUNDED:
        return False
    amounts = [(c * (system.facts[i].amount or 0)) for i, c in relation.terms]
    one = sum(a for a, (_, c) in zip(amounts, relation.terms, strict=True) if c > 0)
    other = -sum(a for a, (_, c) in zip(amounts, relation.terms, strict=True) if c < 0)
    if not one or not other:
        return False
    slack = system.slack(relation)
    if abs(one + other) <= slack:
        return True
    least, most = sorted((abs(one), abs(other)))
    return any(abs(most - scale * least) <= slack for scale in SCALES)


def _carried(system: System) -> frozenset[int]:
    """The amounts that are printed as carried over, drawn from reserves or distributed."""
    return frozenset(
        fact.amount
        for fact in system.facts
        if fact.amount and fact.where.get("flow") in _CARRIED
    )
