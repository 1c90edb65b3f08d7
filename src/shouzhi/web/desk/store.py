"""Uploaded files, kept by their content: the same file is kept once, under no name of its own.

The folder lies outside everything that a web server serves; files can be read by their
owner only, and what is under a digest is whole or not there.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from shouzhi.web.desk.guards import MOST_BYTES, too_large

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_CHUNK: Final = 1 << 20


class Store:
    """A folder of contents by SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where a content is kept; raises ValueError for what is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a digest")
        return self.folder / digest[:2] / digest[2:]

    def put(self, chunks: Iterable[bytes], most: int = MOST_BYTES) -> tuple[str, int]:
        """Keep a content; gives its digest and size in bytes.

        Raises Unreadable above `most` bytes, OSError when the disk is full.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix="new-")
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in _at_most(chunks, most):
                    size += len(chunk)
                    digest.update(chunk)
                    file.write(chunk)
            target = self.path(digest.hexdigest())
            target.parent.mkdir(exist_ok=True, mode=0o700)
            Path(temporary).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
        return digest.hexdigest(), size

    def put_file(self, path: Path) -> tuple[str, int]:
        """Keep a copy of a file."""
        with path.open("rb") as file:
            return self.put(iter(lambda: file.read(_CHUNK), b""))


def _at_most(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise too_large(size)
        yield chunk
