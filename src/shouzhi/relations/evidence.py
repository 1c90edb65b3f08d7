"""Which families of relations a document admits: those that mostly hold where they print."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from shouzhi.relations import Family, Relation, System

MAJORITY: Final = 0.5
"""Of the instances that print something, the share that must hold."""
STRONG: Final = frozenset({"same", "tree", "heading", "balance", "printed", "rate"})
"""Families that words alone establish; one instance is enough."""


def admit(system: System, candidates: Iterable[Relation]) -> None:
    """Put the relations of admitted families into the system, each equation once."""
    families: dict[Family, list[Relation]] = defaultdict(list)
    for relation in candidates:
        families[relation.family].append(relation)
    seen: set[tuple[tuple[int, int], ...]] = set()
    for family, relations in families.items():
        telling = [r for r in relations if _tells(system, r)]
        holding = sum(system.holds(r) for r in telling)
        if telling and not _admitted(family, holding, len(telling)):
            system.refused[family] = (holding, len(telling))
            continue
        for relation in relations:
            key = tuple(sorted(relation.terms))
            if key not in seen:
                seen.add(key)
                system.relations.append(relation)


def _admitted(family: Family, holding: int, telling: int) -> bool:
    """A strong family needs half of its instances, and may fail alone; a weak one must hold."""
    if family[0] in STRONG:
        return holding * 2 >= telling or telling <= 2
    return holding * 4 >= telling * 3 and holding >= 1


def _tells(system: System, relation: Relation) -> bool:
    """Whether any amount in the relation is not zero."""
    return any(system.facts[index].amount for index, _ in relation.terms)
