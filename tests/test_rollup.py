"""Amounts before and after, branch by branch, and beside their ceilings."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.cycle.review import balance
from shouzhi.cycle.rollup import roll_up, together
from shouzhi.cycle.rollup_last import CUTS, Past, past
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


ITEM, OTHER = "2010301", "2012601"
FULL = Past(ITEM, "general", "basic", "", "30101", 1000)


@pytest.mark.parametrize(
    ("lines", "by", "found"),
    [
        ([], "source", {}),
        ([FULL, FULL._replace(economic="30201", amount=5)], "economic", {"30101": 1000, "30201": 5}),
        # A sum beside its parts is counted once; where the parts tell less, the rest is not divided.
        ([FULL, FULL._replace(economic="")], "economic", {"30101": 1000}),
        ([FULL, FULL._replace(economic="", amount=1400)], "economic", {"30101": 1000, "": 400}),
        ([FULL, FULL._replace(economic="", amount=1400)], "function", {ITEM: 1400}),
        ([FULL, Past(ITEM, "", "", "", "", 9)], "source", {"general": 1000}),
        # A class above its items, and 基本支出 above 人员经费.
        ([Past("201", "general", "basic", "", "", 600), Past(OTHER, "general", "basic", "", "", 400)], "function",
         {OTHER: 400, "201": 200}),
        ([FULL, FULL._replace(kind="staff", amount=900)], "kind", {"staff": 900, "basic": 100}),
        # Lines told to different depths beside each other: both count.
        ([FULL, Past(ITEM, "general", "", "甲", "", 400)], "kind", {"basic": 1000, "project": 400}),
        ([FULL, Past(ITEM, "general", "", "甲", "", 400)], "economic", {"30101": 1000, "": 400}),
        # Two cuts of the same money: the larger, whichever way it is looked at.
        ([Past(ITEM, "", "", "", "", 600), Past(OTHER, "", "", "", "", 400), Past("", "general", "", "", "", 900)],
         "source", {"general": 900, "": 100}),
        ([Past(ITEM, "", "", "", "", 600), Past("", "general", "", "", "", 900)], "function", {ITEM: 600, "": 300}),
        ([FULL, FULL], "unit", {"": 2000}),
    ],
)  # fmt: skip
def test_last_year_is_counted_once(lines: list[Past], by: str, found: dict[str, int]) -> None:
    assert past(lines, by) == found
    assert len({sum(past(lines, cut).values()) for cut in (*CUTS, "unit")}) == 1
