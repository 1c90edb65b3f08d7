"""The lines around a grid: its title, number, unit and department above, its notes below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from shouzhi.catalogue.lexicon import heading_year, lexicon
from shouzhi.catalogue.names import strip_ordinal, tidy
from shouzhi.sources import Line

_UNIT: Final = re.compile(r"(?:金额)?(?:货币)?单位[:：]\s*(?:人民币)?\s*(百万元|千元|万元|亿元|元)")
_LABELLED: Final = re.compile(
    r"(编制部门|编报单位|编制单位|填报单位|部门名称|单位名称|公开部门|预算部门|部门|单位)"
    r"\s*[:：]\s*([^\s:：]*?)(?=\s|(?:金额)?单位[:：]|$)"
)
_UNIT_WORD: Final = re.compile(r"^(?:人民币)?[百千万亿]*元")
_SPACED: Final = re.compile(r"^(?:(?:编制|填报)?(?:部门|单位)名?称?)[\s　]+([^\s:：]{4,40})$")
_NUMBER_PREFIX: Final = re.compile(
    r"^((?:部门|单位)?(?:预算|决算)?(?:公开|附)?\d{1,2}表"
    r"|(?:部门|单位)?(?:预算|决算|公开|附)*表\d{1,2}(?:-\d{1,2}){0,2}(?!年)"
    r"|(?:公开|附)?表[一二三四五六七八九十]{1,3}(?=[:：、.])|附件\d{1,2}(?=[:：、.]))[:：、.]?"
)
_ASIDE: Final = re.compile(
    rf"[（(]?\s*{_UNIT.pattern}\s*[)）]?|{_LABELLED.pattern}"
)
_BARE_LABEL: Final = re.compile(r"^(?:编制|预算|公开)?(?:部门|单位)(?:名称)?\s*(?:[:：].*)?$")
_FURNITURE: Final = re.compile(
    r"^(?:[-—–－·•]*\s*\d{1,4}\s*[-—–－·•]*|第\s*\d+\s*页(?:\s*[,，/]?\s*共\s*\d+\s*页)?"
    r"|\d+\s*/\s*\d+|[ivxIVX]{1,5})$"
)
_TITLE_END: Final = re.compile(r"(?:表|明细|总表|情况|目录)(?:[（(].*[)）])?$")
_NOTE_START: Final = re.compile(r"^(?:注|备\s*注|附注|说明|填表说明)\s*\d*\s*[:：、.．]")
_NUMBERED: Final = re.compile(r"^(?:\d{1,2}\s*[、.．)）]|[（(]\d{1,2}[)）]|[①-⑳])")
_EMPTY: Final = re.compile(
    r"^(?:无[。.]?|(?:本|此)表(?:为空|无数据).*|.{0,40}(?:没有|无|未)[^，。]{0,30}"
    r"(?:预算|支出|收入|安排|数据|发生额?|拨款)[^，。]{0,24}(?:[,，]故?(?:本|此)表.{0,20})?[。.]?)$"
)
_PERIOD: Final = re.compile(r"^[（(]?\s*20\d{2}\s*年(?:度)?\s*[)）]?$")
_SENTENCE: Final = re.compile(r"[。；;：:，,]$")
LONGEST_TITLE: Final = 60
"""Characters; a longer line above a grid is prose."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What the lines above a grid say of it; `continued` that it goes on from an earlier page."""

    title: str | None = None
    number: str | None = None
    amount_unit: str | None = None
    department: str | None = None
    year: str | None = None
    continued: bool = False
    used: frozenset[int] = frozenset()


def is_furniture(text: str) -> bool:
    """Whether a line is only a page number."""
    return bool(_FURNITURE.match(text.strip()))


def amount_unit(text: str) -> str | None:
    """The unit of amount that a line or heading names: 元, 千元, 万元, 百万元, 亿元."""
    match = _UNIT.search(text)
    return match.group(1) if match else None


def department(text: str) -> str | None:
    """The department that a caption line names, if it does."""
    if match := _SPACED.match(text.strip()):
        return match.group(1)
    for match in _LABELLED.finditer(text):
        name = match.group(2).strip("_ ＿")
        if len(name) > 2 and not _UNIT_WORD.search(name):
            return name
    return None


def number_of(text: str) -> str | None:
    """The printed number of a table, blanks removed: 表5, 表一, 公开01表."""
    plain = re.sub(r"\s+", "", text)
    return plain if lexicon().number.match(plain) else None


def read_caption(lines: Sequence[Line]) -> Caption:
    """Read the lines above a grid from the nearest upwards; prose ends the caption.

    `used` holds the indexes in `lines` that the caption took.
    """
    number = unit = owner = year = None
    titles: list[str] = []
    used: set[int] = set()
    for index in range(len(lines) - 1, -1, -1):
        text = lines[index].text.strip()
        if not text or is_furniture(text):
            continue
        if _labelled(text):
            if titles and (number is None or unit or owner):
                break  # else it is the page's own, above the number and the title
            unit = unit or amount_unit(text)
            owner = owner or department(text)
            if (rest := _beside(text)) and _is_title(rest, []):
                titles.insert(0, rest)
        elif _PERIOD.match(text) and not titles:
            year = heading_year(text)  # alone below the title: （2024年度）
        elif (found := number_of(text)) is not None:
            if number is not None:
                break
            number = found
        elif _is_title(text, titles):
            titles.insert(0, text)
        else:
            break
        used.add(index)
        if titles and number and unit:
            above = lines[index - 1].text.strip() if index else ""
            if not (titles and _wraps(above, titles[0]) and not _is_title(titles[0], [])):
                break
    caption = _caption(titles, number, unit, owner, frozenset(used))
    return replace(caption, year=year)


def _labelled(text: str) -> bool:
    """Whether a line names the unit of amount or the department."""
    return bool(amount_unit(text) or department(text) or _BARE_LABEL.match(text))


def _beside(text: str) -> str:
    """What a line says beside the unit of amount and the department: the title, on one line with them."""
    return _ASIDE.sub("", text).strip()


def _is_title(text: str, titles: Sequence[str]) -> bool:
    """A short line without a sentence end; the first one met must end as titles do."""
    plain = re.sub(r"\s+", "", text)
    if len(plain) > LONGEST_TITLE or _SENTENCE.search(plain) or _NOTE_START.match(plain):
        return False
    bare = lexicon().continued.sub("", plain)
    if not titles:
        return bool(_TITLE_END.search(bare)) or lexicon().continued.search(plain) is not None
    return _wraps(plain, titles[0])


def _wraps(above: str, first: str) -> bool:
    """Whether `above` is the beginning of a title that wraps into `first`."""
    first = re.sub(r"\s+", "", first)
    above = re.sub(r"\s+", "", above)
    if not above or len(above) > LONGEST_TITLE or _TITLE_END.search(above):
        return False
    return len(first) <= 6 and not _SENTENCE.search(above) and number_of(above) is None


def _caption(
    titles: list[str], number: str | None, unit: str | None, owner: str | None, used: frozenset[int]
) -> Caption:
    first, _, rest = tidy(titles[0]).partition(" ") if titles else ("", "", "")
    if rest and number is None and (number := number_of(first)):
        titles = [rest, *titles[1:]]
    whole = re.sub(r"\s+", "", tidy("".join(titles)))
    title = lexicon().continued.sub("", whole)
    prefix = _NUMBER_PREFIX.match(title)
    if prefix and number is None and len(title) > prefix.end():
        number, title = prefix.group(1), title[prefix.end() :]
    ordinal, bare = strip_ordinal(title)
    if ordinal and bare:
        title = bare
    return Caption(
        title=title or None,
        number=number,
        amount_unit=unit,
        department=owner,
        continued=title != whole and bool(lexicon().continued.search(whole)),
        used=used,
    )


def read_notes(lines: Sequence[Line]) -> tuple[list[str], int]:
    """The notes under a grid and how many of `lines` they and the furniture among them take.

    A note begins with 注, 备注, 说明 or is the statement of an empty table; the
    lines after it belong to it while they are numbered, indented, or finish a sentence.
    """
    notes: list[str] = []
    taken = 0
    for index, line in enumerate(lines):
        text = line.text.strip()
        if not text:
            continue
        if is_furniture(text):
            break
        if _starts_note(text) or (notes and _NUMBERED.match(text)):
            notes.append(tidy(text))
        elif notes and _goes_on(notes[-1], line.text) and not _captions(text):
            notes[-1] = tidy(notes[-1] + text)
        elif notes and line.text[:1] in "　 " and text.endswith("。") and len(text) < 80:
            notes.append(tidy(text))
        else:
            break
        taken = index + 1
    return notes, taken


def _starts_note(text: str) -> bool:
    return bool(_NOTE_START.match(text)) or bool(len(text) < 80 and _EMPTY.match(text))


def _captions(text: str) -> bool:
    """Whether a line is the title or a caption of the next table."""
    return _labelled(text) or _is_title(text, [])


def _goes_on(note: str, text: str) -> bool:
    return note[-1] not in "。；;.!！)）" and text[:1] not in "　 " and number_of(text) is None
