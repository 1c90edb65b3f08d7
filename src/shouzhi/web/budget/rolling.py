"""What is asked for in a round, beside last year's budget and the ceilings, as `cycle` rolls it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from shouzhi.cycle.ceilings import needs_ceiling
from shouzhi.cycle.rollup import Rolled, roll_up, together
from shouzhi.web.budget.last_year import UNIT, LastYear, by_member, last_year, spent
from shouzhi.web.budget.models import BudgetYear, Row
from shouzhi.web.people.models import Body

DIMENSIONS: Final = {
    "source": "资金来源",
    "kind": "支出类别",
    "function": "功能科目",
    "economic": "经济科目",
    "unit": "单位",
}
"""By what a department's requests are rolled up, and its name on the page."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """The branches with their total, and last year's amounts with whence they are."""

    branches: tuple[Rolled, ...]
    total: Rolled
    last: LastYear


def rollup(year: BudgetYear, round_: str, dimension: str, paths: Sequence[str]) -> Rollup:
    """The expenditure asked for in a round below `paths`, by a dimension; amounts in 分."""
    reach = Q(pk__in=[])
    for path in paths:
        reach |= Q(submission__unit__path__startswith=path)
    rows = spent(Row.objects.filter(reach, submission__budget_year=year, submission__round=round_))
    units = {
        s.pk: s.unit for s in year.submissions.filter(round=round_).select_related("unit")
    }
    asked = [
        (units[key].name if dimension == UNIT else member, units[key].pk, amount)
        for key, member, amount in by_member(rows, dimension)
    ]
    now = [(member, amount) for member, _, amount in asked]
    last = last_year(year, round_, dimension, paths, {unit for _, unit, _ in asked})
    exempt = _exempt(rows, dimension, units)
    ceilings = _ceilings(year, dimension, paths)
    return Rollup(
        roll_up(dimension, now, last.amounts, year.year, ceilings, exempt),
        together(now, last.amounts, ceilings, exempt),
        last,
    )


def _exempt(
    rows: QuerySet[Row], dimension: str, units: Mapping[int, Body]
) -> list[tuple[str, int]]:
    """What needs no ceiling, for what is carried over has none."""
    sources = rows.order_by().values_list("source", flat=True).distinct()
    carried = [source for source in sources if not needs_ceiling(source)]
    found = by_member(rows.filter(source__in=carried), dimension) if carried else []
    return [(units[key].name if dimension == UNIT else at, amount) for key, at, amount in found]


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
