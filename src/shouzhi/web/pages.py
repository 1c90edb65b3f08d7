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
from django.db.models import Model
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse

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
            if not _may(user, action, body, below=below):
                if reaches(user, body) or (below and stands_below(user, body)):
                    raise PermissionDenied
                raise Http404
            return view(request, found)

        setattr(answer, ASKED, Asked(action, methods, of is not None, below))
        return answer

    return decorate


def _may(user: Any, action: str, body: Body, *, below: bool) -> bool:  # noqa: ANN401 - a user
    return can(user, action, body) or (below and can_below(user, action, body))


def opens(user: Any, name: str, thing: Model | None = None) -> bool:  # noqa: ANN401 - a user
    """Whether a page, by the name of its address, is open to a user for a thing.

    So a page shows no way that ends in a refusal.  Raises NoReverseMatch for an address that
    there is not.
    """
    arguments = () if thing is None else (thing.pk,)
    asked: Asked = getattr(resolve(reverse(name, args=arguments)).func, ASKED)
    if not asked.action:
        return True
    if not asked.placed or thing is None:
        return can(user, asked.action)
    body: Body | None = getattr(thing, "body", None)
    return body is not None and _may(user, asked.action, body, below=asked.below)


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


def page_at(address: str) -> str:
    """The nearest page at an address or above it that can be looked at; the first page where there is none.

    A form that is refused stands under the address that it was sent to, where there is
    nothing to look at: who reloads it or switches the language there comes back to its page.
    """
    path, _, query = address.partition("?")
    whole = path
    while path.strip("/"):
        try:
            asked = getattr(resolve(path).func, ASKED, None)
        except Resolver404:
            asked = Asked(None, (), placed=False)
        if asked is None or "GET" in asked.methods:
            return f"{path}?{query}" if query and path == whole else path
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return "/"


def _method(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse | None:
    known = ("HEAD", *allowed) if "GET" in allowed else allowed
    if request.method in known:
        return None
    if request.method == "GET" and not wants_json(request):
        return redirect(page_at(request.path))
    return HttpResponseNotAllowed(known)
