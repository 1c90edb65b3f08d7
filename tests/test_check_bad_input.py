"""Documents that contradict themselves are checked to the end: findings, and never a traceback."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

import shouzhi
from shouzhi.checks import Finding

Rows = list[list[str]]
TITLE = "<h1>青禾市图书档案局2024年部门预算</h1>"


def page(*tables: tuple[str, Rows], prose: str = "") -> str:
    """A web page of tables under their titles, with prose after them."""
    shown = [
        f"<p>{title}</p><p>单位：万元</p><table>"
        + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        + "</table>"
        for title, rows in tables
    ]
    return f"<html><body>{TITLE}{''.join(shown)}<p>{prose}</p></body></html>"


def found(tmp_path: Path, text: str) -> list[Finding]:
    path = tmp_path / "budget.html"
    path.write_text(text, encoding="utf-8")
    return shouzhi.check([shouzhi.read(path)])


def grave(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == "error"]


KINDS = ["项目名称", "合计", "基本支出", "项目支出"]


def test_headings_that_contradict_each_other(tmp_path: Path) -> None:
    rows = [
        ["科目编码", "科目名称", "收入合计", "支出合计", "支出合计"],
        ["", "合计", "10.00", "20.00", "30.00"],
        ["201", "一般公共服务支出", "10.00", "20.00", "31.00"],
        ["20103", "政府办公厅（室）及相关机构事务", "3.00", "4.00", "5.00"],
    ]
    for finding in found(tmp_path, page(("表1 支出预算总表", rows))):
        assert finding.message
        assert finding.where


def test_two_tables_of_one_number_that_say_different_things(tmp_path: Path) -> None:
    one = [KINDS, ["合计", "30.00", "10.00", "20.00"], ["甲", "30.00", "10.00", "20.00"]]
    two = [KINDS, ["合计", "33.00", "11.00", "22.00"], ["甲", "33.00", "11.00", "22.00"]]
    three = [["项目", "合计"], ["合计", "31.00"]]
    tables = [("表1 支出预算总表", one), ("表1 收入预算总表", three), ("表1 支出预算总表", two)]
    checks = {finding.check for finding in found(tmp_path, page(*tables))}
    assert {"same-number", "table-number-twice"} <= checks


def test_parts_that_are_parts_of_each_other(tmp_path: Path) -> None:
    rows = [
        ["项目", "合计", "其中：甲", "其中：乙"],
        ["合计", "10.00", "8.00", "9.00"],
        ["其中：甲", "8.00", "4.00", "1.00"],
        ["其中：乙", "9.00", "其中：甲", "2.00"],
        ["其中：合计", "10.00", "1.00", "1.00"],
    ]
    prose = "一、支出10.00万元，其中：甲8.00万元，其中：乙9.00万元，其中：合计10.00万元，其中：甲8.00万元。"
    assert all(f.message for f in found(tmp_path, page(("表1 支出预算总表", rows), prose=prose)))


def test_printed_formulas_in_a_circle(tmp_path: Path) -> None:
    rows = [KINDS, ["栏次", "1=2+3", "2=1-3", "3=1+2"], ["合计", "30.00", "10.00", "20.00"]]
    findings = grave(found(tmp_path, page(("表1 支出预算总表", rows))))
    assert any("40.00" in finding.message for finding in findings)


@pytest.mark.parametrize("nature", ["项目", "单位"])
def test_one_error_in_a_table_of_many_rows_is_one_finding(tmp_path: Path, nature: str) -> None:
    random = Random(1)  # noqa: S311 - no secret
    parts = [(random.randint(1, 99_999), random.randint(0, 9_999)) for _ in range(3_000)]
    sums = [sum(a for a, _ in parts) + 50_000, sum(b for _, b in parts)]
    rows = [[f"{nature}名称", *KINDS[1:]], ["合计", *(f"{v / 100:.2f}" for v in (sum(sums) - 50_000, *sums))]]
    rows += [
        [f"{nature}{i}", *(f"{v / 100:.2f}" for v in (a + b, a, b))] for i, (a, b) in enumerate(parts)
    ]
    findings = grave(found(tmp_path, page((f"表1 {nature}支出预算表", rows))))
    assert len(findings) == 1
    assert findings[0].suspect is not None
    assert findings[0].suspect.value == f"{(sums[0] - 50_000) / 100:,.2f}"


def test_errors_beyond_counting_are_told_in_bounded_time(tmp_path: Path) -> None:
    random = Random(2)  # noqa: S311 - no secret
    rows = [KINDS, ["合计", "1.00", "2.00", "3.00"]]
    for i in range(1_500):
        right, wrong = random.randint(100, 9_999), random.randint(100, 9_999)
        whole = right + 50 if i % 3 else right + 50 + wrong
        rows.append([f"项目{i}", f"{whole}.00", f"{right}.00", "50.00"])
    findings = found(tmp_path, page(("表1 项目支出预算表", rows)))
    assert grave(findings)
    assert len(findings) < len(rows)
