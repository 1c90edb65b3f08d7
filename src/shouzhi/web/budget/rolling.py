"""What is asked for in a round, beside last year's budget and the ceilings, as `cycle` rolls it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When

from shouzhi.cycle.ceilings import needs_ceiling
from shouzhi.cycle.rollup import Rolled, roll_up, together
from shouzhi.cycle.sheets import schema
from shouzhi.web.budget.merging import last_round
from shouzhi.web.budget.models import BudgetYear, Row

DIMENSIONS: Final = {
    "source": "资金来源",
    "kind": "支出类别",
    "function": "功能科目",
    "economic": "经济科目",
    "unit": "单位",
}
"""By what a department's requests are rolled up, and its name on the page."""
From = Literal["budget", "comparison", "none"]
"""Where last year's amounts are from: its budget here, the units' own comparison, nowhere."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """The branches with their total, and where last year's amounts are from."""

    branches: tuple[Rolled, ...]
    total: Rolled
    last_from: From


def rollup(year: BudgetYear, round_: str, dimension: str, paths: Sequence[str]) -> Rollup:
    """The expenditure asked for in a round below `paths`, by a dimension; amounts in 分."""
    reach = Q(pk__in=[])
    for path in paths:
        reach |= Q(submission__unit__path__startswith=path)
    asked = _spent(
        Row.objects.filter(reach, submission__budget_year=year, submission__round=round_)
    )
    last, last_from = _last(year, round_, reach)
    member = "submission__unit__name" if dimension == "unit" else dimension
    now, before = _by(asked, member), _by(last, member)
    carried = [
        s
        for s in asked.order_by().values_list("source", flat=True).distinct()
        if not needs_ceiling(s)
    ]
    exempt = _by(asked.filter(source__in=carried), member)
    ceilings = _ceilings(year, dimension, paths)
    return Rollup(
        roll_up(dimension, now, before, year.year, ceilings, exempt),
        together(now, before, ceilings, exempt),
        last_from,
    )


def _spent(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.filter(
        sheet__in=("income", "expenditure"), flow="expenditure", amount__isnull=False
    )


def _last(year: BudgetYear, round_: str, reach: Q) -> tuple[QuerySet[Row], From]:
    """Last year's rows: of its approved budget, else the lines that the units told in full."""
    earlier = BudgetYear.objects.filter(
        department=year.department, year=year.year - 1, document=year.document, state="approved"
    ).first()
    if earlier is not None:
        rows = Row.objects.filter(
            reach, submission__budget_year=earlier, submission__round=last_round(earlier)
        )
        return _spent(rows), "budget"
    stages = [word for word, stage in schema().choices["stage"].items() if stage == "approved"]
    told = Row.objects.filter(
        reach,
        submission__budget_year=year,
        submission__round=round_,
        sheet="comparison",
        flow__in=("", "expenditure"),
        amount__isnull=False,
        cells__year=str(year.year - 1),
        cells__stage__in=stages,
    ).exclude(Q(function="") | Q(source="") | Q(kind="", project=""))
    told = told.exclude(  # what is told in sum and in parts would count twice
        Q(economic="") & Exists(_same(told.exclude(economic=""), "kind", "project"))
        | Q(kind="project", project="") & Exists(_same(told.exclude(project="")))
    )
    return told, "comparison" if told.exists() else "none"


def _same(rows: QuerySet[Row], *more: str) -> QuerySet[Row]:
    """The rows of the outer row's submission at its function and source, and at `more` of its places."""
    places = ("submission", "function", "source", *more)
    return rows.filter(**{place: OuterRef(place) for place in places})


def _by(rows: QuerySet[Row], member: str) -> list[tuple[str, int]]:
    at: F | Case = F(member)
    if member == "kind":  # a line of a project may leave its kind to the project
        at = Case(When(Q(kind="") & ~Q(project=""), then=Value("project")), default=at)
    found = rows.order_by().annotate(at=at).values_list("at").annotate(total=Sum("amount"))
    return [(key, total) for key, total in found]


def _ceilings(year: BudgetYear, dimension: str, paths: Sequence[str]) -> dict[str, int] | None:
    """The units' ceilings by source or unit; None for what ceilings are not issued by."""
    if dimension not in {"source", "unit"}:
        return None
    member = "source" if dimension == "source" else "unit__name"
    found: Counter[str] = Counter()
    for path, key, amount in year.ceilings.filter(unit__kind="unit").values_list(
        "unit__path", member, "amount"
    ):
        if path.startswith(tuple(paths)):
            found[key] += amount
    return dict(found)
