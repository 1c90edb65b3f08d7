"""Many documents are read by several processes, in order, through the cache."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import orjson

from shouzhi.cli.cache import Cache
from shouzhi.cli.workers import PRELOAD, Failure, Pool
from shouzhi.sources import Unreadable
from shouzhi.sources.folder import Entry

if TYPE_CHECKING:
    from shouzhi.facts import Document

CHUNK: Final = 64
"""How many files a process can run ahead of the one that is printed next."""

_OPENING: Final = b'{"document":{'

TIME_LIMIT: Final = 600.0
"""Seconds that one document may take."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file: its document as a line of JSON, or why there is none.

    The line is the object of `shouzhi read --format json`; the counts beside it spare
    those who only pass it on from parsing it.
    """

    name: str
    line: bytes = b""
    tables: int = 0
    facts: int = 0
    warnings: tuple[str, ...] = ()
    cached: bool = False
    failure: Failure | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The document as JSON gives it: `document`, `tables` and `facts`."""
        parsed: dict[str, Any] = orjson.loads(self.line)
        return parsed


Add = Callable[[Reading], None]
"""What takes readings one by one and writes them."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Work(Generic[Result]):
    """What is done with every file: `function` in a process of its own, the rest here.

    `unpack` makes the result of the bytes (True when they were kept from before; it
    raises ValueError, KeyError or zlib.error when they are damaged), `fail` that of a file
    that cannot be used.  `preload` are the modules that the processes share.
    """

    function: Callable[[Entry], bytes]
    unpack: Callable[[Entry, bytes, bool], Result]
    fail: Callable[[Entry, Failure], Result]
    preload: Sequence[str] = PRELOAD


def read_entry(entry: Entry) -> bytes:
    """Read one file, in a process of its own, into the compressed form that is kept.

    Raises `shouzhi.sources.Unreadable` when it cannot be used.
    """
    from shouzhi.facts import from_source

    return pack(from_source(entry.read()))


def pack(document: Document) -> bytes:
    """A document as compressed bytes: its counts on one line, itself on the next.

    The name of its file is left out: the same content keeps its result under any name.
    """
    counts = {
        "tables": len(document.tables),
        "facts": len(document.facts),
        "warnings": document.warnings,
    }
    data = document.as_dict()
    del data["document"]["file"]
    return zlib.compress(orjson.dumps(counts) + b"\n" + orjson.dumps(data), level=1)


def unpack(name: str, packed: bytes, *, cached: bool = False) -> Reading:
    """The reading of packed bytes, under `name`.

    Raises ValueError, KeyError or zlib.error when the bytes are damaged.
    """
    head, _, rest = zlib.decompress(packed).partition(b"\n")
    counts = orjson.loads(head)
    line = _OPENING + b'"file":' + orjson.dumps(name) + b"," + rest.removeprefix(_OPENING)
    return Reading(
        name, line, counts["tables"], counts["facts"], tuple(counts["warnings"]), cached=cached
    )


READ: Final = Work(
    read_entry,
    lambda entry, packed, kept: unpack(entry.name, packed, cached=kept),
    lambda entry, failure: Reading(entry.name, failure=failure),
)


def read_all(
    entries: Iterable[Entry],
    *,
    jobs: int | None = None,
    cache: Cache | None = None,
    limit: float = TIME_LIMIT,
) -> Generator[Reading, None, None]:
    """Read every entry with `jobs` processes (all cores by default), in the order given.

    Each reading comes as soon as it and all before it are there; a file that cannot
    be used gives a reading with its `failure` and the others go on.
    """
    return run_all(entries, READ, jobs=jobs, cache=cache, limit=limit)


def run_all(
    entries: Iterable[Entry],
    work: Work[Result],
    *,
    jobs: int | None = None,
    cache: Cache | None = None,
    limit: float = TIME_LIMIT,
) -> Generator[Result, None, None]:
    """Do `work` on every entry, as `read_all` reads them."""
    jobs = jobs or os.cpu_count() or 1
    remaining = enumerate(entries)
    with Pool(work.function, jobs, limit, work.preload) as pool:
        while chunk := dict(islice(remaining, CHUNK * jobs)):
            yield from _run_chunk(chunk, work, pool, cache)


def _run_chunk(
    chunk: dict[int, Entry], work: Work[Result], pool: Pool, cache: Cache | None
) -> Iterator[Result]:
    """Work on a stretch of the entries; its results alone wait in memory for their turn."""
    keys: dict[int, str] = {}
    done: dict[int, Result] = {}
    for number, entry in chunk.items():
        try:
            keys[number] = _key(entry, cache)
        except Unreadable as error:
            values = {"cause": error.cause, "remedy": error.remedy}
            done[number] = work.fail(entry, Failure("unusable", values))
        else:
            with suppress(ValueError, KeyError, zlib.error):
                if cache and (packed := cache.get(keys[number])):
                    done[number] = work.unpack(entry, packed, True)  # noqa: FBT003 - kept
    # The largest first: no process is left alone with a large file at the end.
    missing = sorted(chunk.keys() - done.keys(), key=lambda number: _size(chunk[number]))
    results = pool.run([(number, chunk[number]) for number in reversed(missing)])
    for number in chunk:
        while number not in done:
            other, result = next(results)
            if isinstance(result, Failure):
                done[other] = work.fail(chunk[other], result)
                continue
            done[other] = work.unpack(chunk[other], result, False)  # noqa: FBT003 - new
            if cache:
                cache.put(keys[other], result)
        yield done.pop(number)


def _key(entry: Entry, cache: Cache | None) -> str:
    """What a result is kept under; raises Unreadable when the file cannot be got at."""
    if entry.problem:
        raise Unreadable(*entry.problem)
    # The extension is part of it: one that contradicts the content is told.
    suffix = Path(entry.name).suffix.lower().replace("/", "")
    return "" if cache is None else entry.digest() + suffix


def _size(entry: Entry) -> int:
    with suppress(OSError):
        return entry.path.stat().st_size
    return 0
