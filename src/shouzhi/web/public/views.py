"""The public pages: what is asked for, its values from the warehouse, its answer from memory."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from shouzhi.warehouse import Warehouse, downloads
from shouzhi.web.language import COOKIE
from shouzhi.web.pages import public
from shouzhi.web.public import content, finding, telling
from shouzhi.web.public.compared import Asked, as_file, comparison
from shouzhi.web.public.keeping import CACHE, Kept, answer
from shouzhi.web.public.links import Language, ServedLinks
from shouzhi.web.public.opening import warehouse
from shouzhi.web.public.rendering import render, speaker

Values = dict[str, Any]
Make = Callable[[Warehouse, ServedLinks], Values | None]

_ASSETS: Final = ("style.css", "mark.svg", "charts.js")
_YEAR: Final = 365 * 24 * 60 * 60
_LONGEST: Final = 60
_MOST_SCOPES: Final = 99
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@public()
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    return shown(request, "home", lambda held, _: content.home(held))


@public()
def department(request: HttpRequest, key: str, year: int | None = None) -> HttpResponse:
    """A department in a year."""
    return shown(
        request, "year", lambda held, links: content.department_year(held, key, year, speaker(links.language))
    )


@public()
def document(request: HttpRequest, key: str) -> HttpResponse:
    """A document."""
    return shown(request, "document", lambda held, _: content.document(held, key))


@public()
def table(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """A table as it was published; in addresses tables count from 1."""
    return shown(request, "table", lambda held, _: content.table(held, key, number - 1))


@public()
def compare(request: HttpRequest, measure: str = "expenditure", scope: int | None = None) -> HttpResponse:
    """Departments and years in one measure; in addresses scopes count from 1."""
    asked = _compared(request, scope)
    if asked is None:
        return missing(links_of())

    def make(held: Warehouse, links: ServedLinks) -> Values | None:
        return comparison(held, measure, speaker(links.language), asked)

    part = str(asked.part) if asked.part and asked.part > 1 else ""
    return shown(request, "compare", make, {**asked.query(), "part": part})


@public()
def compared_file(request: HttpRequest, measure: str, scope: int | None = None) -> HttpResponse:
    """A comparison as CSV."""
    asked, held = _compared(request, scope), warehouse()

    def make() -> Kept | None:
        told = comparison(held, measure, speaker("zh"), replace(asked, part=None)) if asked else None
        return Kept.of(as_file(held, told), TYPES["csv"], held.changed) if told else None

    kept = CACHE.get((request.path, urlencode(asked.query() if asked else {})), held.revision, make)
    if kept is None:
        raise Http404
    response = answer(request, kept)
    response.headers["Content-Disposition"] = f'attachment; filename="{measure}.csv"'
    return response


def _compared(request: HttpRequest, scope: int | None) -> Asked | None:
    """What is asked of a comparison; None for a scope that there cannot be."""
    given = request.GET
    chosen = [key for key in [*given.get("departments", "").split(","), *given.getlist("department")] if key]
    words = {name: given.get(name, "")[:_LONGEST] for name in ("stage", "level", "function", "size", "sort")}
    part, year = _number(given.get("part", "")), _number(given.get("year", ""))
    if scope is not None and not 0 < scope <= _MOST_SCOPES:
        return None
    return Asked(
        chosen=tuple(dict.fromkeys(chosen))[:50], year=year, scope=None if scope is None else scope - 1,
        part=max(1, part or 1), **words,
    )  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 5 else None


@public()
def search(request: HttpRequest) -> HttpResponse:
    """What is found."""
    wishes = finding.Wishes.of(request.GET)

    def make(held: Warehouse, links: ServedLinks) -> Values:
        return finding.page(held, wishes, links, speaker(links.language))

    return shown(request, "search", make, wishes.asked())


@public()
def corrections(request: HttpRequest) -> HttpResponse:
    """The correction log: all of it in parts, or one report by its number."""
    number, part = (_whole(request.GET.get(name, "")) for name in ("number", "part"))

    def make(held: Warehouse, links: ServedLinks) -> Values:
        return {**content.corrections(held), **telling.log(links, number, part or 1)}

    asked = {"number": str(number or ""), "part": str(part or "")}
    return shown(request, "corrections", make, asked, kept=False)


def _whole(text: str) -> int | None:
    """A number from 1 up as an address gives it; None for anything else."""
    return int(text) if text.isdecimal() and len(text) < 9 and int(text) else None


@public()
def dictionary(request: HttpRequest, dimension: str | None = None) -> HttpResponse:
    """The data dictionary."""
    template = "dimension" if dimension else "dictionary"
    return shown(request, template, lambda _held, _links: content.dictionary(dimension))


@public()
def about(request: HttpRequest) -> HttpResponse:
    """Where the data comes from."""
    return shown(request, "about", lambda _held, _links: {})


@public()
def facts(request: HttpRequest, key: str, suffix: str) -> HttpResponse:
    """The facts of a document as a file."""
    held = warehouse()

    def make() -> Kept | None:
        body = downloads.download(held, key, suffix)
        return None if body is None else Kept.of(body, TYPES[suffix], held.changed)

    kept = CACHE.get((request.path,), held.revision, make)
    if kept is None:
        raise Http404
    response = answer(request, kept)
    response.headers["Content-Disposition"] = f'attachment; filename="{key}.{suffix}"'
    return response


@public()
def file(request: HttpRequest, key: str, name: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A published file as it is."""
    path = warehouse().file(key, name)
    if path is None or not path.is_file():
        raise Http404
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    # Handed over to be kept, never run: files of strangers are among them.
    response = FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=kind)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]  # a streaming response is one


TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "zip": "application/zip",
}


def shown(
    request: HttpRequest, template: str, make: Make, asked: Mapping[str, str] = _NOTHING, *, kept: bool = True
) -> HttpResponse:
    """A page, from memory where it is kept; `asked` is what it hangs on of the query."""
    if "lang" in request.GET:
        return _switched(request)
    query = urlencode({name: value for name, value in asked.items() if value})
    links = links_of(query)
    held = warehouse()
    fresh = partial(_made, held, template, make, links)
    key = (links.language, request.path, query)
    found_one = CACHE.get(key, held.revision, fresh) if kept else fresh()
    return missing(links) if found_one is None else answer(request, found_one)


def _made(held: Warehouse, template: str, make: Make, links: ServedLinks) -> Kept | None:
    values = make(held, links)
    if values is None:
        return None
    return Kept.of(render(template, links, **values).encode(), "text/html; charset=utf-8", held.changed)


def _switched(request: HttpRequest) -> HttpResponse:
    """The language as wished, and back to the page."""
    asked = request.GET.copy()
    wished = asked.pop("lang")[-1]
    back = request.path + (f"?{asked.urlencode()}" if asked else "")
    response = HttpResponseRedirect(back)
    chosen = "en" if wished == "en" else "zh-hans"
    response.set_cookie(COOKIE, chosen, max_age=_YEAR, samesite="Lax", secure=request.is_secure())
    return response


def missing(links: ServedLinks) -> HttpResponse:
    """The page for what is not there."""
    say = speaker(links.language)
    told = {"title": say("没有这个页面"), "reasons": [say("地址可能已变，或这份文件没有公开")]}
    return HttpResponse(render("missing", links, **told), status=404)


def links_of(query: str = "") -> ServedLinks:
    """Links of pages in the language of this request; `query` is what the page was asked for."""
    language: Language = "en" if translation.get_language() == "en" else "zh"
    return ServedLinks(language, _assets(), reverse("public:home"), query=query)


@cache
def _assets() -> dict[str, str]:
    return {name: static(f"shouzhi/{name}") for name in _ASSETS}
