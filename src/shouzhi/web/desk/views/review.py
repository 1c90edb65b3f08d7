"""A document on the desk: its findings one by one, what is decided, and its exports."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import exports, services
from shouzhi.web.desk.cases import Case
from shouzhi.web.desk.comparing import between
from shouzhi.web.desk.listing import KEPT, next_open
from shouzhi.web.desk.loading import (
    Part,
    case_of,
    comparison_of,
    document_of,
    export_of,
    part_of,
)
from shouzhi.web.desk.models import KINDS, SCOPES, Document
from shouzhi.web.desk.outcomes import engine
from shouzhi.web.desk.pictures import page_picture
from shouzhi.web.desk.places import store
from shouzhi.web.desk.subjects import same_subject
from shouzhi.web.desk.views import bench
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import revision_of, whole

_TYPES = {
    "docx": ("审核意见", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("审核清单", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": ("批注", "application/pdf"),
    "zip": ("审核意见", "application/zip"),
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
        messages.info(request, bench.gone())
        return redirect("desk:document", found.pk)
    asked = QueryDict(request.session.get(KEPT, "")).dict()
    return render(request, "desk/document.html", {
        **context, **bench.bench(request, case, item),
        "outdated": found.reading.engine != engine(),
        "others_told": [(of, each) for of, each in between(found, case.messages) if _within(request, of)],
        "back": request.session.get(KEPT, ""),
        "next_open": next_open(request.user, {name: str(value) for name, value in asked.items()}, found),
    })  # fmt: skip


def _within(request: HttpRequest, case: Case) -> bool:
    return all(can(request.user, "desk.view", document.body) for document in case.documents)


def _reachable(request: HttpRequest, documents: list[Document]) -> list[Document]:
    return [each for each in documents if can(request.user, "desk.view", each.body)]


@page("desk.review", of=document_of, methods=("POST",))
def judge(request: HttpRequest, found: Document) -> HttpResponse:
    """Decide about a finding and go on to the next one that is open."""
    return bench.judge(request, case_of(found))


@page("desk.review", of=document_of, methods=("POST",))
def remark(request: HttpRequest, found: Document) -> HttpResponse:
    """Comment on a finding."""
    return bench.remark(request, case_of(found))


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


@page("desk.review", of=document_of, methods=("POST",))
def discard(request: HttpRequest, found: Document) -> HttpResponse:
    """Take back a document that was uploaded by mistake."""
    services.discard([found], actor(request))
    messages.success(request, say("“{name}”已撤回", name=found.name))
    return redirect("desk:batch", found.batch_id)


@page("desk.view", of=part_of)
def picture(request: HttpRequest, found: Part) -> HttpResponse:
    """A page of a PDF as a picture, with the cells of finding `f` outlined."""
    if found.document.source != "pdf" or not found.document.digest:
        raise Http404
    case, number = _outlined(request, found.document)
    item = case.item(request.GET.get("f") or "-") if case else None
    finding, view = (item.finding, case.view) if item and case else (None, None)
    made = page_picture(found.document.digest, found.number, (finding, view, number))
    if made is None:
        raise Http404
    response = HttpResponse(made, content_type="image/png")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def _outlined(request: HttpRequest, document: Document) -> tuple[Case | None, int]:
    """What the finding of a picture is of: the document, or a comparison `c`; and which of its documents this is."""
    if not request.GET.get("f"):
        return None, 0
    if "c" not in request.GET:
        return case_of(document), 0
    case = case_of(comparison_of(whole(request.GET["c"]) or 0))
    number = next((n for n, each in enumerate(case.documents) if each.pk == document.pk), None)
    if number is None or not _within(request, case):
        raise Http404
    return case, number


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
            made = exports.review_letter(case, found.body.name, bench.sender(request, case), bench.today())
        case "xlsx":
            made = exports.review_list([case])
        case "pdf":
            made = exports.marked_pdf(case)
        case _:
            raise Http404
    return sent(made, (found.document.title or found.document.name).replace("/", "_")[:80], found.name)


def sent(made: bytes, stem: str, kind: str) -> HttpResponse:
    """A file made of a review, under its name."""
    response = HttpResponse(made, content_type=_TYPES[kind][1])
    name = f"{stem}-{_TYPES[kind][0]}.{kind}"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
