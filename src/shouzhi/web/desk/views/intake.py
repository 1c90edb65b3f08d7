"""The desk's first page, uploading, and how far the reading of an upload has come."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import services
from shouzhi.web.desk.cases import open_counts
from shouzhi.web.desk.loading import batch_of
from shouzhi.web.desk.models import KINDS, Batch, Document, Job
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import whole

_MANY = 50
_SHOWN = {"open": "有错误或警告", "refused": "不能使用", "waiting": "等待读取", "unnamed": "未认出部门"}


@page("desk.view")
def home(request: HttpRequest) -> HttpResponse:
    """Uploads and documents of the reviewer's range, and the form to upload more."""
    bodies = within(request.user, "desk.view")
    found = _filtered(request, Document.objects.filter(body__in=bodies).exclude(source="zip"))
    pages = Paginator(found.select_related("body").order_by("-at", "name", "pk"), _MANY)
    shown = pages.get_page(request.GET.get("page"))
    own = Batch.objects.filter(body__in=bodies).select_related("by", "body")
    kept = request.GET.copy()
    kept.pop("page", None)
    return render(request, "desk/home.html", {
        "documents": shown,
        "decided": open_counts(list(shown)),
        "batches": _with_counts(own[:8]),
        "places": _upload_places(request.user),
        "years": _years(bodies),
        "kinds": KINDS,
        "shown": _SHOWN,
        "asked": request.GET,
        "query": f"&{kept.urlencode()}" if kept else "",
    })  # fmt: skip


def _years(bodies: QuerySet[Body]) -> list[int]:
    """The years of the documents in reach, the latest first."""
    found = Document.objects.filter(body__in=bodies, year__isnull=False).order_by("-year")
    return [int(year) for year in found.values_list("year", flat=True).distinct() if year]


def _upload_places(user: Any) -> list[Body]:  # noqa: ANN401 - a user
    """The bodies for which a person may upload: regions and departments, the highest first."""
    found = within(user, "desk.upload").exclude(kind="unit")
    return list(found.order_by("path"))


def _filtered(request: HttpRequest, found: QuerySet[Document]) -> QuerySet[Document]:
    asked = request.GET
    if words := asked.get("q", "").strip():
        fields = ("name", "title", "department", "body__name")
        found = found.filter(reduce(or_, (Q(**{f"{field}__icontains": words}) for field in fields)))
    if asked.get("year", "").isdigit():
        found = found.filter(year=int(asked["year"]))
    if asked.get("kind") in dict(KINDS):
        found = found.filter(kind=asked["kind"])
    match asked.get("shown"):
        case "open":
            found = found.filter(Q(counts__error__gt=0) | Q(counts__warning__gt=0))
        case "refused" | "waiting" as state:
            found = found.filter(state=state)
        case "unnamed":
            found = found.filter(state="read").exclude(body__kind__in=["department", "unit"])
    return found


def _with_counts(batches: QuerySet[Batch]) -> list[dict[str, Any]]:
    return [{"batch": batch, **_counts(batch)} for batch in batches]


def _counts(batch: Batch) -> dict[str, int]:
    """How many documents of an upload there are, were read, were refused, and wait."""
    found = batch.documents.exclude(source="zip", state__in=["waiting", "unpacked"]).aggregate(
        total=Count("pk"),
        read=Count("pk", filter=Q(state="read")),
        refused=Count("pk", filter=Q(state="refused")),
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
    response = render(request, "desk/batch.html", {"batch": found, "documents": shown, "busy": busy, **_counts(found)})
    response.headers["Cache-Control"] = "no-store"
    return response
