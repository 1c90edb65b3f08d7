"""The catalogue of forms: what it holds, how it is chosen from, and what it says of broken files."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouzhi.catalogue.form import Block, Column, Edition, Form, RowSpec
from shouzhi.catalogue.forms import edition, editions, find, keys, read_edition
from shouzhi.catalogue.loading import CatalogueError
from shouzhi.catalogue.templates import fields_of, fill, numeral
from shouzhi.cycle.sheets import schema

SAID = {
    "department", "year", "previous", "amount_unit", "unit", "unit_code", "label", "line", "name",
    "code", "ordinal", "n", "class", "section", "item", "class_name", "group", "project", "at0", "at1", "at2", "until",
}  # fmt: skip
"""What templates can say besides the columns and settings of a book."""

HEAD = """
document: budget
place: 某市
title: "{department}预算"
valid_from: 2020
authority: [某号文]
source: 某处
amount_unit: 万元
forms:
"""
FORM = """
  - title: 支出表
    columns: [{heading: 预算}]
    rows: [{label: 合计}]
"""


def test_every_edition_that_was_asked_for_is_there() -> None:
    counts = {key: len([f for f in edition(key).forms if f.part == "tables"]) for key in keys()}
    assert counts["guangzhou/budget-2017"] == 12  # eleven tables and the target table
    assert counts["guangzhou/budget-2024"] == 12
    assert counts["guangzhou/accounts-2017"] == 8
    assert counts["national/accounts-2019"] == counts["shanghai/accounts-2024"] == 9
    assert counts["shanghai/budget-2025"] == 9
    assert counts["jiangsu/budget-2018"] == 12
    assert counts["guangzhou/performance-2024"] == 1
    assert counts["national/performance-2020"] == 2


@pytest.mark.parametrize("key", keys())
def test_an_edition_is_dated_cited_and_says_only_what_can_be_said(key: str) -> None:
    one = edition(key)
    assert one.authority
    assert one.source
    columns = {column.key for sheet in schema().sheets for column in sheet.columns}
    known = SAID | columns | {setting.key for setting in schema().settings}
    for template in _templates(one):
        assert set(fields_of(template)) <= known, template


def _templates(one: Edition) -> list[str]:
    found = [one.title, one.captions.left, one.captions.right]
    for form in one.forms:
        found += [form.title, *form.notes, *form.empty]
        found += [entry.label for block in form.blocks for line in block.fields for entry in line]
        found += [entry.value or "" for block in form.blocks for line in block.fields for entry in line]
        for side in form.sides:
            found += [*side.heading, *(text for column in side.columns for text in column.heading)]
            found += [stub.value for stub in side.stub]
            found += [text for row in (*side.rows, *side.foot) for text in _row_templates(row)]
    return found


def _row_templates(row: RowSpec) -> list[str]:
    below = [text for inner in row.rows for text in _row_templates(inner)]
    return [row.label, *row.labels, *row.texts.values(), row.group or "", *below]


def test_the_edition_of_a_place_goes_before_the_national_one() -> None:
    assert _key(find("accounts", 2017, "广州市")) == "guangzhou/accounts-2017"
    assert _key(find("accounts", 2017)) == "national/accounts-2017"
    assert _key(find("accounts", 2022, "某市")) == "national/accounts-2019"
    assert _key(find("budget", 2030, "广州市")) == "guangzhou/budget-2024"
    assert find("budget", 2010, "广州市") is None


def _key(one: Edition | None) -> str | None:
    return one.key if one else None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + FORM.replace("columns", "colums"), 12, "未知的键“colums”"),
        (HEAD.replace("place: 某市\n", "") + FORM, 2, "缺少键“place”"),
        (HEAD.replace("万元", "萬元") + FORM, 8, "“萬元”不在可用的值之中"),
        (HEAD.replace("2020", "2020\nvalid_to: 2019") + FORM, 6, "早于起始年"),
        (HEAD.replace('"{department}预算"', '"{department预算"') + FORM, 4, "花括号"),
        (HEAD + FORM + FORM, 15, "“支出表”写了两次"),
        (HEAD + FORM.replace("    columns: [{heading: 预算}]\n", ""), 11, "要么有 columns"),
        (HEAD + FORM.replace("预算}", "预算, where: {sauce: general}}"), 12, "没有“sauce”这一维"),
        (HEAD + FORM.replace("预算}", "预算, where: {source: generale}}"), 12, "“source”里没有“generale”"),
        (HEAD + FORM.replace("预算}", '预算, where: {function: "8"}}'), 12, "不是function的编码"),
        (HEAD + FORM.replace("预算}", "预算, text: goal, amount: [paid]}"), 12, "只能有一个"),
        (HEAD + FORM.replace("{label: 合计}", "{each: function, levels: [chapter]}"), 13, "“chapter”不在可用的值"),
        (HEAD + FORM.replace("{label: 合计}", "{where: {kind: basic}}"), 13, "要么有 label"),
    ],
)
def test_a_broken_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=words) as raised:
        read_edition(path)
    assert raised.value.line == line


def test_a_file_in_order_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sound.yaml"
    path.write_text(HEAD + FORM, encoding="utf-8")
    (form,) = read_edition(path).forms
    assert form == Form(None, "支出表", (Block(sides=form.sides),))
    assert form.sides[0].columns == (Column(("预算",)),)
    assert read_edition(path).holds(2030)


def test_an_unknown_edition_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        edition("nowhere/budget-1999")
    with pytest.raises(KeyError):
        next(editions()).form("表九十九")


def test_numerals_and_templates() -> None:
    assert [numeral(n) for n in (1, 10, 11, 20, 26, 99, 100)] == ["一", "十", "十一", "二十", "二十六", "九十九", "100"]
    assert fill("[{code}]{name}{nothing}", {"code": "201", "name": "某"}) == "[201]某"
