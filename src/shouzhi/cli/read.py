"""`shouzhi read`: published documents become tables and facts, in five formats."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import click

from shouzhi.cli.batch import TIME_LIMIT, Reading, read_all
from shouzhi.cli.cache import Cache
from shouzhi.cli.formats import FORMATS, SUFFIXES, open_writer
from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.workers import Failure
from shouzhi.sources.folder import expand


@dataclass(slots=True)
class Tally:
    """What a run has come to so far."""

    documents: int = 0
    tables: int = 0
    facts: int = 0
    cached: int = 0
    passed_by: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    unusable: list[Reading] = field(default_factory=list)

    def add(self, reading: Reading) -> None:
        """Count one reading."""
        if reading.failure:
            self.unusable.append(reading)
            return
        self.documents += 1
        self.tables += reading.tables
        self.facts += reading.facts
        self.cached += reading.cached
        self.warnings += [(reading.name, text) for text in reading.warnings]


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path)
)
@click.option(
    "--format", "-f", "chosen", type=click.Choice(FORMATS),
    help="Output format; by default what the name of OUT means, else table.",
)  # fmt: skip
@click.option(
    "--output", "-o", "out", type=click.Path(path_type=Path), metavar="OUT",
    help="Write to this file, or folder for csv and parquet; standard output by default.",
)  # fmt: skip
@click.option(
    "--jobs", "-j", type=click.IntRange(min=1), metavar="N",
    help="Processes that read at the same time; as many as there are cores by default.",
)  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Read anew what has been read before.")
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=TIME_LIMIT,
    metavar="SECONDS", show_default=True, help="What one document may take.",
)  # fmt: skip
@click.option("--verbose", "-v", is_flag=True, help="Tell every note, not only their number.")
@language_option
def read(  # noqa: PLR0913 - a command has as many parameters as options
    paths: tuple[Path, ...],
    *,
    chosen: str | None,
    out: Path | None,
    jobs: int | None,
    no_cache: bool,
    time_limit: float,
    verbose: bool,
    lang: Language,
) -> None:
    """Read published budgets and accounts into tables and facts.

    PATH is a file (PDF, DOCX, XLSX, XLS, HTML, text), a folder or a zip of them.
    A file that cannot be used is told in one line, the others are read, and the exit
    status is 2; it is 0 when every file was read.
    """
    messages = Messages(lang)
    chosen = chosen or SUFFIXES.get(out.suffix.lower() if out else "", "table")
    tally, notes, started = Tally(), list[str](), time.monotonic()
    found = list(expand(paths))
    tally.passed_by = [(entry.name, entry.skipped) for entry in found if entry.skipped]
    entries = [entry for entry in found if not entry.skipped]
    cache = None if no_cache else Cache()
    with (
        told(out, messages),
        open_writer(chosen, out, messages, notes) as add,
        progress(len(entries), messages, on_screen=out is None) as step,
        closing(read_all(entries, jobs=jobs, cache=cache, limit=time_limit)) as readings,
    ):
        for reading in readings:
            tally.add(reading)
            with step():
                if not reading.failure:
                    add(reading)
    for name, text in (*tally.warnings, *tally.passed_by) if verbose else ():
        click.echo(messages("note", name=name, text=messages.phrase(text)), err=True)
    for note in notes:
        click.echo(note, err=True)
    summarise(tally, time.monotonic() - started, messages)
    sys.exit(2 if tally.unusable or not entries else 0)


def summarise(tally: Tally, seconds: float, messages: Messages) -> None:
    """Tell on standard error what a run came to, and each file that could not be used."""
    text = messages(
        "summary", documents=tally.documents, tables=f"{tally.tables:,}", facts=f"{tally.facts:,}",
        warnings=len(tally.warnings), seconds=f"{seconds:.1f}",
    )  # fmt: skip
    if tally.cached:
        text += messages("summary-cached", cached=tally.cached)
    if tally.passed_by:
        text += messages("summary-passed-by", count=len(tally.passed_by))
    click.echo(text, err=True)
    if not tally.documents and not tally.unusable:
        click.echo(messages("nothing-found"), err=True)
    tell_unusable([(reading.name, reading.failure) for reading in tally.unusable], messages)


def tell_unusable(unusable: Sequence[tuple[str, Failure | None]], messages: Messages) -> None:
    """Tell on standard error each file that could not be used, in one line."""
    if unusable:
        click.echo(messages("summary-unusable", count=len(unusable)), err=True)
    for name, failure in unusable:
        cause, remedy = reason(failure, messages)
        line = messages("unusable", name=name, cause=cause, remedy=remedy)
        click.echo(" ".join(line.splitlines()), err=True)


def reason(failure: Failure | None, messages: Messages) -> tuple[str, str]:
    """The cause and the remedy of a failure, in words."""
    if failure is None:
        return "", ""
    if failure.kind == "unusable":
        return messages.phrase(failure.values["cause"]), messages.phrase(failure.values["remedy"])
    return (
        messages(f"{failure.kind}-cause", **failure.values),
        messages(f"{failure.kind}-remedy", **failure.values),
    )


@contextmanager
def told(out: Path | None, messages: Messages) -> Iterator[None]:
    """Tell an interruption, and an output that cannot be written, in one line."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(messages("interrupted"), err=True)
        sys.exit(130)
    except OSError as error:
        if error.errno == errno.EPIPE:  # the reader of a pipe left: click ends quietly
            raise
        what = error.strerror or type(error).__name__
        path = out or error.filename or "-"
        click.echo(messages("unwritable", path=path, what=what), err=True)
        sys.exit(2)


@contextmanager
def progress(
    total: int, messages: Messages, *, on_screen: bool, doing: str = "reading"
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """A bar on a terminal.  What it gives is called for each document, around its printing."""
    if not sys.stderr.isatty():
        yield nullcontext
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(messages(doing), total=total)
    shares = on_screen and sys.stdout.isatty()

    @contextmanager
    def step() -> Iterator[None]:
        if shares:  # the bar gives way while a document is printed on the same terminal
            bar.stop()
        yield
        bar.advance(task)
        if shares:
            bar.start()

    with bar:
        yield step
