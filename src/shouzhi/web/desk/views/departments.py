"""The documents of one department side by side, checked against each other, old against new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouzhi.catalogue.classifications import classification
from shouzhi.cli.report import view as views
from shouzhi.cli.report.html import card
from shouzhi.cycle.book import MAIN_STAGE
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import services
from shouzhi.web.desk.cases import judgements_of
from shouzhi.web.desk.fingerprint import fingerprints
from shouzhi.web.desk.headlines import headlines
from shouzhi.web.desk.loading import body_of, comparison_of, document_of, messages
from shouzhi.web.desk.models import Comparison, Document
from shouzhi.web.desk.reading import unpack
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
    latest = _latest([each for each in found if each.body_id == body.pk])
    own = Comparison.objects.filter(body=body).select_related("by")
    return render(request, "desk/department.html", {
        "body": body, "documents": found, "columns": latest, "rows": _beside(latest),
        "comparisons": own[:20], "may": can(request.user, "desk.review", body),
    })  # fmt: skip


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
        raise Refused([f"一次最多核对 {MOST_SIDE_BY_SIDE * 5} 份文件；请分几次"])
    made = services.compare("together", reached, body, actor(request))
    return redirect("desk:comparison", made.pk)


@page("desk.review", of=document_of, methods=("POST",))
def versions(request: HttpRequest, found: Document) -> HttpResponse:
    """Lay a document beside the earlier one that it replaces."""
    key = whole(request.POST.get("earlier")) or 0
    earlier = Document.objects.filter(pk=key).select_related("body").first()
    if earlier is None or not can(request.user, "desk.view", earlier.body):
        raise Refused(["请选择要对照的旧版文件"])
    services.replaces(found, earlier, actor(request))
    made = services.compare("versions", [earlier, found], found.body, actor(request))
    return redirect("desk:comparison", made.pk)


@page("desk.view", of=comparison_of)
def comparison(request: HttpRequest, found: Comparison) -> HttpResponse:
    """What came of holding documents together, or of laying one beside its earlier version."""
    documents = _documents(request, found)
    context: Json = {"comparison": found, "documents": documents, "waiting": found.state == "waiting"}
    context["may"] = can(request.user, "desk.review", found.body)
    if found.state == "done":
        context |= _told(found, documents)
    return render(request, "desk/comparison.html", context)


def _documents(request: HttpRequest, found: Comparison) -> list[Document]:
    """The documents of a comparison; raises Refused where one is out of reach."""
    known = {
        d.pk: d for d in Document.objects.filter(pk__in=found.documents).select_related("body", "batch__body")
    }
    documents = [known[key] for key in found.documents if key in known]
    if any(not can(request.user, "desk.view", each.body) for each in documents):
        raise Refused(["对照的文件有一部分不在您的范围之内"])
    return documents


def _told(found: Comparison, documents: Sequence[Document]) -> Json:
    if found.kind == "versions":
        return {"made": unpack(bytes(found.result))}
    said = messages()
    return {"items": _between(found, documents), "t": said, "rounding": _rounding(found, documents)}


def _view(found: Comparison, documents: Sequence[Document]) -> Json:
    view: Json = views.unpack(bytes(found.result), [document.name for document in documents])
    return view


def _rounding(found: Comparison, documents: Sequence[Document]) -> int:
    return sum(finding["severity"] == "rounding" for finding in _view(found, documents)["findings"])


def _between(found: Comparison, documents: Sequence[Document]) -> list[Json]:
    """The findings between documents, each with its code, its judgement and what is shown of it.

    A judgement is kept at the document that the finding names first.
    """
    view = _view(found, documents)
    codes = fingerprints(view)
    held = judgements_of(documents, codes)
    made = []
    for number, (code, finding) in enumerate(zip(codes, view["findings"], strict=True), start=1):
        if finding["severity"] == "rounding":
            continue
        owner = documents[finding["where"][0]["document"]] if finding["where"] else documents[0]
        shown = card(number, finding, view, [], messages())
        made.append({"code": code, "card": shown, "owner": owner, "judgement": held.get(code)})
    return made


@page("desk.review", of=comparison_of, methods=("POST",))
def judge(request: HttpRequest, found: Comparison) -> HttpResponse:
    """Decide about a finding between documents."""
    documents = _documents(request, found)
    if found.kind != "together" or found.state != "done":
        raise Refused(["这次核对还没有完成；请稍候再试"])
    item = next((i for i in _between(found, documents) if i["code"] == request.POST.get("finding")), None)
    if item is None or not can(request.user, "desk.review", item["owner"].body):
        raise Refused(["数字已经变化，这个问题不在了；请刷新页面"])
    given = request.POST.get("decision", ""), request.POST.get("reason", "")
    services.judge(item["owner"], item["code"], *given, actor(request))
    return redirect(f"{reverse('desk:comparison', args=[found.pk])}#f-{item['code']}")
