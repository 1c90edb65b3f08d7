"""`shouzhi demo`: the example documents are read, and what they hold is shown."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

import shouzhi
from shouzhi.cli.batch import Reading, read_all
from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.read import Tally, summarise
from shouzhi.sources.folder import expand

if TYPE_CHECKING:
    from rich.console import Console

SHOWN_FACTS: Final = 6


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
    for reading in read_all(expand([folder])):
        tally.add(reading)
        if not reading.failure:
            readings.append(reading)
            for line in terminal.contents_lines(reading.document, messages, width):
                console.print(line, soft_wrap=True)
    if readings:
        _show(readings[0], console, messages, width)
    summarise(tally, time.monotonic() - started, messages)
    click.echo(messages("demo-next"))
    sys.exit(2 if tally.unusable else 0)


def _show(reading: Reading, console: Console, messages: Messages, width: int | None) -> None:
    """The longest table of one document in full, and some of its facts."""
    from shouzhi.cli import terminal

    document = reading.document
    tables = document["tables"]
    if not tables:
        return
    longest = max(range(len(tables)), key=lambda place: len(tables[place]["rows"]))
    console.print(messages("demo-table", name=reading.name), soft_wrap=True)
    for line in terminal.table_lines(tables[longest], messages, width):
        console.print(line, soft_wrap=True)
    console.print()
    console.print(messages("demo-facts"), soft_wrap=True)
    facts = [fact for fact in document["facts"] if fact.get("table") == longest]
    for line in terminal.fact_lines(document, facts[:SHOWN_FACTS], messages):
        console.print(line, soft_wrap=True)
    console.print()
