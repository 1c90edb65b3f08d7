"""Where rows stand whose labels could be several things, each found by a generated book.

Tables are written as in `test_layouts`; beside them is what some of their rows must be read as.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import NamedTuple

import pytest

import shouzhi
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.checks.run import check
from shouzhi.facts import Document
from test_layouts import grid


class Case(NamedTuple):
    """Lines above each table with its grid, and the places of labels in the last of them."""

    tables: tuple[tuple[str, str], ...]
    places: dict[str, str]


UNITS = (
    "表二\n收入预算总表\n部门名称：青禾市渔业发展局\n单位：万元",
    """
    单位编码|单位名称|总计
    |合计|95.00
    |行政单位|60.00
    190001|青禾市渔业发展局|60.00
    |公益二类事业单位|35.00
    190002|渔盾中队|35.00
    """,
)
ITEMS = (
    "表三\n2017年支出预算总表\n单位：万元",
    """
    科目编码|单位编码|单位名称（功能科目）|总计
    |190001|青禾市渔业发展局|60.00
    2130101|190001|行政运行|50.00
    2100302|190001|乡镇卫生院|10.00
    |190002|渔盾中队|35.00
    2010301|190002|行政运行|30.00
    2299901|190002|其他支出|5.00
    """,
)
CASES = {
    "a nature of units is a unit and no project": Case(
        (UNITS,), {"行政单位": "unit:行政单位", "渔盾中队": "unit:渔盾中队", "合计": ""}
    ),
    "a name without its code is one of the functions of its unit": Case(
        (
            UNITS,
            ITEMS,
            (
                "表六\n2017年一般公共预算基本支出预算表\n单位：万元",
                """
                单位编码|单位名称（功能科目）|预算金额
                |合计|95.00
                190001|青禾市渔业发展局|60.00
                190001|行政运行|50.00
                190001|乡镇卫生院|10.00
                190002|渔盾中队|35.00
                190002|行政运行|30.00
                190002|其他支出|5.00
                """,
            ),
        ),
        {
            "乡镇卫生院": "function:2100302 unit:青禾市渔业发展局",
            "行政运行": "function:2010301 unit:渔盾中队",
            "其他支出": "function:2299901 unit:渔盾中队",
        },
    ),
    "a project may be called like a unit": Case(
        (
            UNITS,
            (
                "表十一\n2017年项目支出明细表\n单位：万元",
                """
                单位编码|单位名称（支出项目名称）|采购内容|预算金额
                |合计||40.00
                190002|渔盾中队||40.00
                190002|经常性项目||40.00
                190002|渔业中心||30.00
                190002|培训费（渔盾中队）|教材|10.00
                """,
            ),
        ),
        {
            "渔盾中队": "unit:渔盾中队",
            "渔业中心": "kind:recurrent unit:渔盾中队 project:渔业中心",
            "培训费（渔盾中队）": "kind:recurrent unit:渔盾中队 project:培训费(渔盾中队)",
        },
    ),
    "其他支出 among economic classes is one, and 基本建设 is not the other": Case(
        (
            (
                "表11\n2024年部门预算基本支出预算表\n单位：万元",
                """
                支出项目类别（资金使用单位）|总计
                合计|60.00
                青禾市渔业发展局|60.00
                工资福利支出|10.00
                资本性支出（基本建设）|20.00
                其他支出|30.00
                """,
            ),
        ),
        {
            "资本性支出（基本建设）": "economic:309 unit:青禾市渔业发展局",
            "其他支出": "economic:399 unit:青禾市渔业发展局",
        },
    ),
    "a lone ordinal belongs to the name, a run of them counts": Case(
        (
            (
                "表12\n2024年部门预算项目支出预算表\n单位：万元",
                """
                支出项目名称|总计
                合计|60.00
                一、二类渔港整治|20.00
                2017年巡查|40.00
                """,
            ),
        ),
        {"一、二类渔港整治": "project:一、二类渔港整治", "2017年巡查": "project:2017年巡查"},
    ),
    "what stands between the total of the year and the grand total is no part of the first": Case(
        (
            (
                "表1\n2024年收支总体情况表\n单位：万元",
                """
                收入|<|支出|<
                项目|预算|项目|预算
                一、预算拨款|60.00|一、农林水支出|70.00
                二、其他资金|30.00||
                本年收入合计|90.00|本年支出合计|70.00
                三、上级补助收入|10.00|二、上缴上级支出|30.00
                收入总计|100.00|支出总计|100.00
                """,
            ),
        ),
        {
            "本年收入合计": "flow:income source:fiscal+own",
            "三、上级补助收入": "flow:income source:superior",
            "一、农林水支出": (
                "flow:expenditure kind:basic+project+business_expenditure+subsidies_down+contingency function:213"
            ),
        },
    ),
    "a total over projects and other kinds is of all of them": Case(
        (
            (
                "表12\n2024年部门预算项目支出及其他支出预算表\n单位：万元",
                """
                支出项目类别（资金使用单位）|总计
                合计|60.00
                青禾市渔业发展局|60.00
                渔港整治|20.00
                上缴上级支出|40.00
                """,
            ),
        ),
        {
            "合计": "kind:project+remitted_up",
            "渔港整治": "kind:project unit:青禾市渔业发展局 project:渔港整治",
            "上缴上级支出": "kind:remitted_up unit:青禾市渔业发展局",
        },
    ),
    "rows without labels stand below the last one that has one": Case(
        (
            (
                "公开12表\n2018年政府采购预算表\n单位：万元",
                """
                采购品目大类|专项名称|经济科目|采购物品名称|总计
                合计||||60.00
                一、货物A||||60.00
                |渔港维护费|印刷费||20.00
                |||复印纸|20.00
                |商品和服务支出|水费||40.00
                """,
            ),
        ),
        {
            "渔港维护费": "economic:30202 project:渔港维护费 item:goods",
            "复印纸": "economic:30202 project:渔港维护费 item:goods/复印纸",
            "商品和服务支出": "kind:basic economic:30205 item:goods",
        },
    ),
}


def read(case: Case, folder: Path) -> Document:
    pieces = []
    for above, table in case.tables:
        pieces += [*(f"<p>{html.escape(line)}</p>" for line in above.splitlines()), grid(table)]
    page = folder / "page.html"
    page.write_text(f'<meta charset="utf-8">{"".join(pieces)}', encoding="utf-8")
    return shouzhi.read(page)


@pytest.mark.parametrize("name", CASES)
def test_a_row_stands_where_it_belongs(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    document = read(case, tmp_path)
    assert len(document.tables) == len(case.tables)
    found: dict[str, str] = {}
    for row in document.tables[-1].rows:
        words = [row.label, *row.texts.values()]
        where = " ".join(f"{d}:{m}" for d, m in row.where.items())
        found |= dict.fromkeys(words, where)
    assert {label: found[label] for label in case.places} == case.places


@pytest.mark.parametrize("name", CASES)
def test_no_check_finds_an_error(name: str, tmp_path: Path) -> None:
    found = check([read(CASES[name], tmp_path)])
    assert not [f.message for f in found if f.kind in {"arithmetic", "cross-table"}]


FORM = """
项目名称|培训费（渔业发展局）|<|<
实施单位|2.5产业扶持站|总体目标|30
项目资金（万元）|项目|年初预算数|全年执行数
^|年度资金总额|20.00|10.00
^|其中：财政拨款|20.00|10.00
年度总体目标|预期目标|100%|<
总分|100|得分|98.5
"""


def test_words_of_a_form_are_no_amounts_even_where_they_are_numbers(tmp_path: Path) -> None:
    case = Case((("2024年项目支出绩效自评表", FORM),), {})
    document = read(case, tmp_path)
    assert [fact.printed for fact in document.facts] == ["20.00", "10.00", "20.00", "10.00"]
    assert {fact.where["project"] for fact in document.facts} == {"培训费(渔业发展局)"}
    assert {fact.where["unit"] for fact in document.facts} == {"2.5产业扶持站"}


@pytest.mark.parametrize(
    ("word", "shortened"), [("公务接待费（机关）", True), ("公务接待费", False), ("渔港整治（一期）", False)]
)
def test_a_word_may_be_known_only_without_its_brackets(word: str, shortened: bool) -> None:  # noqa: FBT001
    assert lexicon().is_shortened(word) is shortened
