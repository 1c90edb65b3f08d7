"""What stands in the rows of a table without belonging to it: title, unit of amount, notes.

Sheets hold nothing but cells, and tables pasted from a sheet bring their title along as
a row; later rooms look for both among the lines around a grid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shouzhi.sources import Cell, Grid, Line
from shouzhi.sources.spans import lay
from shouzhi.space import Location

GAP: Final = " " * 4
"""What stands between the texts of one row when it is told as a line."""

_NOTE = re.compile(r"\s*[（(【]?\s*(?:注|备注|附注|说明|\*|※)")
_AMOUNT_UNIT = re.compile(r"单位\s*[：:]\s*\S{0,4}元")
_FORM_NUMBER = re.compile(  # 附表2, 公开01表
    r"\s*[^，。；]{0,8}?表\s*[\d一二三四五六七八九十]+(?:[-－.]\d+)*\s*"
    r"|\s*[^，。；\d]{0,10}\d+(?:[-－.]\d+)*\s*表\s*"
)
_DATE = re.compile(
    r"\s*\d{4}(?:\s*年度?(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?|[-/.]\d{1,2}[-/.]\d{1,2})\s*"
)


def is_note(text: str) -> bool:
    """Whether a text begins as a note does: 注：, 说明…, *."""
    return _NOTE.match(text) is not None


def are_marginal(texts: Sequence[str]) -> bool:
    """Whether the texts of a row are such as 部门：某局, 单位：万元, 公开01表 or a date."""
    named = told = False  # named: the text before ends in a colon, so that this one is its value
    for text in texts:
        tells = "：" in text or ":" in text or is_form_number(text)
        if not (tells or named or _DATE.fullmatch(text)):
            return False
        told = told or tells
        named = text.rstrip().endswith(("：", ":"))
    return told


def is_form_number(text: str) -> bool:
    """Whether a text is the number of a form and nothing else: 表1, 附表二, 公开01表."""
    return _FORM_NUMBER.fullmatch(text) is not None


def joined(texts: Sequence[str]) -> str:
    """The texts of a row as one line."""
    return GAP.join(text.replace("\n", " ") for text in texts)


def separate(grid: Grid) -> Iterator[Line | Grid]:
    """A grid without the title rows above it and the notes below it, which become lines.

    Where there are no rulings to tell them by, only rows of one text over the whole
    width count, and rows that name a unit of amount or a form number.
    """
    rows: list[list[Cell]] = [[] for _ in range(grid.height)]
    deep = 0
    whole: list[bool] = []  # whether a row is cut off from the ones above it
    for cell in grid.cells:
        rows[cell.row].append(cell)
    for number, row in enumerate(rows):
        whole.append(deep <= number)
        deep = max([deep, *(cell.row + cell.rows for cell in row)])
    first, last = 0, grid.height
    while first < last - 1 and whole[first + 1] and _is_title(rows[first], grid.width):
        first += 1
    while last - 1 > first and whole[last - 1] and _is_below(rows[last - 1], grid.width):
        last -= 1
    yield from _lines(rows[:first])
    cells = [cell for row in rows[first:last] for cell in row]
    used = max((cell.column + cell.columns for cell in cells if cell.text.strip()), default=0)
    kept = [cell for cell in cells if cell.column < used]
    if kept:
        unchanged = len(kept) == len(grid.cells)
        yield grid if unchanged else lay(kept, grid.how, kept[0].location)
    yield from _lines(rows[last:])


def _lines(rows: Sequence[Sequence[Cell]]) -> Iterator[Line]:
    for row in rows:
        filled = [cell for cell in row if cell.text.strip()]
        if filled:
            yield Line(joined([cell.text for cell in filled]), filled[0].location)


def _is_title(row: Sequence[Cell], width: int) -> bool:
    filled = [cell for cell in row if cell.text.strip()]
    if len(filled) < 2:
        alone = not filled or len(row) == 1 or filled[0].columns >= width
        return alone or bool(_AMOUNT_UNIT.search(filled[0].text)) or is_form_number(filled[0].text)
    texts = [cell.text for cell in filled]
    tells = any(_AMOUNT_UNIT.search(text) or is_form_number(text) for text in texts)
    return tells and are_marginal(texts)


def _is_below(row: Sequence[Cell], width: int) -> bool:
    filled = [cell for cell in row if cell.text.strip()]
    return len(filled) == 1 and filled[0].columns >= width and is_note(filled[0].text)


def line_of(text: str, location: Location) -> Iterator[Line]:
    """The lines of a text that are not blank."""
    for line in text.split("\n"):
        if line.strip():
            yield Line(line.rstrip(), location)
