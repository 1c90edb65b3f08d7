"""The table of contents: what a document announces before it begins.

Contents with leaders and page numbers are told by these; others end where the first
entry is said again, as the first heading of the document itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from shouzhi.catalogue.names import fold, tidy
from shouzhi.sources import Line
from shouzhi.tables import Paragraph
from shouzhi.tables.outline import heading_level

FARTHEST: Final = 80
"""Lines of prose within which the contents must begin."""
LONGEST: Final = 150
"""Lines of prose that contents can take up."""

_TITLE: Final = re.compile(r"^目录[:：]?")
_LEADERS: Final = re.compile(r"(?:[.．…·⋯]\s*){3,}-?\s*\d*\s*-?$")
_PAGE: Final = re.compile(r"(?<=\D)[\s(（-]+\d{1,3}[\s)）-]*$")
_BULLET: Final = re.compile(r"^[-–•·*\s]+")
_BEGINS: Final = re.compile(r"^(?:附.|表[\d一二三四五六七八九十]|\d+[.．、])")


def read_contents(lines: Sequence[Line]) -> list[Paragraph]:
    """The entries of the contents, ordinals and all, without leaders; none where there are none."""
    begin = next(
        (i for i, line in enumerate(lines[:FARTHEST]) if _TITLE.match(fold(line.text))), None
    )
    if begin is None:
        return []
    first = _TITLE.sub("", fold(lines[begin].text))
    after = lines[begin + (0 if first else 1) :][:LONGEST]
    led = [place for place, line in enumerate(after) if _LEADERS.search(line.text.strip())]
    if led and led[0] < 3:
        return _joined(after[: _run(led)])
    return _joined(after[: _said_again(after)])


def _run(led: Sequence[int]) -> int:
    """Where the lines with leaders end; one or two wrapped lines may lie between them."""
    end = led[0]
    for place in led:
        if place - end > 2:
            break
        end = place
    return end + 1


def _said_again(lines: Sequence[Line]) -> int:
    """Where the first entry, or a later part, is said again; 0 where none is."""
    seen: set[str] = set()
    for place, line in enumerate(lines):
        key = _key(line.text)
        if key in seen:
            return place
        if not seen or heading_level(key) == 0:
            seen.add(key)
    return 0


def _key(text: str) -> str:
    return _TITLE.sub("", _BULLET.sub("", fold(text)))


def _joined(lines: Sequence[Line]) -> list[Paragraph]:
    """One paragraph an entry; a line that begins none goes on with the entry before it."""
    entries: list[Paragraph] = []
    for line in lines:
        led = _LEADERS.sub("", tidy(line.text).strip())
        text = _PAGE.sub("", _BULLET.sub("", re.sub(r"^目\s*录\s*", "", led))).strip()
        if not text:
            continue
        begins = heading_level(text) is not None or _BEGINS.match(text)
        if entries and not begins and not _LEADERS.search(line.text.strip()):
            last = entries[-1]
            entries[-1] = Paragraph(last.text + text, last.location)
        else:
            entries.append(Paragraph(text, line.location))
    return entries
