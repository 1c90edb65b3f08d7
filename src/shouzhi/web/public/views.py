"""The public pages: what is asked for, its values from the warehouse, its answer from memory."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from shouzhi.warehouse import Warehouse, exports
from shouzhi.web.language import COOKIE
from shouzhi.web.pages import public
from shouzhi.web.public import content
from shouzhi.web.public.answers import answered_reports
from shouzhi.web.public.finding import found
from shouzhi.web.public.keeping import CACHE, Kept, answer
from shouzhi.web.public.links import Language, ServedLinks
from shouzhi.web.public.opening import warehouse
from shouzhi.web.public.rendering import render, speaker

Values = dict[str, Any]
Make = Callable[[Warehouse, ServedLinks], Values | None]

_ASSETS: Final = ("style.css", "mark.svg", "charts.js")
_YEAR: Final = 365 * 24 * 60 * 60
_LONGEST: Final = 60
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
def compare(request: HttpRequest, measure: str = "expenditure") -> HttpResponse:
    """Departments and years in one measure."""
    chosen = [key for key in request.GET.get("departments", "").split(",") if key][:50]
    level = request.GET.get("level", "")[:_LONGEST]
    given = request.GET.get("part", "")
    part = max(1, int(given)) if given.isdecimal() and len(given) < 5 else 1

    def make(held: Warehouse, links: ServedLinks) -> Values | None:
        say = speaker(links.language)
        return content.comparison(held, measure, say, chosen=chosen, level=level or None, part=part)

    asked = {"departments": ",".join(chosen), "level": level, "part": str(part) if part > 1 else ""}
    return shown(request, "compare", make, asked)


@public()
def search(request: HttpRequest) -> HttpResponse:
    """What is found."""
    query = request.GET.get("q", "").strip()[:_LONGEST]

    def make(held: Warehouse, links: ServedLinks) -> Values:
        hits = found(held, query, links, speaker(links.language)) if query else {}
        return {"query": query, "found": hits}

    return shown(request, "search", make, {"q": query})


@public()
def corrections(request: HttpRequest) -> HttpResponse:
    """The correction log."""

    def make(held: Warehouse, links: ServedLinks) -> Values:
        return content.corrections(held, answered_reports(links))

    return shown(request, "corrections", make, kept=False)


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
        if not held.ask("select 1 from head where document = ?", (key,)):
            return None
        body = exports.document_file(held, key, suffix)
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
