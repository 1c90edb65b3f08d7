"""Bringing back what a backup holds: proved first, then put in place; what was there is put aside."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from shouzhi.web.serving import CannotServe, alone, make_folder

_CHUNK: Final = 1 << 20
_UNPACKED: Final = ".restoring"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back: files, audit entries, places where their chain is broken, and
    the folder into which what was there before was put.
    """

    files: int
    entries: int
    broken: int
    aside: Path | None


def bring_back(file: Path, data: Path, *, force: bool) -> Restored:
    """Put a backup in place of the data folder's content and of the database.

    Nothing is touched before every part has been read and proved.  Raises CannotServe for a
    file that is no whole backup, for data that is there already (without `force`), for a
    server that runs, and for a database of another kind.
    """
    make_folder(data)
    if not (data / "secret-key").exists():  # that of the backup comes; none is to be made now
        os.environ.setdefault("SHOUZHI_SECRET_KEY", secrets.token_urlsafe(64))
    with alone(data):
        unpacked = data / _UNPACKED
        shutil.rmtree(unpacked, ignore_errors=True)
        try:
            manifest = unpack(file, unpacked)
            return _put(manifest, unpacked, data, force=force)
        except OSError as error:
            raise CannotServe(
                "serve-folder", folder=data, why=error.strerror or str(error)
            ) from None
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)


def unpack(file: Path, folder: Path) -> Mapping[str, Any]:
    """Unpack a backup and hold every part against its hash; gives the manifest."""
    from shouzhi.web.backup import FORMAT, MANIFEST  # noqa: PLC0415 - needs settings

    try:
        with zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if int(manifest["format"]) > FORMAT:
                raise CannotServe("restore-newer", file=file, version=manifest.get("version"))
            for name, told in manifest["parts"].items():
                _unpack_one(archive, name, told, folder)
    except (
        zipfile.BadZipFile,
        KeyError,
        TypeError,
        ValueError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise CannotServe(
            "restore-not-ours", file=file, why=str(error).strip("'\"") or type(error).__name__
        ) from None
    return manifest


def _unpack_one(archive: zipfile.ZipFile, name: str, told: Mapping[str, Any], folder: Path) -> None:
    """Unpack a part; raises ValueError for a place outside and for content of another hash."""
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or "\\" in name:
        raise ValueError(f"{name}: 不在备份之内")
    target = folder.joinpath(*place.parts)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, left = hashlib.sha256(), int(told["size"])
    with archive.open(name) as source, target.open("wb") as out:
        target.chmod(0o600)
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            out.write(chunk)
    if left != 0 or digest.hexdigest() != told["sha256"]:
        raise ValueError(f"{name}: 内容与校验值不符")


def _put(manifest: Mapping[str, Any], unpacked: Path, data: Path, *, force: bool) -> Restored:
    """Put what was unpacked in place, the database last."""
    import django  # noqa: PLC0415 - the command has set the environment first

    django.setup()
    from django.db import connection  # noqa: PLC0415 - as above

    from shouzhi.web.backup import ASIDE, DATABASES, database_file  # noqa: PLC0415 - as above

    vendor, here = manifest["database"], connection.vendor
    if vendor != here:
        raise CannotServe("restore-other-database", there=vendor, here=here)
    there = {path for path in data.iterdir() if not _of_no_account(path)}
    main = database_file()
    if main is not None and main.exists():
        there.add(main)
    full = vendor == "postgresql" and bool(connection.introspection.table_names())
    if (there or full) and not force:
        raise CannotServe(
            "restore-there", where=data if there else connection.settings_dict["NAME"]
        )
    connection.close()
    dump = unpacked / DATABASES[vendor]
    if vendor == "postgresql":  # in one transaction: if it fails, the folder is untouched too
        _restore_postgresql(dump)
    aside = _put_aside(there, data / f"{ASIDE}{datetime.now(UTC):%Y%m%d-%H%M%S}") if there else None
    _move_all(unpacked / "files", data)
    if main is not None:
        main.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(dump, main)
    return _proved(len(manifest["parts"]) - 1, aside)


def _of_no_account(path: Path) -> bool:
    """Whether an entry of the data folder is nothing that anybody would miss."""
    from shouzhi.web.backup import ASIDE, MADE_ANEW  # noqa: PLC0415 - needs settings

    return path.name in MADE_ANEW or path.name.startswith((".", ASIDE))


def _put_aside(there: set[Path], folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    for path in there:
        for one in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if one.exists():
                shutil.move(one, folder / one.name)
    return folder


def _move_all(source: Path, target: Path) -> None:
    if source.is_dir():
        for path in source.iterdir():
            shutil.move(path, target / path.name)


def _restore_postgresql(dump: Path) -> None:
    from django.db import connection  # noqa: PLC0415 - needs settings

    from shouzhi.web.backup import run_tool  # noqa: PLC0415 - as above

    run_tool(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
        "--exit-on-error", f"--dbname={connection.settings_dict['NAME']}", str(dump),
    )  # fmt: skip


def _proved(files: int, aside: Path | None) -> Restored:
    """Bring the restored database to this version and walk its audit chain."""
    from django.core.management import call_command  # noqa: PLC0415 - after the set-up

    from shouzhi.web.audit.log import verify  # noqa: PLC0415 - as above
    from shouzhi.web.audit.models import Entry  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0, interactive=False)
    broken = sum(1 for _ in verify())
    return Restored(files, Entry.objects.count(), broken, aside)
