"""Empty cells: left out by the form, or by mistake; and amounts that stand in each other's place."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from budgets import AMOUNT, Line, change, document, functions, table
from shouzhi.facts import Document
from shouzhi.relations import Relation, System
from shouzhi.relations.derive import derive
from shouzhi.relations.misplaced import misplaced
from shouzhi.repair import Cause, causes
from shouzhi.space import Coordinates
from shouzhi.tables import Column

TREE = ("10.00", "7.00", "7.00", "4.00", "3.00", "3.00", "3.00", "3.00")
RATED = (
    Column(("年初预算",), Coordinates({"stage": "approved"})),
    Column(("预算执行",), Coordinates({"stage": "outturn"})),
    Column(("执行率",), rate=("outturn", "approved")),
)


def told(made: Document) -> tuple[System, list[Cause]]:
    system = derive([made])
    return system, causes(system)


def twice(*amounts: str | None) -> Document:
    """The same tree in three tables, the first of which prints other amounts."""
    first, second = functions(*TREE), functions(*TREE)
    lines: list[Line] = [
        (label, where, [amount]) for (label, where, _), amount in zip(first, amounts, strict=True)
    ]
    return document(table(AMOUNT, lines), table(AMOUNT, second), table(AMOUNT, second))


def test_a_cell_that_is_left_empty_and_printed_elsewhere() -> None:
    system, found = told(twice(*TREE[:3], None, *TREE[4:]))
    assert [cause.corrections[0].pattern for cause in found] == ["empty"]
    assert change(system, found[0]) == {(0, 3, 0): 4}


def test_a_total_that_is_left_empty() -> None:
    system, found = told(twice(None, *TREE[1:]))
    assert [cause.corrections[0].pattern for cause in found] == ["empty"]
    assert change(system, found[0]) == {(0, 0, 0): 10}


def test_cells_that_a_form_leaves_empty_are_no_errors() -> None:
    whole, *_ = TREE
    _, found = told(twice(whole, None, None, *TREE[3:5], None, None, TREE[7]))
    assert not found


def test_a_rate_that_is_not_printed_where_the_others_are() -> None:
    lines: list[Line] = [
        (name, {"unit": name}, [f"{base}.00", f"{base - 10}.00", rate])
        for name, base, rate in (("甲", 100, "90.00"), ("乙", 200, "95.00"), ("丙", 50, "80.00"), ("丁", 40, None))
    ]
    system, found = told(document(table(RATED, lines)))
    assert [cause.corrections[0].pattern for cause in found] == ["rate"]
    assert change(system, found[0]) == {(0, 3, 2): Decimal("75.00")}


def _system(amounts: list[int], sums: Sequence[tuple[tuple[int, int], ...]]) -> System:
    lines: list[Line] = [(f"{i}", {"unit": f"{i}"}, [f"{a}.00"]) for i, a in enumerate(amounts)]
    made = document(table(AMOUNT, lines))
    relations = [Relation(terms, "sum", ("made", n), "made") for n, terms in enumerate(sums)]
    return System(made.facts, [10_000] * len(amounts), relations)


def test_two_amounts_in_each_others_place_are_one_slip() -> None:
    sums = [((0, 1), (1, -1), (2, -1)), ((1, 1), (3, -1)), ((2, 1), (4, -1))]
    system = _system([9, 4, 5, 5, 4], sums)
    broken = [system.relations[n] for n in system.broken()]
    assert len(broken) == 2
    assert misplaced(system, broken)


def test_amounts_that_differ_by_themselves_are_not_misplaced() -> None:
    sums = [((1, 1), (3, -1)), ((2, 1), (4, -1))]
    system = _system([9, 4, 5, 1, 2], sums)
    assert not misplaced(system, [system.relations[n] for n in system.broken()])
