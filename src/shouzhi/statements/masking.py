"""Prose becomes a text to match: folded, every number one mark, brackets taken out.

A mark is a private character that stands for one figure, year, passed-over number or
bracket; its block tells its kind.  So a pattern can ask for “an amount” with one class of
characters, and what stood there is found by the mark itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Final

from shouzhi.catalogue.names import fold
from shouzhi.catalogue.statements import StatementBook
from shouzhi.statements.blocks import Block
from shouzhi.statements.claims import Figure, Place

BLOCK: Final = 0x1000
"""How many marks of one kind a paragraph can have; beyond, numbers are passed over."""

DEEPEST: Final = 6
"""How deep brackets are followed; what lies deeper is read with what holds it."""

LONGEST_NUMBER: Final = 24
"""Longer rows of digits are no amounts."""

KINDS: Final = ("amount", "percent", "count", "number", "year", "ignored", "group")
_FIRST: Final = {kind: 0xF0000 + BLOCK * place for place, kind in enumerate(KINDS)}
MARKS: Final = {kind: f"{chr(first)}-{chr(first + BLOCK - 1)}" for kind, first in _FIRST.items()}
"""The characters of each kind, to stand inside a class of a regular expression."""

FIGURES: Final = "".join(MARKS[kind] for kind in ("amount", "percent", "count", "number"))
NEXT: Final = "¦"
"""What stands for 、, 和 and 及 after a number: the next item of a list."""

NUMBER: Final = r"(?<![\dA-Za-z.])(?:(?<![\dA-Za-z)%-])-|△)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\dA-Za-z]|[.,]\d)"
_BARE_NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_YEAR: Final = r"(?<!\d)(?:19|20)\d\d年度?"
_PLAIN: Final = "[^\u4e00-\u9fff,。、;:)]"
_NUMERALS: Final = "一二三四五六七八九十"
_ORDINAL: Final = (
    r"(?:^|(?<=[,;。:!?(]))(?:\d{1,2}(?:、|\.(?!\d)|\.(?=(?:19|20)\d\d年))|[一二三四五六七八九十]{1,3}、"
    r"|[一二三四五六七八九十]是|[①-⑳])|\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)"
)
_GUARDS: Final = {
    "万": "(?=[(),;。:、]|$)",
    "亿": "(?=[(),;。:、]|$)",
    "分": "(?![别类公之局析管])",
    "项": "(?!目[^,;。:、])",
    "人": "(?![民事员大])",
    "天": "(?!河)",
}
_JOIN: Final = re.compile(f"(?<=[{FIGURES}{MARKS['group']}])(?:、|和|及其?|以及|与)")
_FOLDS: Final = re.compile("[^\u4e00-\u9fff0-9A-Za-z.%、。,;:()]+")
_ENDS: Final = frozenset(",;。:!?、") | {NEXT, ""}
_BETWEEN: Final = re.compile("[,;。:!?、]")
_FIGURE: Final = re.compile(f"[{FIGURES}]")


def kind_of(mark: str) -> str | None:
    """The kind of a mark; None for an ordinary character."""
    place = (ord(mark) - 0xF0000) // BLOCK
    return KINDS[place] if 0 <= place < len(KINDS) else None


@dataclass(slots=True)
class Passage:
    """A masked text.  `starts` and `ends` give, for each of its characters, the characters
    of the paragraph that it stands for; the tables of a paragraph are shared by its groups.
    """

    text: str
    starts: list[int]
    ends: list[int]
    figures: dict[str, Figure] = field(default_factory=dict)
    years: dict[str, int] = field(default_factory=dict)
    groups: dict[str, Passage] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def mark(self, kind: str) -> str:
        """The next free mark of a kind; that of passed-over numbers when there is none."""
        used = self.used.get(kind, 0)
        self.used[kind] = used + 1
        return chr(_FIRST[kind] + used) if used < BLOCK else chr(_FIRST["ignored"])

    def over(self, text: str, starts: list[int], ends: list[int]) -> Passage:
        """Another text over the same paragraph, with the same tables."""
        return Passage(text, starts, ends, self.figures, self.years, self.groups, self.used)

    def part(self, start: int, end: int) -> Passage:
        """A piece of the text with the same tables."""
        return self.over(self.text[start:end], self.starts[start:end], self.ends[start:end])

    def add(self, piece: Passage, length: int | None = None) -> None:
        """Append a piece of the same paragraph, or its first `length` characters."""
        self.text += piece.text
        self.starts += piece.starts[:length]
        self.ends += piece.ends[:length]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the paragraph under text[start:end]."""
        return self.starts[start], self.ends[max(start, end - 1)]


class Masker:
    """Masks paragraphs by the units and the passed-over numbers of the catalogue."""

    def __init__(self, book: StatementBook) -> None:
        self._asides = book.asides
        self._units = {
            unit: (kind, canonical)
            for kind, units in book.units.items()
            for unit, canonical in units.items()
        }
        longest = sorted(self._units, key=len, reverse=True)
        units = "|".join(re.escape(unit) + _guard(unit) for unit in longest)
        ignored = "|".join(
            pattern.replace("NUMBER", _BARE_NUMBER) for pattern, _ in book.ignored.values()
        )
        before = (re.split(r"\\d|NUMBER", pattern)[0] for pattern, _ in book.ignored.values())
        first = "".join({*_NUMERALS, *(c for c in "".join(before) if "\u4e00" <= c <= "\u9fff")})
        # Most characters begin nothing: a look ahead at one of them saves trying everything.
        self._numbers = re.compile(
            f"(?={_PLAIN}|[{first}])(?:(?P<ordinal>{_ORDINAL})|(?P<ignored>{ignored})|(?P<year>{_YEAR})|(?P<number>{NUMBER})(?P<unit>{units})?)"
        )

    def mask(self, block: Block) -> Passage:
        """The masked text of a block, its figures with their places."""
        folded, origin = _fold(block.text)
        passage = Passage("", [], [])
        at = 0
        for match in self._numbers.finditer(folded):
            _keep(passage, folded, origin, at, match.start())
            at = match.end()
            if match["ordinal"] is None:
                self._mark(passage, match, origin, block)
        _keep(passage, folded, origin, at, len(folded))
        return self._take_groups(_join(passage), DEEPEST)

    def _mark(
        self, passage: Passage, match: re.Match[str], origin: list[int], block: Block
    ) -> None:
        start, end = origin[match.start()], origin[match.end() - 1] + 1
        if match["year"]:
            mark = passage.mark("year")
            passage.years[mark] = int(match["year"][:4])
        elif match["number"] and len(match["number"]) <= LONGEST_NUMBER:
            kind, unit = self._units.get(match["unit"] or "", ("number", ""))
            digits_end = origin[match.end("number") - 1] + 1
            printed = block.text[start:digits_end]
            figure = _figure(match["number"], unit, printed, block.place(start, end))
            mark = passage.mark(kind)
            passage.figures[mark] = figure
        else:
            mark = chr(_FIRST["ignored"])
        passage.text += mark
        passage.starts.append(start)
        passage.ends.append(end)

    def _take_groups(self, passage: Passage, depth: int) -> Passage:
        """Put a mark for each bracket that holds figures, and drop those that only tell aside.

        What stands in brackets after a number, or holds several clauses, tells aside; `（类）`,
        `（境）` and other short ones belong to the words around them.
        """
        taken = passage.over("", [], [])
        at = 0
        passage.text, pairs = _brackets(passage.text)
        for begin, end in pairs if depth else ():
            taken.add(passage.part(at, begin))
            at = end
            inside = passage.part(begin + 1, end - 1)
            after_figure = bool(taken.text) and bool(_FIGURE.match(taken.text[-1]))
            if _FIGURE.search(inside.text):
                mark = passage.mark("group")
                passage.groups[mark] = self._take_groups(inside, depth - 1)
                more = "," if after_figure and passage.text[end : end + 1] not in _ENDS else ""
                span = passage.span(begin, end)
                taken.add(Passage(mark + more, [span[0]] * 2, [span[1]] * 2), len(mark + more))
            elif not after_figure and self._belongs(inside.text):
                taken.add(passage.part(begin, end))
        taken.add(passage.part(at, len(passage.text)))
        return taken

    def _belongs(self, inside: str) -> bool:
        """Whether a bracket belongs to the words around it."""
        return not inside.startswith(self._asides) and not _BETWEEN.search(inside)


def _guard(unit: str) -> str:
    """What may not follow a unit that is also part of words: 5万人, 3分类, 2项目."""
    return _GUARDS.get(unit, "")


def _figure(digits: str, unit: str, printed: str, place: Place) -> Figure:
    negative = digits[0] in "-△"
    value = Decimal(digits.lstrip("-△").replace(",", ""))
    return Figure(printed=printed, value=-value if negative else value, unit=unit, place=place)


@cache
def _folded(character: str) -> str:
    return fold(character)


def _fold(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters where it stands in `text`.

    A blank between two digits stays, so that two numbers never become one.
    """
    out: list[str] = []
    origin: list[int] = []
    at = 0
    for match in _FOLDS.finditer(text):
        place = match.start()
        out.append(text[at:place])
        origin.extend(range(at, place))
        at = match.end()
        for offset, character in enumerate(match.group()):
            plain = _folded(character)
            if plain == "-" and out and out[-1].endswith("-"):
                continue
            out.append(plain)
            origin.extend([place + offset] * len(plain))
        before = text[place - 1] if place else ""
        if match.group().isspace() and before.isdigit() and text[at : at + 1].isdigit():
            out.append(" ")
            origin.append(place)
    out.append(text[at:])
    origin.extend(range(at, len(text)))
    return "".join(out), origin


def _keep(passage: Passage, folded: str, origin: list[int], start: int, end: int) -> None:
    passage.text += folded[start:end]
    passage.starts += origin[start:end]
    passage.ends += [place + 1 for place in origin[start:end]]


def _join(passage: Passage) -> Passage:
    """Put one mark for the words that part the items of a list."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in _JOIN.finditer(passage.text):
        pieces += [passage.text[at : match.start()], NEXT]
        starts += [*passage.starts[at : match.start()], passage.starts[match.start()]]
        ends += [*passage.ends[at : match.start()], passage.ends[match.end() - 1]]
        at = match.end()
    pieces.append(passage.text[at:])
    return passage.over("".join(pieces), starts + passage.starts[at:], ends + passage.ends[at:])


def _brackets(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Outermost pairs of brackets; one that has no partner becomes a comma, as it parts clauses."""
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    alone: list[int] = []
    for place, character in enumerate(text):
        if character == "(":
            opened.append(place)
        elif character == ")":
            if not opened:
                alone.append(place)
                continue
            begin = opened.pop()
            while pairs and pairs[-1][0] > begin:
                pairs.pop()
            pairs.append((begin, place + 1))
    if alone or opened:
        characters = list(text)
        for place in (*alone, *opened):
            characters[place] = ","
        text = "".join(characters)
    return text, pairs
