"""What readers download, kept on disk once it was made, and how large each file is.

A version of a document never changes, so what was made of it holds; the folder can be
deleted at any time and is made anew.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import shouzhi
from shouzhi.warehouse.exports import FIELDS, SUFFIXES, document_file
from shouzhi.warehouse.opened import Warehouse

MADE = "made"
"""The folder of the warehouse for files that are made of its records."""


def download(warehouse: Warehouse, document: str, suffix: str) -> bytes | None:
    """The facts of a document as csv, json, xlsx or parquet; None for another suffix or document."""
    path = _path(warehouse, document, suffix)
    if path is None:
        return None
    with suppress(OSError):
        return path.read_bytes()
    content = document_file(warehouse, document, suffix)
    if content is not None:
        _keep(path, content)
    return content


def sizes(warehouse: Warehouse, document: str) -> Mapping[str, int]:
    """Bytes of all files that a document may be downloaded as: by suffix its facts, by name what was published."""
    return warehouse.memo(("sizes", document), lambda: dict(_sizes(warehouse, document)))


def _sizes(warehouse: Warehouse, document: str) -> Mapping[str, int]:
    found = {}
    for suffix in SUFFIXES:
        path = _path(warehouse, document, suffix)
        if path is not None:
            found[suffix] = path.stat().st_size if path.is_file() else len(download(warehouse, document, suffix) or b"")
    for head in warehouse.ask("select files from head where document = ?", (document,)):
        for name in head["files"] or ():
            kept = warehouse.file(document, name)
            if kept is not None and kept.is_file():
                found[name] = kept.stat().st_size
    return found


def _path(warehouse: Warehouse, document: str, suffix: str) -> Path | None:
    """Where it is kept: by the version of the document, and by what this program makes of one."""
    if suffix not in SUFFIXES:
        return None
    for head in warehouse.ask("select version, hash from head where document = ?", (document,)):
        told = "\0".join((head["hash"], str(head["version"]), shouzhi.__version__, *FIELDS))
        name = blake2b(told.encode(), digest_size=8).hexdigest()
        return warehouse.folder / MADE / document / f"{name}.{suffix}"
    return None


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; a disk that takes none is no fault, it is made anew then."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).chmod(0o644)
        Path(part).replace(path)
