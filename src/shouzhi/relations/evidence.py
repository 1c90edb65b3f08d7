"""Which families of relations a document admits: those that mostly hold where they print."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from shouzhi.relations import Family, Relation, System

STRONG: Final = frozenset({"same", "tree", "heading", "balance", "printed", "rate", "columns", "said", "repeated", "claim", "nought"})
"""Families that words alone establish; one instance is enough."""
FEW: Final = 0.1
"""Of a family that only the amounts witness, the share of instances that may break."""
FEWEST: Final = 5
"""Instances that a family without words of its own needs before any of them may break."""
_ROWS: Final = frozenset({"function", "economic", "government_economic", "unit", "project", "item"})
_CARRIED: Final = frozenset({"carried_in", "carried_out", "reserves_used", "distributed"})


def admit(system: System, candidates: Iterable[Relation]) -> None:
    """Put the relations of admitted families into the system, each equation once."""
    families: dict[Family, list[Relation]] = defaultdict(list)
    for relation in candidates:
        families[relation.family].append(relation)
    carried = _carried(system)
    seen: set[tuple[tuple[int, int], ...]] = set()
    for family, relations in families.items():
        telling = [r for r in relations if _tells(system, r)]
        broken = [r for r in telling if not system.holds(r)]
        if broken and not _admitted(system, family, broken, len(telling), carried):
            system.refused[family] = (len(telling) - len(broken), len(telling))
            continue
        for relation in relations:
            key = tuple(sorted(relation.terms))
            if key not in seen:
                seen.add(key)
                system.relations.append(relation)


def _admitted(
    system: System, family: Family, broken: Sequence[Relation], telling: int, carried: frozenset[int]
) -> bool:
    """Whether what is broken in a family are errors, and not another scope under its words.

    Errors are few, and each has its own size.  A scope that differs does so along the
    whole tree: the same difference stands in a 项, its 款 and its 类, and the greatest
    of them is what is carried over.
    """
    if family[0] in STRONG:
        if all(_lists_nothing(system, r) for r in broken):
            return False
        if len(broken) * 2 > telling > 2:
            return False
        sizes = {abs(system.residual(r)) for r in broken if r.kind != "ratio"}
        return len(broken) < 2 or not sizes & carried
    if any(_whole(system, relation) for relation in broken):
        return False
    few = len(broken) <= max(1, int(telling * FEW)) and telling >= FEWEST
    return few and not _chained(system, broken)


def _lists_nothing(system: System, relation: Relation) -> bool:
    """Whether the parts are all nought: a table that lists a few kinds does not list them all."""
    if relation.kind != "sum":
        return False
    return not any(system.facts[index].amount for index, _ in relation.terms[1:])


def _whole(system: System, relation: Relation) -> bool:
    """Whether a relation is between totals of tables: where those differ, so does the scope."""
    return not any(set(system.facts[i].where) & _ROWS for i in relation.facts)


def _chained(system: System, broken: Sequence[Relation]) -> bool:
    """Whether two instances miss by the same amount, as an item and its parent do."""
    off = sorted(abs(system.residual(r)) for r in broken)
    slack = max((system.slack(r) for r in broken), default=0)
    return any(b - a <= 2 * slack for a, b in pairwise(off))


def _carried(system: System) -> frozenset[int]:
    """The amounts that are printed as carried over, drawn from reserves or distributed."""
    return frozenset(
        fact.amount
        for fact in system.facts
        if fact.amount and fact.where.get("flow") in _CARRIED
    )


def _tells(system: System, relation: Relation) -> bool:
    """Whether any amount in the relation is not zero."""
    return any(system.facts[index].amount for index, _ in relation.terms)
