"""What hangs together between clauses: the lists that are open, and the claims made so far.

Words of a clause are placed here: inside the innermost list that can hold them, else in what
the headings are about.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from shouzhi.catalogue.statements import StatementBook
from shouzhi.space import Coordinates
from shouzhi.statements.claims import Claim, Figure, Parts, Place
from shouzhi.statements.masking import NEXT
from shouzhi.statements.placing import (
    ASPECTS,
    Listing,
    Places,
    Placing,
    groups_of_parts,
    inside,
)
from shouzhi.statements.speech import Speech
from shouzhi.statements.words import Meaning, Vocabulary

STRENGTH: Final = {NEXT: 1, ",": 2, ":": 2, ";": 3, "。": 4, "!": 4, "?": 4}
"""How strongly a mark parts what stands before and after it."""
_HINTS: Final = ("item", "kind", "function", "economic")
_WAYS: Final = frozenset({"income", "expenditure"})


class Scope:
    """The lists and claims of one document, and where words stand among them.

    `level` is that of the block that is read; lists up to `floor` belong to what stands
    around a bracket.
    """

    def __init__(self, book: StatementBook, vocabulary: Vocabulary, placing: Placing) -> None:
        self.book = book
        self.vocabulary = vocabulary
        self.placing = placing
        self.lists: list[Listing] = []
        self.claims: list[Claim] = []
        self.level = 0.0
        self.floor = 0
        self._reason = re.compile(
            "|".join(map(re.escape, sorted(book.reasons, key=len, reverse=True)))
        )

    def explanation(self, text: str, at: int, end: int) -> re.Match[str] | None:
        """The first words in text[at:end] that open an explanation."""
        return self._reason.search(text, at, end)

    def explains(self, text: str) -> bool:
        """Whether a text holds words that open an explanation, so that it is no name."""
        return self._reason.search(text) is not None

    def tells_change(self, text: str) -> bool:
        """Whether a text holds words of change, or of another year, so that it is no part."""
        words = (*self.book.directions, *self.book.bases["years"])
        return any(len(word) > 1 and word in text for word in words)

    # -- places --------------------------------------------------------------------------

    def place(self, meaning: Meaning, speech: Speech, *, about: bool = False) -> Places | None:
        """The places of a subject: in the innermost list that can hold it, else in the outline.

        Words that only tell a year, a stage or a flow speak of the topic; with `about` they
        may not (a topic must be named).
        """
        if meaning.topical:
            listing = self.lists[-1] if self.lists and meaning.topical == "list" else None
            going = listing is not None and bool(listing.parts) and not listing.stale
            topic = listing.whole if listing is not None and going else speech.topic
            return tuple(dict.fromkeys(place | meaning.where[0] for place in topic))
        if self._is_aspect(meaning):
            return None if about else self._aspect(meaning, speech)
        if meaning.weak and speech.strange:
            return None  # “由中小企业中标的，采购金额…”: not all of the purchases
        own = meaning.where[0]
        surroundings = speech.around | speech.setting
        if speech.reason and not speech.doubt:
            around = speech.topic[0] if speech.topic else surroundings
            return self.placing.compose(around, meaning)
        while len(self.lists) > self.floor and not self.lists[-1].holds(own):
            self.close(broken=not self.lists[-1].stale)
        holding = next((one for one in reversed(self.lists) if one.holds(own)), None)
        if holding is None:
            # “基金年初结转和结余…，本年收入…”: of the same fund, in the same breath
            if own.keys() == {"flow"} and speech.going and (source := _source(speech.topic)):
                surroundings |= {"source": source}
            return self.placing.compose(surroundings, meaning)
        found = [p for whole in holding.whole for p in self.placing.compose(whole, meaning)]
        within = [p for p in found if any(inside(p, w) or p == w for w in holding.whole)]
        return tuple(dict.fromkeys(within or found))

    @staticmethod
    def _is_aspect(meaning: Meaning) -> bool:
        """Whether words only tell a year, a stage, or which way the money goes."""
        flows = {place.get("flow", "income") for place in meaning.where}
        told = meaning.sum or meaning.whole
        return meaning.dimensions <= ASPECTS and not told and flows <= _WAYS

    def _aspect(self, meaning: Meaning, speech: Speech) -> Places | None:
        """The topic under another year, stage or flow."""
        own = meaning.where[0]
        if speech.fresh and speech.strange:
            return None
        if not speech.topic:
            return None
        if own.get("flow") and self.lists and self.lists[-1].whole == speech.topic:
            found = [p for w in speech.topic for p in self.placing.compose(w, meaning)]
            return tuple(dict.fromkeys(found))
        flow = own.get("flow")
        found = []
        for topic in speech.topic:
            narrowed = self.book.narrowed.get(topic.get("flow", ""))
            if not flow or not narrowed:
                found.append(topic | own)
            elif flow == narrowed:  # “支出总计…，支出增加…”; of 收入 such a topic tells nothing
                found.append(topic | own.without("flow"))
        return tuple(dict.fromkeys(found))

    def hint(self, speech: Speech) -> Coordinates:
        """What the resolver of names may lean on: accounts, items and kinds around."""
        places = [speech.around, speech.setting]
        if self.lists:
            places.append(self.lists[-1].whole[0])
        if speech.reason and speech.topic:
            places.append(speech.topic[0])
        return _hint(tuple(places))

    def lists_with_commas(self) -> bool:
        """Whether several parts were told with commas: a change that follows may be the whole's."""
        if not self.lists or self.lists[-1].stale or len(self.lists[-1].parts) < 2:
            return False
        return STRENGTH.get(self.lists[-1].separator, 0) <= 2

    # -- lists ---------------------------------------------------------------------------

    def leave(self, level: float) -> None:
        """A heading or numbered paragraph of `level` ends the lists as deep or deeper."""
        while self.lists and self.lists[-1].level >= level:
            self.close()

    def open_list(self, whole: Places, place: Place, *, closed: bool) -> None:
        """Open a list of parts of `whole`."""
        if self.lists and not self.lists[-1].parts and self.lists[-1].whole == whole:
            self.lists.pop()
        self.lists.append(Listing(whole, closed, self.level, place))

    def join_list(self, place: Coordinates, figure: Figure) -> None:
        """Note that a number was said at `place`, if it is a part of the innermost list."""
        if not self.lists:
            return
        listing = self.lists[-1]
        unit = "万元" if figure.amount is not None else figure.unit
        if not listing.takes(place):
            return
        if listing.unit not in {None, unit}:
            return
        if listing.parts and STRENGTH.get(listing.pending, 0) > STRENGTH.get(listing.separator, 0):
            listing.separator = listing.pending
        listing.pending = ""
        listing.unit = unit
        listing.parts.append(place)

    def close(self, *, broken: bool = False) -> None:
        """End the innermost list: its parts are told of its whole."""
        listing = self.lists.pop()
        for whole in listing.whole:
            groups = groups_of_parts(whole, listing.parts)
            closed = listing.closed and listing.intact and not broken and len(groups) == 1
            for group in groups:
                self.claims.append(
                    Parts("list", listing.place, whole, tuple(group), closed, listing.unit or "")
                )


@lru_cache(maxsize=1024)
def _hint(places: Places) -> Coordinates:
    found = {name: place[name] for place in places for name in _HINTS if name in place}
    return Coordinates(found)


def _source(topic: Places) -> str | None:
    """The one source that a topic has."""
    sources = {place.get("source") for place in topic}
    return sources.pop() if len(sources) == 1 else None
