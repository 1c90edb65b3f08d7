"""What waits for a person: the things whose next move is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from shouzhi.catalogue.workflows import Workflow, workflows
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.disclosure.models import Release
from shouzhi.web.library.models import Project
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import grants


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thing that waits: what it is, whose, where it stands, and its address by name and key."""

    kind: str
    label: str
    year: int | None
    state: str
    page: str
    key: int


def waiting(user: Any) -> list[Waiting]:  # noqa: ANN401 - a user
    """Everything whose next move forward is this person's, the budget's first."""
    return [*_submissions(user), *_years(user), *_releases(user), *_projects(user)]


def _mine(user: Any, flow: Workflow) -> Callable[[str, Body], bool]:  # noqa: ANN401 - a user
    """Whether a thing in a state at a body waits for this person, by the moves that lead on."""
    held = grants(user)
    roles = {
        state: {
            r
            for move in flow.moves_from(state)
            if not move.returns and move.key not in {"withdraw", "end", "shelve"}
            for r in move.roles
        }
        for state in flow.states
    }
    return lambda state, body: any(
        role in roles[state] and body.path.startswith(path) for role, path in held
    )


def _submissions(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    mine = _mine(user, workflows()["submission"])
    found = Submission.objects.exclude(state="accepted").filter(
        budget_year__state__in=("first_up", "second_up")
    )
    for thing in found.select_related("unit", "budget_year__department"):
        if thing.budget_year.round == thing.round and mine(thing.state, thing.unit):
            yield Waiting(
                "预算填报",
                str(thing.unit),
                thing.budget_year.year,
                thing.state_now.name,
                "budget:submission",
                thing.pk,
            )


def _years(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    mine = _mine(user, workflows()["budget_year"])
    for thing in BudgetYear.objects.exclude(state="approved").select_related("department"):
        if mine(thing.state, thing.department):
            yield Waiting(
                "年度预算",
                str(thing.department),
                thing.year,
                thing.state_now.name,
                "budget:year",
                thing.pk,
            )


def _releases(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    mine = _mine(user, workflows()["release"])
    for thing in Release.objects.exclude(state__in=("published", "replaced")).select_related(
        "budget_year__department"
    ):
        if mine(thing.state, thing.body):
            yield Waiting(
                "公开",
                thing.title,
                thing.budget_year.year,
                thing.state_now.name,
                "disclosure:release",
                thing.pk,
            )


def _projects(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    mine = _mine(user, workflows()["project"])
    for thing in Project.objects.exclude(state__in=("reserve", "admitted", "ended")).select_related(
        "unit"
    ):
        if mine(thing.state, thing.unit):
            yield Waiting(
                "项目", thing.name, None, thing.state_now.name, "library:project", thing.pk
            )
