"""`shouzhi book`: start a book, look it over, and turn a folder into a workbook or back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from shouzhi.cli.messages import Language, Messages, language_option

if TYPE_CHECKING:
    from shouzhi.cycle.book import Book
    from shouzhi.cycle.raw import Fault, RawBook


@click.group()
def book() -> None:
    """Keep a department's book: start one, look it over, convert it.

    A book is a folder of small CSV files, or one workbook of the same content.
    """


@book.command()
@click.argument("path", default="账本.xlsx", type=click.Path(path_type=Path))
@click.option("--department", help="Name of the department.")
@click.option("--year", type=click.IntRange(1978, 2999), help="Year of the book.")
@click.option("--accounts", is_flag=True, help="A book of accounts (决算), not of a budget.")
@click.option("--form", "key", metavar="KEY", help="Edition, such as guangzhou/budget-2024.")
@language_option
def template(
    path: Path,
    *,
    department: str | None,
    year: int | None,
    accounts: bool,
    key: str | None,
    lang: Language,
) -> None:
    """Write an empty book: a workbook where PATH ends in .xlsx, else a folder."""
    from shouzhi.catalogue.forms import keys
    from shouzhi.cycle.raw import RawBook

    messages = Messages(lang)
    if key and key not in keys():
        _end(messages("no-edition", key=key, known="、".join(keys())))
    raw = RawBook(path.stem)
    given = {"department": department, "year": year, "edition": key, "document": "决算" if accounts else "预算"}
    raw.settings = {name: str(found) for name, found in given.items() if found}
    _save(raw, path, messages, sheets=True)
    click.echo(messages("book-template", path=path), err=True)


@book.command()
@click.argument("path", metavar="BOOK", type=click.Path(path_type=Path))
@language_option
def check(path: Path, *, lang: Language) -> None:
    """Read a book and tell all its faults, each with its place and how to mend it.

    Exit status: 0 without faults, 1 with faults, 2 where there is no book.
    """
    messages = Messages(lang)
    click.echo(_summary(_built(_read(path, messages), messages), messages))


@book.command()
@click.argument("source", metavar="BOOK", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@language_option
def convert(source: Path, target: Path, *, lang: Language) -> None:
    """Turn a folder into a workbook or a workbook into a folder; nothing is lost.

    A book with faults is not converted.
    """
    messages = Messages(lang)
    raw = _read(source, messages)
    _built(raw, messages)
    _save(raw, target, messages)
    click.echo(messages("book-converted", source=source, target=target), err=True)


def _read(path: Path, messages: Messages) -> RawBook:
    """The book as it was written; ends with status 2 where there is none."""
    from shouzhi.cycle.building import read

    raw = read(path)
    if raw.faults and not raw.settings and not raw.sheets:
        _tell(raw.faults, messages)
        sys.exit(2)
    return raw


def _built(raw: RawBook, messages: Messages) -> Book:
    """The book made of it; tells all its faults and ends with status 1 where it has any."""
    from shouzhi.cycle.building import build
    from shouzhi.cycle.raw import BookFaults

    try:
        return build(raw)
    except BookFaults as error:
        _tell(error.faults, messages)
        sys.exit(1)


def _tell(faults: list[Fault], messages: Messages) -> None:
    click.echo(messages("book-faults", count=len(faults)), err=True)
    for fault in faults:
        click.echo(f"  ✗ {messages.phrase(fault.told)}", err=True)


def _save(raw: RawBook, path: Path, messages: Messages, *, sheets: bool = False) -> None:
    """Write a book where there is none yet; ends with status 2 where that cannot be."""
    from shouzhi.catalogue.loading import os_cause
    from shouzhi.cycle.folder import write_folder
    from shouzhi.cycle.workbook import SUFFIXES, write_workbook

    if path.exists() and (path.is_file() or any(path.iterdir())):
        _end(messages("book-exists", path=path))
    try:
        if path.suffix.lower() in SUFFIXES:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_workbook(raw, path)
        else:
            write_folder(raw, path, empty=sheets)
    except OSError as error:
        _end(messages("unwritable", path=path, what=os_cause(error)))


def _end(text: str) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(2)


def _summary(found: Book, messages: Messages) -> str:
    from shouzhi.cycle.lines import Ledger
    from shouzhi.publish.amounts import decimal

    ledger = Ledger(found)
    own = {"year": ("this",), "stage": (found.stage,)}
    income, expenditure = (
        decimal(ledger.sum(ledger.at({**own, "flow": (flow,)})), 1)
        for flow in ("income_total", "expenditure_total")
    )
    return messages(
        "book-sound", department=found.department, year=found.year,
        kind=messages.maybe("kind", found.document), units=len(found.units),
        projects=len(found.projects), lines=len(found.lines),
        income=income, expenditure=expenditure,
    )  # fmt: skip
