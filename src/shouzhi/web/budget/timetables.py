"""The timetable of a year: by when each step is to be finished, set by who leads the year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from shouzhi.catalogue.workflows import State, Workflow
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.budget.approving import refuse_approved
from shouzhi.web.budget.models import BudgetYear, Deadline
from shouzhi.web.faults import Stale
from shouzhi.web.language import say


def steps_due(flow: Workflow) -> tuple[State, ...]:
    """The states that are to be finished by a day: neither where it begins nor where it ends."""
    return tuple(
        state
        for key, state in flow.states.items()
        if key != flow.begins and any(not move.returns for move in flow.moves_from(key))
    )


def set_timetable(
    year: BudgetYear, wanted: Mapping[str, date], who: Actor, revision: int | None = None
) -> None:
    """Set the days by which the steps are to be finished, by state; a step left out has none.

    Raises Refused for a year that is approved, a state that is no step to be finished or days
    that do not follow one another, Stale where the year is no longer at `revision`.
    """
    flow = year.workflow
    order = [state.key for state in steps_due(flow)]
    if strange := sorted(set(wanted) - set(order)):
        raise Refused([say("“{state}”没有截止日期", state=strange[0])])
    days = [wanted[key] for key in order if key in wanted]
    if sorted(days) != days:
        raise Refused([say("各轮的截止日期应依次往后；请核对")])
    with transaction.atomic():
        held = refuse_approved(year)
        before = {d.state: d.due.isoformat() for d in held.deadlines.all()}
        after = {state: day.isoformat() for state, day in wanted.items()}
        if revision is not None and held.revision != revision:
            raise _stale(held, before, after)
        held.deadlines.all().delete()
        Deadline.objects.bulk_create(
            Deadline(budget_year=held, state=state, due=day) for state, day in wanted.items()
        )
        held.revision += 1
        held.save(update_fields=["revision"])
        record(who, "timetable", held, before=before, after=after)
    year.refresh_from_db()


def _stale(year: BudgetYear, theirs: dict[str, str], yours: dict[str, str]) -> Stale:
    what = say(
        "时间表或状态已被他人改动。现在：{theirs}。您填的：{yours}。请看过新的内容再改",
        theirs=_listed(year, theirs),
        yours=_listed(year, yours),
    )
    return Stale(what, yours=yours, theirs=theirs)


def _listed(year: BudgetYear, dates: Mapping[str, str]) -> str:
    """Deadlines in one line."""
    told = say("、").join(f"{say(year.workflow.states[s].name)} {d}" for s, d in dates.items())
    return told or "—"
