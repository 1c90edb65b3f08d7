"""Slips of the pen: punctuation, brackets, signs and units that are missing, numbers that cannot be."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.limits import limits
from shouzhi.catalogue.names import fold
from shouzhi.checks import Finding, Mark
from shouzhi.checks.subject import Spoken, Subject, finding
from shouzhi.space import parse_amount

_PAIRS: Final = {"(": ")", "（": "）", "“": "”", "《": "》", "【": "】", "〔": "〕", "「": "」"}
_OPENS: Final = {close: mark for mark, close in _PAIRS.items()}
_MARKS: Final = re.compile("[" + re.escape("".join((*_PAIRS, *_PAIRS.values()))) + "]")
_WIDE: Final = str.maketrans({"（": "(", "）": ")"})
_GOOD: Final = re.compile(r"\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SIMPLE: Final = ("doubled-punctuation", "percent-sign", "amount-unit", "misspelling")
"""Checks that are a pattern of the catalogue and nothing more."""


def patterns(subject: Subject) -> Iterator[Finding]:
    """The checks that are told by a pattern alone; the same slip is told once, with its places."""
    for check in _SIMPLE:
        pattern = check_book()[check].pattern("pattern")
        places: dict[str, list[Mark]] = defaultdict(list)
        for spoken in subject.spoken:
            for match in pattern.finditer(spoken.text):
                places[match.group()].append(subject.mark(spoken, _around(spoken.text, match)))
        for found, marks in places.items():
            count = check_book().say("times", count=str(len(marks))) if len(marks) > 1 else ""
            fields = {"words": marks[0].text, "found": found, "count": count}
            yield finding(check, subject, marks, fields=fields, found=found)


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 8) : match.end() + 4].strip()


# -- brackets --------------------------------------------------------------------------------


def unclosed(subject: Subject) -> Iterator[Finding]:
    """Brackets and quotation marks that are opened and not closed, or closed and not opened.

    A pair may close a few paragraphs on: the prose is read as one, up to a farthest distance.
    """
    for spoken, place in _unpaired(subject.spoken):
        mark = spoken.text[place]
        words = spoken.text[max(0, place - 8) : place + 12]
        yield finding(
            "unclosed-bracket",
            subject,
            [subject.mark(spoken, words)],
            fields={"mark": mark, "words": words},
            found=mark,
        )


@dataclass(frozen=True, slots=True)
class _Open:
    """A mark that waits for its other half; `at` counts the characters before it."""

    spoken: Spoken
    place: int
    mark: str
    at: int


def _unpaired(pieces: Sequence[Spoken]) -> Iterator[tuple[Spoken, int]]:
    """The marks without their other half; `1）` at a beginning is an ordinal."""
    row = check_book()["unclosed-bracket"]
    ordinals, farthest = row.pattern("ordinals"), row.number("farthest")
    held: list[_Open] = []
    before = 0
    for spoken in pieces:
        text = spoken.text.translate(_WIDE)
        skip = {match.end() - 1 for match in ordinals.finditer(text)}
        for match in _MARKS.finditer(text):
            place, char = match.start(), match.group()
            late = [one for one in held if before + place - one.at > farthest]
            yield from ((one.spoken, one.place) for one in late)
            held = held[len(late) :]
            if char in _PAIRS:
                held.append(_Open(spoken, place, char, before + place))
            elif place not in skip:
                yield from _close(held, spoken, place, char)
        before += len(text)
    yield from ((one.spoken, one.place) for one in held)


def _close(
    held: list[_Open], spoken: Spoken, place: int, char: str
) -> Iterator[tuple[Spoken, int]]:
    """Close the last mark of a kind; those opened since are unpaired, as is a close without one."""
    wanted = _OPENS[char]
    if all(one.mark != wanted for one in held):
        yield spoken, place
        return
    while (last := held.pop()).mark != wanted:
        yield last.spoken, last.place


# -- numbers ---------------------------------------------------------------------------------


def numbers(subject: Subject) -> Iterator[Finding]:
    """Amounts that are no number: two points, a comma in the wrong place."""
    pattern = check_book()["malformed-number"].pattern("number")
    for spoken in subject.spoken:
        for match in pattern.finditer(spoken.text):
            if match.start() and not _GOOD.fullmatch(match["digits"]):
                words = match.group()
                yield finding(
                    "malformed-number", subject, [subject.mark(spoken, words)],
                    fields={"words": words, "where": ""}, found=words,
                )  # fmt: skip
    for place, table in enumerate(subject.document.tables):
        for index, row in enumerate(table.rows):
            for column, cell in enumerate(row.cells):
                if cell and not _reads(cell):
                    mark = subject.cell(place, index, column)
                    yield finding(
                        "malformed-number", subject, [mark],
                        fields={"words": cell, "where": check_book().say("row", label=row.label)}, found=cell,
                    )  # fmt: skip


@lru_cache(maxsize=8192)
def _reads(cell: str) -> bool:
    """Whether a cell is a number, or holds no figures at all."""
    return parse_amount(cell) is not None or not any(map(str.isdigit, cell))


def scores(subject: Subject) -> Iterator[Finding]:
    """Average scores beyond the full score."""
    full = limits()["score-full"].at(date(subject.document.year or 9999, 12, 31))
    if full is None:
        return
    pattern = check_book()["score-beyond"].pattern("score")
    for spoken in subject.spoken:
        for match in pattern.finditer(spoken.text):
            if Decimal(match["score"]) > full.value:
                words = match.group()
                fields = {"words": words, "full": str(full.value)}
                yield finding(
                    "score-beyond",
                    subject,
                    [subject.mark(spoken, words)],
                    fields=fields,
                    found=words,
                )


# -- indicators ------------------------------------------------------------------------------


def indicators(subject: Subject) -> Iterator[Finding]:
    """Values of performance indicators that cannot be: a rate in days, a count in percent."""
    row = check_book()["indicator-unit"]
    columns = row.pattern("columns")
    kinds = [node.mapping() for node in row.word("kinds").sequence()]
    for place, table in enumerate(subject.document.tables):
        for index, line in enumerate(table.rows):
            values = {v for heading, v in line.texts.items() if columns.search(fold(heading))}
            if not values:
                continue
            for kind in kinds:
                label = fold(line.label)
                unlike = "unlike" in kind and re.search(kind["unlike"].text(), label)
                if not re.search(kind["label"].text(), label) or unlike:
                    continue
                for value in sorted(values):
                    if re.search(kind["wrong"].text(), fold(value)):
                        why = check_book().phrase(kind["why"].text())
                        yield finding(
                            "indicator-unit",
                            subject,
                            [subject.cell(place, index)],
                            severity="note" if kind["severity"].text() == "note" else None,
                            fields={"label": line.label, "value": value, "why": why},
                            found=value,
                        )


# -- sections about something else ----------------------------------------------------------------


def section_subjects(subject: Subject) -> Iterator[Finding]:
    """A section headed by one source of money whose figures are all of another."""
    row = check_book()["section-subject"]
    words = row.texts("subjects")
    told = row.pattern("told")
    for section in subject.document.sections:
        heads = [word for word in words if word in fold(section.heading)]
        if len(heads) != 1 or not section.paragraphs:
            continue
        texts = [fold(paragraph.text) for paragraph in section.paragraphs]
        if any(heads[0] in text for text in texts):
            continue
        for paragraph, text in zip(section.paragraphs, texts, strict=True):
            others = [word for word in words if word in text]
            match = told.search(text)
            if len(others) == 1 and match and others[0] in match.group():
                spoken = Spoken(paragraph.text, paragraph.location)
                fields = {"heading": section.heading, "head": heads[0], "other": others[0]}
                yield finding(
                    "section-subject", subject, [subject.mark(spoken, match.group())],
                    fields=fields, expected=heads[0], found=others[0],
                )  # fmt: skip
                break
