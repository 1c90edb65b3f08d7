"""Readings as Parquet: facts, documents and tables, with a type for every column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa
from pyarrow import parquet

import shouzhi
from shouzhi.cli import records
from shouzhi.cli.batch import Add, Reading

BATCH: Final = 50_000
"""Records that are gathered before they are written as one group of rows."""

_WORD: Final = pa.dictionary(pa.int32(), pa.string())
_TYPES: Final = {
    **dict.fromkeys(("tables", "facts", "table", "row", "column", "columns", "rows"), pa.int32()),
    **dict.fromkeys(("document_year", "page"), pa.int32()),
    **dict.fromkeys(("left", "bottom", "right", "top"), pa.float32()),
    **dict.fromkeys(("headings", "notes"), pa.list_(pa.string())),
    **dict.fromkeys(("printed", "cell", "label"), pa.string()),
    "line": pa.int64(),
    "pages": pa.list_(pa.int32()),
    "amount_fen": pa.int64(),
    "value": pa.decimal128(38, 6),
}
"""The types of the fields; all others are words that repeat."""

_EXACT: Final = Decimal("0.000001")

# amount_fen says the same, exactly and smaller.
FACTS: Final = tuple(name for name in records.FACT_FIELDS if name != "amount_yuan")


class _File:
    """One Parquet file, written a group of rows at a time."""

    def __init__(self, path: Path, fields: Iterable[str]) -> None:
        about = {"shouzhi": shouzhi.__version__, "amount_fen": "分, 1/100 of a yuan"}
        self.schema = pa.schema([(name, _TYPES.get(name, _WORD)) for name in fields], about)
        self.writer = parquet.ParquetWriter(path, self.schema, compression="zstd")
        self.waiting: list[records.Record] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if exception[0] is None:
            self._flush()
        self.writer.close()

    def add(self, rows: Iterable[records.Record]) -> None:
        """Take records, and write them when there are enough."""
        self.waiting.extend(rows)
        if len(self.waiting) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if self.waiting:
            self.writer.write_batch(pa.RecordBatch.from_pylist(self.waiting, self.schema))
            self.waiting.clear()


def _facts(document: records.Json) -> Iterator[records.Record]:
    """Facts with their values at the scale of the file."""
    for record in records.fact_records(document):
        yield {**record, "value": _scaled(record["value"])}


def _scaled(value: Decimal | None) -> Decimal | None:
    """A value with six decimals; None when it has more digits than the type."""
    if value is None or value.adjusted() > 30:
        return None
    with localcontext() as context:
        context.prec = 60
        return value.quantize(_EXACT)


@contextmanager
def parquet_facts(path: Path) -> Iterator[Add]:
    """The facts alone, in one file."""
    with _File(path, FACTS) as facts:
        yield lambda reading: facts.add(_facts(reading.document))


@contextmanager
def parquet_folder(folder: Path) -> Iterator[Add]:
    """A folder of facts.parquet, documents.parquet and tables.parquet."""
    with ExitStack() as stack:
        opened: dict[str, Any] = {
            name: stack.enter_context(_File(folder / f"{name}.parquet", fields))
            for name, fields in (
                ("facts", FACTS),
                ("documents", records.DOCUMENT_FIELDS),
                ("tables", records.TABLE_FIELDS),
            )
        }

        def add(reading: Reading) -> None:
            document = reading.document
            opened["documents"].add([records.document_record(document)])
            opened["tables"].add(records.table_records(document))
            opened["facts"].add(_facts(document))

        yield add
