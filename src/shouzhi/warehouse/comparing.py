"""Departments and years side by side, and who is like whom: by size, level and function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shouzhi.warehouse.departments import Department, department, departments
from shouzhi.warehouse.figures import WITHIN, Figure, Measure, measures
from shouzhi.warehouse.names import member_name
from shouzhi.warehouse.opened import Warehouse

SIZE: Final = 4
"""A peer's spending is at most so many times as large, and at least such a part."""

_NEEDED: Final = (
    "department, document, in_table, in_row, in_column, page, year, stage, amount, document_year, document_kind"
)
_CODES: Final = frozenset({"function", "economic"})
_NARROW: Final = frozenset({"government_economic", "unit", "project"})

MEANT: Final = ("outturn", "approved")


@dataclass(frozen=True, slots=True)
class Line:
    """A department in a comparison: its figures by year and stage, each at the best place.

    `scopes` are the figures of each place of the measure by its number, of books of that very year
    alone: what a later book remembers may have been counted otherwise.
    """

    department: Department
    figures: Mapping[tuple[int, str], Figure]
    scopes: Mapping[int, Mapping[tuple[int, str], Figure]] = field(default_factory=dict)

    def best(self, year: int) -> Figure | None:
        """The figure of a year: what was spent, else what was approved."""
        return next((f for stage in MEANT if (f := self.figures.get((year, stage)))), None)

    def within(self, scope: int) -> Line:
        """The line with the figures of one place of the measure alone."""
        return Line(self.department, self.scopes.get(scope, {}), {scope: self.scopes.get(scope, {})})


@dataclass(frozen=True, slots=True)
class Profile:
    """What a department is like in a year: spending in 分, and the share of each function in it.

    `figure` tells where the spending is printed, and at which stage.
    """

    department: Department
    amount: int
    shares: Mapping[str, float]
    figure: Figure

    @property
    def main(self) -> str | None:
        """The class of function that takes the most."""
        return max(self.shares, key=lambda code: self.shares[code], default=None)


@dataclass(frozen=True, slots=True)
class Peer:
    """A department like another: how alike its functions are (0 to 1), and how many times as large it is."""

    profile: Profile
    alike: float
    ratio: float
    same_level: bool


def compare(
    warehouse: Warehouse, measure: Measure, keys: Sequence[str] | None = None, years: Sequence[int] | None = None
) -> list[Line]:
    """A measure of departments (all by default) over years, each at the best place that is printed."""
    if keys is None and years is None and measures().get(measure.key) is measure:
        return list(warehouse.memo(("compared", measure.key), lambda: _compare(warehouse, measure, None, None)))
    return _compare(warehouse, measure, keys, years)


def _compare(
    warehouse: Warehouse, measure: Measure, keys: Sequence[str] | None, years: Sequence[int] | None
) -> list[Line]:
    wanted = {department.key: department for department in departments(warehouse)}
    if keys is not None:
        wanted = {key: wanted[key] for key in keys if key in wanted}
    sql, values = _question(measure, None if keys is None else list(wanted), years)
    held: dict[str, dict[tuple[int, str], Figure]] = defaultdict(dict)
    scopes: dict[str, dict[int, dict[tuple[int, str], Figure]]] = defaultdict(lambda: defaultdict(dict))
    for row in warehouse.ask(sql, values):
        at, figure = (row["year"], row["stage"]), Figure.of(row)
        held[row["department"]].setdefault(at, figure)
        if _own(row):
            scopes[row["department"]][row["place_rank"]][at] = figure
    return [Line(found, held[key], scopes[key]) for key, found in wanted.items() if held.get(key)]


def _own(row: Mapping[str, object]) -> bool:
    """Whether a figure stands in a book of its year, and no execution in a budget."""
    executed = row["document_kind"] == "budget" and row["stage"] != "approved"
    return row["document_year"] == row["year"] and not executed


def _question(
    measure: Measure, keys: Sequence[str] | None, years: Sequence[int] | None
) -> tuple[str, list[object]]:
    """The SQL that takes the first place that is printed, for each department, year and stage."""
    branches: list[str] = []
    values: list[object] = []
    for rank, place in enumerate(measure.where):
        told = dict(place)
        terms = [f"{name} = ?" if name in told else f"{name} is null" for name in WITHIN]
        branches.append(f"when {' and '.join(terms)} then {rank}")
        values += [told[name] for name in WITHIN if name in told]
    ranked = f"(case {' '.join(branches)} end)"
    within = ""
    for name, member in set.intersection(*(set(place) for place in measure.where)):
        within += f" and {name} = ?"
        values.append(member)
    for name, some in (("department", keys), ("year", years)):
        if some is not None:
            within += f" and {name} in (select unnest(?))"
            values.append(list(some))
    named = {name for place in measure.where for name, _ in place}
    codes = len(named & _CODES)
    table = "figures" if named & _NARROW or codes > 1 else "coded" if codes else "broad"
    return (
        f"select {_NEEDED}, {ranked} as place_rank from {table}"  # noqa: S608 - our own words
        f" where place_rank is not null{within}"
        " qualify row_number() over (partition by department, year, stage, place_rank order by"
        " (document_year <> year), in_table nulls last) = 1 order by (document_year <> year), place_rank"
    ), values


def profiles(warehouse: Warehouse, year: int) -> dict[str, Profile]:
    """What each department is like in a year, by its key."""
    return warehouse.memo(("profiles", year), lambda: _profiles(warehouse, year))


def _profiles(warehouse: Warehouse, year: int) -> dict[str, Profile]:
    lines = {line.department.key: line for line in compare(warehouse, measures()["expenditure"], years=[year])}
    classes: dict[str, dict[tuple[bool, str], dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in warehouse.ask(
        "select department, source, stage, function[:3] as class, max(amount) as amount from figures"
        " where year = ? and function is not null and kind is null and economic is null and unit is null"
        " and project is null and item is null and (source is null or source in ('fiscal', 'general'))"
        " and flow in ('expenditure', 'expenditure_total') group by all", (year,)
    ):  # fmt: skip
        classes[row["department"]][row["source"] is not None, row["stage"]][row["class"]] = row["amount"]
    found: dict[str, Profile] = {}
    for key, line in lines.items():
        figure = line.best(year)
        if figure is None:
            continue
        sets = classes.get(key) or {}
        amounts = sets[min(sets, key=lambda at: (at[0], at[1] != figure.stage))] if sets else {}
        whole = sum(amount for amount in amounts.values() if amount > 0)
        shares = {code: amount / whole for code, amount in amounts.items() if amount > 0} if whole else {}
        found[key] = Profile(line.department, figure.amount, shares, figure)
    return found


def peers(warehouse: Warehouse, key: str, year: int, most: int = 8) -> list[Peer]:
    """Departments like this one in a year, the most alike first.

    Of its own level of government where enough are known, at most `SIZE` times as large or
    small, and with spending on the same functions.
    """
    known = profiles(warehouse, year)
    mine, own = known.get(key), department(warehouse, key)
    if mine is None or own is None or mine.amount <= 0:
        return []
    found = [
        Peer(other, _alike(mine, other), other.amount / mine.amount, other.department.level == own.level)
        for name, other in known.items()
        if name != key and other.amount > 0
    ]
    near = [peer for peer in found if 1 / SIZE <= peer.ratio <= SIZE and peer.alike > 0]
    near.sort(key=lambda peer: (not peer.same_level, -round(peer.alike, 2), abs(_times(peer.ratio))))
    return near[:most]


def peerless(warehouse: Warehouse, key: str, year: int) -> str | None:
    """Why a department has no peers in a year, as a word; None where it has.

    `unknown`: its own spending is not told; `alone`: no other department's is;
    `size`: none is near in size; `function`: none spends on the same functions.
    """
    known = profiles(warehouse, year)
    mine = known.get(key)
    if mine is None or mine.amount <= 0:
        return "unknown"
    others = [profile for name, profile in known.items() if name != key and profile.amount > 0]
    if not others:
        return "alone"
    near = [other for other in others if 1 / SIZE <= other.amount / mine.amount <= SIZE]
    if not near:
        return "size"
    return None if any(_alike(mine, other) > 0 for other in near) else "function"


def _times(ratio: float) -> float:
    return ratio - 1 if ratio >= 1 else 1 / ratio - 1


def _alike(one: Profile, other: Profile) -> float:
    """The part of the spending that both put to the same functions."""
    return sum(min(share, other.shares.get(code, 0.0)) for code, share in one.shares.items())


def main_function(profile: Profile, year: int) -> str:
    """The words of the class of function that a department spends most on."""
    return member_name("function", profile.main, year) if profile.main else ""
