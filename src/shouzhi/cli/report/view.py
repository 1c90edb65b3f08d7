"""Findings, and what is needed to show them, as plain data: no document is needed any more.

A view is what came of one check, of one document or of several between them:
`documents` (what each says of itself), `findings` in the shape of the JSON contract,
`tables` with the rows that findings speak of, and the titles of the `checks`.  The names of the files are left out
and put in when it is unpacked: the same content keeps its findings under any name.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from shouzhi.catalogue.told import kept, recalled
from shouzhi.checks import ORDER, Broken, Finding, Mark, Suspect

if TYPE_CHECKING:
    from shouzhi.facts import Document

Json = dict[str, Any]

ABOUT: Final = ("title", "kind", "year", "department", "scope", "amount_unit", "warnings")
LONGEST: Final = 2_000
"""Characters of a text that a finding quotes."""
MOST_MARKS: Final = 500
"""Places of one relation that are kept: a sum over all rows of a long table names them all."""


def view(
    documents: Sequence[Document],
    findings: Sequence[Finding],
    kinds: Sequence[str],
    language: str = "zh",
) -> Json:
    """The view of the findings in documents, whose sources are of `kinds` (pdf, docx…).

    `language` is that of the findings, and so of the titles of their checks.
    """
    files = [document.file for document in documents]
    abouts = [
        {
            **{name: getattr(document, name) for name in ABOUT},
            "source": kind,
            "tables": len(document.tables),
            "facts": len(document.facts),
            "unread": _unread(document),
        }
        for document, kind in zip(documents, kinds, strict=True)
    ]
    ordered = sorted(findings, key=_place)
    return {
        "documents": abouts,
        "findings": [_finding(finding, documents, files) for finding in ordered],
        "tables": _tables(documents, ordered),
        "checks": _titles({finding.check for finding in ordered}, language),
    }


def _unread(document: Document) -> list[str]:
    """The clauses of the prose with amounts or rates that no statement of the catalogue reads."""
    from shouzhi.space import FEN_PER
    from shouzhi.statements.claims import Unread

    told = (c for c in document.claims if isinstance(c, Unread))
    found = dict.fromkeys(c.text for c in told if c.figure.unit in {*FEN_PER, "%", ""})
    return [text[:LONGEST] for text in list(found)[:MOST_MARKS]]


def _titles(checks: set[str], language: str) -> dict[str, str]:
    """The titles of the checks that the catalogue has."""
    from shouzhi.catalogue.checks import check_book, speaking

    with speaking(language):
        rows = check_book().rows
    return {check: rows[check].title for check in sorted(checks) if check in rows}


def _place(finding: Finding) -> tuple[int, int, int, int]:
    """The gravest first, then as they stand in the document; what stands nowhere comes last."""
    first = next(iter(finding.where), None)
    grave = ORDER.index(finding.severity)
    if first is None:
        return grave, len(finding.where), 1 << 30, 0
    at = first.location
    return grave, first.document, at.page or 0, at.line or (first.row or 0)


def _finding(finding: Finding, documents: Sequence[Document], files: Sequence[str]) -> Json:
    """A finding in the shape of the JSON contract; `document` is a position until it is unpacked."""
    where = [_mark(mark, documents) for mark in finding.where]
    own = files.index(finding.document) if finding.document in files else 0
    data: Json = {
        "document": own,
        "check": finding.check,
        "kind": finding.kind,
        "severity": finding.severity,
        "message": finding.message,
        "expected": finding.expected,
        "found": finding.found,
        "difference": finding.difference,
        "where": where,
        "suspect": _suspect(finding.suspect, documents) if finding.suspect else None,
        "authority": finding.authority,
        "candidates": [_suspect(each, documents) for each in finding.candidates],
        "broken": [_broken(each, documents) for each in finding.broken],
    }
    extra = {name: _plain(value, documents) for name, value in finding.extra.items()}
    return data | ({"extra": extra} if extra else {})


def _plain(value: object, documents: Sequence[Document]) -> object:
    """What a finding carries besides: corrections and places in the shape that they have elsewhere."""
    if isinstance(value, Suspect):
        return _suspect(value, documents)
    if isinstance(value, Mark):
        return _mark(value, documents)
    if isinstance(value, tuple | list):
        return [_plain(each, documents) for each in value]
    return value


def _suspect(suspect: Suspect, documents: Sequence[Document]) -> Json:
    return {
        "where": _mark(suspect.mark, documents),
        "value": suspect.value,
        "pattern": suspect.pattern,
        "sure": suspect.sure,
    }


def _broken(broken: Broken, documents: Sequence[Document]) -> Json:
    return {
        "words": broken.words,
        "expected": broken.expected,
        "found": broken.found,
        "difference": broken.difference,
        "where": [_mark(mark, documents) for mark in broken.marks[:MOST_MARKS]],
    }


def _mark(mark: Mark, documents: Sequence[Document]) -> Json:
    """A place: positions as `read --format json` counts them, with the words that stand there."""
    location = mark.location
    data: Json = {
        "page": location.page,
        "table": mark.table,
        "row": mark.row,
        "column": mark.column,
        "line": location.line,
        "text": mark.text[:LONGEST],
        "document": mark.document,
        "label": mark.label.strip()[:LONGEST],
    }
    box = mark.box or location.box
    more = {
        "sheet": location.sheet,
        "cell": location.cell,
        "box": [round(x, 1) for x in box] if box else None,
        **_words(mark, documents),
    }
    return data | {name: value for name, value in more.items() if value is not None}


def _words(mark: Mark, documents: Sequence[Document]) -> Json:
    """The number, title and unit of the table that a place is in, and the heading over it."""
    if mark.table is None:
        return {}
    table = documents[mark.document].tables[mark.table]
    words = {
        "table_number": table.number,
        "table_title": table.title or None,
        "unit": table.amount_unit,
    }
    if mark.column is not None:
        words["heading"] = "/".join(filter(None, table.columns[mark.column].heading))
    return words


def _tables(documents: Sequence[Document], findings: Sequence[Finding]) -> Json:
    """The tables that findings speak of, by document and position, each with those rows only."""
    from shouzhi.facts.export import row_dict

    tables: Json = {}
    for mark in _shown(findings):
        if mark.table is None or mark.row is None:
            continue
        table = documents[mark.document].tables[mark.table]
        kept = tables.setdefault(
            f"{mark.document}/{mark.table}",
            {
                "number": table.number,
                "title": table.title,
                "amount_unit": table.amount_unit,
                "columns": [{"heading": list(c.heading), "side": c.side} for c in table.columns],
                "rows": {},
            },
        )
        kept["rows"].setdefault(str(mark.row), row_dict(table.rows[mark.row]))
    return tables


def _shown(findings: Sequence[Finding]) -> Iterator[Mark]:
    """The places whose rows are shown."""
    for finding in findings:
        yield from finding.where
        if finding.suspect:
            yield finding.suspect.mark
        yield from (suspect.mark for suspect in finding.extra.get("together", ()))


def pack(data: Json) -> bytes:
    """A view as compressed bytes; what it says can be said in any language once it is unpacked."""
    return zlib.compress(orjson.dumps(kept(data), default=str), level=1)


def unpack(packed: bytes, names: Sequence[str]) -> Json:
    """A view with the names of its documents put in.

    Raises ValueError, KeyError or zlib.error when the bytes are damaged.
    """
    data: Json = recalled(orjson.loads(zlib.decompress(packed)))
    for about, name in zip(data["documents"], names, strict=True):
        about["file"] = name
    for finding in data["findings"]:
        finding["document"] = names[finding["document"]]
    return data


def places(finding: Json) -> Iterator[Json]:
    """Every place that a finding names, the offending ones first."""
    yield from finding["where"]
    if finding["suspect"]:
        yield finding["suspect"]["where"]
    for each in (*finding["candidates"], *finding.get("extra", {}).get("together", ())):
        yield each["where"]
    for broken in finding["broken"]:
        yield from broken["where"]


def line(finding: Json, names: Sequence[str]) -> bytes:
    """A finding as a line of JSON: places name their document as the finding does."""
    for place in places(finding):
        if isinstance(place["document"], int):
            place["document"] = names[place["document"]]
    return orjson.dumps(finding) + b"\n"
