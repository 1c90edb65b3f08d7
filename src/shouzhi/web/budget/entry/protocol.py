"""What the grid and the server say to each other: a sheet with its rows, totals, groups and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.told import term
from shouzhi.cycle.lookup import ACCOUNTS
from shouzhi.cycle.sheets import Column, Sheet, schema
from shouzhi.cycle.subtotals import branches
from shouzhi.web.budget.entry.places import Place, choices
from shouzhi.web.budget.entry.words import said
from shouzhi.web.budget.models import Row
from shouzhi.web.budget.rows import Conflict
from shouzhi.web.language import shown, tell
from shouzhi.web.templating import yuan

GROUPINGS: Final = ("function", "economic", "project", "source")
"""The dimensions by which the rows of a sheet of money may be grouped."""


def answer(told: object, status: int = 200) -> HttpResponse:
    """JSON for the grid; never kept by a cache."""
    content = orjson.dumps(told, default=_plain, option=orjson.OPT_PASSTHROUGH_SUBCLASS)
    response = HttpResponse(content, content_type="application/json", status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(value: object) -> object:
    """What is more than a plain text or number: a sentence in the language of the request."""
    if isinstance(value, str):
        return str(shown(value))
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def data(where: Place, *, readonly: bool, group: str = "") -> dict[str, Any]:
    """Everything that the grid of a sheet needs."""
    rows, told = list(rows_of(where)), remarks(where)
    return {
        "sheet": where.sheet.key,
        "name": where.sheet.name,
        "about": where.sheet.about,
        "readonly": readonly,
        "revision": where.submission.revision,
        "columns": columns(where.sheet),
        "groupings": [
            {"key": key, "label": _heading(where.sheet, key)}
            for key in groupings(where.sheet)
        ],
        "rows": [{**row_told(row, group), "findings": told.get(row.pk, [])} for row in rows],
        "names": names(where, rows),
        **sums(where, group),
    }


def rows_of(where: Place) -> QuerySet[Row]:
    """The rows of a sheet in order, with what the grid shows of them."""
    return where.submission.rows.filter(sheet=where.sheet.key).order_by("position", "pk")


def columns(sheet: Sheet) -> list[dict[str, Any]]:
    """The columns of a sheet as the grid takes them."""
    return [
        {
            "key": column.key,
            "heading": column.heading,
            "kind": column.kind,
            "required": column.required,
            "about": column.about,
            "choices": choices(column),
            "names": _choice_names(column),
        }
        for column in sheet.columns
    ]


def _choice_names(column: Column) -> dict[str, str]:
    """What the words of a choice mean in the language of the request; empty where they say it."""
    words = schema().choices.get(column.kind, {})
    return {str(word): said for word in words if (said := tell(word)) != word}


def row_told(row: Row, group: str = "", client: str = "") -> dict[str, Any]:
    """A row as the grid takes it; `client` is the key that the page gave it."""
    told = {
        "id": row.pk,
        "client": client,
        "revision": row.revision,
        "position": row.position,
        "cells": row.cells,
        "faults": {column: tell(fault) for column, fault in row.faults.items()},
    }
    return {**told, "group": getattr(row, group)} if group in GROUPINGS else told


def remarks(where: Place) -> dict[int, list[dict[str, str]]]:
    """What people have remarked on the rows of a sheet and nobody has marked resolved."""
    open_ones = where.submission.comments.filter(
        parent=None, resolved_at=None, row__sheet=where.sheet.key
    )
    found: dict[int, list[dict[str, str]]] = {}
    for comment in open_ones.select_related("by"):
        told = {
            "severity": "warning",
            "column": comment.column,
            "message": f"{comment.by.name}：{comment.text}",
        }
        if comment.row_id is not None:
            found.setdefault(comment.row_id, []).append(told)
    return found


def conflict_told(conflict: Conflict, client: str) -> dict[str, Any]:
    """A conflict as the grid takes it; `theirs` is null where the row was deleted."""
    at = parse_datetime(conflict.at)
    return {
        "id": conflict.id,
        "client": client,
        "yours": conflict.yours,
        "theirs": conflict.theirs,
        "revision": conflict.revision,
        "by": conflict.by,
        "at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else "",
    }


def groupings(sheet: Sheet) -> list[str]:
    """The dimensions by which the rows of a sheet can be grouped."""
    if sheet.lines is None:
        return []
    return [key for key in GROUPINGS if any(column.key == key for column in sheet.columns)]


def sums(where: Place, group: str = "") -> dict[str, Any]:
    """The totals of a sheet, and those of its branches where it is grouped; printed, in 元."""
    found: dict[str, Any] = {"totals": _totals(where)}
    if group in groupings(where.sheet):
        rows = where.submission.rows.filter(sheet=where.sheet.key).values_list(group, "amount")
        year = where.submission.budget_year.year
        found["groups"] = [
            {
                "key": b.key,
                "label": b.label,
                "level": b.level,
                "rows": b.rows,
                "amounts": {"amount": yuan(b.amount)},
            }
            for b in branches(group, ((member, amount or 0) for member, amount in rows), year)
        ]
    return found


def _totals(where: Place) -> list[dict[str, str]]:
    """By flow for income and expenditure; one sum for other sheets of amounts of one year."""
    sheet, rows = where.sheet, where.submission.rows.filter(sheet=where.sheet.key).order_by()
    if sheet.key in {"income", "expenditure"}:
        by_flow = rows.filter(amount__isnull=False).values_list("flow").annotate(Sum("amount"))
        return [
            {"label": schema().word("flow", flow), "amount": yuan(amount)}
            for flow, amount in by_flow
        ]
    if sheet.column_of("amount") is None or sheet.column_of("year") is not None:
        return []
    return [{"label": said("合计"), "amount": yuan(rows.aggregate(all=Sum("amount"))["all"] or 0)}]


def names(where: Place, rows: Iterable[Row]) -> dict[str, dict[str, str]]:
    """The names of the account codes that stand in some rows, by dimension."""
    year = where.submission.budget_year.year
    found: dict[str, dict[str, str]] = {}
    for column in where.sheet.columns:
        if column.kind not in ACCOUNTS:
            continue
        known = classification(column.kind)
        codes = {text for row in rows if (text := row.cells.get(column.key, ""))}
        found[column.kind] = {c: term(name) for c in codes if (name := known.name(c, year))}
    return found


def _heading(sheet: Sheet, key: str) -> str:
    return next(column.heading for column in sheet.columns if column.key == key)
