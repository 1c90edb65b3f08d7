"""The duties of the register: who has to publish what, by when, and what has come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Max
from django.utils import timezone

from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.desk.deadlines import Due, Standing, Steps, due, standing
from shouzhi.web.desk.models import Approval, Document
from shouzhi.web.disclosure.models import Release
from shouzhi.web.people.models import Body

PUBLISHED: Final = ("budget", "accounts")
STEPS: Final = ("approved", "replied", "passed_on")
_AT_ONCE: Final = 3  # years

Key = tuple[int, int, str]
"""Body, year and kind."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came for a duty and on which day: a document at the desk, or a release of this application."""

    day: date
    thing: Document | Release

    @property
    def released(self) -> bool:
        """Whether it was published from here."""
        return isinstance(self.thing, Release)


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of a body: the last day, what came for it first, and how it stands."""

    last: Due | None
    came: Arrival | None
    standing: Standing


def years_shown(asked: int | None, bodies: Iterable[Body], today: date) -> list[int]:
    """The years of the register: to the one asked for, else to this one, or to the last of which anything is known.

    A desk that only has the documents of earlier years does not open on an empty table.
    """
    last = asked or today.year
    if asked is None:
        keys = [body.pk for body in bodies]
        known = [
            Document.objects.filter(body_id__in=keys, state="read", year__lte=last),
            Approval.objects.filter(body_id__in=keys, year__lte=last),
            BudgetYear.objects.filter(department_id__in=keys, approved_on__isnull=False, year__lte=last),
        ]
        newest = max((rows.aggregate(last=Max("year"))["last"] or 0 for rows in known), default=0)
        last = newest if 0 < newest <= last - _AT_ONCE else last
    return list(range(last - _AT_ONCE + 1, last + 1))


def duties(bodies: Iterable[Body], years: list[int], today: date) -> dict[Key, Duty]:
    """Every duty of the bodies in the years."""
    known = list(bodies)
    steps = _Steps(years)
    came = _came([body.pk for body in known], years)
    found = {}
    for body in known:
        for year in (year for year in years if body.valid(date(year, 12, 31))):
            for kind in PUBLISHED:
                last = due(kind, body.kind, steps.of(body, year, kind))
                arrival = came.get((body.pk, year, kind))
                how = standing(last.day if last else None, arrival.day if arrival else None, today)
                found[body.pk, year, kind] = Duty(last, arrival, how)
    return found


def _came(bodies: list[int], years: list[int]) -> dict[Key, Arrival]:
    """What came first for each duty."""
    kept: dict[Key, Arrival] = {}
    for key, arrival in (*_documents(bodies, years), *_releases(bodies, years)):
        if key not in kept or arrival.day < kept[key].day:
            kept[key] = arrival
    return kept


def _documents(bodies: list[int], years: list[int]) -> Iterator[tuple[Key, Arrival]]:
    found = Document.objects.filter(body_id__in=bodies, year__in=years, kind__in=PUBLISHED, state="read")
    for each in found.only("pk", "body_id", "year", "kind", "at", "published_on", "title", "name"):
        yield (each.body_id, int(each.year or 0), each.kind), Arrival(each.came_on, each)


def _releases(bodies: list[int], years: list[int]) -> Iterator[tuple[Key, Arrival]]:
    found = Release.objects.filter(
        budget_year__department_id__in=bodies,
        budget_year__year__in=years,
        published_at__isnull=False,
    )
    for each in found.select_related("budget_year"):
        year = each.budget_year
        day = timezone.localtime(each.published_at).date()
        yield (year.department_id, year.year, year.document), Arrival(day, each)


class _Steps:
    """The days on which budgets and accounts of some years were approved, replied to and passed on."""

    def __init__(self, years: list[int]) -> None:
        self._told = {(a.body_id, a.year, a.kind): a for a in Approval.objects.filter(year__in=years)}
        approved = BudgetYear.objects.filter(year__in=years, approved_on__isnull=False)
        # What was approved in this application is the finance department's reply to the department.
        self._replied = {(y.department_id, y.year, y.document): y.approved_on for y in approved}

    def of(self, body: Body, year: int, kind: str) -> Steps:
        """The days that hold for a body: its own, else those of the bodies above it."""
        days: dict[str, Any] = dict.fromkeys(STEPS)
        for key in (int(part) for part in body.path.strip("/").split("/")):
            if replied := self._replied.get((key, year, kind)):
                days["replied"] = replied
            if told := self._told.get((key, year, kind)):
                days |= {name: day for name in STEPS if (day := getattr(told, name))}
        return Steps(**days)
