"""The folder of the warehouse: immutable segments of Parquet, and the list of those that hold.

    STORE/warehouse.sqlite            which version of which document holds, the search index
    STORE/segments/NAME/*.parquet     one segment a document version, or several compacted
    STORE/files/DOCUMENT/VERSION/     the files that readers download

A segment is written whole under another name and renamed, then listed in one transaction:
readers of other processes see a document entirely or not at all, and nothing is ever
changed in place.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from shouzhi.catalogue.names import fold
from shouzhi.warehouse import records
from shouzhi.warehouse.names import department_key
from shouzhi.warehouse.schemas import KINDS, schema
from shouzhi.warehouse.search import SCHEMA as SEARCH
from shouzhi.warehouse.search import forget, index, renew

Json = dict[str, Any]

_SCHEMA: Final = """
create table if not exists documents (
  document text primary key, version integer not null, department text not null,
  name text not null, year integer not null, kind text not null, title text not null,
  hash text not null, segment text not null, added text not null);
create table if not exists former (document text, version integer, segment text, added text);
create table if not exists left_over (segment text primary key);
create table if not exists state (revision integer not null, changed text not null);
insert into state select 0, strftime('%Y-%m-%dT%H:%M:%SZ') where not exists (select 1 from state);
"""


class Unplaced(Exception):
    """A document that tells no department or no year, and so has no place in the store.

    `cause` and `remedy` are sentences for the user.
    """

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause}；{remedy}")
        self.cause = cause
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a document: its key and version; `fresh` is False where it was there already."""

    document: str
    version: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A document that holds, as `list` tells it."""

    document: str
    version: int
    department: str
    name: str
    year: int
    kind: str
    title: str
    hash: str
    segment: str
    added: str


class Store:
    """A warehouse on disk, for those who write to it; readers open a `Warehouse` over it."""

    def __init__(self, folder: Path) -> None:
        """Open a store; the folder is made where there is none.  Raises OSError, sqlite3.Error."""
        self.folder = folder
        (folder / "segments").mkdir(parents=True, exist_ok=True)
        self._database = folder / "warehouse.sqlite"
        with self._connection() as connection:
            connection.executescript("pragma journal_mode=wal;" + _SCHEMA + SEARCH)
            renew(connection)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._database, timeout=60, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time; the revision goes up when it ends well."""
        with self._connection() as connection:
            connection.execute("begin immediate")
            try:
                yield connection
                connection.execute(
                    "update state set revision = revision + 1, changed = strftime('%Y-%m-%dT%H:%M:%SZ')"
                )
                connection.execute("commit")
            except BaseException:
                connection.execute("rollback")
                raise

    def held(self) -> list[Held]:
        """The documents that hold, by department, year and kind."""
        with self._connection() as connection:
            rows = connection.execute("select * from documents order by name, year, kind, document")
            return [Held(*row) for row in rows]

    def add(
        self,
        data: Json,
        *,
        findings: Sequence[Json] = (),
        files: Mapping[str, bytes] | None = None,
        published: str | None = None,
    ) -> Added:
        """Bring in a document, or a new version of one of the same department, year, kind and title.

        `data` is the object of `read --format json`; `findings` those of `check`, each with
        `answer` where the publisher has answered it; `files` what readers may download, by
        name; `published` the day of disclosure as YYYY-MM-DD.  The same content twice is
        one version.  Raises Unplaced for a document without department or year.
        """
        about = data["document"]
        _require_place(about)
        digest = _digest(data, findings, files or {})
        with self._writing() as connection:
            document, version, same = _identify(connection, about, digest)
            if same:
                return Added(document, version, fresh=False)
            identity = {"document": document, "version": version}
            added = datetime.now(UTC).isoformat(timespec="seconds")
            names = self._keep_files(document, version, files or {})
            told = {"hash": digest, "added": added, "published": published, "files": names}
            head = records.head_record(data, identity | told)
            rows = _rows(data, identity, head, findings)
            segment = f"{about['year']}-{document}-{version}"
            self._write_segment(segment, {kind: _table(kind, rows[kind]) for kind in KINDS})
            _replace(connection, Held(
                document, version, head["department"], about["department"], about["year"],
                about["kind"], about["title"], digest, segment, added,
            ))  # fmt: skip
            index(connection, head, rows)
        return Added(document, version, fresh=True)

    def remove(self, document: str) -> bool:
        """Take a document out; its files stay until the store is compacted.  False if not there."""
        with self._writing() as connection:
            row = connection.execute(
                "select segment from documents where document = ?", (document,)
            ).fetchone()
            if row is None:
                return False
            forget(connection, document)
            connection.execute("delete from documents where document = ?", (document,))
            _leave(connection, row[0])
        return True

    def compact(self, year: int) -> int:
        """Make one segment of all that hold of a year; gives the number of those that it replaces.

        What was replaced before goes from the disk now: readers have long moved on.
        """
        import pyarrow as pa  # noqa: PLC0415 - heavy

        with self._writing() as connection:
            self._sweep(connection)
            rows = connection.execute(
                "select document, version, segment from documents where year = ? order by name", (year,)
            ).fetchall()
            segments = list(dict.fromkeys(segment for _, _, segment in rows))
            if len(segments) < 2:
                return 0
            live = {(document, version) for document, version, _ in rows}
            merged = {}
            for kind in KINDS:
                parts = [_only(self._read(segment, kind), live) for segment in segments]
                merged[kind] = pa.concat_tables(parts).unify_dictionaries()
            revision = connection.execute("select revision from state").fetchone()[0]
            name = f"{year}-all-{revision + 1}"
            self._write_segment(name, merged)
            connection.execute("update documents set segment = ? where year = ?", (name, year))
            for segment in segments:
                _leave(connection, segment)
        return len(segments)

    def _sweep(self, connection: sqlite3.Connection) -> None:
        for (segment,) in connection.execute("select segment from left_over").fetchall():
            shutil.rmtree(self.folder / "segments" / segment, ignore_errors=True)
        connection.execute("delete from left_over")
        shutil.rmtree(self.folder / "made", ignore_errors=True)  # by `downloads`, of versions that are gone too

    def _read(self, segment: str, kind: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        from pyarrow import parquet  # noqa: PLC0415 - heavy

        path = self.folder / "segments" / segment / f"{kind}.parquet"
        return parquet.read_table(path, schema=schema(kind))

    def _write_segment(self, name: str, tables: Mapping[str, Any]) -> None:
        """Write the files of a segment under another name, then give it its own."""
        from pyarrow import parquet  # noqa: PLC0415 - heavy

        final = self.folder / "segments" / name
        made = Path(tempfile.mkdtemp(dir=self.folder / "segments", prefix=".new-"))
        try:
            for kind, table in tables.items():
                parquet.write_table(table, made / f"{kind}.parquet", compression="zstd")
            shutil.rmtree(final, ignore_errors=True)  # of a writer that died before it was listed
            made.chmod(0o755)
            made.rename(final)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise

    def _keep_files(self, document: str, version: int, files: Mapping[str, bytes]) -> list[str]:
        folder = self.folder / "files" / document / str(version)
        for name, content in files.items():
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"{name}: outside the folder of the document")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return sorted(files)


def _require_place(about: Json) -> None:
    if not about.get("department"):
        raise Unplaced("文档没有写明部门", "请用 --department 指明部门名称")
    if not about.get("year"):
        raise Unplaced("文档没有写明年度", "请用 --year 指明年度")


def _digest(data: Json, findings: Sequence[Json], files: Mapping[str, bytes]) -> str:
    """A hash of all that is kept of a document but the name of the file it came from."""
    about = {name: value for name, value in data["document"].items() if name != "file"}
    digest = sha256(orjson.dumps([about, data["tables"], data["facts"], data.get("outline")]))
    digest.update(orjson.dumps(list(findings)))
    for name, content in sorted(files.items()):
        digest.update(f"\0{name}\0".encode() + sha256(content).digest())
    return digest.hexdigest()


def _identify(connection: sqlite3.Connection, about: Json, digest: str) -> tuple[str, int, bool]:
    """The key of a document, the version it would be, and whether that very one is there."""
    base = f"{department_key(about['department'])}-{about['year']}-{about['kind']}"
    taken = connection.execute(
        "select document, version, title, hash from documents where document = ?"
        " or document like ? || '-%' order by length(document), document", (base, base),
    ).fetchall()  # fmt: skip
    for document, version, title, known in taken:
        if fold(title) == fold(about["title"]):
            same = known == digest
            return document, version if same else version + 1, same
    numbers = {document for document, *_ in taken}
    free = next(n for n in range(1, len(taken) + 2) if (f"{base}-{n}" if n > 1 else base) not in numbers)
    document = f"{base}-{free}" if free > 1 else base
    before = connection.execute(
        "select max(version) from former where document = ?", (document,)
    ).fetchone()[0]
    return document, (before or 0) + 1, False


def _rows(
    data: Json, identity: Json, head: Json, findings: Sequence[Json]
) -> dict[str, list[records.Record]]:
    facts = list(records.fact_records(data, identity))
    return {
        "heads": [head],
        "facts": facts,
        "tables": list(records.table_records(data, identity)),
        "prose": list(records.prose_records(data, identity)),
        "projects": list(records.project_records(data, identity, facts)),
        "findings": list(records.finding_records(findings, identity)),
    }


def _table(kind: str, rows: Sequence[records.Record]) -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy

    return pa.Table.from_pylist(list(rows), schema(kind))


def _only(table: Any, live: set[tuple[str, int]]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """The rows of those versions that hold."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    pairs = zip(table["document"].to_pylist(), table["version"].to_pylist(), strict=True)
    return table.filter(pa.array([pair in live for pair in pairs], pa.bool_()))


def _replace(connection: sqlite3.Connection, held: Held) -> None:
    """List a version in the place of the one before it."""
    before = connection.execute(
        "select version, segment, added from documents where document = ?", (held.document,)
    ).fetchone()
    if before is not None:
        forget(connection, held.document)
        connection.execute("delete from documents where document = ?", (held.document,))
        connection.execute("insert into former values (?, ?, ?, ?)", (held.document, *before))
        _leave(connection, before[1])
    values = tuple(getattr(held, name) for name in Held.__slots__)
    connection.execute(f"insert into documents values ({', '.join('?' * len(values))})", values)  # noqa: S608


def _leave(connection: sqlite3.Connection, segment: str) -> None:
    """Note a segment that nothing holds in any more, to be deleted later."""
    connection.execute(
        "insert or ignore into left_over select ? where not exists"
        " (select 1 from documents where segment = ?)", (segment, segment),
    )  # fmt: skip
