"""Reporting an error on a figure, and the queue in which the department answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render

from shouzhi.web.audit.log import actor
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.disclosure.finding import release as find_release
from shouzhi.web.disclosure.models import Release
from shouzhi.web.language import say
from shouzhi.web.pages import page, public
from shouzhi.web.people.rights import can
from shouzhi.web.public import answers, explaining
from shouzhi.web.public.links import ServedLinks, cell
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
    return cell(links, told["document"], told["table"], told["row"], told["column"])


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
    """One report, and the form for its answer: shown as it will be public first, then published."""
    found = _found(request.user, pk)
    year = answers.year_of(found, warehouse())
    if request.method == "GET":
        kept = {"answer": found.answer, "outcome": found.outcome, "release": str(found.release_id or "")}
        return _answering(request, found, year, kept)
    revision, step = request.POST.get("revision", ""), request.POST.get("step", "preview")
    if not revision.isdecimal():
        raise BadRequest
    try:
        made = answers.drawn_up(request.POST, year)
        if step == "publish":
            answers.reply(found, made, actor(request), int(revision))
            messages.success(request, say("已答复；答复列在公众网站的更正记录里"))
            return redirect("public:reports")
    except answers.Refused as refused:
        messages.error(request, str(refused))
        return _answering(request, found, year, request.POST)
    return _answering(request, found, year, request.POST, made if step == "preview" else None)


def _answering(
    request: HttpRequest,
    found: ErrorReport,
    year: BudgetYear | None,
    given: Mapping[str, str],
    preview: answers.Reply | None = None,
) -> HttpResponse:
    """The page of one report: its form as it was filled in, or the answer as it will be public."""
    place = {"table": found.table, "row": found.row, "column": found.column, "document": found.document}
    may = year is not None and can(request.user, "release.view", year.department)
    told = {
        "report": found, "figure": _back(links_of(), place), "preview": preview,
        "text": given.get("answer", ""), "outcome": given.get("outcome", ""), "chosen": given.get("release", ""),
        "outcomes": ErrorReport.OUTCOMES, "releases": answers.corrections_of(year), "correct": year if may else None,
    }  # fmt: skip
    return render(request, "public/answer.html", told)


@page("release.prepare", of=find_release, methods=("GET", "POST"))
def explanations(request: HttpRequest, found: Release) -> HttpResponse:
    """What is said in public of the warnings on a release, while it is being prepared."""
    told = explaining.explained(found)
    if request.method == "POST":
        texts = {str(note): request.POST.get(f"text-{place}", "") for place, (note, _) in enumerate(told)}
        explaining.explain(found, texts, actor(request))
        messages.success(request, say("已保存；说明随这一版公开"))
        return redirect("disclosure:release", pk=found.pk)
    return render(request, "public/explanations.html", {"release": found, "notes": told})
