"""What waits for a person: the things whose next move is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Min, Q

from shouzhi.catalogue.workflows import Workflow, workflows
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.budget.naming import ROUND_NAMES
from shouzhi.web.disclosure.models import Release
from shouzhi.web.disclosure.steps import due as disclosure_due
from shouzhi.web.language import say
from shouzhi.web.library.models import Project
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import grants, reached


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thing that waits: what it is, whose, where it stands, and its address by name and key.

    `unit` is the unit or department, `year` the year, or the first and last one, that it is of;
    `due` is the day by which it is to be done (None: none is set), `comments` the remarks on it
    that nobody has marked resolved.
    """

    kind: str
    label: str
    unit: str
    year: int | str
    state: str
    page: str
    key: int
    due: date | None = None
    comments: int = 0


def waiting(user: Any) -> list[Waiting]:  # noqa: ANN401 - a user
    """Everything whose next move forward is this person's, what is due first in front."""
    found = [
        *_submissions(user),
        *_years(user),
        *_undisclosed(user),
        *_uncorrected(user),
        *_releases(user),
        *_projects(user),
    ]
    return sorted(found, key=lambda item: item.due or date.max)


def running(user: Any) -> list[tuple[BudgetYear, date | None]]:  # noqa: ANN401 - a user
    """The budget years within reach that are on their way, each with the day its step is due."""
    paths = tuple(path for _, path in grants(user))
    found = BudgetYear.objects.exclude(state="approved").select_related("department")
    return [
        (year, _due(year))
        for year in found.prefetch_related("deadlines")
        if year.department.path.startswith(paths)
        or any(path.startswith(year.department.path) for path in paths)
    ]


def _due(year: BudgetYear) -> date | None:
    """The day by which the step at which the year stands is to be finished."""
    return next((d.due for d in year.deadlines.all() if d.state == year.state), None)


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
    found = found.annotate(
        left=Count("comments", filter=Q(comments__parent=None, comments__resolved_at=None))
    )
    for thing in found.select_related("unit", "budget_year__department").prefetch_related(
        "budget_year__deadlines"
    ):
        if thing.budget_year.round == thing.round and mine(thing.state, thing.unit):
            yield Waiting(
                "更正" if thing.budget_year.correcting else "预算填报",
                f"{thing.title} · {say(ROUND_NAMES[thing.round])}",
                thing.unit.name,
                thing.budget_year.year,
                thing.state_now.name,
                "budget:submission",
                thing.pk,
                _due(thing.budget_year),
                thing.left,
            )


def _years(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    mine = _mine(user, workflows()["budget_year"])
    found = BudgetYear.objects.exclude(state="approved").select_related("department")
    for thing in found.prefetch_related("deadlines"):
        if mine(thing.state, thing.department):
            yield Waiting(
                "更正" if thing.correcting else "年度预算",
                str(thing),
                thing.department.name,
                thing.year,
                thing.state_now.name,
                "budget:year",
                thing.pk,
                _due(thing),
            )


def _undisclosed(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    """Approved years of which nothing is disclosed or under way: the clock of disclosure runs."""
    under_way = Release.objects.exclude(state__in=("replaced", "discarded"))
    found = BudgetYear.objects.filter(state="approved").exclude(
        pk__in=under_way.values("budget_year")
    )
    paths = reached(user, "release.prepare")
    for year in found.select_related("department"):
        if year.department.path.startswith(paths):
            yield Waiting(
                "公开",
                str(year),
                year.department.name,
                year.year,
                "待生成公开版",
                "disclosure:preview",
                year.pk,
                disclosure_due(year),
            )


def _uncorrected(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    """Years approved anew after their last release was made: a release that corrects it is to follow."""
    paths = reached(user, "release.prepare")
    live = Release.objects.exclude(state__in=("replaced", "discarded"))
    found = BudgetYear.objects.filter(state="approved").annotate(
        approved=Max("approvals__at", filter=~Q(approvals__reason="")),
        made=Max("releases__prepared_at", filter=Q(releases__in=live)),
    )
    for year in found.filter(approved__gt=F("made")).select_related("department"):
        if year.department.path.startswith(paths):
            yield Waiting(
                "公开",
                str(year),
                year.department.name,
                year.year,
                "待生成更正版",
                "disclosure:preview",
                year.pk,
                disclosure_due(year),
            )


def _releases(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    mine = _mine(user, workflows()["release"])
    for thing in Release.objects.exclude(
        state__in=("published", "replaced", "discarded")
    ).select_related("budget_year__department"):
        if mine(thing.state, thing.body):
            yield Waiting(
                "公开",
                thing.title,
                thing.budget_year.department.name,
                thing.budget_year.year,
                thing.state_now.name,
                "disclosure:release",
                thing.pk,
                disclosure_due(thing.budget_year),
            )


def _projects(user: Any) -> Iterator[Waiting]:  # noqa: ANN401 - a user
    mine = _mine(user, workflows()["project"])
    found = Project.objects.exclude(state__in=("reserve", "admitted", "ended"))
    found = found.annotate(first=Min("costs__year"), last=Max("costs__year"))
    for thing in found.select_related("unit"):
        if mine(thing.state, thing.unit):
            yield Waiting(
                "项目",
                thing.name,
                thing.unit.name,
                _years_of(thing),
                thing.state_now.name,
                "library:project",
                thing.pk,
            )


def _years_of(project: Project) -> str:
    """The years of a project's costing; those of its beginning and end where it has none."""
    first, last = project.first, project.last  # type: ignore[attr-defined]  # annotated above
    first, last = first or project.begins[:4], last or project.ends[:4]
    return "–".join(dict.fromkeys(str(one) for one in (first, last) if one))
