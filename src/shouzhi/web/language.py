"""The words on screen: Chinese where they stand, English by switch.

Templates and views write Chinese inside `_()`; each app's `english.yaml` gives the English.
A cookie holds the choice, so that pages stay the same for everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shouzhi.catalogue.loading import load_yaml

DEFAULT: Final = "zh-hans"
COOKIE: Final = "lang"
_WEB: Final = Path(__file__).parent


@cache
def english() -> Mapping[str, str]:
    """English by Chinese, from every `english.yaml`; raises CatalogueError for a fault."""
    found: dict[str, str] = {}
    for path in sorted(_WEB.rglob("english.yaml")):
        for chinese, node in load_yaml(path).mapping().items():
            found[chinese] = node.text()
    return found


def say(text: str, **values: object) -> str:
    """A text in the language of this request, its `{names}` filled in."""
    said = text if translation.get_language() != "en" else english().get(text, text)
    return said.format(**values) if values else said


class LanguageMiddleware:
    """Chooses the language of a request by its cookie: Chinese unless it says otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in its language."""
        chosen = "en" if request.COOKIES.get(COOKIE) == "en" else DEFAULT
        with translation.override(chosen):
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", "en" if chosen == "en" else "zh-CN")
        return response
