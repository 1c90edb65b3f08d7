"""A publication as an Excel workbook: one sheet a form, sums as formulas that hold.

Texts are written as texts, whatever they begin with; amounts are the printed numbers, and
a sum is a formula only where the printed numbers add up to what is printed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from typing import Any, Final

from shouzhi.publish.amounts import printed, shown
from shouzhi.publish.chart import Chart
from shouzhi.publish.document import DRAFT, Heading, Paragraph, Publication, Table
from shouzhi.publish.grid import Box, Grid, PlacedSide
from shouzhi.publish.measure import ems
from shouzhi.publish.table import Figure, FormTable, TableRow
from shouzhi.space import FEN_PER

_PROSE: Final = "说明"
_CONTENTS: Final = "目录"
_NUMBERS: Final = "图表数据"
_UNSAFE: Final = re.compile(r"[\[\]:*?/\\'“”]")
_LONGEST: Final = 31
_SAFE_DIGITS: Final = 15
_MOST_TEXT: Final = 32_767
_PER_EM: Final = 2.1
"""How wide a column is for each character of Chinese in it, in Excel's own measure."""

_LINE: Final = 13.5
_PROSE_WIDTH: Final = 88.0
_PROSE_EMS: Final = 41.0
_PROSE_LINE: Final = 17.0
_TALLEST: Final = 409.0  # points; Excel holds no higher row


def write(publication: Publication) -> bytes:
    """The workbook as the bytes of an .xlsx file."""
    import xlsxwriter  # noqa: PLC0415 - heavy

    made = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({
        "title": publication.title,
        "author": publication.department,
        "created": datetime(publication.year, 1, 1, tzinfo=UTC),
    })  # fmt: skip
    _Writer(book, publication).write()
    book.close()
    return made.getvalue()


class _Writer:
    def __init__(self, book: Any, publication: Publication) -> None:  # noqa: ANN401 - XlsxWriter ships no types
        self._book = book
        self._publication = publication
        self._taken: set[str] = set()
        self._numbers: Any = None
        self._drawn = 0
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def write(self) -> None:
        """Contents first, then the forms in their order, then the prose."""
        tables = [part for part in self._publication.parts if isinstance(part, Table)]
        contents = self._book.add_worksheet(self._name(_CONTENTS))
        pages = [(part, self._book.add_worksheet(self._sheet_name(part.table))) for part in tables]
        self._contents(contents, pages)
        for part, page in pages:
            _Sheet(self, page, part).write(self._publication)
        self._prose()

    def _data(self) -> Any:  # noqa: ANN401 - as above
        """The hidden sheet that the charts draw from."""
        if self._numbers is None:
            self._numbers = self._book.add_worksheet(self._name(_NUMBERS))
            self._numbers.hide()
        return self._numbers

    def format(self, **how: object) -> Any:  # noqa: ANN401 - as above
        """A format, one object for each kind."""
        key = tuple(sorted(how.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": "宋体", "font_size": 10, **how})
        return self._formats[key]

    def _name(self, wanted: str) -> str:
        """A name that a sheet can bear and none bears yet."""
        plain = _UNSAFE.sub("", wanted).strip() or "表"
        name, n = plain[:_LONGEST], 1
        while name.casefold() in self._taken:
            n += 1
            name = f"{plain[: _LONGEST - len(str(n)) - 1]}~{n}"
        self._taken.add(name.casefold())
        return name

    def _sheet_name(self, table: FormTable) -> str:
        return self._name(f"{table.number or ''}{' ' if table.number else ''}{table.title}")

    def _contents(self, page: Any, pages: Sequence[tuple[Table, Any]]) -> None:  # noqa: ANN401 - as above
        page.hide_gridlines(2)
        page.set_column(0, 0, 70)
        title = self.format(font_name="黑体", font_size=16, align="center", text_wrap=True)
        page.write_string(0, 0, self._publication.title[:_MOST_TEXT], title)
        link = self.format(font_color="#1F4E79", underline=1)
        for row, (part, sheet) in enumerate(pages, start=2):
            name = sheet.get_name()
            text = f"{part.table.number or ''}　{part.table.name}".strip("　")
            page.write_url(row, 0, f"internal:'{name}'!A1", link, text[:255])
        self._header(page)

    def _header(self, page: Any) -> None:  # noqa: ANN401 - as above
        mark = f'&C&"黑体"&28{DRAFT}' if self._publication.draft else ""
        page.set_header(mark)
        page.set_footer("&C- &P -")
        page.set_paper(9)

    def _prose(self) -> None:
        page = self._book.add_worksheet(self._name(_PROSE))
        page.set_column(0, 0, _PROSE_WIDTH)
        page.fit_to_pages(1, 0)
        page.hide_gridlines(2)
        self._header(page)
        wrap = self.format(text_wrap=True, valign="top", font_size=11)
        row = 0
        for part in self._publication.parts:
            if isinstance(part, Heading):
                size = 16 - 2 * part.level
                page.write_string(row, 0, part.text[:_MOST_TEXT], self.format(font_name="黑体", font_size=size))
                page.set_row(row, 2 * size)
            elif isinstance(part, Paragraph):
                page.write_string(row, 0, f"　　{part.text}"[:_MOST_TEXT], wrap)
                lines = ceil((ems(part.text) + 2) / _PROSE_EMS)
                page.set_row(row, min(_TALLEST, lines * _PROSE_LINE + 3))
            elif isinstance(part, Chart):
                row = self._chart(page, part, row)
                continue
            else:
                continue
            row += 1

    def _chart(self, page: Any, part: Chart, row: int) -> int:  # noqa: ANN401 - as above
        """A live chart; its numbers stand on a sheet of their own, which is hidden."""
        data, first, names = self._data(), self._drawn, 0
        self._drawn += len(part.bars) + 1
        made = self._book.add_chart({"type": "bar"})
        for n, bar in enumerate(part.bars):
            data.write_string(first + n, names, bar.name)
            for place, amount in enumerate(bar.amounts):
                value = Decimal(amount) / FEN_PER[part.unit]
                data.write_number(first + n, names + 1 + place, value)
        last = first + len(part.bars) - 1
        for place in range(len(part.bars[0].amounts)):
            made.add_series({
                "name": part.series[place] if part.series else part.title,
                "categories": [data.get_name(), first, names, last, names],
                "values": [data.get_name(), first, names + 1 + place, last, names + 1 + place],
                "fill": {"color": ("#1F4E79", "#9DB8D2")[place]},
            })  # fmt: skip
        made.set_title({"name": f"{part.title}（单位：{part.unit}）", "name_font": {"size": 11}})
        made.set_y_axis({"reverse": True})
        if not part.series:
            made.set_legend({"none": True})
        made.set_size({"width": 640, "height": 90 + 28 * len(part.bars) * len(part.bars[0].amounts)})
        page.insert_chart(row, 0, made, {"description": part.said})
        return row + max(len(part.bars), 6 + 2 * len(part.bars) * len(part.bars[0].amounts))


class _Sheet:
    """One form on its sheet: title, captions, grid, notes."""

    def __init__(self, writer: _Writer, page: Any, part: Table) -> None:  # noqa: ANN401 - as above
        self._writer = writer
        self._page = page
        self._part = part
        self._table = part.table
        captions = part.table.edition.captions
        self._number = part.table.number if captions.number != "none" else None
        self._top = 2 + bool(self._number) if part.table.left or part.table.right else 1 + bool(self._number)

    def write(self, publication: Publication) -> None:
        """Write everything."""
        part, page = self._part, self._page
        self._above()
        sums = dict(_sums(self._table, part.grid))
        for box in part.grid.boxes:
            self._box(box, sums.get((box.row, box.column), ()))
        for column, width in enumerate(part.fit.widths):
            page.set_column(column, column, max(4.0, width / part.fit.size * _PER_EM))
        self._heights()
        bottom = self._top + part.grid.height
        note = self._writer.format(font_size=9, text_wrap=False)
        for place, text in enumerate(self._table.notes):
            page.write_string(bottom + place, 0, text[:_MOST_TEXT], note)
        self._page_setup(publication)

    def _heights(self) -> None:
        """Rows whose words take several lines: not every program makes them higher by itself."""
        fit, most = self._part.fit, dict[int, int]()
        for box in self._part.grid.boxes:
            if box.rows == 1:
                most[box.row] = max(most.get(box.row, 1), fit.lines(box))
        for row, lines in most.items():
            if lines > 1:
                self._page.set_row(self._top + row, min(_TALLEST, lines * _LINE + 3))

    def _page_setup(self, publication: Publication) -> None:
        page, head = self._page, self._top + self._part.grid.head
        page.hide_gridlines(2)
        page.freeze_panes(head, 0)
        if self._part.grid.head:
            page.repeat_rows(self._top, head - 1)
        if self._part.fit.landscape:
            page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self._writer._header(page)  # noqa: SLF001 - its own helper
        del publication

    def _above(self) -> None:
        page, width, writer = self._page, self._part.grid.width, self._writer
        row = 0
        if self._number:
            right = self._table.edition.captions.number == "right"
            column = width - 1 if right else 0
            page.write_string(0, column, self._number, writer.format(align="right" if right else "left"))
            row = 1
        title = writer.format(font_name="黑体", font_size=14, align="center", valign="vcenter")
        self._span(row, 0, 1, width, self._table.title, title)
        page.set_row(row, 24)
        if self._table.left or self._table.right:
            page.write_string(row + 1, 0, self._table.left, writer.format())
            if width > 1:
                page.write_string(row + 1, width - 1, self._table.right, writer.format(align="right"))

    def _span(self, row: int, column: int, rows: int, columns: int, text: str, how: Any) -> None:  # noqa: ANN401 - as above
        if rows > 1 or columns > 1:
            self._page.merge_range(row, column, row + rows - 1, column + columns - 1, "", how)
        if text:
            self._page.write_string(row, column, text[:_MOST_TEXT], how)
        else:
            self._page.write_blank(row, column, None, how)

    def _box(self, box: Box, parts: Sequence[tuple[int, int]]) -> None:
        row = self._top + box.row
        how = self._format(box)
        value = _value(box, self._table)
        if value is None:
            self._span(row, box.column, box.rows, box.columns, box.text, how)
            return
        if box.rows > 1 or box.columns > 1:
            self._page.merge_range(row, box.column, row + box.rows - 1, box.column + box.columns - 1, "", how)
        if parts:
            formula = _formula([(r + self._top, c) for r, c in parts])
            self._page.write_formula(row, box.column, formula, how, value)
        else:
            self._page.write_number(row, box.column, value, how)

    def _format(self, box: Box) -> Any:  # noqa: ANN401 - as above
        how: dict[str, object] = {"border": 1, "valign": "vcenter"}
        if box.kind in {"head", "number", "lead"}:
            how |= {"font_name": "黑体", "align": "center", "bg_color": "#EFEFEF", "text_wrap": True}
        elif box.kind == "amount":
            how |= {"align": "right", "num_format": _number_format(box, self._table)}
        elif box.kind == "code":
            how |= {"align": "center", "num_format": "@"}
        else:
            how |= {"align": "left", "text_wrap": True, "indent": min(box.depth, 15)}
        return self._writer.format(**how)


def _number_format(box: Box, table: FormTable) -> str:
    if box.figure is not None and box.figure.rate:
        return "#,##0.00%" if table.edition.percent else "#,##0.00"
    if table.form.plain:
        return "General"
    return "#,##0.00"


def _value(box: Box, table: FormTable) -> Decimal | None:
    """The number of a cell as it is printed; None for words, and for what prints nothing."""
    if box.figure is None or not box.text:
        return None
    amount = shown(box.figure, table.amount_unit)
    if amount is None:
        return None
    if box.figure.rate:
        return Decimal(amount) / (10_000 if table.edition.percent else 100)
    value = Decimal(amount) / FEN_PER[table.amount_unit]
    return value if len(value.as_tuple().digits) <= _SAFE_DIGITS else None


def _formula(parts: Sequence[tuple[int, int]]) -> str:
    """A sum of cells, runs of them as ranges; rounded, since Excel reckons in binary."""
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415 - heavy

    runs: list[list[tuple[int, int]]] = []
    for row, column in parts:
        last = runs[-1][-1] if runs else None
        down = last == (row - 1, column) and {c for _, c in runs[-1]} == {column}
        across = last == (row, column - 1) and {r for r, _ in runs[-1]} == {row}
        if down or across:
            runs[-1].append((row, column))
        else:
            runs.append([(row, column)])
    names = [
        xl_rowcol_to_cell(*run[0]) + (f":{xl_rowcol_to_cell(*run[-1])}" if len(run) > 1 else "")
        for run in runs
    ]
    return f"=ROUND(SUM({','.join(names)}),2)"


def _sums(table: FormTable, grid: Grid) -> Iterator[tuple[tuple[int, int], list[tuple[int, int]]]]:
    """The cells that are sums, each with the cells that it is the sum of.

    Figures know the lines that they are made of: parts that make up the whole without
    overlap, and whose printed amounts add up, are its sum.
    """
    for placed in grid.sides:
        rows = placed.side.rows
        for n, row in enumerate(rows):
            if row is None:
                continue
            below = _below(rows, n)
            for place, cell in enumerate(row.cells):
                if not isinstance(cell, Figure) or cell.rate or not printed(cell, table):
                    continue
                at = (placed.top + n, placed.columns[place])
                down = [(m, place) for m in below]
                across = [(n, other) for other in range(place + 1, len(row.cells))]
                for cells in (down, across):
                    if parts := _made_of(cell, cells, placed, table):
                        yield at, parts
                        break


def _below(rows: Sequence[TableRow | None], n: int) -> list[int]:
    """The rows that may be parts of a row: those below it in the tree, or of a total all at the top."""
    own = [m for m, row in enumerate(rows) if row is not None and row.parent == n]
    if own:
        return own
    return [m for m, row in enumerate(rows) if m != n and row is not None and row.parent is None]


def _made_of(
    whole: Figure, cells: Sequence[tuple[int, int]], placed: PlacedSide, table: FormTable
) -> list[tuple[int, int]]:
    """Cells whose lines make up the whole, each line once; none where they do not."""
    if not whole.parts:
        return []
    left, amount, found = whole.parts, shown(whole, table.amount_unit), []
    for row, place in cells:
        line = placed.side.rows[row]
        cell = line.cells[place] if line is not None else None
        if not isinstance(cell, Figure) or cell.rate or not cell.parts or cell.parts == whole.parts:
            continue
        if cell.parts & left == cell.parts and printed(cell, table):
            left ^= cell.parts
            found.append((placed.top + row, placed.columns[place]))
            amount = (amount or 0) - (shown(cell, table.amount_unit) or 0)
    return found if not left and not amount and len(found) > 1 else []


