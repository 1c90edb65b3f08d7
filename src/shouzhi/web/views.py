"""The first page after signing in, and the switch of language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from shouzhi.web.budget.correcting import corrections
from shouzhi.web.language import COOKIE
from shouzhi.web.pages import page_at, public, signed_in
from shouzhi.web.people.rights import can
from shouzhi.web.tasks import running, waiting

_YEAR = 365 * 24 * 60 * 60


@signed_in()
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, and the years that are on their way."""
    told = {
        "waiting": waiting(request.user),
        "running": running(request.user),
        "corrections": list(corrections(request.user)),
        "today": timezone.localdate(),
        "may_open": can(request.user, "budget.view"),
    }
    return render(request, "home.html", told)


@public("POST")
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language and go back to where one was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = redirect(page_at(back))
    chosen = "en" if request.POST.get("lang") == "en" else "zh-hans"
    response.set_cookie(COOKIE, chosen, max_age=_YEAR, samesite="Lax", secure=request.is_secure())
    return response
