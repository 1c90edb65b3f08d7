"""What must be told: empty tables explained, sections there, accounts deep enough, reasons given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.checks import Finding, Mark
from shouzhi.checks.subject import Subject, finding, table_words
from shouzhi.checks.tables import is_departmental
from shouzhi.checks.titles import meaning
from shouzhi.space import parse_amount
from shouzhi.statements.claims import Change
from shouzhi.tables import UNLABELLED, Row, Table

_PUBLIC: Final = (
    "three_public",
    "abroad",
    "vehicles",
    "vehicle_purchase",
    "vehicle_running",
    "reception",
)
_DEEPEST: Final = {"function": 7, "economic": 5}
_BARE: Final = re.compile(r"[\d.、()（）一二三四五六七八九十]*")


# -- empty tables ---------------------------------------------------------------------------


def empty_tables(subject: Subject) -> Iterator[Finding]:
    """Tables without a single amount that nothing says to be empty; told together."""
    bare = [
        place
        for place, table in enumerate(subject.document.tables)
        if _is_empty(table) and not _explained(subject, table)
    ]
    if bare:
        names = check_book().listed(table_words(subject.document.tables[place]) for place in bare)
        most = len(bare) * 2 > len(subject.document.tables)
        yield finding(
            "empty-table",
            subject,
            [subject.cell(place) for place in bare],
            severity="note" if most else None,
            fields={"names": names, "count": str(len(bare))},
        )


def _is_empty(table: Table) -> bool:
    """Whether nothing is filled in: no amount, and in a table of words no words."""
    if any(parse_amount(cell) for row in table.rows for cell in row.cells if cell):
        return False
    return bool(table.columns) or all(map(_unfilled, table.rows))


def _unfilled(row: Row) -> bool:
    label = "" if row.label == UNLABELLED else fold(row.label)
    return all(_BARE.fullmatch(fold(text)) for text in (label, *row.texts.values()))


def _explained(subject: Subject, table: Table) -> bool:
    """Whether its notes say that it is empty, or the prose that there is nothing to show."""
    row = check_book()["empty-table"]
    states = row.pattern("states")
    if any(states.search(fold(note)) for note in table.notes):
        return True
    for word in row.texts("subjects"):
        if word not in fold(table.title):
            continue
        nothing = row.pattern("nothing", word)
        for spoken in subject.spoken:
            section = subject.section(spoken)
            short = len(spoken.text) <= row.number("short") and not spoken.heading
            lead = section.heading if short and section is not None else ""
            if nothing.search(fold(lead + spoken.text)):
                return True
    return False


# -- sections -------------------------------------------------------------------------------


def missing_sections(subject: Subject) -> Iterator[Finding]:
    """What the law wants told in the prose, and the prose never speaks of."""
    row = check_book()["section-missing"]
    document = subject.document
    if not subject.prose or not row.holds(document.year) or not is_departmental(subject):
        return
    text = "\n".join(_told(subject))
    mild = document.scope == "unit"
    headings = "\n".join(fold(section.heading) for section in document.sections)
    for node in row.word("sections").sequence():
        data = node.mapping()
        wanted = re.compile("|".join(data["matches"].texts()))
        if wanted.search(headings) or wanted.search(text):
            continue
        yield finding(
            "section-missing",
            subject,
            [subject.whole()],
            severity="note" if mild or data["severity"].text() == "note" else None,
            fields={"name": data["name"].text()},
            authority=data["authority"].text(),
        )


def _told(subject: Subject) -> Iterator[str]:
    """The prose without the explanation of terms, which speaks of everything."""
    glossary = check_book()["section-missing"].pattern("glossary")
    level: int | None = None
    for section in subject.document.sections:
        if level is not None and section.level > level:
            continue
        level = section.level if glossary.search(fold(section.heading)) else None
        if level is None:
            yield from (fold(paragraph.text) for paragraph in section.paragraphs)


# -- depth ----------------------------------------------------------------------------------


def shallow_codes(subject: Subject) -> Iterator[Finding]:
    """Accounts with money that are nowhere broken down to the level that the law names."""
    row = check_book()["not-deep-enough"]
    document = subject.document
    if document.kind not in row.texts("kinds") or not row.holds(document.year):
        return
    for dimension, deepest in _DEEPEST.items():
        held = _spent_codes(subject, dimension)
        shallow = {
            code: mark
            for code, mark in held.items()
            if len(code) < deepest
            and classification(dimension).children(code)
            and not any(other != code and other.startswith(code) for other in held)
        }
        if shallow:
            names = check_book().listed(f"{code} {mark.label}" for code, mark in shallow.items())
            yield finding(
                "not-deep-enough",
                subject,
                list(shallow.values()),
                fields={
                    "names": names,
                    "level": check_book().phrase(row.names("levels")[dimension]),
                },
            )


def _spent_codes(subject: Subject, dimension: str) -> dict[str, Mark]:
    """The codes of a dimension that any table prints beside an amount, with their first place."""
    held: dict[str, Mark] = {}
    for place, table in enumerate(subject.document.tables):
        if dimension == "economic" and meaning(table.title).get("kind") != "basic":
            continue
        for index, row in enumerate(table.rows):
            code = row.codes.get(dimension)
            if code and code not in held and has_amount(row):
                held[code] = subject.cell(place, index)
    return held


def has_amount(row: Row) -> bool:
    """Whether a row prints an amount that is not nought."""
    amounts = (parse_amount(cell) for cell in row.cells if cell)
    return any(amount is not None and amount.value for amount in amounts)


# -- reasons --------------------------------------------------------------------------------


def missing_reasons(subject: Subject) -> Iterator[Finding]:
    """Changes of the “三公” expenditure for which the prose gives no reason."""
    check = check_book()["reason-missing"]
    if not check.holds(subject.document.year):
        return
    seen: set[tuple[str, int]] = set()
    for claim in subject.document.claims:
        if not isinstance(claim, Change) or claim.amount is None or not claim.amount.value:
            continue
        item = claim.of.get("item")
        if item not in _PUBLIC or (item, claim.place.section) in seen:
            continue
        seen.add((item, claim.place.section))
        if _reasoned(subject, claim, item):
            continue
        name = classification("item").name(item) or item
        section = subject.document.sections[claim.place.section]
        words = f"{claim.word}{claim.amount.printed}{claim.amount.unit}"
        mark = Mark(subject.number, words, claim.place.location, label=section.heading)
        yield finding("reason-missing", subject, [mark], fields={"name": name, "words": words})


def _reasoned(subject: Subject, claim: Change, item: str) -> bool:
    """Whether a reason stands in the paragraph, or in one of the section that names the item.

    The reasons of the parts are reasons of the whole.
    """
    reasons = check_book()["reason-missing"].pattern("reasons")
    section = subject.document.sections[claim.place.section]
    texts = [paragraph.text for paragraph in section.paragraphs]
    own = claim.place.paragraph
    if item == "three_public":
        return any(reasons.search(text) for text in texts + _below(subject, claim.place.section))
    if any("三公" in text and reasons.search(text) for text in texts):
        return True  # the reason of the whole is one of its parts
    name = fold(classification("item").name(item) or "")
    stem = re.sub(r"(?:支出|费用?|经费)$", "", strip_ordinal(name)[1])
    for place, text in enumerate(texts):
        if place == own:
            if reasons.search(text[claim.place.start :]):
                return True
        elif stem in fold(text) and reasons.search(text):
            return True
    return False


def _below(subject: Subject, section: int) -> list[str]:
    """The paragraphs of the sections below one."""
    sections = subject.document.sections
    found: list[str] = []
    for held in sections[section + 1 :]:
        if held.level <= sections[section].level:
            break
        found.extend(paragraph.text for paragraph in held.paragraphs)
    return found
