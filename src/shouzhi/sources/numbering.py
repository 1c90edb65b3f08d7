"""Word's automatic numbers: the 一、 or （二） of a heading that stands in no text of the file.

ECMA-376 part 1, section 17.9.  The words for numbers follow section 17.18.59.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

LEVELS: Final = 9
_DIGITS: Final = "〇一二三四五六七八九"
_LEGAL: Final = "零壹贰叁肆伍陆柒捌玖"
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MAX: Final = 99_999


def chinese(number: int, digits: str = _DIGITS, units: str = "十百千万") -> str:
    """Write 1 to 99,999 in Chinese: 12 is 十二, 105 is 一百〇五."""
    text = ""
    zero = False
    for power in range(4, -1, -1):
        digit = number // 10**power % 10
        if digit:
            unit = units[power - 1] if power else ""
            text += (digits[0] if zero else "") + digits[digit] + unit
            zero = False
        else:
            zero = bool(text)
    return text[1:] if text.startswith("一十") else text


def _letters(number: int) -> str:
    """26 is z, 27 aa, 28 bb, as Word goes on."""
    return chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1) if number <= 780 else str(number)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


_WRITERS: Final[dict[str, Callable[[int], str]]] = {
    "decimalZero": lambda n: f"{n:02d}",
    "decimalEnclosedCircle": lambda n: chr(0x2460 + n - 1) if n <= 20 else str(n),
    "decimalEnclosedCircleChinese": lambda n: chr(0x2460 + n - 1) if n <= 20 else str(n),
    "ideographTraditional": lambda n: _STEMS[(n - 1) % 10],
    "ideographZodiac": lambda n: _BRANCHES[(n - 1) % 12],
    "ideographLegalTraditional": lambda n: chinese(n, _LEGAL, "拾佰仟万"),
    "chineseLegalSimplified": lambda n: chinese(n, _LEGAL, "拾佰仟万"),
    "lowerLetter": _letters,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda n: _roman(n).upper(),
    "bullet": lambda _: "",
    "none": lambda _: "",
}
_CHINESE: Final = ("chinese", "japanese", "ideographDigital", "taiwanese")
"""How the styles begin that write 一 二 三."""


def written(number: int, style: str) -> str:
    """Write a number in one of Word's styles; in digits for a style not known here."""
    writer = _WRITERS.get(style)
    if not 0 < number <= _MAX:
        return str(number)
    if writer is not None:
        return writer(number)
    return chinese(number) if style.startswith(_CHINESE) else str(number)


@dataclass(slots=True)
class _Level:
    start: int = 1
    style: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    legal: bool = False


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level]
    linked: dict[str, int]
    counts: list[int | None] = field(default_factory=lambda: [None] * LEVELS)


class Numbering:
    """The lists of a document; asked paragraph by paragraph, in reading order."""

    def __init__(self, root: etree._Element | None, styles: etree._Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._numbers: dict[str, tuple[str, dict[int, int]]] = {}
        self._started: set[str] = set()
        self._styles = _style_table(styles)
        for item in _children(root, "abstractNum"):
            self._lists[_get(item, "abstractNumId")] = _read_list(item)
        for item in _children(root, "num"):
            abstract = next((_get(c, "val") for c in _children(item, "abstractNumId")), "")
            starts = {
                _integer(_get(o, "ilvl")): _integer(_get(s, "val"), 1)
                for o in _children(item, "lvlOverride")
                for s in _children(o, "startOverride")
            }
            self._numbers[_get(item, "numId")] = (abstract, starts)

    def prefix(self, properties: etree._Element | None) -> str:
        """The number that stands before a paragraph with these properties; counts it."""
        number, level, style = self._reference(properties)
        abstract, starts = self._numbers.get(number, ("", {}))
        found = self._lists.get(abstract)
        if found is None:
            return ""
        if level is None:
            level = found.linked.get(style, 0)
        if not 0 <= level < LEVELS or level not in found.levels:
            return ""
        if number not in self._started:
            self._started.add(number)
            for at, start in starts.items():
                if 0 <= at < LEVELS:
                    found.counts[at] = start - 1
        return _count(found, level)

    def _reference(self, properties: etree._Element | None) -> tuple[str, int | None, str]:
        """Number, level (None when only the style tells it) and style of a paragraph."""
        style = next((_get(c, "val") for c in _children(properties, "pStyle")), "")
        number, level = _number_of(properties)
        seen: set[str] = set()
        at = style
        while not number and at in self._styles and at not in seen:
            seen.add(at)
            base, number, level = self._styles[at]
            style, at = (at, at) if number else (style, base)
        return number, level, style


def _count(found: _List, level: int) -> str:
    shape = found.levels[level]
    for above in range(level):
        if found.counts[above] is None and above in found.levels:
            found.counts[above] = found.levels[above].start
    now = found.counts[level]
    found.counts[level] = shape.start if now is None else now + 1
    found.counts[level + 1 :] = [None] * (LEVELS - level - 1)
    if shape.style in ("bullet", "none"):
        return ""
    text = shape.text
    for at in range(level + 1):
        count = found.counts[at]
        style = found.levels[at].style if at in found.levels else "decimal"
        plain = "decimal" if shape.legal and at < level else style
        text = text.replace(f"%{at + 1}", written(1 if count is None else count, plain))
    ends = text[-1:] in "、，．.）)：:】〕" or shape.suffix == "nothing"
    return text if ends else f"{text} "


def _read_list(item: etree._Element) -> _List:
    levels: dict[int, _Level] = {}
    linked: dict[str, int] = {}
    for element in _children(item, "lvl"):
        at = _integer(_get(element, "ilvl"))
        level = _Level()
        for part in element:
            name, value = str(part.tag).rpartition("}")[2], _get(part, "val")
            if name == "start":
                level.start = _integer(value, 1)
            elif name == "numFmt":
                level.style = value
            elif name == "lvlText":
                level.text = value[:100]
            elif name == "suff":
                level.suffix = value
            elif name == "isLgl":
                level.legal = value not in ("0", "false")
            elif name == "pStyle":
                linked[value] = at
        levels[at] = level
    return _List(levels, linked)


def _style_table(root: etree._Element | None) -> dict[str, tuple[str, str, int | None]]:
    """For each style the one it is based on, its number and its level."""
    table: dict[str, tuple[str, str, int | None]] = {}
    for item in _children(root, "style"):
        base = next((_get(c, "val") for c in _children(item, "basedOn")), "")
        properties = next(iter(_children(item, "pPr")), None)
        number, level = _number_of(properties)
        table[_get(item, "styleId")] = (base, number, level)
    return table


def _number_of(properties: etree._Element | None) -> tuple[str, int | None]:
    for item in _children(properties, "numPr"):
        number = next((_get(c, "val") for c in _children(item, "numId")), "")
        levels = [_integer(_get(c, "val")) for c in _children(item, "ilvl")]
        return number, levels[0] if levels else None
    return "", None


def _children(parent: etree._Element | None, name: str) -> list[etree._Element]:
    return parent.findall(f"{{*}}{name}") if parent is not None else []


def _get(element: etree._Element, name: str) -> str:
    """An attribute by its local name: strict and usual files differ in the namespace."""
    return next((str(v) for k, v in element.attrib.items() if str(k).endswith("}" + name)), "")


def _integer(text: str, default: int = 0) -> int:
    return int(text) if text.isascii() and text.lstrip("-").isdecimal() else default
