"""Accounts that the prose lists (“主要包括：…”) held against the table of basic expenditure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.names import fold
from shouzhi.checks import Finding
from shouzhi.checks.completeness import has_amount
from shouzhi.checks.subject import Spoken, Subject, finding, place_words
from shouzhi.checks.titles import meaning

_DEPTH = 5
"""Digits of an economic 款."""


@dataclass(frozen=True, slots=True)
class Basic:
    """The economic 款 of basic expenditure: those with money by code, and all codes by label."""

    filled: dict[str, str]
    known: dict[str, set[str]]


def listed_accounts(subject: Subject) -> Iterator[Finding]:
    """Accounts that a list names without an amount in the table, and the reverse."""
    basic = _basic(subject)
    row = check_book()["named-without-amount"]
    if len(basic.filled) < row.number("fewest"):
        return
    told: set[tuple[str, str]] = set()
    for spoken in subject.spoken:
        for match in row.pattern("lists").finditer(spoken.text):
            for found in _list(subject, spoken, match, basic):
                key = (found.check, found.message.removeprefix(place_words(spoken.location)))
                if key not in told:
                    told.add(key)
                    yield found


def _list(
    subject: Subject, spoken: Spoken, match: re.Match[str], basic: Basic
) -> Iterator[Finding]:
    tail = check_book()["named-without-amount"].pattern("tail")
    named: set[str] = set()
    empty: list[str] = []
    for name in re.split(r"[、，,]", match["names"]):
        bare = tail.sub("", name).strip()
        codes = _codes(subject, name.strip(), bare, basic)
        named |= codes
        if codes and not codes & basic.filled.keys():
            empty.append(name.strip())
    if empty:
        book = check_book()
        names = book.listed(book.say("quoted", text=name) for name in empty)
        yield finding(
            "named-without-amount",
            subject,
            [subject.mark(spoken, name) for name in empty],
            fields={"names": names, "part": match["part"]},
        )
    yield from _unnamed(subject, spoken, match, basic, named)


def _codes(subject: Subject, name: str, bare: str, basic: Basic) -> set[str]:
    """The codes that a listed name can mean: those that the table prints beside it, else all."""
    for spelling in (name, bare):
        if held := basic.known.get(fold(spelling)):
            return held
    found: set[str] = set()
    for spelling in (name, bare):
        codes = classification("economic").codes(spelling, subject.document.year)
        found |= {code for code in codes if len(code) == _DEPTH}
    return found


def _unnamed(
    subject: Subject, spoken: Spoken, match: re.Match[str], basic: Basic, named: set[str]
) -> Iterator[Finding]:
    """Accounts with money that a closed list leaves out."""
    row = check_book()["amount-not-named"]
    if row.pattern("open").search(match["names"].strip()) or not named:
        return
    wanted = re.compile(row.names("parts")[match["part"]])
    left = [
        f"{code} {label}"
        for code, label in basic.filled.items()
        if wanted.match(code) and code not in named
    ]
    if left:
        names = check_book().listed(left)
        yield finding(
            "amount-not-named",
            subject,
            [subject.mark(spoken, match["part"])],
            fields={"part": match["part"], "names": names},
        )


def _basic(subject: Subject) -> Basic:
    filled: dict[str, str] = {}
    known: dict[str, set[str]] = defaultdict(set)
    for table in subject.document.tables:
        if meaning(table.title).get("kind") != "basic":
            continue
        for row in table.rows:
            code = row.codes.get("economic", "")
            if len(code) == _DEPTH:
                known[fold(row.label)].add(code)
                if has_amount(row):
                    filled.setdefault(code, row.label)
    return Basic(filled, known)
