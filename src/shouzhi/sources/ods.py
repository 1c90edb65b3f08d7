"""ODS workbooks: their cells carry the text that they show, so numbers need no format here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from shouzhi.sources import Source, Unreadable
from shouzhi.sources.archive import DAMAGED, open_package
from shouzhi.sources.spans import Budget, too_large
from shouzhi.sources.spreadsheet import MAX_COLUMNS, MAX_ROWS, Merge, Sheet, to_page

MAX_REPEATED: Final = 100_000
"""Cells with a text that one row may stand for; equal neighbours are written once."""

_NS: Final = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
_TABLE: Final = "{" + _NS.format("table") + "}"
_TEXT: Final = "{" + _NS.format("text") + "}"
_STYLE: Final = "{" + _NS.format("style") + "}"
_OFFICE: Final = "{" + _NS.format("office") + "}"
_LINES: Final = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}border"


def read(path: Path) -> Source:
    """Read a workbook, one page a visible sheet; raises Unreadable for damaged files."""
    with open_package(path) as package:
        manifest = package.xml("META-INF/manifest.xml")
        if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
            raise Unreadable("工作簿有打开密码", "请用密码打开后取消密码、另存一份再读")
        root = package.xml("content.xml")
    if root is None:
        raise Unreadable("文件缺少必需的部分 content.xml", DAMAGED)
    hidden, ruled = _styles(root)
    source = Source(path.name, "ods", [])
    budget = Budget()
    for table in root.iter(f"{_TABLE}table"):
        name = table.get(f"{_TABLE}name", "")
        if table.get(f"{_TABLE}style-name") in hidden:
            source.warnings.append(f"工作表“{name}”是隐藏的，没有读取")
        else:
            source.pages.append(to_page(_sheet(table, name, ruled), len(source.pages) + 1, budget))
    return source


def _styles(root: etree._Element) -> tuple[set[str | None], set[str | None]]:
    """The names of the styles that hide a sheet, and of those that draw a line to a side."""
    hidden: set[str | None] = set()
    ruled: set[str | None] = set()
    for style in root.iter(f"{_STYLE}style"):
        name = style.get(f"{_STYLE}name")
        for part in style:
            if part.get(f"{_TABLE}display") == "false":
                hidden.add(name)
            lines = [part.get(_LINES + side, "none") for side in ("", "-left", "-right")]
            if part.tag == f"{_STYLE}table-cell-properties" and any(x != "none" for x in lines):
                ruled.add(name)
    return hidden, ruled


def _repeat(element: etree._Element, what: str, limit: int) -> int:
    text = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return min(max(int(text), 1), limit) if text.isdecimal() else 1


def _is_hidden(element: etree._Element) -> bool:
    return element.get(f"{_TABLE}visibility", "visible") != "visible"


def _sheet(table: etree._Element, name: str, ruled: set[str | None]) -> Sheet:
    sheet = Sheet(name)
    column = row = 0
    for item in table.iter(f"{_TABLE}table-column"):
        count = _repeat(item, "columns", MAX_COLUMNS)
        if _is_hidden(item):
            sheet.hidden_columns |= set(range(column, min(column + count, MAX_COLUMNS)))
        column += count
    for item in table.iter(f"{_TABLE}table-row"):
        count = _repeat(item, "rows", MAX_ROWS)
        cells = list(_cells(item))
        if _is_hidden(item):
            sheet.hidden_rows |= set(range(row, min(row + count, MAX_ROWS)))
        filled = sum(times for _, text, times in cells if text)
        if filled * count > MAX_REPEATED:
            raise too_large()
        # an empty row is repeated to the end of the sheet: rules are kept of one only
        for at in range(row, row + count if filled else row + 1):
            _put(sheet, at, cells, ruled)
        row += count
    return sheet


def _cells(row: etree._Element) -> Iterator[tuple[etree._Element, str, int]]:
    """The cells of a row with their text and how often each is repeated."""
    for cell in row:
        if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            yield cell, _shown(cell), _repeat(cell, "columns", MAX_COLUMNS)


def _put(
    sheet: Sheet, row: int, cells: list[tuple[etree._Element, str, int]], ruled: set[str | None]
) -> None:
    column = 0
    for cell, text, count in cells:
        for at in range(column, column + count) if text else ():
            sheet.put(row, at, text)
        if cell.get(f"{_TABLE}style-name") in ruled:
            sheet.rule(row, column, min(count, MAX_COLUMNS - column) if column < MAX_COLUMNS else 0)
        across = _span(cell, "columns", MAX_COLUMNS)
        down = _span(cell, "rows", MAX_ROWS)
        if across > 1 or down > 1:
            sheet.merges.append(Merge(row, column, row + down - 1, column + across - 1))
        column += count


def _span(cell: etree._Element, what: str, limit: int) -> int:
    text = cell.get(f"{_TABLE}number-{what}-spanned", "1")
    return min(max(int(text), 1), limit) if text.isdecimal() else 1


def _shown(cell: etree._Element) -> str:
    return "\n".join("".join(_pieces(p)) for p in cell if p.tag == f"{_TEXT}p")


def _pieces(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            count = child.get(f"{_TEXT}c", "1")
            yield " " * min(int(count), 100) if count.isdecimal() else " "
        elif child.tag == f"{_TEXT}tab":
            yield "\t"
        elif child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag != f"{_OFFICE}annotation":
            yield from _pieces(child)
        yield child.tail or ""
