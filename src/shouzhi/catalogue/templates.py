"""Templates of the catalogue: texts with fields in braces, and Chinese numerals to fill them."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Final

_DIGITS: Final = "零一二三四五六七八九"


def fields_of(template: str) -> tuple[str, ...]:
    """The names in the braces of a template; raises ValueError where these do not match."""
    parts = string.Formatter().parse(template)
    return tuple(name for _, name, _, _ in parts if name is not None)


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its fields filled in; a field without a value is left empty."""
    return template.format_map(_Lenient(values)) if "{" in template else template


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese numerals, as ordinals are printed: 一, 十, 二十一."""
    if not 1 <= number <= 99:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")
