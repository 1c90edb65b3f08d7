"""The editions of disclosure in words, for those who choose one or see which it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shouzhi.catalogue.form import Edition
from shouzhi.catalogue.forms import edition, editions, keys
from shouzhi.catalogue.told import term
from shouzhi.web.language import say

_LIVING: Final = ("budget", "accounts")
"""The documents that a year can be; an edition of anything else is none of a year."""


def edition_name(key: str) -> str:
    """An edition in words, such as 广州市部门预算（2024 年起）; a key that nothing knows as it is."""
    return _name(edition(key)) if key in keys() else key


def choices(document: str | None = None) -> Iterator[tuple[str, str]]:
    """The editions that a year may be disclosed in, of one document where one is named: key and words."""
    wanted = (document,) if document else _LIVING
    found = [one for one in editions() if one.document in wanted]
    for one in sorted(found, key=lambda one: (wanted.index(one.document), one.place, -one.valid_from)):
        yield one.key, _name(one)


def _name(one: Edition) -> str:
    years = (
        say("{year} 年起", year=one.valid_from)
        if one.valid_to is None
        else say("{first}—{last} 年", first=one.valid_from, last=one.valid_to)
    )
    if one.document == "budget":
        return say("{place}部门预算（{years}）", place=term(one.place), years=years)
    if one.document == "accounts":
        return say("{place}部门决算（{years}）", place=term(one.place), years=years)
    return say("{place}绩效文本（{years}）", place=term(one.place), years=years)
