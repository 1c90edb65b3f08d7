"""Workbook number formats: the digits that a cell shows, from its value and its format code.

Workbooks keep 1234.5 and show `1,234.50`; a budget prints what is shown.  ECMA-376
part 1, sections 18.8.30 and 18.8.31, as far as amounts, percentages, codes and dates need it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final, Literal

BUILT_IN: Final[dict[int, str]] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: "#,##0;-#,##0", 6: "#,##0;-#,##0", 7: "#,##0.00;-#,##0.00", 8: "#,##0.00;-#,##0.00",
    9: "0%", 10: "0.00%", 11: "General", 12: "General", 13: "General",
    14: "yyyy/m/d", 15: "yyyy/m/d", 16: "m/d", 17: "yyyy/m", 18: "h:mm", 19: "h:mm:ss",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"',
    29: 'm"月"d"日"', 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"', 34: 'h"时"mm"分"', 35: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"', 42: '#,##0;-#,##0;"-"', 43: '#,##0.00;-#,##0.00;"-"',
    44: '#,##0.00;-#,##0.00;"-"', 45: "mm:ss", 46: "h:mm:ss", 47: "mm:ss", 48: "General",
    49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"',
    54: 'm"月"d"日"', 55: 'h"时"mm"分"', 56: 'h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}  # fmt: skip
"""Format codes that files name by number only, as Chinese Excel shows them."""

_EXCEL = Context(prec=15, rounding=ROUND_HALF_UP)
"""Workbooks hold binary fractions and show at most 15 digits of them."""
_MAX_DIGITS = 60
_WIDE = Context(prec=4 * _MAX_DIGITS)
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(General|G/通用格式)|(AM/PM|A/P|上午/下午)'
    r"|(y+|m+|d+|h+|s+|a{3,})|([0#?.,]+)|(%)|(@)|([Ee][+-]|/)|(.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\s*(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\s*")
_CURRENCY = str.maketrans("", "", "¥￥$€")
_LAST_DAY = 2958466
Shape = Literal["general", "number", "date", "literal"]


@dataclass(frozen=True, slots=True)
class Section:
    """One of the up to four parts of a format code.

    `pieces` are pairs of a role (text, digits, percent, or a letter of a date) and
    its text; the other fields are worked out from the digits, once for all cells:
    what stands before and after them, by how many places the point moves, least
    digits before the point, least and most after it, whether they are grouped, and
    the unit that they are rounded to.
    """

    shape: Shape
    pieces: tuple[tuple[str, str], ...] = ()
    condition: tuple[str, Decimal] | None = None
    before: str = ""
    after: str = ""
    shift: int = 0
    whole: int = 0
    least: int = 0
    most: int = 0
    grouped: bool = False
    step: Decimal = Decimal(1)


def printed(value: str, code: str, *, since_1904: bool = False) -> str:
    """The text that a cell with the number `value` and the format `code` shows.

    What cannot be understood (fractions, scientific notation) is shown as General:
    all its digits, no more than 15 of them significant.
    """
    try:
        number = _EXCEL.create_decimal(value)
    except ArithmeticError:  # not a number, or one beyond any amount
        return value
    if not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        return value
    section, signed = _choose(number, _sections(code))
    if section.shape == "date" and 0 <= number < _LAST_DAY:
        return _date(float(number), section, since_1904=since_1904)
    if section.shape == "number":
        return _number(number if signed else abs(number), section)
    if section.shape == "literal":
        return "".join(text for _, text in section.pieces).strip()
    return general(number)


def general(number: Decimal) -> str:
    """All digits of a number, without separators or closing zeros."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[Section, ...]:
    parts: list[list[re.Match[str]]] = [[]]
    for match in _TOKEN.finditer(code or "General"):
        if match.group() == ";":
            parts.append([])
        else:
            parts[-1].append(match)
    return tuple(_section(part) for part in parts)


def _section(tokens: list[re.Match[str]]) -> Section:
    pieces: list[tuple[str, str]] = []
    condition: tuple[str, Decimal] | None = None
    for token in tokens:
        quoted, escaped, bracket, general_, half, date, digits, percent, at, odd, other = (
            token.groups()
        )
        if general_ or odd or at:
            return Section("general", condition=condition)
        if bracket is not None:
            limit = _CONDITION.fullmatch(bracket)
            condition = (limit[1], Decimal(limit[2])) if limit else condition
            if bracket.startswith("$"):
                pieces.append(("text", bracket[1:].partition("-")[0].translate(_CURRENCY)))
            elif bracket.lower() in ("h", "hh", "m", "mm", "s", "ss"):
                pieces.append(("date", bracket.lower()))
        elif date:
            pieces.append(("date", date.lower()))
        elif digits:
            pieces.append(("digits", digits))
        elif percent:
            pieces.append(("percent", "%"))
        elif not half:
            text = quoted if quoted is not None else escaped or other or ""
            pieces.append(("text", text.translate(_CURRENCY)))
    shape = _shape(pieces)
    if shape == "number":
        return _planned(pieces, condition)
    return Section(shape, tuple(pieces), condition)


def _planned(pieces: list[tuple[str, str]], condition: tuple[str, Decimal] | None) -> Section:
    """The section of a number: `_shape` has seen that its digits stand together."""
    pattern = "".join(text for role, text in pieces if role == "digits")
    at = next(i for i, (role, _) in enumerate(pieces) if role == "digits")
    whole, _, fraction = pattern.partition(".")
    places = re.sub(r"[^0#?]", "", fraction)
    # commas behind the last digit, before the point or at the end, divide by a thousand each
    thousands = len(pattern) - len(pattern.rstrip(","))
    thousands += len(whole) - len(whole.rstrip(",")) if fraction else 0
    percents = sum(role == "percent" for role, _ in pieces)
    most = min(len(places), _MAX_DIGITS)
    return Section(
        "number", tuple(pieces), condition,
        before="".join(text for _, text in pieces[:at]).lstrip(),
        after="".join(text for role, text in pieces[at:] if role != "digits").rstrip(),
        shift=2 * percents - 3 * thousands,
        whole=min(whole.count("0"), _MAX_DIGITS),
        least=min(len(places.rstrip("#?")), most),
        most=most,
        grouped="," in whole.strip(","),
        step=Decimal((0, (1,), -most)),
    )  # fmt: skip


def _shape(pieces: list[tuple[str, str]]) -> Shape:
    roles = [role for role, _ in pieces]
    if "date" in roles:
        return "date"
    if any(set(text) & set("0#?") for role, text in pieces if role == "digits"):
        runs = [i for i, role in enumerate(roles) if role == "digits"]
        return "number" if len(runs) == runs[-1] - runs[0] + 1 else "general"
    return "literal"


_HOLDS: Final = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "=": lambda a, b: a == b, "<>": lambda a, b: a != b,
}  # fmt: skip


def _choose(number: Decimal, sections: tuple[Section, ...]) -> tuple[Section, bool]:
    """The section for a number, and whether its sign is still to be written."""
    if any(section.condition for section in sections):
        for section in sections:
            if not section.condition or _HOLDS[section.condition[0]](number, section.condition[1]):
                return section, True
        return sections[-1], True
    numeric = sections[:3]
    if number < 0 and len(numeric) > 1:
        return numeric[1], False
    if number == 0 and len(numeric) > 2:
        return numeric[2], True
    return numeric[0], True


def _number(number: Decimal, section: Section) -> str:
    shifted = number.scaleb(section.shift) if section.shift else number
    digits = _digits(abs(shifted), section)
    return f"{'-' if number < 0 else ''}{section.before}{digits}{section.after}".strip()


def _digits(number: Decimal, section: Section) -> str:
    rounded = number.quantize(section.step, ROUND_HALF_UP, _WIDE)
    text = f"{rounded:,f}" if section.grouped else f"{rounded:f}"
    left, _, right = text.partition(".")
    while len(right) > section.least and right.endswith("0"):
        right = right[:-1]
    if left == "0" and not section.whole:
        left = ""
    elif section.whole > 1:  # zeros in front, as in the codes of units
        left = left.rjust(section.whole, "0")
    # a format such as #.00 shows .50; written out, so that it reads as the number that it is
    return f"{left or 0}.{right}" if right else left


def _date(serial: float, section: Section, *, since_1904: bool) -> str:
    """A day counted from the end of 1899 (or from 1904), as the section writes it."""
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
    try:
        moment = start + timedelta(seconds=round(serial * 86400))
    except OverflowError:
        return general(Decimal(str(serial)))
    text = ""
    previous = ""
    pieces = section.pieces
    for i, (role, piece) in enumerate(pieces):
        if role != "date":
            text += piece
            continue
        following = next((p for r, p in pieces[i + 1 :] if r == "date"), "")
        minutes = piece[0] == "m" and (previous[:1] == "h" or following[:1] == "s")
        text += _date_part(moment, "n" * len(piece) if minutes else piece)
        previous = piece
    return text.strip()


def _date_part(moment: datetime, piece: str) -> str:
    value = {
        "m": moment.month, "d": moment.day,
        "h": moment.hour, "n": moment.minute, "s": moment.second,
    }.get(piece[0])  # fmt: skip
    if piece[0] == "y":
        return f"{moment.year:04d}" if len(piece) > 2 else f"{moment.year % 100:02d}"
    if value is None or (piece[0] == "d" and len(piece) > 2):
        return "星期" + "一二三四五六日"[moment.weekday()]
    return f"{value:02d}" if len(piece) == 2 else str(value)
