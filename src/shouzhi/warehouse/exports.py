"""What readers download: facts of a document as CSV, JSON, Excel or Parquet, packages by year."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson

from shouzhi.space import DIMENSIONS, yuan
from shouzhi.warehouse.opened import Row, Warehouse
from shouzhi.warehouse.schemas import COLUMNS, KINDS

FIELDS: Final = (
    "document", "in_table", "in_row", "in_column", "label", "side", "heading", *DIMENSIONS,
    "amount", "value", "printed", "printed_unit", "page", "line", "sheet", "cell",
)  # fmt: skip
"""The columns of facts that are given out; `amount` is in 分, and in text files in 元."""

_RISKY: Final = frozenset("=+-@\t\r")
_CALM: Final = frozenset("-—–")


def facts(warehouse: Warehouse, document: str) -> list[Row]:
    """The facts of one document in reading order."""
    rows = warehouse.of_document("facts", document, "order by fact")
    return [{name: row[name] for name in FIELDS} for row in rows]


def as_csv(rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> bytes:
    """Rows as CSV with a mark that tells spreadsheets its encoding; amounts in 元.

    Texts that a spreadsheet would take for a formula get an apostrophe before them.
    """
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(["amount_yuan" if name == "amount" else name for name in fields])
    for row in rows:
        writer.writerow([_cell(name, row.get(name)) for name in fields])
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "amount" and isinstance(value, int):
        return yuan(value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list | tuple):
        return ";".join(map(str, value))
    return guarded(str(value))


def plain(value: Decimal) -> str:
    """A decimal number without an exponent and without zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; numbers and dashes stay as they are."""
    if text[:1] not in _RISKY or set(text) <= _CALM:
        return text
    try:
        Decimal(text.replace(",", "").rstrip("%"))
    except ArithmeticError:
        return f"'{text}"
    return text


def jsonable(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row for JSON: amounts of 分 beside those in 元 as text, numbers as text, nothing empty."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        if value is None:
            continue
        made[name] = plain(value) if isinstance(value, Decimal) else value
        if name == "amount" and isinstance(value, int):
            made["amount_yuan"] = yuan(value)
    return made


def as_json(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as a JSON list, one a line."""
    return b"[\n" + b",\n".join(orjson.dumps(jsonable(row)) for row in rows) + b"\n]\n"


def as_workbook(rows: Sequence[Mapping[str, Any]], fields: Sequence[str], sheet: str) -> bytes:
    """Rows as an Excel workbook; amounts in 元 as numbers, texts always as texts."""
    import xlsxwriter  # noqa: PLC0415 - heavy

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(sheet[:31])
        head, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        page.freeze_panes(1, 0)
        page.write_row(0, 0, ["amount_yuan" if name == "amount" else name for name in fields], head)
        for number, row in enumerate(rows, start=1):
            for place, name in enumerate(fields):
                value = row.get(name)
                if name == "amount" and value is not None:
                    page.write_number(number, place, value / 100, money)
                elif isinstance(value, int | Decimal):
                    page.write_number(number, place, value)
                elif value is not None:
                    page.write_string(number, place, str(value))
    return made.getvalue()


def as_parquet(table: Any) -> bytes:  # noqa: ANN401 - pyarrow has no types
    """An Arrow table as Parquet."""
    from pyarrow import parquet  # noqa: PLC0415 - heavy

    made = io.BytesIO()
    parquet.write_table(table, made, compression="zstd")
    return made.getvalue()


def document_file(warehouse: Warehouse, document: str, suffix: str) -> bytes | None:
    """The facts of a document as csv, json, xlsx or parquet; None for another suffix."""
    if suffix == "parquet":
        names = ", ".join(FIELDS)
        return as_parquet(warehouse.arrow(
            f"select {names} from facts where document = ? order by fact", (document,)  # noqa: S608 - our words
        ))  # fmt: skip
    rows = facts(warehouse, document)
    if suffix == "csv":
        return as_csv(rows, FIELDS)
    if suffix == "json":
        return as_json(rows)
    return as_workbook(rows, FIELDS, "facts") if suffix == "xlsx" else None


SUFFIXES: Final = ("csv", "json", "xlsx", "parquet")


def package(warehouse: Warehouse, year: int) -> bytes | None:
    """All records of the documents of a year, as Parquet and CSV in a zip; None where there are none.

    `datapackage.json` tells the columns.  The same records give the same bytes.
    """
    if not warehouse.ask("select 1 from head where year = ? limit 1", (year,)):
        return None
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _package(warehouse, year):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _package(warehouse: Warehouse, year: int) -> Iterator[tuple[str, bytes]]:
    resources = []
    for kind in KINDS:
        fields = [name for name in COLUMNS[kind] if name not in {"version", "hash", "box"}]
        table = warehouse.arrow(
            f"select {', '.join(fields)} from {kind} where document in"  # noqa: S608 - our own words
            " (select document from head where year = ?) order by all", (year,)
        )  # fmt: skip
        yield f"{kind}.parquet", as_parquet(table)
        yield f"{kind}.csv", as_csv(table.to_pylist(), fields)
        resources += [_resource(kind, suffix, fields) for suffix in ("csv", "parquet")]
    described = {"name": f"shouzhi-{year}", "title": f"{year}年部门预算、决算", "resources": resources}
    yield "datapackage.json", (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


def _resource(kind: str, suffix: str, fields: Sequence[str]) -> dict[str, Any]:
    types = {"int32": "integer", "int64": "integer", "decimal": "number", "bool": "boolean"}
    schema = [
        {"name": "amount_yuan", "type": "number"} if name == "amount" and suffix == "csv"
        else {"name": name, "type": types.get(COLUMNS[kind][name], "string")}
        for name in fields
    ]  # fmt: skip
    return {"name": f"{kind}-{suffix}", "path": f"{kind}.{suffix}", "format": suffix, "schema": {"fields": schema}}
