"""How long one stays signed in, and that a password given by an administrator is changed first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from shouzhi.web.faults import wants_json
from shouzhi.web.language import say

SINCE: Final = "since"
SEEN: Final = "seen"
TOUCH: Final = 300
"""Seconds after which a session is written anew to say that its person is still there."""


class SessionMiddleware:
    """Ends sessions that were idle or open too long, and sends people to change a given password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or say first what must be done."""
        # Pages for everybody stay free of the session, so that they can be cached.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            if _over(request.session):
                auth.logout(request)
                if not wants_json(request):
                    messages.info(request, say("登录已过期，请重新登录"))
            elif request.user.must_change_password and (answer := _first_the_password(request)):
                return answer
        return self._get_response(request)


def _over(session: Any) -> bool:  # noqa: ANN401 - any session store
    """Whether the session has run out; one that goes on is marked as seen."""
    now = time.time()
    since, seen = session.get(SINCE), session.get(SEEN)
    if since is not None and now - since > settings.SESSION_LONGEST:
        return True
    if seen is not None and now - seen > settings.SESSION_COOKIE_AGE:
        return True
    if since is None:
        session[SINCE] = now
    if seen is None or now - seen > TOUCH:
        session[SEEN] = now
    return False


def _first_the_password(request: HttpRequest) -> HttpResponse | None:
    allowed = {reverse("people:password"), reverse("people:logout"), reverse("language")}
    if request.path in allowed:
        return None
    if wants_json(request):
        told = {"error": say("请先修改密码"), "reasons": [say("请先改掉管理员给的密码。")]}
        return JsonResponse(told, status=403)
    return redirect("people:password")
