"""What the headings above a paragraph say of everything below them."""

from __future__ import annotations

import re
from typing import Final

from shouzhi.space import Coordinates
from shouzhi.statements.masking import Passage, kind_of
from shouzhi.statements.words import Vocabulary, below

_TITLE: Final = re.compile(r"(?:情况|说明|\([类款项]\))[。;]$")


class Outline:
    """The path of headings from the outermost to the one that holds now."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._path: list[tuple[float, Coordinates]] = []

    def enter(self, level: float, heading: Passage) -> None:
        """Go to a section.  A heading that names several members of a dimension fixes none.

        A heading that is a sentence (it states an amount, or ends as one) speaks of itself only.
        """
        self._path = [(depth, where) for depth, where in self._path if depth < level]
        where = self.at(level)
        sentence = heading.text.endswith(("。", ";")) and not _TITLE.search(heading.text)
        if not sentence and not any(kind_of(c) == "amount" for c in heading.text):
            for name, members in self._vocabulary.loose(heading.text, heading.years).items():
                where = where.without(name)
                if (member := _narrowest(name, members)) is not None:
                    where = where | {name: member}
        self._path.append((level, where))

    def at(self, level: float) -> Coordinates:
        """What holds for a paragraph of `level`: the innermost heading above that level."""
        return next(
            (where for depth, where in reversed(self._path) if depth < level), Coordinates()
        )


def _narrowest(dimension: str, members: set[str]) -> str | None:
    """The one member that lies below all others of the set; None when there is none."""
    for member in members:
        if all(other == member or below(other, member, dimension) for other in members):
            return member
    return None
