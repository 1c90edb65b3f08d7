"""Footing: every sum holds in the printed digits, and no figure moves by a whole last digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generated_books import raw_book
from shouzhi.catalogue.forms import edition, keys
from shouzhi.cycle.building import build, load
from shouzhi.publish.amounts import quantum, rounded
from shouzhi.publish.foot import Problem, foot
from shouzhi.publish.sums import equals, sums
from shouzhi.publish.table import FormTable
from shouzhi.publish.tabulate import tabulate

EXAMPLES = sorted(p.parent for p in (Path(__file__).parent.parent / "examples").glob("*/book.yaml"))


def broken(tables: list[FormTable]) -> list[str]:
    """What footing promises and these tables do not keep."""
    wrong: list[str] = []
    for unit in {table.amount_unit for table in tables}:
        same = [table for table in tables if table.amount_unit == unit]
        shown: dict[int, int] = {}
        for table in same:
            for figure in table.figures():
                if figure.rate or figure.amount is None:
                    continue
                assert figure.shown is not None
                if abs(figure.shown - figure.amount) >= quantum(unit):
                    wrong.append(f"{table.title} {dict(figure.where)}: {figure.amount} as {figure.shown}")
                if figure.shown % quantum(unit):
                    wrong.append(f"{figure.shown} is not in whole digits")
                if shown.setdefault(figure.parts, figure.shown) != figure.shown:
                    wrong.append(f"{figure.amount} is printed in two ways")
        wrong += [
            f"{shown[whole]} is not the sum of {[shown[p] for p in parts]}"
            for whole, parts in sums(same)
            if shown[whole] != sum(shown[p] for p in parts)
        ]
        wrong += [f"{shown[a]} and {shown[b]} balance" for a, b in equals(same) if shown[a] != shown[b]]
    return wrong


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_foot(path: Path) -> None:
    book = load(path)
    tables = tabulate(book, edition(book.edition or ""))
    footings = foot(tables)
    assert not broken(tables)
    assert not any(footing.beyond for footing in footings.values())
    again = tabulate(book, edition(book.edition or ""))
    foot(again)
    assert [f.shown for t in again for f in t.figures()] == [f.shown for t in tables for f in t.figures()]


@given(
    key=st.sampled_from(keys()), seed=st.integers(0, 10**6),
    units=st.integers(1, 6), lines=st.integers(10, 120),
)  # fmt: skip
@settings(max_examples=12, deadline=None)
def test_any_book_foots(key: str, seed: int, units: int, lines: int) -> None:
    one = edition(key)
    tables = tabulate(build(raw_book(seed, units, lines, one)), one)
    footings = foot(tables)
    assert not broken(tables)
    assert not any(footing.beyond for footing in footings.values())


def test_a_great_book_foots() -> None:
    one = edition("guangzhou/budget-2024")
    tables = tabulate(build(raw_book(7, 30, 2000, one)), one)
    foot(tables)
    assert not broken(tables)


def test_ordinary_rounding_would_not_do() -> None:
    one = edition("guangzhou/budget-2024")
    tables = tabulate(build(raw_book(7, 3, 60, one)), one)
    for table in tables:
        for figure in table.figures():
            if figure.amount is not None and not figure.rate:
                figure.shown = rounded(figure.amount, quantum(table.amount_unit))
    assert broken(tables)


def test_sums_outside_the_tables_print_as_inside_them() -> None:
    book = load(EXAMPLES[-1])
    tables = tabulate(book, edition(book.edition or ""))
    footing = foot(tables)["万元"]
    figure = next(f for t in tables for f in t.figures() if f.parts and not f.rate)
    assert footing.of(figure.parts) == figure.shown
    assert footing.of(0b11) == rounded(sum(tables[0].amounts[:2]), quantum("万元"))


def test_the_least_excess_is_taken_where_one_digit_does_not_suffice() -> None:
    up, beyond = Problem(np.array([0.5, 0.0]), [([(0, 1), (1, 1)], 2)]).solve()
    assert int(up.sum()) == 2
    assert beyond == 1


def test_what_cannot_hold_at_all_is_rounded_as_usual() -> None:
    up, beyond = Problem(np.array([0.6, 0.4]), [([(0, 2), (1, 2)], 1)]).solve()
    assert up.tolist() == [1, 0]
    assert beyond == 1


@pytest.mark.parametrize(("amount", "printed"), [(4999, 0), (5000, 10000), (-5000, -10000), (-4999, 0), (15000, 20000)])
def test_halves_go_away_from_zero(amount: int, printed: int) -> None:
    assert rounded(amount, 10_000) == printed
