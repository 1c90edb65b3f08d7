"""Who may do what where: grants of roles at bodies, held against the catalogue's rights."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from shouzhi.catalogue.workflows import rights
from shouzhi.web.people.models import Body, Grant

_KEPT = "_grants_of_this_request"


def grants(user: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - a user or an anonymous one
    """The user's roles today, each with the path of its body; asked of the database once a request."""
    if not getattr(user, "is_authenticated", False):
        return ()
    kept: tuple[tuple[str, str], ...] | None = getattr(user, _KEPT, None)
    if kept is None:
        today = timezone.localdate()
        held = Grant.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=today), user=user, valid_from__lte=today
        )
        kept = tuple(held.values_list("role", "body__path"))
        setattr(user, _KEPT, kept)
    return kept


def roles_at(user: Any, body: Body) -> frozenset[str]:  # noqa: ANN401 - as above
    """The roles that a user has at a body."""
    return frozenset(role for role, path in grants(user) if body.path.startswith(path))


def can(user: Any, action: str, body: Body | None = None) -> bool:  # noqa: ANN401 - as above
    """Whether the user may take an action at a body, or anywhere where none is given.

    Raises KeyError for an action that `roles.yaml` does not know.
    """
    allowed = rights().actions[action]
    if body is None:
        return any(role in allowed for role, _ in grants(user))
    return not allowed.isdisjoint(roles_at(user, body))


def reaches(user: Any, body: Body) -> bool:  # noqa: ANN401 - as above
    """Whether the body is in the user's range at all, so that it may be known to be there."""
    return bool(roles_at(user, body))


def can_below(user: Any, action: str, body: Body) -> bool:  # noqa: ANN401 - as above
    """Whether the user may take an action at a body below this one."""
    allowed = rights().actions[action]
    return any(role in allowed and path.startswith(body.path) for role, path in grants(user))


def stands_below(user: Any, body: Body) -> bool:  # noqa: ANN401 - as above
    """Whether the user has any role at a body below this one."""
    return any(path.startswith(body.path) for _, path in grants(user))


def reached(user: Any, action: str) -> tuple[str, ...]:  # noqa: ANN401 - as above
    """The paths below which the user may take an action."""
    allowed = rights().actions[action]
    return tuple(path for role, path in grants(user) if role in allowed)


def within(user: Any, action: str) -> QuerySet[Body]:  # noqa: ANN401 - as above
    """The bodies at which the user may take an action."""
    allowed = rights().actions[action]
    paths = {path for role, path in grants(user) if role in allowed}
    reach = Q(pk__in=[])
    for path in paths:
        reach |= Q(path__startswith=path)
    return Body.objects.filter(reach)
