"""What waits for a person: the things whose next move is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from shouzhi.catalogue.workflows import workflows
from shouzhi.web.budget.models import Submission
from shouzhi.web.people.rights import grants


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thing that waits: what it is, where it stands, and its address by name and key."""

    thing: Model
    state: str
    page: str
    key: int


def waiting(user: Any) -> list[Waiting]:  # noqa: ANN401 - a user
    """The submissions whose next move is this person's."""
    return list(_submissions(user))


def _submissions(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    flow = workflows()["submission"]
    for state in flow.states.values():
        roles = {role for move in flow.moves_from(state.key) if not move.returns for role in move.roles}
        paths = [path for role, path in grants(user) if role in roles]
        found: QuerySet[Submission] = Submission.objects.filter(state=state.key).select_related(
            "unit", "budget_year__department"
        )
        for thing in found:
            if any(thing.unit.path.startswith(path) for path in paths) and _current(thing):
                yield Waiting(thing, state.name, "budget:submission", thing.pk)


def _current(thing: Submission) -> bool:
    return thing.budget_year.round == thing.round
