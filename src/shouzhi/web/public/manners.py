"""How the API behaves at its edges: HEAD as GET, the language of its faults, faults as JSON and no cookie."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils import translation

from shouzhi.web.language import COOKIE, say
from shouzhi.web.pages import public

ALLOWED: Final = "GET, HEAD, OPTIONS"

View = Callable[..., HttpResponse]


def language_of(request: HttpRequest) -> str:
    """The language in which faults are told: `?lang`, the site's own choice, `Accept-Language`, else Chinese."""
    for wished in (request.GET.get("lang"), request.COOKIES.get(COOKIE)):
        if wished:
            return "en" if wished.lower().startswith("en") else "zh-hans"
    return "en" if _prefers_english(request.headers.get("Accept-Language", "")) else "zh-hans"


def _prefers_english(accepted: str) -> bool:
    """Whether English stands before Chinese in a list of languages with their weights (RFC 9110, 12.5.4)."""
    weights = {"en": 0.0, "zh": 0.0}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        short = name.strip()[:2]
        if short in weights:
            weights[short] = max(weights[short], _weight(weight))
    return weights["en"] > weights["zh"]


def _weight(told: str) -> float:
    try:
        return float(told.partition("=")[2] or 1)
    except ValueError:
        return 0.0


def mannered(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The addresses of an API, each answering with these manners."""
    made = list(patterns)
    for pattern in made:
        if isinstance(pattern, URLPattern):
            # The root has no page of its own: it is there for the name of its address.
            pattern.callback = unknown if pattern.name == "api-root" else _mannered(pattern.callback)
    return made


def _mannered(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, **arguments: object) -> HttpResponse:
        asked = request.method
        with translation.override(language_of(request)):
            if asked == "HEAD":
                request.method = "GET"
            response = view(request, **arguments)
            request.method = asked
            if response.status_code == 405:
                response = fault(405, say("这里的数据只供读取；可用的方法：{methods}", methods=ALLOWED))
                response.headers["Allow"] = ALLOWED
            if response.status_code >= 400:
                _telling(response)
        if asked == "HEAD":
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    return answer


def _telling(response: HttpResponse) -> None:
    """A fault is told in a language: nothing between here and the asker may keep it for another."""
    response.headers["Content-Language"] = "en" if translation.get_language() == "en" else "zh-CN"
    response.headers["Vary"] = "Accept, Accept-Language, Cookie"
    response.headers["Cache-Control"] = "no-store"


def fault(status: int, why: str, **more: object) -> HttpResponse:
    """A fault as JSON."""
    return HttpResponse(orjson.dumps({"detail": why, **more}), status=status, content_type="application/json")


@public("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001 - the address has it
    """An address below the API that there is not: JSON, and no cookie."""
    with translation.override(language_of(request)):
        told = {"docs": reverse("public:api_docs"), "openapi": reverse("public:api:openapi-json")}
        why = say("没有这个接口地址：{path}；全部地址见 {docs}", path=request.path, docs=told["docs"])
        response = fault(404, why, **told)
        _telling(response)
    return response
