"""Controlled rounding: every printed amount less than one last digit off, every sum exact.

Each figure is rounded down or up.  Which, is chosen for all figures of a document at once
(HiGHS), so that every sum among them holds in the printed digits and as many figures as
can be found so are rounded as usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from shouzhi.publish.amounts import quantum, rounded
from shouzhi.publish.rates import settle_rates
from shouzhi.publish.sums import Sum, equals, sums
from shouzhi.publish.table import FormTable

_NODES: Final = 200
"""Where a search ends; a limit in time would not be repeatable."""

_LOOSE: Final = 400
"""How many figures the relaxation may leave undecided for them to be searched again."""

_FEASIBLE: Final = 2  # what HiGHS calls a solution that satisfies everything

Vector = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(slots=True)
class Footing:
    """How the figures of a document round at one printed unit, by the parts they are made of.

    `beyond` counts the figures that are a whole last digit or more from their exact amount
    because no other rounding lets all sums hold; it is 0 for all but freak documents.
    """

    step: int
    amounts: Sequence[int]
    shown: dict[int, int] = field(default_factory=dict)
    beyond: int = 0

    def of(self, parts: int) -> int:
        """What the sum of some parts prints, in 分: as in the tables, else rounded by itself."""
        if parts not in self.shown:
            exact = (amount for place, amount in enumerate(self.amounts) if parts >> place & 1)
            self.shown[parts] = rounded(sum(exact), self.step)
        return self.shown[parts]


def foot(tables: Sequence[FormTable]) -> dict[str, Footing]:
    """Round all figures of a document together and set what each of them shows.

    Returns how each printed unit of amount (元, 万元) was footed.
    """
    footings: dict[str, Footing] = {}
    for unit in dict.fromkeys(table.amount_unit for table in tables):
        same = [table for table in tables if table.amount_unit == unit]
        footings[unit] = _footing(same, quantum(unit))
        for table in same:
            for figure in table.figures():
                if figure.amount is not None and not figure.rate:
                    figure.shown = footings[unit].of(figure.parts) if figure.parts else 0
    settle_rates(tables)
    return footings


def _footing(tables: Sequence[FormTable], step: int) -> Footing:
    figures = {
        figure.parts: figure.amount
        for table in tables
        for figure in table.figures()
        if figure.parts and figure.amount is not None and not figure.rate
    }
    footing = Footing(step, tables[0].amounts)
    if not any(amount % step for amount in figures.values()):
        footing.shown = dict(figures)
        return footing
    heads = _heads(figures, equals(tables))
    kept = sorted(set(heads.values()))
    index = {parts: place for place, parts in enumerate(kept)}
    places = {parts: index[head] for parts, head in heads.items()}
    floors = [figures[parts] // step for parts in kept]
    problem = Problem(
        fractions=np.array([figures[parts] % step / step for parts in kept]),
        rows=_rows(sums(tables), places, floors),
    )
    up, footing.beyond = problem.solve()
    footing.shown = {parts: (floors[p] + int(up[p])) * step for parts, p in places.items()}
    return footing


def _heads(figures: dict[int, int], pairs: set[tuple[int, int]]) -> dict[int, int]:
    """One figure to stand for all that must print the same, for each."""
    head = {parts: parts for parts in figures}

    def top(parts: int) -> int:
        while head[parts] != parts:
            head[parts] = parts = head[head[parts]]
        return parts

    for one, other in sorted(pairs):
        head[top(one)] = top(other)
    return {parts: top(parts) for parts in figures}


def _rows(found: set[Sum], places: dict[int, int], floors: Sequence[int]) -> list[Row]:
    """The sums as rows: Σ rounded up of the parts − of the whole = what the floors lack."""
    rows: dict[tuple[tuple[int, int], ...], int] = {}
    for whole, parts in sorted(found):
        terms: dict[int, int] = {places[whole]: -1}
        for one in parts:
            terms[places[one]] = terms.get(places[one], 0) + 1
        kept = tuple(sorted((place, sign) for place, sign in terms.items() if sign))
        if kept:
            rows[kept] = -sum(sign * floors[place] for place, sign in kept)
    return [(list(terms), lack) for terms, lack in rows.items()]


Row = tuple[list[tuple[int, int]], int]
"""Places with their signs, and what they must add up to."""

Bound = tuple[list[tuple[int, int]], float, float]
"""Places with their signs, and the least and the most that they may add up to."""


@dataclass(slots=True)
class Problem:
    """Which figures to round up: `fractions` of a last digit above their floors, `rows` that hold."""

    fractions: Vector
    rows: list[Row]

    def solve(self) -> tuple[Whole, int]:
        """1 for each figure that is rounded up, and how many figures a digit does not suffice for."""
        size = len(self.fractions)
        low, high = np.zeros(size), (self.fractions > 0).astype(float)
        cost = 1 - 2 * self.fractions
        found = _search(_Aim(cost, low, high, first=True), self.rows)
        if found is None:
            return self._beyond()
        ideal = _search(_Aim(cost, low, high, whole=False), self.rows)
        if ideal is None:
            return np.rint(found).astype(np.int64), 0
        # Search again where the relaxation would have it otherwise; the rest stays.
        free = np.abs(ideal - found) > 0.5 if self._loose(ideal) else np.abs(ideal - found) > 1e-6
        low[~free] = high[~free] = found[~free]
        better = _search(_Aim(cost, low, high), self.rows)
        return np.rint(found if better is None else better).astype(np.int64), 0

    def _loose(self, ideal: Vector) -> bool:
        return int((np.abs(ideal - np.rint(ideal)) > 1e-6).sum()) > _LOOSE

    def _beyond(self) -> tuple[Whole, int]:
        """The rounding with the least excess over one digit, when there is none without."""
        size = len(self.fractions)
        cost = np.concatenate([np.zeros(size), np.ones(2 * size)])
        low = np.concatenate([np.full(size, -9.0), np.zeros(2 * size)])
        high = np.concatenate([np.full(size, 10.0), np.full(2 * size, 9.0)])
        top = (self.fractions > 0).astype(int)
        bounds: list[Bound] = [
            ([(p, 1), (size + p, -1)], -np.inf, float(top[p])) for p in range(size)
        ]
        bounds += [([(p, 1), (2 * size + p, 1)], 0.0, np.inf) for p in range(size)]
        found = _search(_Aim(cost, low, high, first=True), self.rows, bounds)
        if found is None:
            return np.rint(self.fractions).astype(np.int64), len(self.rows)
        up = np.rint(found[:size]).astype(np.int64)
        return up, int(((up < 0) | (up > top)).sum())


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a search is after: little `cost` between `low` and `high`.

    `whole` asks for whole numbers, `first` for the first that are found.
    """

    cost: Vector
    low: Vector
    high: Vector
    whole: bool = True
    first: bool = False


def _search(aim: _Aim, rows: Sequence[Row], bounds: Sequence[Bound] = ()) -> Vector | None:
    """Numbers of which all rows and bounds hold; None where none was found."""
    import highspy  # noqa: PLC0415 - heavy

    limits = [*((terms, float(lack), float(lack)) for terms, lack in rows), *bounds]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(aim.cost), len(limits)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = aim.cost, aim.low, aim.high
    lp.row_lower_ = np.array([least for _, least, _ in limits])
    lp.row_upper_ = np.array([most for _, _, most in limits])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms, _, _ in limits)])
    lp.a_matrix_.index_ = np.array([place for terms, _, _ in limits for place, _ in terms])
    lp.a_matrix_.value_ = np.array([float(sign) for terms, _, _ in limits for _, sign in terms])
    if aim.whole:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(aim.cost)
    options = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.05, "mip_max_nodes": 1}
    if aim.first:
        options |= {"mip_max_nodes": _NODES, "mip_max_improving_sols": 1}
    make: Any = highspy.Highs
    solver = make()
    for option, setting in options.items():
        solver.setOptionValue(option, setting)
    solver.passModel(lp)
    solver.run()
    if solver.getInfo().primal_solution_status != _FEASIBLE:
        return None
    return np.array(solver.getSolution().col_value)
