"""The prose between the tables: sections by their headings, paragraphs made whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from shouzhi.catalogue.names import fold, tidy
from shouzhi.sources import Line
from shouzhi.tables import Paragraph, Section

_LEVELS: Final = (
    re.compile(r"^第[一二三四五六七八九十]+(?:部分|章)"),
    re.compile(r"^[一二三四五六七八九十]+、"),
    re.compile(r"^[(（][一二三四五六七八九十]+[)）]"),
    re.compile(r"^\d{1,2}[.．、](?!\d)"),
    re.compile(r"^[(（]\d{1,2}[)）]"),
    re.compile(r"^[①-⑳]"),
)
_ENDS: Final = re.compile(r"[。！？!?；;：:]$")
_LEADERS: Final = re.compile(r"[.．…·]{3,}[\s.．…·]*(?:-?\s*\d+\s*-?)?$")
_PAGE: Final = re.compile(r"^[-—–－]\s*\d{1,4}\s*[-—–－]$")
_NAMED: Final = re.compile(r"(?:说明|情况|构成)。$")
_FIGURE: Final = re.compile(
    r"^图\s*[\d一二三四五六七八九十]{1,3}\s*[-－.．\d]*\s*[：:、\s]\s*\S[^。；，]*$"
)
_YEAR: Final = re.compile(r"^(?:19|20)\d{2}\s*年")
_GOES_ON: Final = re.compile(r"^(?:[万亿]?元|[%％，。、；）)])")
"""What no paragraph begins with."""
_OPEN: Final = re.compile(
    r"[，、,（(“《与和为是比较至在从自于及到对按的]$"
    r"|[（(][类款][)）](?!.*(?:[（(][款项][)）]|情况$|说明$))[^，。；：]+$"
)
"""Ends of a line after which a sentence must go on: …与, …政府办公厅（室）及相关机 without its （款）."""
LONGEST_HEADING: Final = 45
LONGEST_PRINTED: Final = 50
"""Chinese characters; where lines are longer, the dump did not wrap them: each is a paragraph or a part of one."""
INDENT: Final = 0.8
"""Character widths beyond the margin at which a line begins a paragraph."""


def heading_level(text: str) -> int | None:
    """0 for 第一部分, 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 for ①; None for prose."""
    for level, pattern in enumerate(_LEVELS):
        if pattern.match(text):
            return level
    return None


def read_outline(lines: Sequence[Line]) -> tuple[list[Section], list[str]]:
    """Sections in reading order, and the cover and contents that stand before them.

    A numbered paragraph that runs on as a sentence is a paragraph of its section, not a
    heading; a heading that only announces a later one (a table of contents) goes to the front.
    """
    front: list[str] = []
    sections: list[Section] = []
    paragraphs: list[Paragraph] = []
    for paragraph, large in _paragraphs(lines):
        level = heading_level(paragraph.text)
        if level is None and large and len(paragraph.text) <= LONGEST_HEADING:
            level = 0
        if level is not None and _is_heading(paragraph.text, level):
            _close(sections, paragraphs)
            sections.append(Section(paragraph.text, level, paragraph.location))
        elif sections:
            paragraphs.append(paragraph)
        else:
            front.append(paragraph.text)
    _close(sections, paragraphs)
    return _without_contents(sections, front), front


def _without_contents(sections: Sequence[Section], front: list[str]) -> list[Section]:
    """Drop the empty headings that are said again later: the table of contents."""
    last = {fold(section.heading): place for place, section in enumerate(sections)}
    kept: list[Section] = []
    for place, section in enumerate(sections):
        if not section.paragraphs and last[fold(section.heading)] > place:
            front.append(section.heading)
        else:
            kept.append(section)
    return kept


def _close(sections: list[Section], paragraphs: list[Paragraph]) -> None:
    """Give the collected paragraphs to the last section."""
    if sections and paragraphs:
        last = sections[-1]
        sections[-1] = Section(last.heading, last.level, last.location, tuple(paragraphs))
    paragraphs.clear()


def _is_heading(text: str, level: int = 0) -> bool:
    if level > 1 and text.endswith(("。", "；")) and not _NAMED.search(text):
        return False
    return len(text) <= LONGEST_HEADING and not re.search(r"[。；，,;：:]", text.rstrip("。：:"))


def _paragraphs(lines: Iterable[Line]) -> Iterable[tuple[Paragraph, bool]]:
    """Paragraphs with their wrapped lines joined, and whether they are set in large type."""
    listed = [
        line for line in lines
        if (text := line.text.strip()) and not _LEADERS.search(line.text) and not _PAGE.match(text)
    ]  # fmt: skip
    frame = _Frame(listed)
    held: list[Line] = []
    for line in listed:
        if held and frame.breaks(held[-1], line):
            yield _joined(held), frame.large(held[0])
            held = []
        held.append(line)
    if held:
        yield _joined(held), frame.large(held[0])


def _joined(held: Sequence[Line]) -> Paragraph:
    return Paragraph(tidy("\n".join(line.text.strip() for line in held)), held[0].location)


class _Frame:
    """How a document sets its prose: margins, type size, and how its dumps end paragraphs."""

    def __init__(self, lines: Sequence[Line]) -> None:
        lengths = sorted(_width(line.text.strip()) for line in lines)
        self.full = lengths[int(len(lengths) * 0.8)] if lengths else 0.0
        ended = sum(line.text.endswith(" ") for line in lines)
        self.trailing = len(lines) * 0.05 < ended < len(lines) * 0.95
        self.whole = self.full > LONGEST_PRINTED
        ems = sorted(em for line in lines if (em := _em(line)))
        self.em = ems[len(ems) // 2] if ems else 0.0
        sizes = sorted(line.size for line in lines if line.size)
        self.size = sizes[len(sizes) // 2] if sizes else 0.0
        self.left: dict[int | None, float] = {}
        self.right: dict[int | None, float] = {}
        for line in lines:
            if line.location.box:
                page = line.location.page
                self.left[page] = min(self.left.get(page, 1e9), line.location.box[0])
                self.right[page] = max(self.right.get(page, 0.0), line.location.box[2])

    def large(self, line: Line) -> bool:
        """Whether a line is set clearly larger than the prose, and not only spread to the margin."""
        if not self.em or _em(line) < self.em * 1.2 or line.location.box is None:
            return False
        if line.size is None or line.size >= self.size * 1.1:
            return True
        return line.location.box[2] < self.right.get(line.location.page, 0.0) - self.em

    def breaks(self, last: Line, line: Line) -> bool:
        """Whether a paragraph ends between two lines."""
        if _begins(last.text.strip()) in {0, 1} and _is_heading(last.text.strip()):
            return not self._wrapped_heading(last, line)
        if _GOES_ON.match(line.text.strip()):
            return False
        if last.location.box and line.location.box:
            return self._breaks_by_place(last, line, last.location.box[2], line.location.box[0])
        return self._breaks_by_text(last.text, line.text)

    def _breaks_by_place(self, last: Line, line: Line, end: float, begin: float) -> bool:
        """With positions: another type size, an indent, or a sentence that ends short of the margin."""
        if self.large(last) != self.large(line):
            return True
        em = self.em or 12
        left = self.left.get(line.location.page, 0.0)
        ended = bool(_ENDS.search(last.text.strip()))
        if begin > left + INDENT * em or (ended and _begins(line.text.strip()) is not None):
            return True
        short = end < self.right.get(last.location.page, 0.0) - 3 * em
        return short and (ended or _begins(line.text.strip()) in {0, 1})

    def _wrapped_heading(self, last: Line, line: Line) -> bool:
        """Whether a heading set over two lines goes on: a full line, then a short one in the middle."""
        if not (last.location.box and line.location.box) or _begins(line.text.strip()) is not None:
            return False
        left, right = (d.get(line.location.page, 0.0) for d in (self.left, self.right))
        em = self.em or 12
        centred = abs((line.location.box[0] - left) - (right - line.location.box[2])) < 2 * em
        full = last.location.box[2] - last.location.box[0] > (right - left) * 0.85
        return full and centred and line.location.box[0] > left + 2 * em

    def _breaks_by_text(self, last: str, text: str) -> bool:
        """Without positions: trailing blanks, indents, ordinals, or a short line ends a paragraph."""
        done, plain = last.strip(), text.strip()
        if self.trailing:
            return last.endswith(" ") or text.startswith(("　", "  "))
        level, ended = _begins(plain), _ENDS.search(done) is not None
        new = text.startswith(("　", "  ")) or _FIGURE.match(plain) or _FIGURE.match(done)
        if new or (level is not None and (level < 3 or ended or _stands_alone(done))):
            return True
        if level is None and (_OPEN.search(done) or (self.whole and _is_cut(done))):
            return False
        if ended and (self.whole or _width(done) < self.full * 0.95):
            return True
        if plain[:1].isdigit():
            return _YEAR.match(plain) is not None and _stands_alone(done)
        return _width(done) < max(20, self.full * 0.6)


def _is_cut(text: str) -> bool:
    """Whether a line is the beginning of a sentence: it has commas, and nothing ends it."""
    return bool(re.search(r"[，,。]", text)) and not re.search(r"[。！？!?；;：:）)…]$", text)


def _stands_alone(text: str) -> bool:
    """Whether a line is a heading by itself: numbered, short, and nothing that must go on."""
    level = heading_level(text)
    return level is not None and _is_heading(text, level) and not _OPEN.search(text)


def _em(line: Line) -> float:
    """The width of one Chinese character in a line, in points; 0 without positions.

    Told by the width that the characters take, for the heights that a PDF gives its glyphs
    depend on the font.
    """
    if line.location.box is None:
        return 0.0
    left, _, right, _ = line.location.box
    units = _width(line.text.strip())
    return (right - left) / units if units >= 2 else 0.0


def _width(text: str) -> float:
    """The width of a text in Chinese characters."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)


def _begins(text: str) -> int | None:
    return heading_level(text)
