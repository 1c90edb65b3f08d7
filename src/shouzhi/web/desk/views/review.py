"""A document on the desk: its findings one by one, what is decided, and its exports."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import exports, services
from shouzhi.web.desk.cases import Case, Item
from shouzhi.web.desk.loading import Part, case_of, document_of, export_of, part_of
from shouzhi.web.desk.models import KINDS, SCOPES, Document
from shouzhi.web.desk.outcomes import engine
from shouzhi.web.desk.pictures import page_picture
from shouzhi.web.desk.places import store
from shouzhi.web.desk.subjects import same_subject
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import revision_of, whole

_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@page("desk.view", of=document_of)
def document(request: HttpRequest, found: Document) -> HttpResponse:
    """A document beside its findings; `f` is the finding to look at."""
    context: dict[str, Any] = {
        "document": found,
        "kinds": KINDS,
        "scopes": SCOPES,
        "may": can(request.user, "desk.review", found.body),
        "bodies": within(request.user, "desk.review").filter(path__startswith=found.batch.body.path),
        "others": _reachable(request, same_subject(found)),
        "waiting": found.jobs.exclude(state="done").exists(),
    }
    if not hasattr(found, "reading"):
        return render(request, "desk/unread.html", context)
    case = case_of(found)
    item = case.item(request.GET.get("f"))
    if item is None and request.GET.get("f"):
        messages.info(request, say("数字已经变化，原来的问题不在了"))
        return redirect("desk:document", found.pk)
    return render(request, "desk/document.html", {**context, **_about(case, item)})


def _reachable(request: HttpRequest, documents: list[Document]) -> list[Document]:
    return [each for each in documents if can(request.user, "desk.view", each.body)]


def _about(case: Case, item: Item | None) -> dict[str, Any]:
    """The findings of a case, and the one that is looked at."""
    decided, total = case.progress()
    told = {
        "case": case, "item": item, "decided": decided, "total": total,
        "outdated": case.document.reading.engine != engine(), "view": None,
    }  # fmt: skip
    if item is None:
        return told
    before, after = case.beside(item)
    return {**told, "card": case.card(item), "before": before, "after": after, "view": _page_of(case, item)}


def _page_of(case: Case, item: Item) -> dict[str, Any] | None:
    """The page on which to look at a finding, and how far down it is marked (0 to 1)."""
    place = item.place
    if case.document.source != "pdf" or place is None or not place.get("page"):
        return None
    number = int(place["page"])
    sizes = case.held["pages"]
    height = sizes[number - 1][1] if 0 < number <= len(sizes) else None
    box = place.get("box")
    down = 1 - box[3] / height if box and height else 0.0
    return {"page": number, "pages": len(sizes), "down": round(max(0.0, min(1.0, down)), 4)}


@page("desk.review", of=document_of, methods=("POST",))
def judge(request: HttpRequest, found: Document) -> HttpResponse:
    """Decide about a finding and go on to the next one that is open."""
    case = case_of(found)
    item = case.item(request.POST.get("finding") or "-")
    if item is None:
        raise Refused(["数字已经变化，这个问题不在了；请刷新页面"])
    decision = request.POST.get("decision", "")
    services.judge(found, item.code, decision, request.POST.get("reason", ""), actor(request))
    if text := request.POST.get("comment", "").strip():
        services.remark(found, item.code, text, actor(request))
    onward = case.next_open(item) if decision else item
    return redirect(_address(found, onward or item))


@page("desk.review", of=document_of, methods=("POST",))
def remark(request: HttpRequest, found: Document) -> HttpResponse:
    """Comment on a finding."""
    item = case_of(found).item(request.POST.get("finding") or "-")
    if item is None:
        raise Refused(["数字已经变化，这个问题不在了；请刷新页面"])
    services.remark(found, item.code, request.POST.get("text", ""), actor(request))
    return redirect(_address(found, item))


def _address(found: Document, item: Item) -> str:
    return f"{reverse('desk:document', args=[found.pk])}?f={item.code}#finding"


@page("desk.review", of=document_of, methods=("POST",))
def recognise(request: HttpRequest, found: Document) -> HttpResponse:
    """Keep what the reviewer says that a document is."""
    given = request.POST
    year = whole(given.get("year")) or 0
    told = {
        "kind": given.get("kind") if given.get("kind") in dict(KINDS) else None,
        "scope": given.get("scope") if given.get("scope") in dict(SCOPES) else None,
        "year": year if 1990 < year < 2100 else None,
        "department": given.get("department", "").strip()[:120] or None,
    }
    body = Body.objects.filter(pk=whole(given.get("body")) or 0).first()
    if body is not None and not can(request.user, "desk.review", body):
        raise Refused(["请选择您范围内的部门或单位"])
    if body is not None and not body.path.startswith(found.batch.body.path):
        raise Refused(["请选择上传时所选地区或部门之下的部门或单位"])
    revision = revision_of(request)
    day = parse_date(given.get("published_on") or "")
    services.recognise(found, told, body, day, revision, actor(request))
    messages.success(request, say("已记下；改动了年度、类别或部门时会重新读取"))
    return redirect("desk:document", found.pk)


@page("desk.review", of=document_of, methods=("POST",))
def again(request: HttpRequest, found: Document) -> HttpResponse:
    """Read a document again."""
    services.read_again(found, actor(request))
    messages.success(request, say("已排队重新读取和核对"))
    return redirect("desk:document", found.pk)


@page("desk.view", of=part_of)
def picture(request: HttpRequest, found: Part) -> HttpResponse:
    """A page of a PDF as a picture, with the cells of finding `f` outlined."""
    if found.document.source != "pdf" or not found.document.digest:
        raise Http404
    item = case = None
    if code := request.GET.get("f"):
        case = case_of(found.document)
        item = case.item(code)
    finding, view = (item.finding, case.view) if item and case else (None, None)
    made = page_picture(found.document.digest, found.number, finding, view)
    if made is None:
        raise Http404
    response = HttpResponse(made, content_type="image/png")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@page("desk.view", of=document_of)
def original(request: HttpRequest, found: Document) -> FileResponse:  # noqa: ARG001 - a view
    """The file as it was uploaded: always to be saved, never to be shown as a page."""
    if not found.digest:
        raise Http404
    file = store().path(found.digest).open("rb")
    name = found.name.rsplit("/", 1)[-1]
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@page("desk.view", of=export_of)
def export(request: HttpRequest, found: Part) -> HttpResponse:
    """The review as a letter (docx), a list (xlsx) or the marked PDF (pdf)."""
    case = case_of(found.document)
    match found.name:
        case "docx":
            sender = " ".join(filter(None, (found.document.batch.body.name, request.user.name)))  # type: ignore[union-attr]
            made = exports.review_letter(case, found.body.name, sender, timezone.localdate())
        case "xlsx":
            made = exports.review_list(case)
        case "pdf":
            made = exports.marked_pdf(case)
        case _:
            raise Http404
    stem = (found.document.title or found.document.name).replace("/", "_")[:80]
    title = {"docx": "审核意见", "xlsx": "审核清单", "pdf": "批注"}[found.name]
    response = HttpResponse(made, content_type=_TYPES[found.name])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{stem}-{title}.{found.name}')}"
    return response
