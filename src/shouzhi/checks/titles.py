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
_NUMBER: Final = re.compile(r"^(?:附?表|公开)?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:表|[、.:：])?(?=\D)")
_SIDE: Final = re.compile(r"\([^()]*\)")
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
    """The coordinates of a title without year and stage."""
    return lexicon().title(title).without("year", "stage")


def alike(one: str, other: str, owner: str | None) -> float:
    """How surely two titles are one: above 1 where they are, 0 where they are not."""
    ours, theirs = core(one, owner), core(other, owner)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 3.0
    ratio = SequenceMatcher(None, ours, theirs, autojunk=False).ratio()
    if meaning(ours) == meaning(theirs) and meaning(ours) and ratio >= SAME_PLACE:
        return 1.0 + ratio
    return ratio if ratio >= ALIKE else 0.0


def assign(wanted: Sequence[str], found: Sequence[str], owner: str | None) -> dict[int, int]:
    """The wanted titles that are found, each at one place: the surest pairs first."""
    pairs = [
        (score, -i, -j)
        for i, title in enumerate(wanted)
        for j, other in enumerate(found)
        if (score := alike(title, other, owner)) > 0
    ]
    taken: dict[int, int] = {}
    used: set[int] = set()
    for _, i, j in sorted(pairs, reverse=True):
        if -i not in taken and -j not in used:
            taken[-i] = -j
            used.add(-j)
    return taken
