"""What may stand in a cell of a book, and what it means; each fault says how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.loading import parse_year
from shouzhi.catalogue.names import fold
from shouzhi.catalogue.told import Told
from shouzhi.cycle.sheets import Column, schema
from shouzhi.space import parse_amount, to_fen

Value = str | int | Decimal
"""A text or member, an amount in 分 or a count, a number."""

_CODE_AND_NAME: Final = re.compile(r"\[?(\d+)\]?\s*\D*")


class Amiss(Exception):
    """What is wrong with a cell: `message` in one clause, `remedy` in another."""

    def __init__(self, message: Told, remedy: Told) -> None:
        self.told = Told("{message}；{remedy}", message=message, remedy=remedy)
        super().__init__(self.told)
        self.message = message
        self.remedy = remedy


class Listed(NamedTuple):
    """What the book itself lists: units by code and by folded name, names of projects by unit."""

    units: Mapping[str, str]
    projects: Mapping[str, tuple[str, ...]]
    year: int | None


def value(text: str, column: Column, listed: Listed) -> Value:
    """The value of a filled cell; raises Amiss."""
    kind = column.kind
    if kind in {"text", "name", "code"}:
        return text
    if kind in _READERS:
        return _READERS[kind](text)
    if kind in {"function", "economic"}:
        return _account(text, kind, listed.year)
    if kind in {"unit", "project"}:
        return (_unit if kind == "unit" else _project)(text, listed)
    return _choice(text, kind)


def amount(text: str) -> int:
    """An amount in 元 as 分; raises Amiss for what is no amount or has more than two decimals."""
    read = parse_amount(text)
    if read is None or read.percent:
        remedy = Told("请只填数字，单位为元，如 16047900 或 16,047,900.00")
        raise Amiss(Told("“{text}”不是金额", text=text), remedy)
    fen = to_fen(read.value, "元")
    if fen is None:
        remedy = Told("金额以元为单位，最多到分，请核对")
        raise Amiss(Told("“{text}”的小数超过两位", text=text), remedy)
    return fen


def _number(text: str) -> Decimal:
    read = parse_amount(text)
    if read is None or read.percent:
        raise Amiss(Told("“{text}”不是数字", text=text), Told("请只填数字，计量单位另填"))
    return read.value


def _count(text: str) -> int:
    number = _number(text)
    if number != number.to_integral_value() or number < 0:
        raise Amiss(Told("“{text}”不是个数", text=text), Told("请填 0 或正整数"))
    return int(number)


def _year(text: str) -> int:
    try:
        return parse_year(text.removesuffix("年"))
    except ValueError:
        remedy = Told("请填四位数年份，如 2024")
        raise Amiss(Told("“{text}”不是年份", text=text), remedy) from None


def _account(text: str, dimension: str, year: int | None) -> str:
    """An account code, alone or with its name behind it."""
    match = _CODE_AND_NAME.fullmatch(text)
    code = match[1] if match else ""
    known = classification(dimension)
    if not code or not known.known(code):
        near = known.children(code[:-2], year)[:6] if len(code) in {5, 7} else ()
        hint = (
            Told("{above} 之下有 {near} 等", above=code[:-2], near=near)
            if near
            else Told("请填科目表里的编码，如 2010301、30201")
        )
        remedy = Told("{hint}；确是新科目的，用 shouzhi classification 导入", hint=hint)
        raise Amiss(Told("科目表里没有“{text}”", text=text), remedy)
    return code


def _unit(text: str, listed: Listed) -> str:
    found = listed.units.get(text) or listed.units.get(fold(text))
    if found is None:
        names = tuple(dict.fromkeys(listed.units.values())) or Told("（还没有）")
        remedy = Told("请在“单位”页加上，或改为：{names}", names=names)
        raise Amiss(Told("“单位”页里没有“{text}”", text=text), remedy)
    return found


def _project(text: str, listed: Listed) -> str:
    for name in listed.projects:
        if fold(name) == fold(text):
            return name
    remedy = Told("请在“项目”页加上，或改成那里的名称")
    raise Amiss(Told("“项目”页里没有“{text}”", text=text), remedy)


def _choice(text: str, kind: str) -> str:
    words = schema().choices[kind]
    found = words.get(text) or {fold(w): m for w, m in words.items()}.get(fold(text))
    if found is None:
        remedy = Told("可用的是：{known}", known=tuple(map(str, words)))
        raise Amiss(Told("不认识“{text}”", text=text), remedy)
    return found


_READERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "amount": amount, "number": _number, "count": _count, "year": _year,
}  # fmt: skip
