"""Making a move: state, person, time, words and log in one transaction, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from shouzhi.catalogue.workflows import Move
from shouzhi.cycle.moves import Chance, Condition, attempt, chances
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.budget.models import Step
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.people.rights import roles_at

Conditions = Callable[[Any, Actor], Mapping[str, Condition]]
Then = Callable[[Any, Move, Actor], None]


def steps_of(thing: Model) -> QuerySet[Step]:
    """The moves that were made on a thing, the first first."""
    return Step.objects.filter(kind=_kind(thing), object_id=thing.pk).select_related("by")


def _kind(thing: Model) -> str:
    return type(thing).__name__.lower()


def offered(thing: Any, who: Actor, conditions: Conditions) -> tuple[Chance, ...]:  # noqa: ANN401 - anything with a workflow
    """The moves that a person has, each with what stands in its way."""
    roles = roles_at(who.user, thing.body)
    return chances(thing.workflow, thing.state, roles, conditions(thing, who))


def move(  # noqa: PLR0913 - what, which, by whom, on what, with which words, from which version
    thing: Any,  # noqa: ANN401 - anything with a workflow
    key: str,
    who: Actor,
    conditions: Conditions,
    *,
    comment: str = "",
    revision: int | None = None,
    then: Then | None = None,
    at: datetime | None = None,
) -> Move:
    """Make a move on a thing that has `state`, `revision`, `workflow` and `body`.

    `then` does what else the move brings, in the same transaction.  `at` is when it was made,
    where it is entered afterwards (now by default); the audit log has the time of the entry
    all the same.  Raises Stale where the thing is no longer at `revision`, Refused where the
    move may not be made.
    """
    with transaction.atomic():
        held = type(thing).objects.select_for_update(of=("self",)).get(pk=thing.pk)
        if revision is not None and held.revision != revision:
            now = held.workflow.states[held.state].name
            raise Stale(say("这一项已被他人改动，现在是“{now}”；请看过新的内容再操作", now=now))
        made = attempt(
            held.workflow,
            key,
            held.state,
            roles_at(who.user, held.body),
            conditions(held, who),
            comment,
        )
        source, held.state = held.state, made.target
        held.revision += 1
        held.save(update_fields=["state", "revision"])
        assert who.user is not None  # noqa: S101 - nobody without a name has a role
        Step.objects.create(
            kind=_kind(held),
            object_id=held.pk,
            move=key,
            source=source,
            target=made.target,
            comment=comment,
            by=who.user,
            at=at or timezone.now(),
        )
        record(
            who,
            f"move:{key}",
            held,
            before={"state": source},
            after={"state": made.target},
            comment=comment,
        )
        if then is not None:
            then(held, made, who)
    thing.refresh_from_db()
    return made
