"""How a view is made: login, the object it is about, and the right to it, told in one place.

Every page of the application is a function under `@page` (or `@public` where no login is
needed), so that a test can hold every page against every role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Protocol

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)

from shouzhi.web.faults import wants_json
from shouzhi.web.language import say
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, can_below, reaches, stands_below

View = Callable[..., HttpResponseBase]


class Placed(Protocol):
    """Anything that stands in the tree of bodies."""

    @property
    def body(self) -> Body | None:
        """The body that it belongs to; None for what stands nowhere."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a view asks of who calls it: an action of `roles.yaml`; None for the public."""

    action: str | None
    methods: tuple[str, ...]
    placed: bool
    below: bool = False


ASKED: Final = "asked"


def page(
    action: str,
    *,
    of: Callable[..., Placed | Body] | None = None,
    methods: tuple[str, ...] = ("GET",),
    below: bool = False,
) -> Callable[[View], View]:
    """A view for people who may take `action`.

    `of` finds the object by the address's arguments (Http404 where there is none); the view
    then gets it in their place.  Someone who does not reach its body is told 404, someone
    who reaches it without the right 403.  Without `of` the action is needed anywhere.  A page
    that is open from `below` is also for those who may take the action at a body below, and
    shows them no more than their part.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **arguments: Any) -> HttpResponseBase:  # noqa: ANN401 - of any address
            if refused := _method(request, methods):
                return refused
            user = request.user
            if not user.is_authenticated:
                return _ask_to_sign_in(request)
            if of is None:
                if not can(user, action):
                    raise PermissionDenied
                return view(request, **arguments)
            found = of(**arguments)
            body = found if isinstance(found, Body) else found.body
            if body is None:  # it stands nowhere, so nobody reaches it
                raise Http404
            if not (can(user, action, body) or (below and can_below(user, action, body))):
                if reaches(user, body) or (below and stands_below(user, body)):
                    raise PermissionDenied
                raise Http404
            return view(request, found)

        setattr(answer, ASKED, Asked(action, methods, of is not None, below))
        return answer

    return decorate


def public(*methods: str) -> Callable[[View], View]:
    """A view for everybody; GET where no methods are named."""
    allowed = methods or ("GET",)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **arguments: Any) -> HttpResponseBase:  # noqa: ANN401 - of any address
            return _method(request, allowed) or view(request, **arguments)

        setattr(answer, ASKED, Asked(None, allowed, placed=False))
        return answer

    return decorate


def signed_in(*methods: str) -> Callable[[View], View]:
    """A view for everybody who has signed in, whatever their role."""
    allowed = methods or ("GET",)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **arguments: Any) -> HttpResponseBase:  # noqa: ANN401 - of any address
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            return _method(request, allowed) or view(request, **arguments)

        setattr(answer, ASKED, Asked("", allowed, placed=False))
        return answer

    return decorate


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        told = {"error": say("登录已过期"), "reasons": [say("请在另一个窗口登录，这里的修改还在")]}
        return JsonResponse(told, status=401)
    return redirect_to_login(request.get_full_path())


def _method(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse | None:
    known = ("HEAD", *allowed) if "GET" in allowed else allowed
    return None if request.method in known else HttpResponseNotAllowed(known)
