"""Titles of tables matched with what announces them: contents, editions, references."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.space import Coordinates

ALIKE: Final = 0.75
"""How alike two titles must be that say nothing of their coordinates."""
SAME_PLACE: Final = 0.5
"""How alike two titles must be that mean the same coordinates."""

_YEAR: Final = re.compile(r"(?:19|20)\d{2}年?度?")
_NUMBER: Final = re.compile(
    r"^(?:附?表|公开)?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:表|[、.:：])?(?=\D)"
)
_SIDE: Final = re.compile(r"\([^()]*\)")
_NARROWER: Final = re.compile("一般公共预算|公共财政预算|政府性基金|国有资本经营")
_OWNER: Final = re.compile(r"^(?:本)?(?:部门|单位)(?!预算|决算)")


@lru_cache(maxsize=4096)
def core(title: str, owner: str | None) -> str:
    """What a title says besides its number, its year, its owner and its brackets."""
    plain = strip_ordinal(fold(title))[1]
    if plain.startswith(("表", "附表", "公开")):
        plain = _NUMBER.sub("", plain)
    plain = _YEAR.sub("", plain)
    if owner:
        plain = plain.replace(fold(owner), "")
    plain = _SIDE.sub("", plain)
    return _OWNER.sub("", plain)


@lru_cache(maxsize=4096)
def meaning(title: str) -> Coordinates:
    """The coordinates of a title without year and stage.

    财政拨款 beside one of its budgets says no more than that budget.
    """
    plain = fold(title)
    if _NARROWER.search(plain):
        plain = plain.replace("财政拨款", "")
    return lexicon().title(plain).without("year", "stage")


@lru_cache(maxsize=8192)
def alike(one: str, other: str, owner: str | None) -> float:
    """How surely two titles are one: 1 and more where they are, 0 where they are not."""
    ours, theirs = core(one, owner), core(other, owner)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 3.0
    if not _compatible(ours, theirs):
        return 0.0
    same = bool(meaning(ours)) and meaning(ours) == meaning(theirs)
    least = SAME_PLACE if same else ALIKE
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.quick_ratio() < least or (ratio := matcher.ratio()) < least:
        return 0.0
    return 1.0 + ratio if same else ratio


def _compatible(one: str, other: str) -> bool:
    """Whether two titles can mean one table: no other source or kind, 收支 not 收入."""
    ours, theirs = meaning(one), meaning(other)
    if any(ours[d] != theirs[d] for d in ours.keys() & theirs.keys()):
        return False
    if ours.get("kind") != theirs.get("kind") or ("收" in one) != ("收" in other):
        return False
    return "收" not in one or ("支" in one) == ("支" in other)


def assign(wanted: Sequence[str], found: Sequence[str], owner: str | None) -> dict[int, int]:
    """The wanted titles that are found, each at one place: the surest pairs first."""
    taken = _exact(wanted, found, owner)
    used = set(taken.values())
    pairs = [
        (score, -i, -j)
        for i, title in enumerate(wanted)
        if i not in taken
        for j, other in enumerate(found)
        if j not in used and (score := alike(title, other, owner)) > 0
    ]
    for _, i, j in sorted(pairs, reverse=True):
        if -i not in taken and -j not in used:
            taken[-i] = -j
            used.add(-j)
    return taken


def _exact(wanted: Sequence[str], found: Sequence[str], owner: str | None) -> dict[int, int]:
    """The titles that say the same, in order."""
    places: dict[str, list[int]] = {}
    for j, title in enumerate(found):
        places.setdefault(core(title, owner), []).append(j)
    taken: dict[int, int] = {}
    for i, title in enumerate(wanted):
        key = core(title, owner)
        if key and (held := places.get(key)):
            taken[i] = held.pop(0)
    return taken
