"""The words on screen: Chinese where they stand, English by switch.

Templates and views write Chinese inside `_()`; each app's `english.yaml` gives the English.
A word may mean one thing in one app and another in the next: a template speaks the words of
its own app first, then those of all, where the application's own come first.  A cookie
holds the choice, so that pages stay the same for everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from jinja2 import pass_context
from jinja2.runtime import Context

from shouzhi.catalogue.loading import load_yaml
from shouzhi.catalogue.workflows import rights

DEFAULT: Final = "zh-hans"
COOKIE: Final = "lang"
_WEB: Final = Path(__file__).parent
_FILE: Final = "english.yaml"


@cache
def english() -> Mapping[str, str]:
    """English by Chinese, of every app and of the roles; raises CatalogueError for a fault."""
    found: dict[str, str] = {role.name: role.english for role in rights().roles.values()}
    for app in sorted(path.name for path in _WEB.iterdir() if path.is_dir()):
        found |= english_of(app)
    return {**found, **english_of("")}


@cache
def english_of(app: str) -> dict[str, str]:
    """English by Chinese of one app, or (empty) of the application itself."""
    found: dict[str, str] = {}
    for path in sorted((_WEB / app).rglob(_FILE)) if app else [_WEB / _FILE]:
        found |= {chinese: node.text() for chinese, node in load_yaml(path).mapping().items()}
    return found


def say(text: str, /, **values: object) -> str:
    """A text in the language of this request, its `{names}` filled in."""
    return _filled(
        english().get(text, text) if translation.get_language() == "en" else text, values
    )


@pass_context
def say_here(context: Context, text: str, **values: object) -> str:
    """The same in a template: the words of its app come first."""
    if translation.get_language() != "en":
        return _filled(text, values)
    app = (context.name or "").partition("/")[0]
    own = english_of(app) if app and "/" in (context.name or "") else {}
    return _filled(own.get(text) or english().get(text, text), values)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text.format(**values) if values else text


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
