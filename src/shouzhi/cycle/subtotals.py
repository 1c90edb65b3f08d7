"""Rows of money under the tree of one of their dimensions, with the sum of every branch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from shouzhi.catalogue.classifications import CODED, classification
from shouzhi.catalogue.told import Told, term


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch: its member, its name, its level from 1, its sum in 分 and how many rows it has."""

    key: str
    label: str
    level: int
    amount: int
    rows: int


def branches(dimension: str, rows: Iterable[tuple[str, int]], year: int | None) -> list[Branch]:
    """The branches above some rows (member, 分), in the order of the tree; rows of no member last.

    A member that the tree does not know (a project) is a branch of its own.
    """
    amounts: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    for member, amount in rows:
        for key in (member, *_above(dimension, member)):
            amounts[key] += amount
            counts[key] += 1
    ordered = sorted(amounts, key=lambda key: (not key, *_place(dimension, key)))
    return [
        Branch(
            key,
            _label(dimension, key, year),
            1 + len(_above(dimension, key)),
            amounts[key],
            counts[key],
        )
        for key in ordered
    ]


def _above(dimension: str, member: str) -> list[str]:
    """The members above one, the nearest first."""
    if not member or dimension in {"project", "unit"}:
        return []
    known = classification(dimension)
    found: list[str] = []
    parent = known.parent(member)
    while parent is not None:
        found.append(parent)
        parent = known.parent(parent)
    return found


def _place(dimension: str, member: str) -> tuple[str, ...]:
    """Where a member stands: the way down to it, codes in their order, words in that of the list."""
    way = [*reversed(_above(dimension, member)), member]
    if dimension in CODED or dimension in {"project", "unit"}:
        return tuple(way)
    order = {
        entry.code: f"{place:04d}" for place, entry in enumerate(classification(dimension).entries)
    }
    return tuple(order.get(step, step) for step in way)


def _label(dimension: str, member: str, year: int | None) -> str:
    if not member:
        return Told("（未填或有误）")
    if dimension in {"project", "unit"}:
        return member
    name = classification(dimension).name(member, year)
    if name is None:
        return member
    return Told("{code} {name}", code=member, name=term(name)) if dimension in CODED else term(name)
