"""What each line of a text dump is: caption, title, note, row of amounts, or words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold
from shouzhi.sources import Line
from shouzhi.tables.captions import amount_unit, department, number_of
from shouzhi.tables.stream_heads import is_known
from shouzhi.tables.stream_pieces import Piece, Style, is_number, is_numbering, pieces_of

Sort = Literal["blank", "caption", "title", "note", "part", "page", "numbering", "amounts", "words"]

LONGEST_TITLE: Final = 45
_NOTE: Final = re.compile(r"^(?:注|备\s*注|附注|说明|填表说明)\s*(?:[:：、.．]|\d+\s*[、.．])")
_PART: Final = re.compile(r"^第[一二三四五六七八九十]+(?:部分|章|节)")
_PAGE: Final = re.compile(r"^[-—–－·]\s*\d{1,4}\s*[-—–－·]$|^第\s*\d+\s*页")
_BARE_PAGE: Final = re.compile(r"\d{1,4}")
_SENTENCE: Final = re.compile(r"[。；，、]")


def sorts_of(lines: Sequence[Line], style: Style) -> list[Sort]:
    """The sort of every line; a bare number right above a caption or at the end is a page number."""
    sorts = [_sort(line, style) for line in lines]
    for index, line in enumerate(lines):
        if sorts[index] == "amounts" and _BARE_PAGE.fullmatch(line.text.strip()):
            following = next((s for s in sorts[index + 1 :] if s != "blank"), "part")
            if following in {"caption", "part"}:
                sorts[index] = "page"
    return sorts


def _sort(line: Line, style: Style) -> Sort:
    text = line.text.strip()
    if not text:
        return "blank"
    pieces = pieces_of([line], [0])
    tests: tuple[tuple[Sort, bool], ...] = (
        ("note", _is_note(text)),
        ("page", _PAGE.match(text) is not None),
        ("caption", _is_caption(text, pieces)),
        ("part", _PART.match(text) is not None),
        ("numbering", is_numbering(pieces)),
        ("amounts", any(is_number(piece.text) for piece in pieces)),
        ("title", _is_title(text) and not (style.marked and pieces[-1].open)),
        ("amounts", _has_empty_cells(pieces, style)),
    )
    return next((sort for sort, holds in tests if holds), "words")


def _is_note(text: str) -> bool:
    empty = fold(text).rstrip("。.") in lexicon().captions["empty"]
    return empty or _NOTE.match(text) is not None


def _is_caption(text: str, pieces: Sequence[Piece]) -> bool:
    """Whether a line tells the number, the unit or the department; headings may name units too."""
    if number_of(text):
        return True
    headings = sum(is_known(piece.text) for piece in pieces)
    return headings < 2 and bool(amount_unit(text) or department(text))


def _is_title(text: str) -> bool:
    plain = fold(lexicon().continued.sub("", text))
    return plain.endswith("表") and 5 <= len(plain) <= LONGEST_TITLE and not _SENTENCE.search(plain)


def _has_empty_cells(pieces: Sequence[Piece], style: Style) -> bool:
    """Whether blanks tell of empty cells beside the words of a line: a row of the body."""
    return style.marked and max(pieces[0].before, pieces[-1].after) >= 2 * style.per
