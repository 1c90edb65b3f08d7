"""The search: departments, documents, projects, accounts, tables and prose by any run of characters.

Chinese has no blanks between words, so every text is indexed by its pairs of neighbouring
characters, and what is searched for is a phrase of such pairs: any two characters or more are
found exactly where they stand.  One character is found as the beginning of a pair.  (The
trigram index of SQLite knows nothing of two characters, and most Chinese words have two.)

A year that stands alone in a query (`协作办 2024`) narrows what is found to documents of that
year, where there are any.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson

from shouzhi.catalogue.names import fold
from shouzhi.warehouse.names import member_name

Record = dict[str, Any]

KINDS: Final = ("department", "document", "account", "project", "table", "prose")
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

VERSION: Final = 2
"""Of what entries are found by; an index of an earlier one is made anew."""

_MARK: Final = "§"  # no text that is searched has it
_RUN: Final = re.compile(r"[^\W_]+")
_YEAR: Final = re.compile(r"((?:19|20)\d\d)(?:年度?)?")
_DOCUMENTS: Final = {"budget": "预算", "accounts": "决算", "performance": "绩效"}
_LONGEST: Final = 60
_RANKED: Final = 3000
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
    years: tuple[int, ...] = ()
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for: words, and the year and department (by its key) to which it is narrowed."""

    words: str
    year: int | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A part of what was found of one kind, and how many there are in all."""

    hits: list[Hit]
    total: int


def understood(
    connection: sqlite3.Connection, query: str, year: int | None = None, department: str | None = None
) -> Asked:
    """A query with its year told apart from its words, where it names one that documents are of.

    A `year` that is given goes before the one of the words.
    """
    known = {row[0] for row in connection.execute("select distinct year from documents")}
    left = []
    for word in query[:_LONGEST].split():
        told = _YEAR.fullmatch(fold(word))
        if told and int(told[1]) in known:
            year = year or int(told[1])
        else:
            left.append(word)
    return Asked(" ".join(left), year, department)


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
    put = partial(_own, connection, head)
    put("document", head["title"], {"kind": head["kind"]}, _told(name, head["kind"]))
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
        put("project", project["project"], extra, goal)
    for table in rows["tables"]:
        extra = {"table": table["in_table"], "page": (table["pages"] or [None])[0]}
        put("table", f"{table['number'] or ''} {table['title']}".strip(), extra)
    for paragraph in rows["prose"]:
        if paragraph["text"]:
            extra = {"paragraph": paragraph["paragraph"], "page": paragraph["page"]}
            put("prose", paragraph["text"], extra)


def _told(department: str, kind: str) -> str:
    """What a document is found by beside its title."""
    return f"{department} {_DOCUMENTS.get(kind, '')}".strip()


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
    connection: sqlite3.Connection, head: Record, kind: str, label: str, extra: Record, more: str = ""
) -> None:
    made = connection.execute(
        "insert into entries (kind, document, label, more, extra) values (?, ?, ?, ?, ?)",
        (kind, head["document"], label, more, orjson.dumps(extra).decode()),
    )
    _put(connection, made.lastrowid, _indexed(kind, label, more, head["year"], head["department"]))


def _indexed(kind: str, label: str, more: str, *within: object) -> str:
    """All that an entry is found by: its kind, year and department as words of their own, its label and more."""
    marks = " ".join(f"{_MARK}{told}" for told in (kind, *within))
    return f"{marks} {grams(label)} {grams(more)}"


def _put(connection: sqlite3.Connection, row: int | None, text: str) -> None:
    connection.execute("insert into found (rowid, grams) values (?, ?)", (row, text))


def forget(connection: sqlite3.Connection, document: str) -> None:
    """Take a document out of the index, while it is still listed."""
    rows = connection.execute(
        "select e.id, e.kind, e.label, e.more, d.year, d.department from entries e"
        " join documents d using (document) where document = ?", (document,)
    ).fetchall()  # fmt: skip
    _take(connection, rows)
    connection.execute("delete from uses where document = ?", (document,))
    _take(connection, connection.execute(
        "select id, kind, label, more from entries e where document is null"
        " and not exists (select 1 from uses where entry = e.id)"
    ).fetchall())  # fmt: skip


def _take(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    # An index without content is told what it forgets.
    connection.executemany(
        "insert into found (found, rowid, grams) values ('delete', ?, ?)",
        [(row, _indexed(*told)) for row, *told in rows],
    )
    connection.executemany("delete from entries where id = ?", [(row,) for row, *_ in rows])


def renew(connection: sqlite3.Connection) -> None:
    """Bring the index of an earlier version up to date; nothing where it is.  Raises sqlite3.Error."""
    if not is_old(connection):
        return
    connection.execute("begin immediate")
    try:
        if is_old(connection):
            _renew(connection)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def is_old(connection: sqlite3.Connection) -> bool:
    """Whether an index was made by an earlier version."""
    version: int = connection.execute("pragma user_version").fetchone()[0]
    return version < VERSION


def _renew(connection: sqlite3.Connection) -> None:
    heads = connection.execute(
        "select document, year, department, name, kind, title from documents d where not exists"
        " (select 1 from entries where document = d.document and kind = 'document')"
    ).fetchall()
    connection.executemany(
        "insert into entries (kind, document, label, more, extra) values ('document', ?, ?, ?, ?)",
        [
            (document, title, _told(name, kind), orjson.dumps({"kind": kind}).decode())
            for document, _, _, name, kind, title in heads
        ],
    )
    connection.execute("drop table found")
    connection.execute("create virtual table found using fts5(grams, content='', tokenize='ascii', columnsize=0)")
    rows = connection.execute(
        "select e.id, e.kind, e.label, e.more, d.year, d.department from entries e"
        " left join documents d on d.document = e.document order by e.id"
    ).fetchall()
    for row, kind, label, more, *within in rows:
        _put(connection, row, _indexed(kind, label, more, *(told for told in within if told is not None)))
    connection.execute(f"pragma user_version = {VERSION}")


def find(connection: sqlite3.Connection, asked: Asked, kind: str, most: int = 20, skip: int = 0) -> Found:
    """A part of what is found of a kind: names the best first, the rest the newest first."""
    match = _match(asked, kind)
    if not match:
        return Found([], 0)
    if kind in SHARED:
        hits = _shared(connection, match, asked)
        wanted = "".join(words(asked.words))
        hits.sort(key=lambda hit: _distance(hit, wanted))
        return Found(hits[skip : skip + most], len(hits))
    total = connection.execute("select count(*) from found where found match ?", (match,)).fetchone()[0]
    rows = connection.execute(
        "select e.kind, e.key, e.document, e.label, e.extra, 1 from found f join entries e on e.id = f.rowid"
        " where found match ? order by f.rowid desc limit ? offset ?", (match, most, skip),
    ) if total > skip else ()  # fmt: skip
    return Found(_hits(rows), total)


def _match(asked: Asked, kind: str) -> str:
    """What is asked for in the words of the index; empty where nothing can be asked."""
    within = [str(told) for told in (asked.year, asked.department) if told]
    wanted = phrase(asked.words)
    if not wanted and (asked.words or not within):
        return ""
    marks = [kind] if kind in SHARED else [kind, *within]
    return " AND ".join([*(f'"{_MARK}{told}"' for told in marks), *([wanted] if wanted else [])])


def _shared(connection: sqlite3.Connection, match: str, asked: Asked) -> list[Hit]:
    """Entries of many documents, with how many of those that are asked about."""
    told = {name: of for name, of in (("year", asked.year), ("department", asked.department)) if of}
    counted, count, join = "", "(select count(*) from uses where entry = e.id)", ""
    if told:
        # The documents in question are few: counted once, not again for every entry.
        terms = " and ".join(f"d.{name} = ?" for name in told)
        counted = (
            "with counted as materialized (select u.entry, count(*) as n from documents d"  # noqa: S608 - our words
            f" cross join uses u on u.document = d.document where {terms} group by u.entry) "
        )
        count, join = "c.n", " join counted c on c.entry = e.id"
    return _hits(connection.execute(
        f"{counted}select e.kind, e.key, e.document, e.label, e.extra, {count} from found f"  # noqa: S608 - our words
        f" join entries e on e.id = f.rowid{join} where found match ? order by f.rowid desc limit ?",
        (*told.values(), match, _RANKED),
    ))  # fmt: skip


def _hits(rows: Iterable[tuple[Any, ...]]) -> list[Hit]:
    """Entries as hits, without those that no document has any more."""
    return [
        Hit(kind, key, document, label, orjson.loads(extra), count)
        for kind, key, document, label, extra, count in rows
        if count
    ]


def everything(connection: sqlite3.Connection) -> list[Hit]:
    """All entries, in their order, with the years and departments of their documents."""
    told: dict[int, list[tuple[int, str]]] = {}
    for entry, year, department in connection.execute(
        "select entry, year, department from uses join documents using (document) union all"
        " select id, year, d.department from entries join documents d using (document) order by 1, 2, 3"
    ):
        told.setdefault(entry, []).append((year, department))
    rows = connection.execute("select id, kind, key, document, label, extra from entries order by id")
    return [
        Hit(
            kind, key, document, label, orjson.loads(extra), len(told[entry]),
            tuple(dict.fromkeys(year for year, _ in told[entry])),
            tuple(dict.fromkeys(department for _, department in told[entry])),
        )
        for entry, kind, key, document, label, extra in rows
        if entry in told
    ]  # fmt: skip


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
