"""One cause, one finding: the slip that was made, the cell that it was made in, its right value."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shouzhi
from budgets import AMOUNT, KINDS, Line, change, document, functions, table
from shouzhi.facts import Document
from shouzhi.relations import Relation, System
from shouzhi.relations.derive import derive
from shouzhi.repair import Cause, causes
from shouzhi.repair.fewest import fewest
from shouzhi.repair.ledger import Ledger
from shouzhi.space import Coordinates
from shouzhi.tables import Column

HERE = Path(__file__).resolve().parents[1]
SAMPLES = HERE.parent / "shared" / "samples"
TREE = ("1258.40", "905.31", "905.31", "512.08", "393.23", "353.09", "353.09", "353.09")


def projects(*cells: tuple[str | None, str | None, str | None]) -> list[Line]:
    """Units with their total, basic and project expenditure, under their sum."""
    names = ["合计", *(f"单位{i}" for i in range(1, len(cells)))]
    return [
        (name, {"unit": name} if number else {}, list(row))
        for number, (name, row) in enumerate(zip(names, cells, strict=True))
    ]


UNITS: tuple[tuple[str | None, str | None, str | None], ...] = (
    ("2107.66", "1319.44", "788.22"),
    ("800.21", "500.11", "300.10"),
    ("907.13", "600.01", "307.12"),
    ("400.32", "219.32", "181.00"),
)


def told(*documents: Document) -> tuple[System, list[Cause]]:
    system = derive(documents)
    return system, causes(system)


def wrong(row: int, column: int, printed: str | None) -> Document:
    lines = [list(cells) for cells in UNITS]
    lines[row][column] = printed
    return document(table(KINDS, projects(*(tuple(line) for line in lines))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("printed", "pattern"),
    [
        ("607.01", "digit"), ("600.10", "transposed"), ("-600.01", "sign"), ("6000.10", "point"),
        ("6000100.00", "unit"), ("123.45", "cell"), (None, "empty"),
    ],
)  # fmt: skip
def test_one_cell_is_named_with_its_slip_and_its_right_value(
    printed: str | None, pattern: str
) -> None:
    system, found = told(wrong(2, 1, printed))
    assert len(found) == 1
    assert found[0].corrections[0].pattern == pattern
    assert change(system, found[0]) == {(0, 2, 1): 600.01}


def test_an_amount_where_nothing_belongs() -> None:
    lines = [*projects(*UNITS), ("单位4", {"unit": "单位4"}, [None, None, "3.00"])]
    system, found = told(document(table(KINDS, lines)))
    assert [cause.corrections[0].pattern for cause in found] == ["surplus"]
    assert change(system, found[0]) == {(0, 4, 2): 0}


RATED = (
    Column(("年初预算",), Coordinates({"stage": "approved"})),
    Column(("预算执行",), Coordinates({"stage": "outturn"})),
    Column(("执行率",), rate=("outturn", "approved")),
)


def test_a_wrong_rate_is_told_as_a_percentage() -> None:
    lines: list[Line] = [("合计", {}, ["91.45", "89.22", "100.00"])]
    system, found = told(document(table(RATED, lines)))
    assert found[0].corrections[0].pattern == "rate"
    assert change(system, found[0]) == {(0, 0, 2): Decimal("97.56")}


def test_a_wrong_amount_breaks_its_rate_and_its_sum_and_is_one_cause() -> None:
    lines: list[Line] = [
        ("合计", {}, ["300.00", "207.00", "69.00"]),
        ("甲", {"unit": "甲"}, ["100.00", "90.00", "90.00"]),
        ("乙", {"unit": "乙"}, ["200.00", "171.00", "58.50"]),
    ]
    system, found = told(document(table(RATED, lines)))
    assert len(found) == 1
    assert change(system, found[0]) == {(0, 2, 1): 117}


def swapped() -> Document:
    lines = projects(UNITS[0], UNITS[2], UNITS[1], UNITS[3])
    other = [(label, where, [cells[0]]) for label, where, cells in projects(*UNITS)]
    return document(table(KINDS, lines), table(AMOUNT, other), table(AMOUNT, other))


def test_two_rows_that_stand_in_each_others_place() -> None:
    system, found = told(swapped())
    assert [cause.corrections[0].pattern for cause in found] == ["swapped"]
    assert len(change(system, found[0])) == 6


def moved() -> Document:
    totals = ("2107.66", "1500.44", "607.22")
    units = (totals, UNITS[1], UNITS[2], ("400.32", None, "400.32"))
    return document(table(KINDS, projects(*units)))


def test_an_amount_in_the_neighbouring_column() -> None:
    system, found = told(moved())
    assert [cause.corrections[0].pattern for cause in found] == ["moved"]
    assert change(system, found[0]) == {(0, 3, 1): 400.32, (0, 3, 2): 0}


def shifted_row() -> Document:
    columns = (*KINDS, Column(("上缴上级支出",), Coordinates({"kind": "remitted_up"})))
    lines: list[Line] = [(label, where, [*cells, None]) for label, where, cells in projects(*UNITS)]
    lines[0] = (*lines[0][:2], [*UNITS[0], "0.00"])
    lines[2] = (*lines[2][:2], [None, *UNITS[2]])
    return document(table(columns, lines))


def test_a_row_that_stands_one_column_off() -> None:
    system, found = told(shifted_row())
    assert [cause.corrections[0].pattern for cause in found] == ["shifted row"]
    assert change(system, found[0]) == {(0, 2, 0): 907.13, (0, 2, 1): 600.01, (0, 2, 2): 307.12, (0, 2, 3): 0}


def shifted_column() -> Document:
    rows = [cells[1] for cells in UNITS]
    order = [rows[0], rows[3], rows[1], rows[2]]
    lines = [(total, basic, rest) for (total, _, rest), basic in zip(UNITS, order, strict=True)]
    return document(table(KINDS, projects(*lines)))


def test_amounts_that_stand_one_row_off() -> None:
    system, found = told(shifted_column())
    assert [cause.corrections[0].pattern for cause in found] == ["shifted column"]
    assert change(system, found[0]) == {(0, 1, 1): 500.11, (0, 2, 1): 600.01, (0, 3, 1): 219.32}


def missing() -> Document:
    lines = [line for line in projects(*UNITS) if line[0] != "单位2"]
    other = [(label, where, [cells[0]]) for label, where, cells in projects(*UNITS)]
    return document(table(KINDS, lines), table(AMOUNT, other))


def test_a_row_that_is_missing() -> None:
    system, found = told(missing())
    assert [cause.corrections[0].pattern for cause in found] == ["missing row"]
    lacking = found[0].corrections[0].lacking
    assert sorted(amount for _, amount in lacking) == [307_120_000, 600_010_000, 907_130_000]
    like = found[0].corrections[0].like
    assert like is not None
    assert system.facts[like].where["unit"] == "单位2"


def other_unit() -> Document:
    right, off = table(AMOUNT, functions(*TREE)), table(AMOUNT, functions(*TREE), unit="元")
    third = table(AMOUNT, functions(*TREE), {"flow": "income"})
    return document(right, off, third)


def test_a_table_that_says_yuan_and_prints_ten_thousands() -> None:
    system, found = told(other_unit())
    assert [cause.corrections[0].pattern for cause in found] == ["unit"]
    assert {place[0] for place in change(system, found[0])} == {1}


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (swapped(), "“单位1”行“合计”栏与“单位2”行的数互换了，907.13 应为 800.21 万元"),
        (moved(), "400.32 应在第 4 行“单位3”行“基本支出”栏，错到了相邻的“项目支出”栏"),
        (shifted_row(), "（整行错开一栏，共 4 格）"),
        (shifted_column(), "“基本支出”栏 219.32 应为 500.11 万元（整列错开一行，共 3 格）"),
        (missing(), "之下似漏了一行“单位2”行，金额 907.13、600.01、307.12"),
        (other_unit(), "的金额单位标作元，按数字应为万元"),
        (wrong(2, 1, "600.10"), "600.10 应为 600.01 万元（两位数字颠倒）"),
        (wrong(2, 1, "607.01"), "607.01 应为 600.01 万元（一位数字有误）"),
        (wrong(2, 1, "-600.01"), "-600.01 应为 600.01 万元（正负号有误）"),
        (wrong(2, 1, "6000.10"), "6,000.10 应为 600.01 万元（小数点错一位）"),
        (wrong(2, 1, "6000100.00"), "应为 600.01 万元（元与万元混用）"),
        (wrong(2, 1, None), "（空） 应为 600.01 万元（漏填）"),
    ],
)
def test_a_finding_says_which_slip_was_made(made: Document, words: str) -> None:
    messages = [f.message for f in shouzhi.check([made]) if f.severity == "error"]
    assert len(messages) == 1
    assert words in messages[0]


def test_where_several_corrections_explain_the_same_all_are_listed() -> None:
    lines: list[Line] = [("合计", {}, ["10.00"]), ("甲", {"unit": "甲"}, ["3.00"]), ("乙", {"unit": "乙"}, ["6.00"])]
    _, found = told(document(table(AMOUNT, lines)))
    assert len(found) == 1
    assert len([c for c in found[0].corrections if len(c.change) == 1]) == 3


def test_two_errors_are_two_causes() -> None:
    lines = [list(cells) for cells in UNITS]
    lines[1][1], lines[3][2] = "510.11", "118.00"
    system, found = told(document(table(KINDS, projects(*(tuple(x) for x in lines)))))  # type: ignore[arg-type]
    assert [change(system, cause) for cause in found] in (
        [{(0, 1, 1): 500.11}, {(0, 3, 2): 181.0}],
        [{(0, 3, 2): 181.0}, {(0, 1, 1): 500.11}],
    )


def test_the_fewest_numbers_are_found_where_no_single_one_will_do() -> None:
    system = _system([5, 5, 9, 9, 0], [((0, 1), (2, -1)), ((1, 1), (3, -1)), ((0, 1), (3, -1))])
    changed, cut = fewest(Ledger(system), list(system.broken()))
    assert not cut
    assert all(system.holds(r, {f: int(v) for f, v in changed.items()}) for r in system.relations)
    assert len(changed) == 2


def _system(amounts: list[int], sums: list[tuple[tuple[int, int], ...]]) -> System:
    lines: list[Line] = [(f"{i}", {"unit": f"{i}"}, [f"{a}.00"]) for i, a in enumerate(amounts)]
    made = document(table(AMOUNT, lines))
    relations = [Relation(terms, "sum", ("made", n), "made") for n, terms in enumerate(sums)]
    return System(made.facts, [10_000] * len(amounts), relations)


def test_sums_in_a_circle_and_contradictions_end() -> None:
    circle = [((0, 1), (1, -1), (2, -1)), ((1, 1), (0, -1), (2, -1)), ((2, 1), (0, -1), (1, -1))]
    system = _system([7, 7, 9], [*circle, ((0, 1),), ((0, 1), (1, -1)), ((0, 1), (1, 1))])
    assert {n for cause in causes(system) for n in cause.broken} == set(system.broken())


def test_a_table_of_many_rows_that_all_differ_ends_and_says_so() -> None:
    random = Random(1)  # noqa: S311 - no secret
    lines: list[Line] = [
        (f"{i}", {"unit": f"{i}"}, [f"{random.randint(1, 9999)}.00" for _ in KINDS])
        for i in range(600)
    ]
    relations = [
        Relation(((3 * i, 1), (3 * i + 1, -1), (3 * i + 2, -1)), "sum", ("made",), "made")
        for i in range(600)
    ]
    relations.append(Relation(tuple((i, 1) for i in range(1800)), "sum", ("made",), "made"))
    made = document(table(KINDS, lines))
    system = System(made.facts, [10_000] * 1800, relations)
    found = causes(system)
    assert {n for cause in found for n in cause.broken} == set(system.broken())
    assert any(cause.limited for cause in found)


@st.composite
def trees(draw: st.DrawFn) -> list[list[int]]:
    """Amounts in hundredths of 万元 of units by kind, two kinds each."""
    amount = st.integers(1_000, 10**7)
    return draw(st.lists(st.tuples(amount, amount).map(list), min_size=2, max_size=8))


def _printed(rows: list[list[int]], at: tuple[int, int] | None = None, by: int = 0) -> Document:
    lines = [[sum(row), *row] for row in rows]
    lines.insert(0, [sum(column) for column in zip(*lines, strict=True)])
    if at:
        lines[at[0]][at[1]] += by
    shown = [tuple(f"{value / 100:.2f}" for value in line) for line in lines]
    return document(table(KINDS, projects(*shown)))  # type: ignore[arg-type]


@settings(deadline=None)
@given(trees(), st.data())
def test_any_inner_cell_of_a_consistent_table_is_named(rows: list[list[int]], data: st.DataObject) -> None:
    row, column = data.draw(st.integers(1, len(rows))), data.draw(st.integers(0, 2))
    by = data.draw(st.integers(-999, 10**6).filter(lambda v: abs(v) > len(rows) + 2))
    lines = [[sum(r), *r] for r in rows]
    right = lines[row - 1][column]
    assume(right + by > 0)
    system, found = told(_printed(rows, (row, column), by))
    assert len(found) == 1
    assert change(system, found[0]) == {(0, row, column): right / 100}


@settings(deadline=None)
@given(trees(), st.data())
def test_a_change_within_rounding_is_never_told(rows: list[list[int]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows))), data.draw(st.integers(0, 2))
    _, found = told(_printed(rows, at, data.draw(st.sampled_from([-1, 1]))))
    assert not found


@pytest.mark.parametrize("name", ["zhengxie-budget-tables-2018.pdf", "bangongshi-budget-2025.pdf"])
def test_errors_planted_in_published_documents_are_named(name: str) -> None:
    path = next(SAMPLES.glob(f"*/{name}"), None)
    if path is None:
        pytest.skip("the samples (../shared/samples) are not here")
    sys.path.insert(0, str(HERE / "benchmarks"))
    from judging import Bench
    from mutations import CELLS

    bench = Bench(shouzhi.read(path), name)
    assert not bench.whole.causes
    outcomes = [outcome for _, outcome in bench.outcomes(list(enumerate(CELLS)), 6)]
    seen = [outcome for outcome in outcomes if outcome.seen]
    assert all(outcome.detected and outcome.listed for outcome in seen)
    assert all(outcome.named for outcome in seen if outcome.twice)
