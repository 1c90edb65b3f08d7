"""The formats of `check`: each takes what was checked one by one and writes it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Final

import click

from shouzhi.cli.checking import Checked
from shouzhi.cli.formats import flushed, to_file
from shouzhi.cli.report import view as views
from shouzhi.cli.report.options import Add, Options

SUFFIXES: Final = {
    ".txt": "table",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".html": "html",
    ".htm": "html",
    ".xlsx": "xlsx",
    ".pdf": "pdf",
}
"""The format that the name of the output means, when none is named."""

FORMATS: Final = ("table", "json", "html", "xlsx", "pdf")
EXAMPLES: Final = {"html": "report.html", "xlsx": "findings.xlsx", "pdf": "marked.pdf"}
"""Formats that are not for a terminal, with an output that they could go to."""


def open_report(chosen: str, out: Path | None, options: Options) -> AbstractContextManager[Add]:
    """What writes findings in the format `chosen` to `out`, or to standard output.

    Raises click.UsageError when the format needs an output and there is none, or the
    output cannot be of its kind.
    """
    if out is None:
        if chosen in EXAMPLES:
            told = options.messages("needs-output", format=chosen, example=EXAMPLES[chosen])
            raise click.UsageError(told)
        return _stream(chosen, sys.stdout.buffer, options, terminal=True)
    if chosen == "xlsx":
        from shouzhi.cli.report.workbook import workbook

        return to_file(out, lambda path: workbook(path, options))
    if chosen == "html":
        from shouzhi.cli.report.html import report

        return to_file(out, lambda path: report(path, options))
    if chosen == "pdf":
        from shouzhi.cli.report.marked import marked

        return marked(out, options)
    return to_file(out, lambda path: _into(chosen, path, options))


@contextmanager
def _into(chosen: str, path: Path, options: Options) -> Iterator[Add]:
    with path.open("wb") as file, _stream(chosen, file, options, terminal=False) as add:
        yield add


@contextmanager
def _stream(chosen: str, file: IO[bytes], options: Options, *, terminal: bool) -> Iterator[Add]:
    if chosen == "json":
        yield lambda checked: _json(file, checked)
        return
    from rich.console import Console

    from shouzhi.cli.report.overview import Overview
    from shouzhi.cli.report.terminal import WIDTH, view_lines

    if terminal:
        console = Console(highlight=False)
        width = console.width if console.is_terminal else None
    else:
        console = Console(file=io.TextIOWrapper(file, "utf-8", write_through=True), highlight=False)
        width = None
    overview = Overview()

    def add(checked: Checked) -> None:
        overview.add(checked)
        if checked.failure or (options.several and not checked.view["findings"]):
            return  # what is clean stands in the table at the end
        for line in view_lines(checked.view, options.messages, width, rounding=options.rounding):
            console.print(line, soft_wrap=True)

    yield add
    for line in overview.lines(options.messages, width or WIDTH):
        console.print(line, soft_wrap=True)


def _json(file: IO[bytes], checked: Checked) -> None:
    for finding in () if checked.failure else checked.view["findings"]:
        flushed(file, views.line(finding, checked.names))
