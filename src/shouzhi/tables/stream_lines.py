"""What the lines of a dump tell of its cells: where they are full, broken, and begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from shouzhi.catalogue.names import strip_ordinal
from shouzhi.tables.stream_columns import Place, Stub
from shouzhi.tables.stream_pieces import Piece, is_amount, is_number, width


def opens_label(text: str) -> bool:
    """Whether a piece begins with an ordinal and a name, as the labels of rows do."""
    ordinal, rest = strip_ordinal(text)
    return ordinal is not None and ordinal != "其中" and bool(rest)


def place_on_line(piece: Piece) -> Place:
    """Where a piece stands on its line."""
    if piece.starts:
        return "alone" if piece.ends else "first"
    return "last" if piece.ends else "inside"


def prints_decimals(pieces: Sequence[Piece]) -> bool:
    """Whether amounts are printed with decimals; shorter integers may be codes and counts."""
    long = [p.text for p in pieces if is_amount(p.text) or (p.ends and len(p.text) > 3)]
    numbers = [text for text in long if is_number(text)]
    found = sum(map(is_amount, numbers))
    return found >= 3 and found * 5 >= len(numbers) * 3


def seam(left: str, right: str) -> float:
    """What a blank inside a cell costs: little beside digits, Latin letters and lone characters."""
    if left[-1].isascii() != right[0].isascii() or (left[-1].isascii() and right[0].isascii()):
        return 0.1
    if len(left) == 1 or len(right) == 1:
        return 0.4
    return 1.2


def unbreakable(text: str) -> float:
    """The width of what may not be broken at the beginning of a line: a number, a Latin word."""
    count = 0
    for character in text:
        if not (character.isascii() and (character.isalnum() or character in ".,-%")):
            break
        count += 1
    return count / 2


def paragraph_widths(pieces: Sequence[Piece]) -> dict[int, float]:
    """In a marked dump, the width of the full lines of the paragraph that each piece is of.

    A paragraph of one line has no full line, and is left out.
    """
    found: dict[int, float] = {}
    begin = None
    widest = 0.0
    for first, last in _spans(pieces):
        begin = first if begin is None else begin
        if pieces[last].open:
            widest = max(widest, sum(width(p.text) for p in pieces[first : last + 1]))
            continue
        if widest:
            found.update(dict.fromkeys(range(begin, last + 1), widest))
        begin, widest = None, 0.0
    return found


def line_widths(pieces: Sequence[Piece]) -> dict[int, float]:
    """How wide the words are that each piece belongs to, from number to number of its line.

    By the identity of the pieces.
    """
    found: dict[int, float] = {}
    for first, last in _spans(pieces):
        line = pieces[first : last + 1]
        for at, piece in enumerate(line):
            begin = end = at
            while begin > 0 and not is_number(line[begin - 1].text):
                begin -= 1
            while end + 1 < len(line) and not is_number(line[end + 1].text):
                end += 1
            run = sum(width(p.text) for p in line[begin : end + 1]) + (end - begin) / 2
            found[id(piece)] = run
    return found


def _spans(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """(first, last) piece of every line."""
    firsts = [index for index, piece in enumerate(pieces) if piece.starts]
    lasts = [*(first - 1 for first in firsts[1:]), len(pieces) - 1]
    return list(zip(firsts, lasts, strict=False))


def first_widths(pieces: Sequence[Piece], stub: Stub) -> dict[int, float]:
    """How wide the one column of names and the one of words may be, before anything is read.

    Names are as wide as the widest beside amounts, words as most full lines.
    """
    texts = [column for column, kind in enumerate(stub.kinds) if kind == "text"]
    names = [column for column, kind in enumerate(stub.kinds) if kind == "name"]
    full: dict[int, float] = {}
    beside = [
        width(piece.text)
        for piece, after in pairwise(pieces)
        if piece.starts and not after.starts and is_number(after.text) > is_number(piece.text)
    ]
    if len(names) == 1 and beside:
        full[names[0]] = max(beside)
    whole = sorted(width(p.text) for p in pieces if p.starts and p.ends and not is_number(p.text))
    if len(texts) == 1 and len(whole) >= 4:
        full[texts[0]] = whole[int(len(whole) * 0.8)]
    return full


def learnt_widths(
    cells: Iterable[tuple[int, Sequence[Piece]]], stub: Stub, lines: Mapping[int, float]
) -> dict[int, float]:
    """How wide the full lines of each wrapped column are in a reading.

    `cells` are (column, pieces), `lines` the widths of lines as `line_widths` gives them.
    """
    wide: dict[int, list[float]] = {}
    for column, cell in cells:
        if stub.kinds[column] in {"name", "text"}:
            full = [lines[id(piece)] for piece in cell[:-1] if piece.ends]
            wide.setdefault(column, []).extend(full)
    return {c: sorted(found)[len(found) * 3 // 4] for c, found in wide.items() if found}
