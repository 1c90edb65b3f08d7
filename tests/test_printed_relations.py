"""Relations that forms print themselves: columns of changes and rates, formulas, notes, other books."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import shouzhi
from budgets import AMOUNT, document, table
from shouzhi.checks import Finding
from shouzhi.relations.derive import derive
from shouzhi.space import Coordinates
from shouzhi.tables import Column

Row = Sequence[str]
HEAD = ("科目编码", "科目名称")


def page(
    folder: Path, *tables: tuple[str, Sequence[Row], str], year: int = 2024, kind: str = "预算"
) -> Path:
    """A web page of tables: (number and title, rows, note); `>` widens the cell before, `^` the one above."""
    out = [f"<h1>青禾市图书档案局{year}年部门{kind}</h1>"]
    for name, rows, note in tables:
        out += [f"<p>{part}</p>" for part in (*name.split(), "单位：万元")]
        out += ["<table>", *map(_line, _merged(rows)), f"</table><p>{note}</p>"]
    path = folder / f"{year}-{kind}.html"
    path.write_text("<html><body>" + "".join(out) + "</body></html>", encoding="utf-8")
    return path


def _merged(rows: Sequence[Row]) -> list[list[tuple[str, int, int]]]:
    """The cells that are printed, each with the columns and rows that it covers."""
    made: list[list[tuple[str, int, int]]] = []
    for r, row in enumerate(rows):
        line = []
        for c, text in enumerate(row):
            if text in {">", "^"}:
                continue
            wide = next((n for n, t in enumerate(row[c + 1 :]) if t != ">"), len(row) - c - 1) + 1
            high = next((n for n, o in enumerate(rows[r + 1 :]) if o[c] != "^"), 0) + 1
            line.append((text, wide, high))
        made.append(line)
    return made


def _line(cells: Sequence[tuple[str, int, int]]) -> str:
    made = (f'<td colspan="{wide}" rowspan="{high}">{text}</td>' for text, wide, high in cells)
    return "<tr>" + "".join(made) + "</tr>"


def held(path: Path, word: str) -> list[tuple[tuple[str, ...], bool]]:
    """The relations of a family: what they print, and whether they hold."""
    system = derive([shouzhi.read(path)])
    return [
        (tuple(system.facts[i].printed for i in relation.facts), system.holds(relation))
        for relation in system.relations
        if relation.family[0] == word
    ]


def grave(*paths: Path, between: bool = False) -> list[Finding]:
    findings = shouzhi.check([shouzhi.read(path) for path in paths], between=between)
    return [f for f in findings if f.severity == "error"]


# -- changes and growth -----------------------------------------------------------------------

LAYOUTS = {
    "two rows of headings, against accounts": [
        [*HEAD, "2023年执行数", "2024年预算数", ">", ">", "2024年预算数比2023年执行数", ">"],
        ["^", "^", "^", "小计", "基本支出", "项目支出", "增减额", "增减%"],
        ["", "合计", "114.00", "130.00", "100.00", "30.00", "16.00", "14.04"],
        ["201", "一般公共服务支出", "100.00", "110.00", "90.00", "20.00", "10.00", "10.00"],
        ["204", "公共安全支出", "0.00", "5.00", "", "5.00", "5.00", "—"],
        ["221", "住房保障支出", "14.00", "15.00", "10.00", "5.00", "1.00", "7.14"],
    ],
    "last year's budget by that name": [
        [*HEAD, "上年预算数", "本年预算数", "比上年增减额", "比上年增减（%）"],
        ["", "合计", "114.00", "130.00", "16.00", "14.04"],
        ["201", "一般公共服务支出", "100.00", "110.00", "10.00", "10.00"],
        ["204", "公共安全支出", "0.00", "5.00", "5.00", ""],
        ["221", "住房保障支出", "14.00", "15.00", "1.00", "7.14"],
    ],
    "three stages, and words that leave the base open": [
        [*HEAD, "上年预算", "上年决算", "本年预算", "比上年增减", "增长率（%）"],
        ["", "合计", "120.00", "114.00", "130.00", "16.00", "14.04"],
        ["201", "一般公共服务支出", "104.00", "100.00", "110.00", "10.00", "10.00"],
        ["204", "公共安全支出", "1.00", "0.00", "5.00", "5.00", ""],
        ["221", "住房保障支出", "15.00", "14.00", "15.00", "1.00", "7.14"],
    ],
    "accounts against their budget": [
        [*HEAD, "年初预算数", "决算数", "决算数与年初预算数差额", "完成年初预算%"],
        ["", "合计", "114.00", "130.00", "16.00", "114.04"],
        ["201", "一般公共服务支出", "100.00", "110.00", "10.00", "110.00"],
        ["204", "公共安全支出", "0.00", "5.00", "5.00", ""],
        ["221", "住房保障支出", "14.00", "15.00", "1.00", "107.14"],
    ],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_changes_and_growth_are_held_against_the_columns_that_they_mean(
    name: str, tmp_path: Path
) -> None:
    path = page(tmp_path, ("表1 一般公共预算支出预算表", LAYOUTS[name], ""))
    changes = held(path, "change")
    assert (("130.00", "114.00", "16.00"), True) in changes
    assert len(changes) == 4
    rates = held(path, "rate")
    assert len(rates) == 3
    assert all(fine for _, fine in changes + rates)
    assert not grave(path)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("column", [-2, -1])
def test_a_wrong_change_or_rate_is_named(name: str, column: int, tmp_path: Path) -> None:
    rows = [list(row) for row in LAYOUTS[name]]
    rows[-1][column] = "3.21"
    (finding,) = grave(page(tmp_path, ("表1 一般公共预算支出预算表", rows, "")))
    assert finding.where[0].text == "3.21"
    assert (finding.check == "printed-rate") == (column == -1)


MORE = {
    "金额 and 比例 under one heading": (
        [
            [*HEAD, "2023年预算数", "2024年预算数", "比上年增减", ">"],
            ["^", "^", "^", "^", "金额", "比例"],
            ["201", "一般公共服务支出", "100.00", "110.00", "10.00", "10.00%"],
            ["221", "住房保障支出", "14.00", "20.00", "6.00", "42.86%"],
        ],
        (("20.00", "14.00", "6.00"), ("20.00", "14.00", "42.86%")),
    ),
    "two columns of completion": (
        [
            [*HEAD, "年初预算数", "调整预算数", "决算数", "完成年初预算的%", "完成调整预算%"],
            ["201", "一般公共服务支出", "80.00", "95.00", "90.00", "112.50", "94.74"],
            ["221", "住房保障支出", "20.00", "25.00", "24.00", "120.00", "96.00"],
        ],
        (("24.00", "20.00", "120.00"), ("24.00", "25.00", "96.00")),
    ),
    "a change for every kind": (
        [
            [*HEAD, "合计", ">", ">", "基本支出", ">", ">"],
            ["^", "^", "2023年预算", "2024年预算", "增减", "2023年预算", "2024年预算", "增减"],
            ["201", "一般公共服务支出", "100.00", "110.00", "10.00", "90.00", "95.00", "5.00"],
            ["221", "住房保障支出", "14.00", "20.00", "6.00", "10.00", "15.00", "5.00"],
        ],
        (("20.00", "14.00", "6.00"), ("15.00", "10.00", "5.00")),
    ),
    "growth alone, with reasons behind it": (
        [
            ["项目", "2023年预算数", "2024年预算数", "同比增长（%）", "同比增减原因"],
            ["公务接待费", "5.00", "4.00", "-20.00", "压减"],
            ["公务用车运行维护费", "5.00", "4.50", "-10.00", ""],
        ],
        (("4.50", "5.00", "-10.00"),),
    ),
}


@pytest.mark.parametrize("name", MORE)
def test_other_layouts_of_changes_and_rates(name: str, tmp_path: Path) -> None:
    rows, expected = MORE[name]
    kind = "决算" if "决算数" in rows[0] else "预算"
    path = page(tmp_path, ("表1 一般公共预算支出表", rows, ""), kind=kind)
    found = held(path, "change") + held(path, "rate")
    assert set(expected) <= {printed for printed, fine in found if fine}
    assert all(fine for _, fine in found)


def test_a_change_without_the_column_of_its_base_still_gives_the_rate(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "本年预算数", "比上年增减额", "比上年增减%"],
        ["201", "一般公共服务支出", "110.00", "10.00", "10.00"],
        ["221", "住房保障支出", "15.00", "1.00", "7.14"],
    ]
    path = page(tmp_path, ("表1 一般公共预算支出预算表", rows, ""))
    assert [fine for _, fine in held(path, "rate")] == [True, True]


def test_decreases_that_are_printed_without_a_sign(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "上年预算数", "本年预算数", "减少额"],
        ["201", "一般公共服务支出", "110.00", "100.00", "10.00"],
        ["221", "住房保障支出", "15.00", "14.00", "1.00"],
    ]
    path = page(tmp_path, ("表1 一般公共预算支出预算表", rows, ""))
    changes = held(path, "change")
    assert [fine for _, fine in changes] == [True, True]


def test_shares_are_of_the_one_total(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "预算数", "占比"],
        ["201", "一般公共服务支出", "110.00", "84.62%"],
        ["221", "住房保障支出", "20.00", "15.38%"],
        ["", "合计", "130.00", "100.00%"],
    ]
    path = page(tmp_path, ("表1 一般公共预算支出预算表", rows, ""))
    assert [fine for _, fine in held(path, "rate")] == [True, True]


def test_a_rate_over_nought_is_told_as_such(tmp_path: Path) -> None:
    rows = [list(row) for row in LAYOUTS["last year's budget by that name"]]
    rows[3][-1] = "100.00"
    rows.append(["229", "其他支出", "0.00", "0.00", "0.00", "100.00"])
    path = page(tmp_path, ("表1 一般公共预算支出预算表", rows, ""))
    told = [f for f in shouzhi.check([shouzhi.read(path)]) if f.check == "zero-base"]
    assert [f.severity for f in told] == ["warning", "note"]
    assert not grave(path)


# -- formulas and notes -----------------------------------------------------------------------

FORMULAS = [
    [*HEAD, "2023年预算", ">", ">", "2024年预算", ">", ">", ">", "增减率(%)"],
    [
        "^",
        "^",
        "年初预算",
        "调整后预算",
        "执行率(%)",
        "总计",
        "基本支出",
        "项目支出",
        "调减数",
        "^",
    ],
    ["1", "2", "3", "4", "5=4÷3", "6=7+8-9", "7", "8", "9", "10=(6-3)÷3"],
    ["", "合计", "100.00", "90.00", "90.00", "125.00", "100.00", "30.00", "5.00", "25.00"],
    [
        "201",
        "一般公共服务支出",
        "80.00",
        "72.00",
        "90.00",
        "105.00",
        "90.00",
        "20.00",
        "5.00",
        "31.25",
    ],
    ["221", "住房保障支出", "20.00", "18.00", "90.00", "20.00", "10.00", "10.00", "", "0.00"],
]
ITEMS = [["科目编码", "科目名称", "预算金额"], ["1", "2", "3"], ["201", "一般公共服务支出", "20.00"],
         ["221", "住房保障支出", "10.00"]]  # fmt: skip
NOTE = "备注：该表中的第 3栏的“预算金额”应与“表五”第 8栏“项目支出”金额保持一致。"


def formulas(folder: Path, rows: Sequence[Row] = FORMULAS, items: Sequence[Row] = ITEMS) -> Path:
    return page(
        folder,
        ("表五 一般公共预算支出预算表", rows, ""),
        ("表六 一般公共预算培训费预算表", items, NOTE),
    )


def test_formulas_over_columns_and_notes_below_tables_are_held(tmp_path: Path) -> None:
    path = formulas(tmp_path)
    printed = held(path, "printed")
    assert (("90.00", "100.00", "90.00"), True) in printed
    assert (("105.00", "90.00", "20.00", "5.00"), True) in printed
    assert (("105.00", "80.00", "31.25"), True) in printed
    assert (("20.00", "20.00"), True) in printed
    assert len(printed) == 11
    assert not grave(path)


@pytest.mark.parametrize(
    ("row", "column", "check"), [(4, 4, "printed-rate"), (4, 8, "sum-in-table")]
)
def test_a_number_that_its_formula_does_not_give(
    row: int, column: int, check: str, tmp_path: Path
) -> None:
    rows = [list(line) for line in FORMULAS]
    rows[row][column] = "77.00"
    found = grave(formulas(tmp_path, rows))
    assert [f.check for f in found] == [check]


def test_a_number_that_its_note_does_not_allow(tmp_path: Path) -> None:
    items = [list(line) for line in ITEMS]
    items[2][2] = "70.00"
    (finding,) = grave(formulas(tmp_path, items=items))
    assert finding.check == "same-number"


# -- between documents ------------------------------------------------------------------------

CODES = ("201", "205", "208", "221")
NAMES = ("一般公共服务支出", "教育支出", "社会保障和就业支出", "住房保障支出")


def year(folder: Path, number: int, now: Sequence[str], before: Sequence[str]) -> Path:
    rows = [[*HEAD, f"{number - 1}年预算数", f"{number}年预算数"]]
    rows += [list(line) for line in zip(CODES, NAMES, before, now, strict=True)]
    return page(folder, ("表1 一般公共预算支出预算表", rows, ""), year=number)


def test_last_years_column_is_held_against_last_years_book(tmp_path: Path) -> None:
    first = year(tmp_path, 2023, ("9.00", "8.00", "7.00", "6.00"), ("5.00", "4.00", "3.00", "2.00"))
    second = year(
        tmp_path, 2024, ("8.50", "7.50", "6.50", "5.50"), ("9.00", "8.00", "7.00", "6.10")
    )
    (finding,) = grave(first, second, between=True)
    assert finding.check == "between-documents"
    assert {mark.text for mark in finding.where} == {"6.00", "6.10"}
    assert not grave(first)
    assert not grave(second)


def test_columns_of_two_documents_that_agree_in_nothing_are_of_another_scope(
    tmp_path: Path,
) -> None:
    first = year(tmp_path, 2023, ("9.00", "8.00", "7.00", "6.00"), ("5.00", "4.00", "3.00", "2.00"))
    second = year(
        tmp_path, 2024, ("8.50", "7.50", "6.50", "5.50"), ("9.10", "8.30", "7.40", "6.60")
    )
    assert not grave(first, second, between=True)


def test_one_years_document_bears_nothing_out_of_another(tmp_path: Path) -> None:
    """What the units of one year add up to says nothing of a year whose table has another scope."""

    def book(number: int, parts: Sequence[str]) -> Path:
        whole = [["科目名称", "合计"], ["商品和服务支出", "371.38" if number == 2023 else "30.00"]]
        units = [
            ["单位名称", "金额"],
            *([f"青禾市{n}馆", amount] for n, amount in zip("甲乙", parts, strict=True)),
        ]
        return page(
            folder, ("表1 支出预算总表", whole, ""), ("表2 单位支出预算表", units, ""), year=number
        )

    folder = tmp_path
    for_one = {f.message for f in grave(book(2023, ("371.38", "23.00")))}
    both = grave(book(2023, ("371.38", "23.00")), book(2024, ("10.00", "20.00")), between=True)
    assert len(both) == len(for_one)


@pytest.mark.parametrize(("basic", "fine"), [("42.11", True), ("41.22", False)])
def test_a_column_that_names_no_source_is_read_as_of_the_one_it_agrees_with(
    basic: str, *, fine: bool
) -> None:
    """A target form prints what appropriations pay, the budget all of it and that."""
    sources = (
        Column(("合计",)),
        Column(("财政拨款",), Coordinates({"source": "fiscal"})),
        Column(("其他资金",), Coordinates({"source": "own"})),
    )
    kinds = [
        ("基本支出", {"kind": "basic"}, ["44.06", "42.11", "1.95"]),
        ("项目支出", {"kind": "project"}, ["269.54", "265.48", "4.06"]),
    ]
    told = [
        ("基本支出", {"kind": "basic"}, [basic]),
        ("项目支出", {"kind": "project"}, ["265.48"]),
    ]
    target = document(table(AMOUNT, told), kind="performance")
    system = derive([document(table(sources, kinds)), target])
    read = [r for r in system.relations if "between" in r.family]
    assert [r.family[0] for r in read] == ["narrowed", "narrowed"]
    assert all(map(system.holds, read)) == fine
