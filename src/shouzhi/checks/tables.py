"""Tables that should be there: announced, referred to, or required by edition or law."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.checks import Finding, Mark, Severity
from shouzhi.checks.editions import fit_of
from shouzhi.checks.subject import Subject, finding, table_words
from shouzhi.checks.titles import alike, assign, core
from shouzhi.space import Location

_NUMERAL: Final = re.compile(r"[一二三四五六七八九十]+")


@dataclass(slots=True)
class Wanted:
    """A table that something calls for: `grounds` say what, `marks` where it is said."""

    title: str
    number: str | None
    grounds: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    check: str = "table-missing"
    authority: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None


def missing_tables(subject: Subject) -> Iterator[Finding]:
    """One finding for each table that is called for and not there, with all that calls for it."""
    wanted: list[Wanted] = []
    for one in (*_announced(subject), *_of_edition(subject), *_of_law(subject)):
        held = next((w for w in wanted if _same(w, one, subject)), None)
        if held is None:
            wanted.append(one)
        else:
            held.grounds += one.grounds
            held.marks += one.marks
            held.authority += one.authority
    for one in wanted:
        _refer(subject, one)
        yield _missing(subject, one)


def _missing(subject: Subject, wanted: Wanted) -> Finding:
    severity: Severity | None = None
    unread = check_book()["table-missing"].pattern("unread")
    if any(unread.search(warning) for warning in subject.document.warnings):
        severity = "note"  # it may stand on a page that is a picture
    book = check_book()
    name = (wanted.number or "") + book.say("table-title", title=wanted.title)
    return finding(
        wanted.check,
        subject,
        wanted.marks or [subject.whole()],
        severity=severity,
        fields={"name": name, "grounds": book.weighed(dict.fromkeys(wanted.grounds))},
        authority=_authority(wanted.authority),
    )


def _authority(cited: Sequence[str]) -> str | None:
    """The rules behind a finding; one that another says more exactly is left out."""
    distinct = list(dict.fromkeys(cited))
    kept = [rule for rule in distinct if not any(rule in o for o in distinct if o != rule)]
    return "；".join(kept) or None


def _same(one: Wanted, other: Wanted, subject: Subject) -> bool:
    if one.number and one.number == other.number:
        return True
    if other.pattern is not None and other.pattern.search(fold(one.title)):
        return True
    return alike(one.title, other.title, subject.document.department) >= 1


# -- announced in the contents -------------------------------------------------------------


def announced_titles(subject: Subject) -> list[tuple[str, Location]]:
    """The tables that the contents announce: entries that end as the titles of tables do."""
    ends = check_book()["table-announced"].pattern("entry")
    skip = check_book()["table-announced"].pattern("skip")
    owner = subject.document.department
    return [
        (entry.text, entry.location)
        for entry in subject.document.contents
        if ends.search(fold(entry.text)) and not skip.search(core(entry.text, owner))
    ]


def _announced(subject: Subject) -> Iterator[Wanted]:
    entries = announced_titles(subject)
    titles = [table.title for table in subject.document.tables]
    owner = subject.document.department
    found = assign([text for text, _ in entries], titles, owner)
    if len(found) * 2 < len(entries):
        return  # contents of another kind, or tables that were not read at all
    book = check_book()
    for place, (text, location) in enumerate(entries):
        if place in found or _said_as_heading(subject, text):
            continue
        bare = re.sub(r"^表[\d一二三四五六七八九十]+[、.:：]?", "", strip_ordinal(text)[1])
        ground = book.say("ground-contents", entry=text)
        mark = Mark(subject.number, text, location)
        yield Wanted(bare, _numbered(subject, text), [ground], [mark], "table-announced")


def unannounced_tables(subject: Subject) -> Iterator[Finding]:
    """Tables that the contents, which announce the others, leave out; told together."""
    entries = [text for text, _ in announced_titles(subject)]
    tables = subject.document.tables
    found = assign(entries, [table.title for table in tables], subject.document.department)
    row = check_book()["table-unannounced"]
    if not entries or len(found) * 100 < row.number("share") * len(entries):
        return
    entry = row.pattern("entry")
    others = [
        place
        for place, table in enumerate(tables)
        if place not in found.values() and entry.search(fold(table.title)) and table.columns
    ]
    if others:
        marks = [subject.cell(place) for place in others]
        names = check_book().listed(table_words(tables[place]) for place in others)
        yield finding("table-unannounced", subject, marks, fields={"names": names})


def _said_as_heading(subject: Subject, text: str) -> bool:
    """Whether the announced title stands over prose or a picture: then it is there, unread."""
    owner = subject.document.department
    wanted = core(text, owner)
    contents = {(entry.location.page, entry.location.line) for entry in subject.document.contents}
    return any(
        core(section.heading, owner) == wanted
        and (section.location.page, section.location.line) not in contents
        for section in subject.document.sections
    )


def _numbered(subject: Subject, text: str) -> str | None:
    """The number that a table of the contents would print: 表九 for “九、…”, where tables print such."""
    ordinal = strip_ordinal(text)[0]
    numbers = [table.number for table in subject.document.tables if table.number]
    if not ordinal or not any(_NUMERAL.fullmatch(number.removeprefix("表")) for number in numbers):
        return None
    numeral = ordinal.rstrip("、.．")
    return f"表{numeral}" if _NUMERAL.fullmatch(numeral) else None


def _refer(subject: Subject, wanted: Wanted) -> None:
    """Add the places in the prose that refer to the missing table by its number."""
    if wanted.number is None:
        return
    pattern = re.compile(rf"(?:详见|参见|见){re.escape(wanted.number)}(?![一二三四五六七八九十\d])")
    for spoken in subject.spoken:
        if match := pattern.search(spoken.text):
            wanted.marks.append(subject.mark(spoken, match.group()))
            wanted.grounds.append(check_book().say("ground-reference", words=match.group()))
            wanted.check = "table-announced"


# -- required by the edition and by the law -----------------------------------------------------


def _of_edition(subject: Subject) -> Iterator[Wanted]:
    """The forms of the edition that the document follows, where they are not there."""
    fit = fit_of(subject)
    if fit is None:
        return
    ground = check_book().say("ground-edition", edition=fit.name)
    for place, (title, form) in enumerate(zip(fit.titles, fit.wanted, strict=True)):
        if place not in fit.found:
            check = "table-form" if fit.sure else "table-form-near"
            yield Wanted(title, form.number, [ground], check=check, authority=fit.edition.authority)


def _lawful(subject: Subject) -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """The tables that the law calls for, what their titles look like, and whether they are there."""
    titles = [fold(table.title) for table in subject.document.tables if table.title]
    for node in check_book()["table-missing"].word("tables").sequence():
        data = node.mapping()
        wanted = re.compile("|".join(data["matches"].texts()))
        unlike = re.compile("|".join(data["unlike"].texts())) if "unlike" in data else None
        there = any(wanted.search(t) and not (unlike and unlike.search(t)) for t in titles)
        yield data["title"].text(), wanted, there


def is_departmental(subject: Subject) -> bool:
    """Whether a document is a department's budget or accounts: it holds most of the lawful tables."""
    row = check_book()["table-missing"]
    if subject.document.kind not in row.texts("kinds"):
        return False
    held = [there for *_, there in _lawful(subject)]
    return sum(held) * 100 >= row.number("share") * len(held)


def _of_law(subject: Subject) -> Iterator[Wanted]:
    """The tables that the law calls for everywhere; asked of documents that hold most of them."""
    row = check_book()["table-missing"]
    if not row.holds(subject.document.year) or not is_departmental(subject):
        return
    for title, pattern, there in _lawful(subject):
        if not there:
            ground = check_book().say("ground-law")
            yield Wanted(title, None, [ground], authority=row.authority, pattern=pattern)


# -- order and numbers ------------------------------------------------------------------------


def table_order(subject: Subject) -> Iterator[Finding]:
    """Tables in another order than the contents (or else the edition) have, or with one number."""
    tables = subject.document.tables
    owner = subject.document.department
    order, against = _ordered(subject)
    for before, after in pairwise(order):
        if after < before:
            yield finding(
                "table-order",
                subject,
                [subject.cell(after), subject.cell(before)],
                fields={
                    "name": table_words(tables[after]),
                    "before": table_words(tables[before]),
                    "against": against,
                },
            )
    seen: dict[str, int] = {}
    for place, table in enumerate(tables):
        if table.number is None:
            continue
        first = seen.setdefault(table.number, place)
        if first != place and alike(tables[first].title, table.title, owner) < 1:
            yield finding(
                "table-number-twice",
                subject,
                [subject.cell(place), subject.cell(first)],
                fields={"number": table.number, "other": tables[first].title},
            )


def _ordered(subject: Subject) -> tuple[list[int], str]:
    """The tables in the order in which they are announced, and by what."""
    titles = [table.title for table in subject.document.tables]
    entries = [text for text, _ in announced_titles(subject)]
    if entries:
        found = assign(entries, titles, subject.document.department)
        return [found[place] for place in sorted(found)], check_book().say("contents")
    fit = fit_of(subject)
    if fit is None:
        return [], ""
    return [fit.found[place] for place in sorted(fit.found)], fit.name
