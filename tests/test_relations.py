"""Relations come from coordinates, and a document's own numbers decide what words leave open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from budgets import AMOUNT, KINDS, cell, document, functions, table, texts_row
from shouzhi.relations import System
from shouzhi.relations.derive import derive
from shouzhi.space import Coordinates
from shouzhi.tables import Column

TREE = ("10.00", "7.00", "7.00", "4.00", "3.00", "3.00", "3.00", "3.00")


def broken(system: System) -> list[str]:
    return [system.relations[number].kind for number in system.broken()]


def families(system: System) -> set[object]:
    return {relation.family[0] for relation in system.relations}


def test_a_parent_is_the_sum_of_its_nearest_printed_descendants() -> None:
    system = derive([document(table(AMOUNT, functions(*TREE)))])
    sums = {relation.facts for relation in system.relations}
    assert (0, 1, 5) in sums
    assert (2, 3, 4) in sums
    assert not broken(system)


def test_without_the_middle_parent_the_leaves_belong_to_the_one_above() -> None:
    lines = [line for line in functions(*TREE) if line[0] != "20103"]
    system = derive([document(table(AMOUNT, lines))])
    assert (1, 2, 3) in {relation.facts for relation in system.relations}


def test_the_same_place_is_the_same_number_in_another_table_and_unit() -> None:
    first = table(AMOUNT, functions(*TREE))
    exact = [f"{float(amount) * 10_000:.2f}" for amount in TREE]
    second = table(AMOUNT, functions(*exact), unit="元")
    system = derive([document(first, second)])
    assert sum(relation.kind == "equal" for relation in system.relations) == len(TREE)
    assert not broken(system)


def test_a_change_beyond_rounding_breaks_and_one_within_it_does_not() -> None:
    fine = derive([document(table(AMOUNT, functions("10.01", *TREE[1:])))])
    wrong = derive([document(table(AMOUNT, functions("10.09", *TREE[1:])))])
    assert not broken(fine)
    assert not fine.exact(next(r for r in fine.relations if r.facts[0] == 0))
    assert broken(wrong) == ["sum"]


@given(
    st.lists(st.integers(0, 10**9), min_size=2, max_size=30),
    st.sampled_from([1, 100, 10_000, 1_000_000]),
)
def test_rounding_never_breaks_a_sum(parts: list[int], step: int) -> None:
    def printed(fen: int) -> str:
        return f"{round(fen / step) * step / 1_000_000:.6f}".rstrip("0") or "0"

    shown = [f"{float(printed(fen)):.{max(0, 7 - len(str(step)))}f}" for fen in parts]
    total = f"{float(printed(sum(parts))):.{max(0, 7 - len(str(step)))}f}"
    lines = [("合计", {}, [total]), *((f"项目{i}", {"project": f"p{i}"}, [a]) for i, a in enumerate(shown))]
    assert not broken(derive([document(table(AMOUNT, lines))]))


def test_kinds_that_are_all_nought_are_not_all_the_kinds() -> None:
    lines = [
        ("本年支出合计", {}, ["50.00"]),
        ("对附属单位补助支出", {"kind": "subsidies_down"}, ["0.00"]),
        ("上缴上级支出", {"kind": "remitted_up"}, ["0.00"]),
    ]
    assert not broken(derive([document(table(AMOUNT, lines))]))


def test_another_scope_under_the_same_words_is_no_error() -> None:
    """Carried-over money stands in a 项, its 款, its 类 and the total of one of the tables."""
    wider = ("12.00", "9.00", "9.00", "6.00", "3.00", "3.00", "3.00", "3.00")
    carried = table(AMOUNT, [("年初结转", {"flow": "carried_in"}, ["2.00"])], {})
    system = derive([document(table(AMOUNT, functions(*TREE)), table(AMOUNT, functions(*wider)), carried)])
    assert not broken(system)
    assert any(family[0] == "same" for family in system.refused)


def test_a_table_in_the_wrong_unit_is_an_error_though_every_number_differs() -> None:
    wrong = table(AMOUNT, functions(*TREE), unit="元")
    system = derive([document(table(AMOUNT, functions(*TREE)), wrong)])
    assert broken(system).count("equal") == len(TREE)


def test_rows_without_labels_are_a_staircase_of_texts() -> None:
    made = table(
        AMOUNT,
        [
            ("合计", {}, ["30.00"]),
            ("货物", {"item": "goods"}, ["30.00"]),
        ],
        {"item": "procurement"},
    )
    amounts = ["12.00", "5.00", "7.00", "8.00", "8.00", "10.00", "4.00", "6.00"]
    funds = {0, 3, 5}
    for number, amount in enumerate(amounts):
        names = ("专项名称", "经济科目") if number in funds else ("物品", "方式")
        made.rows.append(texts_row(dict.fromkeys(names, "甲"), [amount], number + 3))
    system = derive([document(made)])
    assert (1, 2, 5, 7) in {relation.facts for relation in system.relations}
    assert (2, 3, 4) in {relation.facts for relation in system.relations}
    assert not broken(system)


def test_one_table_prints_what_another_lists_by_unit() -> None:
    classes = [(code, {"function": code}, [amount]) for code, amount in (("201", "7.00"), ("208", "3.00"))]
    units = [
        ("甲", {"unit": "甲"}, ["6.00"]),
        ("行政运行", {"unit": "甲", "function": "2010301"}, ["4.00"]),
        ("离退休", {"unit": "甲", "function": "2080501"}, ["2.00"]),
        ("乙", {"unit": "乙"}, ["4.00"]),
        ("行政运行", {"unit": "乙", "function": "2010301"}, ["3.00"]),
        ("离退休", {"unit": "乙", "function": "2080501"}, ["1.00"]),
    ]
    system = derive([document(table(AMOUNT, classes), table(AMOUNT, units))])
    sums = {relation.facts for relation in system.relations if relation.family[0] == "spread"}
    assert (0, 3, 6) in sums
    assert (1, 4, 7) in sums


def test_a_list_of_functions_adds_up_to_the_total_that_stands_beside_it() -> None:
    columns = (
        Column(("功能分类",), side="功能分类"),
        Column(("支出用途",), side="支出用途"),
    )
    lines = [
        ("一般公共服务支出", {"function": "201"}, ["7.00", None]),
        ("基本支出", {"kind": "basic"}, [None, "6.00"]),
        ("社会保障和就业支出", {"function": "208"}, ["3.00", None]),
        ("项目支出", {"kind": "project"}, [None, "4.00"]),
        ("本年支出合计", {}, [None, "10.09"]),
    ]
    system = derive([document(table(columns, lines))])
    assert broken(system) == ["sum", "sum"]


def test_an_empty_cell_is_an_error_only_where_its_column_prints_such_cells() -> None:
    def lines(third: str | None) -> list[tuple[str, dict[str, str], list[str | None]]]:
        return [
            (f"项目{i}", {"project": f"p{i}"}, [total, "1.00", "2.00"])
            for i, total in enumerate(("3.00", "3.00", third, "3.00", "3.00"))
        ]

    forgotten = derive([document(table(KINDS, lines(None)))])
    assert broken(forgotten) == ["sum"]
    assert cell(forgotten, 0, 2, 0) in forgotten.relations[next(iter(forgotten.broken()))].facts
    empty = [(label, where, [None, *cells[1:]]) for label, where, cells in lines(None)]
    assert not broken(derive([document(table(KINDS, empty))]))


def test_projects_agree_with_the_column_that_they_agree_with_best() -> None:
    columns = (Column(("总计",)), Column(("财政拨款",), Coordinates({"source": "fiscal"})))
    names = [f"项目{i}" for i in range(12)]
    listed = [
        (name, {"unit": "甲", "project": name}, [f"{i + 1}.00", f"{i + 1}.00" if i else "0.00"])
        for i, name in enumerate(names)
    ]
    told = [(name, {"project": name}, [f"{i + 1}.00"]) for i, name in enumerate(names)]
    system = derive([document(table(columns, listed), table(AMOUNT, told))])
    assert "witness" in families(system)
    assert not broken(system)


def test_what_the_same_quantity_lists_nowhere_else_is_nought() -> None:
    codes = ("201", "203", "204", "205", "206", "208")
    short = [(code, {"function": code}, ["5.00"]) for code in codes]
    long = [*short, ("210", {"function": "210"}, ["0.00"]), ("221", {"function": "221"}, ["4.00"])]
    income = table(AMOUNT, short, {"flow": "income"})
    system = derive([document(table(AMOUNT, long), income)])
    assert [relation.why for relation in map(system.relations.__getitem__, system.broken())] == ["unlisted"]
