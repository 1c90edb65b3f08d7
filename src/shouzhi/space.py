"""The space of a budget: amounts, coordinates, locations and the facts that stand at them.

Everything here is frozen and does no input or output.  Money is an integer of
分 (the cent of the yuan); percentages are `Decimal`; no float touches either.
"""

from __future__ import annotations

import re
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, TypeVar, overload

Unit = Literal["元", "千元", "万元", "百万元", "亿元"]
_Default = TypeVar("_Default")
How = Literal["rulings", "cells", "tabs", "alignment", "arithmetic", "text"]

FEN_PER: Final[dict[str, int]] = {
    "元": 100,
    "千元": 100_000,
    "万元": 1_000_000,
    "百万元": 100_000_000,
    "亿元": 10_000_000_000,
}
"""How many 分 one unit of amount is."""

DIMENSIONS: Final = (
    "year", "stage", "flow", "source", "kind", "function", "economic",
    "government_economic", "unit", "project", "item",
)  # fmt: skip
"""The dimensions of the space, in the order in which they are shown."""
_ORDER: Final = {name: place for place, name in enumerate(DIMENSIONS)}

_FULL_TO_HALF = str.maketrans("０１２３４５６７８９，．－＋（）％　", "0123456789,.-+()% ")
_DASHES = frozenset({"-", "--", "---", "—", "——", "–", "－", "/", "／"})
_NUMBER = re.compile(r"[-+−△▲]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_PLAIN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)
_WORDY = re.compile(r"[^\W\d]")
"""A letter or character of a word; no number holds one."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it was printed: its exact value and how many decimals it shows.

    `value` is in the printed unit (or in percent when `percent`); `decimals`
    is what rounding is judged by.
    """

    value: Decimal
    decimals: int
    percent: bool = False


def parse_amount(text: str) -> Amount | None:
    """Read one printed number; None when `text` is not exactly one number.

    Thousands separators, full-width digits, a leading minus or △, brackets for
    negatives and a trailing percent sign are understood.  A dash alone is how
    many departments print an empty cell, and is no number.
    """
    if match := _PLAIN.fullmatch(text):  # nearly all that a document prints, read at once
        return Amount(Decimal(text.replace(",", "")), len(match[1] or ""))
    if _WORDY.search(text):
        return None
    half = text if text.isascii() else text.translate(_FULL_TO_HALF)
    plain = half.strip().replace(" ", "")
    if not plain or plain in _DASHES:
        return None
    percent = plain.endswith("%")
    plain = plain[:-1] if percent else plain
    bracketed = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1] if bracketed else plain
    if not _NUMBER.fullmatch(plain):
        return None
    negative = bracketed or plain[0] in "-−△▲"
    digits = plain.lstrip("-+−△▲").replace(",", "")
    try:
        value = Decimal(digits)
    except InvalidOperation:  # pragma: no cover - the pattern admits only digits
        return None
    decimals = len(digits.partition(".")[2])
    return Amount(-value if negative else value, decimals, percent)


def prints_number(text: str) -> bool:
    """Whether `parse_amount` reads a number in `text`, without making it."""
    if _PLAIN.fullmatch(text):
        return True
    return _WORDY.search(text) is None and parse_amount(text) is not None


def to_fen(value: Decimal, unit: str) -> int | None:
    """Turn `value` in `unit` into whole 分; None when it does not come out whole.

    Raises KeyError for a unit that is not in `FEN_PER`.
    """
    fen = value * FEN_PER[unit]
    return int(fen) if fen == fen.to_integral_value() else None


def yuan(fen: int) -> str:
    """Write 分 as 元 with two decimals and no separators, as JSON carries it."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole}.{cents:02d}"


def grouped(fen: int) -> str:
    """Write 分 as 元 with two decimals and separators of thousands, as a sentence tells it."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def _place(member: tuple[str, str]) -> int:
    return _ORDER[member[0]]


class Coordinates(Mapping[str, str]):
    """A place in the space: one member for each dimension named, all for the rest.

    Immutable and hashable; equal when the same members are named, whatever the
    order in which they were given.  `a | b` is `a` with the members of `b` over it.
    """

    __slots__ = ("_hash", "_members")

    def __init__(self, members: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        given = dict(members)
        if not given.keys() <= _ORDER.keys():
            unknown = given.keys() - _ORDER.keys()
            raise ValueError(f"unknown dimension: {', '.join(sorted(unknown))}")
        pairs = given.items()
        self._members: tuple[tuple[str, str], ...] = tuple(
            sorted(pairs, key=_place) if len(given) > 1 else pairs
        )
        self._hash = hash(self._members)

    def __getitem__(self, dimension: str) -> str:
        for name, member in self._members:
            if name == dimension:
                return member
        raise KeyError(dimension)

    # A document asks some ten thousand times: what `Mapping` would do by way of
    # `__getitem__` and its KeyError is done here at once.

    @overload
    def get(self, key: str, default: None = None, /) -> str | None: ...
    @overload
    def get(self, key: str, default: str, /) -> str: ...
    @overload
    def get(self, key: str, default: _Default, /) -> str | _Default: ...
    def get(self, key: str, default: object = None, /) -> object:
        """The member of a dimension, or `default` where it is not named."""
        for name, member in self._members:
            if name == key:
                return member
        return default

    def __contains__(self, dimension: object) -> bool:
        for name, _ in self._members:  # noqa: SIM110 - asked too often for a generator
            if name == dimension:
                return True
        return False

    def items(self) -> ItemsView[str, str]:
        """(dimension, member) of every member named, in the order of the dimensions."""
        return dict(self._members).items()

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Coordinates):
            return self._members == other._members
        return NotImplemented

    def __reduce__(self) -> tuple[type[Coordinates], tuple[tuple[tuple[str, str], ...]]]:
        return Coordinates, (self._members,)  # hashes of texts differ between processes

    def __or__(self, other: Mapping[str, str]) -> Coordinates:
        if not isinstance(other, Coordinates):
            return self | Coordinates(other)
        if not other._members or not self._members:
            return self if self._members else other
        if _place(self._members[-1]) < _place(other._members[0]):
            return self._ordered(self._members + other._members)
        merged = {**dict(self._members), **dict(other._members)}
        return self._ordered(tuple(sorted(merged.items(), key=_place)))

    def without(self, *dimensions: str) -> Coordinates:
        """The same place with the members of `dimensions` taken out."""
        kept = tuple([pair for pair in self._members if pair[0] not in dimensions])
        return self if len(kept) == len(self._members) else self._ordered(kept)

    def only(self, *dimensions: str) -> Coordinates:
        """The same place with nothing but the members of `dimensions`."""
        kept = tuple([pair for pair in self._members if pair[0] in dimensions])
        return self if len(kept) == len(self._members) else self._ordered(kept)

    @classmethod
    def _ordered(cls, members: tuple[tuple[str, str], ...]) -> Coordinates:
        """From members that are in order already."""
        made = object.__new__(cls)
        made._members = members
        made._hash = hash(members)
        return made

    def __repr__(self) -> str:
        return "Coordinates({" + ", ".join(f"{n}: {m}" for n, m in self._members) + "})"


Box = tuple[float, float, float, float]
"""left, bottom, right, top in points from the lower left corner of the page as seen."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a thing stands in its document; what a source does not have is None.

    `page` counts from 1; `line` is a line of a text file, from 1; `sheet` and
    `cell` (such as B7) belong to workbooks; `box` to pages with positions.
    """

    page: int | None = None
    line: int | None = None
    sheet: str | None = None
    cell: str | None = None
    box: Box | None = None

    def as_dict(self) -> dict[str, object]:
        """The parts that are known, for JSON."""
        pairs = {
            "page": self.page, "line": self.line, "sheet": self.sheet, "cell": self.cell,
            "box": [round(x, 1) for x in self.box] if self.box else None,
        }  # fmt: skip
        return {name: value for name, value in pairs.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Fact:
    """One printed number at its place in the space.

    `amount` is in 分 (None for a percentage or a count, whose value is `value`);
    `printed` are the digits as they stand in the document and `unit` the unit
    they stand in (元, 万元, %, 人, 辆…); `how` says how its cell was read.
    `table`, `row` and `column` are positions in the document's list of tables.
    """

    where: Coordinates
    amount: int | None
    value: Decimal
    printed: str
    unit: str
    location: Location
    how: How
    table: int | None = None
    row: int | None = None
    column: int | None = None
