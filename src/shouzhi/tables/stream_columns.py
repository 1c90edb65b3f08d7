"""What each column of a dumped table holds, and how well a piece of text fits it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, tidy
from shouzhi.tables.stream_heads import words
from shouzhi.tables.stream_pieces import is_amount, is_number

Kind = Literal[
    "code", "class", "section", "item", "unit_code", "ordinal", "line",
    "name", "text", "first", "second", "value", "count", "unit", "measure",
]  # fmt: skip

Place = Literal["alone", "first", "inside", "last"]
"""Where a piece stands on its line."""

NEVER: Final = 1000.0
WORDY: Final = frozenset({"name", "text", "first", "second", "value"})
"""Columns whose cells may be wrapped and hold blanks."""

_SHAPES: Final = {
    "code": re.compile(r"[\[(（]?\d{3,7}[\])）]?"),
    "class": re.compile(r"\d{3}"),
    "section": re.compile(r"\d{2}"),
    "item": re.compile(r"\d{2}"),
    "unit_code": re.compile(r"[A-Z]?\d{3,15}"),
    "ordinal": re.compile(r"\d{1,3}|[一二三四五六七八九十]{1,3}"),
    "line": re.compile(r"\d{1,3}"),
}
_EMPTY: Final = frozenset({"-", "--", "---", "—", "——", "–", "－", "/", "／"})
_VALUE: Final = re.compile(
    r"[≥≤＞＜>=<＝]|\d|(?:提升|提高|实现|完成|达到|增长|长期|有效|明显|显著|良好|优)"
)
_SENTENCE: Final = re.compile(r"[，。；]")
_LEVELS: Final[tuple[tuple[str, Kind], ...]] = (("一级指标", "first"), ("二级指标", "second"))
_COUNTED: Final[tuple[Kind, ...]] = ("count", "unit")
LONGEST_UNIT: Final = 4


@dataclass(frozen=True, slots=True)
class Stub:
    """The columns of a table by what they hold; `sides` numbers the halves of a two-sided one."""

    kinds: tuple[Kind, ...]
    sides: tuple[int, ...]

    @property
    def two_sided(self) -> bool:
        """Whether two or three blocks of names and amounts stand side by side."""
        return self.sides[-1] > 0 if self.sides else False

    @property
    def measures(self) -> tuple[int, ...]:
        """The columns of amounts."""
        return tuple(column for column, kind in enumerate(self.kinds) if kind == "measure")


def stub_of(paths: Sequence[tuple[str, ...]], amounts: int | None) -> Stub:
    """What the columns hold, by their headings; `amounts` is how many amounts a full row has.

    Where there are fewer amounts than columns that could hold them, columns with unknown
    headings hold words.
    """
    kinds = [_kind(path) for path in paths]
    open_columns = [
        column
        for column, (kind, path) in enumerate(zip(kinds, paths, strict=True))
        if kind == "measure" and not lexicon().is_measure(path[-1])
    ]
    while amounts is not None and open_columns and kinds.count("measure") > amounts:
        kinds[open_columns.pop(0)] = "text"
    if "first" in kinds or "second" in kinds:
        kinds = ["value" if k == "text" else k for k in kinds]
    if "name" not in kinds and "code" not in kinds and "text" in kinds:
        kinds[kinds.index("text")] = "name"
    return Stub(tuple(kinds), _sides(kinds))


def _kind(path: tuple[str, ...]) -> Kind:
    leaf = path[-1]
    for word, kind in _LEVELS:
        if fold(leaf) == word:
            return kind
    for kind in _COUNTED:
        if fold(leaf) in words(kind):
            return kind
    roles = [role for role in lexicon().roles(leaf) if role != "group"]
    if "name" in roles and "code" in roles:
        roles.remove("code")
    if roles:
        return roles[0]  # type: ignore[return-value]
    if lexicon().roles(leaf):
        return "name"
    return "text" if lexicon().is_text(leaf) else "measure"


def _sides(kinds: Sequence[Kind]) -> tuple[int, ...]:
    """A side begins where stub columns follow amounts, if every side has a name and amounts."""
    sides: list[int] = []
    side = 0
    seen = False
    for kind in kinds:
        if seen and kind in {"name", "code", "line"}:
            side, seen = side + 1, False
        seen = seen or kind == "measure"
        sides.append(side)
    whole = all(
        any(k == "name" for k, s in zip(kinds, sides, strict=True) if s == number)
        and any(k == "measure" for k, s in zip(kinds, sides, strict=True) if s == number)
        for number in range(side + 1)
    )
    return tuple(sides) if whole else (0,) * len(kinds)


@lru_cache(maxsize=65536)
def misfit(text: str, kind: Kind, *, place: Place, coded: bool, decimals: bool) -> float:
    """What speaks against a piece standing in a column of this kind.

    `coded` that the table has columns of codes, `decimals` that its amounts print decimals.
    """
    if kind in _SHAPES:
        return _code_misfit(text, kind)
    if kind == "measure":
        return _measure_misfit(text, decimals=decimals)
    if kind == "name":
        return _name_misfit(text, alone=place == "alone", coded=coded)
    if kind == "text":
        return _text_misfit(text, place)
    return _special_misfit(text, kind)


def _code_misfit(text: str, kind: Kind) -> float:
    if not _SHAPES[kind].fullmatch(text):
        return NEVER
    return 0.5 if kind == "unit_code" and len(text) < 6 else 0.0


def _measure_misfit(text: str, *, decimals: bool) -> float:
    if is_number(text):
        return 3.0 if decimals and text.isdigit() else 0.0
    return 0.0 if text in _EMPTY else NEVER


def _name_misfit(text: str, *, alone: bool, coded: bool) -> float:
    if is_amount(text):
        return 8.0
    if is_number(text) or text in _EMPTY:
        number = 3.0 if coded and len(text) in {3, 5, 7} else 1.5
        return number if alone else 0.4
    if fold(text) in words("first") | words("second"):
        return 4.0
    return min(2.0, 1.0 * len(_SENTENCE.findall(text)))


def _text_misfit(text: str, place: Place) -> float:
    if is_amount(text):
        return {"alone": 4.0, "last": 2.5}.get(place, 0.8)
    if is_number(text):
        return 1.5 if place == "alone" else 0.1
    return 1.0 if lexicon().is_total(text) else 0.0


def _special_misfit(text: str, kind: Kind) -> float:
    """Columns of indicators and of purchases."""
    if kind == "value":
        return _value_misfit(text)
    if kind in {"first", "second"}:
        return _level_misfit(fold(text), kind)
    counts = is_number(text)
    fits = counts if kind == "count" else len(text) <= LONGEST_UNIT and not counts
    return 0.0 if fits else 3.0


def _level_misfit(plain: str, kind: Kind) -> float:
    """The fixed names of indicator levels, or wrapped pieces of them."""
    if plain in words(kind):
        return 0.0
    piece = len(plain) > 1 and any(w.startswith(plain) or w.endswith(plain) for w in words(kind))
    return 0.5 if piece else 6.0


def _value_misfit(text: str) -> float:
    plain = tidy(text)
    if fold(plain) in words("first") | words("second"):
        return 5.0
    if _VALUE.search(plain) and len(plain) <= 12:
        return 0.0
    return 0.3 if len(plain) <= 6 else 2.0
