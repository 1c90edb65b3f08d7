"""Lines of a text dump as pieces between blanks, with what the blanks and line ends tell.

Dumps of tables come in two styles.  A marked dump prints a blank after every cell, and
two for every empty one, so that a line without a blank at its end goes on below.  An
unmarked dump prints the cells that are not empty, a wrapped cell piece by piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.sources import Line
from shouzhi.space import Location, parse_amount

_WORD: Final = re.compile(r"[^ \t\xa0]+")
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")
_COLUMN_NUMBER: Final = re.compile(r"(\d{1,2})(?:[=＝][\d+\-－＋÷/*×()（）%]*)?|[甲乙丙丁]")
_CODE: Final = re.compile(r"\d{2,12}")
_CUT_AMOUNT: Final = re.compile(r"-?[\d,]*\d(?:\.\d?|,\d{0,2})|-?[\d,]+\.")
_REST: Final = re.compile(r"\d{1,3}(?:\.\d+)?%?|\.\d+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line between blanks.

    `line` is the index of its line; `before` and `after` count the blanks around it
    (`held` of those before it stand on lines of blanks alone); `starts` and `ends` that it is
    the first or the last of its line; `apart` that a blank line stands above its line.
    """

    text: str
    line: int
    location: Location
    before: int
    after: int
    starts: bool
    ends: bool
    apart: bool
    held: int = 0

    @property
    def open(self) -> bool:
        """Whether its line ends without a blank: in a marked dump the cell goes on below."""
        return self.ends and self.after == 0


@dataclass(frozen=True, slots=True)
class Style:
    """How a dump prints its tables.

    `marked` that a blank ends every cell; `gaps` that runs of blanks count the empty
    cells between two amounts, `per` blanks for each; `tight` that the lines of a
    wrapped cell follow each other and blank lines part the cells.
    """

    marked: bool = False
    gaps: bool = False
    per: int = 2
    tight: bool = False


def style_of(lines: Sequence[Line]) -> Style:
    """Tell the style of a dump from the lines that print amounts between other cells."""
    rows = [line.text for line in lines if _is_row(line.text)]
    gaps = [
        len(gap) for text in rows for gap in re.findall(r"(?<=\d)( {2,})(?=[\d(（-])", text.strip())
    ]
    ended = sum(text[-1:] in " \xa0" for text in rows)
    filled = [line for line in lines if line.text.strip()]
    following = sum(
        (b.location.line or 0) - (a.location.line or 0) == 1 for a, b in pairwise(filled)
    )
    odd = sum(gap % 2 for gap in gaps)
    marked = ended * 2 > len(rows) > 0
    return Style(
        marked=marked,
        gaps=marked or (len(gaps) >= 2 and len(gaps) * 20 >= len(rows)),
        per=1 if gaps and odd * 3 < len(gaps) else 2,
        tight=following * 5 > len(filled) * 2,
    )


def _is_row(text: str) -> bool:
    """Whether a line holds words and amounts, or two amounts, as a row of a table does."""
    words = text.split()
    amounts = sum(is_amount(word) for word in words)
    return amounts >= 2 or (amounts == 1 and len(words) >= 2 and is_amount(words[-1]))


def pieces_of(lines: Sequence[Line], indexes: Iterable[int]) -> list[Piece]:
    """The pieces of the lines with these indexes, in order."""
    pieces: list[Piece] = []
    held = 0
    above: int | None = None
    for index in indexes:
        text, location = lines[index].text, lines[index].location
        words = list(_WORD.finditer(text))
        if not words:
            held += len(text)
            continue
        apart = above is not None and (location.line or 0) - above > 1
        above = location.line
        for order, word in enumerate(words):
            last = order + 1 == len(words)
            begin = words[order - 1].end() if order else 0
            end = len(text) if last else words[order + 1].start()
            pieces.append(
                Piece(
                    word.group(),
                    index,
                    location,
                    word.start() - begin + (0 if order else held),
                    end - word.end(),
                    order == 0,
                    last,
                    apart,
                    0 if order else held,
                )
            )
        held = 0
    if held and pieces:
        pieces[-1] = replace(pieces[-1], after=pieces[-1].after + held)
    return _whole_years(pieces)


def _whole_years(pieces: Sequence[Piece]) -> list[Piece]:
    """Join a year and the 年 that a blank parts from it: a heading, not an amount."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if (
            last is not None
            and not piece.starts
            and piece.text.startswith("年")
            and _YEAR.fullmatch(last.text)
        ):
            text = f"{last.text} {piece.text}"
            joined[-1] = replace(last, text=text, after=piece.after, ends=piece.ends)
        else:
            joined.append(piece)
    return joined


def whole_amounts(pieces: Sequence[Piece]) -> list[Piece]:
    """Join an amount that is broken over two lines: `1,134.9` / `4`."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if (
            last is not None
            and piece.starts
            and last.ends
            and _CUT_AMOUNT.fullmatch(last.text)
            and _REST.fullmatch(piece.text)
            and parse_amount(last.text + piece.text)
            and (last.open or piece.ends)
        ):
            text = f"{last.text}\n{piece.text}"
            joined[-1] = replace(last, text=text, after=piece.after, ends=piece.ends)
        else:
            joined.append(piece)
    return joined


def is_amount(text: str) -> bool:
    """Whether a piece is a number with decimals, separators or a percent sign."""
    plain = text.replace("\n", "")
    return ("." in plain or "," in plain or "%" in plain) and parse_amount(plain) is not None


def is_number(text: str) -> bool:
    """Whether a piece is a printed number of any kind."""
    return parse_amount(text.replace("\n", "")) is not None


def is_code(text: str) -> bool:
    """Whether a piece is digits alone, as codes are."""
    return _CODE.fullmatch(text) is not None


def is_numbering(pieces: Sequence[Piece]) -> bool:
    """Whether the pieces of a line are a row of column numbers or formulas."""
    if numbering_word(pieces):
        return True
    found = [_COLUMN_NUMBER.fullmatch(piece.text) for piece in pieces]
    if len(found) < 3 or not all(found):
        return False
    numbers = [int(match.group(1)) for match in found if match and match.group(1)]
    rising = sum(b == a + 1 for a, b in pairwise(numbers))
    return numbers[:1] == [1] and rising >= (len(numbers) - 1) * 0.8


def numbering_word(pieces: Sequence[Piece]) -> int:
    """How many pieces spell the word that opens a row of column numbers (栏 次); 0 for none."""
    for count in (1, 2):
        if lexicon().is_numbering("".join(piece.text for piece in pieces[:count])):
            return count
    return 0


def width(text: str) -> float:
    """How wide a text is printed, in Chinese characters."""
    return sum(0.5 if character < "\u2000" else 1.0 for character in text)
