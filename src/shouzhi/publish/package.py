"""A publication as open data: a Fiscal Data Package of its lines and printed facts.

`datapackage.json` follows the Data Package standard (specs.frictionlessdata.io) with the
column types of the Fiscal Data Package; every table is there as CSV and as Parquet.
Amounts are in 元 with two decimals; `printed` is what the document shows.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from shouzhi.catalogue.classifications import CODED, classification
from shouzhi.publish.amounts import printed, shown
from shouzhi.publish.document import Publication
from shouzhi.space import yuan

FOLDER: Final = "open-data"
"""Where the package lies among the outputs."""

Row = Mapping[str, str | int | Decimal | None]

_REVENUE: Final = frozenset({"income", "carried_in", "reserves_used", "income_total"})
_DIMENSIONS: Final = {
    "year": "date:fiscal-year",
    "stage": "phase:id",
    "flow": "fin-source:generic:code",
    "source": "fin-source:generic:level2:code",
    "kind": "expenditure-type:code",
    "function": "functional-classification:generic:code",
    "economic": "economic-classification:generic:code",
    "unit": "administrative-classification:generic:code",
    "project": "activity:generic:project:code",
    "item": "activity:generic:code",
}
_NAMES: Final = {
    "stage": "phase:label",
    "function": "functional-classification:generic:label",
    "economic": "economic-classification:generic:label",
    "unit": "administrative-classification:generic:label",
}
_LINES: Final = (
    "department", "direction", *_DIMENSIONS, *(f"{name}_name" for name in _NAMES), "currency", "amount",
)  # fmt: skip
_FACTS: Final = (
    "table", "title", "row", "column", "label", "heading", *_DIMENSIONS, "unit_of_amount", "amount", "printed",
)  # fmt: skip


def write(publication: Publication) -> dict[str, bytes]:
    """The files of the package by their paths in it."""
    tables = {"lines": (_LINES, list(_lines(publication))), "facts": (_FACTS, list(_facts(publication)))}
    files: dict[str, bytes] = {}
    for name, (fields, rows) in tables.items():
        files[f"data/{name}.csv"] = _csv(fields, rows)
        files[f"data/{name}.parquet"] = _parquet(fields, rows)
    files["datapackage.json"] = _descriptor(publication, files)
    return files


def _lines(publication: Publication) -> Iterator[Row]:
    """The lines of the book: what everything that is printed is the sum of."""
    book = publication.book
    for line in book.lines:
        flow = line.where.get("flow", "")
        direction = "revenue" if flow in _REVENUE else "expenditure"
        row: dict[str, str | int | Decimal | None] = {
            "department": book.department,
            "direction": direction,
            **{name: line.where.get(name) for name in _DIMENSIONS},
            "currency": "CNY",
            "amount": Decimal(yuan(line.amount)),
        }
        row["year"] = int(line.where.get("year", book.year))
        for name in _NAMES:
            row[f"{name}_name"] = _named(publication, name, line.where.get(name))
        yield row


def _named(publication: Publication, dimension: str, member: str | None) -> str | None:
    book = publication.book
    if member is None:
        return None
    if dimension == "unit":
        return book.units[member].name if member in book.units else member
    if dimension in CODED:
        return book.names.get(member) or classification(dimension).name(member, book.year)
    return classification(dimension).name(member)


def _facts(publication: Publication) -> Iterator[Row]:
    """Every amount that the tables print, at its place."""
    for number, table in enumerate(publication.tables):
        for place, (side, row) in enumerate(table.rows()):
            for column, (cell, heading) in enumerate(zip(row.cells, side.columns, strict=True)):
                text = printed(cell, table) if cell is not None and not isinstance(cell, str) else ""
                if not text or cell is None or isinstance(cell, str):
                    continue
                amount = shown(cell, table.amount_unit)
                yield {
                    "table": number + 1,
                    "title": " ".join(filter(None, (table.number, table.title))),
                    "row": place + 1,
                    "column": column + 1,
                    "label": row.label,
                    "heading": " / ".join((*side.heading, *heading)),
                    **{name: "|".join(cell.where[name]) if name in cell.where else None for name in _DIMENSIONS},
                    "year": int(cell.where["year"][0]),
                    "unit_of_amount": "%" if cell.rate else table.amount_unit,
                    "amount": None if cell.rate or amount is None else Decimal(yuan(amount)),
                    "printed": text,
                }


def _csv(fields: Sequence[str], rows: Sequence[Row]) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, fields, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode("utf-8")


def _parquet(fields: Sequence[str], rows: Sequence[Row]) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    from pyarrow import parquet  # noqa: PLC0415 - heavy

    types = {"amount": pa.decimal128(20, 2), **dict.fromkeys(_WHOLE, pa.int32())}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in fields])
    made = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(rows), schema), made, compression="zstd")
    return made.getvalue()


_WHOLE: Final = ("year", "table", "row", "column")


def _descriptor(publication: Publication, files: Mapping[str, bytes]) -> bytes:
    edition, book = publication.edition, publication.book
    described: dict[str, Any] = {
        "$schema": "https://specs.frictionlessdata.io/schemas/data-package.json",
        "profile": "fiscal-data-package",
        "name": f"{edition.key.replace('/', '-')}-{book.year}",
        "title": publication.title,
        "homepage": None,
        "description": "元为单位的预算、决算明细（lines）和公开表中的每一个数（facts）。",
        "countryCode": "CN",
        "granularity": "transactional",
        "fiscalPeriod": {"start": f"{book.year}-01-01", "end": f"{book.year}-12-31"},
        "sources": [{"title": book.department}],
        "authority": list(edition.authority),
        "resources": [
            _resource(name, path, fields, content)
            for name, fields in (("lines", _LINES), ("facts", _FACTS))
            for path, content in files.items()
            if path.startswith(f"data/{name}.")
        ],
    }
    described = {key: value for key, value in described.items() if value is not None}
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


def _resource(name: str, path: str, fields: Sequence[str], content: bytes) -> dict[str, Any]:
    kind = path.rpartition(".")[2]
    return {
        "name": name if kind == "csv" else f"{name}-{kind}",
        "path": path,
        "format": kind,
        "mediatype": "text/csv" if kind == "csv" else "application/vnd.apache.parquet",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
        "profile": "tabular-data-resource" if kind == "csv" else "data-resource",
        "schema": {"fields": [_field(field) for field in fields]},
    }


def _field(name: str) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, "type": "string"}
    if name == "amount":
        return {
            "name": name, "type": "number", "columnType": "value", "currency": "CNY",
            "decimalChar": ".", "bareNumber": True, "title": "金额（元）",
        }  # fmt: skip
    if name in _WHOLE:
        described["type"] = "integer"
    if name == "direction":
        described["columnType"] = "direction"
    elif name in _DIMENSIONS:
        described["columnType"] = _DIMENSIONS[name]
    elif name.removesuffix("_name") in _NAMES:
        described["columnType"] = _NAMES[name.removesuffix("_name")]
    elif name == "currency":
        described["columnType"] = "value-currency:code"
    return described
