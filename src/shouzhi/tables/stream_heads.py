"""The head of a table in a text dump: its pieces re-joined into headings, its tree rebuilt.

A dump prints the headings of a table row by row and from left to right, each wrapped
as in its cell.  `find_head` re-joins them with the lexicon; `stream_tree` finds which
heading stands over which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from shouzhi.catalogue.lexicon import heading_year, lexicon
from shouzhi.catalogue.loading import CATALOGUE, load_yaml
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.space import Location
from shouzhi.tables.stream_pieces import Piece, Style, is_number, width

MOST_PIECES: Final = 12
"""A heading is wrapped into no more pieces than these."""
LONGEST_HEADING: Final = 40
LEAST_SCORE: Final = 1.8
LEAST_NUMBERED: Final = -4.0
"""The same above a row of column numbers, which says that a head ends there."""
FORBIDDEN: Final = -1000.0
_LEADING_YEAR: Final = re.compile(r"^(?:(?:19|20)\d{2}年?度?|本年度?|当年)")
_BRACKETED: Final = re.compile(r"\([^()]*\)")
_TOTAL_END: Final = re.compile(r"(?:合计|小计|总计)$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its pieces re-joined: its text as printed, and where it begins."""

    text: str
    location: Location
    known: bool
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class HeadStream:
    """The headings that some pieces spell: pieces `first` up to `last`, and how well."""

    headings: tuple[Heading, ...]
    first: int
    last: int
    score: float


@dataclass(frozen=True, slots=True)
class _Taste:
    """What a way of reading favours: joining `known` headings, and not joining `unknown` ones.

    `most` is the best that an unknown heading is worth.
    """

    known: float
    unknown: float
    most: float = 9.0


_TASTES: Final = (_Taste(0.3, 0.3), _Taste(-0.4, 0.3), _Taste(0.3, -0.1, -0.5))


@cache
def words(group: str) -> frozenset[str]:
    """The folded words of one group of the data file: endings, first, second."""
    return frozenset(map(fold, load_yaml(CATALOGUE / "dumps.yaml")[group].texts()))


@cache
def is_known(text: str) -> bool:
    """Whether a text is a heading that the lexicon knows, or a year that tops columns."""
    return is_listed(text) or (lexicon().is_heading(text) and not _totalled(fold(text)))


@cache
def is_listed(text: str) -> bool:
    """Whether the lexicon has a heading itself, and does not only know how such are made.

    Two headings can read like one that is only made (科目编码 / 单位编码), or that is only
    known without the total at its end (项 / 小计).
    """
    plain = fold(text)
    if plain.rstrip(":") == "其中":
        return True
    year = heading_year(text)
    if year is not None and len(plain) <= 12 and plain[-1:] in "年度初末数":
        return True
    bare = strip_ordinal(plain)[1]
    yearless = _LEADING_YEAR.sub("", bare)
    forms = [plain, bare, yearless, _BRACKETED.sub("", yearless)]
    if year is not None:
        forms.append(_TOTAL_END.sub("", yearless))
    return any(form in _listed() for form in forms)


@cache
def _listed() -> frozenset[str]:
    return frozenset(lexicon().words())


def _likely(plain: str) -> bool:
    """Whether a folded text ends as headings of amounts do."""
    return len(plain) > 2 and any(plain.endswith(word) for word in words("endings"))


def _totalled(plain: str) -> bool:
    return _TOTAL_END.search(plain) is not None


def find_heads(pieces: Sequence[Piece], style: Style, *, to_end: bool = False) -> list[HeadStream]:
    """The headings among `pieces`, read in the ways that are worth a try, best first.

    A known heading may be the first piece of a longer one (基本支出 / 合计): it is read
    with wrapped pieces joined wherever that gives a known heading, with as few joined as
    possible, and with unknown pieces taken for one heading.  With `to_end` the head
    reaches to the last piece.  Empty where the pieces spell no head.
    """
    found = [_segment(pieces, style, taste, to_end=to_end) for taste in _TASTES]
    least = LEAST_NUMBERED if to_end else LEAST_SCORE
    kept = [stream for stream in found if stream is not None and stream.score >= least]
    return list(dict.fromkeys(kept))


def _segment(
    pieces: Sequence[Piece], style: Style, taste: _Taste, *, to_end: bool
) -> HeadStream | None:
    """The best-scoring run of headings that starts a line and ends one."""
    count = len(pieces)
    best = [0.0 if p.starts else FORBIDDEN for p in pieces] + [0.0]
    back = [-1] * (count + 1)  # where the heading that ends here begins; -1: nothing before
    for end in range(1, count + 1):
        for begin in range(end - 1, max(-1, end - 1 - MOST_PIECES), -1):
            score = best[begin] + _worth(pieces, begin, end, style, taste)
            if score > best[end] or (back[end] < 0 and not _opens(pieces, end)):
                best[end], back[end] = score, begin
    ends = [count] if to_end else [e for e in range(1, count + 1) if pieces[e - 1].ends]
    last = max(ends, key=lambda end: (best[end], end), default=0)
    if last == 0 or back[last] < 0:
        return None
    headings: list[Heading] = []
    at = last
    while back[at] >= 0:
        headings.insert(0, _heading(pieces[back[at] : at]))
        at = back[at]
    return HeadStream(tuple(headings), at, last, best[last])


def _opens(pieces: Sequence[Piece], index: int) -> bool:
    """Whether a head may begin with this piece: it is the first of its line."""
    return index < len(pieces) and pieces[index].starts


def _heading(pieces: Sequence[Piece]) -> Heading:
    text = pieces[0].text
    for piece in pieces[1:]:
        text += ("\n" if piece.starts else " ") + piece.text
    return Heading(text, pieces[0].location, is_known(text), len(pieces))


def _worth(pieces: Sequence[Piece], begin: int, end: int, style: Style, taste: _Taste) -> float:
    """How likely the pieces from `begin` to `end` are one heading, all of it."""
    text = "".join(piece.text for piece in pieces[begin:end])
    if len(text) > LONGEST_HEADING:
        return FORBIDDEN
    count = end - begin
    joins = sum(_join_cost(pieces[k], pieces[k + 1], style) for k in range(begin, end - 1))
    run = pieces[begin:end]
    if any((piece.starts or piece is run[0]) and _is_body_label(piece.text) for piece in run):
        return FORBIDDEN
    cut = 2.0 if style.marked and run[-1].open else 0.0
    against = joins + cut + _seams_cost(run, text, style)
    if is_listed(text) or (count == 1 and is_known(text)):
        wraps = sum(piece.starts for piece in run[1:])
        return count + taste.known * wraps + 0.3 * (count - 1 - wraps) - against
    if is_number(text) or any(mark in text for mark in "。，；"):
        return -3.0 - cut
    closed = sum(not (style.marked and piece.open) for piece in run[:-1])
    return min(_likelihood(run, text), taste.most) - taste.unknown * closed - against


def _seams_cost(run: Sequence[Piece], text: str, style: Style) -> float:
    """What else speaks against joining the pieces of a run, and for it where negative."""
    if len(run) == 1:
        return 0.0
    cost = 0.0
    if not style.marked and any(piece.ends for piece in run[:-1]):
        # a wrapped heading has its lines to itself
        cost += 0.8 * (not run[0].starts) + 0.8 * (not run[-1].ends)
    if run[-1].starts and lexicon().is_total(run[-1].text) and fold(text) not in _listed():
        cost += 0.7  # 合计 on a line of its own is a heading, not the end of the one before
    if run[0].ends and fold(run[0].text).rstrip(":") == "其中":
        cost += 1.5  # 其中 with nothing behind it stands over several columns
    plain = fold(text)
    if plain.count("(") == plain.count(")") and any(
        fold(piece.text).count("(") > fold(piece.text).count(")") for piece in run
    ):
        cost -= 0.2  # a bracket that one piece opens, another one closes
    return cost


def _likelihood(run: Sequence[Piece], text: str) -> float:
    """How likely a text that the lexicon does not list is a heading all the same."""
    broken = any(piece.ends and not piece.open for piece in run[:-1])
    if is_known(text):
        return 0.9
    score = 0.3 if _likely(fold(text)) else -0.8
    if len(run) > 1 and not broken and strip_ordinal(text)[0] == "其中":
        score += 2.0
    if score > 0 and not broken and len(run) > 1 and heading_year(text) is not None:
        score += 1.0
    return score


def _is_body_label(text: str) -> bool:
    """Ordinals open the labels of rows, not headings; 其中 may open both."""
    ordinal = strip_ordinal(text)[0]
    return ordinal is not None and ordinal != "其中"


def _join_cost(piece: Piece, following: Piece, style: Style) -> float:
    """What speaks against two pieces being of one heading."""
    if not following.starts:
        single = len(piece.text) == 1 or len(following.text) == 1
        return 0.1 if single or piece.text.isascii() or following.text.isascii() else 0.5
    longer = 0.4 if width(following.text) >= width(piece.text) + 2 else 0.0
    if style.marked:
        return longer + (0.0 if piece.open else 0.2)
    parted = following.apart if style.tight else not following.apart
    return longer + (0.5 if parted else 0.1)
