"""What an entry gives: its operands become claims, and the topic moves on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

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
    Relation,
    Share,
    Stated,
)
from shouzhi.statements.masking import NEXT
from shouzhi.statements.placing import Places
from shouzhi.statements.reading import Reading, Unresolved, tidy_name

_SIGNS: Final[dict[str, Relation]] = {"<": "<", ">": ">", "=": "="}
_SEVERAL: Final = re.compile("、|和|及|以及")


def give(reading: Reading) -> list[Claim] | None:
    """The claims of one match; None when a slot does not resolve, and then nothing changed."""
    scope, speech = reading.scope, reading.speech
    kept, lists, claims = speech.kept(), list(scope.lists), len(scope.claims)
    try:
        reading.check_leads()
        return [
            claim
            for one in reading.pattern.entry.gives
            for claim in _GIVERS[one.claim](reading, one)
        ]
    except Unresolved:
        speech.restore(kept)
        del scope.claims[claims:]
        scope.lists[:] = lists
        return None


def _stated(reading: Reading, one: Give) -> Iterator[Claim]:
    at, name = one.operands["at"], one.operands["figure"]
    if reading.pattern.slots.get(at) == "places":
        yield from _respectively(reading, at, name)
        return
    figure = reading.figure(name)
    places = _below(reading.places(at, listed=True), one.operands.get("below"))
    within = one.operands.get("within", "")
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
        if amount is not None and item in reading.scope.book.uncosted:
            raise Unresolved
        fact = Fact(
            where=where, amount=amount, value=figure.value, printed=figure.printed,
            unit=figure.unit, location=figure.place.location, how="text",
        )  # fmt: skip
        make = Count if amount is None else Stated
        yield make(reading.pattern.entry.id, reading.place, fact, figure.place)
        if not reading.speech.reason or reading.speech.doubt:
            reading.scope.join_list(where, figure)


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
        meaning = reading.scope.vocabulary.resolve(
            words, reading.passage.years, reading.scope.hint(reading.speech)
        )
        if meaning is None or not meaning.dimensions:
            raise Unresolved
        places = reading.needed(reading.scope.place(meaning, reading.speech))
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
    of, bases = reading.operands(
        one.operands["of"], about=bool({"below", "named"} & set(one.operands))
    )
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
    numerators = [
        place | {"stage": "outturn"} for place in reading.places(one.operands["numerator"])
    ]
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
    sign = _SIGNS[reading.scope.book.relations[word]]
    for left, right in zip(lefts, rights, strict=False):
        if left == right:
            raise Unresolved
        yield Comparison(
            reading.pattern.entry.id,
            reading.place,
            left,
            right,
            sign,
            word,
            about=word.startswith(("略", "基本", "约")),
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
    yield Parts(
        reading.pattern.entry.id, reading.place, whole, tuple(parts), closed=True, unit=unit
    )


def _absent(reading: Reading, one: Give) -> Iterator[Claim]:
    lead = reading.meaning(one.operands["lead"]) if "lead" in one.operands else None
    meaning = reading.meaning(one.operands["at"])
    if not meaning.dimensions:
        places: Places = (reading.surroundings(),)
    else:
        found = reading.scope.place(meaning, reading.speech, about=not reading.speech.topic)
        places = reading.needed(found)
    for where in places:
        yield Absent(
            reading.pattern.entry.id, reading.place, where | (lead.where[0] if lead else {})
        )


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
    reading.scope.open_list(whole, reading.place, closed=one.operands["closed"] == "true")
    return iter(())


def _base(reading: Reading, one: Give) -> Iterator[Claim]:
    reading.speech.base = reading.slot(one.operands["of"])
    reading.speech.compared = None
    return iter(())


def _setting(reading: Reading, one: Give) -> Iterator[Claim]:
    members = {
        name: tidy_name(reading.slot(value)) if value in reading.pattern.slots else value
        for name, value in one.operands.items()
    }
    reading.speech.setting = Coordinates(members)
    place = reading.scope.placing.complete(reading.speech.around | members)
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
    "base": _base,
    "setting": _setting,
}
