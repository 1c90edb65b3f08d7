"""Last year's budget of the units of a round: whence each one's is, and which units have none.

Of a unit the budget that was approved here counts, be it under another name or in another
department; else what the unit itself tells in its comparison sheet; a unit that began with
the year had none.  What is left has no figure, and a sum that lacks it says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from shouzhi.cycle.rollup_last import Past, past
from shouzhi.cycle.sheets import schema
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear, Row, Submission
from shouzhi.web.people.models import Body, Descent

UNIT = "unit"


@dataclass(frozen=True, slots=True)
class LastYear:
    """Last year's amounts by member in 分, and the names of the units by whence theirs are.

    `budget` have an approved budget here, `told` tell it themselves, `new` had none, `parted`
    were split off from a unit with whose figure theirs stands, `missing` have no figure.
    """

    amounts: tuple[tuple[str, int], ...]
    budget: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    parted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    correcting: bool = False

    @property
    def known(self) -> bool:
        """Whether there is any figure to show."""
        return bool(self.budget or self.told)


def last_year(
    year: BudgetYear, round_: str, dimension: str, paths: Sequence[str], spent: set[int]
) -> LastYear:
    """Last year of the bodies of a round below `paths`, by a dimension.

    `spent` are the bodies that ask for something this year: a department that has no lines of
    its own needs no figure of its own.
    """
    bodies = _bodies(year, round_, paths)
    line = _Line(bodies)
    budgets = _budgets(year, line, paths)
    amounts = Counter[str]()
    for body, member, amount in _approved(budgets, dimension):
        amounts[line.name(body) if dimension == UNIT else member] += amount
    owners = {line.owner(s.unit_id) for s in budgets}
    open_ = {pk: body for pk, body in bodies.items() if pk not in owners}
    told = _told(year, round_, bodies, set(open_))
    for pk, lines in told.items():
        for member, amount in past(lines, dimension).items():
            amounts[bodies[pk].name if dimension == UNIT else member] += amount
    kinds: dict[str, list[str]] = defaultdict(list)
    for pk, body in bodies.items():
        kind = _whence(body, line, owners, told, year.year)
        if kind != "missing" or body.kind == UNIT or pk in spent:
            kinds[kind].append(body.name)
    return LastYear(
        tuple(amounts.items()),
        **{kind: tuple(names) for kind, names in kinds.items()},
        correcting=any(s.budget_year.state != "approved" for s in budgets),
    )


def _whence(
    body: Body, line: _Line, owners: set[int], told: Mapping[int, object], year: int
) -> str:
    if body.pk in owners:
        return "budget"
    if body.pk in told:
        return "told"
    before = line.before(body.pk)
    if before & owners:
        return "parted"
    return "new" if not before and body.valid_from >= date(year, 1, 1) else "missing"


def _bodies(year: BudgetYear, round_: str, paths: Sequence[str]) -> dict[int, Body]:
    found = Body.objects.filter(
        _below(paths, "path"), submissions__budget_year=year, submissions__round=round_
    )
    return {body.pk: body for body in found.order_by("order", "path")}


def _below(paths: Iterable[str], field: str) -> Q:
    reach = Q(pk__in=[])
    for path in paths:
        reach |= Q(**{f"{field}__startswith": path})
    return reach


class _Line:
    """The line of descent of some bodies: what went before each, and as which of them a body goes on."""

    def __init__(self, bodies: Mapping[int, Body]) -> None:
        self._bodies = bodies
        self._before: dict[int, set[int]] = {pk: set() for pk in bodies}
        self._names: dict[int, str] = {pk: body.name for pk, body in bodies.items()}
        after: dict[int, set[int]] = {pk: {pk} for pk in bodies}
        step = set(bodies)
        while step:
            rows = Descent.objects.filter(successor__in=step).select_related("predecessor")
            step = set()
            for row in rows:
                last = after.setdefault(row.predecessor_id, set())
                step |= {row.predecessor_id} if not after[row.successor_id] <= last else set()
                last |= after[row.successor_id]
                self._names.setdefault(row.predecessor_id, row.predecessor.name)
        self._after = after
        for pk, successors in after.items():
            for one in successors - {pk}:
                self._before[one].add(pk)

    @property
    def all(self) -> set[int]:
        """The bodies and everything before them."""
        return set(self._after)

    def before(self, body: int) -> set[int]:
        """What the body was before, all the way."""
        return self._before.get(body, set())

    def owner(self, body: int) -> int:
        """As which body it goes on; itself where it is still there, or was divided among several."""
        after = self._after.get(body, set())
        return body if body in self._bodies or len(after) != 1 else next(iter(after))

    def name(self, body: Body) -> str:
        """The name under which the body's amounts stand."""
        return self._names.get(self.owner(body.pk), body.name)


def _budgets(year: BudgetYear, line: _Line, paths: Sequence[str]) -> list[Submission]:
    """The submissions of last year's approved budgets that belong here.

    Those of the bodies and of what they were before, of any department; and those of bodies of
    this department that are no more.
    """
    found = Submission.objects.filter(
        Q(unit__in=line.all) | (Q(budget_year__department=year.department) & _below(paths, "unit__path")),
        Q(budget_year__state="approved") | Q(budget_year__approved_on__isnull=False),
        budget_year__year=year.year - 1,
        budget_year__document=year.document,
    ).select_related("unit", "budget_year")
    rounds: dict[int, str | None] = {}
    kept = []
    for one in found:
        if one.budget_year_id not in rounds:
            rounds[one.budget_year_id] = last_round(one.budget_year)
        if one.round == rounds[one.budget_year_id]:
            kept.append(one)
    return kept


def _approved(budgets: Sequence[Submission], dimension: str) -> list[tuple[Body, str, int]]:
    """What last year's budgets spend, by body and member."""
    units = {one.pk: one.unit for one in budgets}
    rows = spent(Row.objects.filter(submission__in=units))
    return [(units[key], member, amount) for key, member, amount in by_member(rows, dimension)]


def spent(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Of some rows those of expenditure with an amount."""
    return rows.filter(
        sheet__in=("income", "expenditure"), flow="expenditure", amount__isnull=False
    )


def by_member(rows: QuerySet[Row], dimension: str) -> list[tuple[int, str, int]]:
    """Sums in 分 by submission and member of a dimension; by unit the member is empty."""
    more = {UNIT: (), "kind": ("kind", "project")}.get(dimension, (dimension,))
    places: tuple[str, ...] = ("submission", *more)
    found = []
    for *at, amount in rows.order_by().values_list(*places).annotate(total=Sum("amount")):
        member = "" if dimension == UNIT else at[1]
        if dimension == "kind" and not member and at[2]:
            member = "project"  # a line of a project may leave its kind to the project
        found.append((at[0], member, amount))
    return found


def _told(
    year: BudgetYear, round_: str, bodies: Mapping[int, Body], wanted: set[int]
) -> dict[int, list[Past]]:
    """What the wanted bodies tell of last year's original budget, line by line.

    A department may tell it of a unit that does not tell it itself.
    """
    stages = [word for word, stage in schema().choices["stage"].items() if stage == "approved"]
    rows = Row.objects.filter(
        submission__budget_year=year,
        submission__round=round_,
        submission__unit__in=bodies,
        sheet="comparison",
        flow__in=("", "expenditure"),
        amount__isnull=False,
        cells__year=str(year.year - 1),
        cells__stage__in=stages,
    ).exclude(cells__has_key="item")  # 三公 and the like are told beside what they are part of
    named = {text: pk for pk, body in bodies.items() for text in (body.name, body.code) if text}
    own: dict[int, list[Past]] = defaultdict(list)
    of_units: dict[int, list[Past]] = defaultdict(list)
    told = rows.order_by().values_list("submission__unit", "cells__unit", *Past._fields)
    for body, unit, *line in told:
        if bodies[body].kind == UNIT or not unit or unit not in named:
            own[body].append(Past(*line))
        else:
            of_units[named[unit]].append(Past(*line))
    return {pk: lines for pk in wanted if (lines := own.get(pk) or of_units.get(pk))}
