"""Amounts before and after, branch by branch, and beside their ceilings."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.cycle.review import balance
from shouzhi.cycle.rollup import roll_up, together
from shouzhi.cycle.shift import Shift
from shouzhi.cycle.versions import changes, sums


@pytest.mark.parametrize(
    ("before", "after", "rate"),
    [
        (300, 400, "33.33"),
        (300, 200, "-33.33"),
        (0, 5, None),
        (800, 801, "0.13"),
        (-100, 100, "200.00"),
    ],
)
def test_a_shift_is_a_difference_and_a_rate(before: int, after: int, rate: str | None) -> None:
    shift = Shift(before, after)
    assert shift.difference == after - before
    assert shift.rate == (None if rate is None else Decimal(rate))


def test_branches_of_either_year_and_of_ceilings_are_there() -> None:
    asked, last = [("general", 70), ("carried_over", 30)], [("fund", 40)]
    rolled = roll_up(
        "source", asked, last, 2027, {"general": 60, "capital": 9}, [("carried_over", 30)]
    )
    found = {row.key: row for row in rolled}
    assert found["fund"].shift == Shift(40, 0)
    assert (found["general"].room, found["capital"].room) == (-10, 9)
    assert found["fund"].room is None
    total = together(asked, last, {"general": 60, "capital": 9}, [("carried_over", 30)])
    assert (total.shift, total.ceiling, total.room) == (Shift(40, 100), 69, -1)


def _book(*amounts: str) -> RawBook:
    rows = [
        RawRow({"function": f"20103{place:02}", "amount": text}, Spot("支出", place))
        for place, text in enumerate(amounts, 1)
    ]
    return RawBook("x", sheets={"expenditure": rows})


def test_changes_know_their_amounts() -> None:
    before, after = _book("10.00", "20.00", "1.234"), _book("10.00", "25.00", "7")
    known = [change.shift for change in changes(before, after)]
    assert known == [Shift(2000, 2500), None]  # a fault has no amount
    assert sums(before, after)["expenditure"] == Shift(3000, 4200)
    assert [c.shift for c in changes(_book(), _book("4"))] == [Shift(0, 400)]


def test_income_and_expenditure_with_what_is_carried_over() -> None:
    told = [
        ("income", 5),
        ("carried_in", 2),
        ("expenditure", 4),
        ("carried_out", 1),
        ("income_total", 7),
    ]
    assert balance(told) == (7, 5)
