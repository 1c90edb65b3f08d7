"""The lexicon: what the words of headings, row labels and titles mean as coordinates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.learned import Learned, learned_words
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.space import Coordinates

_YEAR: Final = re.compile(r"(?:19|20)\d{2}(?=年)|(?<!\d)20\d{2}(?!\d)")
_LEADING_YEAR: Final = re.compile(r"^(?:(?:19|20)\d{2}年?度?|本年度?|当年)")
_TOTALLED: Final = re.compile(r"(?:合计|小计)$")
_INCLUDING: Final = re.compile(r"\((?:不?含|包括|按)[^()]*\)")
_BRACKETED: Final = re.compile(r"\([^()]*\)$|\([^()]*\)")

_LAST_YEAR: Final = re.compile(r"^(?:上一?年度?|去年)")
LAST_YEAR: Final = "last"
"""The year of a heading that says 上年: one before that of its table."""

STUB_ROLES: Final = ("code", "class", "section", "item", "name", "line", "unit_code", "ordinal")
"""Roles of the columns that tell what a row is."""


@dataclass(frozen=True, slots=True)
class Term:
    """What one word of the lexicon means.

    `where` are its coordinates; `total` that it names the whole of them;
    `rate` is (numerator, denominator) as stages for a column of rates; `under`
    are coordinates that must already hold for the word to mean this.
    """

    where: Coordinates
    total: bool = False
    measure: bool = False
    rate: tuple[str, str] | None = None
    under: Coordinates = Coordinates()


class Lexicon:
    """Words to coordinates.  All lookups fold what they are given.

    `learned` are words of the installation, each of which means what a known one does.
    """

    def __init__(self, data: dict[str, Any], learned: Iterable[Learned] = ()) -> None:
        self._terms: dict[str, list[Term]] = {}
        for entry in data["terms"]:
            term = _term(entry)
            for word in entry["says"]:
                self._terms.setdefault(fold(word), []).append(term)
        self._roles: dict[str, tuple[str, ...]] = {}
        for role, words in data["stub"].items():
            for word in words:
                key = fold(word)
                self._roles[key] = (*self._roles.get(key, ()), role)
        self._patterns = {role: re.compile(p) for role, p in data["stub_patterns"].items()}
        self._texts = {fold(word) for word in data["texts"]}
        self._texts_pattern = re.compile(data["texts_pattern"])
        self._measures = {fold(word) for word in data["measures"]}
        self._totals = {fold(word) for word in data["totals"]}
        self._grand = {fold(word) for word in data["grand_totals"]}
        self._numbering = {fold(word) for word in data["numbering"]}
        self._sides = {fold(word) for word in data["sides"]}
        self._natures = {fold(word) for word in data["natures"]}
        self.organisation = re.compile(data["organisation"])
        self._phrases = {
            fold(word): Coordinates(entry["where"])
            for entry in data["phrases"]
            for word in entry["says"]
        }
        longest = sorted(self._phrases, key=len, reverse=True)
        self._phrase = re.compile("|".join(map(re.escape, longest)))
        self._counts = re.compile(data["counts"])
        self._fields = {fold(w): d for d, words in data["fields"].items() for w in words}
        self._tellers = {fold(w): d for d, words in data["tellers"].items() for w in words}
        self._worth = re.compile(data["worth"])
        self._fillers = re.compile(data["fillers"])
        self.derived = {name: re.compile(p) for name, p in data["derived"].items()}
        captions = data["captions"]
        self.captions: dict[str, frozenset[str]] = {
            name: frozenset(map(fold, captions[name]))
            for name in ("amount_unit", "department", "notes", "empty")
        }
        self.number = re.compile(captions["number"])
        self.continued = re.compile(captions["continued"])
        for word in learned:
            self._learn(fold(word.says), word.like)

    def _learn(self, word: str, like: str) -> None:
        """Let a word mean what `like` means, wherever the latter is known; ours are not changed."""
        if self.knows(word):
            return
        if term := self.term(like):
            self._terms.setdefault(word, [term])
        if roles := self.roles(like):
            self._roles.setdefault(word, roles)
        for known in (self._texts, self._measures, self._totals, self._grand, self._sides, self._natures):
            if fold(like) in known:
                known.add(word)

    def knows(self, text: str) -> bool:
        """Whether the lexicon has the very word, in whatever meaning."""
        words = (self._terms, self._roles, self._texts, self._measures, self._totals, self._grand)
        return any(fold(text) in known for known in (*words, self._sides, self._natures))

    def term(self, text: str, under: Coordinates = Coordinates()) -> Term | None:
        """What `text` means where `under` already holds; None when it is not known.

        The word is tried as it stands, then without its ordinal, without
        “其中”, without its year and without what stands in brackets.
        """
        for word in _variants(text):
            for term in self._terms.get(word, ()):
                if term.under.items() <= under.items():
                    return term
        return self._compound(text)

    def is_shortened(self, text: str) -> bool:
        """Whether a word is known only without what stands in brackets behind it."""
        *fuller, bare = _variants(text)
        return bool(fuller) and bare in self._terms and not any(word in self._terms for word in fuller)

    def _compound(self, text: str) -> Term | None:
        """A word made of title phrases: 一般公共预算 + 基本支出, perhaps with 安排, 资金, 数 between."""
        word = fold(text)
        rest = self._phrase.sub("", word)
        if not word or (rest and self._fillers.sub("", rest)) or rest == word:
            return None
        where = self.title(word).without("stage", "year")
        return Term(where) if where or not rest else None

    def roles(self, text: str) -> tuple[str, ...]:
        """The stub roles that a heading can have: code, name, line…; empty for others."""
        known = next((self._roles[w] for w in _variants(text) if w in self._roles), ())
        return known or self._made_roles(fold(text))

    def _made_roles(self, word: str) -> tuple[str, ...]:
        """The role of a heading by how it is made: …科目编码, …单位代码, …分类名称."""
        return tuple(role for role, made in self._patterns.items() if made.search(word))[:1]

    def is_text(self, text: str) -> bool:
        """Whether a heading tops a column of words."""
        if any(word in self._texts for word in _variants(text)):
            return True
        return self._texts_pattern.search(fold(text)) is not None

    def count_unit(self, text: str) -> str | None:
        """The unit in which a label or heading counts things (辆, 平方米); None where it is money."""
        match = self._counts.search(fold(text))
        return (match["unit"] or "个") if match else None

    def field(self, text: str) -> str | None:
        """The dimension that a field of a form tells of the whole form: 项目名称 its project."""
        return self._fields.get(fold(text).rstrip(":"))

    def teller(self, text: str) -> str | None:
        """The dimension that a column of words tells of rows without labels: 专项名称 their project."""
        return self._tellers.get(fold(text))

    def is_worth(self, text: str) -> bool:
        """Whether a heading tops money even in the row of something that is counted: 原值."""
        return self._worth.search(fold(text)) is not None

    def last_year(self, text: str) -> str | None:
        """What a heading says of last year: 上年预算数 → 预算数; None where it says nothing of it.

        上年结转 is a word of its own: what came over from last year is there this year.
        """
        word = fold(text)
        rest = _LAST_YEAR.sub("", word)
        if rest == word or any(w in self._terms for w in _variants(text)):
            return None
        term = self.term(rest)
        return rest if term and "stage" in term.where else None

    def is_measure(self, text: str) -> bool:
        """Whether a heading tops a column of amounts, whatever it means."""
        return any(
            word in self._measures or word in self._totals or word in self._terms
            for word in _variants(text)
        )

    def is_total(self, text: str) -> bool:
        """Whether a label or heading means all of it: 合计, 总计, 小计."""
        return any(word in self._totals for word in _variants(text))

    def is_grand_total(self, text: str) -> bool:
        """Whether a label is the grand total, carry-over included: 总计."""
        return fold(text) in self._grand

    def is_side(self, text: str) -> bool:
        """Whether a word heads one half of a two-sided table: 收入, 支出."""
        return fold(text) in self._sides

    def is_nature(self, text: str) -> bool:
        """Whether a label is a nature of units: 行政单位, 公益一类事业单位 and others."""
        return fold(text) in self._natures

    def is_numbering(self, text: str) -> bool:
        """Whether a label opens a row of column numbers: 栏次."""
        return fold(text) in self._numbering

    def is_pure_heading(self, text: str) -> bool:
        """Whether `text` only ever heads columns and is never the label of a row."""
        forms = _variants(text)
        terms = [term for word in forms for term in self._terms.get(word, ())]
        if any(not term.measure for term in terms) or any(word in self._totals for word in forms):
            return False
        roles = set(self.roles(text)) - {"class", "section"}
        return bool(roles) or self.is_text(text) or self.is_measure(text)

    def is_heading(self, text: str) -> bool:
        """Whether the lexicon knows `text` as any kind of heading."""
        return bool(self.roles(text)) or self.is_text(text) or self.is_measure(text)

    def title(self, text: str) -> Coordinates:
        """The coordinates that a title gives to its whole table.

        A title that names both 收入 and 支出, or several kinds, fixes neither; one that
        names several items (“三公”经费、会议费) is of their sum, written with + between them.
        """
        found: dict[str, set[str]] = {}
        for match in self._phrase.finditer(_INCLUDING.sub("", fold(text))):
            for dimension, member in self._phrases[match.group()].items():
                found.setdefault(dimension, set()).add(member)
        where = {d: one for d, members in found.items() if (one := _one(d, members))}
        if len(items := found.get("item", set())) > 1:
            where["item"] = "+".join(sorted(items))
        if year := heading_year(text):
            where["year"] = year
        return Coordinates(where)

    def vocabulary(self) -> Iterator[tuple[str, Term]]:
        """Every phrase of titles, then every heading word with coordinates, folded.

        Of several meanings of one word the one that holds anywhere comes last.
        """
        for phrase, where in self._phrases.items():
            yield phrase, Term(where)
        for word, terms in self._terms.items():
            for term in sorted(terms, key=lambda term: -len(term.under)):
                if term.where:
                    yield word, term

    def words(self) -> Iterator[str]:
        """Every known heading word, folded."""
        yield from self._terms
        yield from self._roles
        yield from self._texts
        yield from self._measures
        yield from self._totals


def _one(dimension: str, members: AbstractSet[str]) -> str | None:
    """The member that several of one dimension name together.

    政府性基金 of 财政拨款 is the narrower of the two; 财政拨款 with 一般公共预算 and
    政府性基金 beside it is the whole of them.
    """
    tree = classification(dimension)
    deepest = {m for m in members if not any(tree.is_ancestor(m, other) for other in members)}
    if len(deepest) == 1:
        return deepest.pop()
    wholes = [m for m in members if all(m == o or tree.is_ancestor(m, o) for o in members)]
    return wholes[0] if wholes else None


def heading_year(text: str) -> str | None:
    """The one year that a heading or title names, as four digits."""
    years = set(_YEAR.findall(fold(text)))
    return years.pop() if len(years) == 1 else None


@lru_cache(maxsize=16384)
def _variants(text: str) -> tuple[str, ...]:
    """The forms in which a word is looked up, the fullest first."""
    word = fold(text)
    bare = strip_ordinal(word)[1] or word
    yearless = _LEADING_YEAR.sub("", bare) or bare
    forms = (word, bare, yearless, _TOTALLED.sub("", yearless), _BRACKETED.sub("", yearless))
    return tuple(dict.fromkeys(filter(None, forms)))


def _term(entry: dict[str, Any]) -> Term:
    rate = entry.get("rate")
    return Term(
        where=Coordinates(entry.get("where", {})),
        total=bool(entry.get("total")),
        measure=bool(entry.get("measure")),
        rate=(rate["of"], rate["to"]) if rate else None,
        under=Coordinates(entry.get("under", {})),
    )


@cache
def lexicon() -> Lexicon:
    """The lexicon of the catalogue with what the installation has learned, loaded once a process."""
    text = (files("shouzhi.catalogue") / "lexicon.yaml").read_text(encoding="utf-8")
    return Lexicon(yaml.load(text, Loader=yaml.CSafeLoader), learned_words())
