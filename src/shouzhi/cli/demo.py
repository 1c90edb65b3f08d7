"""`shouzhi demo`: the example documents are read, and what they hold is shown."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import shouzhi
from shouzhi.cli.batch import Reading, read_all
from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.read import Tally, summarise
from shouzhi.sources.folder import expand

if TYPE_CHECKING:
    from rich.console import Console


def examples() -> Path | None:
    """The folder of example documents: in the package as installed, else in the repository."""
    package = Path(shouzhi.__file__).parent
    for folder in (package / "examples", package.parents[1] / "examples" / "documents"):
        if folder.is_dir():
            return folder
    return None


@click.command()
@language_option
def demo(lang: Language) -> None:
    """Read the example documents and print what they hold."""
    from rich.console import Console

    from shouzhi.cli import terminal

    messages, console = Messages(lang), Console(highlight=False)
    width = console.width if console.is_terminal else None
    folder = examples()
    if folder is None:
        click.echo(messages("demo-missing"), err=True)
        sys.exit(2)
    click.echo(messages("demo-intro", folder=folder))
    tally, started = Tally(), time.monotonic()
    readings = []
    for reading in read_all(replace(entry, name=entry.path.name) for entry in expand([folder])):
        tally.add(reading)
        if not reading.failure:
            readings.append(reading)
            for line in terminal.contents_lines(reading.document, messages, width):
                console.print(line, soft_wrap=True)
    if readings:
        _show_table(readings[0], console, messages, width)
        _show_facts(readings, console, messages)
    summarise(tally, time.monotonic() - started, messages)
    click.echo(messages("demo-next"))
    sys.exit(2 if tally.unusable else 0)


def _show_table(reading: Reading, console: Console, messages: Messages, width: int | None) -> None:
    """The longest table of one document in full."""
    from shouzhi.cli import terminal

    tables = reading.document["tables"]
    console.print(messages("demo-table", name=reading.name), soft_wrap=True)
    longest = max(tables, key=lambda table: len(table["rows"]), default=None)
    for line in terminal.table_lines(longest, messages, width) if longest else ():
        console.print(line, soft_wrap=True)
    console.print()


def _show_facts(readings: list[Reading], console: Console, messages: Messages) -> None:
    """The most closely placed fact of each document."""
    from shouzhi.cli import terminal

    console.print(messages("demo-facts"), soft_wrap=True)
    for reading in readings:
        document = reading.document
        closest = sorted(document["facts"], key=lambda fact: -len(fact["where"]))[:1]
        for line in terminal.fact_lines(document, closest, messages):
            console.print(line, soft_wrap=True)
    console.print()
