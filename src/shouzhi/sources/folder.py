"""Paths become documents: files, folders and zips of these, one handle for each document."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from shouzhi.sources import Source, Unreadable
from shouzhi.sources.archive import DAMAGED, MIB, member_name, open_zip
from shouzhi.sources.opening import KINDS, KNOWN, SUFFIXES, kind_of, open_source
from shouzhi.sources.signature import identify

MAX_DEPTH: Final = 1
"""How many zips a zip may stand in: departments' books zipped by unit are zipped again by year."""
MAX_MEMBER: Final = 2048 * MIB
"""The largest member that is unpacked."""
IN_MEMORY: Final = 16 * MIB
"""Members up to this size are looked at in memory, larger ones on disk."""
_ENCRYPTED: Final = 0x1
_IGNORED: Final = ("__macosx", "thumbs.db", "desktop.ini")
_CHUNK: Final = MIB


class Problem(NamedTuple):
    """Why a document cannot be used and what to do, as `Unreadable` says it."""

    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document, or one file that is passed by: small, and safe to hand to another process.

    `name` is what to show (`a.zip/b.pdf`), `path` the file on disk, `members`
    the places in the archive, and in the one inside it, by number and never by
    name, so that no name can lead out of it.  `skipped` says why a file that
    nobody asked for by name is passed by; `problem` what is known to be wrong.
    """

    name: str
    path: Path
    members: tuple[int, ...] = ()
    skipped: str | None = None
    problem: Problem | None = None

    def read(self) -> Source:
        """Read the document; raises Unreadable, and nothing else, when it cannot be used."""
        if self.problem is not None:
            raise Unreadable(*self.problem)
        with self.on_disk() as path:
            return open_source(path, self.name)

    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal; raises Unreadable when it cannot be got at."""
        with self.on_disk() as path:
            try:
                with path.open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise Unreadable("文件无法读取", "请检查路径和权限") from error

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """The document as a file: itself, or a copy that is gone afterwards."""
        if not self.members:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="shouzhi-") as folder:
            suffix = Path(self.name).suffix.lower()
            inner = Path(folder) / f"member{suffix if suffix in SUFFIXES else ''}"
            at = self.path
            for depth, number in enumerate(self.members):
                target = inner if depth == len(self.members) - 1 else Path(folder) / f"{depth}.zip"
                _unpack(at, number, target)
                at = target
            yield inner


def expand(paths: Iterable[Path]) -> Iterator[Entry]:
    """The documents of files, folders (all the way down, by name) and zips, one after the other.

    Never raises: a path that does not exist or a broken archive is an entry with its
    `problem`.  Hidden files and the lock files of office programs are left out.
    """
    for path in paths:
        if path.is_dir():
            for found in _walk(path):
                yield from _file(found, named=False)
        else:
            yield from _file(path, named=True)


def _walk(folder: Path) -> Iterator[Path]:
    for at, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        yield from (Path(at) / name for name in sorted(files) if not _is_hidden(name))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _IGNORED


def _file(path: Path, *, named: bool) -> Iterator[Entry]:
    name = path.as_posix()
    try:
        kind = kind_of(path, path.suffix)
    except Unreadable as error:
        yield _broken(Entry(name, path), error.cause, error.remedy)
        return
    except OSError as error:
        cause = "没有读取权限" if isinstance(error, PermissionError) else "系统读取文件失败"
        yield _broken(Entry(name, path), cause, "请检查文件权限和磁盘")
        return
    if kind == "zip":
        yield from _archive(Entry(name, path), path)
    else:
        yield _judged(Entry(name, path), kind, named=named)


def _judged(entry: Entry, kind: str, *, named: bool = False) -> Entry:
    """The entry, marked as passed by when it is no document and nobody asked for it by name."""
    suffix = Path(entry.name).suffix.lower()
    if named or (suffix in SUFFIXES and kind != "text") or kind == "encrypted":
        return entry
    if kind == "text":
        # any listing or program is text: only what is named as a document is taken for one
        is_document = suffix in KINDS["text"].suffixes or not suffix
        return entry if is_document else _skip(entry, "文本文件，扩展名不是文档的")
    return entry if kind in KINDS else _skip(entry, KNOWN[kind][0])


def _skip(entry: Entry, reason: str) -> Entry:
    return Entry(entry.name, entry.path, entry.members, skipped=reason)


def _broken(entry: Entry, cause: str, remedy: str) -> Entry:
    return Entry(entry.name, entry.path, entry.members, problem=Problem(cause, remedy))


def _archive(outer: Entry, path: Path) -> Iterator[Entry]:
    """The documents in the zip at `path`, which is `outer`."""
    try:
        with open_zip(path) as opened:
            names = [_safe_name(member_name(member)) for member in opened.infolist()]
            for number in sorted(range(len(names)), key=lambda n: names[n]):
                member = opened.infolist()[number]
                parts = names[number].split("/")
                if member.is_dir() or not names[number] or any(map(_is_hidden, parts)):
                    continue
                name = f"{outer.name}/{names[number]}"
                yield from _member(Entry(name, outer.path, (*outer.members, number)), opened)
    except Unreadable as error:
        yield _broken(outer, error.cause, error.remedy)
    except Exception as error:  # noqa: BLE001 - whatever a damaged archive makes zipfile raise
        yield _broken(outer, f"压缩包损坏或不完整（{type(error).__name__}）", DAMAGED)


def _member(entry: Entry, opened: zipfile.ZipFile) -> Iterator[Entry]:
    member = opened.infolist()[entry.members[-1]]
    if member.flag_bits & _ENCRYPTED:
        yield _broken(entry, "压缩包里的文件有密码", "请先用密码解压，再读解压出来的文件")
        return
    try:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
            with opened.open(member) as stream:
                head = stream.read(_CHUNK)
                copy.write(head)
                if head.startswith((b"PK", b"\xd0\xcf")):  # its table of contents is elsewhere
                    _copy(stream, copy, MAX_MEMBER)  # type: ignore[arg-type]
            kind = identify(copy, Path(entry.name).suffix)  # type: ignore[arg-type]
    except Unreadable as error:
        yield _broken(entry, error.cause, error.remedy)
        return
    except Exception as error:  # noqa: BLE001 - damage, or a compression that zipfile does not know
        yield _broken(entry, f"压缩包里的文件无法解压（{type(error).__name__}）", DAMAGED)
        return
    if kind != "zip":
        yield _judged(entry, kind)
    elif len(entry.members) > MAX_DEPTH:
        yield _broken(entry, "压缩包里的压缩包嵌套过深", "请先解压再读")
    else:
        with entry.on_disk() as path:
            yield from _archive(entry, path)


def _unpack(archive: Path, number: int, target: Path) -> None:
    """Unpack one member to `target`; raises Unreadable for damage and for too much of it."""
    try:
        with open_zip(archive) as opened, target.open("wb") as copy:
            member = opened.infolist()[number]
            with opened.open(member) as stream:
                _copy(stream, copy, MAX_MEMBER)  # type: ignore[arg-type]
    except Unreadable:
        raise
    except Exception as error:
        cause = f"压缩包里的文件无法解压（{type(error).__name__}）"
        raise Unreadable(cause, DAMAGED) from error


def _copy(source: BinaryIO, target: BinaryIO, limit: int) -> None:
    left = limit
    while chunk := source.read(min(_CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise Unreadable(f"压缩包里的文件超过 {limit // MIB} MB", "请解压、拆分后再读")
        target.write(chunk)


def _safe_name(name: str) -> str:
    """A member's name for showing: no way up, no root, no control characters."""
    parts = name.replace("\\", "/").split("/")
    kept = [part for part in parts if part not in ("", ".", "..")]
    return "".join(c for c in "/".join(kept) if c.isprintable())
