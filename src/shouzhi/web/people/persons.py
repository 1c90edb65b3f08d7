"""The pages of people: who there is, one person with their roles, and what an administrator does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from shouzhi.web.audit.log import actor
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people import services
from shouzhi.web.people.acting import act
from shouzhi.web.people.forms import PersonForm, RoleForm
from shouzhi.web.people.models import Grant, User
from shouzhi.web.people.rights import within
from shouzhi.web.typed import revision_of


def user_of(pk: int) -> User:
    """The person of an address."""
    return get_object_or_404(User.objects.select_related("home"), pk=pk)


def grant_of(pk: int) -> Grant:
    """The role of an address; it stands where its body stands."""
    return get_object_or_404(Grant.objects.select_related("body", "user"), pk=pk)


def at(user: User) -> str:
    """The address of a person's page."""
    return reverse("people:user", args=[user.pk])


@page("people.edit")
def users(request: HttpRequest) -> HttpResponse:
    """The people of one's range, found by name."""
    reach = within(request.user, "people.edit")
    found = (
        User.objects.filter(Q(home__in=reach) | Q(grants__body__in=reach))
        .distinct()
        .select_related("home")
    )
    if words := request.GET.get("q", "").strip():
        found = found.filter(
            Q(name__icontains=words) | Q(username__icontains=words) | Q(home__name__icontains=words)
        )
    pages = Paginator(found.prefetch_related("grants__body"), 100).get_page(request.GET.get("page"))
    return render(
        request, "people/users.html", {"pages": pages, "q": words, "today": timezone.localdate()}
    )


@page("people.edit", methods=("GET", "POST"))
def new_user(request: HttpRequest) -> HttpResponse:
    """A new person, with a password for once."""
    bodies = _bodies(request)
    form = PersonForm(
        request.POST or None, bodies=bodies, new=True, initial={"home": request.GET.get("home")}
    )

    def do(told: Mapping[str, Any]) -> str:
        user, password = services.create_user(
            told["username"], told["name"], told["home"], actor(request)
        )
        _once(request, user, password)
        return at(user)

    context = {"title": say("新建人员"), "person": None, "revision": 0}
    return act(
        request, form, do, page="people/person_act.html", done="已新建；请给出角色", context=context
    )


def _bodies(request: HttpRequest) -> Any:  # noqa: ANN401 - a set of bodies
    """The bodies that may be given: those of one's range that have not ended, as a tree is read."""
    return within(request.user, "people.edit").filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    )


ONCE = "password_once"


def _once(request: HttpRequest, user: User, password: str) -> None:
    """Keep a password until the page that shows it is shown: once, and never in a log."""
    request.session[ONCE] = {"user": user.pk, "password": password}


@page("people.edit", of=user_of)
def user(request: HttpRequest, person: User) -> HttpResponse:
    """One person: their roles, and what can be done."""
    form = RoleForm(
        bodies=_bodies(request), initial={"since": timezone.localdate(), "body": person.home_id}
    )
    return _shown(request, person, form)


@never_cache
def _shown(request: HttpRequest, person: User, form: RoleForm, status: int = 200) -> HttpResponse:
    kept = request.session.pop(ONCE, None)
    password = kept["password"] if kept and kept["user"] == person.pk else None
    today = timezone.localdate()
    reach = set(_bodies(request).values_list("pk", flat=True))
    roles = [
        (given, given.valid_to is None or given.valid_to >= today, given.body_id in reach)
        for given in person.grants.select_related("body").order_by("valid_from", "role")
    ]
    context = {
        "person": person,
        "roles": roles,
        "form": form,
        "password": password,
        "oneself": person == request.user,
    }
    return render(request, "people/user.html", context, status=status)


@page("people.edit", of=user_of, methods=("GET", "POST"))
def edit_user(request: HttpRequest, person: User) -> HttpResponse:
    """Change the name or home of a person."""
    begun = {"name": person.name, "home": person.home_id}
    form = PersonForm(request.POST or None, bodies=_bodies(request), new=False, initial=begun)

    def do(told: Mapping[str, Any]) -> str:
        services.edit_user(person, told["name"], told["home"], revision_of(request), actor(request))
        return at(person)

    context = {"title": say("修改人员"), "person": person, "revision": person.revision}
    return act(request, form, do, page="people/person_act.html", done="已保存", context=context)


@page("people.edit", of=user_of, methods=("POST",))
def switch(request: HttpRequest, person: User) -> HttpResponse:
    """Keep a person out, or let them in again."""
    active = request.POST.get("active") == "1"
    services.set_active(person, actor(request), active=active)
    messages.success(request, say("已恢复") if active else say("已停用"))
    return redirect(at(person))


@page("people.edit", of=user_of, methods=("POST",))
def new_password(request: HttpRequest, person: User) -> HttpResponse:
    """A new password for once."""
    _once(request, person, services.give_password(person, actor(request)))
    return redirect(at(person))


@page("people.edit", of=user_of, methods=("POST",))
def give(request: HttpRequest, person: User) -> HttpResponse:
    """Give a role."""
    form = RoleForm(request.POST, bodies=_bodies(request))
    if not form.is_valid():
        return _shown(request, person, form, 422)
    told = form.cleaned_data
    services.grant(person, told["role"], told["body"], told["since"], told["until"], actor(request))
    messages.success(request, say("已授予角色"))
    return redirect(at(person))


@page("people.edit", of=grant_of, methods=("POST",))
def end(request: HttpRequest, given: Grant) -> HttpResponse:
    """End a role today."""
    services.end_grant(given, timezone.localdate(), actor(request))
    messages.success(request, say("角色已终止"))
    return redirect(at(given.user))
