"""Documents held against each other, old against new: the list of it, its findings, what is decided, its exports."""

from __future__ import annotations

import zlib
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import comparing, exports
from shouzhi.web.desk.cases import Case
from shouzhi.web.desk.comparing import key_of
from shouzhi.web.desk.loading import Export, case_of, comparison_of, export_between
from shouzhi.web.desk.models import Comparison, Document
from shouzhi.web.desk.views import bench
from shouzhi.web.desk.views.review import sent
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can, within

Json = dict[str, Any]

_MANY = 50


@page("desk.view")
def comparisons(request: HttpRequest) -> HttpResponse:
    """What was held together in the reviewer's range, what waits for decisions first."""
    found = Comparison.objects.filter(body__in=within(request.user, "desk.view")).defer("result")
    found = found.select_related("body", "by").order_by("-left", "-at", "-pk")
    if request.GET.get("left") == "1":
        found = found.filter(left__gt=0)
    shown = Paginator(found, _MANY).get_page(request.GET.get("page"))
    waiting = found.filter(state="waiting").count()
    query = "&left=1" if request.GET.get("left") == "1" else ""
    return render(request, "desk/comparisons.html", {
        "comparisons": shown, "asked": request.GET, "waiting": waiting, "query": query,
    })  # fmt: skip


@page("desk.view", of=comparison_of)
def comparison(request: HttpRequest, found: Comparison) -> HttpResponse:
    """What came of holding documents together, or of laying one beside its earlier version."""
    documents = _documents(request, found)
    context: Json = {"comparison": found, "documents": documents, "waiting": found.state == "waiting"}
    context["may"] = can(request.user, "desk.review", found.body)
    context["outdated"] = key_of(documents, found.body) != found.key
    if found.state != "done":
        return render(request, "desk/comparison.html", context)
    case = _case(found)
    item = case.item(request.GET.get("f"))
    if item is None and request.GET.get("f"):
        messages.info(request, bench.gone())
        return redirect("desk:comparison", found.pk)
    context |= {**bench.bench(request, case, item), "made": case.view.get("made"), "onward": _onward(request, found)}
    return render(request, "desk/comparison.html", context)


def _onward(request: HttpRequest, found: Comparison) -> int | None:
    """The next comparison with findings that wait, as they are listed."""
    others = Comparison.objects.filter(body__in=within(request.user, "desk.view"), state="done", left__gt=0)
    return others.exclude(pk=found.pk).order_by("-left", "-at", "-pk").values_list("pk", flat=True).first()


def _documents(request: HttpRequest, found: Comparison) -> list[Document]:
    """The documents of a comparison; raises Refused where one is out of reach or gone."""
    documents = found.in_order()
    if any(not can(request.user, "desk.view", each.body) for each in documents):
        raise Refused(["对照的文件有一部分不在您的范围之内"])
    if found.state == "done" and len(documents) < len(found.documents):
        raise Refused(["对照的文件有一部分已不在；请重新选择文件核对"])
    return documents


def _case(found: Comparison) -> Case:
    try:
        return case_of(found)
    except (ValueError, KeyError, zlib.error):
        raise Refused(["这次核对的结果读不出来；请再核对一次"]) from None


def _done(request: HttpRequest, found: Comparison) -> Case:
    """A comparison to decide about; raises Refused for one that is not done."""
    _documents(request, found)
    if found.state != "done":
        raise Refused(["这次核对还没有完成；请稍候再试"])
    return _case(found)


@page("desk.review", of=comparison_of, methods=("POST",))
def judge(request: HttpRequest, found: Comparison) -> HttpResponse:
    """Decide about a finding between documents and go on to the next one that is open."""
    return bench.judge(request, _done(request, found))


@page("desk.review", of=comparison_of, methods=("POST",))
def remark(request: HttpRequest, found: Comparison) -> HttpResponse:
    """Comment on a finding between documents."""
    return bench.remark(request, _done(request, found))


@page("desk.review", of=comparison_of, methods=("POST",))
def again(request: HttpRequest, found: Comparison) -> HttpResponse:
    """Hold the documents together once more, as they are now."""
    documents = _documents(request, found)
    made = comparing.renew(found, documents, actor(request))
    return redirect("desk:comparison", made.pk)


@page("desk.view", of=export_between)
def export(request: HttpRequest, found: Export) -> HttpResponse:
    """The review of what is between documents as a letter (docx) or a list (xlsx)."""
    case = _done(request, found.comparison)
    match found.name:
        case "docx":
            made = exports.review_letter(case, found.body.name, bench.sender(request, case), bench.today())
        case "xlsx":
            made = exports.review_list([case])
        case _:
            raise Http404
    return sent(made, f"{found.body.name}-{found.comparison.get_kind_display()}", found.name)
