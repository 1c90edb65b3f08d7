"""The fewest changes that make broken relations hold, by mixed-integer programming (HiGHS).

For each number of the broken relations the solver chooses whether it is changed, and by
how much; relations that hold must go on to hold, and one that is broken may stay so at a
price above that of a change.  The solver works in floating point and so only chooses
*which* numbers change; by how much is then solved exactly, in fractions of 分.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

import highspy
import numpy as np

from shouzhi.repair.ledger import Ledger, Number, to_digit

SECONDS: Final = 2.0
"""Time that one component may take."""
MOST_CELLS: Final = 400
"""Numbers of a component beyond which it is not tried."""
MOST_RELATIONS: Final = 2_000
FEASIBLE: Final = 2
"""How HiGHS tells that a solution keeps to all rows."""
UNEXPLAINED: Final = 1.5
"""What it costs to leave a relation broken, where a change costs one."""
REACH: Final = 4.0
"""How far a number may move, in greatest residuals."""


@dataclass(slots=True)
class _Model:
    """Rows and columns in the making."""

    costs: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    rows: list[tuple[float, list[int], list[float], float]] = field(default_factory=list)

    def column(self, cost: float, low: float, high: float, *, integer: bool = False) -> int:
        self.costs.append(cost)
        self.lower.append(low)
        self.upper.append(high)
        self.integer.append(integer)
        return len(self.costs) - 1

    def solve(self) -> tuple[list[float], bool] | None:
        """The values of the columns, and whether they are proven to be the best."""
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)  # noqa: FBT003 - the library's own form
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("time_limit", SECONDS)
        solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.costs), len(self.rows)
        model.col_cost_ = np.array(self.costs)
        model.col_lower_, model.col_upper_ = np.array(self.lower), np.array(self.upper)
        model.row_lower_ = np.array([low for low, *_ in self.rows])
        model.row_upper_ = np.array([high for *_, high in self.rows])
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if i else kinds.kContinuous for i in self.integer]
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(indexes) for _, indexes, _, _ in self.rows)])
        matrix.index_ = np.array([i for _, indexes, _, _ in self.rows for i in indexes], dtype=int)
        matrix.value_ = np.array([v for _, _, values, _ in self.rows for v in values])
        solver.passModel(model)
        solver.run()
        if solver.getInfo().primal_solution_status != FEASIBLE:
            return None
        best = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return list(solver.getSolution().col_value), best


def fewest(ledger: Ledger, broken: Sequence[int]) -> tuple[dict[int, Number], bool]:
    """(new amounts in 分 by fact, whether a limit cut the search short); empty if none is found."""
    relations = ledger.system.relations
    linear = [n for n in broken if relations[n].kind != "ratio"]
    facts = [f for f in ledger.facts_of(linear) if ledger.system.facts[f].amount is not None]
    near = sorted({n for f in facts for n, _ in ledger.touching[f] if relations[n].kind != "ratio"})
    if len(facts) > MOST_CELLS or len(near) > MOST_RELATIONS:
        return {}, True
    if not facts or not any(ledger.residuals[n] for n in linear):
        return {}, False
    solved = _model(ledger, facts, near, set(linear)).solve()
    if solved is None:
        return {}, True
    values, best = solved
    chosen = [f for f, z in zip(facts, values[: len(facts)], strict=True) if z > 0.5]
    left = {n for n, y in zip(linear, values[2 * len(facts) :], strict=True) if y > 0.5}
    held = [n for n in near if n not in left and relations[n].kind != "at_most"]
    return _amounts(ledger, chosen, held), not best


def _model(ledger: Ledger, facts: Sequence[int], near: Sequence[int], broken: set[int]) -> _Model:
    """Columns: whether each fact changes, by how much, and which relations stay broken."""
    scale = max(abs(ledger.residuals[n]) for n in broken)
    model = _Model()
    switch = {f: model.column(1.0 + 1e-4 * p, 0, 1, integer=True) for p, f in enumerate(facts)}
    move = {f: model.column(0.0, -REACH, REACH) for f in facts}
    order = [n for n in near if n in broken]
    stay = {n: model.column(UNEXPLAINED, 0, 1, integer=True) for n in order}
    for fact in facts:
        model.rows.append((-highspy.kHighsInf, [move[fact], switch[fact]], [1, -REACH], 0))
        model.rows.append((0, [move[fact], switch[fact]], [1, REACH], highspy.kHighsInf))
    for number in near:
        relation = ledger.system.relations[number]
        residual, slack = ledger.residuals[number] / scale, ledger.slacks[number] / scale
        terms: dict[int, float] = {}
        for fact, coefficient in relation.terms:
            if fact in move:
                terms[move[fact]] = terms.get(move[fact], 0.0) + coefficient
        low = -highspy.kHighsInf if relation.kind == "at_most" else -slack - residual
        free = REACH * len(terms) + 1
        indexes, values = list(terms), list(terms.values())
        if number in stay:
            model.rows.append((low, [*indexes, stay[number]], [*values, free], highspy.kHighsInf))
            model.rows.append(
                (-highspy.kHighsInf, [*indexes, stay[number]], [*values, -free], slack - residual)
            )
        else:
            model.rows.append((low, indexes, values, slack - residual))
    return model


def _amounts(ledger: Ledger, chosen: Sequence[int], held: Sequence[int]) -> dict[int, Number]:
    """The exact amounts of the chosen facts that make the relations hold; empty if there are none."""
    place = {fact: i for i, fact in enumerate(chosen)}
    rows: list[list[Fraction]] = []
    for number in held:
        row = [Fraction(0)] * (len(chosen) + 1)
        for fact, coefficient in ledger.system.relations[number].terms:
            if fact in place:
                row[place[fact]] += coefficient
        row[-1] = Fraction(-ledger.residuals[number])
        if any(row[:-1]):
            rows.append(row)
    moves = _eliminated(rows, len(chosen))
    change: dict[int, Number] = {}
    for fact, off in zip(chosen, moves, strict=True):
        amount = Fraction(ledger.amount(fact)) + off
        exact = amount.numerator // amount.denominator
        change[fact] = to_digit(Decimal(exact), ledger.system.quantum[fact])
    return {fact: value for fact, value in change.items() if value != ledger.value(fact)}


def _eliminated(rows: list[list[Fraction]], width: int) -> list[Fraction]:
    """One solution of linear equations by elimination; contradicting ones are passed over."""
    pivots: dict[int, list[Fraction]] = {}
    for row in rows:
        for column, pivot in pivots.items():
            if row[column]:
                row = [a - row[column] * b for a, b in zip(row, pivot, strict=True)]  # noqa: PLW2901
        column = next((i for i in range(width) if row[i]), -1)
        if column < 0:
            continue
        row = [a / row[column] for a in row]  # noqa: PLW2901
        for other, pivot in pivots.items():
            if pivot[column]:
                pivots[other] = [a - pivot[column] * b for a, b in zip(pivot, row, strict=True)]
        pivots[column] = row
    return [pivots[i][-1] if i in pivots else Fraction(0) for i in range(width)]
