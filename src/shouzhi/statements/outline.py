"""What the headings above a paragraph say of everything below them."""

from __future__ import annotations

from shouzhi.space import Coordinates
from shouzhi.statements.masking import Passage
from shouzhi.statements.words import Vocabulary, below


class Outline:
    """The path of headings from the outermost to the one that holds now."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._path: list[tuple[int, Coordinates]] = []

    def enter(self, level: int, heading: Passage) -> None:
        """Go to a section.  A heading that names several members of a dimension fixes none."""
        self._path = [(depth, where) for depth, where in self._path if depth < level]
        where = self.around
        for name, members in self._vocabulary.loose(heading.text, heading.years).items():
            where = where.without(name)
            if (member := _narrowest(name, members)) is not None:
                where = where | {name: member}
        self._path.append((level, where))

    @property
    def around(self) -> Coordinates:
        """The coordinates that hold here."""
        return self._path[-1][1] if self._path else Coordinates()


def _narrowest(dimension: str, members: set[str]) -> str | None:
    """The one member that lies below all others of the set; None when there is none."""
    for member in members:
        if all(other == member or below(other, member, dimension) for other in members):
            return member
    return None
