"""`shouzhi compare`: two books, two published documents, or one of each, side by side."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.read import told

if TYPE_CHECKING:
    from shouzhi.facts import Document
    from shouzhi.publish.compare import Change, Comparison

FORMATS = ("table", "xlsx", "html")
_SUFFIXES = {".xlsx": "xlsx", ".html": "html", ".htm": "html"}
_FEN = 1_000_000
_INKS = {"added": "#0B6E4F", "removed": "#A4262C", "changed": "#1F4E79"}


@click.command()
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.option("--format", "-f", "chosen", type=click.Choice(FORMATS), help="By default what OUT means, else table.")
@click.option(
    "--output", "-o", "out", type=click.Path(path_type=Path), metavar="OUT",
    help="Write to this file; standard output by default.",
)  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Show every line on the terminal, not only the first 60.")
@language_option
def compare(
    before: Path, after: Path, *, chosen: str | None, out: Path | None, every: bool, lang: Language
) -> None:
    """Compare two books or documents: what was added, removed and changed.

    A and B are each a book (a folder, or a workbook that is one) or a published document.
    Amounts are shown in 万元.  Breakdowns that only one of the two prints are counted, not
    listed.  The exit status is 2 when one of them cannot be used.
    """
    from shouzhi.publish.compare import compare as held

    messages = Messages(lang)
    chosen = chosen or _SUFFIXES.get(out.suffix.lower() if out else "", "table")
    if chosen == "xlsx" and out is None:
        raise click.UsageError(messages("compare-needs-out"))
    found = held(_document(before, messages), _document(after, messages))
    if found.before == found.after:
        one, other = (f"{found.before}（{path.resolve().name}）" for path in (before, after))
        found = replace(found, before=one, after=other)
    if chosen == "table" and out is None:
        _show(found, messages, most=None if every else 60)
        return
    content = _workbook(found, messages) if chosen == "xlsx" else _page(found, messages)
    if chosen == "table":
        content = _text(found, messages).encode()
    with told(out, messages):
        if out is None:
            click.echo(content.decode())
        else:
            out.write_bytes(content)


def _document(path: Path, messages: Messages) -> Document:
    """A book as it would be published, or a published document; ends where it is neither."""
    import shouzhi
    from shouzhi.sources import Unreadable

    try:
        if not path.exists():
            raise Unreadable(messages("compare-no-file"), messages("compare-no-file-remedy"))  # noqa: TRY301 - told as others are
        return _book(path, messages) if _is_book(path) else shouzhi.read(path)
    except Unreadable as error:
        click.echo(messages("unusable", name=path, cause=error.cause, remedy=error.remedy), err=True)
        sys.exit(2)


def _is_book(path: Path) -> bool:
    """Whether a path is a folder, or a workbook that says that it is a book."""
    if path.is_dir():
        return True
    if path.suffix.lower() != ".xlsx":
        return False
    from shouzhi.cycle.building import read

    raw = read(path)
    return bool(raw.settings)


def _book(path: Path, messages: Messages) -> Document:
    from shouzhi.cli.publish import edition_of, load_book
    from shouzhi.publish.document import publication
    from shouzhi.publish.proof import read_back

    book = load_book(path, messages)
    return read_back(publication(book, edition_of(book, None, messages)))


def _rows(found: Comparison, messages: Messages) -> list[tuple[str, list[dict[str, str]]]]:
    """The changes by table, as texts."""
    rows = []
    for title, changes in groupby(found.changes, key=lambda change: change.table):
        rows.append((title, [_row(change, messages) for change in changes]))
    return rows


def _row(change: Change, messages: Messages) -> dict[str, str]:
    return {
        "kind": change.kind,
        "said": messages(f"compare-{change.kind}"),
        "label": change.label,
        "heading": change.heading,
        "before": _money(change.before),
        "after": _money(change.after),
        "difference": _money(change.difference, signed=True),
        "rate": "" if change.rate is None else f"{change.rate:+}%" if change.rate else "0.00%",
        "slight": "slight" if change.slight else "",
    }


def _money(fen: int | None, *, signed: bool = False) -> str:
    if fen is None:
        return ""
    value = Decimal(fen) / _FEN
    return f"{value:+,.2f}" if signed else f"{value:,.2f}"


def _summary(found: Comparison, messages: Messages) -> str:
    from shouzhi.publish.compare import KINDS

    counts = {kind: len(found.of(kind)) for kind in KINDS}
    slight = sum(change.slight for change in found.changes)
    text = messages("compare-summary", same=found.same, **counts)
    text += messages("compare-slight", count=slight) if slight else ""
    return text + (messages("compare-apart", count=found.apart) if found.apart else "")


def _title(found: Comparison, messages: Messages) -> str:
    return messages("compare-title", before=found.before, after=found.after)


def _headings(messages: Messages) -> Sequence[str]:
    return messages("compare-headings").split("|")


def _show(found: Comparison, messages: Messages, most: int | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    console.print(escape(_title(found, messages)), style="bold")
    if most is not None:
        whole, found = found, replace(found, changes=tuple(c for c in found.changes if not c.slight))
    else:
        whole = found
    colours = {"added": "green", "removed": "red", "changed": "cyan"}
    shown = 0
    for title, rows in _rows(found, messages):
        if most is not None and shown >= most:
            break
        table = Table(title=escape(title), title_justify="left", expand=False)
        for place, heading in enumerate(_headings(messages)):
            table.add_column(heading, justify="right" if place >= 3 else "left", no_wrap=place >= 3, overflow="fold")
        for row in rows[: None if most is None else most - shown]:
            cells = [escape(row[key]) for key in ("said", "label", "heading", "before", "after", "difference", "rate")]
            table.add_row(*cells, style=colours[row["kind"]])
            shown += 1
        console.print(table)
    if shown < len(found.changes):
        console.print(messages("compare-more", count=len(found.changes) - shown))
    if hidden := len(whole.changes) - len(found.changes):
        console.print(messages("compare-slight-hidden", count=hidden))
    console.print(_summary(whole, messages))


def _text(found: Comparison, messages: Messages) -> str:
    lines = [_title(found, messages), "\t".join(_headings(messages))]
    for title, rows in _rows(found, messages):
        lines.append(title)
        lines += ["\t".join(list(row.values())[1:-1]) for row in rows]
    return "\n".join([*lines, _summary(found, messages), ""])


def _page(found: Comparison, messages: Messages) -> bytes:
    from shouzhi.publish.web import template

    words = {
        "title": _title(found, messages),
        "summary": _summary(found, messages),
        "headings": _headings(messages),
    }
    return template("compare.html").render(words=words, groups=_rows(found, messages)).encode()


def _workbook(found: Comparison, messages: Messages) -> bytes:
    import xlsxwriter

    made = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    head = book.add_format({"bold": True, "bg_color": "#EFEFEF", "border": 1, "align": "center"})
    kinds = {kind: book.add_format({"font_color": colour}) for kind, colour in _INKS.items()}
    quiet = book.add_format({"font_color": "#6B7280"})
    money = book.add_format({"num_format": "#,##0.00"})
    change = book.add_format({"num_format": "+#,##0.00;-#,##0.00;0.00"})
    percent = book.add_format({"num_format": "+0.00%;-0.00%;0.00%"})
    page = book.add_worksheet(messages("compare-sheet"))
    page.write_string(0, 0, _title(found, messages), book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, _summary(found, messages))
    for column, heading in enumerate((messages("compare-table"), *_headings(messages))):
        page.write_string(2, column, heading, head)
    for row, one in enumerate(found.changes, start=3):
        said = messages(f"compare-{one.kind}")
        for column, text in enumerate((one.table, said, one.label, one.heading)):
            how = quiet if one.slight else kinds[one.kind] if column == 1 else None
            page.write_string(row, column, text, how)
        for column, amount in ((4, one.before), (5, one.after)):
            if amount is not None:
                page.write_number(row, column, Decimal(amount) / _FEN, money)
        page.write_formula(row, 6, f"=F{row + 1}-E{row + 1}", change, Decimal(one.difference) / _FEN)
        if one.rate is not None:
            page.write_formula(row, 7, f"=G{row + 1}/E{row + 1}", percent, one.rate / 100)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.freeze_panes(3, 0)
    page.autofilter(2, 0, 2 + max(1, len(found.changes)), 7)
    page.set_column(0, 0, 46)
    page.set_column(1, 1, 8)
    page.set_column(2, 3, 34)
    page.set_column(4, 7, 16)
    book.close()
    return made.getvalue()
