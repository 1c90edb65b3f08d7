"""Functional accounts that the prose goes through one by one, held against the rows of the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.checks import Finding, Mark
from shouzhi.checks.completeness import has_amount
from shouzhi.checks.names import distance
from shouzhi.checks.subject import Subject, finding
from shouzhi.checks.titles import meaning
from shouzhi.statements.claims import Stated

_ITEM: Final = 7
"""Digits of a 项."""
_NEAR: Final = 3
"""Characters by which a name may differ that is told as a slip of the pen elsewhere."""
_SOURCES: Final = frozenset({"general", "fiscal"})


def accounts_told(subject: Subject) -> Iterator[Finding]:
    """项 with money in the prose that no table has, and 项 with money that the prose passes over."""
    told = _told(subject)
    listed = _listed(subject, appropriated=False)
    known = told.keys() & listed.keys()
    if len(known) < check_book()["account-without-row"].number("fewest"):
        return
    for place, mark in told.items():
        if place not in listed and not _meant(place, listed):
            yield finding(
                "account-without-row",
                subject,
                [mark],
                fields={"name": _name(place)},
            )
    yield from _passed_over(subject, told)


def _told(subject: Subject) -> dict[str, Mark]:
    """The 项 (a code, or its 款 and a name that no list has) whose amount the prose tells."""
    document = subject.document
    found: dict[str, Mark] = {}
    for claim in document.claims:
        if not isinstance(claim, Stated) or not claim.fact.amount:
            continue
        code = claim.fact.where.get("function", "")
        own = claim.fact.where.get("year") == str(document.year)
        if own and (len(code) == _ITEM or "/" in code):
            section = document.sections[claim.span.section]
            words = f"{claim.fact.printed}{claim.fact.unit}"
            mark = Mark(subject.number, words, claim.span.location, label=section.heading)
            found.setdefault(code, mark)
    return found


def _name(place: str) -> str:
    """The name of a 项 that is told by its code, or by a name that no list has."""
    return classification("function").name(place) or place.rpartition("/")[2]


def _listed(subject: Subject, *, appropriated: bool) -> dict[str, Mark]:
    """The codes with amounts in tables, or in those of appropriations alone."""
    found: dict[str, Mark] = {}
    for place, table in enumerate(subject.document.tables):
        if appropriated and meaning(table.title).get("source") not in _SOURCES:
            continue
        for index, row in enumerate(table.rows):
            code = row.codes.get("function") or row.where.get("function")
            if code and has_amount(row):
                found.setdefault(code, subject.cell(place, index))
    return found


def _meant(place: str, listed: Mapping[str, Mark]) -> bool:
    """Whether a row of the same 款 bears the name, or nearly: then another check tells it."""
    above, _, name = place.partition("/")
    if not name:
        return False
    if "/" in name or above not in listed:
        return True  # the path itself is wrong
    tree = classification("function")
    for code, mark in listed.items():
        if not code.startswith(above) or code == above:
            continue
        for label in (strip_ordinal(fold(mark.label))[1], fold(tree.name(code) or "")):
            same = sorted(label) == sorted(name) or label in name or name in label
            if same or distance(label, name, _NEAR) <= _NEAR:
                return True
    return False


def _passed_over(subject: Subject, told: Mapping[str, Mark]) -> Iterator[Finding]:
    """The accounts of the appropriations that prose which tells nearly all leaves out."""
    listed = _listed(subject, appropriated=True)
    items = [code for code in listed if len(code) == _ITEM]
    row = check_book()["account-passed-over"]
    left = [code for code in items if code not in told]
    whole = any("/" in place for place in told)  # a name that was not recognised may be one of them
    if left and not whole and (len(items) - len(left)) * 100 >= row.number("share") * len(items):
        names = check_book().listed(f"{code} {listed[code].label}" for code in left)
        marks = [listed[code] for code in left]
        yield finding("account-passed-over", subject, marks, fields={"names": names})
