"""The prose of budgets and accounts becomes claims: what each sentence says, and of what.

`read_statements` is the whole of it; `claims` tells what comes out.  The rooms inside, in
the order in which they work: `blocks` (broken paragraphs made whole), `masking` (numbers
become marks), `notation` (the patterns of the catalogue), `words` and `accounts` (words to
coordinates of their own), `outline` and `placing` (what is inherited), `speech` and `scope`
(the sentence and the lists that are open), `reading` and `giving` (a match becomes claims),
`reader` (clause by clause).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from shouzhi.catalogue.statements import StatementBook, statement_book
from shouzhi.statements.blocks import blocks_of
from shouzhi.statements.claims import Claim
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
    for number, section in enumerate(sections):
        for block in blocks_of(number, section):
            if not block.heading and _is_silent(block.text):
                continue
            passage = masker.mask(block)
            if block.numbered:
                reader.scope.leave(block.level)
            if block.heading or block.opens:
                outline.enter(block.level, passage)
            reader.read(passage, outline.at(block.level), block)
    reader.scope.leave(-1)
    return sorted(reader.scope.claims, key=_order)


def _order(claim: Claim) -> tuple[int, int, int]:
    place = claim.place
    return place.section, -1 if place.paragraph is None else place.paragraph, place.start


def _is_silent(text: str) -> bool:
    """Whether a paragraph can say nothing: no figure, no “无”, and too long to be a topic."""
    return len(text) > LONGEST_TOPIC and not _SPEAKS.search(text)
