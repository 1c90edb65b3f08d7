"""What an administrator changes: bodies, staff, people, roles; each change atomic, audited, never stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from axes.utils import reset
from django.db import transaction
from django.utils import timezone

from shouzhi.catalogue.workflows import rights
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.people.models import Body, Grant, Staffing, User
from shouzhi.web.people.rights import can
from shouzhi.web.serving import new_password

BODY_FIELDS: Final = ("code", "name", "nature", "level", "valid_from", "valid_to")
STAFF_FIELDS: Final = ("established", "in_post", "retired")
UNDER: Final[Mapping[str, tuple[str, ...]]] = {
    "region": ("region", "department"),
    "department": ("unit",),
    "unit": ("unit",),
}
"""What may stand below each kind of body."""


def told(thing: Any, fields: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 - any model
    """The fields of a thing as the log and a stale form show them."""
    return {field: _plain(getattr(thing, field)) for field in fields}


def _plain(value: Any) -> Any:  # noqa: ANN401 - of any field
    return value.isoformat() if isinstance(value, date) else value


def create_body(parent: Body, kind: str, fields: Mapping[str, Any], who: Actor) -> Body:
    """A new body under another; raises Refused for a kind that cannot stand there."""
    if kind not in UNDER[parent.kind]:
        raise Refused([say("“{name}”之下不能设这一类机构", name=parent.name)])
    with transaction.atomic():
        last = parent.children.order_by("-order").first()
        made = Body.objects.create(
            parent=parent, kind=kind, order=last.order + 1 if last else 0, **fields
        )
        record(who, "create", made, after={"kind": kind, **told(made, BODY_FIELDS)})
    return made


def edit_body(body: Body, fields: Mapping[str, Any], revision: int, who: Actor) -> None:
    """Correct a body; raises Stale where somebody else has changed it since `revision`."""
    with transaction.atomic():
        held = Body.objects.select_for_update(of=("self",)).get(pk=body.pk)
        before = told(held, BODY_FIELDS)
        if held.revision != revision:
            yours = {key: _plain(value) for key, value in fields.items()}
            raise Stale(say("“{name}”已被他人改动", name=held.name), yours=yours, theirs=before)
        for key, value in fields.items():
            setattr(held, key, value)
        after = told(held, BODY_FIELDS)
        if after == before:
            return
        held.revision += 1
        held.save()
        record(who, "edit", held, before=before, after=after)


def order_children(parent: Body, keys: Sequence[int], who: Actor) -> None:
    """Put the bodies below one in order; raises Stale where they are others than those shown."""
    with transaction.atomic():
        children = {child.pk: child for child in parent.children.select_for_update()}
        if set(keys) != set(children) or len(keys) != len(children):
            raise Stale(say("“{name}”之下的机构已有变动；请刷新后再排", name=parent.name))
        before = [
            child.name
            for child in sorted(
                children.values(), key=lambda child: (child.order, child.code, child.pk)
            )
        ]
        for place, key in enumerate(keys):
            children[key].order = place
        Body.objects.bulk_update(children.values(), ["order"])
        after = [children[key].name for key in keys]
        if after != before:
            record(who, "order", parent, before={"order": before}, after={"order": after})


def set_staff(unit: Body, year: int, numbers: Mapping[str, int], revision: int, who: Actor) -> None:
    """Set the staff of a unit in a year; `revision` is 0 for a year that has none yet.  Raises Stale."""
    with transaction.atomic():
        held = Staffing.objects.select_for_update().filter(unit=unit, year=year).first()
        before = told(held, STAFF_FIELDS) if held else None
        if (held.revision if held else 0) != revision:
            what = say("{year} 年的人员数已被他人改动", year=year)
            raise Stale(what, yours=dict(numbers), theirs=before)
        if before == dict(numbers):
            return
        made = held or Staffing(unit=unit, year=year)
        for field in STAFF_FIELDS:
            setattr(made, field, numbers[field])
        made.revision = revision + 1
        made.save()
        record(
            who, "staffing", made, before=before, after={"year": year, **told(made, STAFF_FIELDS)}
        )


def create_user(username: str, name: str, home: Body, who: Actor) -> tuple[User, str]:
    """A new person; gives the one-time password too.  Raises Refused for a name that is taken."""
    with transaction.atomic():
        if User.objects.filter(username__iexact=username).exists():
            raise Refused([say("登录名“{name}”已有人用；请换一个", name=username)])
        password = new_password()
        user = User.objects.create_user(
            username, password, name=name, home=home, must_change_password=True
        )
        record(
            who, "create", user, after={"username": user.username, "name": name, "home": home.name}
        )
    return user, password


def edit_user(user: User, name: str, home: Body, revision: int, who: Actor) -> None:
    """Change the name or the home of a person; raises Stale."""
    with transaction.atomic():
        held = User.objects.select_for_update(of=("self",)).select_related("home").get(pk=user.pk)
        before = {"name": held.name, "home": held.home.name if held.home else None}
        after = {"name": name, "home": home.name}
        if held.revision != revision:
            raise Stale(say("“{name}”已被他人改动", name=held.name), yours=after, theirs=before)
        if before == after:
            return
        held.name, held.home = name, home
        held.revision += 1
        held.save(update_fields=["name", "home", "revision"])
        record(who, "edit", held, before=before, after=after)


def set_active(user: User, who: Actor, *, active: bool) -> None:
    """Let a person in or keep them out; raises Refused for oneself and for the last administrator."""
    with transaction.atomic():
        held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if not active:
            _refuse_self(held, who)
        if held.is_active == active:
            return
        held.is_active = active
        held.revision += 1
        held.save(update_fields=["is_active", "revision"])
        record(
            who,
            "reactivate" if active else "deactivate",
            held,
            before={"is_active": not active},
            after={"is_active": active},
        )


def give_password(user: User, who: Actor) -> str:
    """A new one-time password; ends the person's sessions and the lock of failed sign-ins."""
    with transaction.atomic():
        held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        _refuse_self(held, who)
        password = new_password()
        held.set_password(password)
        held.must_change_password = True
        held.save(update_fields=["password", "must_change_password"])
        reset(username=held.username)
        record(who, "new-password", held)
    return password


def grant(user: User, role: str, body: Body, since: date, until: date | None, who: Actor) -> Grant:
    """Give a person a role at a body, or new dates for one that they have.

    Raises Refused where the giver is not administrator of the body, gives to themselves, or
    gives somebody both the keys and a part in the budget.
    """
    if role not in rights().roles:
        raise Refused([say("没有这个角色")])
    if who.user is None or not can(who.user, "people.edit", body):
        raise Refused([say("“{name}”不在您管理的范围之内", name=body.name)])
    if until is not None and until < since:
        raise Refused([say("截止日期不能早于起始日期")])
    with transaction.atomic():
        held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        _refuse_self(held, who)
        _refuse_both(held, role, since)
        found = held.grants.filter(role=role, body=body).first()
        before = _dates(found) if found else None
        made = found or Grant(user=held, role=role, body=body)
        made.valid_from, made.valid_to = since, until
        made.save()
        record(
            who,
            "grant",
            held,
            body=body,
            before=before,
            after={"role": made.role_name, "at": body.name, **_dates(made)},
        )
    return made


def end_grant(given: Grant, on: date, who: Actor) -> None:
    """End a role: `on` is its last day.  Raises Refused for one's own role."""
    with transaction.atomic():
        held = (
            Grant.objects.select_for_update(of=("self",))
            .select_related("user", "body")
            .get(pk=given.pk)
        )
        _refuse_self(held.user, who)
        before = _dates(held)
        held.valid_to = max(on, held.valid_from)
        held.save(update_fields=["valid_to"])
        record(
            who, "end-grant", held.user, body=held.body,
            before={"role": held.role_name, "at": held.body.name, **before}, after=_dates(held),
        )  # fmt: skip


def _dates(given: Grant) -> dict[str, Any]:
    return told(given, ("valid_from", "valid_to"))


def _refuse_self(user: User, who: Actor) -> None:
    """Nobody gives rights or passwords to themselves, or locks themselves out."""
    if who.user is not None and who.user.pk == user.pk:
        raise Refused([say("不能对自己这样做；请由另一位管理员办理")])


def _refuse_both(user: User, role: str, since: date) -> None:
    """An administrator takes no part in the budget, and nobody with a part in it administers."""
    today = max(since, timezone.localdate())
    held = {
        given.role
        for given in user.grants.all()
        if given.valid_to is None or given.valid_to >= today
    }
    if "administrator" in held | {role} and held | {role} != {"administrator"}:
        raise Refused([say("系统管理员不参与编审：同一人不能既是管理员又有其他角色")])
