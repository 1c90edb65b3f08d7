"""What is shown beside a finding: each page, table as read or part of the prose that it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Literal

from shouzhi.cli.report import words
from shouzhi.cli.report.excerpt import marks
from shouzhi.cli.report.view import places
from shouzhi.web.desk.cases import Case, Item
from shouzhi.web.desk.models import Document

Json = dict[str, Any]
Spot = tuple[int, int | None]
"""A cell by the positions of its row and column; the whole row where that is None."""

MOST: Final = 4
"""Pages, tables and parts of the prose that are shown beside one finding."""
WHOLE: Final = 250
"""Rows of a table that is shown from its first to its last."""
ABOVE, BELOW = 60, 120
"""Rows that are shown above and below the marked one of a longer table."""
AROUND: Final = 8
"""Paragraphs that are shown before and after the one that a finding speaks of."""


@dataclass(slots=True)
class Look:
    """One page, table or part of the prose of a document, as it is shown beside a finding.

    `down` is how far down a page is marked (0 to 1).  Of a table, `wrong` are the cells most
    likely wrong, `marked` all that the finding speaks of with the value expected there (or
    None), `terms` the others that the broken relations sum; rows are counted from `first`.
    """

    number: int
    document: Document
    kind: Literal["page", "table", "prose"]
    place: Json
    title: str
    page: int = 0
    pages: int = 0
    down: float = 0.0
    table: Json = field(default_factory=dict)
    head: list[list[tuple[str, int, int]]] = field(default_factory=list)
    rows: list[Json] = field(default_factory=list)
    first: int = 0
    coded: bool = False
    marked: dict[Spot, str | None] = field(default_factory=dict)
    wrong: set[Spot] = field(default_factory=set)
    terms: set[Spot] = field(default_factory=set)
    prose: list[Json] = field(default_factory=list)


def looks(case: Case, item: Item) -> list[Look]:
    """What is shown beside a finding: of each document first its first place, the suspect one before all."""
    suspect = item.finding["suspect"]
    own = [*([suspect["where"]] if suspect else ()), *item.finding["where"]]
    first: dict[tuple[object, ...], Json] = {}
    for place in own:
        first.setdefault(_sheet(case, place), place)
    for place in places(item.finding):
        if len(first) < 2:  # the other side of the relation that it breaks
            first.setdefault(_sheet(case, place), place)
    heads = {place["document"]: place for place in reversed(first.values())}
    ordered = sorted(first.values(), key=lambda place: heads[place["document"]] is not place)
    shown = (_look(case, item, place) for place in ordered)
    return list(islice((look for look in shown if look), MOST))


def _sheet(case: Case, place: Json) -> tuple[object, ...]:
    """What tells apart what is shown: the page of a PDF, the table of what has no pages, the prose."""
    document = place["document"]
    if case.documents[document].source == "pdf":
        return document, place.get("page")
    return document, "prose" if place["table"] is None else place["table"]


def _look(case: Case, item: Item, place: Json) -> Look | None:
    document = case.documents[place["document"]]
    held = case.held_of(place["document"])
    if document.source == "pdf":
        return _page(document, held, place, case)
    if place["table"] is not None and place["table"] < len(held["tables"]):
        return _table(document, held["tables"][place["table"]], item, place, case)
    return _prose(document, held.get("prose", []), place, case)


def _page(document: Document, held: Json, place: Json, case: Case) -> Look | None:
    number = int(place.get("page") or 0)
    if not number:
        return None
    sizes = held["pages"]
    height = sizes[number - 1][1] if number <= len(sizes) else None
    box = place.get("box")
    down = 1 - box[3] / height if box and height else 0.0
    return Look(
        place["document"], document, "page", place, words.place_line(case.view, place, case.messages),
        page=number, pages=len(sizes), down=round(max(0.0, min(1.0, down)), 4),
    )  # fmt: skip


def _table(document: Document, table: Json, item: Item, place: Json, case: Case) -> Look:
    number, at = place["document"], place["table"]
    title = " · ".join(filter(None, (words.table_name(table, case.messages), words.position(place, case.messages))))
    look = Look(
        number, document, "table", place, title, table=table,
        head=head(table["columns"]), coded=any(row["codes"] for row in table["rows"]),
    )  # fmt: skip
    for mark, expected, wrong in marks(item.finding):
        if (mark["document"], mark["table"]) != (number, at) or mark["row"] is None:
            continue
        spot = (mark["row"], mark["column"])
        told = case.messages(words.should_be(item.finding), value=expected) if expected else None
        look.marked[spot] = told or look.marked.get(spot)
        if wrong:
            look.wrong.add(spot)
    look.terms = set(_terms(item.finding, number, at)) - look.marked.keys()
    rows, row = table["rows"], place["row"] or 0
    if len(rows) > WHOLE:
        look.first = max(0, row - ABOVE)
        rows = rows[look.first : row + BELOW]
    look.rows = rows
    return look


def _terms(finding: Json, document: int, table: int) -> Iterable[Spot]:
    for broken in finding["broken"]:
        for mark in broken["where"]:
            if (mark["document"], mark["table"]) == (document, table) and mark["row"] is not None:
                yield mark["row"], mark["column"]


def _prose(document: Document, prose: list[Json], place: Json, case: Case) -> Look | None:
    """The paragraphs around a place of the prose, its words marked."""
    label, text = place["label"], place["text"]
    at = next((n for n, each in enumerate(prose) if each["line"] == place["line"] and text in each["text"]), None)
    if at is None:
        at = next((n for n, each in enumerate(prose) if label and label in each["text"]), None)
    if at is None:
        return None
    first = max(0, at - AROUND)
    shown = [{**each, "parts": None} for each in prose[first : at + AROUND + 1]]
    shown[at - first]["parts"] = _parts(shown[at - first]["text"], label, text)
    return Look(
        place["document"], document, "prose", place, words.place_line(case.view, place, case.messages), prose=shown,
    )  # fmt: skip


def _parts(paragraph: str, label: str, text: str) -> tuple[str, str, str]:
    """A paragraph before, at and after the words that are meant."""
    whole = label if label and text in label and label in paragraph else text
    start = paragraph.find(whole)
    if start < 0 or not whole:
        return paragraph, "", ""
    start += whole.find(text)
    return paragraph[:start], text, paragraph[start + len(text) :]


def head(columns: list[Json]) -> list[list[tuple[str, int, int]]]:
    """The stacked headings of a table: (text, columns, lines); equal ones beside each other are one."""
    paths = [_path(column) or [""] for column in columns]
    depth = max(map(len, paths), default=1)
    lines: list[list[tuple[str, int, int]]] = [[] for _ in range(depth)]
    for level in range(depth):
        first = 0
        for last in range(1, len(paths) + 1):
            path = paths[first]
            leaf = len(path) == level + 1
            if last < len(paths) and not leaf and len(path) > level and paths[last][: level + 1] == path[: level + 1]:
                continue
            if len(path) > level:
                lines[level].append((path[level], last - first, depth - level if leaf else 1))
            first = last
    return lines


def _path(column: Json) -> list[str]:
    """The headings over a column, that of its side first unless it says so itself."""
    own = [heading for heading in column["heading"] if heading]
    side = column.get("side")
    return [side, *own] if side and side not in own[:1] else own
