"""Account codes found by what a person types: part of a number, or part of a name."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.names import fold
from shouzhi.catalogue.told import Told, in_english, term

ACCOUNTS = ("function", "economic")
"""The dimensions whose members are looked up here."""


_ALIKE = 0.5  # of two names, so that a slip of the pen still finds what was meant


class Account(NamedTuple):
    """A code that was found: its name in the year, and the names above it."""

    code: str
    name: str
    path: str


def find(dimension: str, query: str, year: int | None, most: int = 40) -> list[Account]:
    """The accounts in force in `year` that fit, best first.

    Digits fit the beginning of a code; words fit names, whole ones before beginnings
    before parts, the lowest level first; Latin letters fit the English names.  An empty
    query gives the top level.
    """
    wanted = _folded(query)
    ranked = [(_rank(account, wanted), account) for account in _accounts(dimension, year)]
    fits = [(rank, *_order(account), account) for rank, account in ranked if rank is not None]
    return [account for *_, account in sorted(fits)[:most]]


def settle(text: str, dimension: str, year: int | None) -> str:
    """The code of a name that means just one; any other text as it stands."""
    if not text or any(sign.isdigit() for sign in text):
        return text
    return classification(dimension).resolve(text, year) or text


def nearest(dimension: str, text: str, year: int | None, most: int = 5) -> list[Account]:
    """The accounts in force in `year` that come closest to a text that names none.

    Of a number those with its longest beginning, of words those that hold or resemble them.
    """
    found = find(dimension, text, year, most)
    wanted = fold(text)
    while not found and wanted.isdigit() and len(wanted) > 1:
        wanted = wanted[:-1]
        found = find(dimension, wanted, year, most)
    if found or not wanted or wanted.isdigit():
        return found
    by_name = {fold(account.name): account for account in _accounts(dimension, year)}
    return [by_name[name] for name in get_close_matches(wanted, by_name, most, _ALIKE)]


def _rank(account: Account, wanted: str) -> int | None:
    if not wanted:
        return 0 if not account.path else None
    if wanted.isdigit():
        return (0 if account.code == wanted else 1) if account.code.startswith(wanted) else None
    name = _folded(in_english(account.name) if wanted.isascii() else account.name)
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    return 2 if wanted in name else None


def _folded(text: str) -> str:
    return fold(text).casefold()


def _order(account: Account) -> tuple[int, str]:
    """Lines are written at the lowest level, so that it comes first; codes in their order."""
    return -len(account.code), account.code


@cache
def _accounts(dimension: str, year: int | None) -> tuple[Account, ...]:
    known = classification(dimension)
    codes = dict.fromkeys(entry.code for entry in known.entries if entry.holds(year))
    return tuple(
        Account(code, term(known.name(code, year) or ""), _path(dimension, code, year))
        for code in codes
    )


def _path(dimension: str, code: str, year: int | None) -> str:
    known = classification(dimension)
    parent = known.parent(code)
    if parent is None:
        return ""
    name, above = term(known.name(parent, year) or parent), _path(dimension, parent, year)
    return Told("{above} › {name}", above=above, name=name) if above else name
