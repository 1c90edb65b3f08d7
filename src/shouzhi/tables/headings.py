"""The headings over one column: their text from the top down, and what they mean together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from shouzhi.catalogue.lexicon import LAST_YEAR, Lexicon, heading_year, lexicon
from shouzhi.catalogue.names import fold
from shouzhi.space import Coordinates
from shouzhi.tables.matrix import Matrix

CHANGE: Final = "change"
GROWTH: Final = (CHANGE, "base")
SHARE: Final = ("part", "whole")
_LISTED: Final = frozenset({"function", "economic", "government_economic", "item"})
"""Dimensions whose members say enough: what stands over them need not be known."""
_AMONG: Final = re.compile(r"^其中[:：]?")

Rate = tuple[str, str]


def heading_path(table: Matrix, column: int, top: int) -> tuple[str, ...]:
    """The distinct headings over a column in the first `top` rows, from the top down."""
    path: list[str] = []
    last = None
    for row in range(top):
        place = _spread_from(table, row, column, top)
        cell = table.owner[row][place]
        if cell is None or cell is last:
            continue
        last = cell
        word = heading_text(table.text(row, place))
        if word and (not path or path[-1] != word):
            path.append(word)
    return tuple(path)


def _spread_from(table: Matrix, row: int, column: int, top: int) -> int:
    """The column whose heading reaches over this one, where the source merges no cells.

    A blank to the right of a heading belongs to it, if both have headings of their own below.
    """
    place = column
    while place > 0 and not table.text(row, place):
        place -= 1
    if place == column or row + 1 >= top:
        return column
    cell = table.owner[row][place]
    below = [table.begins(row + 1, c) and table.text(row + 1, c) for c in range(place, column + 1)]
    whole = cell is not None and cell.columns == 1 and cell.rows == 1
    return place if whole and all(below) and lexicon().is_heading(table.text(row, place)) else column


def heading_text(text: str) -> str:
    """A heading with its blanks taken out, except between two words of Latin letters."""
    parts = text.split()
    joined = ""
    for part in parts:
        ascii_seam = joined[-1:].isascii() and joined[-1:].isalpha() and part[:1].isalpha()
        joined += f" {part}" if ascii_seam and part[:1].isascii() else part
    return joined


def heading_where(path: Sequence[str]) -> tuple[Coordinates, Rate | None, tuple[str, ...]]:
    """What a heading path means, deeper words over shallower ones.

    Returns (coordinates, the stages of a rate, the words that are not known).  A change
    against another year stands at a stage of its own, a growth is a rate: neither is an
    amount at the place of the columns beside it.
    """
    words = lexicon()
    where = Coordinates()
    rate = None
    unknown: list[str] = []
    leaf = words.term(path[-1]) if path else None
    listed = leaf is not None and bool(_LISTED & set(leaf.where))
    derived = [word for word in path if _is_derived(word, words)]
    for word in path:
        if word in derived:
            continue
        if year := heading_year(word):
            where |= {"year": year}
        if (rest := words.last_year(word)) is not None:
            where |= {"year": LAST_YEAR}
            word = rest  # noqa: PLW2901 - the word without its year
        term = words.term(word, under=where)
        if term is None:
            over = word != path[-1] and (listed or _AMONG.match(word))
            if not over and not words.is_heading(_AMONG.sub("", word) or word):
                unknown.append(word)
            continue
        where |= term.where
        rate = term.rate or rate
    if path and derived:
        return *_derived(path, derived, where, words), tuple(unknown)
    return where, rate, tuple(unknown)


def _is_derived(word: str, words: Lexicon) -> bool:
    """Whether a heading names what is worked out: a change, a growth, a share."""
    plain = fold(word)
    if words.term(word) is not None or words.is_text(word) or words.last_year(word):
        return False
    return any(pattern.search(plain) for pattern in words.derived.values())


def _derived(
    path: Sequence[str], derived: Sequence[str], where: Coordinates, words: Lexicon
) -> tuple[Coordinates, Rate | None]:
    """The place of a change, or the stages of a growth or share."""
    leaf = fold(path[-1])
    if share := words.derived["share"].match(leaf):
        ends = [words.term(share[name]) for name in ("of", "to")]
        stages = [term.where.get("stage", "") for term in ends if term]
        known = len(stages) == len(ends) and all(stages)
        return where.without("stage"), (stages[0], stages[1]) if known else SHARE
    change = any(words.derived["change"].search(fold(word)) for word in derived)
    rated = words.derived["rate"].search(leaf)
    if change and not rated:
        return where.without("stage", "year") | {"stage": CHANGE}, None
    return where.without("stage", "year"), GROWTH if change else SHARE
