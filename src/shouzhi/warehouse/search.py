"""The search: departments, projects, accounts, tables and prose by any run of characters.

Chinese has no blanks between words, so every text is indexed by its pairs of neighbouring
characters, and what is searched for is a phrase of such pairs: any two characters or more are
found exactly where they stand.  One character is found as the beginning of a pair.  (The
trigram index of SQLite knows nothing of two characters, and most Chinese words have two.)
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from shouzhi.catalogue.names import fold
from shouzhi.warehouse.names import member_name

Record = dict[str, Any]

KINDS: Final = ("department", "account", "project", "table", "prose")
"""What can be found, in the order in which it is shown."""

SHARED: Final = ("department", "account")
"""Kinds of which there is one entry for all documents."""

SCHEMA: Final = """
create table if not exists entries (
  id integer primary key, kind text not null, key text, document text, label text not null,
  more text not null, extra text, unique (kind, key));
create index if not exists entries_document on entries (document);
create table if not exists uses (
  document text, entry integer, primary key (document, entry)) without rowid;
create index if not exists uses_entry on uses (entry);
create virtual table if not exists found using fts5(
  grams, content='', tokenize='ascii', columnsize=0);
"""

_KIND: Final = "§"  # no text that is searched has it
_RUN: Final = re.compile(r"[^\W_]+")
_ENTRY: Final = (
    "e.kind, e.key, e.document, e.label, e.extra,"
    " case when e.document is null then (select count(*) from uses where entry = e.id) else 1 end"
)
_LONGEST: Final = 60
_RANKED: Final = 300
_AROUND: Final = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found.

    `label` are its words (of prose the paragraph), `key` a department's key, or an account as
    `dimension:code`; `extra` what else is known: table, row, page, amount in 分, paragraph;
    `documents` in how many documents it stands.
    """

    kind: str
    key: str | None
    document: str | None
    label: str
    extra: Mapping[str, Any]
    documents: int = 1


def grams(text: str) -> str:
    """The pairs of neighbouring characters of every run of letters, digits and Chinese."""
    return " ".join(_grams(fold(text)))


def _grams(text: str) -> Iterator[str]:
    for run in _RUN.findall(text.casefold()):
        for place in range(len(run) - 1):
            yield run[place : place + 2]
        yield run[-1]


def phrase(query: str) -> str:
    """What is asked for in the words of the index; empty where nothing can be asked."""
    return " AND ".join(map(_run_phrase, words(query)))


def _run_phrase(run: str) -> str:
    if len(run) == 1:
        return f'"{run}"*'
    return '"' + " ".join(run[place : place + 2] for place in range(len(run) - 1)) + '"'


def words(query: str) -> list[str]:
    """The runs of characters that a query asks for, folded, to mark them where they stand."""
    return [run for word in query[:_LONGEST].split() for run in _RUN.findall(fold(word).casefold())]


def index(connection: sqlite3.Connection, head: Record, rows: Mapping[str, Sequence[Record]]) -> None:
    """Put a document into the index."""
    document, year = head["document"], head["year"]
    name = head["department_name"]
    _share(connection, document, "department", head["department"], name, extra={"level": head["level"]})
    for dimension in ("function", "economic"):
        codes = {fact[dimension]: fact.get("label") for fact in rows["facts"] if (fact[dimension] or "").isdecimal()}
        for code, told in sorted(codes.items(), key=lambda pair: pair[0]):
            label = member_name(dimension, code, year)
            label = told or label if label == code else label
            _share(connection, document, "account", f"{dimension}:{code}", label, extra={}, before=f"{code} ")
    for project in rows["projects"]:
        extra = {key: project[f"in_{key}"] for key in ("table", "row", "column")}
        extra |= {"amount": project["amount"], "page": project["page"]}
        goal = project["goal"] or ""
        _own(connection, document, "project", project["project"], extra, goal)
    for table in rows["tables"]:
        extra = {"table": table["in_table"], "page": (table["pages"] or [None])[0]}
        _own(connection, document, "table", f"{table['number'] or ''} {table['title']}".strip(), extra)
    for paragraph in rows["prose"]:
        if paragraph["text"]:
            extra = {"paragraph": paragraph["paragraph"], "page": paragraph["page"]}
            _own(connection, document, "prose", paragraph["text"], extra)


def _share(  # noqa: PLR0913 - an entry has as many parts
    connection: sqlite3.Connection,
    document: str,
    kind: str,
    key: str,
    label: str,
    *,
    extra: Record,
    before: str = "",
) -> None:
    row = connection.execute(
        "select id from entries where kind = ? and key = ?", (kind, key)
    ).fetchone()
    if row is None:
        made = connection.execute(
            "insert into entries (kind, key, label, more, extra) values (?, ?, ?, ?, ?)",
            (kind, key, label, before, orjson.dumps(extra).decode()),
        )
        row = (made.lastrowid,)
        _put(connection, made.lastrowid, _indexed(kind, label, before))
    connection.execute("insert or ignore into uses values (?, ?)", (document, row[0]))


def _own(
    connection: sqlite3.Connection, document: str, kind: str, label: str, extra: Record, more: str = ""
) -> None:
    made = connection.execute(
        "insert into entries (kind, document, label, more, extra) values (?, ?, ?, ?, ?)",
        (kind, document, label, more, orjson.dumps(extra).decode()),
    )
    _put(connection, made.lastrowid, _indexed(kind, label, more))


def _indexed(kind: str, label: str, more: str) -> str:
    """All that an entry is found by: its kind as a word of its own, its label and more."""
    return f"{_KIND}{kind} {grams(label)} {grams(more)}"


def _put(connection: sqlite3.Connection, row: int | None, text: str) -> None:
    connection.execute("insert into found (rowid, grams) values (?, ?)", (row, text))


def forget(connection: sqlite3.Connection, document: str) -> None:
    """Take a document out of the index."""
    # An index without content is told what it forgets.
    rows = connection.execute(
        "select id, kind, label, more from entries where document = ?", (document,)
    ).fetchall()
    connection.executemany(
        "insert into found (found, rowid, grams) values ('delete', ?, ?)",
        [(row, _indexed(kind, label, more)) for row, kind, label, more in rows],
    )
    connection.execute("delete from entries where document = ?", (document,))
    connection.execute("delete from uses where document = ?", (document,))


def find(
    connection: sqlite3.Connection, query: str, kinds: Sequence[str] = KINDS, most: int = 20
) -> dict[str, list[Hit]]:
    """What is found of each kind, at most `most`: names the best first, the rest the newest first."""
    asked = phrase(query)
    if not asked:
        return {kind: [] for kind in kinds}
    wanted = "".join(words(query))
    return {kind: _of_kind(connection, kind, asked, wanted, most) for kind in kinds}


def _of_kind(
    connection: sqlite3.Connection, kind: str, asked: str, wanted: str, most: int
) -> list[Hit]:
    limit = _RANKED if kind in SHARED else most
    rows = connection.execute(
        f"select {_ENTRY} from found f join entries e on e.id = f.rowid where found match ?"  # noqa: S608
        " order by f.rowid desc limit ?", (f'"{_KIND}{kind}" AND {asked}', limit),
    )  # fmt: skip
    hits = _hits(rows)
    if kind in SHARED:
        hits.sort(key=lambda hit: _distance(hit, wanted))
    return hits[:most]


def _hits(rows: Iterable[tuple[Any, ...]]) -> list[Hit]:
    """Entries as hits, without those that no document has any more."""
    return [
        Hit(kind, key, document, label, orjson.loads(extra), count)
        for kind, key, document, label, extra, count in rows
        if count
    ]


def everything(connection: sqlite3.Connection) -> list[Hit]:
    """All entries, in their order."""
    return _hits(connection.execute(f"select {_ENTRY} from entries e order by e.id"))  # noqa: S608 - our words


def _distance(hit: Hit, wanted: str) -> tuple[int, int, int, str]:
    """The smaller the better: the very name, then names that begin so, then the short ones."""
    label = fold(hit.label).casefold()
    kind = 0 if label == wanted else 1 if label.startswith(wanted) else 2
    return kind, -hit.documents if hit.kind == "account" else 0, len(label), hit.key or ""


def excerpt(text: str, query: str) -> list[tuple[str, bool]]:
    """The part of a text around what was found, in pieces: words, and whether they were asked for."""
    marks = [re.escape(word) for word in words(query)]
    if not marks:
        return [(text[: 2 * _AROUND], False)]
    pattern = re.compile("|".join(marks), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - _AROUND) if first else 0
    part = text[start : start + 3 * _AROUND]
    pieces = [("…", False)] if start else []
    at = 0
    for found in pattern.finditer(part):
        pieces += [(part[at : found.start()], False), (found[0], True)]
        at = found.end()
    pieces.append((part[at:] + ("…" if start + 3 * _AROUND < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]
