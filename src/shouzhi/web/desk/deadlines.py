"""By when who has to publish: the days of the law counted from approval.

A region's budget is approved by its congress (its accounts by the standing committee);
the finance department replies to the departments, these to their units, and each then
publishes.  Every step has its days in `catalogue/limits.yaml`; what is not known of the
steps is counted with the whole of its days, and then the day is the latest possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from shouzhi.catalogue.limits import limits

Standing = Literal["unknown", "waiting", "late", "came", "published", "published_late"]

_REPLY: Final = {"budget": "approval-days-departments", "accounts": "accounts-approval-days-departments"}
_PASS_ON: Final = {"budget": "approval-days-units", "accounts": "accounts-approval-days-units"}
_PUBLISH: Final = {"department": "disclosure-days", "unit": "unit-disclosure-days"}
_LIKE_BUDGET: Final = "performance"  # targets are published with the budget


@dataclass(frozen=True, slots=True)
class Steps:
    """The days on which a budget or accounts were approved, replied to and passed on; None where not known."""

    approved: date | None = None
    replied: date | None = None
    passed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The last day for publishing, and the rules behind it; `exact` where every step is known."""

    day: date
    exact: bool
    authorities: tuple[str, ...]


def due(kind: str, scope: str, steps: Steps) -> Due | None:
    """By when a `kind` (budget, accounts, performance) of a `scope` (department, unit) is to be published.

    None where no step is known or the law of that day knows no such deadline.
    """
    route = tuple(_route("budget" if kind == _LIKE_BUDGET else kind, scope))
    known = {"approved": steps.approved, "replied": steps.replied, "passed_on": steps.passed_on}
    for place in range(len(route) - 1, -1, -1):
        if start := known[route[place][0]]:
            return _counted(start, [limit for _, limit in route[place:]])
    return None


def _route(kind: str, scope: str) -> Iterator[tuple[str, str]]:
    """Each step from which days are counted, with the limit of what follows it."""
    yield "approved", _REPLY[kind]
    if scope == "unit":
        yield "replied", _PASS_ON[kind]
        yield "passed_on", _PUBLISH["unit"]
    else:
        yield "replied", _PUBLISH["department"]


def _counted(day: date, keys: list[str]) -> Due | None:
    authorities = []
    exact = len(keys) == 1
    for key in keys:
        value = limits()[key].at(day)
        if value is None:
            return None
        day += timedelta(days=int(value.value))
        authorities.append(value.authority)
    return Due(day, exact, tuple(dict.fromkeys(authorities)))


def standing(last: date | None, published: date | None, today: date) -> Standing:
    """How a duty stands: published in time or late, waited for, late; `came` and `unknown` without a known day."""
    if published is not None and last is not None:
        return "published_late" if published > last else "published"
    if published is not None:
        return "came"
    if last is None:
        return "unknown"
    return "late" if today > last else "waiting"
