"""What a template leaves behind: places not filled in, instructions, choices not made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.names import fold
from shouzhi.checks import Finding, Mark, Severity
from shouzhi.checks.subject import Spoken, Subject, finding
from shouzhi.tables import Row

_SHOWN: Final = 3
"""Places that the message of a finding quotes."""


def placeholders(subject: Subject) -> Iterator[Finding]:
    """XX, 某某 and their kin in titles, prose, notes and labels: one finding for all of them."""
    pattern = check_book()["placeholder"].pattern("marks")
    marks = [
        subject.mark(spoken, _context(spoken.text, match))
        for spoken in (*subject.spoken, *subject.notes)
        for match in pattern.finditer(spoken.text)
    ]
    for place, table in enumerate(subject.document.tables):
        for text in (table.title, table.department or ""):
            marks.extend(subject.cell(place) for _ in pattern.finditer(text))
        if not pattern.search("\n".join(text for row in table.rows for text in _words(row))):
            continue
        for index, row in enumerate(table.rows):
            for text in _words(row):
                marks.extend(subject.cell(place, index) for _ in pattern.finditer(text))
    if marks:
        few = len(marks) < check_book()["placeholder"].number("few")
        yield _together("placeholder", subject, marks, "warning" if few else None)


def _words(row: Row) -> tuple[str, ...]:
    return (row.label, *row.texts.values(), *(cell for cell in row.cells if cell))


def instructions(subject: Subject) -> Iterator[Finding]:
    """Sentences that tell how to fill in the form; below a table they are part of the form."""
    pattern = check_book()["template-instruction"].pattern("marks")
    for pieces, severity in ((subject.spoken, None), (subject.notes, "note")):
        marks = _matches(subject, pieces, pattern)
        if marks:
            yield _together("template-instruction", subject, marks, severity)  # type: ignore[arg-type]


def undecided(subject: Subject) -> Iterator[Finding]:
    """“增加（减少）”: a choice that was not made; before a nought it is only untidy."""
    row = check_book()["undecided-choice"]
    choice, without, nought = row.pattern("choice"), row.pattern("without"), row.pattern("nought")
    open_: list[Mark] = []
    idle: list[Mark] = []
    for spoken in subject.spoken:
        for match in choice.finditer(spoken.text):
            if without.search(spoken.text[: match.start()]):
                continue
            mark = subject.mark(spoken, _context(spoken.text, match))
            (idle if nought.match(spoken.text, match.end()) else open_).append(mark)
    if open_:
        yield _together("undecided-choice", subject, open_)
    if idle:
        yield _together("undecided-choice", subject, idle, "note")


def _matches(subject: Subject, pieces: Sequence[Spoken], pattern: re.Pattern[str]) -> list[Mark]:
    return [
        subject.mark(spoken, match.group())
        for spoken in pieces
        for match in pattern.finditer(spoken.text)
    ]


def _context(text: str, match: re.Match[str]) -> str:
    """The words around a match, up to the nearest punctuation."""
    left = max(text.rfind(mark, 0, match.start()) for mark in "，。；：、,;:") + 1
    stops = [place for mark in "，。；：、,;:" if (place := text.find(mark, match.end())) >= 0]
    right = min(stops, default=len(text))
    return text[max(left, match.start() - 15) : min(right, match.end() + 15)].strip()


def _together(
    check: str, subject: Subject, marks: Sequence[Mark], severity: Severity | None = None
) -> Finding:
    shown = list(dict.fromkeys(fold(mark.text) for mark in marks))
    book = check_book()
    quoted = book.listed(book.say("quoted", text=text) for text in shown[:_SHOWN])
    more = book.say("and-so-on") if len(shown) > _SHOWN else ""
    fields = {"count": str(len(marks)), "quoted": quoted + more}
    return finding(check, subject, marks, severity=severity, fields=fields)
