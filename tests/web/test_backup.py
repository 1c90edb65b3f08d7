"""Backup and restore, on both databases, by the commands themselves."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import postgres
import pytest

LAY_OUT = """
import sys
from shouzhi.web import serving
serving.prepare()
serving.first_administrator()
from django.db import transaction
from shouzhi.web.audit.log import SYSTEM, record
from shouzhi.web.people.models import Body
for number in range(int(sys.argv[1])):
    with transaction.atomic():
        unit = Body.objects.create(parent=Body.objects.get(parent=None), kind="department", name=f"部门{number}")
        record(SYSTEM, "create", unit, after={"number": number})
"""
COUNT = """SELECT (SELECT count(*) FROM people_body), (SELECT count(*) FROM audit_entry),
(SELECT username FROM people_user)"""


@dataclass(frozen=True)
class Place:
    """A data folder and, where the database is elsewhere, its address."""

    data: Path
    database: str = ""

    def run(self, *arguments: str | Path, python: bool = False) -> subprocess.CompletedProcess[str]:
        """Run `shouzhi`, or a script, on this place."""
        program = [sys.executable, "-c"] if python else [sys.executable, "-m", "shouzhi"]
        return subprocess.run(
            [*program, *map(str, arguments)],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        """The environment that names this place and no other."""
        kept = {
            key: text
            for key, text in os.environ.items()
            if not key.startswith(("SHOUZHI_", "DATABASE_"))
        }
        kept |= {"SHOUZHI_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "shouzhi.web.settings"}
        return kept | ({"DATABASE_URL": self.database} if self.database else {})

    def counts(self) -> tuple[int, int, str]:
        """Bodies, entries of the log, and the one person."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as asked:
                told = asked.execute(COUNT).fetchone()
        else:
            with closing(sqlite3.connect(self.data / "shouzhi.sqlite3")) as read:
                told = read.execute(COUNT).fetchone()
        assert told is not None
        return told


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server for this module."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    try:
        with postgres.server() as address:
            yield address
    except postgres.Missing as why:
        pytest.skip(str(why))


class Places:
    """Makes places of one kind of database; the first is laid out once, and copied for each test."""

    def __init__(self, folder: Path, server: str = "") -> None:
        self.folder, self.server = folder, server
        self._count = 0
        self._first = self.empty("laid-out")
        self._first.data.mkdir()
        done = self._first.run(LAY_OUT, "5", python=True)
        assert done.returncode == 0, done.stderr
        upload = self._first.data / "desk" / "files" / "ab" / "cdef"
        upload.parent.mkdir(parents=True)
        upload.write_bytes(b"%PDF-1.7 something")
        with closing(sqlite3.connect(self._first.data / "queue.sqlite3")) as queue:
            queue.execute("CREATE TABLE work (name TEXT)")
            queue.execute("INSERT INTO work VALUES ('read')")
            queue.commit()

    def empty(self, name: str, like: str = "template0") -> Place:
        """A place with nothing in it; with a database `like` another where there is a server."""
        self._count += 1
        data = self.folder / f"{name}-{self._count}"
        if not self.server:
            return Place(data)
        database = f"place_{os.getpid()}_{self._count}"
        self._tell(f"CREATE DATABASE {database} TEMPLATE {like}")
        return Place(data, self.server.rpartition("/")[0] + f"/{database}")

    def full(self) -> Place:
        """An installation with an administrator, five departments, an upload and a queue."""
        made = self.empty("full", self._first.database.rpartition("/")[2])
        shutil.copytree(self._first.data, made.data)
        return made

    def drop(self) -> None:
        """Drop the databases that were made."""
        for number in range(1, self._count + 1) if self.server else ():
            self._tell(f"DROP DATABASE place_{os.getpid()}_{number} WITH (FORCE)")

    def _tell(self, command: str) -> None:
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(command)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def places(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Places]:
    """Places on each kind of database."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield Places(folder)
        return
    pytest.importorskip(
        "psycopg", reason="psycopg is not installed: pip install 'shouzhi[postgres]'"
    )
    made = Places(folder, request.getfixturevalue("server"))
    yield made
    made.drop()


@pytest.fixture
def place(places: Places) -> Place:
    """An installation of one's own."""
    return places.full()


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Places on SQLite."""
    return Places(tmp_path_factory.mktemp("one"))


@pytest.fixture
def on_sqlite(laid_out: Places) -> Place:
    """An installation on SQLite, for what does not depend on the database."""
    return laid_out.full()


def test_there_and_back(place: Place, places: Places, tmp_path: Path) -> None:
    out = tmp_path / "kept.zip"
    done = place.run("backup", out)
    assert done.returncode == 0, done.stderr
    assert str(out) in done.stdout
    assert out.stat().st_mode & 0o077 == 0, "it holds password hashes"
    second = places.empty("second")
    back = second.run("restore", out)
    assert back.returncode == 0, back.stderr
    assert second.counts() == place.counts() == (6, 6, "admin")
    for name in ("desk/files/ab/cdef", "secret-key"):
        assert (second.data / name).read_bytes() == (place.data / name).read_bytes()
    with closing(sqlite3.connect(second.data / "queue.sqlite3")) as queue:
        assert queue.execute("SELECT name FROM work").fetchall() == [("read",)]
    assert second.run("audit", "verify").returncode == 0


def test_every_part_has_its_hash(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "kept.zip"
    place.run("backup", out)
    with zipfile.ZipFile(out) as archive:
        parts = json.loads(archive.read("manifest.json"))["parts"]
        assert {*parts, "manifest.json"} == set(archive.namelist())
        for name, told in parts.items():
            content = archive.read(name)
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (
                told["sha256"],
                told["size"],
            )
    assert not [name for name in parts if name.startswith("files/static")]


def test_while_others_write(place: Place, places: Places, tmp_path: Path) -> None:
    """What is kept is one moment: the chain of the log holds, and every entry has its body."""
    writer = subprocess.Popen([sys.executable, "-c", LAY_OUT, "4000"], env=place.environment())
    try:
        while place.counts()[1] < 10:
            assert writer.poll() is None
        out = tmp_path / "kept.zip"
        done = place.run("backup", out)
        assert done.returncode == 0, done.stderr
        assert writer.poll() is None, "it wrote until the end"
    finally:
        writer.kill()
        writer.wait()
    second = places.empty("second")
    assert second.run("restore", out).returncode == 0
    bodies, entries, _ = second.counts()
    assert bodies == entries
    assert entries >= 10


def test_data_that_is_there_is_not_overwritten(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "kept.zip"
    place.run("backup", out)
    place.run(LAY_OUT, "2", python=True)
    refused = place.run("restore", out)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert place.counts() == (8, 8, "admin")
    forced = place.run("restore", "--force", out)
    assert forced.returncode == 0, forced.stderr
    assert place.counts() == (6, 6, "admin")
    (aside,) = place.data.glob("before-restore-*")
    assert (aside / "desk" / "files" / "ab" / "cdef").exists()
    if not place.database:
        assert Place(aside).counts() == (8, 8, "admin"), "what was there before can still be used"


def test_a_backup_is_never_overwritten(on_sqlite: Place, tmp_path: Path) -> None:
    out = tmp_path / "kept.zip"
    out.write_text("something else", encoding="utf-8")
    assert on_sqlite.run("backup", out).returncode == 2
    assert out.read_text(encoding="utf-8") == "something else"
    nowhere = on_sqlite.run("backup", tmp_path / "no" / "folder" / "kept.zip")
    assert nowhere.returncode == 2
    assert "Traceback" not in nowhere.stderr


def test_what_is_no_whole_backup_changes_nothing(on_sqlite: Place, tmp_path: Path) -> None:
    out = tmp_path / "kept.zip"
    on_sqlite.run("backup", out)
    before = on_sqlite.counts()
    for harm in ("flipped", "cut", "not a zip", "outside", "left out", "newer"):
        bad = tmp_path / f"{harm}.zip"
        _harm(out, bad, harm)
        done = on_sqlite.run("restore", "--force", bad)
        assert done.returncode == 2, (harm, done.stdout)
        assert done.stderr.count("\n") == 1, (harm, done.stderr)
        assert on_sqlite.counts() == before
        assert not list(on_sqlite.data.glob("before-restore-*"))
        assert not (tmp_path / "outside").exists()
        assert not (on_sqlite.data / ".restoring").exists()
    other = Place(tmp_path / "other", database="postgres://nobody@127.0.0.1:1/nothing")
    done = other.run("restore", out)
    assert done.returncode == 2, "of another kind of database"
    assert "Traceback" not in done.stderr


def _harm(out: Path, bad: Path, harm: str) -> None:
    content = out.read_bytes()
    if harm == "cut":
        bad.write_bytes(content[: len(content) // 2])
    elif harm == "not a zip":
        bad.write_bytes(b"something else")
    else:
        with zipfile.ZipFile(out) as archive, zipfile.ZipFile(bad, "w") as other:
            manifest = json.loads(archive.read("manifest.json"))
            parts = {name: archive.read(name) for name in manifest["parts"]}
            _change(manifest, parts, harm)
            for name, part in parts.items():
                other.writestr(name, part)
            other.writestr("manifest.json", json.dumps(manifest))


def _change(manifest: dict[str, object], parts: dict[str, bytes], harm: str) -> None:
    told = manifest["parts"]
    assert isinstance(told, dict)
    if harm == "flipped":
        parts["files/desk/files/ab/cdef"] = b"%PDF-1.7 Something"
    elif harm == "left out":
        del parts["files/secret-key"]
    elif harm == "newer":
        manifest["format"] = 99
    else:
        parts["files/../../outside"] = b"x"
        told["files/../../outside"] = {"sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}


def test_a_changed_log_is_told(on_sqlite: Place) -> None:
    """Somebody with the database in hand changes an entry; the chain shows it."""
    place = on_sqlite
    assert place.run("audit", "verify").returncode == 0
    with closing(sqlite3.connect(place.data / "shouzhi.sqlite3")) as database:
        database.execute("DROP TRIGGER audit_entry_no_update")
        database.execute("UPDATE audit_entry SET actor_name = '别人' WHERE number = 3")
        database.commit()
    done = place.run("audit", "verify")
    assert done.returncode == 1
    assert "3" in done.stdout
    english = place.run("audit", "verify", "--lang", "en")
    assert "entry 3" in english.stdout


def test_the_log_is_exported(on_sqlite: Place, tmp_path: Path) -> None:
    place = on_sqlite
    out = tmp_path / "log.jsonl"
    assert place.run("audit", "export", "--format", "jsonl", "-o", out).returncode == 0
    entries = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [entry["number"] for entry in entries] == [1, 2, 3, 4, 5, 6]
    for entry in entries:  # anybody can prove the chain from the file alone
        told = entry.pop("hash")
        plain = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(plain.encode()).hexdigest() == told
    printed = place.run("audit", "export")
    assert printed.stdout.count("\n") == 7
