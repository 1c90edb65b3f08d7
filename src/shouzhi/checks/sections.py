"""The parts of the prose: announced and there, in the order announced, and those of the edition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.names import fold
from shouzhi.catalogue.outline import SectionSpec, outline
from shouzhi.checks import Finding, Mark
from shouzhi.checks.editions import fit_of
from shouzhi.checks.subject import Subject, finding
from shouzhi.checks.titles import alike, core
from shouzhi.space import Location
from shouzhi.tables import Paragraph

_BEGINNING: Final = 60
"""Characters of a paragraph in which a heading may stand that was not read as one."""
_FIELD: Final = re.compile(r"\{[^{}]*\}")

Place = tuple[int, float]
"""Page (nought where there is none) and line: where in the reading order a thing stands."""


def announced_sections(subject: Subject) -> Iterator[Finding]:
    """Parts that the contents announce and the document does not have, told together; their order."""
    row = check_book()["section-announced"]
    skip = row.pattern("skip")
    entries = [e for e in subject.document.contents if not skip.search(fold(e.text))]
    places = [_standing(subject, entry) for entry in entries]
    found = [place for place in places if place is not None]
    if len(found) * 100 < row.number("share") * len(entries):
        return  # contents of another kind, or prose that was not read
    missing = [e for e, place in zip(entries, places, strict=True) if place is None]
    if missing:
        book = check_book()
        names = book.listed(book.say("quoted", text=entry.text) for entry in missing)
        marks = [Mark(subject.number, entry.text, entry.location) for entry in missing]
        yield finding("section-announced", subject, marks, fields={"names": names})
    yield from _order(subject, entries, places)


def _order(
    subject: Subject, entries: list[Paragraph], places: list[Place | None]
) -> Iterator[Finding]:
    """The parts (第一部分…) in the order of the contents."""
    parts = check_book()["section-order"].pattern("parts")
    held = [
        (place, entry.text)
        for entry, place in zip(entries, places, strict=True)
        if place is not None and parts.search(fold(entry.text))
    ]
    for (before, name), (after, other) in pairwise(held):
        if after < before:
            spoken = next(s for s in subject.spoken if _place(s.location) == after)
            fields = {"name": other, "before": name}
            mark = subject.mark(spoken, spoken.text)
            yield finding("section-order", subject, [mark], fields=fields)


def _standing(subject: Subject, entry: Paragraph) -> Place | None:
    """Where an announced part stands: as a heading, a title, or the beginning of a paragraph."""
    owner = subject.document.department
    wanted = core(entry.text, owner)
    after = max((_place(e.location) for e in subject.document.contents), default=(0, 0))
    heads = [
        (_place(spoken.location), spoken.text)
        for spoken in subject.spoken
        if spoken.heading and _place(spoken.location) > after
    ]
    heads += [(_place(table.location), table.title) for table in subject.document.tables]
    for place, text in heads:
        if core(text, owner) == wanted:
            return place
    part = check_book()["section-order"].pattern("parts").match(fold(entry.text))
    for place, text in heads:
        if part and fold(text).startswith(part.group()):
            return place
        if alike(entry.text, text, owner) > 0 or _says(core(text, owner), wanted):
            return place
    for spoken in subject.spoken:
        if _place(spoken.location) > after and _says(core(spoken.text[:_BEGINNING], owner), wanted):
            return _place(spoken.location)
    return None


def _says(text: str, wanted: str) -> bool:
    """Whether a text holds what is wanted, but for words that headings add or leave out."""
    bare = check_book()["section-announced"].pattern("endings")
    stem = bare.sub("", wanted)
    return stem in bare.sub("", text) if len(stem) > 1 else wanted in text


def _place(location: Location) -> Place:
    """On pages with positions the height on the page stands for the line."""
    line = -location.box[3] if location.box and location.line is None else location.line or 0
    return location.page or 0, line


# -- those of the edition -----------------------------------------------------------------------


def edition_sections(subject: Subject) -> Iterator[Finding]:
    """What the published order of the document's edition tells, and this document nowhere does."""
    fit = fit_of(subject)
    if fit is None or not fit.sure or not subject.prose:
        return
    order = outline(fit.edition.key, fit.edition.document)
    if not order.source:
        return  # an order of our own making, which nobody has to follow
    endings = check_book()["section-announced"].pattern("endings")
    texts = "\n".join(endings.sub("", fold(spoken.text)) for spoken in subject.spoken)
    missing = [
        heading
        for section in order.sections
        for heading in _headings(section)
        if not any(stem in texts for stem in _stems(heading, section))
    ]
    if missing:
        book = check_book()
        names = book.listed(book.say("quoted", text=name) for name in missing)
        fields = {"names": names, "edition": fit.name}
        yield finding("section-form", subject, [subject.whole()], fields=fields)


def _headings(section: SectionSpec) -> Iterator[str]:
    """The headings of the sections inside a part that say something of their own."""
    for inner in section.sections:
        heading = _FIELD.sub("", inner.heading).lstrip("、（）().")
        if inner.sections:
            yield from _headings(inner)
        elif len(_stem(heading)) > 1:
            yield heading


def _stem(heading: str) -> str:
    return check_book()["section-announced"].pattern("endings").sub("", core(heading, None))


def _stems(heading: str, part: SectionSpec) -> Iterator[str]:
    """The words under which a section may be told: those of its heading, and the book's own."""
    yield _stem(heading)
    for inner in part.sections:
        if inner.heading.endswith(heading):
            yield from (stem for text in inner.prose if len(stem := _stem(text)) > 1)
