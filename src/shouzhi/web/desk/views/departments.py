"""The documents of one department side by side; asking for them to be held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouzhi.catalogue.classifications import classification
from shouzhi.cycle.book import MAIN_STAGE
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import comparing, services
from shouzhi.web.desk.headlines import headlines
from shouzhi.web.desk.loading import body_of, document_of
from shouzhi.web.desk.models import Comparison, Document
from shouzhi.web.desk.reading import unpack
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can
from shouzhi.web.typed import whole

Json = dict[str, Any]

MOST_SIDE_BY_SIDE = 12
_ORDER = {"budget": 0, "performance": 1, "accounts": 2}


@page("desk.view", of=body_of)
def department(request: HttpRequest, body: Body) -> HttpResponse:
    """The documents of a body and its units, and their main figures beside each other."""
    reached = [each.pk for each in body.below() if can(request.user, "desk.view", each)]
    found = list(
        Document.objects.filter(body_id__in=reached, state="read").select_related("body", "reading")
    )
    found.sort(key=lambda d: (d.year or 0, _ORDER.get(d.kind, 3), d.body_id != body.pk, d.pk))
    series = list(_series([each for each in found if each.body_id == body.pk], body))
    own = Comparison.objects.filter(body=body).defer("result").select_related("by")
    return render(request, "desk/department.html", {
        "body": body, "documents": found, "series": series,
        "ticked": {each.pk for each in series[0].columns} if len(series) == 1 else set(),
        "comparisons": own[:20], "may": can(request.user, "desk.review", body),
    })  # fmt: skip


class Series(NamedTuple):
    """Documents of one department side by side; `name` where those of others stand on the same page."""

    name: str
    columns: list[Document]
    rows: list[Json]


def _series(documents: Sequence[Document], body: Body) -> Iterator[Series]:
    """One series for a department or unit; for a region one for each department that no body was found for."""
    names = {each.department if body.kind == "region" else "": None for each in documents}
    for name in names:
        latest = _latest([each for each in documents if body.kind != "region" or each.department == name])
        if rows := _beside(latest):
            yield Series(name, latest, rows)


def _latest(documents: Sequence[Document]) -> list[Document]:
    """The latest version of each year and kind, the most recent years."""
    kept: dict[tuple[int | None, str, str], Document] = {}
    for each in documents:
        if each.kind != "performance":
            kept[each.year, each.kind, each.scope] = each
    return list(kept.values())[-MOST_SIDE_BY_SIDE:]


def _beside(documents: Sequence[Document]) -> list[Json]:
    """The main figures by name: for each document its own and, beside it, those of other stages."""
    held = [_figures(document) for document in documents]
    rows = []
    for headline in headlines():
        cells = [figures.get(headline.name, []) for figures in held]
        if any(cells):
            rows.append({"name": headline.name, "cells": list(zip(documents, cells, strict=True))})
    return rows


def _figures(document: Document) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    own = MAIN_STAGE.get(document.kind, "approved")
    for figure in unpack(bytes(document.reading.held))["figures"]:
        told = classification("stage").name(figure["stage"]) or figure["stage"]
        more = {"own": figure["stage"] == own, "stage_name": told}
        found.setdefault(figure["name"], []).append({**figure, **more})
    return found


@page("desk.review", of=body_of, methods=("POST",))
def together(request: HttpRequest, body: Body) -> HttpResponse:
    """Queue the check of several documents of a body against each other."""
    keys = [int(key) for key in request.POST.getlist("documents") if key.isdigit()]
    chosen = Document.objects.filter(pk__in=keys, body__path__startswith=body.path).select_related("body")
    reached = [each for each in chosen if can(request.user, "desk.review", each.body)]
    if len(reached) > MOST_SIDE_BY_SIDE * 5:
        raise Refused([say("一次最多核对 {most} 份文件；请分几次", most=MOST_SIDE_BY_SIDE * 5)])
    made = comparing.compare("together", reached, body, actor(request))
    return redirect("desk:comparison", made.pk)


@page("desk.review", of=document_of, methods=("POST",))
def versions(request: HttpRequest, found: Document) -> HttpResponse:
    """Lay a document beside the earlier one that it replaces."""
    key = whole(request.POST.get("earlier")) or 0
    earlier = Document.objects.filter(pk=key).select_related("body").first()
    if earlier is None or not can(request.user, "desk.view", earlier.body):
        raise Refused(["请选择要对照的旧版文件"])
    services.replaces(found, earlier, actor(request))
    made = comparing.compare("versions", [earlier, found], found.body, actor(request))
    return redirect("desk:comparison", made.pk)
