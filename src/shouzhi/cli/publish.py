"""`shouzhi publish`: a book becomes the document that is disclosed, in all its formats."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.read import told

if TYPE_CHECKING:
    from shouzhi.catalogue.form import Edition
    from shouzhi.cycle.book import Book
    from shouzhi.publish.document import Publication

_FORMATS = ("docx", "pdf", "xlsx", "html", "datapackage", "all")


@click.command()
@click.argument("book", metavar="BOOK", type=click.Path(path_type=Path))
@click.option("--form", "key", metavar="KEY", help="Edition, such as guangzhou/budget-2024.")
@click.option(
    "--format", "-f", "chosen", type=click.Choice(_FORMATS), multiple=True,
    help="Output formats; by default what the name of OUT means, else all.",
)  # fmt: skip
@click.option(
    "--output", "-o", "out", type=click.Path(path_type=Path), metavar="OUT", required=True,
    help="Folder for the outputs, or a file for one of them.",
)  # fmt: skip
@click.option("--draft", is_flag=True, help="Publish in spite of errors, marked as a draft.")
@click.option("--plain-rounding", is_flag=True, help="Round each amount by itself.")
@language_option
def publish(  # noqa: PLR0913 - a command has as many parameters as options
    book: Path,
    *,
    key: str | None,
    chosen: tuple[str, ...],
    out: Path,
    draft: bool,
    plain_rounding: bool,
    lang: Language,
) -> None:
    """Publish a book: every table and sentence, as Word, PDF, Excel, web page and open data.

    BOOK is a folder or a workbook.  A manifest with the hash of every file is written beside
    them.  The checks run first; where they find errors nothing is written and the exit status
    is 1, unless --draft.  It is 2 when the book cannot be used.
    """
    from shouzhi.publish.document import publication
    from shouzhi.publish.files import FORMATS
    from shouzhi.sources import Unreadable

    messages, started = Messages(lang), time.monotonic()
    formats = tuple(f for f in chosen if f != "all") if chosen and "all" not in chosen else ()
    suffix = out.suffix.lower().lstrip(".")
    if not formats:
        formats = (suffix,) if suffix in FORMATS else FORMATS
    loaded = load_book(book, messages)
    edition = edition_of(loaded, key, messages)
    try:
        made = publication(loaded, edition, plain=plain_rounding, draft=draft)
        _refuse(made, messages, draft=draft)
        with told(out, messages):
            count = _write(made, book, out, formats)
    except Unreadable as error:
        click.echo(messages("unusable", name=book, cause=error.cause, remedy=error.remedy), err=True)
        sys.exit(2)
    seconds = f"{time.monotonic() - started:.1f}"
    click.echo(messages("published", title=made.title, files=count, out=out, seconds=seconds), err=True)


def load_book(path: Path, messages: Messages) -> Book:
    """The book; tells all its faults and ends where it has any."""
    from shouzhi.cycle.building import load
    from shouzhi.cycle.raw import BookFaults

    try:
        return load(path)
    except BookFaults as error:
        _tell((fault.told for fault in error.faults), messages, "book-faults", len(error.faults))
        sys.exit(2)


def edition_of(book: Book, key: str | None, messages: Messages) -> Edition:
    """The edition that was asked for, or that of the book, or the one that fits it."""
    from shouzhi.catalogue.forms import edition, find, keys

    wanted = key or book.edition
    found = edition(wanted) if wanted in keys() else None if wanted else find(book.document, book.year)
    if found is None:
        known = "、".join(keys())
        click.echo(messages("no-edition", key=wanted or book.year, known=known), err=True)
        sys.exit(2)
    return found


def _refuse(made: Publication, messages: Messages, *, draft: bool) -> None:
    """Tell what is wrong; end where that keeps the document from being published."""
    from shouzhi.publish.proof import faults, findings, glyphs

    wrong: list[str] = [fault.told for fault in faults(made)]
    if missing := glyphs(made):
        wrong.append(messages("no-glyphs", characters="、".join(missing[:20])))
    wrong += [
        messages("found", message=finding.message)
        for finding in findings(made, messages.language)
        if finding.severity == "error"
    ]
    if wrong:
        _tell(wrong, messages, "draft-faults" if draft else "publish-faults", len(wrong))
        if not draft:
            sys.exit(1)


def _tell(lines: Sequence[str] | Iterator[str], messages: Messages, key: str, count: int) -> None:
    click.echo(messages(key, count=count), err=True)
    for line in lines:
        click.echo(f"  ✗ {messages.phrase(line)}", err=True)


def _write(made: Publication, book: Path, out: Path, formats: Sequence[str]) -> int:
    """Make everything, then write it; gives the number of files."""
    from shouzhi.publish.files import files
    from shouzhi.publish.manifest import NAME, manifest

    outputs = files(made, formats)
    single = len(formats) == 1 and out.suffix.lower().lstrip(".") == formats[0]
    if single:
        outputs = {out.name: next(iter(outputs.values()))}
    folder = out.parent if single else out
    name = f"{out.name}.{NAME}" if single else NAME
    outputs[name] = manifest(made, outputs, book)
    for path, content in outputs.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return len(outputs)
