"""Paragraphs as they were meant: those that a page or a wrapped line broke are read as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shouzhi.space import Location
from shouzhi.statements.claims import Place
from shouzhi.tables import Section

_DONE: Final = re.compile(r"[。；：:;！？!?”）)]$")
_ORDINALS: Final = (
    re.compile(r"^第[一二三四五六七八九十]+(?:部分|章)"),
    re.compile(r"^[一二三四五六七八九十]+、"),
    re.compile(r"^[(（][一二三四五六七八九十]+[)）]"),
    re.compile(r"^\d{1,2}[.．、](?!\d)"),
    re.compile(r"^[(（]\d{1,2}[)）]"),
    re.compile(r"^[①-⑳]"),
)
_LEVEL_MARK: Final = re.compile("[（(][类款][）)]")
_NEXT_MARK: Final = re.compile(r"^[^\d。；：]{0,30}[（(][款项][）)]")
_LIST: Final = re.compile("^(?:其中|包括|主要包括|具体包括)")
_PAGE_NUMBER: Final = re.compile(r"^\W*\d{1,3}\W*$")
_SENTENCE: Final = re.compile("[。；，;,]")
LONGEST_HEADING: Final = 60
LONGEST: Final = 20_000
"""No block grows beyond this many characters: what is longer is no broken sentence."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph (None: the heading) of a block, and where it begins in the block's text."""

    paragraph: int | None
    start: int
    length: int
    location: Location


@dataclass(frozen=True, slots=True)
class Block:
    """One or more paragraphs of a section that read as one text.

    `level` is that of its ordinal, or half a level below its section when it has none.
    """

    section: int
    text: str
    pieces: tuple[Piece, ...]
    level: float
    numbered: bool

    @property
    def opens(self) -> bool:
        """Whether a numbered paragraph is a heading that the outline took for prose."""
        return (
            self.numbered and len(self.text) <= LONGEST_HEADING and not _SENTENCE.search(self.text)
        )

    @property
    def heading(self) -> bool:
        """Whether the block is (or begins with) the heading of its section."""
        return self.pieces[0].paragraph is None

    def place(self, start: int, end: int) -> Place:
        """The place of text[start:end]; what runs over two paragraphs ends with the first."""
        piece = next(p for p in reversed(self.pieces) if p.start <= start)
        stop = min(end - piece.start, piece.length)
        return Place(self.section, piece.paragraph, start - piece.start, stop, piece.location)


def ordinal_level(text: str) -> int | None:
    """0 for 第一部分, 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 for ①."""
    for level, pattern in enumerate(_ORDINALS):
        if pattern.match(text):
            return level
    return None


def blocks_of(number: int, section: Section) -> Iterator[Block]:
    """The blocks of one section, its heading first."""
    texts: list[tuple[int | None, str, Location]] = [(None, section.heading, section.location)]
    texts += [
        (i, p.text, p.location)
        for i, p in enumerate(section.paragraphs)
        if not _PAGE_NUMBER.match(p.text)
    ]
    open_: list[tuple[int | None, str, Location]] = []
    for one in texts:
        if open_ and not _goes_on(open_, one[1]):
            yield _block(number, section.level, open_)
            open_ = []
        open_.append(one)
    yield _block(number, section.level, open_)


def _goes_on(before: list[tuple[int | None, str, Location]], text: str) -> bool:
    """Whether `text` goes on with the sentence that the paragraphs `before` left open."""
    index, last, _ = before[-1]
    if not last or not text or ordinal_level(text) is not None:
        return False
    if index is None:
        return (
            bool(_LEVEL_MARK.search(last))
            and not _DONE.search(last)
            and bool(_NEXT_MARK.match(text))
        )
    if sum(len(one[1]) for one in before) >= LONGEST:
        return False
    return bool(_LIST.match(text)) or not _DONE.search(last)


def _block(number: int, level: int, texts: list[tuple[int | None, str, Location]]) -> Block:
    pieces: list[Piece] = []
    text = ""
    for index, one, location in texts:
        if text[-1:].isdigit() and one[:1].isdigit():
            text += " "  # two numbers never become one
        pieces.append(Piece(index, len(text), len(one), location))
        text += one
    own = ordinal_level(text)
    heading = texts[0][0] is None
    deep = level if heading else level + 0.5 if own is None else own
    return Block(number, text, tuple(pieces), deep, heading or own is not None)
