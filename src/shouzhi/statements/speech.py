"""The state between the clauses of a paragraph: what it is about, and what is going on."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Final

from shouzhi.space import Coordinates
from shouzhi.statements.placing import Places, inside


@dataclass(slots=True)
class Speech:
    """The state of a paragraph.

    `topic` is what it is about; `compared` the operands of the last comparison; `base` the
    words of the last base; `setting` coordinates that hold until the paragraph ends;
    `reason` that an explanation is going on, `doubt` that it may be over; `budget` the
    stage of the last budget told; `last` the last entry read and `word` its direction;
    `head` the first topic of the sentence, `fresh` that a new sentence begins,
    `strange` that words stood in it since that no entry knows; `purpose` that
    what the money is for is being told; `going` that the clause before was of the same
    breath (no semicolon between); `explained` the topic and the
    comparison that the explanation explains.
    """

    around: Coordinates
    topic: Places = ()
    compared: tuple[Places, Places] | None = None
    base: str | None = None
    setting: Coordinates = field(default_factory=Coordinates)
    reason: bool = False
    doubt: bool = False
    budget: str | None = None
    last: str = ""
    word: str = ""
    head: Places = ()
    fresh: bool = True
    strange: bool = False
    purpose: bool = False
    going: bool = False
    explained: tuple[Places, tuple[Places, Places] | None] = ((), None)

    def kept(self) -> tuple[object, ...]:
        """The state as it is, to come back to when an entry turns out not to fit."""
        return _STATE(self)

    def restore(self, state: tuple[object, ...]) -> None:
        """Come back to a state."""
        for name, value in zip(self.__slots__, state, strict=True):
            setattr(self, name, value)

    def about(self, places: Places) -> None:
        """Make `places` the topic; the first of a sentence is its head."""
        self.topic = places
        self.strange, self.going = False, True
        if self.fresh:
            self.head, self.fresh = places, False

    def admits(self, in_reasons: str) -> bool:
        """Whether an entry may stand here, inside an explanation or outside."""
        if self.reason:
            return bool(in_reasons) or self.doubt
        return in_reasons != "only"

    def explains_only(self) -> bool:
        """Whether an explanation goes on that has named nothing of its own yet."""
        return self.reason and not self.doubt and self.topic == self.explained[0]

    def whole(self) -> Places:
        """What a list that opens now has the parts of.

        After a sentence that tells a whole and then some of its parts, it is that whole.
        """
        if (
            self.fresh
            and self.head
            and all(any(inside(place, head) for head in self.head) for place in self.topic)
        ):
            return self.head
        return self.topic


_STATE: Final = attrgetter(*(one.name for one in fields(Speech)))
