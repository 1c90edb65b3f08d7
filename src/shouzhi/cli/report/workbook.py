"""Findings as an Excel list for colleagues: one row a finding, with a column for their reply."""

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
from shouzhi.cli.checking import Checked
from shouzhi.cli.messages import Messages
from shouzhi.cli.read import reason
from shouzhi.cli.report import words
from shouzhi.cli.report.options import Add, Options
from shouzhi.cli.workbook import LONGEST_TEXT

Json = dict[str, Any]

COLUMNS: Final = (
    ("number", 6), ("document", 20), ("severity", 8), ("kind", 10), ("message", 50), ("table", 22),
    ("row", 18), ("column", 18), ("position", 11), ("found", 13), ("expected", 13),
    ("difference", 13), ("suspect", 26), ("value", 13), ("todo", 36), ("authority", 20),
    ("check", 12), ("reply", 24),
)  # fmt: skip
"""The columns of the list of findings, each with its width in characters."""

RELATIONS: Final = (
    ("number", 6), ("document", 20), ("relation", 70), ("found", 13), ("expected", 13),
    ("difference", 13), ("places", 90),
)  # fmt: skip
AMOUNTS: Final = frozenset({"found", "expected", "difference", "value"})
COLOURS: Final = {"error": "#F8CBC4", "warning": "#FFE699", "note": "#DDEBF7", "rounding": "#E2EFDA"}
MOST_PLACES: Final = 12
LINE: Final = 14.5
TALLEST: Final = 300.0
"""Points of one line of a row, and of a whole row."""


@contextmanager
def workbook(path: Path, options: Options) -> Iterator[Add]:
    """A workbook at `path`: the list, and what each finding breaks or may also be.

    Amounts are numbers with the decimals that the document prints; texts are texts,
    whatever they begin with.  Rounding notes are left out unless the options
    ask for them.
    """
    book = xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    # A fixed time: the same findings give the same file.
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    writer = _List(book, options.messages, rounding=options.rounding)
    yield writer.add
    writer.finish()
    book.close()


class _List:
    """The two sheets and how far each is filled."""

    def __init__(self, book: Any, messages: Messages, *, rounding: bool) -> None:  # noqa: ANN401 - no types
        self.book, self.messages, self.rounding = book, messages, rounding
        self.formats: dict[tuple[str, str], Any] = {}
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter", "bg_color": "#F2F2F2"}
        )
        self.findings = self._sheet("sheet-findings", COLUMNS)
        self.relations = self._sheet("sheet-relations", RELATIONS)
        self.filled = {id(self.findings): 0, id(self.relations): 0}
        self.number = 0

    def _sheet(self, key: str, columns: Sequence[tuple[str, int]]) -> Any:  # noqa: ANN401
        sheet = self.book.add_worksheet(self.messages(key))
        for place, (name, width) in enumerate(columns):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, self.messages(f"list-{name}"), self.head)
        sheet.set_row(0, 24)
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3: the list is wide
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&C&P / &N")
        return sheet

    def add(self, checked: Checked) -> None:
        """Write the findings of one check."""
        if checked.failure:
            cause, remedy = reason(checked.failure, self.messages)
            told = {"document": checked.name, "severity": self.messages("unusable-short")}
            self._numbered({**told, "message": cause, "todo": remedy}, "error")
            return
        view = checked.view
        for finding in view["findings"]:
            if finding["severity"] == "rounding" and not self.rounding:
                continue
            self._numbered(self._finding(finding, view), finding["severity"])
            for record in self._below(finding, view):
                self._write(self.relations, RELATIONS, record, "")

    def _numbered(self, record: dict[str, str | None], colour: str) -> None:
        self.number += 1
        self._write(self.findings, COLUMNS, {"number": str(self.number), **record}, colour)

    def finish(self) -> None:
        """Set the filters, now that the number of rows is known."""
        for sheet, columns in ((self.findings, COLUMNS), (self.relations, RELATIONS)):
            sheet.autofilter(0, 0, max(1, self.filled[id(sheet)]), len(columns) - 1)
        if not self.number:
            self.findings.write_string(1, 4, self.messages("nothing-wrong"))

    def _finding(self, finding: Json, view: Json) -> dict[str, str | None]:
        """The cells of one row of the list."""
        place = next(iter(finding["where"]), None)
        suspect = finding["suspect"]
        place = place or (suspect["where"] if suspect else None)
        in_table = place is not None and place["table"] is not None
        told = self.messages
        return {
            "document": finding["document"],
            "severity": told(f"severity-{finding['severity']}"),
            "kind": told.maybe("kind-of-finding", finding["kind"]),
            "message": finding["message"],
            "table": words.table_name(place, told) if place and in_table else "",
            "row": place["label"] if place else "",
            "column": (place.get("heading") or "") if place else "",
            "position": words.position(place, told) if place else "",
            "found": finding["found"],
            "expected": finding["expected"],
            "difference": finding["difference"],
            "suspect": words.place_line(view, suspect["where"], told) if suspect else "",
            "value": suspect["value"] if suspect else "",
            "todo": words.todo(view, finding, told),
            "authority": finding["authority"],
            "check": view["checks"].get(finding["check"], finding["check"]),
        }

    def _below(self, finding: Json, view: Json) -> Iterator[dict[str, str | None]]:
        """What stands below a finding: its broken relations, then its other corrections."""
        common = {"number": str(self.number), "document": finding["document"]}
        for broken in finding["broken"]:
            told = [words.place_line(view, p, self.messages) for p in broken["where"][:MOST_PLACES]]
            if len(broken["where"]) > MOST_PLACES:
                left = len(broken["where"]) - MOST_PLACES
                told.append(self.messages("more-relations", count=left))
            sides = {name: broken[name] for name in ("found", "expected", "difference")}
            yield {**common, "relation": broken["words"], **sides, "places": "\n".join(told)}
        together = finding.get("extra", {}).get("together", ())
        for key, items in (("candidate", finding["candidates"]), ("together", together)):
            for each in items:
                place = words.place_line(view, each["where"], self.messages)
                sides = {"found": each["where"]["text"], "expected": each["value"]}
                below = {"relation": self.messages(key), "places": place, "value": each["value"]}
                yield {**common, **sides, **below}

    def _write(
        self, sheet: Any, columns: Sequence[tuple[str, int]], record: dict[str, str | None], colour: str  # noqa: ANN401
    ) -> None:  # fmt: skip
        self.filled[id(sheet)] += 1
        row = self.filled[id(sheet)]
        tall = max(_lines(record.get(name) or "", width) for name, width in columns)
        sheet.set_row(row, min(TALLEST, LINE * tall + 2))  # programs do not all find it out
        # A code is no amount, though its digits look like one.
        counted = bool(record.get("difference") or record.get("value"))
        for place, (name, _) in enumerate(columns):
            text = record.get(name) or ""
            shade = colour if name == "severity" else ""
            if name == "number":
                sheet.write_number(row, place, int(text), self._format("0", ""))
            elif name in AMOUNTS and counted:
                self._amount(sheet, row, place, text)
            else:
                sheet.write_string(row, place, text[:LONGEST_TEXT], self._format("", shade))

    def _amount(self, sheet: Any, row: int, place: int, text: str) -> None:  # noqa: ANN401
        """A printed number as a number with its own decimals; anything else as text."""
        amount = records.number(text)
        if amount is None:
            sheet.write_string(row, place, text[:LONGEST_TEXT], self._format("", ""))
            return
        decimals = "." + "0" * amount.decimals if amount.decimals else ""
        shown = f"0{decimals}%" if amount.percent else f"#,##0{decimals}"
        # A Decimal is written as its digits: no float touches the amount.
        value = amount.value / Decimal(100) if amount.percent else amount.value
        sheet.write_number(row, place, value, self._format(shown, ""))

    def _format(self, shown: str, severity: str) -> Any:  # noqa: ANN401
        key = (shown, severity)
        if key not in self.formats:
            look: dict[str, Any] = {"valign": "top", "text_wrap": not shown, "border": 4}
            look |= {"num_format": shown} if shown else {}
            look |= {"bg_color": COLOURS[severity], "bold": severity == "error"} if severity else {}
            self.formats[key] = self.book.add_format(look)
        return self.formats[key]


def _lines(text: str, width: int) -> int:
    """The lines that a text takes in a column of `width` characters."""
    return sum(max(1, -(-cell_len(line) // max(1, width * 9 // 10))) for line in text.split("\n"))
