"""Controlled rounding: printed amounts of which every sum in and between tables holds.

Every figure is a sum of parts (lines of the book).  Parts that stand in the same figures
are one atom.  An atom is rounded down or up to the last printed digit, and a figure prints
the sum of its atoms: so all sums hold, however the forms are cut.  Up or down is chosen
(HiGHS) so that every figure stays less than one last digit from its exact amount, and that
income and expenditure which are equal print the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from shouzhi.publish.amounts import quantum, rounded
from shouzhi.publish.table import Figure, FormTable

_STEPS: Final = ((0.4, 1), (0.25, 1), (0.1, 1), (0.0, 500))
"""How near to a last digit an atom is fixed there, first many, then none; and after how many
nodes the search ends (a limit in time would not be repeatable)."""

_OPPOSITE: Final = {
    "expenditure": "income", "expenditure_total": "income_total", "carried_out": "carried_in",
}  # fmt: skip

Vector = npt.NDArray[np.float64]


@dataclass(slots=True)
class Footing:
    """How the parts of a document round at one printed unit.

    `beyond` counts the figures that had to move by a whole last digit or more for the sums
    to hold; it is 0 wherever a rounding without such figures was found.
    """

    step: int
    amounts: Sequence[int]
    shown: dict[int, int] = field(default_factory=dict)
    atoms: list[tuple[int, int]] = field(default_factory=list)
    beyond: int = 0

    def of(self, parts: int) -> int:
        """What the sum of some parts prints, in 分; rounded by itself where it cuts an atom."""
        if parts in self.shown:
            return self.shown[parts]
        total = covered = 0
        for atom, amount in self.atoms:
            if atom & parts == atom:
                covered |= atom
                total += amount
        if covered != parts:
            exact = (a for place, a in enumerate(self.amounts) if parts >> place & 1)
            total = rounded(sum(exact), self.step)
        self.shown[parts] = total
        return total


def foot(tables: Sequence[FormTable], more: Iterable[tuple[str, int]] = ()) -> dict[str, Footing]:
    """Round all figures of a document together and set what each of them shows.

    `more` are further sums that are printed, outside the tables: (unit of amount, parts).
    Returns how each printed unit was footed.
    """
    by_unit: dict[str, list[Figure]] = {}
    for table in tables:
        figures = by_unit.setdefault(table.amount_unit, [])
        figures += [f for f in table.figures() if not f.rate and f.amount is not None]
    extra: dict[str, set[int]] = {}
    for unit, parts in more:
        extra.setdefault(unit, set()).add(parts)
    amounts = tables[0].amounts if tables else []
    footings: dict[str, Footing] = {}
    for unit in dict.fromkeys([*by_unit, *extra]):
        figures = by_unit.get(unit, [])
        footing = _footing(figures, extra.get(unit, set()), amounts, quantum(unit))
        for figure in figures:
            figure.shown = footing.of(figure.parts)
        footings[unit] = footing
    return footings


def _footing(
    figures: Sequence[Figure], extra: set[int], amounts: Sequence[int], step: int
) -> Footing:
    sums = sorted({f.parts for f in figures} | extra)
    footing = Footing(step, amounts)
    if not any(amount % step for amount in amounts):
        footing.atoms = [(1 << place, amount) for place, amount in enumerate(amounts)]
        footing.shown = {figure.parts: figure.amount or 0 for figure in figures}
        return footing
    atoms, inside = _atoms(sums, len(amounts))
    exact = [sum(amounts[place] for place in places) for places in atoms]
    problem = _Problem(
        fractions=np.array([amount % step / step for amount in exact]),
        sums=inside,
        equal=_equals(figures, sums),
        cent=0.5 / step,
    )
    up, footing.beyond = problem.solve()
    floors = [amount // step * step for amount in exact]
    settled = [floor + int(rise) * step for floor, rise in zip(floors, up, strict=True)]
    bits = [sum(1 << place for place in places) for places in atoms]
    footing.atoms = list(zip(bits, settled, strict=True))
    shown = [sum(settled[a] for a in members) for members in inside]
    footing.shown = dict(zip(sums, shown, strict=True))
    return footing


def _atoms(sums: Sequence[int], parts: int) -> tuple[list[list[int]], list[list[int]]]:
    """The parts that stand in the same sums, together; and the atoms of each sum."""
    width = (parts + 7) // 8
    packed = b"".join(one.to_bytes(width, "little") for one in sums)
    rows = np.frombuffer(packed, dtype=np.uint8).reshape(len(sums), width)
    member = np.unpackbits(rows, axis=1, bitorder="little")[:, :parts]
    columns = np.packbits(np.ascontiguousarray(member.T), axis=1)
    places: dict[bytes, list[int]] = {}
    for part in range(parts):
        places.setdefault(columns[part].tobytes(), []).append(part)
    atoms = [group for key, group in places.items() if any(key)]
    first = np.array([group[0] for group in atoms], dtype=np.int64)
    inside = [np.flatnonzero(member[row, first]).tolist() for row in range(len(sums))]
    return atoms, inside


def _equals(figures: Sequence[Figure], sums: Sequence[int]) -> list[tuple[int, int]]:
    """Sums of income and of expenditure that lie at the same place and are equal to the cent."""
    index = {parts: place for place, parts in enumerate(sums)}
    at = {
        tuple(sorted(figure.where.items())): figure for figure in figures if figure.present
    }
    pairs: set[tuple[int, int]] = set()
    for figure in figures:
        flow = figure.where.get("flow", ("",))[0]
        if flow not in _OPPOSITE or not figure.amount:
            continue
        where = {**figure.where, "flow": (_OPPOSITE[flow],)}
        other = at.get(tuple(sorted(where.items())))
        if other and other.amount == figure.amount and other.parts != figure.parts:
            pairs.add((index[figure.parts], index[other.parts]))
    return sorted(pairs)


@dataclass(slots=True)
class _Problem:
    """Which atoms to round up.

    `fractions` are how far each atom lies above its floor, in last digits; `sums` the atoms
    of each sum; `equal` pairs of sums that must print the same; `cent` is half a 分 in digits.
    """

    fractions: Vector
    sums: list[list[int]]
    equal: list[tuple[int, int]]
    cent: float

    def solve(self) -> tuple[npt.NDArray[np.int64], int]:
        """(1 for each atom that is rounded up, sums that miss their amount by a digit or more)."""
        for near, nodes in _STEPS:
            low = (self.fractions > 1 - near).astype(float)
            high = (self.fractions > max(near, self.cent)).astype(float)
            if (found := self._search(low, np.maximum(low, high), nodes)) is not None:
                return found, 0
        return self._least()

    def _search(
        self, low: Vector, high: Vector, nodes: int
    ) -> npt.NDArray[np.int64] | None:
        """Any rounding inside these bounds that keeps every sum within one digit."""
        model = _Model(len(self.fractions), low, high)
        for atoms in self.sums:
            if len(atoms) > 1:
                gap = float(self.fractions[atoms].sum())
                model.add(atoms, [1.0] * len(atoms), gap - 1 + self.cent, gap + 1 - self.cent)
        self._add_equals(model)
        return model.solve(nodes)

    def _add_equals(self, model: _Model) -> None:
        for one, other in self.equal:
            terms: dict[int, float] = {}
            for sign, atoms in ((1.0, self.sums[one]), (-1.0, self.sums[other])):
                for atom in atoms:
                    terms[atom] = terms.get(atom, 0.0) + sign
            places = [atom for atom, sign in terms.items() if sign]
            gap = float(self.fractions[self.sums[one]].sum() - self.fractions[self.sums[other]].sum())
            model.add(places, [terms[atom] for atom in places], round(gap), round(gap))

    def _least(self) -> tuple[npt.NDArray[np.int64], int]:
        """The rounding that leaves the fewest sums beyond one digit; each atom by itself if none."""
        count = len(self.fractions)
        crowded = [atoms for atoms in self.sums if len(atoms) > 1]
        size = count + len(crowded)
        high = np.concatenate([np.full(count, 2.0), np.full(len(crowded), 1.0)])
        low = np.concatenate([np.full(count, -1.0), np.zeros(len(crowded))])
        model = _Model(size, low, high, cost=np.concatenate([np.zeros(count), np.ones(len(crowded))]))
        for place, atoms in enumerate(crowded):
            gap = float(self.fractions[atoms].sum())
            free = float(len(atoms))
            ones = [1.0] * len(atoms)
            model.add([*atoms, count + place], [*ones, free], gap - 1 + self.cent, np.inf)
            model.add([*atoms, count + place], [*ones, -free], -np.inf, gap + 1 - self.cent)
        self._add_equals(model)
        found = model.solve(_STEPS[-1][1])
        up = found[:count] if found is not None else np.rint(self.fractions).astype(np.int64)
        beyond = sum(
            abs(float(up[atoms].sum() - self.fractions[atoms].sum())) >= 1 - self.cent
            for atoms in crowded
        )
        return up, beyond


class _Model:
    """A mixed-integer programme for HiGHS, row by row."""

    def __init__(self, size: int, low: Vector, high: Vector, cost: Vector | None = None) -> None:
        self._size = size
        self._low = low
        self._high = high
        self._cost = np.zeros(size) if cost is None else cost
        self._starts = [0]
        self._places: list[int] = []
        self._values: list[float] = []
        self._least: list[float] = []
        self._most: list[float] = []

    def add(self, places: Sequence[int], values: Sequence[float], least: float, most: float) -> None:
        """least ≤ Σ values · x ≤ most."""
        self._places += places
        self._values += values
        self._starts.append(len(self._places))
        self._least.append(least)
        self._most.append(most)

    def solve(self, nodes: int) -> npt.NDArray[np.int64] | None:
        """Whole numbers that satisfy all rows; None where none was found within the limit."""
        import highspy  # noqa: PLC0415 - heavy

        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._size, len(self._least)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self._cost, self._low, self._high
        lp.row_lower_, lp.row_upper_ = np.array(self._least), np.array(self._most)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self._starts)
        lp.a_matrix_.index_ = np.array(self._places)
        lp.a_matrix_.value_ = np.array(self._values)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * self._size
        solver: Any = highspy.Highs()
        for option, setting in (("output_flag", False), ("mip_max_nodes", nodes), ("threads", 1)):
            solver.setOptionValue(option, setting)
        solver.passModel(lp)
        solver.run()
        import os
        if os.environ.get('FOOTDEBUG'): print('  solved',nodes,solver.getInfo().primal_solution_status,round(solver.getRunTime(),2),solver.getInfo().mip_node_count)
        if not solver.getInfo().primal_solution_status:
            return None
        found = np.array(solver.getSolution().col_value)
        whole = np.rint(found)
        return whole.astype(np.int64) if np.abs(found - whole).max(initial=0) < 1e-4 else None
