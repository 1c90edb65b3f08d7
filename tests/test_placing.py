"""Sums between columns, and amounts put back into the columns that the sums leave them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shouzhi.tables.placing import Sum, broken_sums, column_sums, place, placements

GROUPED = [
    ("总计",),
    ("财政拨款", "合计"),
    ("财政拨款", "一般公共预算"),
    ("财政拨款", "政府性基金预算"),
    ("其他资金",),
]


def money(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def test_totals_sum_their_siblings() -> None:
    assert column_sums(GROUPED) == [Sum(0, (1, 4)), Sum(1, (2, 3))]


def test_a_group_without_total_counts_by_its_parts() -> None:
    headings = [("合计",), ("财政拨款", "一般公共预算"), ("财政拨款", "政府性基金预算")]
    assert column_sums(headings) == [Sum(0, (1, 2))]


def test_parts_named_by_among_them_are_not_all_of_it() -> None:
    assert column_sums([("合计",), ("其中：一般公共预算",), ("政府性基金预算",)]) == []
    whole = [("小计",), ("其中：基本支出",), ("项目支出",)]
    assert column_sums(whole) == [Sum(0, (1, 2))]


def test_stages_and_rates_do_not_add_up() -> None:
    assert column_sums([("年初预算",), ("调整后预算",), ("预算执行",), ("执行率",)]) == []


def test_printed_formulas() -> None:
    headings = [("年初预算",), ("预算执行",), ("执行率",), ("总计",), ("基本支出",), ("项目支出",)]
    numbers = ["7", "8", "9=8÷7", "10=11+12", "11", "12"]
    assert column_sums(headings, numbers) == [
        Sum(2, (1, 0), ratio=True),
        Sum(3, (4, 5)),
    ]


def test_place_by_sums() -> None:
    sums = column_sums(GROUPED)
    assert place(money("9.00", "7.00", "3.00", "4.00", "2.00"), 5, sums) == (0, 1, 2, 3, 4)
    assert place(money("9.00", "7.00", "7.00", "2.00"), 5, sums) is None  # which budget?
    assert placements(money("9.00", "7.00", "7.00", "2.00"), 5, sums) == [
        (0, 1, 2, 4),
        (0, 1, 3, 4),
    ]
    assert place(money("9.00", "7.00", "7.00", "2.00"), 5, sums, allowed=[0, 1, 3, 4]) == (
        0,
        1,
        3,
        4,
    )
    assert place(money("9.00", "7.00", "7.00", "2.00"), 5, sums, known={2: 2}) == (0, 1, 2, 4)
    assert place(money("5.00", "3.00"), 5, []) is None


def test_place_by_ratio() -> None:
    rate = [Sum(2, (1, 0), ratio=True)]
    assert place(money("200.00", "50.00", "25.00"), 5, rate) == (0, 1, 2)


def test_rounding_of_the_printed_digits_breaks_nothing() -> None:
    assert (
        broken_sums(dict(enumerate(money("1.00", "0.33", "0.33", "0.33"))), [Sum(0, (1, 2, 3))])
        == 0
    )
    assert (
        broken_sums(dict(enumerate(money("1.00", "0.30", "0.30", "0.30"))), [Sum(0, (1, 2, 3))])
        == 1
    )


@given(st.lists(st.integers(0, 99999), min_size=3, max_size=3))
def test_what_is_placed_satisfies_the_sums(parts: list[int]) -> None:
    general, fund, own = (Decimal(part) / 100 for part in parts)
    row = [general + fund + own, general + fund, general, fund, own]
    printed = [amount for amount in row if amount]
    sums = column_sums(GROUPED)
    found = place(printed, 5, sums)
    if found is not None:
        assert broken_sums(dict(zip(found, printed, strict=True)), sums) == 0
    if all(row) and len(set(row)) == 5:
        assert found == (0, 1, 2, 3, 4)
