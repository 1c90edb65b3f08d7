"""A move that a form asks for: made, or refused above the page that it was asked on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from shouzhi.catalogue.workflows import Move
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, actor
from shouzhi.web.language import say
from shouzhi.web.typed import seen_revision

Thing = TypeVar("Thing", bound=Model)
"""What has a workflow: a submission, a budget year, a release, a project."""
Shown_contra = TypeVar("Shown_contra", bound=Model, contravariant=True)


class Show(Protocol[Shown_contra]):
    """The page of a thing, with what was refused where something was."""

    def __call__(
        self,
        request: HttpRequest,
        found: Shown_contra,
        /,
        *,
        status: int = 200,
        refused: Refused | None = None,
    ) -> HttpResponse:
        """Show it."""
        ...


def make_move(
    request: HttpRequest,
    found: Thing,
    make: Callable[[Thing, str, Actor, str, int | None], Move],
    show: Show[Thing],
    page: str,
) -> HttpResponse:
    """Make the move of a form (`move`, `comment`, `revision`) and go back to the thing's page."""
    key, comment = request.POST.get("move", ""), request.POST.get("comment", "")
    try:
        made = make(found, key, actor(request), comment, seen_revision(request))
    except Refused as refused:
        return show(request, found, status=409, refused=refused)
    messages.success(request, say("已完成：{move}", move=say(made.name)))
    return redirect(page, pk=found.pk)
