"""The codes of a row: in a column of their own, in three columns, or inside the label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from shouzhi.catalogue.names import split_code
from shouzhi.tables.matrix import Matrix
from shouzhi.tables.sides import Slot

_DIGITS: Final = re.compile(r"\d+")
_SPACES: Final = re.compile(r"\s+")
_PARTS: Final = ("code", "class", "section", "item")
_CODED: Final = frozenset({*_PARTS, "line", "unit_code"})
_KINDS: Final = {"2": "function", "3": "economic", "5": "government_economic"}

Code = dict[str, str]
"""The texts of the columns that print one code, by their roles."""


def read_codes(
    table: Matrix, index: int, block: Sequence[Slot], kind: str | None, label: str
) -> tuple[Mapping[str, str], str]:
    """The codes of a row by their kind, and the label without the code it may hold.

    A row may bear the codes of two classifications side by side; the first of a kind counts.
    """
    codes: dict[str, str] = {}
    printed = list(_texts(table, index, block))
    for role, text in printed:
        if role in {"line", "unit_code"} and _DIGITS.fullmatch(text):
            codes["unit" if role == "unit_code" else "line"] = text
    inside, bare = split_code(label)
    found = [code for parts in _groups(printed) if (code := _join(parts))]
    for code in found or ([inside] if inside else []):
        if is_account(code):
            codes.setdefault(_kind(code, kind), code)
        else:
            codes.setdefault("unit", code)
    return codes, bare if inside else label


def _texts(table: Matrix, index: int, block: Sequence[Slot]) -> Iterator[tuple[str, str]]:
    """(role, text) of the columns of codes; a cell that spans several columns counts once."""
    last = None
    for slot in block:
        cell = table.owner[index][slot.column]
        if slot.role in _CODED and (cell is None or cell is not last):
            yield slot.role, _SPACES.sub("", table.text(index, slot.column))
        last = cell


def _groups(printed: Sequence[tuple[str, str]]) -> Iterator[Code]:
    """The columns of each code: 类, 款 and 项 go together, a second 类 or code begins another."""
    held: Code = {}
    for role, text in printed:
        if role not in _PARTS:
            continue
        if role in held or (role == "code" and held):
            yield held
            held = {}
        held[role] = _plain(role, text)
    yield held


def _plain(role: str, text: str) -> str:
    """The digits that a column of codes prints, alone or before a name."""
    if _DIGITS.fullmatch(text):
        return text
    return (split_code(text)[0] or "") if role == "code" and text else ""


def _join(parts: Mapping[str, str]) -> str | None:
    """One code out of 类, 款 and 项 columns, which print either their part or the whole."""
    code = parts.get("code") or parts.get("class", "")
    for part in (parts.get("section"), parts.get("item")):
        if part:
            code = part if code and part.startswith(code) and len(part) > 3 else code + part
    return code or None


def is_account(code: str) -> bool:
    """Whether digits can be an account code: 3, 5 or 7 of them, and not those of a unit."""
    return len(code) in {3, 5, 7} and code[0] in "1235"


def _kind(code: str, told: str | None) -> str:
    """The classification whose codes begin with this digit, else what the table is told by."""
    return _KINDS.get(code[0]) or told or "function"
