"""The words of a clause become coordinates of their own, before anything is inherited.

A text resolves only when every piece of it is known: a word of the catalogue, an account
of the classifications, the name of an institution at its head, or a filler.  What is
partly unknown resolves to nothing, so that no number stands at a place that is not its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold
from shouzhi.catalogue.statements import StatementBook, Word
from shouzhi.space import Coordinates
from shouzhi.statements.accounts import Accounts
from shouzhi.statements.masking import MARKS

YEAR: Final = re.compile(f"[{MARKS['year']}]")
_MARK: Final = re.compile(f"[{MARKS['year']}{MARKS['ignored']}]")
YEAR_MARK: Final = "\ue000"
"""Stands for the years of a text, so that one text is resolved once."""
IGNORED: Final = re.compile(f"[{MARKS['ignored']}]+")
LONGEST_SUBJECT: Final = 200
"""Words longer than this name no place; so no text costs more than its length."""
NEAR: Final = 0.8
"""How much of an institution's name must run through that of the department to be it."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words say by themselves.

    `where` are the places (several where one word names several; one that is empty where
    the words only fill); `sum`, `whole`, `anaphor` as in the catalogue; `dated` that a year stands
    in them; `led` that the name of an institution stands at their head; `weak` that a word was
    understood only by what surrounds it.
    """

    where: tuple[Coordinates, ...]
    sum: bool = False
    whole: bool = False
    topical: str = ""
    anaphor: bool = False
    dated: bool = False
    led: bool = False
    weak: bool = False

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions that the words name."""
        return frozenset(name for place in self.where for name in place)


@lru_cache(maxsize=8192)
def below(upper: str, lower: str, dimension: str) -> bool:
    """Whether member `lower` lies below `upper`; members with a slash lie below their head."""
    if lower.startswith(upper + "/"):
        return True
    return classification(dimension).is_ancestor(upper, lower.partition("/")[0])


class Vocabulary:
    """All words of prose for one document."""

    def __init__(self, book: StatementBook, year: int | None, department: str | None) -> None:
        self._words = all_words(book)
        self._fillers = book.fillers | frozenset(book.owners["ours"])
        self._filling = _ending(self._fillers)
        self._lengths = _lengths((*self._words, *self._fillers))
        self._owners = book.owners
        self._year = year
        self._department = fold(department or "")
        self._accounts = Accounts(year, self._strict)
        self._known: dict[tuple[str, Coordinates], Meaning | None] = {}

    def resolve(
        self, text: str, years: Mapping[str, int], around: Coordinates = Coordinates()
    ) -> Meaning | None:
        """What `text` says where `around` holds; None when a piece of it is not known."""
        if len(text) > LONGEST_SUBJECT:
            return None
        named: set[int] = set()
        plain = text
        if _MARK.search(text):
            named = {years[mark] for mark in YEAR.findall(text)}
            if len(named) > 1:
                return None
            plain = YEAR.sub(YEAR_MARK, IGNORED.sub("", text))
        key = (plain, around)
        if key not in self._known:
            self._known[key] = self._resolve(plain, around)
        meaning = self._known[key]
        if meaning is None or not named:
            return meaning
        year = {"year": str(named.pop())}
        return replace(meaning, where=tuple(p | year for p in meaning.where), dated=True)

    def _resolve(self, text: str, around: Coordinates) -> Meaning | None:
        if path := self._accounts.path(text, around.get("function")):
            code, before, after = path
            rest = self._strict(before + after, around)
            return rest and _with(rest, {"function": code})
        if meaning := self._strict(text, around):
            return meaning
        if text and (longer := self._words.get(text + "支出")):
            return _of(longer[-1])
        if place := self._accounts.name(self._bare(text), around):
            return Meaning((Coordinates(place),))
        return None

    def _bare(self, text: str) -> str:
        """The text without the fillers at its end."""
        return self._filling.sub("", text).replace(YEAR_MARK, "")

    def _strict(self, text: str, around: Coordinates = Coordinates()) -> Meaning | None:
        meaning = Meaning((Coordinates(),))
        unknown: list[str] = []
        for piece, words in self._pieces(text, around):
            if not words and piece != YEAR_MARK:
                unknown.append(piece)
                continue
            led = self._led(meaning, unknown)
            if led is not None and words:
                led = next((m for w in words if (m := _join(led, w, around))), None)
            if led is None:
                return None
            meaning, unknown = led, []
        return self._led(meaning, unknown)

    def _led(self, meaning: Meaning, unknown: list[str]) -> Meaning | None:
        """The meaning when `unknown` stands at its head: the name of who speaks, or nothing."""
        fills = [piece in self._fillers for piece in unknown]
        if all(fills):
            return meaning
        if meaning.dimensions - {"year"}:
            return None
        first, last = fills.index(False), len(fills) - fills[::-1].index(False)
        owner = self._owner("".join(unknown[first:last]))
        if owner is None:
            return None
        led = replace(meaning, led=True)
        return _with(led, {"unit": owner}) if owner else led

    def _owner(self, name: str) -> str | None:
        """The department itself (empty), the name of another institution, or None for neither."""
        if name in self._owners["ours"] or name == self._department:
            return ""
        if not name.endswith(self._owners["endings"]):
            return None
        if any(word in name for word in self._owners["partial"]):
            several = any(word in name for word in self._owners["several"])
            return "" if several or name in self._department else None
        if not self._department or _near(name, self._department):
            return ""
        return name

    def _pieces(self, text: str, around: Coordinates) -> Iterator[tuple[str, tuple[Word, ...]]]:
        """The text cut into words (with what they can mean), years, and the rest (nothing)."""
        place = 0
        while place < len(text):
            if text[place] == YEAR_MARK:
                yield YEAR_MARK, ()
                place += 1
                continue
            if text[place] == "(" and (end := _closing(text, place)):
                inside = self._strict(text[place + 1 : end - 1], around)
                if inside and inside.dimensions and len(inside.where) == 1:
                    yield text[place:end], (Word(inside.where),)
                place = end
                continue
            piece = self._longest_at(text, place)
            if piece is None:
                yield text[place], ()
                place += 1
            else:
                yield piece, self._words.get(piece, ())
                place += len(piece)

    def _longest_at(self, text: str, place: int) -> str | None:
        for length in self._lengths.get(text[place], ()):
            piece = text[place : place + length]
            if piece in self._words or piece in self._fillers:
                return piece
        return None

    def loose(self, text: str, years: Mapping[str, int]) -> dict[str, set[str]]:
        """All members that a heading names, by dimension; what is unknown is passed over."""
        found: dict[str, set[str]] = {}
        plain = IGNORED.sub("", text)
        if path := self._accounts.path(YEAR.sub("", plain), None):
            found["function"] = {path[0]}
            plain = path[1] + path[2]
        for mark in YEAR.findall(plain):
            found.setdefault("year", set()).add(str(years[mark]))
        for _, words in self._pieces(YEAR.sub(YEAR_MARK, plain), Coordinates()):
            for where in (w for word in words[-1:] if not word.under for w in word.where):
                for name, member in where.items():
                    if "/" in member:
                        continue  # “预算编制说明” is not about the staff
                    found.setdefault(name, set()).add(member)
        return found


@cache
def all_words(book: StatementBook) -> dict[str, tuple[Word, ...]]:
    """What each word can mean, what needs something around it first.

    Names of classes give way to the lexicon, and the lexicon to the words of the statements.
    """
    words: dict[str, tuple[Word, ...]] = {}
    functions = classification("function")
    taken = {text for text, _ in lexicon().vocabulary()}
    for entry in functions.entries:
        name = fold(entry.name)
        if len(entry.code) == 3 and name not in taken and not name.startswith("其他"):
            words[name] = (Word((Coordinates({"function": entry.code}),)),)
    words |= _lexicon_words(book)
    for text, own in book.words.items():
        free = any(not word.under for word in own)
        words[text] = own if free else (*own, *words.get(text, ()))
    return words


def _lexicon_words(book: StatementBook) -> dict[str, tuple[Word, ...]]:
    """The words and phrases of the lexicon; what ends like a flow, and names a source, has it."""
    words: dict[str, tuple[Word, ...]] = {}
    known = {text: term.where for text, term in lexicon().vocabulary()}
    known |= {text: own[-1].where[0] for text, own in book.words.items()}
    for text, term in lexicon().vocabulary():
        where = term.where
        ending = next((ending for ending in book.flows if text.endswith(ending)), "")
        if ending and "source" in where and "flow" not in where:
            stem = known.get(text.removesuffix(ending))
            if stem is not None and stem.get("source") == where["source"]:
                continue  # “财政拨款收入”: read as its two words, as in “财政拨款收入和支出”
            where = where | {"flow": book.flows[ending]}
        if term.under:
            words[text] = (Word((where,), under=term.under), *words.get(text, ()))
        else:
            words[text] = (Word((where,)),)
    return words


@cache
def _ending(words: frozenset[str]) -> re.Pattern[str]:
    """Words, one or more, at the end of a text that does not consist of them."""
    longest = sorted(words, key=len, reverse=True)
    return re.compile(f"(?<=.)(?:{'|'.join(map(re.escape, longest))})+$")


def _lengths(words: Iterable[str]) -> dict[str, list[int]]:
    """The lengths of the words that begin with each character, the longest first."""
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[0], set()).add(len(word))
    return {first: sorted(lengths, reverse=True) for first, lengths in found.items()}


def _of(word: Word) -> Meaning:
    return Meaning(word.where, sum=word.sum, whole=word.whole, anaphor=word.anaphor)


def _with(meaning: Meaning, members: Mapping[str, str]) -> Meaning:
    return replace(meaning, where=tuple(place | members for place in meaning.where))


def _join(meaning: Meaning, word: Word, around: Coordinates) -> Meaning | None:
    """The meaning with one more word; None where they contradict each other."""
    if not word.where[0]:
        return replace(meaning, topical=meaning.topical or word.topical)
    held = meaning.where[0] if meaning.where else Coordinates()
    for name, member in word.under.items():
        given = [place[name] for place in (held, around) if name in place]
        if not any(m == member or below(member, m, name) for m in given):
            return None
    places: list[Coordinates] = []
    for place in meaning.where:
        for more in word.where:
            if (merged := merge(place, more)) is None:
                return None
            places.append(merged)
    return Meaning(
        tuple(dict.fromkeys(places)),
        sum=meaning.sum or word.sum,
        whole=meaning.whole or word.whole,
        topical=meaning.topical or word.topical,
        anaphor=(meaning.anaphor or word.anaphor),
        dated=meaning.dated,
        led=meaning.led,
        weak=meaning.weak or bool(word.under),
    )


def merge(place: Coordinates, more: Coordinates) -> Coordinates | None:
    """Both places as one, the narrower member of each dimension; None where they part."""
    members = dict(place)
    for name, member in more.items():
        held = members.get(name, member)
        if held == member or below(held, member, name):
            members[name] = member
        elif not below(member, held, name):
            return None
    return Coordinates(members)


def _closing(text: str, begin: int) -> int | None:
    depth = 0
    for place in range(begin, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place + 1
    return None


@lru_cache(maxsize=512)
def _near(name: str, department: str) -> bool:
    """Whether nearly all of a name runs through that of the department, in order."""
    row = [0] * (len(department) + 1)
    for left in name:
        previous = 0
        for place, right in enumerate(department, 1):
            kept = row[place]
            row[place] = previous + 1 if left == right else max(row[place], row[place - 1])
            previous = kept
    return row[-1] >= NEAR * len(name)
