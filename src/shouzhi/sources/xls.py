"""XLS workbooks of Excel 5 to 2003 (and WPS), read through xlrd because it knows number formats."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from shouzhi.sources import Source, Unreadable
from shouzhi.sources.number_format import printed
from shouzhi.sources.spans import Budget
from shouzhi.sources.spreadsheet import INDENT, Merge, Sheet, to_page

_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = 1, 2, 3, 4, 5


def read(path: Path) -> Source:
    """Read a workbook, one page a visible sheet; raises Unreadable when it has a password."""
    import xlrd  # noqa: PLC0415 - few batches have such a file
    from xlrd.biffh import XLRDError  # noqa: PLC0415

    try:
        book = xlrd.open_workbook(
            str(path), formatting_info=True, ragged_rows=True, logfile=io.StringIO(), use_mmap=False
        )
    except XLRDError as error:
        if "encrypted" in str(error):
            raise Unreadable("工作簿有打开密码", "请用密码打开后取消密码、另存一份再读") from error
        raise
    source = Source(path.name, "xls", [])
    budget = Budget()
    for found in book.sheets():
        if found.visibility:
            source.warnings.append(f"工作表“{found.name}”是隐藏的，没有读取")
        else:
            sheet = _sheet(book, found)
            _tell_hidden(sheet, source.warnings)
            source.pages.append(to_page(sheet, len(source.pages) + 1, budget))
    return source


def _sheet(book: Any, found: Any) -> Sheet:  # noqa: ANN401 - xlrd has no types
    sheet = Sheet(found.name)
    sheet.merges = [
        Merge(top, left, bottom - 1, right - 1) for top, bottom, left, right in found.merged_cells
    ]
    sheet.hidden_rows = {row for row, info in found.rowinfo_map.items() if info.hidden}
    sheet.hidden_columns = {column for column, info in found.colinfo_map.items() if info.hidden}
    styles = [_style(book, xf) for xf in book.xf_list]
    for row in range(found.nrows):
        types, values = found.row_types(row), found.row_values(row)
        for column, index in enumerate(found._cell_xf_indexes[row]):  # noqa: SLF001
            code, ruled, indent = styles[index] if 0 <= index < len(styles) else ("", False, 0)
            if ruled:
                sheet.rule(row, column)
            text = _shown(book, types[column], values[column], code)
            if text:
                sheet.put(row, column, INDENT * indent * (types[column] == _TEXT) + text)
    return sheet


def _style(book: Any, xf: Any) -> tuple[str, bool, int]:  # noqa: ANN401
    """Format code, whether there is a line to a side, and steps of indentation."""
    found = book.format_map.get(xf.format_key)
    ruled = bool(xf.border.left_line_style or xf.border.right_line_style)
    return (found.format_str if found else "General"), ruled, xf.alignment.indent_level


def _shown(book: Any, kind: int, value: Any, code: str) -> str:  # noqa: ANN401
    if kind == _TEXT:
        return str(value)
    if kind in (_NUMBER, _DATE):
        return printed(repr(value), code, since_1904=bool(book.datemode))
    if kind == _BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == _ERROR:
        from xlrd.biffh import error_text_from_code  # noqa: PLC0415

        return str(error_text_from_code.get(value, "#ERR"))
    return ""


def _tell_hidden(sheet: Sheet, warnings: list[str]) -> None:
    rows = sum(1 for row in sheet.hidden_rows if row in sheet.texts)
    columns = {c for cells in sheet.texts.values() for c in cells} & sheet.hidden_columns
    if rows or columns:
        warnings.append(f"工作表“{sheet.name}”隐藏了 {rows} 行、{len(columns)} 列，没有读取")
