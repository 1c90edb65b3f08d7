"""Years and dates: those of the document itself, those that cannot be, those left from last year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.names import fold
from shouzhi.checks import Finding
from shouzhi.checks.subject import Subject, finding


def own_year(subject: Subject) -> Iterator[Finding]:
    """Headings, titles of tables and opening figures that speak of another year as this one."""
    row = check_book()["own-year"]
    year = subject.document.year
    if year is None:
        return
    heading, opening = row.pattern("heading"), row.pattern("opening")
    kind = row.names("kinds").get(subject.document.kind)
    for place, table in enumerate(subject.document.tables):
        match = heading.search(fold(table.title))
        if match and match["kind"] == kind and int(match["year"]) != year:
            fields = {"words": table.title, "found": match["year"], "year": str(year)}
            yield finding(
                "own-year", subject, [subject.cell(place)], fields=fields,
                expected=str(year), found=match["year"],
            )  # fmt: skip
    for spoken in subject.spoken:
        text = fold(spoken.text)
        match = heading.search(text) if spoken.heading else opening.search(text)
        told = match["kind"] if match and spoken.heading else kind
        if match and told == kind and int(match["year"]) != year:
            fields = {"words": match.group(), "found": match["year"], "year": str(year)}
            yield finding(
                "own-year", subject, [subject.mark(spoken, match.group())], fields=fields,
                expected=str(year), found=match["year"],
            )  # fmt: skip


def dates(subject: Subject) -> Iterator[Finding]:
    """Days that no calendar has, and years with a digit too many or too few."""
    row = check_book()["impossible-date"]
    day, slip = row.pattern("day"), row.pattern("slip")
    for spoken in (*subject.spoken, *subject.notes):
        text = fold(spoken.text)
        for match in day.finditer(text):
            if not _possible(match):
                words = match.group()
                yield finding(
                    "impossible-date", subject, [subject.mark(spoken, words)],
                    fields={"words": words}, found=words,
                )  # fmt: skip
        for match in slip.finditer(text):
            words = match.group()
            yield finding(
                "impossible-date", subject, [subject.mark(spoken, words)],
                fields={"words": words}, found=words,
            )  # fmt: skip


def _possible(match: re.Match[str]) -> bool:
    """Whether a day is in the calendar; a day without a year may be the 29th of February."""
    year = int(match["year"] or 2000)
    try:
        date(year, int(match["month"]), int(match["day"] or 1))
    except ValueError:
        return False
    return True


def as_of(subject: Subject) -> Iterator[Finding]:
    """“截至…” days that a budget cannot know yet, or accounts have kept from last year."""
    row = check_book()["as-of-date"]
    year = subject.document.year
    if year is None:
        return
    latest = row.number("latest_month")
    for spoken in subject.spoken:
        for match in row.pattern("as_of").finditer(fold(spoken.text)):
            told, month = int(match["year"]), int(match["month"] or 12)
            accounts = subject.document.kind == "accounts"
            late = (told, month) > (year + accounts, latest)
            if late or (accounts and told < year):
                words = match.group()
                why = check_book().say("too-late" if late else "too-old")
                fields = {"words": words, "year": str(year), "why": why}
                yield finding(
                    "as-of-date", subject, [subject.mark(spoken, words)], fields=fields, found=words
                )
