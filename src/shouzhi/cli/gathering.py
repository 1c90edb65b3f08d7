"""Books and documents go into a warehouse: what `corpus add` and `site` have in common."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson

from shouzhi.cli.batch import TIME_LIMIT, Work, run_all
from shouzhi.cli.cache import CHECKERS, Cache, default_folder
from shouzhi.cli.messages import Messages
from shouzhi.cli.workers import PRELOAD, Failure
from shouzhi.sources import Unreadable
from shouzhi.sources.folder import Entry, expand
from shouzhi.warehouse import Added, Store, Unplaced

if TYPE_CHECKING:
    from shouzhi.publish.document import Publication

BOOK: Final = "book.yaml"
"""The file that makes a folder a book."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A document ready for the store, as bytes of JSON, or why there is none."""

    entry: Entry
    packed: bytes = b""
    failure: Failure | None = None


@dataclass(slots=True)
class Brought:
    """What came of some paths."""

    fresh: int = 0
    known: int = 0
    unusable: list[tuple[str, Failure]] = field(default_factory=list)

    def add(self, added: Added) -> None:
        """Count what became of a document."""
        self.fresh += added.fresh
        self.known += not added.fresh


@dataclass(frozen=True, slots=True)
class Wishes:
    """How documents are brought in.

    `department` and `year` are for those that tell none; `files` whether the originals
    are kept for readers; `formats` what is made of a book.
    """

    department: str | None = None
    year: int | None = None
    files: bool = True
    published: str | None = None
    formats: tuple[str, ...] = ("docx", "pdf", "xlsx", "html", "datapackage")


def read_and_check(entry: Entry) -> bytes:
    """Read and check one file, in a process of its own.

    Raises `shouzhi.sources.Unreadable` when it cannot be used.
    """
    from shouzhi.checks.run import check
    from shouzhi.facts import from_source
    from shouzhi.warehouse.records import finding_dict

    document = from_source(entry.read())
    made = {"data": document.as_dict(), "findings": [finding_dict(f) for f in check([document])]}
    return zlib.compress(orjson.dumps(made), level=1)


_GATHER: Final = Work(
    read_and_check,
    lambda entry, packed, _: Gathered(entry, packed),
    lambda entry, failure: Gathered(entry, failure=failure),
    (*PRELOAD, "shouzhi.checks.run", "shouzhi.cli.gathering"),
)


def bring(
    store: Store, paths: Sequence[Path], wishes: Wishes, messages: Messages, *, jobs: int | None = None
) -> Brought:
    """Bring books and documents into the store; what cannot be used is told at the end."""
    brought = Brought()
    books, entries = sort_out(paths)
    for path in books:
        brought.add(bring_book(store, path, wishes, messages))
    cache = Cache(default_folder() / "gathered", CHECKERS)
    for gathered in run_all(entries, _GATHER, jobs=jobs, cache=cache, limit=TIME_LIMIT):
        failure = gathered.failure or _bring(store, gathered, wishes, brought)
        if failure is not None:
            brought.unusable.append((gathered.entry.name, failure))
    return brought


def sort_out(paths: Sequence[Path]) -> tuple[list[Path], list[Entry]]:
    """The books among the paths, wherever below them, and the documents that are left."""
    books = [book for path in paths for book in _books(path)]
    inside = {book.resolve() for book in books}
    entries = [
        entry
        for entry in expand([path for path in paths if path.resolve() not in inside])
        if not entry.skipped and not inside & set(entry.path.resolve().parents)
    ]
    return books, entries


def _books(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(found.parent for found in path.rglob(BOOK))
    elif path.suffix.lower() == ".xlsx" and path.is_file():
        from shouzhi.cycle.building import read

        try:
            if read(path).settings:
                yield path
        except Exception:  # noqa: BLE001 - a damaged workbook is told when it is read as a document
            return


def bring_book(store: Store, path: Path, wishes: Wishes, messages: Messages) -> Added:
    """Publish a book and bring it in; tells its faults and ends where it has any."""
    from shouzhi.publish.files import files
    from shouzhi.warehouse import publish

    made = _publication(path, messages)
    try:
        outputs = files(made, wishes.formats)
    except Unreadable as error:
        click.echo(messages("unusable", name=path, cause=error.cause, remedy=error.remedy), err=True)
        sys.exit(2)
    return publish(store, made, outputs, published=wishes.published)


def _publication(path: Path, messages: Messages) -> Publication:
    from shouzhi.cli.publish import edition_of, load_book
    from shouzhi.publish.document import publication

    book = load_book(path, messages)
    return publication(book, edition_of(book, None, messages))


def _bring(store: Store, gathered: Gathered, wishes: Wishes, brought: Brought) -> Failure | None:
    made: dict[str, Any] = orjson.loads(zlib.decompress(gathered.packed))
    about = made["data"]["document"]
    about["file"] = gathered.entry.name
    about["department"] = about["department"] or wishes.department
    about["year"] = about["year"] or wishes.year
    files: dict[str, bytes] = {}
    try:
        if wishes.files:
            with gathered.entry.on_disk() as path:
                files = {Path(gathered.entry.name).name: path.read_bytes()}
        brought.add(store.add(made["data"], findings=made["findings"], files=files, published=wishes.published))
    except (Unplaced, Unreadable) as error:
        return Failure("unusable", {"cause": error.cause, "remedy": error.remedy})
    return None


def tell(brought: Brought, messages: Messages) -> None:
    """Tell what came of it, and each file that could not be used."""
    from shouzhi.cli.read import tell_unusable

    click.echo(messages("corpus-added", fresh=brought.fresh, known=brought.known), err=True)
    tell_unusable(list(brought.unusable), messages)


