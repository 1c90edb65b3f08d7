"""A plain text file becomes pages: tab-separated rows as grids, everything else as lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shouzhi.sources import Grid, Line, Page, Source, Unreadable
from shouzhi.sources.tabs import grids
from shouzhi.space import Location

MOST_BYTES: Final = 64 * 1024 * 1024
"""The largest text file that is read: a thousand times a long disclosure."""
LONGEST_LINE: Final = 100_000
"""Characters; a longer line is no line of a document."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BREAK: Final = re.compile(r"\r\n|\n|\r")
_CAPTION: Final = re.compile(
    r"(?:总表|明细表|情况表|[收支]入?出?表|[预决]算表)(?:[（(][^()（）]*[)）])?$|^(?:部门|单位)?(?:预算|公开|附)*"
    r"(?:表\s*\d{1,2}(?:-\d{1,2})?|\d{1,2}\s*表)$|(?:单位|部门)(?:名称)?\s*[:：]|^(?:备?注|说明)[:：]"
)
"""The title, number, department or unit of amount of a table, or a note below it."""
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")

Numbered = tuple[int, str]
"""A line with its number in the file, from 1."""


def read(path: Path) -> Source:
    """Read a text file in UTF-8, UTF-16 or GB 18030.

    Form feeds break pages; a file without them is one page, and its locations
    name no page.  Lines keep their blanks, and lines of blanks alone are kept where
    they hold two or more: dumps print empty cells as blanks.

    Raises Unreadable for a file that is too large, empty, or no text.
    """
    if path.stat().st_size > MOST_BYTES:
        limit = MOST_BYTES // (1024 * 1024)
        raise Unreadable(f"文本文件超过 {limit} MB", "请确认它是公开文档的文字，或拆分后再读")
    text = decode(path.read_bytes())
    if not text.strip():
        raise Unreadable("文件里没有文字", "请重新导出文本，或改用原来的文件")
    leaves = list(_leaves(text))
    pages = [
        Page(number, tuple(_blocks(lines, number if len(leaves) > 1 else None)))
        for number, lines in enumerate(leaves, start=1)
        if lines
    ]
    return Source(path.name, "text", pages)


def decode(data: bytes) -> str:
    """The text of a file: by its mark, else UTF-8, else UTF-16 by its zeros, else GB 18030.

    A character cut off at the very end of the file is dropped.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    for encoding in _guesses(data):
        text = _complete(data, encoding)
        if text is not None and len(_CONTROLS.findall(text[:LONGEST_LINE])) * 100 <= len(text):
            return text
    raise Unreadable("内容不是可以识别的文字", "请另存为 UTF-8 编码的文本文件，或改用原来的文件")


def _guesses(data: bytes) -> tuple[str, ...]:
    """UTF-16 without its mark has zeros beside every Latin letter, digit and line end."""
    head = data[:4096]
    if b"\0" not in head:
        return ("utf-8", "gb18030")
    return ("utf-16-le",) if head[1::2].count(0) >= head[::2].count(0) else ("utf-16-be",)


def _complete(data: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return None


def _leaves(text: str) -> list[list[Numbered]]:
    """The lines of each page, without their ends; a form feed breaks the page."""
    pages: list[list[Numbered]] = [[]]
    for number, line in enumerate(_BREAK.split(text), start=1):
        if len(line) > LONGEST_LINE:
            raise Unreadable(
                f"第 {number} 行有 {len(line)} 个字符，不像文档的文字",
                "请重新导出文本，或改用原来的文件",
            )
        first, *others = line.split("\f")
        pages[-1].append((number, first))
        pages.extend([(number, piece)] for piece in others)
    if not any(held.strip() for _, held in pages[-1]):
        pages.pop()  # the form feed that ends the last page
    return pages


def _blocks(lines: list[Numbered], page: int | None) -> Iterator[Line | Grid]:
    """The lines and grids of one page in reading order."""
    index = 0
    while index < len(lines):
        number, text = lines[index]
        if _is_row(text):
            end = _run_end(lines, index)
            rows = [(n, t.split("\t")) for n, t in lines[index:end] if t.strip()]
            yield from grids(rows, page)
            index = end
            continue
        if text.strip() or len(text) > 1:
            shown = "    ".join(_filled(text)) if "\t" in text else text
            yield Line(shown, Location(page=page, line=number))
        index += 1


def _is_row(text: str) -> bool:
    """Whether a line is a row of a table, and not a caption that a workbook's cells came around."""
    return "\t" in text and bool(text.strip()) and not all(map(_CAPTION.search, _filled(text)))


def _filled(text: str) -> list[str]:
    return [cell.strip() for cell in text.split("\t") if cell.strip()]


def _run_end(lines: list[Numbered], start: int) -> int:
    """Where a run of tab-separated rows ends; blank lines inside it do not end it."""
    end = start + 1
    for index in range(start + 1, len(lines)):
        text = lines[index][1]
        if text.strip() and not _is_row(text):
            break
        if text.strip():
            end = index + 1
    return end
