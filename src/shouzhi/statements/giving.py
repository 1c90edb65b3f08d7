"""What an entry gives: its slots become operands, its operands claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from shouzhi.catalogue.names import fold
from shouzhi.catalogue.statements import Give
from shouzhi.space import Coordinates, Fact
from shouzhi.statements.claims import (
    Absent,
    Change,
    Claim,
    Comparison,
    Completion,
    Count,
    Figure,
    Growth,
    Parts,
    Place,
    Share,
    Stated,
)
from shouzhi.statements.masking import MARKS, NEXT, Passage
from shouzhi.statements.notation import Pattern
from shouzhi.statements.placing import Places
from shouzhi.statements.words import Meaning, merge

if TYPE_CHECKING:
    from shouzhi.statements.reader import Reader, Speech

_SEVERAL: Final = re.compile("、|和|及|以及")
_SLOT: Final = re.compile(r"\{([a-z]+\d?)\}")
_YEAR: Final = re.compile(f"[{MARKS['year']}]")


class Unresolved(Exception):
    """A slot or operand has no place: the entry does not cover this clause."""


@dataclass(slots=True)
class Reading:
    """One match of a pattern with all that its claims need."""

    reader: Reader
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
        hint = self.reader.hint(self.speech)
        meaning = self.reader.vocabulary.resolve(self.slot(name), self.passage.years, hint)
        if meaning is None:
            raise Unresolved
        return meaning

    def places(self, operand: str, *, about: bool = False, listed: bool = False) -> Places:
        """The places of an operand: a slot, the topic, or the whole of the list around.

        A free name must be `listed` (a part of an open list) where an amount is to stand at it.
        """
        if operand == "topic":
            return self._needed(self.speech.topic)
        if "=" in operand:
            return self._fixed(operand)
        if operand == "around":
            whole = self.reader.lists[-1].whole if self.reader.lists else ()
            return self._needed(whole or self.speech.topic)
        kind = self.pattern.slots.get(operand, "place")
        if kind == "names":
            return self._named(self.slot(operand), listed=listed)
        meaning = self.meaning(operand)
        if kind == "extent":
            return self._extent(meaning)
        if kind == "aspect":
            return self._aspect(meaning)
        if not self.slot(operand) and not about:
            return self._needed(self.speech.topic)
        return self._needed(self.reader.place(meaning, self.speech, about=about))

    def _fixed(self, operand: str) -> Places:
        """A place that the entry names itself: “item=performance/targets”."""
        name, _, member = operand.partition("=")
        member = _SLOT.sub(lambda found: self.slot(found.group(1)), member)
        own = Coordinates({name: member})
        around = self.speech.topic[0] if self.speech.topic else self.speech.around
        if merge(around, own) is None:
            around = self.speech.around
        return self.reader.placing.compose(around, Meaning((own,)))

    def check_leads(self) -> None:
        """A lead tells who speaks, or of which year, and nothing else."""
        for name, kind in self.pattern.slots.items():
            if kind == "lead" and self.slot(name) and self.meaning(name).dimensions - {"year"}:
                raise Unresolved

    @staticmethod
    def _needed(places: Places | None) -> Places:
        if not places:
            raise Unresolved
        return places

    def _named(self, name: str, *, listed: bool) -> Places:
        """A name that only the prose knows: a part of the list around, else a project."""
        listing = self.reader.lists[-1] if self.reader.lists else None
        if self.reader.explains(name):
            raise Unresolved
        name = _tidy(name)
        if listed and (listing is None or listing.stale or self.speech.reason):
            raise Unresolved
        if listed and self.reader.tells_change(name):
            raise Unresolved  # “因此增加编制人数42人”, “上年安排5万元” are no parts
        if listing is not None and not listing.stale and not self.speech.reason:
            return tuple(
                whole | {"item": f"{whole.get('item', '')}/{name}"} for whole in listing.whole
            )
        around = self.speech.topic[0] if self.speech.topic else self.speech.around
        kept = {n: m for n, m in around.items() if n in {"year", "stage"}}
        return (self.reader.placing.complete(Coordinates({**kept, "project": name})),)

    def surroundings(self) -> Coordinates:
        """What the headings are about, where they are about something."""
        around = self.speech.around
        if not {"source", "item", "kind", "function"} & set(around):
            raise Unresolved
        return self.reader.placing.complete(around)

    def _extent(self, meaning: Meaning) -> Places:
        if not meaning.dimensions:
            raise Unresolved
        part = self._needed(self.speech.topic)[0]
        if meaning.dimensions <= {"stage", "year"}:
            raise Unresolved  # “占年初预算的5%”: of what budget is not told
        return self.reader.placing.extent(part, meaning)

    def _aspect(self, meaning: Meaning) -> Places:
        if meaning.dimensions - {"stage", "year", "flow"}:
            return self._needed(self.reader.place(meaning, self.speech))
        stage = meaning.where[0].get("stage")
        if stage is None:
            raise Unresolved
        if meaning.anaphor and self.speech.budget:
            stage = self.speech.budget
        return tuple(t | meaning.where[0] | {"stage": stage} for t in self._needed(self.speech.topic))

    # -- comparisons ---------------------------------------------------------------------

    def base(self, of: Coordinates) -> Coordinates:
        """What `of` is compared with: the base told here, else told last, else a year before."""
        words = self.slot("base") or self.slot("versus")
        if words:
            self.speech.base = words
        words = words or self.speech.base or ""
        book = self.reader.book.bases
        year = int(of.get("year", 0))
        found: dict[str, str] = {}
        if mark := _YEAR.search(words):
            found["year"] = str(self.passage.years.get(mark.group(), year - 1))
        elif step := _longest(words, book["years"]):
            found["year"] = str(year + int(step))
        stripped = words
        for word in sorted((*book["before"], *book["years"], *book["after"]), key=len, reverse=True):
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
            sign = {"<": -1, ">": 1, "=": 0}[self.reader.book.relations[relation]]
            return sign, relation
        if not word:
            word = self.speech.word
        first = word.partition("(")[0]
        return self.reader.book.directions.get(first, 0), word

    def compared(self) -> tuple[Places, Places]:
        """The operands of a comparison whose subject is not told again."""
        topic = self._needed(self.speech.topic)
        if self.speech.explains_only():
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


def _tidy(name: str) -> str:
    """A free name without years, passed-over numbers and a closing 的."""
    return re.sub(f"[{MARKS['year']}{MARKS['ignored']}]", "", name).removesuffix("的")


def _longest(text: str, words: object) -> str | None:
    assert isinstance(words, dict)  # noqa: S101 - narrows the Mapping
    for word in sorted(words, key=len, reverse=True):
        if word in text:
            return str(words[word])
    return None


def give(
    reader: Reader, speech: Speech, pattern: Pattern, match: re.Match[str],
    passage: Passage, place: Place,
) -> list[Claim] | None:
    """The claims of one match; None when a slot does not resolve, and then nothing changed."""
    kept = speech.kept()
    lists = list(reader.lists)
    claims = len(reader.claims)
    reading = Reading(reader, speech, pattern, match, passage, place)
    try:
        reading.check_leads()
        return [claim for one in pattern.entry.gives for claim in _GIVERS[one.claim](reading, one)]
    except Unresolved:
        speech.restore(kept)
        del reader.claims[claims:]
        reader.lists[:] = lists
        return None


def _stated(reading: Reading, one: Give) -> Iterator[Claim]:
    at, name = one.operands["at"], one.operands["figure"]
    if reading.pattern.slots.get(at) == "places":
        yield from _respectively(reading, at, name)
        return
    figure = reading.figure(name)
    places = _below(reading.places(at, listed=True), one.operands.get("below"))
    if within := one.operands.get("within"):
        if any(not place.get("item", "").startswith(within) for place in places):
            raise Unresolved
    yield from _at(reading, places, figure)
    if "=" in at:
        return
    reading.speech.about(places)
    if (stage := places[0].get("stage")) in {"approved", "adjusted"}:
        reading.speech.budget = stage


def _at(reading: Reading, places: Places, figure: Figure) -> Iterator[Claim]:
    for where in places:
        amount = figure.amount
        item = where.get("item", "").partition("/")[0]
        if amount is not None and item in reading.reader.book.uncosted:
            raise Unresolved
        fact = Fact(
            where=where, amount=amount, value=figure.value, printed=figure.printed,
            unit=figure.unit, location=figure.place.location, how="text",
        )  # fmt: skip
        make = Count if amount is None else Stated
        yield make(reading.pattern.entry.id, reading.place, fact, figure.place)
        if not reading.speech.reason or reading.speech.doubt:
            reading.reader.join_list(where, figure)


def _respectively(reading: Reading, at: str, name: str) -> Iterator[Claim]:
    """“甲、乙分别为 1 万元、2 万元”: as many names as numbers, the last unit for all."""
    names = _SEVERAL.split(reading.slot(at))
    marks = reading.slot(name).split(NEXT)
    if len(names) != len(marks) or len(names) < 2:
        raise Unresolved
    unit = reading.passage.figures[marks[-1]].unit
    for words, mark in zip(names, marks, strict=True):
        figure = reading.passage.figures[mark]
        if figure.unit not in {"", unit}:
            raise Unresolved
        meaning = reading.reader.vocabulary.resolve(
            words, reading.passage.years, reading.reader.hint(reading.speech)
        )
        if meaning is None or not meaning.dimensions:
            raise Unresolved
        places = reading._needed(reading.reader.place(meaning, reading.speech))  # noqa: SLF001
        yield from _at(reading, places, replace(figure, unit=unit))


def _below(places: Places, name: str | None) -> Places:
    if name is None:
        return places
    return tuple(place | {"item": f"{place.get('item', '')}/{name}"} for place in places)


def _share(reading: Reading, one: Give) -> Iterator[Claim]:
    parts = reading.places(one.operands["part"])
    wholes = reading.places(one.operands["whole"])
    figure = reading.figure(one.operands["percent"])
    for part in parts:
        whole = wholes[0]
        if whole == part:
            raise Unresolved
        yield Share(reading.pattern.entry.id, reading.place, part, whole, figure)


def _change(reading: Reading, one: Give) -> Iterator[Claim]:
    of, bases = reading.operands(one.operands["of"], about=bool({"below", "named"} & set(one.operands)))
    if below := one.operands.get("below"):
        below = reading.slot(below) or below
        of, bases = _below(of, below), _below(bases, below)
    sign, word = (0, reading.slot("level")) if "by" not in one.operands else reading.direction()
    figure = reading.figure(one.operands["by"]) if "by" in one.operands else None
    if figure is not None:
        reading.speech.word = word
        if "(" in word and not figure.value:
            sign = 0
    for left, right in zip(of, bases, strict=True):
        if left == right:
            raise Unresolved
        yield Change(reading.pattern.entry.id, reading.place, left, right, sign, word, figure)


def _growth(reading: Reading, one: Give) -> Iterator[Claim]:
    of, bases = reading.operands(one.operands["of"])
    sign, word = reading.direction()
    figure = reading.figure(one.operands["percent"]) if "percent" in one.operands else None
    if figure is not None and "(" in word and not figure.value:
        sign = 0
    for left, right in zip(of, bases, strict=True):
        if left == right:
            raise Unresolved
        yield Growth(reading.pattern.entry.id, reading.place, left, right, sign, word, figure)


def _completion(reading: Reading, one: Give) -> Iterator[Claim]:
    numerators = [place | {"stage": "outturn"} for place in reading.places(one.operands["numerator"])]
    denominators = reading.places(one.operands["denominator"])
    figure = reading.figure(one.operands["percent"])
    for numerator, denominator in zip(numerators, denominators, strict=False):
        if numerator == denominator:
            raise Unresolved
        yield Completion(reading.pattern.entry.id, reading.place, numerator, denominator, figure)
    reading.speech.about(tuple(numerators))


def _comparison(reading: Reading, one: Give) -> Iterator[Claim]:
    lefts = reading.places(one.operands["left"])
    reading.speech.about(lefts)
    rights = reading.places(one.operands["right"])
    word = reading.slot(one.operands["relation"])
    sign = reading.reader.book.relations[word]
    for left, right in zip(lefts, rights, strict=False):
        if left == right:
            raise Unresolved
        yield Comparison(
            reading.pattern.entry.id, reading.place, left, right, sign, word, about=False  # type: ignore[arg-type]
        )


def _parts(reading: Reading, one: Give) -> Iterator[Claim]:
    whole = reading.places(one.operands["of"])[0]
    parts: list[Coordinates] = []
    unit = ""
    for name in ("first", "second"):
        label, _, figure_name = one.operands[name].partition(" ")
        figure = reading.figure(figure_name)
        owner = fold(reading.slot(label)) or label
        where = whole | {"unit": owner}
        parts.append(where)
        unit = "万元" if figure.amount is not None else figure.unit
        yield from _at(reading, (where,), figure)
    yield Parts(reading.pattern.entry.id, reading.place, whole, tuple(parts), True, unit)


def _absent(reading: Reading, one: Give) -> Iterator[Claim]:
    lead = reading.meaning(one.operands["lead"]) if "lead" in one.operands else None
    meaning = reading.meaning(one.operands["at"])
    if not meaning.dimensions:
        places: Places = (reading.surroundings(),)
    else:
        found = reading.reader.place(meaning, reading.speech, about=not reading.speech.topic)
        places = reading._needed(found)  # noqa: SLF001
    for where in places:
        yield Absent(reading.pattern.entry.id, reading.place, where | (lead.where[0] if lead else {}))


def _topic(reading: Reading, one: Give) -> Iterator[Claim]:
    if "opening" in one.operands and reading.speech.topic and not reading.speech.fresh:
        return iter(())  # the sentence goes on about what it has begun with
    places = reading.places(one.operands["at"], about=True)
    reading.speech.about(_below(places, one.operands.get("below")))
    reading.speech.compared = None
    return iter(())


def _list(reading: Reading, one: Give) -> Iterator[Claim]:
    of = one.operands["of"]
    if of in reading.pattern.slots and not reading.meaning(of).dimensions - {"year", "stage"}:
        raise Unresolved
    if of == "topic" and not reading.speech.topic:
        whole: Places = (reading.surroundings(),)
    else:
        whole = reading.places(of)
    reading.speech.about(whole)
    reading.reader.open_list(whole, reading.place, closed=one.operands["closed"] == "true")
    return iter(())


def _setting(reading: Reading, one: Give) -> Iterator[Claim]:
    members = {
        name: _tidy(reading.slot(value)) if value in reading.pattern.slots else value
        for name, value in one.operands.items()
    }
    reading.speech.setting = Coordinates(members)
    place = reading.reader.placing.complete(reading.speech.around | members)
    reading.speech.about((place,))
    return iter(())


_GIVERS: Final[dict[str, Callable[[Reading, Give], Iterator[Claim]]]] = {
    "stated": _stated,
    "share": _share,
    "change": _change,
    "growth": _growth,
    "completion": _completion,
    "comparison": _comparison,
    "parts": _parts,
    "absent": _absent,
    "topic": _topic,
    "list": _list,
    "setting": _setting,
}
