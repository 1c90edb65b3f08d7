"""What is done to many documents of the list at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, actor
from shouzhi.web.desk import comparing, exports, services
from shouzhi.web.desk.listing import KEPT, listed
from shouzhi.web.desk.loading import case_of
from shouzhi.web.desk.models import Document
from shouzhi.web.desk.views import bench
from shouzhi.web.desk.views.review import sent
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within

MOST: Final = 500
"""Documents that are taken at once."""
MOST_TOGETHER: Final = 60


@page("desk.view", methods=("POST",))
def bulk(request: HttpRequest) -> HttpResponse:
    """Read again, hold together by department, or export the documents that were chosen."""
    chosen = _chosen(request)
    match request.POST.get("action"):
        case "again":
            return _again(request, chosen)
        case "together":
            return _together(request, chosen)
        case "list":
            cases = [case_of(each) for each in _read(chosen)]
            return sent(exports.review_list(cases), say("多份文件"), "xlsx")
        case "letters":
            cases = [case_of(each) for each in _read(chosen)]
            made = exports.letters(cases, bench.sender(request, cases[0]), bench.today())
            return sent(made, say("多份文件"), "zip")
    raise Refused(["没有这种处理；请重新选择"])


def _chosen(request: HttpRequest) -> list[Document]:
    """The documents that were ticked, or all that the list finds."""
    if request.POST.get("scope") == "all":
        asked = QueryDict(request.session.get(KEPT, "")).dict()
        found = listed(request.user, {name: str(value) for name, value in asked.items()})
    else:
        keys = [int(key) for key in request.POST.getlist("documents") if key.isdigit() and len(key) < 19]
        found = Document.objects.filter(body__in=within(request.user, "desk.view"), pk__in=keys)
    chosen = list(found.select_related("body", "batch__body", "reading")[: MOST + 1])
    if not chosen:
        raise Refused(["没有选择文件；请先勾选"])
    if len(chosen) > MOST:
        raise Refused([say("一次最多处理 {most} 份文件；请先筛选", most=MOST)])
    return chosen


def _read(chosen: Sequence[Document]) -> list[Document]:
    found = [each for each in chosen if hasattr(each, "reading")]
    if not found:
        raise Refused(["选中的文件都还没有读取，或不能使用；请另选"])
    return found


def _again(request: HttpRequest, chosen: Sequence[Document]) -> HttpResponse:
    own = [each for each in chosen if can(request.user, "desk.review", each.body)]
    count = sum(services.read_again(each, actor(request)) for each in own)
    messages.success(request, say("{n} 份文件已排队重新读取和核对", n=count))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if back and inside else "desk:home")


def _together(request: HttpRequest, chosen: Sequence[Document]) -> HttpResponse:
    """Hold the documents of each department together: the latest of each body, year and kind."""
    groups: dict[Body, dict[tuple[object, ...], Document]] = {}
    departments = _departments(chosen)
    for each in sorted(chosen, key=lambda document: document.pk):
        department = departments.get(each.pk)
        if department is None or each.state != "read" or not can(request.user, "desk.review", department):
            continue
        groups.setdefault(department, {})[each.body_id, each.year, each.kind, each.scope] = each
    who: Actor = actor(request)
    made = 0
    for department, found in groups.items():
        if 2 <= len(found) <= MOST_TOGETHER:
            comparing.compare("together", found.values(), department, who)
            made += 1
    if not made:
        raise Refused(["选中的文件里，没有一个部门有两份以上已读取的文件；请多选几份"])
    messages.success(request, say("{n} 个部门的文件已排队相互核对", n=made))
    return redirect("desk:comparisons")


def _departments(chosen: Sequence[Document]) -> dict[int, Body]:
    """The department of each document that has one."""
    above = {int(key) for each in chosen for key in each.body.path.strip("/").split("/")}
    known = {body.pk: body for body in Body.objects.filter(pk__in=above, kind="department")}
    found = {}
    for each in chosen:
        line = [int(key) for key in each.body.path.strip("/").split("/")]
        if department := next((known[key] for key in line if key in known), None):
            found[each.pk] = department
    return found
