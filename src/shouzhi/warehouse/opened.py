"""An opened warehouse: DuckDB in memory over the segments that hold, anew when they change."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Hashable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from shouzhi.space import DIMENSIONS
from shouzhi.warehouse import search as searching
from shouzhi.warehouse.schemas import KINDS
from shouzhi.warehouse.search import KINDS as FOUND
from shouzhi.warehouse.search import Asked, Found, Hit

if TYPE_CHECKING:
    import duckdb

IN_MEMORY: Final = 20_000_000
"""Facts up to which those that answer questions are loaded; above it they are read from Parquet."""

_MOST_KEPT: Final = 4096
_FIGURES: Final = ", ".join((
    "document", "f.version", "in_table", "in_row", "in_column", "label",
    *(f"f.{name}" for name in DIMENSIONS), "amount", "page",
))  # fmt: skip

_SMALL: Final = {
    "listed": "select * exclude (content) from tables order by document, in_table",
    "planned": "select * from projects order by document",
    "answered": "select * from findings where answer is not null order by document, finding",
}
"""What pages ask of every document and is small: tables without their content, projects, answers."""

Row = dict[str, Any]
Kept = TypeVar("Kept")


@dataclass(slots=True)
class _State:
    """What is open of one revision."""

    revision: int
    connection: duckdb.DuckDBPyConnection
    segments: dict[str, str] = field(default_factory=dict)
    kept: dict[Hashable, Any] = field(default_factory=dict)


class Warehouse:
    """Answers questions about all documents that a store holds.

    Safe to share between threads; opens anew when another process has written.  Raises
    FileNotFoundError where there is no warehouse.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "warehouse.sqlite").is_file():
            raise FileNotFoundError(folder)
        self.folder = folder
        self._lock = threading.Lock()
        self._local = threading.local()
        self._state: _State | None = None
        if searching.is_old(self._index):
            with closing(sqlite3.connect(folder / "warehouse.sqlite", timeout=60, isolation_level=None)) as writing:
                searching.renew(writing)

    @property
    def _index(self) -> sqlite3.Connection:
        """The list of documents and the search, a connection for each thread."""
        connection: sqlite3.Connection | None = getattr(self._local, "index", None)
        if connection is None:
            address = (self.folder / "warehouse.sqlite").resolve().as_uri() + "?mode=ro"
            connection = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)
            self._local.index = connection
        return connection

    @property
    def revision(self) -> int:
        """A number that goes up whenever anything changes."""
        row = self._index.execute("select revision from state").fetchone()
        return int(row[0])

    @property
    def changed(self) -> datetime:
        """When anything changed last."""
        row = self._index.execute("select changed from state").fetchone()
        return datetime.fromisoformat(row[0])

    def _opened(self) -> _State:
        revision = self.revision
        if self._state is None or self._state.revision != revision:
            with self._lock:
                if self._state is None or self._state.revision != revision:
                    self._state = self._open(revision)
        return self._state

    def _open(self, revision: int) -> _State:
        """Load what holds now; DuckDB reads all segments at once."""
        import duckdb  # noqa: PLC0415 - heavy

        rows = self._index.execute("select document, version, segment from documents").fetchall()
        connection = duckdb.connect(":memory:")
        connection.execute("set enable_progress_bar = false")
        connection.execute("create table live (document varchar, version integer, segment varchar)")
        if rows:
            import pyarrow as pa  # noqa: PLC0415 - heavy

            live = pa.table(dict(zip(("document", "version", "segment"), zip(*rows, strict=True), strict=True)))
            connection.register("live_rows", live)
            connection.execute("insert into live select * from live_rows")
            connection.unregister("live_rows")
        segments = sorted({segment for _, _, segment in rows})
        for kind in KINDS:
            self._view(connection, kind, segments)
        counted = connection.execute("select coalesce(sum(facts), 0) from heads").fetchone()
        stored = "table" if counted and counted[0] <= IN_MEMORY else "view"
        connection.execute(
            f"create {stored} figures as select {_FIGURES}, h.department, h.kind as document_kind,"  # noqa: S608
            " h.year as document_year from facts f join heads h using (document)"
            " where chosen order by h.department, f.year"
        )
        connection.execute(
            f"create {stored} broad as select * from figures where function is null and economic is null"  # noqa: S608
            " and government_economic is null and unit is null and project is null"
        )
        # In the order of the codes, so that a question for one account skips all others.
        connection.execute(
            f"create {stored} coded as select * from figures where unit is null and project is null"  # noqa: S608
            " and government_economic is null and item is null and (function is null) <> (economic is null)"
            " order by function nulls first, economic"
        )
        connection.execute("create table head as select * from heads order by department, year")
        for name, sql in _SMALL.items():
            connection.execute(f"create {stored} {name} as {sql}")
        connection.execute("set threads = 1")  # questions are small, and many are asked at once
        return _State(revision, connection, {document: segment for document, _, segment in rows})

    def _view(self, connection: duckdb.DuckDBPyConnection, kind: str, segments: Sequence[str]) -> None:
        """All records of a kind that hold; an empty table of the same columns where there are none."""
        if not segments:
            from shouzhi.warehouse.schemas import schema  # noqa: PLC0415 - needs pyarrow

            connection.register("nothing", schema(kind).empty_table())
            connection.execute(f"create table {kind} as select * from nothing")  # noqa: S608 - our words
            connection.unregister("nothing")
            return
        paths = ", ".join(_quoted(self._path(segment, kind)) for segment in segments)
        connection.execute(
            f"create view {kind} as select r.* from read_parquet([{paths}]) r"  # noqa: S608 - our paths
            " semi join live using (document, version)"
        )

    def _path(self, segment: str, kind: str) -> Path:
        return self.folder / "segments" / segment / f"{kind}.parquet"

    def ask(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of a question in SQL over heads, facts, figures, tables, prose, projects, findings.

        `figures` are the facts that stand first at their place; `broad` those of them that
        belong to no single account, unit or project.

        Raises duckdb.Error for SQL that does not hold.
        """
        cursor = self._opened().connection.cursor()
        cursor.execute(sql, list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def arrow(self, sql: str, parameters: Sequence[object] = ()) -> Any:  # noqa: ANN401 - pyarrow has no types
        """The answer as an Arrow table, for exports."""
        return self._opened().connection.cursor().sql(sql, params=list(parameters)).to_arrow_table()

    def of_document(self, kind: str, document: str, more: str = "", *values: object) -> list[Row]:
        """The records of one document: of `listed`, `planned` and `answered` all, in order, from memory.

        Of the other kinds (`tables`, `facts`, `prose`…) they are read from its own segment alone.
        """
        if kind in _SMALL:
            sql = f"select * from {kind} where document = ?"  # noqa: S608 - our own words
            return self.memo((kind, document), lambda: self.ask(sql, (document,)))
        state = self._opened()
        segment = state.segments.get(document)
        if segment is None or kind not in KINDS:
            return []
        path = _quoted(self._path(segment, kind))
        return self.ask(
            f"select r.* from read_parquet({path}) r semi join live using (document, version)"  # noqa: S608
            f" where r.document = ? {more}", (document, *values),
        )  # fmt: skip

    def facts(
        self,
        documents: Sequence[str],
        terms: Sequence[str],
        values: Sequence[object],
        fields: Sequence[str],
        most: int,
        skip: int,
    ) -> tuple[list[Row], int]:
        """Facts of some documents under some terms, in reading order, and how many there are in all.

        `terms` and `fields` are SQL and never a user's words; only the segments of the
        documents are read.
        """
        state = self._opened()
        segments = sorted({state.segments[key] for key in documents if key in state.segments})
        if not segments:
            return [], 0
        paths = ", ".join(_quoted(self._path(segment, "facts")) for segment in segments)
        where = " and ".join(["list_contains(?, r.document)", *terms])
        asked = (
            f"from read_parquet([{paths}]) r semi join live using (document, version) where {where}"
        )
        given = [list(documents), *values]
        total = self.ask(f"select count(*) as n {asked}", given)[0]["n"]
        names = ", ".join(f"r.{name}" for name in fields)
        rows = self.ask(
            f"select {names} {asked} order by r.document, fact limit ? offset ?", [*given, most, skip]
        )
        return rows, total

    def memo(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What `make` gives, kept until anything changes in the warehouse."""
        kept = self._opened().kept
        if key not in kept:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            kept[key] = make()
        found: Kept = kept[key]
        return found

    def search(
        self, query: str, kinds: Sequence[str] = FOUND, most: int = 20
    ) -> dict[str, list[Hit]]:
        """What is found of each kind, at most `most` of each; a year in the query narrows it."""
        asked = self.understood(query)
        return {kind: self.found(asked, kind, most).hits for kind in kinds}

    def understood(self, query: str, year: int | None = None, department: str | None = None) -> Asked:
        """A query with its year told apart from its words, and what else narrows it."""
        return searching.understood(self._index, query, year, department)

    def found(self, asked: Asked, kind: str, most: int = 20, skip: int = 0) -> Found:
        """A part of what is found of one kind, and how many there are in all."""
        return searching.find(self._index, asked, kind, most, skip)

    def everything(self) -> list[Hit]:
        """All that can be found, for an index elsewhere."""
        return searching.everything(self._index)

    def file(self, document: str, name: str) -> Path | None:
        """A file that readers may download; None where the document has none of that name."""
        for head in self.ask("select version, files from head where document = ?", (document,)):
            if name in (head["files"] or ()):
                return self.folder / "files" / document / str(head["version"]) / name
        return None


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
