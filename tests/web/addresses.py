"""Every address of the application by name, with the view behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from shouzhi.web.pages import ASKED


def patterns() -> dict[str, URLPattern]:
    """Each address by its full name; raises AssertionError for two of one name."""
    found: dict[str, URLPattern] = {}
    for name, pattern in _walk(get_resolver().url_patterns, ""):
        assert name not in found, f"{name} is there twice"
        found[name] = pattern
    return found


def _walk(these: list[Any], space: str) -> Iterator[tuple[str, URLPattern]]:
    for one in these:
        if isinstance(one, URLResolver):
            yield from _walk(
                one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space
            )
        else:
            yield f"{space}{one.name or one.pattern}", one


def asked_of(pattern: URLPattern) -> Any:
    """What the view of an address asks (`pages.Asked`); None for one that does not say."""
    return getattr(pattern.callback, ASKED, None)


def of_api(name: str) -> bool:
    """Whether an address belongs to the public API, which has no login and is told by its own tests."""
    return name.startswith("public:api:")
