"""The tables of a document as they were read, and how a cell is to be read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import services
from shouzhi.web.desk.cases import Item
from shouzhi.web.desk.loading import Part, case_of, part_of
from shouzhi.web.desk.looks import head
from shouzhi.web.desk.models import CellCorrection
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can

Json = dict[str, Any]

Place = tuple[int, int | None]

MOST_ROWS = 400
"""Rows of a table that one page shows."""


@page("desk.view", of=part_of)
def table(request: HttpRequest, found: Part) -> HttpResponse:
    """A table as read, with its corrections, what is not known of its headings, and its pages."""
    case = case_of(found.document)
    tables = case.held["tables"]
    if not 0 <= found.number < len(tables):
        raise Http404
    shown: Json = tables[found.number]
    first = _first(request, len(shown["rows"]))
    corrections = {(c.row, c.column): c for c in found.document.corrections.filter(table=found.number)}
    marked, wrong = _marks(case.shown, found.number)
    return render(request, "desk/table.html", {
        "document": found.document, "number": found.number, "tables": tables, "table": shown,
        "head": head(shown["columns"]), "first": first, "rows": shown["rows"][first : first + MOST_ROWS],
        "most": MOST_ROWS, "corrections": corrections, "marked": marked,
        "wrong": wrong, "coded": any(row["codes"] for row in shown["rows"]),
        "unknown": _unknown(shown, case.held["known"][found.number]),
        "known_words": sorted(_choices()) if can(request.user, "desk.review", found.body) else [],
        "may": can(request.user, "desk.review", found.body),
        "stale": {(row, column) for t, row, column in case.held["stale"] if t == found.number},
        "page": _page(request, found, shown), "asked": request.GET,
        "waiting": found.document.jobs.exclude(state="done").exists(),
    })  # fmt: skip


def _marks(items: list[Item], table: int) -> tuple[dict[Place, Item], set[Place]]:
    """The cells of a table that findings speak of, and which of them are most likely wrong."""
    marked: dict[Place, Item] = {}
    wrong: set[Place] = set()
    for item in items:
        suspect = item.finding["suspect"]
        for place in (*item.finding["where"], *([suspect["where"]] if suspect else ())):
            if place["table"] != table or place["row"] is None:
                continue
            key = (place["row"], place["column"])
            marked.setdefault(key, item)
            if place is item.place and (suspect or len(item.finding["where"]) == 1):
                wrong.add(key)
    return marked, wrong


def _first(request: HttpRequest, rows: int) -> int:
    """The first row that is shown: of the page that holds the row asked for."""
    asked = request.GET.get("row", "")
    row = int(asked) if asked.isdigit() and int(asked) < rows else 0
    return row - row % MOST_ROWS


def _page(request: HttpRequest, found: Part, table: Json) -> int | None:
    """The page of a PDF to show beside a table: that of the row asked for, else its first."""
    if found.document.source != "pdf" or not table["pages"]:
        return None
    asked = request.GET.get("page", "")
    if asked.isdigit() and int(asked) in table["pages"]:
        return int(asked)
    row = request.GET.get("row", "")
    rows = table["rows"]
    if row.isdigit() and int(row) < len(rows) and (page := rows[int(row)]["location"].get("page")):
        return int(page)
    return int(table["pages"][0])


def _unknown(table: Json, known: list[bool]) -> list[str]:
    """The headings of a table that nobody has explained yet."""
    found = [
        next((word for word in reversed(column["heading"]) if word), "")
        for column, is_known in zip(table["columns"], known, strict=True)
        if not is_known
    ]
    return [word for word in dict.fromkeys(found) if word and not word.startswith("(")]


def _choices() -> set[str]:
    return {word for word in lexicon().words() if 1 < len(word) <= 24}


@page("desk.review", of=part_of, methods=("POST",))
def correct(request: HttpRequest, found: Part) -> HttpResponse:
    """Keep how a cell is to be read, and check the document again with it."""
    case = case_of(found.document)
    row, column = (_position(request.POST.get(name)) for name in ("row", "column"))
    try:
        cells = case.held["tables"][found.number]["rows"][row]["cells"]
        now = cells[column] or ""
    except IndexError:
        raise Refused(["表里没有这一格；请核对行和栏的序号"]) from None
    held = CellCorrection.objects.filter(document=found.document, table=found.number, row=row, column=column).first()
    was = held.was if held else now
    reads = was if request.POST.get("undo") else request.POST.get("reads", "").strip()
    services.correct(found.document, (found.number, row, column), was, reads, actor(request))
    messages.success(request, say("读数的纠正已记下，正在重新核对；印的内容没有改动"))
    return redirect(f"{request.path.removesuffix('correct')}?row={row}")


def _position(text: str | None) -> int:
    """A position given from 1; raises Refused for what is none."""
    if not text or not text.isdigit() or not 0 < int(text) < 1_000_000:
        raise Refused(["请写行和栏的序号（从 1 数起）"])
    return int(text) - 1
