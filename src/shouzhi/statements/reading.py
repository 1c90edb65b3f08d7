"""One match of a pattern: what stands in its slots, and the places that its operands mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from shouzhi.space import Coordinates
from shouzhi.statements.claims import Figure, Place
from shouzhi.statements.masking import MARKS, Passage
from shouzhi.statements.notation import Pattern
from shouzhi.statements.placing import Places, inside
from shouzhi.statements.scope import Scope
from shouzhi.statements.speech import Speech
from shouzhi.statements.words import Meaning, merge

_SLOT: Final = re.compile(r"\{([a-z]+\d?)\}")
_YEAR: Final = re.compile(f"[{MARKS['year']}]")


class Unresolved(Exception):
    """A slot or operand has no place: the entry does not cover this clause."""


@dataclass(slots=True)
class Reading:
    """One match of a pattern with all that its claims need."""

    scope: Scope
    speech: Speech
    pattern: Pattern
    match: re.Match[str]
    passage: Passage
    place: Place

    # -- operands ------------------------------------------------------------------------

    def slot(self, name: str) -> str:
        """What stands in a slot; empty when it is not filled."""
        return self.match[name] or "" if name in self.pattern.slots else ""

    def figure(self, name: str) -> Figure:
        """The figure of a slot; of several the first."""
        mark = self.slot(name)[:1]
        if not mark:
            raise Unresolved
        figure = self.passage.figures[mark]
        kind = self.pattern.slots[name]
        if kind == "rate" and figure.unit not in {"%", "倍"} and not _lacks_sign(figure):
            raise Unresolved
        if kind == "nought":
            if figure.value:
                raise Unresolved
            figure = replace(figure, unit="元")
        return figure

    def meaning(self, name: str) -> Meaning:
        """What the words of a slot say by themselves."""
        hint = self.scope.hint(self.speech)
        meaning = self.scope.vocabulary.resolve(self.slot(name), self.passage.years, hint)
        if meaning is None:
            raise Unresolved
        return meaning

    def places(self, operand: str, *, about: bool = False, listed: bool = False) -> Places:
        """The places of an operand: a slot, the topic, or the whole of the list around.

        A free name must be `listed` (a part of an open list) where an amount is to stand at it.
        """
        if "=" in operand:
            return self._fixed(operand)
        if operand in {"topic", "around"}:
            return self._around() if operand == "around" else self.needed(self.speech.topic)
        kind = self.pattern.slots.get(operand, "place")
        if kind == "names":
            return self._named(self.slot(operand), listed=listed)
        meaning = self.meaning(operand)
        if kind == "extent":
            return self._extent(meaning)
        if kind == "aspect":
            return self._aspect(meaning)
        return self.needed(self.scope.place(meaning, self.speech, about=about))

    def _around(self) -> Places:
        """The whole of the list around; without one, what the headings are about."""
        told = self.needed(self.speech.topic)[0]
        if self.scope.lists:
            whole = self.scope.lists[-1].whole
            if any(inside(told, one) for one in whole):
                return whole
        kept = {"year", "stage", "flow", *self.speech.around}
        place = Coordinates([(name, member) for name, member in told.items() if name in kept])
        if not {"source", "item", "kind"} & set(place) or not inside(told, place):
            raise Unresolved
        return (place,)

    def _fixed(self, operand: str) -> Places:
        """A place that the entry names itself: “item=performance/targets”."""
        name, _, member = operand.partition("=")
        member = _SLOT.sub(lambda found: self.slot(found.group(1)), member)
        own = Coordinates({name: member})
        around = self.speech.topic[0] if self.speech.topic else self.speech.around
        if merge(around, own) is None:
            around = self.speech.around
        return self.scope.placing.compose(around, Meaning((own,)))

    def check_leads(self) -> None:
        """A lead tells who speaks, or of which year, and nothing else."""
        for name, kind in self.pattern.slots.items():
            if kind == "lead" and self.slot(name) and self.meaning(name).dimensions - {"year"}:
                raise Unresolved

    @staticmethod
    def needed(places: Places | None) -> Places:
        """The places, which must be there for the entry to cover its clause."""
        if not places:
            raise Unresolved
        return places

    def _named(self, name: str, *, listed: bool) -> Places:
        """A name that only the prose knows: a part of the list around, else a project."""
        listing = self.scope.lists[-1] if self.scope.lists else None
        if self.scope.explains(name):
            raise Unresolved
        name = tidy_name(name)
        if listed and (listing is None or listing.stale or self.speech.reason):
            raise Unresolved
        if self._known(name) or (listed and self.scope.tells_change(name)):
            raise Unresolved  # “年初预算为…”, “因此增加编制人数42人”, “上年安排5万元”: no names
        if listing is not None and not listing.stale and not self.speech.reason:
            return tuple(
                whole | {"item": f"{whole.get('item', '')}/{name}"} for whole in listing.whole
            )
        around = self.speech.topic[0] if self.speech.topic else self.speech.around
        kept = {n: m for n, m in around.items() if n in {"year", "stage"}}
        return (self.scope.placing.complete(Coordinates({**kept, "project": name})),)

    def _known(self, name: str) -> bool:
        """Whether every word of a name is known, so that it names nothing of its own."""
        hint = self.scope.hint(self.speech)
        return self.scope.vocabulary.resolve(name, {}, hint) is not None

    def surroundings(self) -> Coordinates:
        """What the headings are about, where they are about something."""
        around = self.speech.around
        if not {"source", "item", "kind", "function"} & set(around):
            raise Unresolved
        return self.scope.placing.complete(around)

    def _extent(self, meaning: Meaning) -> Places:
        if not meaning.dimensions:
            raise Unresolved
        part = self.needed(self.speech.topic)[0]
        if meaning.dimensions <= {"stage", "year"}:
            raise Unresolved  # “占年初预算的5%”: of what budget is not told
        return self.scope.placing.extent(part, meaning)

    def _aspect(self, meaning: Meaning) -> Places:
        if meaning.dimensions - {"stage", "year", "flow"}:
            return self.needed(self.scope.place(meaning, self.speech))
        stage = meaning.where[0].get("stage")
        if stage is None:
            raise Unresolved
        if meaning.anaphor and self.speech.budget:
            stage = self.speech.budget
        return tuple(
            t | meaning.where[0] | {"stage": stage} for t in self.needed(self.speech.topic)
        )

    # -- comparisons ---------------------------------------------------------------------

    def base(self, of: Coordinates) -> Coordinates:
        """What `of` is compared with: the base told here, else told last, else a year before."""
        words = self.slot("base") or self.slot("versus")
        if words:
            self.speech.base = words
        words = words or self.speech.base or ""
        book = self.scope.book.bases
        year = int(of.get("year", 0))
        found: dict[str, str] = {}
        if mark := _YEAR.search(words):
            found["year"] = str(self.passage.years.get(mark.group(), year - 1))
        elif step := _longest(words, book["years"]):
            found["year"] = str(year + int(step))
        stripped = words
        for word in sorted(
            (*book["before"], *book["years"], *book["after"]), key=len, reverse=True
        ):
            stripped = stripped.replace(word, "")
        if stage := _longest(stripped, book["stages"]):
            found["stage"] = stage
        if not found:
            found["year"] = str(year - 1)
        return of | found

    def direction(self) -> tuple[int, str]:
        """The sign of the direction and its word; 0 where the word leaves it open."""
        word = self.slot("direction")
        if not word and (relation := self.slot("relation")):
            sign = {"<": -1, ">": 1, "=": 0}[self.scope.book.relations[relation]]
            return sign, relation
        if not word:
            word = self.speech.word
        first = word.partition("(")[0]
        return self.scope.book.directions.get(first, 0), word

    def compared(self) -> tuple[Places, Places]:
        """The operands of a comparison whose subject is not told again."""
        topic = self.needed(self.speech.topic)
        if self.speech.explains_only() or self.scope.lists_with_commas():
            raise Unresolved
        compared = self.speech.compared
        told = self.slot("base") or self.slot("versus")
        if compared and not told and set(compared[0]) == set(topic):
            return compared
        return topic, tuple(self.base(place) for place in topic)

    def operands(self, of: str, *, about: bool = False) -> tuple[Places, Places]:
        """The two sides of a comparison, remembered for the clause that follows."""
        if of == "topic" or not self.slot(of):
            compared = self.compared()
        else:
            places = self.places(of, about=about)
            compared = places, tuple(self.base(place) for place in places)
        self.speech.compared = compared
        self.speech.about(compared[0])
        return compared


def _lacks_sign(figure: Figure) -> bool:
    """Whether a bare number can be a rate whose percent sign is missing: “增加40” is none."""
    return not figure.unit and figure.decimals > 0


def tidy_name(name: str) -> str:
    """A free name without years, passed-over numbers and a closing 的."""
    return re.sub(f"[{MARKS['year']}{MARKS['ignored']}]", "", name).removesuffix("的")


def _longest(text: str, words: Mapping[str, str]) -> str | None:
    """What the longest of the words in a text stands for."""
    for word in sorted(words, key=len, reverse=True):
        if word in text:
            return words[word]
    return None
