"""Whence a request comes: the address of the person, not that of a proxy of ours."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ProxyMiddleware:
    """Puts the address that our outermost proxy has seen into REMOTE_ADDR.

    Each proxy adds the address that it sees at the end of `X-Forwarded-For`; what stands
    further left was written by the asker and says nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        if settings.PROXIES:
            seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
            if len(seen) >= settings.PROXIES and seen[-settings.PROXIES]:
                request.META["REMOTE_ADDR"] = seen[-settings.PROXIES][:45]
        return self._get_response(request)


def address(request: HttpRequest) -> str:
    """The address that failed sign-ins are counted by."""
    return str(request.META.get("REMOTE_ADDR", ""))
