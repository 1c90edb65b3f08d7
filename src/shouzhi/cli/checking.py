"""Many documents are checked by several processes, each alone or all against each other."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from shouzhi.cli.batch import TIME_LIMIT, Work, run_all
from shouzhi.cli.cache import CHECKERS, Cache, default_folder
from shouzhi.cli.messages import Language
from shouzhi.cli.report import view as views
from shouzhi.cli.workers import PRELOAD, Failure, Pool
from shouzhi.sources import Unreadable
from shouzhi.sources.folder import Entry

Json = dict[str, Any]

PRELOADED: Final = (*PRELOAD, "shouzhi.checks.run", "shouzhi.cli.checking")


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of the check of some files, in the order of `entries`: a view, or a failure."""

    entries: tuple[Entry, ...]
    view: Json = field(default_factory=dict)
    cached: bool = False
    failure: Failure | None = None

    @property
    def name(self) -> str:
        """The name of the file, or of the first of several."""
        return self.entries[0].name

    @property
    def names(self) -> list[str]:
        """The names of the files."""
        return [entry.name for entry in self.entries]


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read, for the check between several: its pickled bytes, or a failure."""

    entry: Entry
    pickled: bytes = b""
    failure: Failure | None = None


def check_cache(language: Language = "zh") -> Cache:
    """Where findings in a language are kept, apart from what `read` keeps."""
    return Cache(default_folder() / "checks" / language, CHECKERS)


def check_entry(entry: Entry, language: Language = "zh") -> bytes:
    """Read and check one file, in a process of its own, into the packed view that is kept.

    Raises `shouzhi.sources.Unreadable` when it cannot be used.
    """
    from shouzhi.checks.run import check
    from shouzhi.facts import from_source

    source = entry.read()
    document = from_source(source)
    found = check([document], language=language)
    return views.pack(views.view([document], found, [source.kind], language))


def _work(language: Language) -> Work[Checked]:
    return Work(
        partial(check_entry, language=language),
        lambda entry, packed, kept: Checked((entry,), views.unpack(packed, [entry.name]), kept),
        lambda entry, failure: Checked((entry,), failure=failure),
        PRELOADED,
    )


def check_all(
    entries: Iterable[Entry],
    *,
    jobs: int | None = None,
    cache: Cache | None = None,
    limit: float = TIME_LIMIT,
    language: Language = "zh",
) -> Generator[Checked, None, None]:
    """Check every entry by itself with `jobs` processes, in the order given."""
    return run_all(entries, _work(language), jobs=jobs, cache=cache, limit=limit)


def read_whole(entry: Entry) -> bytes:
    """Read one file, in a process of its own, into a pickled document.

    Raises `shouzhi.sources.Unreadable` when it cannot be used.
    """
    import pickle

    from shouzhi.facts import from_source

    source = entry.read()
    return pickle.dumps((from_source(source), source.kind), pickle.HIGHEST_PROTOCOL)


_WHOLE: Final = Work(
    read_whole,
    lambda entry, packed, _: _Read(entry, packed),
    lambda entry, failure: _Read(entry, failure=failure),
    PRELOADED,
)


def check_together(pickled: Sequence[bytes], language: Language = "zh") -> bytes:
    """Check several documents against each other, in a process of its own."""
    import pickle

    from shouzhi.checks.run import check

    # They come from our own processes and are kept nowhere in between.
    read = [pickle.loads(each) for each in pickled]  # noqa: S301
    documents = [document for document, _ in read]
    findings = check(documents, between=True, language=language)
    return views.pack(views.view(documents, findings, [kind for _, kind in read], language))


def check_between(
    entries: Sequence[Entry],
    *,
    jobs: int | None = None,
    cache: Cache | None = None,
    limit: float = TIME_LIMIT,
    language: Language = "zh",
) -> Generator[Checked, None, None]:
    """Check all entries against each other: one result, after those of unusable files."""
    kept = _kept(entries, cache) if cache else None
    if kept:
        yield kept
        return
    read = list(run_all(entries, _WHOLE, jobs=jobs, limit=limit))
    yield from (Checked((each.entry,), failure=each.failure) for each in read if each.failure)
    usable = [each for each in read if not each.failure]
    if not usable:
        return
    found = tuple(each.entry for each in usable)
    tasks: list[tuple[int, object]] = [(0, [each.pickled for each in usable])]
    del read, usable
    with Pool(partial(check_together, language=language), 1, limit, PRELOADED) as pool:
        for _, result in pool.run(tasks):
            if isinstance(result, Failure):
                yield from (Checked((entry,), failure=result) for entry in found)
                continue
            if cache and len(found) == len(entries):
                cache.put(_together(entries), result)
            yield Checked(found, views.unpack(result, [entry.name for entry in found]))


def _kept(entries: Sequence[Entry], cache: Cache) -> Checked | None:
    """What was kept of a check of the same contents under the same names, in the same order."""
    if any(entry.problem for entry in entries):
        return None
    with suppress(Unreadable):  # it is told when the file is read
        if packed := cache.get(_together(entries)):
            with suppress(ValueError, KeyError, zlib.error):
                names = [entry.name for entry in entries]
                return Checked(tuple(entries), views.unpack(packed, names), cached=True)
    return None


def _together(entries: Sequence[Entry]) -> str:
    """What a check between documents is kept under: messages may name the files."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(f"{entry.name}\0{entry.digest()}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest() + ".between"


Task = tuple[Entry, Any]


def on_pages(
    function: Callable[[Task], bytes], tasks: Sequence[Task], *, jobs: int | None, limit: float
) -> Iterator[tuple[int, bytes | Failure]]:
    """Do something on the pages of files that were checked: draw rows, mark cells.

    Gives (position of the task, result) as they end.
    """
    import os

    with Pool(function, jobs or os.cpu_count() or 1, limit, PRELOADED) as pool:
        yield from pool.run(list(enumerate(tasks)))
