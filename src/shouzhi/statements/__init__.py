"""The prose of budgets and accounts becomes claims: what each sentence says, and of what.

`read_statements` is the whole of it; `claims` tells what comes out.  The rooms inside, in
the order in which they work: `masking` (numbers become marks), `notation` (the patterns of
the catalogue), `words` and `accounts` (words to coordinates of their own), `outline` and
`placing` (what is inherited), `reader` and `giving` (clauses, topics, lists, claims).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from shouzhi.catalogue.statements import StatementBook, statement_book
from shouzhi.space import Location
from shouzhi.statements.claims import Claim, Place, Unread
from shouzhi.statements.masking import Masker
from shouzhi.statements.notation import Patterns
from shouzhi.statements.outline import Outline
from shouzhi.statements.placing import Placing
from shouzhi.statements.reader import Reader
from shouzhi.statements.words import Vocabulary
from shouzhi.tables import Section

_SPEAKS: Final = re.compile(r"\d|无|没有|持平|一致")
LONGEST_TOPIC: Final = 80
"""A paragraph without figures that is longer than this cannot be the topic of what follows."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the document says of itself: kind (budget, accounts, performance), year, department."""

    kind: str
    year: int | None
    department: str | None = None


@cache
def _tools(book: StatementBook) -> tuple[Masker, Patterns]:
    return Masker(book), Patterns(book)


def read_statements(
    sections: Sequence[Section], context: Context, book: StatementBook | None = None
) -> list[Claim]:
    """Every claim of the prose, in the order in which it stands.

    Numbers with a unit that no statement covers come as `Unread`.  `book` is for tests; by
    default the statements of the catalogue are used.
    """
    book = book or statement_book()
    masker, patterns = _tools(book)
    vocabulary = Vocabulary(book, context.year, context.department)
    outline = Outline(vocabulary)
    reader = Reader(book, patterns, vocabulary, Placing(book, context.kind, context.year))
    texts: dict[tuple[int, int | None], str] = {}
    for number, section in enumerate(sections):
        reader.leave(section.level)
        blocks: list[tuple[int | None, str, Location]] = [(None, section.heading, section.location)]
        blocks += [(i, p.text, p.location) for i, p in enumerate(section.paragraphs)]
        for index, text, location in blocks:
            texts[number, index] = text
            place = Place(number, index, 0, len(text), location)
            if index is None:
                passage = masker.mask(text, place)
                outline.enter(section.level, passage)
            elif not _SPEAKS.search(text) and len(text) > LONGEST_TOPIC:
                continue
            else:
                passage = masker.mask(text, place)
            reader.paragraph(passage, outline.around, section.level, place)
    reader.leave(-1)
    return [_with_text(claim, texts) for claim in reader.claims]


def _with_text(claim: Claim, texts: dict[tuple[int, int | None], str]) -> Claim:
    if not isinstance(claim, Unread):
        return claim
    place = claim.place
    return replace(claim, text=texts[place.section, place.paragraph][place.start : place.end])
