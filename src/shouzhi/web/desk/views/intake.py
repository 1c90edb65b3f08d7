"""The desk's first page, uploading, and how far the reading of an upload has come."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import services
from shouzhi.web.desk.listing import FIRST, KEPT, SHOWN, SORTS, listed
from shouzhi.web.desk.loading import batch_of
from shouzhi.web.desk.models import KINDS, Batch, Document, Job
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import whole

MANY = (50, 100, 200)
"""Documents that a page may list."""
_LATEST = 8
_DOWN = frozenset({"errors", "left", "at", "year"})
"""Columns of which the largest is wanted first."""


@page("desk.view")
def home(request: HttpRequest) -> HttpResponse:
    """Uploads and documents of the reviewer's range, and the form to upload more."""
    bodies = within(request.user, "desk.view")
    asked = {name: str(value) for name, value in request.GET.dict().items()}
    kept = request.GET.copy()
    kept.pop("page", None)
    request.session[KEPT] = kept.urlencode()[:500]
    pages = Paginator(listed(request.user, asked).select_related("body"), _many(request))
    own = Batch.objects.filter(body__in=bodies).select_related("by", "body")
    return render(request, "desk/home.html", {
        "documents": pages.get_page(request.GET.get("page")),
        "progress": _progress(bodies),
        "batches": _with_counts(own[:_LATEST]),
        "more_batches": own.count() > _LATEST,
        "places": _upload_places(request.user),
        "years": _years(bodies),
        "kinds": KINDS,
        "shown": SHOWN,
        "asked": request.GET,
        "sorting": _sorting(request),
        "batch": Batch.objects.filter(body__in=bodies, pk=whole(request.GET.get("batch")) or 0).first(),
        "may": can(request.user, "desk.review"),
        "query": f"&{kept.urlencode()}" if kept else "",
    })  # fmt: skip


def _many(request: HttpRequest) -> int:
    """How many documents a page lists."""
    asked = whole(request.GET.get("many"))
    return asked if asked in MANY else MANY[0]


def _progress(bodies: QuerySet[Body]) -> dict[str, int]:
    """How far the review of all documents in reach has come: documents and findings."""
    found = Document.objects.filter(body__in=bodies, state="read").aggregate(
        documents=Count("pk"), finished=Count("pk", filter=Q(left=0)), total=Sum("total"), left=Sum("left")
    )
    told = {name: int(value or 0) for name, value in found.items()}
    return {**told, "decided": told["total"] - told["left"]}


def _sorting(request: HttpRequest) -> dict[str, tuple[str, str]]:
    """For each column by which the list may be sorted: how it is sorted now, and the address that turns it."""
    now = request.GET.get("sort") or FIRST
    found = {}
    for name in SORTS:
        turned = f"-{name}" if now == name or (now != f"-{name}" and name in _DOWN) else name
        query = request.GET.copy()
        query.pop("page", None)
        query["sort"] = turned
        how = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
        found[name] = (how, f"?{query.urlencode()}")
    return found


def _years(bodies: QuerySet[Body]) -> list[int]:
    """The years of the documents in reach, the latest first."""
    found = Document.objects.filter(body__in=bodies, year__isnull=False).order_by("-year")
    return [int(year) for year in found.values_list("year", flat=True).distinct() if year]


def _upload_places(user: Any) -> list[Body]:  # noqa: ANN401 - a user
    """The bodies for which a person may upload: regions and departments, the highest first."""
    found = within(user, "desk.upload").exclude(kind="unit")
    return list(found.order_by("path"))


def _with_counts(batches: QuerySet[Batch]) -> list[dict[str, Any]]:
    return [{"batch": batch, **_counts(batch)} for batch in batches]


@page("desk.view")
def batches(request: HttpRequest) -> HttpResponse:
    """All uploads of the reviewer's range."""
    own = Batch.objects.filter(body__in=within(request.user, "desk.view")).select_related("by", "body")
    shown = Paginator(own, MANY[0]).get_page(request.GET.get("page"))
    found = [{"batch": batch, **_counts(batch)} for batch in shown]
    return render(request, "desk/batches.html", {"pages": shown, "batches": found})


@page("desk.review", of=batch_of, methods=("POST",))
def discard(request: HttpRequest, found: Batch) -> HttpResponse:
    """Take back a whole upload."""
    services.discard_batch(found, actor(request))
    messages.success(request, say("“{name}”已撤回", name=found.title))
    return redirect("desk:home")


def _counts(batch: Batch) -> dict[str, int]:
    """How many documents of an upload there are, were read, were refused, and wait."""
    found = batch.documents.exclude(source="zip", state__in=["waiting", "unpacked"]).aggregate(
        total=Count("pk"),
        read=Count("pk", filter=Q(state="read")),
        refused=Count("pk", filter=Q(state="refused")),
        finished=Count("pk", filter=Q(state="read", left=0)),
    )
    waiting = Job.objects.filter(document__batch=batch).exclude(state="done").count()
    return {**found, "waiting": waiting, "done": found["read"] + found["refused"]}


@page("desk.upload", methods=("POST",))
def upload(request: HttpRequest) -> HttpResponse:
    """Keep what was uploaded and show how its reading goes on."""
    body = Body.objects.filter(pk=whole(request.POST.get("body")) or 0).first()
    if body is None or not can(request.user, "desk.upload", body):
        raise Refused(["请选择您范围内的地区或部门"])
    batch = services.receive(
        request.FILES.getlist("files"), body, actor(request), request.POST.get("title", "")
    )
    return redirect("desk:batch", batch.pk)


@page("desk.view", of=batch_of)
def batch(request: HttpRequest, found: Batch) -> HttpResponse:
    """How far the reading of an upload has come, document by document."""
    documents = found.documents.select_related("body").order_by("origin_id", "name", "pk")
    shown = Paginator(documents, 200).get_page(request.GET.get("page"))
    busy = set(Job.objects.filter(document__batch=found, state="running").values_list("document_id", flat=True))
    may = can(request.user, "desk.review", found.body)
    told = {"batch": found, "documents": shown, "busy": busy, "may": may, **_counts(found)}
    response = render(request, "desk/batch.html", told)
    response.headers["Cache-Control"] = "no-store"
    return response
