"""Columns of two documents: which of them share their words and not their scope.

A target form prints as 基本支出 what appropriations pay of it, the budget all of it.  Where a
column agrees with another document in nothing, and with its appropriations in most, it tells
of these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from shouzhi.relations import BETWEEN, Family, Relation, System
from shouzhi.relations.across import Column, Placed
from shouzhi.relations.unprinted import tells
from shouzhi.space import Coordinates

NARROWED: Final = "narrowed"
"""The word of families that read a column as of a source that it does not name."""
_SOURCES: Final = ("fiscal", "general")

Families = Mapping[Family, Sequence[Relation]]


def narrowed(
    placed: Sequence[Placed], places: Sequence[Mapping[Coordinates, Placed]]
) -> Iterator[Relation]:
    """Columns that name no source against what other documents print of appropriations."""
    for item in placed:
        if "source" in item.where:
            continue
        for number, known in enumerate(places):
            if number == item.column[0]:
                continue
            for source in _SOURCES:
                held = known.get(item.where | {"source": source})
                if held is not None:
                    family = (NARROWED, *item.column, number, source)
                    yield Relation(((held.index, 1), (item.index, -1)), "equal", family, "same place")


def strangers(system: System, families: Families) -> set[Family]:
    """Columns of two documents that share words, and not one number: another scope."""
    found: set[Family] = set()
    columns: dict[tuple[object, ...], list[Family]] = defaultdict(list)
    for family in families:
        if family[0] == "same" and BETWEEN in family:
            for column in (family[1:5], family[5:9]):
                columns[*column, *family[9:]].append(family)
    for held in columns.values():
        telling = [r for family in held for r in families[family] if tells(system, r)]
        if len(telling) > 1 and not any(map(system.holds, telling)):
            found.update(held)
    return found


def narrower(system: System, families: Families, apart: Collection[Family]) -> set[Family]:
    """The readings by a source that hold for most of a column which agrees in nothing else."""
    odd: set[Column] = {column for family in apart for column in (family[1:5], family[5:9])}  # type: ignore[misc]
    best: dict[tuple[object, ...], tuple[int, int, Family]] = {}
    for family, relations in families.items():
        if family[0] != NARROWED or family[1:5] not in odd:
            continue
        telling = [r for r in relations if tells(system, r)]
        holding = sum(map(system.holds, telling))
        key = family[1:6]
        if holding * 2 >= len(telling) > 1 and holding > best.get(key, (0, 0, family))[0]:
            best[key] = holding, len(telling), family
    return {family for _, _, family in best.values()}
