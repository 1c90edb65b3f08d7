"""Documents as flat records: the rows of the CSV, XLSX and Parquet that `read` writes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from shouzhi.space import DIMENSIONS, Amount, parse_amount

Json = dict[str, Any]
Record = dict[str, Any]

DOCUMENT_FIELDS: Final = (
    "file", "title", "document_kind", "document_year", "department", "scope", "amount_unit",
    "tables", "facts",
)  # fmt: skip

TABLE_FIELDS: Final = (
    "file", "table", "number", "table_title", "amount_unit", "pages", "how", "columns", "rows",
    "headings", "notes",
)  # fmt: skip

PLACE_FIELDS: Final = ("page", "line", "sheet", "cell", "left", "bottom", "right", "top")

FACT_FIELDS: Final = (
    "file", "title", "document_kind", "document_year", "department", "scope",
    "table", "number", "table_title", "row", "label", "side", "column", "heading",
    *DIMENSIONS,
    "amount_fen", "amount_yuan", "value", "printed", "printed_unit", "how", *PLACE_FIELDS,
)  # fmt: skip
"""The fields of a fact.  `table`, `row` and `column` count from 0 in the document;
`value` is the printed number in its printed unit; a box is in points."""

_LARGEST: Final = 2**63 - 1


def document_record(document: Json) -> Record:
    """What a document says of itself, with how much was found in it."""
    about = document["document"]
    counts = {"tables": len(document["tables"]), "facts": len(document["facts"])}
    return {**_about(document), "amount_unit": about.get("amount_unit"), **counts}


def _about(document: Json) -> Record:
    about = document["document"]
    return {
        "file": about["file"],
        "title": about.get("title"),
        "document_kind": about.get("kind"),
        "document_year": about.get("year"),
        "department": about.get("department"),
        "scope": about.get("scope"),
    }


def table_records(document: Json) -> Iterator[Record]:
    """One record a table: what it is, not what stands in it."""
    for place, table in enumerate(document["tables"]):
        yield {
            "file": document["document"]["file"],
            "table": place,
            "number": table.get("number"),
            "table_title": table.get("title"),
            "amount_unit": table.get("amount_unit"),
            "pages": list(table.get("pages") or ()),
            "how": table.get("how"),
            "columns": len(table["columns"]),
            "rows": len(table["rows"]),
            "headings": [heading(column) for column in table["columns"]],
            "notes": list(table.get("notes") or ()),
        }


def fact_records(document: Json) -> Iterator[Record]:
    """One record a fact, with the words of its row and column and its place in the source."""
    about = _about(document)
    for fact in document["facts"]:
        record: Record = {**about, **_words(document, fact), **fact["where"]}
        printed = parse_amount(fact["printed"])
        fen = _fen(fact.get("amount"))
        record |= {
            "amount_fen": fen,
            "amount_yuan": fact.get("amount"),
            "value": printed.value if printed else None,
            "printed": fact["printed"],
            "printed_unit": fact.get("printed_unit") or fact.get("unit"),
            "how": fact.get("how"),
        }
        location = fact.get("location") or {}
        record |= {name: location[name] for name in PLACE_FIELDS if name in location}
        if box := location.get("box"):
            record |= dict(zip(("left", "bottom", "right", "top"), box, strict=True))
        yield record


def _words(document: Json, fact: Json) -> Record:
    """The table, label and heading that a fact stands under; nothing for a fact of the prose."""
    place, row, column = (fact.get(name) for name in ("table", "row", "column"))
    if place is None:
        return {}
    table = document["tables"][place]
    words = {"table": place, "number": table.get("number"), "table_title": table.get("title")}
    if row is not None:
        words |= {"row": row, "label": table["rows"][row]["label"]}
        words |= {"side": table["rows"][row].get("side")}
    if column is not None:
        words |= {"column": column, "heading": heading(table["columns"][column])}
    return words


def _fen(amount: str | None) -> int | None:
    """元 as text to whole 分; None when there is no amount, or more than 64 bits hold."""
    fen = None if amount is None else int(Decimal(amount) * 100)
    return fen if fen is not None and abs(fen) <= _LARGEST else None


def heading(column: Json) -> str:
    """The stacked headings of a column as one."""
    return "/".join(level for level in column["heading"] if level)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as a rectangle: stub columns, amounts, text columns.

    `above` are the stacked headings of each column from the top down, all of one
    depth; `measures` are the places of the columns of amounts.
    """

    above: list[list[str]]
    rows: list[list[str]]
    measures: range

    @classmethod
    def of(cls, table: Json, named: Callable[[str], str]) -> Sheet:
        """Lay a table out: sides and codes where it has any, then label, amounts, texts.

        `named` gives the heading of a column of the stub: side, label, function…
        """
        rows = table["rows"]
        dimensions = list(dict.fromkeys(name for row in rows for name in row.get("codes") or ()))
        texts = list(dict.fromkeys(name for row in rows for name in row.get("texts") or ()))
        sides = ["side"] if any(row.get("side") for row in rows) else []
        stub = [*sides, *dimensions, "label"]
        headings = [[level for level in c["heading"] if level] or [""] for c in table["columns"]]
        depth = max(map(len, headings), default=1)
        even = [[*h[:-1], *[""] * (depth - len(h)), h[-1]] for h in headings]
        alone = [[*[""] * (depth - 1), name] for name in (*map(named, stub), *texts)]
        laid = [
            [
                *([row.get("side") or ""] if sides else []),
                *((row.get("codes") or {}).get(name, "") for name in dimensions),
                row["label"],
                *(cell or "" for cell in row["cells"]),
                *((row.get("texts") or {}).get(name, "") for name in texts),
            ]
            for row in rows
        ]
        above = [*alone[: len(stub)], *even, *alone[len(stub) :]]
        return cls(above, laid, range(len(stub), len(stub) + len(headings)))


def number(text: str) -> Amount | None:
    """The printed number of a cell, if a spreadsheet can hold it exactly (15 digits)."""
    amount = parse_amount(text)
    if amount is None or len(amount.value.as_tuple().digits) > 15:
        return None
    return amount


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it opens a CSV file.

    Texts that begin like a formula get an apostrophe before them, as spreadsheets
    themselves mark text; printed numbers and dashes stay as they are.
    """
    risky = text[:1] in {"=", "+", "-", "@", "\t", "\r"}
    harmless = not text.strip("-") or parse_amount(text) is not None
    return f"'{text}" if risky and not harmless else text


def safe_name(text: str, taken: set[str], limit: int, forbidden: str = '\\/:*?"<>|[]') -> str:
    """A name for a file or sheet made of `text`, at most `limit` long and not yet `taken`."""
    plain = "".join(
        "_" if character in forbidden or unicodedata.category(character)[0] == "C" else character
        for character in text
    )
    plain = re.sub(r"\s+", " ", plain).strip(" .'") or "_"
    name, count = plain[:limit].strip(" .'"), 1
    while name.casefold() in taken:
        count += 1
        tail = f"~{count}"
        name = plain[: limit - len(tail)].strip(" .'") + tail
    taken.add(name.casefold())
    return name
