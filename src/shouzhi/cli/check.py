"""`shouzhi check`: what is wrong in published documents, shown in five formats."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import click

from shouzhi.cli.batch import TIME_LIMIT
from shouzhi.cli.checking import Checked, check_all, check_between, check_cache
from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.read import progress, tell_unusable, told
from shouzhi.cli.report import words
from shouzhi.cli.report.formats import FORMATS, SUFFIXES, open_report
from shouzhi.cli.report.options import Options
from shouzhi.cli.workers import Failure
from shouzhi.sources.folder import Entry, expand


@dataclass(slots=True)
class Tally:
    """What a run has come to so far."""

    documents: int = 0
    facts: int = 0
    cached: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(words.SIGNS, 0))
    warnings: list[tuple[str, str]] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    unusable: list[tuple[str, Failure | None]] = field(default_factory=list)

    def add(self, checked: Checked) -> None:
        """Count one check."""
        if checked.failure:
            self.unusable.append((checked.name, checked.failure))
            return
        for about in checked.view["documents"]:
            self.documents += 1
            self.facts += about["facts"]
            self.warnings += [(about["file"], text) for text in about["warnings"]]
            self.unread += [(about["file"], text) for text in about["unread"]]
        self.cached += len(checked.entries) if checked.cached else 0
        for finding in checked.view["findings"]:
            self.counts[finding["severity"]] += 1

    @property
    def status(self) -> int:
        """The exit status: 2 when a file could not be used, 1 for errors, else 0."""
        if self.unusable or not self.documents:
            return 2
        return 1 if self.counts["error"] else 0


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
    help="Write to this file, or folder for pdf of several files; standard output by default.",
)  # fmt: skip
@click.option("--between", is_flag=True, help="Check all documents against each other as well.")
@click.option(
    "--rounding", is_flag=True, help="Show rounding notes, which are no errors, one by one."
)
@click.option(
    "--jobs", "-j", type=click.IntRange(min=1), metavar="N",
    help="Processes that check at the same time; as many as there are cores by default.",
)  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Check anew what has been checked before.")
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=TIME_LIMIT,
    metavar="SECONDS", show_default=True, help="What one document may take.",
)  # fmt: skip
@click.option(
    "--verbose", "-v", is_flag=True,
    help="Tell what was noticed while reading, and which sentences were not understood, too.",
)  # fmt: skip
@language_option
def check(  # noqa: PLR0913 - a command has as many parameters as options
    paths: tuple[Path, ...],
    *,
    chosen: str | None,
    out: Path | None,
    between: bool,
    rounding: bool,
    jobs: int | None,
    no_cache: bool,
    time_limit: float,
    verbose: bool,
    lang: Language,
) -> None:
    """Check published budgets and accounts: what is wrong, where, and what it should be.

    PATH is a file (PDF, DOCX, XLSX, XLS, HTML, text), a folder or a zip of them.
    The format pdf is the PDF itself with the cells marked; html is a report with
    pictures of the rows.  The exit status is 0 when there are no errors, 1 when there
    are, and 2 when a file could not be used.
    """
    messages = Messages(lang)
    chosen = chosen or SUFFIXES.get(out.suffix.lower() if out else "", "table")
    started = time.monotonic()
    entries = [entry for entry in expand(paths) if not entry.skipped]
    cache = None if no_cache else check_cache(lang)
    options = Options(messages, rounding, jobs, time_limit, len(entries) > 1)
    tally = Tally()
    run = check_between if between and len(entries) > 1 else check_all
    with (
        told(out, messages),
        open_report(chosen, out, options) as add,
        progress(len(entries), messages, on_screen=out is None, doing="checking") as step,
        closing(run(entries, jobs=jobs, cache=cache, limit=time_limit, language=lang)) as every,
    ):
        for checked in every:
            tally.add(checked)
            with step():
                add(checked)
    tally.unusable += options.unusable
    _summarise(tally, options, entries, time.monotonic() - started, verbose=verbose)
    sys.exit(2 if options.nothing else tally.status)


def _summarise(
    tally: Tally, options: Options, entries: list[Entry], seconds: float, *, verbose: bool
) -> None:
    """Tell on standard error what a run came to, and each file that could not be used."""
    for note in _notes(tally, options, entries, seconds, verbose=verbose):
        click.echo(note, err=True)
    tell_unusable(tally.unusable, options.messages)


def _notes(
    tally: Tally, options: Options, entries: list[Entry], seconds: float, *, verbose: bool
) -> Iterator[str]:
    messages = options.messages
    for name, text in tally.warnings if verbose else ():
        yield messages("note", name=name, text=messages.phrase(text))
    for name, text in tally.unread if verbose else ():
        yield messages("note", name=name, text=messages("unread-sentence", text=text))
    yield from options.notes
    cached = messages("summary-cached", cached=tally.cached) if tally.cached else ""
    yield messages(
        "summary-check", documents=tally.documents, facts=f"{tally.facts:,}",
        counts=words.count_line(tally.counts, messages) if tally.documents else "—",
        seconds=f"{seconds:.1f}",
    ) + cached  # fmt: skip
    if not entries:
        yield messages("nothing-found")
