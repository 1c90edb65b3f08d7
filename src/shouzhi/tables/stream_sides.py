"""To which half of a two-sided table a label belongs, where the dump prints only one half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, split_code, strip_ordinal
from shouzhi.tables.stream_columns import Stub
from shouzhi.tables.stream_pieces import Piece, is_code, is_number

WRONG_SIDE: Final = 6.0
LESS_LIKELY: Final = 0.6
SURE: Final = 2.0
_DIGITS: Final = {c: n for n, c in enumerate("一二三四五六七八九", start=1)}
_INCOME: Final = frozenset({"income", "income_total", "carried_in", "reserves_used"})
_SPENDING: Final = frozenset({"expenditure", "expenditure_total", "carried_out", "distributed"})


@dataclass(slots=True)
class _Half:
    """One half: what its heading says of it, and the last ordinal and code it printed."""

    income: bool
    spending: bool
    ordinal: int = 0
    code: str = ""
    codes: list[str] = field(default_factory=list)


def side_hints(
    pieces: Sequence[Piece], stub: Stub, paths: Sequence[tuple[str, ...]]
) -> dict[tuple[int, int], float]:
    """What it costs to put a label into the name column of a half where it does not belong.

    A half is told by the ordinals that go on in it (四、 after 三、), by its heading (收入,
    支出) against what the label means, and else by the left half being at its end.
    """
    names = [column for column, kind in enumerate(stub.kinds) if kind == "name"]
    halves = [
        _Half(*_meaning([paths[c][0] for c in names if stub.sides[c] == side]))
        for side in range(max(stub.sides) + 1)
    ]
    stubs = [column for column, kind in enumerate(stub.kinds) if kind != "measure"]
    hints: dict[tuple[int, int], float] = {}
    for labels in _labels_by_line(pieces):
        if len(labels) >= len(halves):
            for side, index in enumerate(labels[: len(halves)]):
                _note(halves[side], _coded(pieces, index))
            continue
        for index in labels:
            text = _coded(pieces, index)
            likely = [_likelihood(half, text) for half in halves]
            best = max(range(len(halves)), key=lambda side: (likely[side], side))
            lead = likely[best] - sorted(likely)[-2]
            alone = pieces[index].starts and pieces[index].ends
            if alone and lead < SURE:
                continue  # a wrapped label, whose amount and neighbour come below
            cost = WRONG_SIDE if lead > 0 else LESS_LIKELY
            for column in stubs:
                if stub.sides[column] != best:
                    hints[index, column] = cost
                    if not pieces[index].starts and len(pieces[index - 1].text) >= 3:
                        hints[index - 1, column] = cost  # its code
            _note(halves[best], text)
    return hints | _code_hints(pieces, stub, halves)


def _code_hints(
    pieces: Sequence[Piece], stub: Stub, halves: Sequence[_Half]
) -> dict[tuple[int, int], float]:
    """The same for codes on lines of their own: they go on where the codes before them stood."""
    ranges = [half.codes for half in halves]
    hints: dict[tuple[int, int], float] = {}
    for index, piece in enumerate(pieces):
        if not (piece.starts and piece.ends and split_code(piece.text)[0] == piece.text):
            continue
        within = [bool(codes) and min(codes) <= piece.text <= max(codes) for codes in ranges]
        if sum(within) == 1:
            for column, kind in enumerate(stub.kinds):
                if kind == "code" and not within[stub.sides[column]]:
                    hints[index, column] = WRONG_SIDE
    return hints


def _meaning(headings: Sequence[str]) -> tuple[bool, bool]:
    words = fold("".join(headings))
    return "收入" in words, "支出" in words


def _labels_by_line(pieces: Sequence[Piece]) -> list[list[int]]:
    """The labels of every line, by the piece that each begins with.

    Lone characters and ordinals belong to the label that they are printed with.
    """
    lines: list[list[int]] = []
    for index, piece in enumerate(pieces):
        if piece.starts:
            lines.append([])
        if is_number(piece.text):
            continue
        last = pieces[index - 1].text if not piece.starts else "0"
        goes_on = not is_number(last) and (
            len(piece.text) == 1 or len(last) == 1 or not strip_ordinal(last)[1]
        )
        if not goes_on:
            lines[-1].append(index)
    return [line for line in lines if line]


def _coded(pieces: Sequence[Piece], index: int) -> str:
    """A label with the code that stands before it on its line."""
    text = pieces[index].text
    before = pieces[index - 1].text if not pieces[index].starts else ""
    return f"{before} {text}" if is_code(before) and len(before) >= 3 else text


def _note(half: _Half, text: str) -> None:
    half.ordinal = ordinal_value(text) or half.ordinal
    if code := split_code(text)[0]:
        half.code = code
        half.codes.append(code)


def _likelihood(half: _Half, text: str) -> float:
    """How likely a label belongs to a half, by its ordinal, its code and its meaning."""
    score = 0.0
    ordinal = ordinal_value(text)
    if ordinal is not None:
        score += 3.0 if ordinal == half.ordinal + 1 else -0.5
    code = split_code(text)[0]
    if code and half.code:
        score += 2.0 if code > half.code and code[0] == half.code[0] else -1.0
    income, spending = _flows(text)
    if half.income != half.spending:
        score += 1.0 * (income and half.income) + 1.0 * (spending and half.spending)
        score -= 1.0 * (income and half.spending) + 1.0 * (spending and half.income)
    return score


def _flows(text: str) -> tuple[bool, bool]:
    """Whether a label means income, and whether it means expenditure."""
    bare = strip_ordinal(text)[1]
    term = lexicon().term(bare)
    if term is not None:
        flow = term.where.get("flow")
        income = flow in _INCOME or ("source" in term.where and not bare.endswith("支出"))
        return income, flow in _SPENDING or "kind" in term.where
    spending = bool(classification("function").codes(bare)) or bare.endswith("支出")
    return bare.endswith("收入"), spending


def ordinal_value(text: str) -> int | None:
    """The value of an ordinal such as `二十一、` before a label; None for any other label."""
    ordinal = strip_ordinal(text)[0]
    if ordinal is None or not ordinal.endswith(("、", "．", ".")) or ordinal[0].isdigit():
        return None
    tens, ten, ones = ordinal[:-1].rpartition("十")
    value = _DIGITS.get(ones, 0)
    return value + (10 * _DIGITS.get(tens, 1) if ten else 0) or None
