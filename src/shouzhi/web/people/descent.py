"""Bodies that go on as others: renamed, merged, split; their past stays as it was.

A budget of a past year belongs to the body of that year.  So a body that is renamed, merged
or split ends the day before, and a new one begins, with the line of descent between them;
the units below it go along as new units of the new body, and so do the roles of people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.people.models import Body, Descent, Grant


@dataclass(frozen=True, slots=True)
class New:
    """A body that is to begin: its name and code."""

    name: str
    code: str = ""


def rename(body: Body, new: New, on: date, document: str, revision: int, who: Actor) -> Body:
    """Let a body go on under a new name from a day; gives the body of that name.

    Raises Refused for a day on which it does not exist, Stale where it has changed meanwhile.
    """
    with transaction.atomic():
        held = _held(body, revision)
        _refuse(held, on)
        made = _begin(held, new, on)
        _go_on(held, made, "renamed", on, document, who)
        _end(held, on, "rename", who)
    return made


def merge(bodies: Sequence[Body], into: Body | New, on: date, document: str, who: Actor) -> Body:
    """Merge bodies of one kind and one parent into one of them, another or a new one.

    Raises Refused for fewer than two, bodies of different kinds or parents, or a day on
    which one of them does not exist.
    """
    with transaction.atomic():
        held = list(
            Body.objects.select_for_update()
            .filter(pk__in=[body.pk for body in bodies])
            .order_by("order", "pk")
        )
        target = into if isinstance(into, Body) else None
        taken = [body for body in held if target is None or body.pk != target.pk]
        if len(taken) + (target is not None) < 2:
            raise Refused([say("合并至少要有两个机构")])
        everyone = [*taken, *([target] if target else [])]
        if len({(body.kind, body.parent_id) for body in everyone}) > 1:
            raise Refused([say("只能合并同一上级之下的同类机构")])
        for body in everyone:
            _refuse(body, on)
        made = target if target is not None else _begin(taken[0], _new(into), on)
        for body in taken:
            _go_on(body, made, "merged", on, document, who)
            _end(body, on, "merge", who)
    return made


def _new(into: Body | New) -> New:
    assert isinstance(into, New)  # noqa: S101 - a Body was dealt with
    return into


def split(  # noqa: PLR0913 - an act says this much
    body: Body,
    parts: Sequence[New],
    on: date,
    document: str,
    revision: int,
    who: Actor,
    *,
    goes_on: bool,
    below: Mapping[int, int] | None = None,
) -> list[Body]:
    """Split bodies off from one, which goes on itself or ends; gives the new bodies.

    `below` tells for the key of each body under it to which of `parts` (from 0) it goes; one
    that is not told stays, or goes to the first where the body ends.  Raises Refused and
    Stale as `rename`.
    """
    with transaction.atomic():
        held = _held(body, revision)
        _refuse(held, on)
        if len(parts) + goes_on < 2:
            raise Refused([say("分立至少要有两个机构")])
        made = [_begin(held, part, on) for part in parts]
        for new in made:
            _line(held, new, "split", on, document, who)
            _carry_roles(held, new, on)
        for child in _now(held, on):
            place = (below or {}).get(child.pk, -1)
            if place < 0 and goes_on:
                continue
            _move(child, made[max(place, 0)], on, document, who)
        if not goes_on:
            _end(held, on, "split", who)
    return made


def line_of(body: Body) -> tuple[list[Descent], list[Descent]]:
    """Whence a body came and as what it went on, all the way: origins and successions."""
    return _walk(body, "successor"), _walk(body, "predecessor")


def _walk(body: Body, side: str) -> list[Descent]:
    other = "predecessor" if side == "successor" else "successor"
    found: list[Descent] = []
    keys, seen = [body.pk], {body.pk}
    while keys:
        step = list(
            Descent.objects.filter(**{f"{side}__in": keys}).select_related(
                "predecessor", "successor"
            )
        )
        found += step
        keys = [key for key in (getattr(each, f"{other}_id") for each in step) if key not in seen]
        seen.update(keys)
    return found


def _held(body: Body, revision: int) -> Body:
    held = Body.objects.select_for_update(of=("self",)).get(pk=body.pk)
    if held.revision != revision:
        raise Stale(say("“{name}”已被他人改动；请看过新的内容再操作", name=held.name))
    return held


def _refuse(body: Body, on: date) -> None:
    if body.parent_id is None:
        raise Refused([say("地区是整棵树的根，不能更名、合并或分立；名称有误时请直接修改")])
    if not body.valid_from < on:
        raise Refused(
            [
                say(
                    "“{name}”自 {day} 起设立；变更之日须在此之后",
                    name=body.name,
                    day=body.valid_from,
                )
            ]
        )
    if body.valid_to is not None and body.valid_to < on:
        raise Refused(
            [say("“{name}”到 {day} 已终止；请选它存在的日期", name=body.name, day=body.valid_to)]
        )


def _begin(like: Body, new: New, on: date) -> Body:
    return Body.objects.create(
        parent=like.parent, kind=like.kind, code=new.code or like.code, name=new.name, nature=like.nature,
        level=like.level, order=like.order, valid_from=on, valid_to=like.valid_to,
    )  # fmt: skip


def _go_on(body: Body, made: Body, kind: str, on: date, document: str, who: Actor) -> None:
    """Let a body go on as another, with its roles and what stands below it."""
    _line(body, made, kind, on, document, who)
    _carry_roles(body, made, on)
    for child in _now(body, on):
        _move(child, made, on, document, who)


def _move(child: Body, parent: Body, on: date, document: str, who: Actor) -> None:
    """A body below goes along: the same under a new parent."""
    made = Body.objects.create(
        parent=parent, kind=child.kind, code=child.code, name=child.name, nature=child.nature,
        level=child.level, order=child.order, valid_from=on, valid_to=child.valid_to,
    )  # fmt: skip
    _go_on(child, made, "moved", on, document, who)
    _end(child, on, "move", who)


def _now(body: Body, on: date) -> list[Body]:
    children = body.children.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lt=on
    )
    return list(children.order_by("order", "code", "pk"))


def _line(body: Body, made: Body, kind: str, on: date, document: str, who: Actor) -> None:
    Descent.objects.create(predecessor=body, successor=made, kind=kind, on=on, document=document)
    before = {"name": body.name, "code": body.code}
    after = {"name": made.name, "code": made.code, "on": on.isoformat(), "kind": kind}
    record(who, "descent", made, before=before, after=after, comment=document)


def _carry_roles(body: Body, made: Body, on: date) -> None:
    """Who had a role at the body has it at its successor too, from the day on."""
    for grant in body.grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)):
        Grant.objects.get_or_create(
            user_id=grant.user_id,
            role=grant.role,
            body=made,
            defaults={"valid_from": on, "valid_to": grant.valid_to},
        )


def _end(body: Body, on: date, why: str, who: Actor) -> None:
    before = {"valid_to": body.valid_to.isoformat() if body.valid_to else None}
    body.valid_to = on - timedelta(days=1)
    body.revision += 1
    body.save(update_fields=["valid_to", "revision"])
    record(who, f"end:{why}", body, before=before, after={"valid_to": body.valid_to.isoformat()})
