"""`shouzhi site`: the public site of books and documents, as files that any web server can carry."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shouzhi.cli.messages import Language, Messages, language_option
from shouzhi.cli.read import told

if TYPE_CHECKING:
    from shouzhi.cli.gathering import Brought
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
@click.option(
    "--corrections", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="Readers’ reports with their answers, as a served site gives them at /api/v1/corrections.",
)  # fmt: skip
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Processes that read at the same time.")
@language_option
def site(  # noqa: PLR0913 - a command has as many options
    paths: tuple[Path, ...],
    *,
    out: Path,
    folder: Path | None,
    pages: str,
    corrections: Path | None,
    jobs: int | None,
    lang: Language,
) -> None:
    """Make the public site of books and documents, as files for any web server.

    BOOKS are books (folders or workbooks), published documents, and folders or zips of these.
    All links are relative: the site works from any folder and without a server.  The exit
    status is 2 when a file could not be used.
    """
    messages, started = Messages(lang), time.monotonic()
    if not paths and folder is None:
        raise click.UsageError(messages("site-needs-books"))
    log = _log(corrections, messages)
    with told(out, messages), tempfile.TemporaryDirectory(prefix="shouzhi-") as temporary:
        brought = _bring(paths, folder or Path(temporary), messages, jobs)
        carried = _carry(folder or Path(temporary), out, pages, log)
    seconds = f"{time.monotonic() - started:.1f}"
    mib = f"{carried.bytes / 1_048_576:.1f}"
    told_of = {"pages": carried.pages, "files": carried.files, "mib": mib, "out": out, "seconds": seconds}
    click.echo(messages("site-done", **told_of), err=True)
    sys.exit(2 if brought.unusable else 0)


def _log(file: Path | None, messages: Messages) -> list[dict[str, Any]] | None:
    """The reports of a file; ends with a message where it is not one of ours."""
    from shouzhi.web.public.logged import NotALog, read_log  # noqa: PLC0415 - --help answers at once

    if file is None:
        return None
    try:
        return read_log(file.read_bytes())
    except (OSError, NotALog) as error:
        raise click.UsageError(messages("site-not-a-log", file=file, why=error)) from None


def _bring(paths: tuple[Path, ...], store: Path, messages: Messages, jobs: int | None) -> Brought:
    from shouzhi.cli.gathering import Wishes, bring, tell  # noqa: PLC0415 - --help answers at once
    from shouzhi.warehouse import Store  # noqa: PLC0415 - as above

    brought = bring(Store(store), paths, Wishes(), messages, jobs=jobs)
    tell(brought, messages)
    return brought


def _carry(store: Path, out: Path, pages: str, log: list[dict[str, Any]] | None) -> Carried:
    from shouzhi.warehouse import Warehouse  # noqa: PLC0415 - --help answers at once
    from shouzhi.web.public.carrying import carry  # noqa: PLC0415 - as above

    return carry(Warehouse(store), out, _PAGES[pages], log)
