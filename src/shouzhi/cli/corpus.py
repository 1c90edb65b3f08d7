"""`shouzhi corpus`: a warehouse of many documents: add, list, search, ask in SQL, export."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.read import told

if TYPE_CHECKING:
    from shouzhi.warehouse import Warehouse

DEFAULT: Final = "shouzhi-warehouse"
_SHOWN: Final = 50

store_option = click.option(
    "--store", "-s", "folder", type=click.Path(path_type=Path), metavar="FOLDER", default=DEFAULT,
    envvar="SHOUZHI_WAREHOUSE", show_default=True, help="The folder of the warehouse.",
)  # fmt: skip


@click.group()
def corpus() -> None:
    """Keep a warehouse of many documents: add, list, search, ask in SQL, export."""


@corpus.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@store_option
@click.option("--department", metavar="NAME", help="Department of documents that tell none.")
@click.option("--year", type=click.IntRange(1950, 2200), help="Year of documents that tell none.")
@click.option("--published", metavar="YYYY-MM-DD", type=click.DateTime(["%Y-%m-%d"]), help="Day of disclosure.")
@click.option("--no-files", is_flag=True, help="Keep the data alone, not the files themselves.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Processes that read at the same time.")
@language_option
def add(  # noqa: PLR0913 - a command has as many parameters as options
    paths: tuple[Path, ...],
    *,
    folder: Path,
    department: str | None,
    year: int | None,
    published: Any,  # noqa: ANN401 - click gives a datetime
    no_files: bool,
    jobs: int | None,
    lang: Language,
) -> None:
    """Bring documents and books into the warehouse.

    PATH is a document, a zip or folder of them, or a book.  A document of the same department,
    year, kind and title takes the place of the one before; the same content twice is one.
    The exit status is 2 when a file could not be used.
    """
    from shouzhi.cli.gathering import Wishes, bring, tell
    from shouzhi.warehouse import Store

    messages = Messages(lang)
    day = published.date().isoformat() if published else None
    wishes = Wishes(department, year, not no_files, day, ("pdf", "xlsx"))
    with told(folder, messages):
        brought = bring(Store(folder), paths, wishes, messages, jobs=jobs)
    tell(brought, messages)
    sys.exit(2 if brought.unusable else 0)


@corpus.command("list")
@store_option
@language_option
def list_(*, folder: Path, lang: Language) -> None:
    """List the documents that the warehouse holds."""
    messages = Messages(lang)
    warehouse = opened(folder, messages)
    rows = warehouse.ask(
        "select document, version, department_name, year, kind, tables, facts, title from head"
        " order by department_name, year, kind, document"
    )
    _show(rows, messages, most=None)


@corpus.command()
@click.argument("document")
@store_option
@language_option
def remove(document: str, *, folder: Path, lang: Language) -> None:
    """Take a document out, by its key in `list`."""
    from shouzhi.warehouse import Store

    messages = Messages(lang)
    opened(folder, messages)
    if not Store(folder).remove(document):
        click.echo(messages("corpus-no-document", document=document), err=True)
        sys.exit(2)


@corpus.command()
@store_option
@language_option
def compact(*, folder: Path, lang: Language) -> None:
    """Join the Parquet files of each year into one, which makes a large warehouse faster."""
    from shouzhi.warehouse import Store

    messages = Messages(lang)
    opened(folder, messages)
    store = Store(folder)
    for year in sorted({held.year for held in store.held()}):
        if joined := store.compact(year):
            click.echo(messages("corpus-compacted", year=year, segments=joined), err=True)


@corpus.command()
@click.argument("sql", metavar="SQL")
@store_option
@click.option(
    "--format", "-f", "chosen", type=click.Choice(("table", "csv", "json")), default="table", show_default=True,
    help="Output format.",
)  # fmt: skip
@language_option
def query(sql: str, *, folder: Path, chosen: str, lang: Language) -> None:
    """Ask in SQL (of DuckDB) over heads, facts, tables, prose, projects and findings.

    Amounts are in 分.  `figures` are the facts that stand first at each place, with department,
    document_kind and document_year.
    """
    import duckdb

    from shouzhi.warehouse.exports import as_json

    messages = Messages(lang)
    try:
        rows = opened(folder, messages).ask(sql)
    except duckdb.Error as error:
        click.echo(messages("corpus-sql", why=" ".join(str(error).split())), err=True)
        sys.exit(2)
    if chosen == "json":
        click.echo(as_json(rows), nl=False)
    elif chosen == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)
    else:
        _show(rows, messages, most=_SHOWN)


@corpus.command()
@click.argument("words")
@store_option
@language_option
def search(words: str, *, folder: Path, lang: Language) -> None:
    """Search departments, accounts, projects, tables and prose."""
    messages = Messages(lang)
    for kind, hits in opened(folder, messages).search(words).items():
        for hit in hits:
            click.echo(f"{messages(f'found-{kind}')}\t{hit.document or hit.key}\t{' '.join(hit.label.split())[:100]}")


@corpus.command()
@click.option("--output", "-o", "out", type=click.Path(path_type=Path), metavar="OUT", required=True, help="Folder.")
@store_option
@click.option("--year", "years", type=int, multiple=True, help="Years; all by default.")
@language_option
def export(*, out: Path, folder: Path, years: tuple[int, ...], lang: Language) -> None:
    """Write a package for each year: all records as Parquet and CSV, with their description."""
    from shouzhi.warehouse.exports import package

    messages = Messages(lang)
    warehouse = opened(folder, messages)
    known = [row["year"] for row in warehouse.ask("select distinct year from head order by year")]
    with told(out, messages):
        out.mkdir(parents=True, exist_ok=True)
        for year in years or known:
            if content := package(warehouse, year):
                (out / f"{year}.zip").write_bytes(content)
                click.echo(messages("corpus-exported", path=out / f"{year}.zip"), err=True)


def opened(folder: Path, messages: Messages) -> Warehouse:
    """The warehouse in a folder; tells where there is none, and ends."""
    from shouzhi.warehouse import Warehouse

    try:
        return Warehouse(folder)
    except FileNotFoundError:
        click.echo(messages("corpus-none", folder=folder), err=True)
        sys.exit(2)


def _show(rows: Sequence[Mapping[str, Any]], messages: Messages, *, most: int | None) -> None:
    """Rows as a table on the terminal."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        click.echo(messages("corpus-nothing"), err=True)
        return
    table = Table(*rows[0], box=None, header_style="bold")
    for row in rows[:most]:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 400
    console.print(table)
    if most and len(rows) > most:
        click.echo(messages("corpus-more", count=len(rows) - most), err=True)
