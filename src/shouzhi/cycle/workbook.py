"""A book as one workbook, to be filled in Excel or WPS: a worksheet for each sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from shouzhi.catalogue.loading import os_cause
from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.folder import VERSION, check_version, headed
from shouzhi.cycle.raw import Fault, RawBook, RawRow, Spot, worksheet
from shouzhi.cycle.sheets import Column, Sheet, schema
from shouzhi.space import parse_amount

SUFFIXES: Final = (".xlsx",)
"""The suffixes of workbooks that can be read."""

_SETTINGS: Final = "部门"
_PROSE: Final = "文字"
_NUMERIC: Final = ("amount", "count", "number", "year")
_WIDTHS: Final = {"amount": 18, "count": 10, "number": 10, "year": 8, "code": 12, "text": 28}
_SAFE_DIGITS: Final = 15  # what a spreadsheet's number keeps exactly
_ROWS: Final = 5000  # how far down the drop-down lists reach
_EPOCH: Final = datetime(2020, 1, 1)  # noqa: DTZ001 - a fixed date, so that equal books give equal files


def read_workbook(path: Path) -> RawBook:
    """Read a workbook; what cannot be read or is not known becomes a fault of the book."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - heavy

    raw = RawBook(path.stem)
    try:
        book = CalamineWorkbook.from_path(str(path))
        grids = {n: book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in book.sheet_names}
    except (CalamineError, OSError) as error:
        cause = Told("不是工作簿，或已损坏、加密")
        if isinstance(error, OSError):
            cause = term(os_cause(error))
        message, remedy = Told("打不开（{cause}）", cause=cause), Told("请用原软件另存为 .xlsx 再试")
        raw.faults.append(Fault(Spot(path.name), message, remedy))
        return raw
    _read_settings(path.name, grids, raw)
    for name, grid in grids.items():
        rows = [[_text(cell) for cell in row] for row in grid]
        if sheet := schema().named(name):
            raw.sheets[sheet.key] = list(_rows(rows, sheet, raw.faults))
        elif name == _PROSE:
            raw.prose = [(row[0], row[1]) for row in rows[1:] if len(row) > 1 and any(row)]
        elif name != _SETTINGS and any(any(row) for row in rows):
            known = (_SETTINGS, *(str(s.name) for s in schema().sheets), _PROSE)
            remedy = Told("可用的页名是：{known}", known=known)
            raw.faults.append(Fault(Spot(worksheet(name)), Told("不是账本的一页"), remedy))
    return raw


def _read_settings(file: str, grids: dict[str, list[list[Any]]], raw: RawBook) -> None:
    if _SETTINGS not in grids:
        message = Told("没有“{sheet}”这一页", sheet=_SETTINGS)
        remedy = Told("请用 shouzhi book template 生成的工作簿填写，不要删页或改页名")
        raw.faults.append(Fault(Spot(file), message, remedy))
        return
    keys = {column.heading: column.key for column in schema().settings}
    version: tuple[str, Spot] | None = None
    for number, row in enumerate(grids[_SETTINGS], start=1):
        cells = [_text(cell) for cell in row[:2]] + ["", ""]
        spot = Spot(worksheet(_SETTINGS), number, term(cells[0]))
        if cells[0] == VERSION:
            version = (cells[1], spot)
        elif cells[0] in keys and cells[1]:
            raw.settings[keys[cells[0]]] = cells[1]
            raw.spots[keys[cells[0]]] = spot
    if version:
        check_version(*version, raw)
    else:
        remedy = Told("请加一行：{name}，{format}", name=VERSION, format=schema().format)
        spot = Spot(worksheet(_SETTINGS))
        raw.faults.append(Fault(spot, Told("没有写明账本的版本"), remedy))


def _rows(grid: Sequence[Sequence[str]], sheet: Sheet, faults: list[Fault]) -> Iterator[RawRow]:
    if not grid or not any(grid[0]):
        return
    columns = headed(grid[0], sheet, Spot(worksheet(sheet.name), 1), faults)
    for number, row in enumerate(grid[1:], start=2):
        filled = {key: cell for key, cell in zip(columns, row, strict=False) if key and cell}
        if filled:
            yield RawRow(filled, Spot(worksheet(sheet.name), number))


def _text(cell: object) -> str:
    """A cell as text; a number as its shortest decimal, so that 2010301.0 is 2010301."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float | int):
        number = Decimal(str(cell))
        whole = number.to_integral_value()
        return str(int(whole)) if number == whole else f"{number:f}"
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    return str(cell).strip() if cell is not None else ""


def write_workbook(raw: RawBook, path: Path) -> None:
    """Write a book as a workbook with headings, hints and drop-down lists on every sheet.

    An empty `RawBook` gives the template.  Raises OSError where it cannot be written.
    """
    _Writer(raw, path).write()


class _Writer:
    def __init__(self, raw: RawBook, path: Path) -> None:
        import xlsxwriter  # noqa: PLC0415 - heavy
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - as above

        self._raw = raw
        self._failed: type[Exception] = FileCreateError
        self._book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
        self._book.set_properties({"created": _EPOCH})
        font = {"font_name": "等线", "font_size": 11, "valign": "vcenter"}
        self._head = self._book.add_format({**font, "bold": True, "bg_color": "#E8EEF4", "bottom": 1})
        self._must = self._book.add_format({**font, "bold": True, "bg_color": "#F8E9C9", "bottom": 1})
        self._plain = self._book.add_format({**font, "num_format": "@", "text_wrap": True})
        self._money = self._book.add_format({**font, "num_format": "#,##0.00"})
        self._whole = self._book.add_format({**font, "num_format": "0"})
        self._quiet = self._book.add_format({**font, "font_color": "#6B7280", "text_wrap": True})

    def write(self) -> None:
        self._write_settings()
        for sheet in schema().sheets:
            self._write_sheet(sheet)
        page = self._book.add_worksheet(_PROSE)
        page.set_column(0, 0, 24, self._plain)
        page.set_column(1, 1, 90, self._plain)
        for column, heading in enumerate(("标题", "内容")):
            page.write_string(0, column, heading, self._head)
        for row, pair in enumerate(self._raw.prose, start=1):
            for column, text in enumerate(pair):
                page.write_string(row, column, text, self._plain)
        try:
            self._book.close()
        except self._failed as error:
            raise OSError(str(error)) from error

    def _write_settings(self) -> None:
        page = self._book.add_worksheet(_SETTINGS)
        page.set_column(0, 0, 18, self._plain)
        page.set_column(1, 1, 48, self._plain)
        page.set_column(2, 2, 60, self._quiet)
        for column, heading in enumerate(("项", "内容", "说明")):
            page.write_string(0, column, heading, self._head)
        page.write_string(1, 0, VERSION, self._head)
        page.write_string(1, 1, str(schema().format), self._plain)
        page.write_string(1, 2, "请勿改动", self._quiet)
        for row, setting in enumerate(schema().settings, start=2):
            page.write_string(row, 0, setting.heading, self._must if setting.required else self._head)
            page.write_string(row, 1, self._raw.settings.get(setting.key, ""), self._plain)
            page.write_string(row, 2, setting.about, self._quiet)
            self._offer(page, setting, row, row, 1)

    def _write_sheet(self, sheet: Sheet) -> None:
        page = self._book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            width = _WIDTHS.get(column.kind, 18)
            page.set_column(place, place, width, self._format(column))
            page.write_string(0, place, column.heading, self._must if column.required else self._head)
            if hint := "\n".join(filter(None, (sheet.about if place == 0 else "", column.about))):
                page.write_comment(0, place, hint, {"author": "", "x_scale": 2})
            self._offer(page, column, 1, _ROWS, place)
        for row, cells in enumerate(self._raw.sheets.get(sheet.key, []), start=1):
            for place, column in enumerate(sheet.columns):
                if text := cells.cells.get(column.key):
                    self._write_cell(page, row, place, text, column)

    def _write_cell(self, page: Any, row: int, place: int, text: str, column: Column) -> None:  # noqa: ANN401 - XlsxWriter ships no types
        read = parse_amount(text) if column.kind in _NUMERIC else None
        if read and not read.percent and len(read.value.as_tuple().digits) <= _SAFE_DIGITS:
            page.write_number(row, place, float(read.value), self._format(column))
        else:
            page.write_string(row, place, text, self._plain)

    def _format(self, column: Column) -> Any:  # noqa: ANN401 - as above
        if column.kind == "amount":
            return self._money
        return self._whole if column.kind in {"year", "count"} else self._plain

    def _offer(self, page: Any, column: Column, first: int, last: int, place: int) -> None:  # noqa: ANN401 - as above
        """A drop-down list where a column takes one of a few words."""
        words = list(schema().choices.get(column.kind, {}))
        if words and len(",".join(words)) <= 255:
            page.data_validation(first, place, last, place, {"validate": "list", "source": words})
        elif column.kind == "unit":
            source = "=单位!$A$2:$A$200"
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            page.data_validation(first, place, last, place, rule)
