"""What the desk has done in processes of its own: unpack, read and check, hold together, compare.

Each task is small and goes to a process by name (`do`); a result is bytes.  Nothing here
knows of the database: a process that a hostile file takes down leaves nothing behind.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from shouzhi.cli.checking import PRELOADED
from shouzhi.web.desk.guards import MOST_DOCUMENTS, kind_or_refuse, refuse_long, shown_name
from shouzhi.web.desk.overlay import Correction, lay_over
from shouzhi.web.desk.store import Store

if TYPE_CHECKING:
    from shouzhi.facts import Document
    from shouzhi.publish.compare import Change
    from shouzhi.sources import Source

Json = dict[str, Any]

PRELOAD: Final = (*PRELOADED, "shouzhi.web.desk.reading")
MOST_CHANGES: Final = 2_000
"""Changes between two versions that are kept."""


@dataclass(frozen=True, slots=True)
class File:
    """A stored document: where it is, its name, what a reviewer says of it, his corrections."""

    path: Path
    name: str
    told: Mapping[str, Any] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Unpack:
    """Take the documents out of a zip into the store in `folder`."""

    path: Path
    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Read:
    """Read and check one document."""

    file: File


@dataclass(frozen=True, slots=True)
class Together:
    """Check several documents of one department against each other."""

    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """Lay a document beside the earlier one that it replaces."""

    before: File
    after: File


Task = Unpack | Read | Together | Versions


def do(task: Task) -> bytes:
    """Do one task.

    Raises `shouzhi.sources.Unreadable` with cause and remedy when a file cannot be used.
    """
    match task:
        case Unpack():
            return orjson.dumps(_unpacked(task))
        case Read():
            return _read(task.file)
        case Together():
            return _together(task.files)
        case Versions():
            return _versions(task)


def do_with(words: Path, task: Task) -> bytes:
    """Do one task with the words learned at an installation, whatever the process was born with."""
    os.environ["SHOUZHI_WORDS"] = str(words)
    return do(task)


def pack(data: object) -> bytes:
    """Plain data as compressed bytes."""
    return zlib.compress(orjson.dumps(data, default=str), level=1)


def unpack(packed: bytes) -> Any:  # noqa: ANN401 - whatever was packed
    """The data of `pack`; raises ValueError or zlib.error when the bytes are damaged."""
    return orjson.loads(zlib.decompress(packed))


def parts(result: bytes) -> tuple[bytes, bytes]:
    """The packed view and the packed document of what reading one document gave."""
    length = int.from_bytes(result[:8])
    return result[8 : 8 + length], result[8 + length :]


def document_of(file: File) -> tuple[Document, Source, list[Correction]]:
    """Read a file with what its reviewer has corrected; its pages, and corrections that do not fit."""
    from shouzhi.facts import from_source  # noqa: PLC0415 - heavy
    from shouzhi.sources.opening import open_source  # noqa: PLC0415 - as above

    refuse_long(file.path, kind_or_refuse(file.path, file.name))
    source = open_source(file.path, file.name)
    document = from_source(source, file.told)
    stale = lay_over(document, file.corrections)
    return document, source, stale


def _read(file: File) -> bytes:
    from shouzhi.checks.run import check  # noqa: PLC0415 - heavy
    from shouzhi.cli.report import view as views  # noqa: PLC0415 - as above
    from shouzhi.facts.export import table_dict  # noqa: PLC0415 - as above
    from shouzhi.web.desk.headlines import main_figures  # noqa: PLC0415 - as above

    document, source, stale = document_of(file)
    view = views.pack(views.view([document], check([document]), [source.kind]))
    held = pack(
        {
            "tables": [table_dict(table) for table in document.tables],
            "known": [[column.known for column in table.columns] for table in document.tables],
            "figures": main_figures(document),
            "pages": [[page.width, page.height] for page in source.pages],
            "prose": [] if source.kind == "pdf" else _prose(document),
            "stale": [[c.table, c.row, c.column] for c in stale],
        }
    )
    return len(view).to_bytes(8) + view + held


def _prose(document: Document) -> list[Json]:
    """The headings and paragraphs of a document, to be shown where there is no picture of its pages."""
    found = []
    for section in document.sections:
        if section.heading:
            found.append({"text": section.heading, "line": section.location.line, "level": section.level})
        found += [{"text": p.text, "line": p.location.line} for p in section.paragraphs]
    return found


def _together(files: Sequence[File]) -> bytes:
    from shouzhi.checks.run import check  # noqa: PLC0415 - heavy
    from shouzhi.cli.report import view as views  # noqa: PLC0415 - as above

    read = [document_of(file) for file in files]
    documents = [document for document, _, _ in read]
    findings = [
        finding
        for finding in check(documents, between=True)
        if len({mark.document for mark in _marks(finding)}) > 1
    ]
    return views.pack(views.view(documents, findings, [source.kind for _, source, _ in read]))


def _marks(finding: Any) -> list[Any]:  # noqa: ANN401 - a Finding, imported where it is made
    return [*finding.where, *(mark for broken in finding.broken for mark in broken.marks)]


def _versions(task: Versions) -> bytes:
    from shouzhi.cli.report import view as views  # noqa: PLC0415 - heavy
    from shouzhi.publish.compare import compare  # noqa: PLC0415 - as above
    from shouzhi.web.desk import changes  # noqa: PLC0415 - as above

    before, old, _ = document_of(task.before)
    after, new, _ = document_of(task.after)
    made = compare(before, after)
    found = changes.findings(before, after, made.changes)
    view = views.view([before, after], found, [old.kind, new.kind])
    view["checks"][changes.CHECK] = changes.TITLE
    view["made"] = {
        "before": made.before, "after": made.after, "same": made.same, "count": len(made.changes),
        "changes": [_change(change) for change in made.changes[:MOST_CHANGES]],
    }  # fmt: skip
    return views.pack(view)


def _change(change: Change) -> Json:
    return {
        "kind": change.kind, "table": change.table, "label": change.label,
        "heading": change.heading, "before": change.before, "after": change.after,
        "difference": change.difference, "rate": None if change.rate is None else str(change.rate),
    }  # fmt: skip


def _unpacked(task: Unpack) -> list[Json]:
    """The members of a zip: each kept in the store, or with the reason why it is not."""
    from shouzhi.sources import Unreadable  # noqa: PLC0415 - with the rest
    from shouzhi.sources.folder import expand  # noqa: PLC0415 - heavy

    store = Store(task.folder)
    prefix = task.path.as_posix() + "/"
    found: list[Json] = []
    for entry in expand([task.path]):
        if entry.problem and not entry.members:
            raise Unreadable(*entry.problem)
        if len(found) >= MOST_DOCUMENTS:
            raise Unreadable(f"压缩包里的文件超过 {MOST_DOCUMENTS:,} 个", "请拆分后分几次上传")
        inside = entry.name.removeprefix(prefix)
        name, changed = shown_name(inside)
        member: Json = {"place": list(entry.members), "name": name, "changed": changed}
        if entry.skipped or entry.problem:
            cause, remedy = entry.problem or (entry.skipped, "不是文档，未读取")
            found.append({**member, "cause": cause, "remedy": remedy})
            continue
        try:
            with entry.on_disk() as path:
                digest, size = store.put_file(path)
            kind = kind_or_refuse(store.path(digest), name)
        except Unreadable as error:
            found.append({**member, "cause": error.cause, "remedy": error.remedy})
        else:
            found.append({**member, "digest": digest, "size": size, "kind": kind})
    if not found:
        raise Unreadable("压缩包里没有文档", "请核对压缩包的内容后再上传")
    return found


