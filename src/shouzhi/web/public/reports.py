"""Reporting an error on a figure, and the queue in which the department answers."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render

from shouzhi.web.audit.log import actor
from shouzhi.web.language import say
from shouzhi.web.pages import page, public
from shouzhi.web.public import answers
from shouzhi.web.public.links import Paths, ServedLinks
from shouzhi.web.public.models import ErrorReport
from shouzhi.web.public.opening import warehouse
from shouzhi.web.public.rendering import render as public_page
from shouzhi.web.public.views import links_of, missing

_PLACE: Final = ("document", "table", "row", "column")
_PER_PAGE: Final = 50


@public("GET", "POST")
def report(request: HttpRequest) -> HttpResponse:
    """The form on which a reader tells what is wrong with a figure."""
    links = links_of()
    given = request.POST if request.method == "POST" else request.GET
    asked = {name: given.get(name, "") for name in _PLACE}
    told = answers.about(warehouse(), asked)
    if told is None:
        return missing(links)
    values: dict[str, Any] = {"sent": None, "fault": "", "message": "", "contact": ""}
    if request.method == "POST":
        values |= {"message": given.get("message", ""), "contact": given.get("contact", "")}
        if given.get("website"):  # filled in by programs alone
            values["sent"] = "—"
        else:
            try:
                made = answers.take(told, values["message"], values["contact"], actor(request))
                values["sent"] = str(made.pk)
            except answers.Refused as refused:
                values["fault"] = str(refused)
    hidden = {**{name: value for name, value in asked.items() if value}, "csrfmiddlewaretoken": get_token(request)}
    back = _back(links, told)
    told_places = [(say("位置"), told["place"]), (say("数字"), told["printed"])]
    values |= {"hidden": hidden, "back": back, "title": told["title"], "told": [t for t in told_places if t[1]]}
    status = 400 if values["fault"] else 200
    response = HttpResponse(public_page("report", links, **values), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _back(links: ServedLinks, told: dict[str, Any]) -> str:
    if told["table"] is None:
        return links.page(Paths.document(told["document"]))
    at = f"r{told['row'] + 1}c{(told['column'] or 0) + 1}" if told["row"] is not None else ""
    return links.page(Paths.table(told["document"], told["table"]), at)


def _found(user: Any, pk: int) -> ErrorReport:  # noqa: ANN401 - a user
    """A report that a person may answer; Http404 where there is none, or it is out of reach."""
    made = ErrorReport.objects.select_related("body", "answered_by").filter(pk=pk).first()
    if made is None or not answers.may_answer(user, made):
        raise Http404
    return made


@page("errors.answer")
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that wait for an answer, and those that have one."""
    pages = Paginator(answers.queue(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "public/reports.html", {"pages": pages})


@page("errors.answer", methods=("GET", "POST"))
def report_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One report, and the form for its answer."""
    found = _found(request.user, pk)
    if request.method == "POST":
        revision = request.POST.get("revision", "")
        if not revision.isdecimal():
            raise BadRequest
        try:
            answers.reply(found, request.POST.get("answer", ""), actor(request), int(revision))
        except answers.Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, say("已答复；答复列在公众网站的更正记录里"))
            return redirect("public:reports")
    links = links_of()
    told = {"table": found.table, "row": found.row, "column": found.column, "document": found.document}
    return render(request, "public/answer.html", {"report": found, "figure": _back(links, told)})
