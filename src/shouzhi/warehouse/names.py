"""Names and keys: departments to short keys, levels of government, members to their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from hashlib import blake2b

from shouzhi.catalogue.classifications import CODED, TREES, classification
from shouzhi.catalogue.loading import CATALOGUE, load_yaml
from shouzhi.catalogue.names import fold
from shouzhi.space import FEN_PER


@dataclass(frozen=True, slots=True)
class Level:
    """A level of government, and the pattern by which names tell it."""

    level: str
    title: str
    pattern: re.Pattern[str]


@cache
def levels() -> tuple[Level, ...]:
    """The levels of `catalogue/levels.yaml`, the lowest first; raises CatalogueError for a fault."""
    found: list[Level] = []
    for node in load_yaml(CATALOGUE / "levels.yaml").sequence():
        fields = node.record(("level", "title", "pattern"))
        pattern = re.compile(fields["pattern"].text())
        found.append(Level(fields["level"].text(), fields["title"].text(), pattern))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Size:
    """A band of spending: from `least` 分 up to where the next begins."""

    size: str
    title: str
    least: int


@cache
def sizes() -> tuple[Size, ...]:
    """The bands of `catalogue/sizes.yaml`, the smallest first; raises CatalogueError for a fault."""
    found: list[Size] = []
    for node in load_yaml(CATALOGUE / "sizes.yaml").sequence():
        fields = node.record(("size", "title", "least"))
        least = int(Decimal(fields["least"].text()) * FEN_PER["万元"])
        found.append(Size(fields["size"].text(), fields["title"].text(), least))
    return tuple(found)


def size_of(amount: int) -> str:
    """The band that spending of so many 分 falls into."""
    return next((size.size for size in reversed(sizes()) if amount >= size.least), sizes()[0].size)


@lru_cache(maxsize=4096)
def level_of(department: str) -> tuple[str | None, str | None]:
    """The level of government and the area that a department's name tells, None where it does not."""
    for level in levels():
        if found := level.pattern.search(fold(department)):
            return level.level, found["place"]
    return None, None


@lru_cache(maxsize=4096)
def department_key(name: str) -> str:
    """A short key of a department, the same for every spelling of its name: safe in any address."""
    return blake2b(fold(name).encode(), digest_size=5).hexdigest()


@lru_cache(maxsize=16384)
def member_name(dimension: str, member: str, year: int | None = None) -> str:
    """The official words of a member; the member itself where no list has it.

    Members joined by “+” are named one after the other; of a path such as `assets/fixed` the
    last part that is not ours is its own name.
    """
    if "+" in member:
        return "、".join(member_name(dimension, part, year) for part in member.split("+"))
    if dimension not in CODED and dimension not in TREES:
        return member
    known = classification(dimension).name(member, year)
    if known:
        return known
    first, slash, rest = member.partition("/")
    return f"{member_name(dimension, first, year)}：{rest}" if slash else member
