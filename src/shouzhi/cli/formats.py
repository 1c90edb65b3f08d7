"""The output formats of `read`: each takes readings one by one and writes them as it goes.

Files are written beside their place and moved there when they are whole, so that an
interruption leaves nothing half-written behind.
"""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Final, TypeVar

import click

from shouzhi.cli import records
from shouzhi.cli.batch import Add, Reading
from shouzhi.cli.messages import Messages

Writer = TypeVar("Writer")
Opener = Callable[[Path], AbstractContextManager[Writer]]
"""What opens a place to write to and gives what writes there."""

SUFFIXES: Final = {
    ".txt": "table",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
"""The format that the name of the output means, when none is named."""

FORMATS: Final = ("table", "json", "csv", "xlsx", "parquet")

EXAMPLES: Final = {"xlsx": "result.xlsx", "parquet": "result/"}
"""Formats that are not for a terminal, with an output that they could go to."""


def open_writer(
    chosen: str, out: Path | None, messages: Messages, notes: list[str]
) -> AbstractContextManager[Add]:
    """What writes readings in the format `chosen` to `out`, or to standard output.

    `notes` takes what the format could not hold.  Raises click.UsageError when the
    format needs an output and there is none, or the output cannot be of its kind.
    """
    if out is None and chosen in EXAMPLES:
        raise click.UsageError(messages("needs-output", format=chosen, example=EXAMPLES[chosen]))
    if chosen == "xlsx" and out:
        from shouzhi.cli.workbook import workbook

        return to_file(out, lambda path: workbook(path, messages, notes))
    if chosen in {"csv", "parquet"} and out and out.suffix != f".{chosen}":
        if out.exists() and not out.is_dir():
            raise click.UsageError(messages("not-a-folder", path=out))
        return to_folder(out, _folder_writer(chosen, messages))
    if chosen == "parquet" and out:
        from shouzhi.cli.parquet import parquet_facts

        return to_file(out, parquet_facts)
    return _text(chosen, out, messages)


def _folder_writer(chosen: str, messages: Messages) -> Opener[Add]:
    if chosen == "csv":
        return lambda folder: csv_folder(folder, messages)
    from shouzhi.cli.parquet import parquet_folder

    return parquet_folder


def _text(chosen: str, out: Path | None, messages: Messages) -> AbstractContextManager[Add]:
    """The formats that are text: they go to standard output as well as to a file."""
    if out is None:
        return _stream(chosen, sys.stdout.buffer, messages, terminal=True)

    @contextmanager
    def into(path: Path) -> Iterator[Add]:
        with path.open("wb") as file:
            if chosen == "csv":
                file.write(b"\xef\xbb\xbf")  # without this mark Excel takes it for another encoding
            with _stream(chosen, file, messages, terminal=False) as add:
                yield add

    return to_file(out, into)


@contextmanager
def _stream(chosen: str, file: IO[bytes], messages: Messages, *, terminal: bool) -> Iterator[Add]:
    if chosen == "json":
        yield lambda reading: flushed(file, reading.line + b"\n")
    elif chosen == "csv":
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        write = _csv_records(text, records.FACT_FIELDS)
        yield lambda reading: write(records.fact_records(reading.document))
        text.detach()
    else:
        yield _tables(file, messages, terminal=terminal)


def flushed(file: IO[bytes], data: bytes) -> None:
    """Write so that the reader of a pipe has it at once."""
    file.write(data)
    file.flush()


def _tables(file: IO[bytes], messages: Messages, *, terminal: bool) -> Add:
    """Tables for a person: folded to the width of a terminal, one row a line elsewhere."""
    from rich.console import Console

    from shouzhi.cli.terminal import document_lines

    if terminal:
        console = Console(highlight=False)
        width = console.width if console.is_terminal else None
    else:
        text = io.TextIOWrapper(file, "utf-8", write_through=True)
        console, width = Console(file=text, highlight=False), None

    def add(reading: Reading) -> None:
        for line in document_lines(reading.document, messages, width):
            console.print(line, soft_wrap=True)
        for warning in reading.warnings:
            note = messages("note", name=reading.name, text=messages.phrase(warning))
            console.print(note, soft_wrap=True, markup=False)

    return add


def _csv_records(
    file: IO[str], fields: tuple[str, ...]
) -> Callable[[Iterable[records.Record]], None]:
    """Write the line of fields, and give what writes records under it."""
    writer = csv.writer(file)
    writer.writerow(fields)

    def write(rows: Iterable[records.Record]) -> None:
        writer.writerows([_csv_cell(row.get(name)) for name in fields] for row in rows)

    return write


def _csv_cell(value: object) -> object:
    if isinstance(value, list):
        return records.guarded("; ".join(map(str, value)))
    return records.guarded(value) if isinstance(value, str) else value


@contextmanager
def csv_folder(folder: Path, messages: Messages) -> Iterator[Add]:
    """A folder of documents.csv, tables.csv, facts.csv and one file a table under tables/."""
    (folder / "tables").mkdir()
    taken: set[str] = set()
    names = ("documents", "tables", "facts")
    fields = (records.DOCUMENT_FIELDS, records.TABLE_FIELDS, records.FACT_FIELDS)
    files = [(folder / f"{n}.csv").open("w", encoding="utf-8-sig", newline="") for n in names]
    documents, tables, facts = map(_csv_records, files, fields)

    def add(reading: Reading) -> None:
        document = reading.document
        documents([records.document_record(document)])
        tables(records.table_records(document))
        facts(records.fact_records(document))
        for place, table in enumerate(document["tables"], start=1):
            title = table.get("number") or table.get("title") or ""
            wanted = f"{Path(reading.name).stem}-{place:02d}-{title}"
            name = records.safe_name(wanted, taken, limit=60)
            sheet = records.Sheet.of(table, lambda stub: messages.maybe("stub", stub))
            _write_table(folder / "tables" / f"{name}.csv", sheet)

    try:
        yield add
    finally:
        for file in files:
            file.close()


def _write_table(path: Path, sheet: records.Sheet) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_csv_cell("/".join(filter(None, levels))) for levels in sheet.above])
        writer.writerows([_csv_cell(cell) for cell in row] for row in sheet.rows)


@contextmanager
def to_file(out: Path, open_at: Opener[Writer]) -> Iterator[Writer]:
    """Write beside `out` and move there when whole; raises OSError when it cannot be."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".shouzhi-", dir=out.parent) as aside:
        path = Path(aside) / out.name
        with open_at(path) as add:
            yield add
        path.replace(out)


@contextmanager
def to_folder(out: Path, open_at: Opener[Writer]) -> Iterator[Writer]:
    """As `to_file`, for a folder; files of the same names in it are replaced."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".shouzhi-", dir=out.parent) as aside:
        whole = Path(aside) / "whole"  # with the rights of an ordinary folder
        whole.mkdir()
        with open_at(whole) as add:
            yield add
        shutil.copytree(whole, out, dirs_exist_ok=True)
