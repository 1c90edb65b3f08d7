"""Readings as one Excel workbook: documents, facts, and a sheet for every table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from rich.cells import cell_len

from shouzhi.cli import records
from shouzhi.cli.batch import Add, Reading
from shouzhi.cli.messages import Messages

MOST_TABLES: Final = 500
"""Sheets of tables in one workbook; beyond this, programs take minutes to open it."""

MOST_ROWS: Final = 1_048_576
LONGEST_TEXT: Final = 32_767
"""What a sheet and a cell can hold."""


@contextmanager
def workbook(path: Path, messages: Messages, notes: list[str]) -> Iterator[Add]:
    """A workbook at `path`; `notes` takes what it could not hold.

    Amounts are numbers with the decimals that the document prints; texts are texts,
    whatever they begin with.
    """
    book = xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    # A fixed time: the same documents give the same file.
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    writer = _Book(book, messages)
    yield writer.add
    notes.extend(writer.notes())
    book.close()


class _Book:
    """The sheets of a workbook and how far each is filled."""

    def __init__(self, book: Any, messages: Messages) -> None:  # noqa: ANN401 - no types
        self.book, self.messages = book, messages
        self.taken: set[str] = set()
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.formats: dict[str, Any] = {}
        self.documents = self._list("sheet-documents", records.DOCUMENT_FIELDS)
        self.facts = self._list("sheet-facts", records.FACT_FIELDS)
        self.filled = {id(self.documents): 1, id(self.facts): 1}
        self.number = self.sheets = self.tables_left = self.facts_left = 0

    def _list(self, key: str, fields: Sequence[str]) -> Any:  # noqa: ANN401
        sheet = self.book.add_worksheet(records.safe_name(self.messages(key), self.taken, 31))
        for column, name in enumerate(fields):
            sheet.write_string(0, column, name, self.head)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(fields) - 1, 14)
        return sheet

    def add(self, reading: Reading) -> None:
        """Write one document to its three kinds of sheets."""
        document = reading.document
        self.number += 1
        self._record(self.documents, records.DOCUMENT_FIELDS, records.document_record(document))
        for fact in records.fact_records(document):
            if self.filled[id(self.facts)] < MOST_ROWS:
                self._record(self.facts, records.FACT_FIELDS, fact)
            else:
                self.facts_left += 1
        for table in document["tables"]:
            if self.sheets < MOST_TABLES:
                self.sheets += 1
                self._table(table)
            else:
                self.tables_left += 1

    def notes(self) -> Iterator[str]:
        """What did not fit."""
        if self.tables_left:
            yield self.messages("sheets-full", limit=MOST_TABLES)
        if self.facts_left:
            yield self.messages("rows-full", count=self.facts_left)

    def _record(self, sheet: Any, fields: Sequence[str], record: records.Record) -> None:  # noqa: ANN401
        row = self.filled[id(sheet)]
        self.filled[id(sheet)] += 1
        for column, name in enumerate(fields):
            value = record.get(name)
            if name == "amount_yuan" and value is not None:
                self._amount(sheet, row, column, value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(row, column, value)
            elif value is not None:
                self._text(sheet, row, column, str(value))

    def _table(self, table: records.Json) -> None:
        number, title = table.get("number") or "", table.get("title") or ""
        name = records.safe_name(f"{self.number}-{number}{title}", self.taken, 31)
        sheet = self.book.add_worksheet(name)
        laid = records.Sheet.of(table, lambda name: self.messages.maybe("stub", name))
        unit = table.get("amount_unit")
        said = self.messages("unit-of-amount", unit=unit) if unit else ""
        self._text(sheet, 0, 0, f"{number} {title}  {said}".strip())
        depth = len(laid.above[0])
        self._headings(sheet, laid.above)
        for row, cells in enumerate(laid.rows, start=1 + depth):
            for column, cell in enumerate(cells):
                if column in laid.measures:
                    self._amount(sheet, row, column, cell)
                else:
                    self._text(sheet, row, column, cell)
        for column in range(len(laid.above)):
            widest = max((cell_len(row[column]) for row in laid.rows), default=0)
            sheet.set_column(column, column, min(max(widest, 10) + 2, 50))
        sheet.freeze_panes(1 + depth, laid.measures.start)
        for place, note in enumerate(table.get("notes") or ()):
            self._text(sheet, 2 + depth + len(laid.rows) + place, 0, note)

    def _headings(self, sheet: Any, above: list[list[str]]) -> None:  # noqa: ANN401
        """Stacked headings, merged over the columns that share them."""
        for level in range(len(above[0])):
            first = 0
            for last in range(1, len(above) + 1):
                shared = above[first][: level + 1]
                lowest = level == len(above[0]) - 1
                if (
                    last < len(above)
                    and not lowest
                    and shared[-1]
                    and above[last][: level + 1] == shared
                ):
                    continue
                if last - first > 1:
                    sheet.merge_range(1 + level, first, 1 + level, last - 1, "", self.head)
                sheet.write_string(1 + level, first, shared[-1][:LONGEST_TEXT], self.head)
                first = last

    def _amount(self, sheet: Any, row: int, column: int, text: str) -> None:  # noqa: ANN401
        """A printed number as a number with its own decimals; anything else as text."""
        amount = records.number(text)
        if amount is None:
            self._text(sheet, row, column, text)
            return
        decimals = "." + "0" * amount.decimals if amount.decimals else ""
        shown = f"0{decimals}%" if amount.percent else f"#,##0{decimals}"
        if shown not in self.formats:
            self.formats[shown] = self.book.add_format({"num_format": shown})
        # A Decimal is written as its digits: no float touches the amount.
        value = amount.value / Decimal(100) if amount.percent else amount.value
        sheet.write_number(row, column, value, self.formats[shown])

    def _text(self, sheet: Any, row: int, column: int, text: str) -> None:  # noqa: ANN401
        if text:
            sheet.write_string(row, column, text[:LONGEST_TEXT])
