"""What leaves the application for a spreadsheet: CSV and workbooks whose cells no program takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from rich.cells import cell_len

from shouzhi.catalogue.told import Told
from shouzhi.web.language import shown

_FORMULA: Final = re.compile(r"^[\s\x00]*[=+\-@＝＋－＠|%]|^[\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?\Z")
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_TEXT: Final = 32_767  # of a cell, as Excel holds it
_WIDEST: Final = 60
BOM: Final = "\ufeff"
"""Says UTF-8 to the spreadsheet that would guess otherwise."""


def neutral(text: object) -> str:
    """A cell that is shown as it stands: an apostrophe goes before what could be a formula.

    A number with a sign stays as it is (OWASP, CSV Injection).
    """
    told = "" if text is None else str(text)
    return f"'{told}" if _FORMULA.match(told) and not _NUMBER.match(told) else told


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file, each cell neutral."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow([neutral(cell) for cell in head])
    yield BOM + kept.getvalue()
    for row in rows:
        kept.seek(0)
        kept.truncate()
        writer.writerow([neutral(cell) for cell in row])
        yield kept.getvalue()


def csv_download(
    name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A CSV file to be saved under a name."""
    answer = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def yuan(fen: int | None) -> Decimal | None:
    """An amount of 分 as a number of 元; None for none."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def wanted(request: HttpRequest) -> str:
    """The form in which a page is asked for as a file (`?format=xlsx` or `csv`); empty for the page."""
    asked = request.GET.get("format", "")
    return asked if asked in {"xlsx", "csv"} else ""


def download(
    request: HttpRequest, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponseBase:
    """A table in the form that is asked for, to be saved under a name (without its ending)."""
    if wanted(request) == "csv":
        told = [[_told(cell) for cell in row] for row in rows]  # now, in the language of the request
        return csv_download(f"{name}.csv", head, told)
    answer = HttpResponse(_workbook(head, rows), content_type=_WORKBOOK)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return answer


def _told(cell: object) -> object:
    return str(shown(cell)) if isinstance(cell, Told) else cell


def _workbook(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook of one sheet: numbers are numbers, and texts are texts, whatever they begin with."""
    import xlsxwriter  # noqa: PLC0415 - heavy

    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {"in_memory": True, **plain})
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F2F2F2"})
    money = book.add_format({"num_format": "#,##0.00"})
    widths = [cell_len(name) + 2 for name in head]
    for column, name in enumerate(head):
        sheet.write_string(0, column, name, bold)
    number = 0
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], _write(sheet, number, column, cell, money))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, _WIDEST))
    sheet.autofilter(0, 0, max(1, number), len(head) - 1)
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, cell: object, money: Any) -> int:  # noqa: ANN401 - no types
    """Write a cell; gives the width that it needs."""
    if cell is None or cell == "":
        return 0
    if isinstance(cell, Decimal):
        sheet.write_number(row, column, cell, money)
        return len(f"{cell:,}") + 2
    if isinstance(cell, int):
        sheet.write_number(row, column, cell)
        return len(str(cell)) + 2
    text = str(_told(cell))[:_LONGEST_TEXT]
    sheet.write_string(row, column, text)
    return cell_len(text) + 2

