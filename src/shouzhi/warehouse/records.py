"""A document as the records of the store: head, facts, tables, prose, projects and findings.

What comes in is the object of `shouzhi read --format json`; what goes out are rows whose
fields and types stand in `schemas`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson

from shouzhi.catalogue.names import fold
from shouzhi.checks import Finding
from shouzhi.space import DIMENSIONS, parse_amount
from shouzhi.warehouse.names import department_key, level_of

Json = dict[str, Any]
Record = dict[str, Any]

STAGES: Final = {"budget": "approved", "accounts": "outturn", "performance": "approved"}
"""The stage that figures stand at where their table says nothing of it, by kind of document."""

GOAL: Final = "目标"
"""What the heading of a column with targets of projects has in it."""

PROJECT_KINDS: Final = frozenset({"project", "recurrent", "one_off"})

_LEADER: Final = re.compile(r"(?:[.．·…]\s*){6,}[-—\s\d]*$")  # an entry of a table of contents
_ENDS: Final = "。；;.！"
_LARGEST: Final = 2**63 - 1
_LARGEST_VALUE: Final = Decimal(10) ** 26


def head_record(data: Json, identity: Record) -> Record:
    """What a document says of itself; `identity` are its key, version, hash, files and dates."""
    about = data["document"]
    name = about["department"]
    level, place = level_of(name)
    return {
        **identity,
        "title": about["title"],
        "kind": about["kind"],
        "year": about["year"],
        "department": department_key(name),
        "department_name": name,
        "scope": about.get("scope") or "department",
        "level": level,
        "place": place,
        "amount_unit": about.get("amount_unit"),
        "tables": len(data["tables"]),
        "facts": len(data["facts"]),
    }


def fact_records(data: Json, identity: Record) -> Iterator[Record]:
    """One record a fact, with the words of its row and column and its place in the source.

    `chosen` tells the first fact at each place of the space, those of tables before those
    of the prose: what answers a question that asks for one figure.
    """
    about, seen = data["document"], set[tuple[object, ...]]()
    stage = STAGES.get(about["kind"], "approved")
    ordered = sorted(enumerate(data["facts"]), key=lambda pair: pair[1]["table"] is None)
    for number, fact in ordered:
        where: Record = {name: fact["where"].get(name) for name in DIMENSIONS}
        where["year"] = _year(where["year"]) or about["year"]
        where["stage"] = where["stage"] or stage
        amount = _fen(fact.get("amount"))
        place = tuple(where.values())
        chosen = amount is not None and place not in seen
        if chosen:
            seen.add(place)
        yield {
            **identity,
            "fact": number,
            **_words(data, fact),
            **where,
            "amount": amount,
            "value": _value(fact["printed"]),
            "printed": fact["printed"],
            "printed_unit": fact.get("printed_unit") or fact.get("unit"),
            "how": fact.get("how"),
            **place_record(fact.get("location") or {}),
            "chosen": chosen,
        }


def _words(data: Json, fact: Json) -> Record:
    """Where a fact stands and under what words; nothing for a fact of the prose."""
    place, row, column = (fact.get(name) for name in ("table", "row", "column"))
    words: Record = {"in_table": place, "in_row": row, "in_column": column}
    if place is None:
        return words
    table = data["tables"][place]
    if row is not None:
        words |= {"label": table["rows"][row]["label"], "side": table["rows"][row].get("side")}
    if column is not None:
        words["heading"] = "/".join(filter(None, table["columns"][column]["heading"]))
    return words


def place_record(location: Mapping[str, Any]) -> Record:
    """A location as columns; a box is in points."""
    return {name: location.get(name) for name in ("page", "line", "sheet", "cell", "box")}


def _year(member: str | None) -> int | None:
    return int(member) if member and member.isdecimal() and len(member) == 4 else None


def _fen(amount: str | None) -> int | None:
    """元 as text to whole 分; None when there is no amount, or more than 64 bits hold."""
    fen = None if amount is None else int(Decimal(amount) * 100)
    return fen if fen is not None and abs(fen) <= _LARGEST else None


def _value(printed: str) -> Decimal | None:
    """The printed number at the scale of the store; None where it does not fit."""
    parsed = parse_amount(printed)
    if parsed is None or abs(parsed.value) >= _LARGEST_VALUE:
        return None
    return parsed.value.quantize(Decimal("0.000001"))


def table_records(data: Json, identity: Record) -> Iterator[Record]:
    """One record a table; `content` is the table as JSON, its cells exactly as printed."""
    for number, table in enumerate(data["tables"]):
        pages = list(table.get("pages") or ())
        yield {
            **identity,
            "in_table": number,
            "number": table.get("number"),
            "title": table.get("title") or "",
            "amount_unit": table.get("amount_unit"),
            "pages": pages,
            "how": table.get("how"),
            "columns": len(table["columns"]),
            "rows": len(table["rows"]),
            "content": orjson.dumps(table).decode(),
        }


def prose_records(data: Json, identity: Record) -> Iterator[Record]:
    """One record a paragraph, under the heading of its section; headings alone have no text."""
    number = 0
    for place, section in enumerate(data.get("outline") or ()):
        about = {
            **identity, "section": place, "heading": section["heading"], "level": section["level"],
        }  # fmt: skip
        paragraphs = section["paragraphs"] or [{"text": None, "location": section["location"]}]
        for paragraph in paragraphs:
            if _LEADER.search(paragraph["text"] or ""):
                continue
            where = paragraph["location"]
            yield {
                **about, "paragraph": number, "text": paragraph["text"],
                "page": where.get("page"), "line": where.get("line"),
            }  # fmt: skip
            number += 1


def project_records(data: Json, identity: Record, facts: Sequence[Record]) -> Iterator[Record]:
    """One record a project: its amount of all sources, and its target where one is printed."""
    goals = dict(_goals(data))
    found: dict[str, Record] = {}
    for fact in facts:
        name = fact["project"]
        if name is None or fact["amount"] is None or fact["in_table"] is None or not _own(fact, data):
            continue
        key = fold(name)
        better = key not in found or _rank(fact) < _rank(found[key])
        if better and (fact["kind"] in PROJECT_KINDS or key in goals):
            found[key] = fact
    for key, fact in found.items():
        names = ("unit", "kind", "amount", "in_table", "in_row", "in_column", "page")
        record = {name: fact[name] for name in names}
        yield {**identity, "project": fact["project"], **record, "goal": goals.get(key)}


def _own(fact: Record, data: Json) -> bool:
    """Whether a fact is of the document's own year, and of the stage that it is about."""
    about = data["document"]
    own = bool(fact["stage"] == STAGES.get(about["kind"], "approved") and fact["year"] == about["year"])
    return own and bool(fact["project"] != fact["unit"])


def _rank(fact: Record) -> tuple[bool, ...]:
    """Smaller is better: an amount of all sources, of nothing narrower than the project."""
    names = ("item", "economic", "function", "source")
    return tuple(fact[name] is not None for name in names)


def _goals(data: Json) -> Iterator[tuple[str, str]]:
    """The targets that tables print beside the names of projects."""
    for table in data["tables"]:
        for row in table["rows"]:
            told = [text for name, text in (row.get("texts") or {}).items() if GOAL in name and text]
            if told and row["label"]:
                ended = [text if text[-1] in _ENDS else f"{text}；" for text in told[:-1]]
                yield fold(row["label"]), "".join([*ended, told[-1]])


def finding_dict(finding: Finding) -> Json:
    """A finding of the checks as the store takes it; an answer is added by the publisher."""
    names = ("check", "kind", "severity", "message", "expected", "found", "difference", "authority")
    where = [
        {"table": m.table, "row": m.row, "column": m.column, "page": m.location.page, "text": m.text}
        for m in finding.where
    ]
    return {**{name: getattr(finding, name) for name in names}, "where": where}


def finding_records(findings: Sequence[Json], identity: Record) -> Iterator[Record]:
    """One record a finding, at the first of its places; `answer` is what the publisher says."""
    names = ("kind", "severity", "message", "expected", "found", "difference")
    for number, finding in enumerate(findings):
        where = (finding.get("where") or [{}])[0]
        place = {f"in_{name}": where.get(name) for name in ("table", "row", "column")}
        place |= {"page": where.get("page"), "text": where.get("text"), "rule": finding.get("check")}
        told = {name: finding.get(name) for name in (*names, "authority")}
        told |= {name: finding.get(name) or None for name in ("answer", "answered")}
        yield {**identity, "finding": number, **told, **place}
