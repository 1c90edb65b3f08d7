"""The pages of the organisation: the tree, one body, and what an administrator does with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from shouzhi.web.audit.log import actor
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people import descent, services
from shouzhi.web.people.acting import act
from shouzhi.web.people.forms import (
    BodyForm,
    MergeForm,
    RenameForm,
    SplitForm,
    StaffForm,
)
from shouzhi.web.people.models import Body, Grant, Staffing
from shouzhi.web.people.rights import can, within
from shouzhi.web.typed import revision_of


def body_of(pk: int) -> Body:
    """The body of an address."""
    return get_object_or_404(Body.objects.select_related("parent"), pk=pk)


def at(body: Body) -> str:
    """The address of a body's page."""
    return reverse("people:body", args=[body.pk])


def valid(bodies: QuerySet[Body], on: date) -> QuerySet[Body]:
    """Those of the bodies that exist on a day."""
    return bodies.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


@page("organisation.view")
def bodies(request: HttpRequest) -> HttpResponse:
    """The tree of the bodies that one may see."""
    today = timezone.localdate()
    on, everyone = _day(request.GET.get("on", "")) or today, "all" in request.GET
    found = within(request.user, "organisation.view").select_related("parent")
    seen = list(found if everyone else valid(found, on))
    staff = {s.unit_id: s for s in Staffing.objects.filter(unit__in=seen, year=on.year)}
    rows = [(body, depth, staff.get(body.pk)) for body, depth in in_order(seen)]
    context = {
        "rows": rows,
        "on": on,
        "everyone": everyone,
        "may": can(request.user, "organisation.edit"),
    }
    return render(request, "people/bodies.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def in_order(found: list[Body]) -> list[tuple[Body, int]]:
    """Bodies as a tree is read, each with its depth; one whose parent is not there is a root."""
    there = {body.pk for body in found}
    below: dict[int | None, list[Body]] = {}
    for body in sorted(found, key=lambda body: (body.order, body.code, body.pk)):
        below.setdefault(body.parent_id if body.parent_id in there else None, []).append(body)
    rows: list[tuple[Body, int]] = []

    def walk(key: int | None, depth: int) -> None:
        for body in below.get(key, ()):
            rows.append((body, depth))
            walk(body.pk, depth + 1)

    walk(None, 0)
    return rows


@page("organisation.view", of=body_of)
def body(request: HttpRequest, body: Body) -> HttpResponse:
    """One body: what it is, whence it came, its staff, what stands below it, who has a role there."""
    origins, successions = descent.line_of(body)
    today = timezone.localdate()
    above = Body.objects.filter(
        pk__in=[int(key) for key in body.path.strip("/").split("/")[:-1]]
    ).order_by("path")
    seen = set(
        within(request.user, "organisation.view").filter(pk__in=above).values_list("pk", flat=True)
    )
    roles = Grant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), body=body, user__is_active=True
    )
    context = {
        "body": body, "above": [(one.name, at(one) if one.pk in seen else None) for one in above],
        "children": list(body.children.order_by("order", "code", "pk")), "origins": origins, "successions": successions,
        "staffing": list(body.staffing.order_by("-year")), "staff_form": StaffForm(), "today": today,
        "roles": list(roles.select_related("user").order_by("role", "user__name")),
        "may": can(request.user, "organisation.edit", body), "may_people": can(request.user, "people.edit", body),
        "new_year": today.year + 1, "stale": None, "under": services.UNDER[body.kind],
    }  # fmt: skip
    return render(request, "people/body.html", context)


@page("organisation.edit", of=body_of, methods=("GET", "POST"))
def new_body(request: HttpRequest, parent: Body) -> HttpResponse:
    """A new body under another."""
    names = dict(Body.KINDS)
    kinds = [(kind, names[kind]) for kind in services.UNDER[parent.kind]]
    begun = {"valid_from": date(timezone.localdate().year, 1, 1), "kind": kinds[-1][0]}
    form = BodyForm(request.POST or None, kinds=kinds, initial=begun)

    def do(told: Mapping[str, Any]) -> str:
        fields = {key: value for key, value in told.items() if key != "kind"}
        return at(services.create_body(parent, told["kind"], fields, actor(request)))

    context = {"title": say("新设机构"), "body": parent, "about": "", "revision": parent.revision}
    return act(request, form, do, page="people/act.html", done="已新设", context=context)


@page("organisation.edit", of=body_of, methods=("GET", "POST"))
def edit_body(request: HttpRequest, body: Body) -> HttpResponse:
    """Correct what is told of a body; a body that was renamed goes on as another (`rename`)."""
    form = BodyForm(request.POST or None, initial=services.told(body, services.BODY_FIELDS))

    def do(told: Mapping[str, Any]) -> str:
        services.edit_body(body, told, revision_of(request), actor(request))
        return at(body)

    about = say(
        "这里改正填错的内容，以往年度也随之改变。机构真的更名、合并或分立时，请用相应的操作，以往年度保持原样。"
    )
    context = {"title": say("修改机构"), "body": body, "about": about, "revision": body.revision}
    return act(request, form, do, page="people/act.html", done="已保存", context=context)


@page("organisation.edit", of=body_of, methods=("POST",))
def order(request: HttpRequest, parent: Body) -> HttpResponse:
    """Move one of the bodies below up or down, in the order in which they were shown."""
    try:
        keys = [int(key) for key in request.POST.getlist("keys")]
        moved, step = int(request.POST["move"]), -1 if request.POST.get("way") == "up" else 1
        place = keys.index(moved)
    except (KeyError, ValueError):
        raise BadRequest from None
    other = min(max(place + step, 0), len(keys) - 1)
    keys[place], keys[other] = keys[other], keys[place]
    services.order_children(parent, keys, actor(request))
    return redirect(f"{at(parent)}#children")


@page("organisation.edit", of=body_of, methods=("POST",))
def staff(request: HttpRequest, unit: Body) -> HttpResponse:
    """Set the staff of a year."""
    form = StaffForm(request.POST)

    def do(told: Mapping[str, Any]) -> str:
        numbers = {field: told[field] for field in services.STAFF_FIELDS}
        services.set_staff(unit, told["year"], numbers, revision_of(request), actor(request))
        return f"{at(unit)}#staff"

    held = (
        Staffing.objects.filter(unit=unit, year=form["year"].value() or 0).first()
        if form.is_valid()
        else None
    )
    context = {
        "title": say("人员数"),
        "body": unit,
        "about": "",
        "revision": held.revision if held else 0,
    }
    return act(request, form, do, page="people/act.html", done="已保存", context=context)


@page("organisation.edit", of=body_of, methods=("GET", "POST"))
def rename(request: HttpRequest, body: Body) -> HttpResponse:
    """A body goes on under a new name."""
    form = RenameForm(request.POST or None, initial={"on": _next_year()})

    def do(told: Mapping[str, Any]) -> str:
        new = descent.New(told["name"], told["code"])
        return at(
            descent.rename(
                body, new, told["on"], told["document"], revision_of(request), actor(request)
            )
        )

    about = say(
        "原机构到前一日终止，新机构自该日起设立，其下机构和人员的角色随之转入；以往年度的预算仍属原机构。"
    )
    context = {"title": say("更名"), "body": body, "about": about, "revision": body.revision}
    return act(request, form, do, page="people/act.html", done="已更名", context=context)


@page("organisation.edit", of=body_of, methods=("GET", "POST"))
def merge(request: HttpRequest, body: Body) -> HttpResponse:
    """Several bodies become one."""
    siblings = Body.objects.filter(
        parent=body.parent, kind=body.kind, valid_to__isnull=True
    ).order_by("order", "code", "pk")
    form = MergeForm(
        request.POST or None, siblings=siblings, body=body, initial={"on": _next_year()}
    )

    def do(told: Mapping[str, Any]) -> str:
        into = told["into"] or descent.New(told["name"], told["code"])
        return at(
            descent.merge(
                [body, *told["others"]], into, told["on"], told["document"], actor(request)
            )
        )

    about = say(
        "被合并的机构到前一日终止，其下机构和人员的角色转入合并后的机构；以往年度的预算仍属原机构。"
    )
    context = {"title": say("合并"), "body": body, "about": about, "revision": body.revision}
    return act(request, form, do, page="people/merge.html", done="已合并", context=context)


@page("organisation.edit", of=body_of, methods=("GET", "POST"))
def split(request: HttpRequest, body: Body) -> HttpResponse:
    """Several bodies come of one."""
    children = list(valid(body.children.all(), _next_year()).order_by("order", "code", "pk"))
    form = SplitForm(request.POST or None, children=children, initial={"on": _next_year()})

    def do(told: Mapping[str, Any]) -> str:
        parts = [descent.New(*part) for part in form.parts]
        made = descent.split(
            body, parts, told["on"], told["document"], revision_of(request), actor(request),
            goes_on=told["goes_on"], below=form.below,
        )  # fmt: skip
        return at(made[0])

    about = say(
        "分出的机构自该日起设立；其下机构可以逐个指定归属。原机构不再存在时，到前一日终止。"
    )
    context = {"title": say("分立"), "body": body, "about": about, "revision": body.revision}
    return act(request, form, do, page="people/split.html", done="已分立", context=context)


def _next_year() -> date:
    return date(timezone.localdate().year + 1, 1, 1)
