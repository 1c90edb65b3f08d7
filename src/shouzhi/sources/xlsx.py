"""XLSX and XLSM workbooks, read from their XML so that numbers are told as cells show them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from shouzhi.sources import Source
from shouzhi.sources.archive import Package, open_package, stream_xml
from shouzhi.sources.number_format import BUILT_IN, printed
from shouzhi.sources.spans import Budget
from shouzhi.sources.spreadsheet import (
    INDENT,
    MAX_COLUMNS,
    MAX_ROWS,
    Merge,
    Sheet,
    address,
    to_page,
)

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE: Final = ("1", "true")


class Style(NamedTuple):
    """What matters of a cell's style: number format, a line to a side, steps of indentation."""

    code: str = "General"
    ruled: bool = False
    indent: int = 0


@dataclass(slots=True)
class _Book:
    """What all sheets of a workbook share, and what was noticed while reading them."""

    strings: list[str]
    styles: list[Style]
    since_1904: bool
    warnings: list[str] = field(default_factory=list)
    known: dict[str | None, Style] = field(default_factory=dict)

    def style(self, number: str | None) -> Style:
        """The style of a number as a cell names it; that of any cell where there is no such."""
        found = self.known.get(number)
        if found is None:
            index = _number(number)
            found = self.styles[index] if 0 <= index < len(self.styles) else Style()
            self.known[number] = found
        return found


def read(path: Path) -> Source:
    """Read a workbook, one page a visible sheet; raises Unreadable for damaged files."""
    with open_package(path) as package:
        main = package.main_part("xl/workbook.xml")
        workbook = package.xml(main)
        relations = package.relations(main)
        parts = {r.type: r.target for r in relations.values()}
        since_1904 = any(
            item.get("date1904", "0") in _TRUE
            for item in _all(workbook, "workbookPr")
        )  # fmt: skip
        book = _Book(
            _strings(package, parts.get("sharedStrings", "")),
            _styles(package.xml(parts.get("styles", ""))),
            since_1904,
        )
        source = Source(path.name, "xlsx", [], book.warnings)
        budget = Budget()
        for item in _all(workbook, "sheet"):
            name = item.get("name", "")
            relation = relations.get(_relation_id(item))
            if relation is None or relation.type != "worksheet" or relation.target not in package:
                continue
            if item.get("state", "visible") != "visible":
                book.warnings.append(f"工作表“{name}”是隐藏的，没有读取")
                continue
            sheet = _sheet(package.bytes(relation.target), name, book)
            source.pages.append(to_page(sheet, len(source.pages) + 1, budget))
    return source


def _all(root: etree._Element | None, name: str) -> Iterator[etree._Element]:
    return root.iter(f"{{*}}{name}") if root is not None else iter(())


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _relation_id(item: etree._Element) -> str:
    return next((str(v) for k, v in item.attrib.items() if str(k).endswith("}id")), "")


def _text(item: etree._Element) -> str:
    """The text of a string item: its runs, without the readings that East Asian cells carry."""
    pieces: list[str] = []
    for child in item:
        name = _local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces += [t.text or "" for t in child if _local(t) == "t"]
    text = "".join(pieces)
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _strings(package: Package, part: str) -> list[str]:
    if part not in package:
        return []
    return [_text(item) for item in stream_xml(package.bytes(part), ("si",))]


def _styles(root: etree._Element | None) -> list[Style]:
    codes = dict(BUILT_IN)
    for item in _all(root, "numFmt"):
        codes[_number(item.get("numFmtId"))] = item.get("formatCode", "General")
    ruled = [
        any(_local(s) in ("left", "right") and s.get("style", "none") != "none" for s in item)
        for item in _all(root, "border")
    ]
    styles: list[Style] = []
    for group in _all(root, "cellXfs"):
        for item in group:
            border = _number(item.get("borderId"))
            indent = next((_number(a.get("indent")) for a in _all(item, "alignment")), 0)
            code = codes.get(_number(item.get("numFmtId")), "General")
            has_lines = 0 <= border < len(ruled) and ruled[border]
            styles.append(Style(code, has_lines, min(max(indent, 0), 15)))
    return styles


def _number(text: str | None, default: int = 0) -> int:
    try:
        return int(text) if text else default
    except ValueError:
        return default


def _place(reference: str | None) -> tuple[int, int] | None:
    """Row and column, from 0, of an address such as B7."""
    match = _ADDRESS.fullmatch(reference or "")
    if not match:
        return None
    return int(match[2]) - 1, _column(match[1])


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """The number of a column, from 0; -1, which is no column, for damage."""
    column = 0
    for letter in letters.lstrip("$").upper():
        column = column * 26 + ord(letter) - 64
    return column - 1 if letters.isascii() else -1


def _sheet(data: bytes, name: str, book: _Book) -> Sheet:
    sheet = Sheet(name)
    faults: dict[str, list[str]] = {}
    row = -1
    for element in stream_xml(data, ("row", "col", "mergeCell")):
        kind = _local(element)
        if kind == "row":
            row = _number(element.get("r"), row + 2) - 1
            _row(element, row, sheet, book, faults)
        elif kind == "col":
            if element.get("hidden", "0") in _TRUE:
                last = min(_number(element.get("max")), MAX_COLUMNS)
                sheet.hidden_columns |= set(range(_number(element.get("min")) - 1, last))
        else:
            first, _, last_cell = element.get("ref", "").partition(":")
            corner, other = _place(first), _place(last_cell)
            if corner and other:
                sheet.merges.append(Merge(*corner, *other))
    book.warnings += _told(sheet, faults)
    return sheet


def _row(
    element: etree._Element, row: int, sheet: Sheet, book: _Book, faults: dict[str, list[str]]
) -> None:
    if not 0 <= row < MAX_ROWS:
        raise ValueError(f"no such row: {row}")
    if element.get("hidden", "0") in _TRUE:
        sheet.hidden_rows.add(row)
    column = -1
    names = _names(str(element.tag).removesuffix("row"))
    for cell in element:
        reference = cell.get("r")
        column = _column(reference.rstrip("0123456789")) if reference else column + 1
        style = book.style(cell.get("s"))
        if style.ruled:
            sheet.rule(row, column)
        if len(cell) == 0:
            continue
        text, fault = _shown(cell, names, style, book)
        if fault:
            faults.setdefault(fault, []).append(address(row, column))
        sheet.put(row, column, text)


class _Names(NamedTuple):
    """The full names of what a cell holds, in the namespace of the file."""

    value: str
    inline: str
    formula: str


@lru_cache(maxsize=8)
def _names(namespace: str) -> _Names:
    return _Names(f"{namespace}v", f"{namespace}is", f"{namespace}f")


def _shown(cell: etree._Element, names: _Names, style: Style, book: _Book) -> tuple[str, str]:
    """The text that a cell shows, and what is wrong with it (empty when nothing is)."""
    kind = cell.get("t", "n")
    value: str | None = None
    formula = False
    for child in cell:
        name = child.tag
        if name == names.value:
            value = child.text
        elif name == names.inline:
            return INDENT * style.indent + _text(child), ""
        elif name == names.formula:
            formula = True
    if value is None:
        return "", "formula" if formula and kind != "str" else ""
    if kind == "n":
        return printed(value.strip(), style.code, since_1904=book.since_1904), ""
    if kind == "s":
        index = _number(value, -1)
        known = 0 <= index < len(book.strings)
        return (INDENT * style.indent + book.strings[index], "") if known else ("", "string")
    if kind == "b":
        return ("TRUE" if value in _TRUE else "FALSE"), ""
    return (INDENT * style.indent + value if kind == "str" else value), "error" * (kind == "e")


_FAULTS: Final = {
    "formula": "有公式没有保存计算结果，请用 Excel 或 WPS 打开后保存一次",
    "string": "有单元格的文字丢失",
    "error": "有单元格显示公式错误",
}


def _told(sheet: Sheet, faults: dict[str, list[str]]) -> list[str]:
    told = [
        f"工作表“{sheet.name}”{_FAULTS[fault]}（{len(cells)} 处，如 {cells[0]}）"
        for fault, cells in faults.items()
    ]
    hidden = sum(1 for row in sheet.hidden_rows if row in sheet.texts)
    columns = {c for cells in sheet.texts.values() for c in cells} & sheet.hidden_columns
    if hidden or columns:
        told.append(f"工作表“{sheet.name}”隐藏了 {hidden} 行、{len(columns)} 列，没有读取")
    return told
