"""What a document should have: the form that it follows, the parts that its contents announce."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shouzhi
from shouzhi.catalogue.checks import check_book
from shouzhi.checks import Finding
from shouzhi.checks.editions import fit_of
from shouzhi.checks.subject import Subject

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
EDITIONS = {
    "guangzhou/banggongting-accounts-2017.txt": "guangzhou/accounts-2017",
    "guangzhou/xiezuo-budget-2017.txt": "guangzhou/budget-2017",
    "guangzhou/xiezuo-budget-2024.txt": "guangzhou/budget-2024",
    "guangzhou/xiezuo-performance-target-2024.txt": None,
    "guangzhou/zhengwuban-budget-2017.txt": "guangzhou/budget-2017",
    "jiangsu/shengwei-budget-tables-2019.pdf": "jiangsu/budget-2018",
    "shanghai/accounts-template.pdf": "shanghai/accounts-2024",
    "shanghai/bangongshi-budget-2025.pdf": "shanghai/budget-2025",
}


def findings(text: str, folder: Path) -> list[Finding]:
    path = folder / "a.txt"
    path.write_text(text, encoding="utf-8")
    return shouzhi.check([shouzhi.read(path)])


@pytest.mark.parametrize("name", EDITIONS)
def test_the_edition_is_told_by_the_tables_whatever_the_place(name: str) -> None:
    if not SAMPLES.exists():
        pytest.skip("the samples (../shared/samples) are not here")
    document = shouzhi.read(SAMPLES / name)
    fit = fit_of(Subject(document))
    assert (fit.edition.key if fit else None) == EDITIONS[name]
    document.department, document.title = "青禾省图书档案局", "部门预决算"
    blind = fit_of(Subject(document))
    forms = {form.title for form in fit.edition.forms} if fit else set()
    assert ({form.title for form in blind.edition.forms} if blind else set()) == forms
    assert not (blind and blind.edition.place != "全国" and blind.sure)


def test_a_missing_form_names_its_edition_and_its_rules_once(tmp_path: Path) -> None:
    text = check_book()["table-form"].failing.documents[0]
    (missing,) = (f for f in findings(text, tmp_path) if f.check == "table-form")
    assert "公开09表《国有资本经营预算财政拨款支出决算表》" in missing.message
    assert "《全国部门决算公开格式》（2019年起，9 张表）" in missing.message
    assert missing.authority
    assert len(re.findall("财预〔2016〕143号", missing.authority)) == 1


CONTENTS = """\
青禾市图书档案局2024年部门预算

目录

第一部分 部门概况
一、主要职责
二、机构设置
第二部分 2024年部门预算情况说明
一、收支情况
二、机关运行经费情况
第三部分 名词解释

第一部分 部门概况

一、主要职能

负责全市图书和档案工作。

二、部门机构设置情况

设三个处室。

第二部分 青禾市图书档案局预算说明

一、收支情况

2024年收入130.00万元。
{more}
第三部分 名称解释

基本支出：指保障机构运转的支出。
"""


def test_an_announced_part_is_found_under_other_words(tmp_path: Path) -> None:
    """Headings leave out and add words; a part is known by its number; some are read as prose."""
    told = CONTENTS.format(more="\n二、机关运行经费安排情况：2024年机关运行经费40.00万元。\n")
    assert not [f for f in findings(told, tmp_path) if f.check.startswith("section-")]
    (missing,) = (
        f for f in findings(CONTENTS.format(more=""), tmp_path) if f.check == "section-announced"
    )
    assert [mark.text for mark in missing.where] == ["二、机关运行经费情况"]


def test_contents_of_which_little_is_there_are_not_held_against_it(tmp_path: Path) -> None:
    lines = CONTENTS.partition("第一部分 部门概况\n\n")
    found = findings(lines[0] + "本部门负责全市图书和档案工作。\n", tmp_path)
    assert not [f for f in found if f.check == "section-announced"]
