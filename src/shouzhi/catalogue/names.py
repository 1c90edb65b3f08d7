"""Names as they are compared and as they are shown: folding, tidying, ordinals and codes.

Documents print one name in many ways: full and half width, wrapped over lines, with
blanks to fill a cell, with ordinals and codes before it.  `fold` is the one normal form
in which names are compared; `tidy` is the form in which they are shown.  The two agree:
`fold(tidy(text)) == fold(text)` for every text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_CIRCLED: Final = "".join(map(chr, range(0x2460, 0x2474)))  # ① to ⑳
_SHELTER: Final = "".join(chr(0xFDD0 + place) for place in range(len(_CIRCLED)))
_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff" + "".join(
    chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace()
)
_QUOTES: Final = "\"'“”‘’„‟‚‛＂＇「」『』〝〞`´"
_DASHES: Final = "-‐‑‒–—―−﹘﹣－─━"
_BLANKS: Final = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
_BRACKETS: Final = {"[": "(", "]": ")", "【": "(", "】": ")", "〔": "(", "〕": ")"}

_DROP: Final = str.maketrans("", "", _BLANKS + _INVISIBLE + _QUOTES)
_HIDE: Final = str.maketrans(_CIRCLED, _SHELTER)  # NFKC would make ① a bare 1
_SHOW: Final = str.maketrans(_SHELTER, _CIRCLED)
_UNIFY: Final = str.maketrans({**dict.fromkeys(_DASHES, "-"), **_BRACKETS})
_DASH_RUN: Final = re.compile("--+")
_STEADY: Final = re.compile(r"[0-9A-Za-z%()*+,./:;<=>、。\u4e00-\u9fff]*")
"""Texts of characters that both forms leave as they are: most names, and nearly all numbers."""


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """The normal form in which names are compared; idempotent.

    Widths are made one (NFKC, so Kangxi radicals and compatibility forms too), blanks,
    line breaks, quotes and invisible characters go, every bracket becomes round, every
    run of dashes one “-”.  Ordinals stay, circled ones as they are.
    """
    if _STEADY.fullmatch(text):
        return text
    hidden = text.translate(_DROP).translate(_HIDE)
    while True:
        plain = unicodedata.normalize("NFKC", hidden).translate(_DROP).translate(_UNIFY)
        plain = _DASH_RUN.sub("-", plain)
        if plain == hidden:
            return plain.translate(_SHOW)
        hidden = plain


_RUN: Final = re.compile(f"[{re.escape(_BLANKS)}]+")
_UNSEEN: Final = str.maketrans("", "", _INVISIBLE)
# An amount broken over lines: `1,134.9` / `4`, `269,6` / `52.59`, `271` / `.11`, `9.5` / `%`.
_UNFINISHED: Final = re.compile(r"(?:^|[^\d.,])(?:\d{1,3}(?:,\d{3})*|\d+)(?:,\d{0,2}|\.\d?)$")
_WHOLE: Final = re.compile(r"(?:^|[^\d.,])(?:\d{1,3}(?:,\d{3})*|\d+)$")
_REST: Final = re.compile(r"\d[\d,]*(?:\.\d*)?%?(?=\s|$)")
_REST_FROM_POINT: Final = re.compile(r"[.,]\d+(?:\.\d*)?%?(?=\s|$)")


@lru_cache(maxsize=16384)
def tidy(text: str) -> str:
    """The form in which a text is shown: wrapped lines re-joined, padding taken out.

    A blank stays only between two half-width characters (`Word 2024`).  A line break
    there becomes a blank, but goes where it splits an amount (`1,134.9` / `4`).
    Characters stay as they were printed; idempotent.
    """
    if _STEADY.fullmatch(text):
        return text
    seen = text.translate(_UNSEEN).strip()
    if _RUN.search(seen) is None:
        return seen
    parts: list[str] = []
    place = 0
    for run in _RUN.finditer(seen):
        parts.append(seen[place : run.start()])
        place = run.end()
        if seen[run.start() - 1].isascii() and seen[place].isascii():
            parts.append(_joint(seen, run))
    parts.append(seen[place:])
    return "".join(parts)


def _joint(text: str, run: re.Match[str]) -> str:
    """What stands between two half-width characters in place of a run of blanks."""
    if "\n" not in run.group() and "\r" not in run.group():
        return " "
    before, after = text[max(0, run.start() - 24) : run.start()], run.end()
    split = (
        (_UNFINISHED.search(before) and _REST.match(text, after))
        or (_WHOLE.search(before) and _REST_FROM_POINT.match(text, after))
        or (before[-1].isdigit() and text[after] == "%")
    )
    return "" if split else " "


_NUMERAL: Final = "[一二三四五六七八九十百廿零〇]{1,5}"
_ORDINAL: Final = re.compile(
    rf"""\s*(?:
      (?P<of>其\s*中\s*[:：,，]?)
    | (?P<mark>
        {_NUMERAL}\s*[、．.,，]
      | [(（]\s*(?:{_NUMERAL}|\d{{1,2}})\s*[)）][、．.]?
      | \d{{1,2}}\s*(?:、|[．.)）](?!\d))
      | [①-⑳⑴-⒛㈠-㈩]
      )
    )\s*""",
    re.VERBOSE,
)


def strip_ordinal(text: str) -> tuple[str | None, str]:
    """Take the ordinal off a label: `一、`, `（一）`, `1.`, `1、`, `①`, `其中：`.

    Returns the ordinal without blanks and the rest of the label.  Of several (`其中：（一）`)
    the last is returned and all are taken off; `其中` counts only where no other stands.
    `1.5` is a number, not an ordinal.
    """
    found: str | None = None
    rest = text
    while match := _ORDINAL.match(rest):
        if mark := match["mark"]:
            if found not in {None, "其中"}:
                break
            found = re.sub(r"\s+", "", mark)
        elif found is None:
            found = "其中"
        else:
            break
        rest = rest[match.end() :]
    return found, rest


# Account codes: income 1xx, functions 2xx, economic classes 3xx and 5xx; 3, 5 or 7 digits.
_CLASS: Final = "10[1-5]|11[01]|20[1-9]|2[123]\\d|30[1-9]|31\\d|399|50[1-9]|51\\d|599"
_CODE: Final = rf"(?:{_CLASS})(?:\s?\d\d){{0,2}}"
_CODE_FIRST: Final = re.compile(
    rf"\s*(?:[\[(（【〔]\s*(?P<framed>{_CODE})\s*[\])）】〕]|(?P<bare>{_CODE})(?![\d.,]))"
    r"\s*[-—–－:：、]?\s*(?P<name>.*)",
    re.DOTALL,
)
_CODE_LAST: Final = re.compile(
    rf"(?P<name>.+?)\s*[\[(（【〔]\s*(?P<code>{_CODE})\s*[\])）】〕]\s*", re.DOTALL
)
_QUANTITY: Final = re.compile(r"[万亿千百元个人年月日号次辆件项条台套平米度名户份余多.,，．\d%％]")


def split_code(text: str) -> tuple[str | None, str]:
    """Split an account code from its name: `[2010301]行政运行`, `30101-基本工资`, `201 03 01 …`.

    Returns the digits and the name as printed, or None and the whole text.  Only what can be
    a code of the classifications is taken: `100万元以上…` and `12345热线` are names.
    """
    if match := _CODE_FIRST.fullmatch(text):
        code = "".join((match["framed"] or match["bare"]).split())
        name = match["name"].rstrip()
        # No class has a name that begins like a quantity: 200万元, 219 个.
        if match["framed"] or len(code) > 3 or not _QUANTITY.match(name):
            return code, name
    if match := _CODE_LAST.fullmatch(text):
        return "".join(match["code"].split()), match["name"].strip()
    return None, text
