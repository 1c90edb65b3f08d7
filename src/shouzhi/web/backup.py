"""Everything that an installation knows in one file, written while it runs.

The file is a ZIP: `manifest.json` with the SHA-256 of each part, the database (`database.sqlite3`
by SQLite's online backup, or `database.dump` by pg_dump) and `files/`, the data folder without
what can be made anew.  The database comes first: files are written before the rows that
name them and never changed, so that whatever the rows name is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from shouzhi import __version__
from shouzhi.web.serving import CannotServe

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
FILES: Final = "files/"
DATABASES: Final = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
MADE_ANEW: Final = frozenset({"static", "serving.lock"})
"""What stands at the top of the data folder and need not be kept."""
ASIDE: Final = "before-restore-"
"""How the folders begin into which a restore puts what was there before."""
_SQLITE: Final = b"SQLite format 3\x00"
_BESIDE: Final = ("-wal", "-shm", "-journal", ".part")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written: where, how many files of the data folder, how many bytes."""

    file: Path
    files: int
    size: int


def back_up(out: Path) -> Backup:
    """Write a backup to `out`, readable by its owner only; whole or not at all.

    Raises CannotServe where there is no database yet, the file is there already or cannot
    be written, or pg_dump is missing or fails.
    """
    if out.exists():
        raise CannotServe("backup-exists", file=out)
    if "audit_entry" not in connection.introspection.table_names():
        raise CannotServe("backup-no-database")
    part = out.with_name(f".{out.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(handle, "wb") as raw,
            tempfile.TemporaryDirectory(dir=out.absolute().parent) as folder,
        ):
            files = _write(raw, Path(folder), {part.absolute(), out.absolute()})
        part.replace(out)
    except OSError as error:
        raise CannotServe("backup-write", file=out, why=error.strerror or str(error)) from None
    finally:
        part.unlink(missing_ok=True)
    return Backup(out, files, out.stat().st_size)


def _write(raw: Any, folder: Path, ours: set[Path]) -> int:  # noqa: ANN401 - a file open for writing
    """Write all parts, then the manifest; gives the number of files."""
    parts: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        name = DATABASES[connection.vendor]
        parts[name] = _add(archive, name, dump(folder / name))
        for path, inside in kept_files(settings.DATA, ours | {folder}):
            copy = folder / "copy"
            with suppress(FileNotFoundError):  # an upload that was given up meanwhile
                parts[FILES + inside] = _add(archive, FILES + inside, _steady(path, copy))
            copy.unlink(missing_ok=True)
        told = {
            "format": FORMAT, "version": __version__, "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": connection.vendor, "parts": parts,
        }  # fmt: skip
        archive.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))
    return len(parts) - 1


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size}


def kept_files(folder: Path, without: set[Path]) -> Iterator[tuple[Path, str]]:
    """The files of a data folder that a backup keeps, each with its place inside."""
    main = database_file()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        skipped = inside.parts[0] in MADE_ANEW or inside.parts[0].startswith((ASIDE, "."))
        beside = (
            path.name.endswith(_BESIDE)
            or path == main
            or not without.isdisjoint({path, *path.parents})
        )
        if path.is_file() and not path.is_symlink() and not skipped and not beside:
            yield path, inside.as_posix()


def database_file() -> Path | None:
    """The file of a SQLite database; None for another."""
    if connection.vendor != "sqlite":
        return None
    return Path(str(connection.settings_dict["NAME"])).absolute()


def _steady(path: Path, copy: Path) -> Path:
    """The file itself; of a SQLite database a copy, for others may be writing to it."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            return path
    return copy_sqlite(path, copy)


def copy_sqlite(source: Path, target: Path) -> Path:
    """Copy a SQLite database as it stands at one moment, whoever writes to it meanwhile."""
    with (
        closing(sqlite3.connect(source, timeout=60)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
    return target


def dump(target: Path) -> Path:
    """Write the application's database to a file; raises CannotServe where pg_dump fails."""
    if (source := database_file()) is not None:
        return copy_sqlite(source, target)
    run_tool("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    return target


def run_tool(tool: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the application's database; raises CannotServe.

    The password travels by the environment, where other users of the machine do not see it.
    """
    told = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    environment = {
        **os.environ,
        **{key: str(told[name]) for key, name in names.items() if told.get(name)},
    }
    command = [_tool(tool), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        why = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise CannotServe("backup-tool", tool=tool, why=why)


def _tool(name: str) -> str:
    """Where a program of PostgreSQL stands; the newest of those that Debian keeps side by side."""
    if found := shutil.which(name):
        return found
    beside = [
        path
        for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
        if path.parts[4].isdecimal()
    ]
    if not beside:
        raise CannotServe("backup-no-tool", tool=name)
    return str(max(beside, key=lambda path: int(path.parts[4])))
