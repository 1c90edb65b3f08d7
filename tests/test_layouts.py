"""Layouts that departments publish, each as a small table, with what must be read beside it.

In a grid `|` parts cells, `<` joins a cell to the one on its left and `^` to the one above.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import shouzhi
from shouzhi.facts import Document
from shouzhi.relations.derive import derive
from shouzhi.tables import Table

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"


class Case(NamedTuple):
    """Lines above a table, the table, and its head, columns and rows as they must be read."""

    above: str
    grid: str
    told: str


CASES = {
    "title, number and unit inside the grid": Case(
        "",
        """
        示例县财政局2024年部门收支总表（单位：元）|<|<|<
        附件1|||
        收入|<|支出|<
        项目|本年预算数|项目|本年预算数
        一般公共预算|300.00|基本支出|250.00
        上年结余、结转|10.00|公用经费|250.00
        收入总计|310.00|年终结转结余|60.00
        """,
        """
        附件1 示例县财政局2024年部门收支总表 元
        收入/本年预算数 = stage:approved flow:income
        支出/本年预算数 = stage:approved flow:expenditure
        一般公共预算 [收入] 300.00 = flow:income source:general
        基本支出 [支出] 250.00 = flow:expenditure kind:basic
        上年结余、结转 [收入] 10.00 = flow:carried_in
        公用经费 [支出] 250.00 = flow:expenditure kind:office
        收入总计 [收入] 310.00 = flow:income_total
        年终结转结余 [支出] 60.00 = flow:carried_out
        """,
    ),
    "a change and a growth are not amounts of the year": Case(
        "部门公开表5\n一般公共预算支出表\n单位：千元",
        """
        功能分类科目|<|2023年执行数|2024年预算数|<|2024年预算数比2023年执行数|<
        科目编码|科目名称|^|小计|基本支出|增减额|增减%
        201|一般公共服务支出|25|20|20|(5)|(20.0)
        合计|<|25|20|20|(5)|(20.0)
        """,
        """
        部门公开表5 一般公共预算支出表 千元
        2023年执行数 = year:2023 stage:outturn
        2024年预算数/小计 = year:2024 stage:approved
        2024年预算数/基本支出 = year:2024 stage:approved kind:basic
        2024年预算数比2023年执行数/增减额 = stage:change
        2024年预算数比2023年执行数/增减% % =
        一般公共服务支出 201 25 20 20 (5) (20.0) = function:201
        合计 25 20 20 (5) (20.0) =
        """,
    ),
    "last year is told by 上年, a share by its two stages": Case(
        "表8 2024年“三公”经费支出表\n单位：万元",
        """
        项目|上年预算数|本年预算数|决算数占本年预算数的比重|增减原因
        公务接待费|5.00|4.00|80.00|压减
        合计|5.00|4.00|80.00|
        """,
        """
        表8 2024年“三公”经费支出表 万元
        上年预算数 = year:2023 stage:approved
        本年预算数 = stage:approved
        决算数占本年预算数的比重 % =
        公务接待费 5.00 4.00 80.00 增减原因:压减 = item:reception
        合计 5.00 4.00 80.00 =
        """,
    ),
    "codes of two classifications side by side": Case(
        "预算08表\n一般公共预算基本支出表\n单位：元",
        """
        部门预算支出经济分类科目|<|<|政府预算支出经济分类科目|<|<|合计|人员经费|公用经费
        类|款|科目名称|类|款|科目名称|^|^|^
        301||工资福利支出||||80.00|80.00|
        301|01|基本工资|501|01|工资奖金津补贴|80.00|80.00|
        302|01|办公费|502|01|办公经费|20.00||20.00
        """,
        """
        预算08表 一般公共预算基本支出表 元
        合计 =
        人员经费 = kind:staff
        公用经费 = kind:office
        工资福利支出 301 80.00 80.00 - = economic:301
        基本工资 30101 50101 80.00 80.00 - 科目名称:工资奖金津补贴 = economic:30101
        办公费 30201 50201 20.00 - 20.00 科目名称:办公经费 = economic:30201
        """,
    ),
    "one side goes on beside itself, and a total lies over both": Case(
        "公开06表\n一般公共预算财政拨款基本支出决算明细表\n单位：元",
        """
        人员经费|<|<|公用经费|<|<|<|<|<
        科目编码|科目名称|决算数|科目编码|科目名称|决算数|科目编码|科目名称|决算数
        301|工资福利支出|40.00|302|商品和服务支出|80.00|310|资本性支出|20.00
        人员经费合计|<|40.00|公用经费合计|<|<|<|<|100.00
        合计|<|<|<|<|<|<|<|140.00
        """,
        """
        公开06表 一般公共预算财政拨款基本支出决算明细表 元
        人员经费/决算数 = stage:outturn kind:staff
        公用经费/决算数 = stage:outturn kind:office
        工资福利支出 301 [人员经费] 40.00 = kind:staff economic:301
        商品和服务支出 302 [公用经费] 80.00 = kind:office economic:302
        资本性支出 310 [公用经费] 20.00 = kind:office economic:310
        人员经费合计 [人员经费] 40.00 = kind:staff
        公用经费合计 [公用经费] 100.00 = kind:office
        合计 - 140.00 =
        """,
    ),
    "units over rows, and one cell over three columns of codes": Case(
        "表3\n部门支出总体情况表\n单位：万元",
        """
        预算单位|科目编码|<|<|科目名称|支出总计|基本支出
        ^|类|款|项|栏次|1|2
        |^|^|^|合计|70.00|70.00
        示例区卫生监督所|210|<|<|卫生健康支出|70.00|70.00
        ^|2100402|<|<|卫生监督机构|70.00|70.00
        """,
        """
        表3 部门支出总体情况表 万元
        支出总计 = flow:expenditure_total
        基本支出 = kind:basic
        合计 70.00 70.00 =
        示例区卫生监督所/卫生健康支出 210 70.00 70.00 = function:210 unit:示例区卫生监督所
        示例区卫生监督所/卫生监督机构 2100402 70.00 70.00 = function:2100402 unit:示例区卫生监督所
        """,
    ),
}

CASES |= {
    "a form of fields and several heads": Case(
        "附件2\n项目支出绩效自评表\n（2023年度）",
        """
        项目名称|<|防汛物资储备|<|<|<|<
        主管部门|<|示例区水务局|<|实施单位|示例区水文站|<
        项目资金（万元）|<||年初预算数|全年执行数|分值|得分
        ^|<|年度资金总额|100.00|95.00|10|9.5
        ^|<|其中：财政拨款|80.00|75.00|—|—
        ^|<|上年结转资金|20.00|20.00|—|—
        绩效指标|一级指标|二级指标|三级指标|年度指标值|实际完成值|得分
        ^|产出指标|数量指标|物资种类|≥10种|12种|15
        """,
        """
        附件2 项目支出绩效自评表 万元
        年初预算数 = stage:approved
        全年执行数 = stage:outturn
        项目名称 - - 字段:防汛物资储备 = project:项目名称
        主管部门 - - 字段:示例区水务局 = project:主管部门
        实施单位 - - 字段:示例区水文站 = project:实施单位
        年度资金总额 100.00 95.00 分值:10 得分:9.5 =
        其中：财政拨款 80.00 75.00 分值:— 得分:— = source:fiscal
        上年结转资金 20.00 20.00 分值:— 得分:— = source:carried_over
        物资种类 - - 一级指标:产出指标 二级指标:数量指标 年度指标值:≥10种 实际完成值:12种 得分:15 = project:物资种类
        """,
    ),
    "three parts, and economic classes under their kind": Case(
        "表1. 部门收支总体情况表\n单位：万元",
        """
        收入|<|支出|<|<|<
        项目|预算数|项目（按功能分类）|预算数|项目（按支出用途）|预算数
        一、财政拨款|90.00|一、公共安全支出|90.00|一、基本支出|60.00
        其中：医疗收入|30.00|||工资福利支出|60.00
        二、专户资金||||二、项目支出|30.00
        收入总计|90.00|支出总计|90.00|支出总计|90.00
        """,
        """
        表1 部门收支总体情况表 万元
        收入/预算数 = stage:approved flow:income
        支出/预算数 = stage:approved flow:expenditure
        支出/预算数 = stage:approved flow:expenditure
        一、财政拨款 [收入] 90.00 = flow:income source:fiscal
        一、公共安全支出 [项目（按功能分类）] 90.00 = flow:expenditure function:204
        一、基本支出 [项目（按支出用途）] 60.00 = flow:expenditure kind:basic
        其中：医疗收入 [收入] 30.00 = flow:income source:fiscal project:医疗收入
        工资福利支出 [项目（按支出用途）] 60.00 = flow:expenditure kind:basic economic:301
        二、专户资金 [收入] - = flow:income source:special
        二、项目支出 [项目（按支出用途）] 30.00 = flow:expenditure kind:project
        收入总计 [收入] 90.00 = flow:income_total
        支出总计 [项目（按功能分类）] 90.00 = flow:expenditure_total
        支出总计 [项目（按支出用途）] 90.00 = flow:expenditure_total
        """,
    ),
    "this year's money, what came over, and a heading that nobody knows": Case(
        "表2-1\n财政拨款支出预算表\n金额单位：万元",
        """
        类型|项目名称|总计|当年财政拨款安排|<|上年结转安排|<
        ^|^|^|一般公共预算|基金甲|一般公共预算|基金甲
        |合计|80.00|40.00|20.00|20.00|
        31|河道巡查|80.00|40.00|20.00|20.00|
        """,
        """
        表2-1 财政拨款支出预算表 万元
        总计 =
        当年财政拨款安排/一般公共预算 = flow:paid_this_year source:general
        当年财政拨款安排/基金甲 = flow:paid_this_year source:fiscal item:基金甲
        上年结转安排/一般公共预算 = flow:paid_carried source:general
        上年结转安排/基金甲 = flow:paid_carried source:fiscal item:基金甲
        合计 80.00 40.00 20.00 20.00 - =
        河道巡查 80.00 40.00 20.00 20.00 - 类型:31 = project:河道巡查
        """,
    ),
    "years down the side, words behind the amounts": Case(
        "表12\n财政拨款（含一般公共预算和政府性基金预算）“三公”经费支出表\n单位：万元",
        """
        年度|“三公”经费财政拨款预算总额|公务接待费|三级指标
        2023年|12.00|12.00|接待批次
        2024年预算数|11.00|11.00|
        """,
        """
        表12 财政拨款（含一般公共预算和政府性基金预算）“三公”经费支出表 万元
        “三公”经费财政拨款预算总额 = flow:expenditure source:fiscal item:three_public
        公务接待费 = item:reception
        2023年 12.00 12.00 三级指标:接待批次 = year:2023
        2024年预算数 11.00 11.00 = year:2024 stage:approved
        """,
    ),
}


def grid(text: str) -> str:
    """The grid of a case as a web table."""
    rows = [line.strip().split("|") for line in text.strip().splitlines()]
    shown: list[str] = []
    for r, row in enumerate(rows):
        cells = []
        for c, cell in enumerate(row):
            if cell in {"<", "^"}:
                continue
            wide = next((n for n in range(1, len(row) - c) if row[c + n] != "<"), len(row) - c)
            deep = next((n for n in range(1, len(rows) - r) if rows[r + n][c] != "^"), len(rows) - r)
            cells.append(f'<td colspan="{wide}" rowspan="{deep}">{html.escape(cell)}</td>')
        shown.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(shown)}</table>"


def read(case: Case, folder: Path) -> Document:
    """What is read from the web page of a case."""
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in case.above.splitlines())
    page = folder / "page.html"
    page.write_text(f'<meta charset="utf-8">{lines}{grid(case.grid)}', encoding="utf-8")
    return shouzhi.read(page)


def told(table: Table) -> Iterator[str]:
    """A table in the notation of the cases."""
    yield " ".join(filter(None, (table.number, table.title, table.amount_unit)))
    for column in table.columns:
        where = " ".join(f"{d}:{m}" for d, m in column.where.items())
        yield f"{'/'.join(column.heading)}{' %' if column.rate else ''} = {where}".strip()
    for row in table.rows:
        mine = [i for i, c in enumerate(table.columns) if row.side in {None, c.side}]
        parts = ["/".join((*row.path, row.label)), *row.codes.values()]
        parts += [f"[{row.side}]"] if row.side else []
        parts += [row.cells[i] or "-" for i in mine]
        parts += [f"{name}:{text}" for name, text in row.texts.items()]
        where = " ".join(f"{d}:{m}" for d, m in row.where.items())
        yield f"{' '.join(parts)} = {where}".strip()


@pytest.mark.parametrize("name", CASES)
def test_a_layout_is_read(name: str, tmp_path: Path) -> None:
    document = read(CASES[name], tmp_path)
    assert len(document.tables) == 1
    wanted = [line.strip() for line in CASES[name].told.strip().splitlines()]
    assert list(told(document.tables[0])) == wanted


@pytest.mark.parametrize("name", CASES)
def test_what_adds_up_breaks_nothing(name: str, tmp_path: Path) -> None:
    system = derive([read(CASES[name], tmp_path)])
    assert [system.relations[number] for number in system.broken()] == []


def test_a_form_is_of_the_project_and_the_unit_that_it_names(tmp_path: Path) -> None:
    case = CASES["a form of fields and several heads"]
    again = case.grid.replace("防汛物资储备", "河道巡查")
    page = tmp_path / "page.html"
    captions = "".join(f"<p>{line}</p>" for line in case.above.splitlines())
    page.write_text(captions.join(["", grid(case.grid), grid(again)]), encoding="utf-8")
    document = shouzhi.read(page)
    assert [table.where["project"] for table in document.tables] == ["防汛物资储备", "河道巡查"]
    assert {fact.where["unit"] for fact in document.facts} == {"示例区水文站"}


def test_what_is_counted_is_not_money(tmp_path: Path) -> None:
    rows = "项目|统计数|账面原值\n公务用车保有量（辆）|4|100.00\n公务接待费|2|3.00"
    document = read(Case("资产情况表\n单位：万元", rows, ""), tmp_path)
    assert [(f.printed, f.unit) for f in document.facts] == [
        ("4", "辆"), ("100.00", "万元"), ("2", "万元"), ("3.00", "万元")
    ]  # fmt: skip


def test_captions_pasted_with_their_empty_cells_part_tables_of_a_text(tmp_path: Path) -> None:
    tables = [
        f"{title}\t\t\n预算0{number}表\t\t\n\t\t单位：元\n科目编码\t科目名称\t合计\n201\t一般公共服务支出\t5.00"
        for number, title in enumerate(("支出总表", "项目支出表"), start=1)
    ]
    page = tmp_path / "page.txt"
    page.write_text("\n\n".join(tables), encoding="utf-8")
    read_tables = shouzhi.read(page).tables
    assert [(t.number, t.title, len(t.rows)) for t in read_tables] == [
        ("预算01表", "支出总表", 1), ("预算02表", "项目支出表", 1)
    ]  # fmt: skip


def test_labels_without_amounts_at_the_top_of_a_page_are_rows(tmp_path: Path) -> None:
    first = """
        收入|<|支出|<
        项目|预算数|功能分类科目名称|预算数
        一、财政拨款|9.00|一、一般公共服务支出|6.00
        ||七、社会保障和就|3.00
        """
    second = """
        ||业支出|
        ||八、卫生健康支出|
        ||九、节能环保支出|
        ||十、城乡社区支出|
        收入合计|9.00|支出合计|9.00
        """
    page = tmp_path / "page.html"
    page.write_text(f"<p>收支预算总表</p><p>单位：万元</p>{grid(first)}{grid(second)}", "utf-8")
    (table,) = shouzhi.read(page).tables
    assert [row.label for row in table.rows if row.side == "支出"] == [
        "一、一般公共服务支出",
        "七、社会保障和就业支出",
        "八、卫生健康支出",
        "九、节能环保支出",
        "十、城乡社区支出",
        "支出合计",
    ]


@pytest.mark.parametrize("name", ["renda-budget-2017.pdf", "caizhengju-accounts-2024.pdf"])
def test_no_class_of_the_samples_is_lost_at_the_top_of_a_page(name: str) -> None:
    path = next(SAMPLES.glob(f"*/{name}"), None)
    if path is None:
        pytest.skip("the sample documents are not beside this checkout")
    labels = [{row.label for row in t.rows} for t in shouzhi.read(path).tables if len(t.pages) > 1]
    held = [each for each in labels if "一、一般公共服务支出" in each]
    assert held
    for each in held:
        ordinals = {label.partition("、")[0] for label in each}
        assert ordinals >= set("一二三四五六七八九十") | {"十一", "十六", "十七"}
        assert "八、社会保障和就业支出" in each


def test_the_heading_of_labels_may_leave_the_place_beside_it_empty(tmp_path: Path) -> None:
    first = """
        项目名称||金额
        收入总计|<|12.00
        一般公共预算资金|小计|9.00
        ^|公共财政拨款(补助)资金|9.00
        财政专户管理资金|小计|3.00
        """
    second = """
        |专户管理教育收费|3.00
        其他资金|小计|
        """
    page = tmp_path / "page.html"
    page.write_text(f"<p>收入预算总表</p><p>单位：万元</p>{grid(first)}{grid(second)}", "utf-8")
    (table,) = shouzhi.read(page).tables
    assert [("/".join((*row.path, row.label)), row.cells[0]) for row in table.rows] == [
        ("收入总计", "12.00"),
        ("一般公共预算资金/小计", "9.00"),
        ("一般公共预算资金/公共财政拨款(补助)资金", "9.00"),
        ("财政专户管理资金/小计", "3.00"),
        ("财政专户管理资金/专户管理教育收费", "3.00"),
        ("其他资金/小计", None),
    ]
    assert not any(row.texts for row in table.rows)


def test_unit_and_department_may_stand_above_the_number_and_the_title(tmp_path: Path) -> None:
    captions = "".join(f"<p>{line}</p>" for line in ("单位：元 单位名称：示例市水务局", "表2", "支出总表"))
    page = tmp_path / "page.html"
    table = grid("项目|合计\n人员经费|5.00\n公用经费|2.00")
    page.write_text(f"<p>一、概况</p>{captions}{table}", "utf-8")
    (read_table,) = shouzhi.read(page).tables
    told = (read_table.number, read_table.title, read_table.amount_unit, read_table.department)
    assert told == ("表2", "支出总表", "元", "示例市水务局")
