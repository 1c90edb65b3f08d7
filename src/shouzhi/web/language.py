"""The words on screen: Chinese where they stand, English by switch.

Templates and views write Chinese inside `_()`; each app's `english.yaml` gives the English.
A word may mean one thing in one app and another in the next: a template speaks the words of
its own app first, then those of all, where the application's own come first.  What the
domain says (`Told`) has its English in the catalogue and needs no `_()`: every page and
every answer for a script tells it in the language of its request.  A cookie holds the
choice, so that pages stay the same for everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from jinja2 import pass_context
from jinja2.runtime import Context

from shouzhi.catalogue.loading import load_yaml
from shouzhi.catalogue.told import Told, in_english, names
from shouzhi.catalogue.workflows import rights

DEFAULT: Final = "zh-hans"
COOKIE: Final = "lang"
_WEB: Final = Path(__file__).parent
_FILE: Final = "english.yaml"


@cache
def english() -> Mapping[str, str]:
    """English by Chinese, of the catalogue's names, the roles and every app.

    Raises CatalogueError for a fault.
    """
    found = {**names(), **{role.name: role.english for role in rights().roles.values()}}
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
    if translation.get_language() != "en":
        return _filled(text, values)
    told = in_english(text) if isinstance(text, Told) else english().get(text, text)
    return _filled(told, values)


def spoken() -> Literal["zh", "en"]:
    """The language of this request, as the domain names it."""
    return "en" if translation.get_language() == "en" else "zh"


def tell(text: str) -> str:
    """A sentence of the domain in the language of this request, be it only kept as text."""
    return in_english(text) if translation.get_language() == "en" else text


def shown(value: Any) -> Any:  # noqa: ANN401 - whatever a page shows
    """What a page shows for a value: a sentence or name of the domain in the request's language."""
    return tell(value) if isinstance(value, Told) else value


@pass_context
def say_here(context: Context, text: str, **values: object) -> str:
    """The same in a template: the words of its app come first."""
    if translation.get_language() != "en" or isinstance(text, Told):
        return say(text, **values)
    app = (context.name or "").partition("/")[0]
    own = english_of(app) if app and "/" in (context.name or "") else {}
    return _filled(own.get(text) or english().get(text, text), values)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text.format(**{key: shown(value) for key, value in values.items()}) if values else text


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
