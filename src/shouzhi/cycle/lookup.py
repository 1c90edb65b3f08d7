"""Account codes found by what a person types: part of a number, or part of a name."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.names import fold

ACCOUNTS = ("function", "economic")
"""The dimensions whose members are looked up here."""


class Account(NamedTuple):
    """A code that was found: its name in the year, and the names above it."""

    code: str
    name: str
    path: str


def find(dimension: str, query: str, year: int | None, most: int = 40) -> list[Account]:
    """The accounts in force in `year` that fit, best first.

    Digits fit the beginning of a code; words fit names, whole ones before beginnings
    before parts, the lowest level first.  An empty query gives the top level.
    """
    wanted = fold(query)
    ranked = [(_rank(account, wanted), account) for account in _accounts(dimension, year)]
    fits = [(rank, *_order(account), account) for rank, account in ranked if rank is not None]
    return [account for *_, account in sorted(fits)[:most]]


def settle(text: str, dimension: str, year: int | None) -> str:
    """The code of a name that means just one; any other text as it stands."""
    if not text or any(sign.isdigit() for sign in text):
        return text
    return classification(dimension).resolve(text, year) or text


def _rank(account: Account, wanted: str) -> int | None:
    if not wanted:
        return 0 if not account.path else None
    if wanted.isdigit():
        return (0 if account.code == wanted else 1) if account.code.startswith(wanted) else None
    name = fold(account.name)
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    return 2 if wanted in name else None


def _order(account: Account) -> tuple[int, str]:
    """Lines are written at the lowest level, so that it comes first; codes in their order."""
    return -len(account.code), account.code


@cache
def _accounts(dimension: str, year: int | None) -> tuple[Account, ...]:
    known = classification(dimension)
    codes = dict.fromkeys(entry.code for entry in known.entries if entry.holds(year))
    return tuple(
        Account(code, known.name(code, year) or "", _path(dimension, code, year)) for code in codes
    )


def _path(dimension: str, code: str, year: int | None) -> str:
    known = classification(dimension)
    above: list[str] = []
    parent = known.parent(code)
    while parent is not None:
        above.append(known.name(parent, year) or parent)
        parent = known.parent(parent)
    return " › ".join(reversed(above))
