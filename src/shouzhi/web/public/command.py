"""`shouzhi site`: the public site of books and documents, as files that any web server can carry."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.read import told

if TYPE_CHECKING:
    from shouzhi.web.public.carrying import Carried
    from shouzhi.web.public.links import Language as PageLanguage

_PAGES: dict[str, tuple[PageLanguage, ...]] = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


@click.command()
@click.argument("paths", nargs=-1, metavar="BOOKS...", type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", "out", type=click.Path(path_type=Path), metavar="OUT", required=True,
    help="Folder for the site.",
)  # fmt: skip
@click.option(
    "--store", "-s", "folder", type=click.Path(path_type=Path), metavar="FOLDER",
    help="A warehouse whose documents the site shows too; BOOKS are kept in it.",
)  # fmt: skip
@click.option(
    "--pages", type=click.Choice(tuple(_PAGES)), default="both", show_default=True, help="Languages of the pages."
)
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Processes that read at the same time.")
@language_option
def site(
    paths: tuple[Path, ...], *, out: Path, folder: Path | None, pages: str, jobs: int | None, lang: Language
) -> None:
    """Make the public site of books and documents, as files for any web server.

    BOOKS are books (folders or workbooks), published documents, and folders or zips of these.
    All links are relative: the site works from any folder and without a server.  The exit
    status is 2 when a file could not be used.
    """
    messages, started = Messages(lang), time.monotonic()
    if not paths and folder is None:
        raise click.UsageError(messages("site-needs-books"))
    with told(out, messages), tempfile.TemporaryDirectory(prefix="shouzhi-") as temporary:
        carried, unusable = _make(paths, folder or Path(temporary), out, pages, messages, jobs)
    seconds = f"{time.monotonic() - started:.1f}"
    mib = f"{carried.bytes / 1_048_576:.1f}"
    told_of = {"pages": carried.pages, "files": carried.files, "mib": mib, "out": out, "seconds": seconds}
    click.echo(messages("site-done", **told_of), err=True)
    sys.exit(2 if unusable else 0)


def _make(
    paths: tuple[Path, ...], store: Path, out: Path, pages: str, messages: Messages, jobs: int | None
) -> tuple[Carried, bool]:
    from shouzhi.cli.gathering import Wishes, bring, tell  # noqa: PLC0415 - --help answers at once
    from shouzhi.warehouse import Store, Warehouse  # noqa: PLC0415 - as above
    from shouzhi.web.public.carrying import carry  # noqa: PLC0415 - as above

    brought = bring(Store(store), paths, Wishes(), messages, jobs=jobs)
    tell(brought, messages)
    return carry(Warehouse(store), out, _PAGES[pages]), bool(brought.unusable)
