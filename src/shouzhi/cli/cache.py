"""Results of reading and checking, kept by the content of the file and the version of the code."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

import shouzhi
from shouzhi.catalogue.classifications import user_lists
from shouzhi.catalogue.learned import learned_path

KEEP: Final = 3
"""Results of how many versions stay: enough to go back and forth."""

READERS: Final = ("space.py", "catalogue", "sources", "tables", "statements", "facts")
"""The rooms that decide what a document is read as."""

CHECKERS: Final = (*READERS, "relations", "repair", "checks", "cli")
"""The rooms that decide what is found in a document, and how a finding is kept."""


def default_folder() -> Path:
    """Where results are kept: $SHOUZHI_CACHE, else where the platform keeps such things."""
    if chosen := os.environ.get("SHOUZHI_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        return base / "shouzhi" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "shouzhi"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shouzhi"


def fingerprint(rooms: Collection[str] = READERS) -> str:
    """A hash of the code in `rooms`, the catalogue and the user's lists and words that a result hangs on."""
    root = Path(shouzhi.__file__).parent
    digest = hashlib.blake2b(shouzhi.__version__.encode(), digest_size=8)
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if inside.parts[0] in rooms and path.suffix in {".py", ".yaml", ".csv"}:
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes())
    for path in (*user_lists(), learned_path()):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Cache:
    """A folder of results.  Whatever goes wrong with it, reading goes on without it."""

    def __init__(self, folder: Path | None = None, rooms: Collection[str] = READERS) -> None:
        self.folder = (folder or default_folder()) / fingerprint(rooms)
        if not self.folder.is_dir():
            with suppress(OSError):
                self.folder.mkdir(parents=True)
                self._forget_old_versions()

    def get(self, key: str) -> bytes | None:
        """What was kept under `key`, or None."""
        with suppress(OSError):
            return self._path(key).read_bytes()
        return None

    def put(self, key: str, result: bytes) -> None:
        """Keep `result`; a reader of the same key sees all of it or nothing."""
        path = self._path(key)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(result)
            Path(temporary).replace(path)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]

    def _forget_old_versions(self) -> None:
        """Delete what versions long unused have left behind."""
        import shutil

        versions = [path for path in self.folder.parent.iterdir() if _is_version(path)]
        versions.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in versions[KEEP:]:
            shutil.rmtree(path, ignore_errors=True)


def _is_version(path: Path) -> bool:
    """Whether a folder is one of ours: $SHOUZHI_CACHE may hold other things."""
    name = path.name
    return path.is_dir() and len(name) == 16 and not set(name) - set("0123456789abcdef")
