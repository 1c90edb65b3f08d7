"""The checks: every example of the catalogue, and what the findings say of wrong numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

import shouzhi
from shouzhi.catalogue.checks import KINDS, SEVERITIES, Example, check_book, read_checks
from shouzhi.catalogue.limits import limits, read_limits
from shouzhi.catalogue.loading import CatalogueError
from shouzhi.checks import ORDER, Finding, Kind, Severity, reference
from shouzhi.checks.names import distance
from shouzhi.checks.titles import assign

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"
REVIEW = ROOT / "docs" / "samples-review.md"
ROWS = check_book().rows


def found(example: Example, folder: Path) -> list[Finding]:
    """The findings of the small documents of an example."""
    documents = []
    for place, text in enumerate(example.documents):
        path = folder / f"{place}.txt"
        path.write_text(text, encoding="utf-8")
        documents.append(shouzhi.read(path))
    return shouzhi.check(documents, between=example.between)


def of_text(text: str, folder: Path) -> list[Finding]:
    return found(Example((re.sub(r" \|(?: |$)", "\t", text, flags=re.MULTILINE),)), folder)


# -- the catalogue ---------------------------------------------------------------------------


@pytest.mark.parametrize("check", ROWS)
def test_the_failing_example_is_found(check: str, tmp_path: Path) -> None:
    findings = found(ROWS[check].failing, tmp_path)
    mine = [f for f in findings if f.check == check]
    assert mine, [(f.check, f.message) for f in findings]
    for finding in mine:
        assert ORDER.index(finding.severity) >= SEVERITIES.index(ROWS[check].severity)
        assert finding.kind == ROWS[check].kind
        assert finding.where
        assert "{" not in finding.message


@pytest.mark.parametrize("check", ROWS)
def test_the_passing_example_is_not(check: str, tmp_path: Path) -> None:
    assert not [f.message for f in found(ROWS[check].passing, tmp_path) if f.check == check]


def test_the_catalogue_and_the_contract_name_the_same_kinds_and_severities() -> None:
    assert get_args(Kind) == KINDS
    assert get_args(Severity) == SEVERITIES == ORDER


def test_the_reference_page_is_fresh() -> None:
    page = Path(__file__).parents[1] / "docs" / "checks.md"
    assert page.read_text(encoding="utf-8") == reference.page()


ROW = """\
checks:
  - id: {id}
    title: t
    means: m
    kind: {kind}
    severity: error
    message: "{message}"
    passing: p
    failing: f
wording: {{}}
children: {{}}
slips: {{}}
weak: []
"""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "Upper"}, ":2: “Upper”不是检查的名称"),
        ({"kind": "guess"}, ":5: “guess”不在可用的值之中"),
        ({"message": "{oops"}, "花括号不成对"),
    ],
)
def test_a_fault_in_the_catalogue_names_file_and_line(
    change: dict[str, str], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "checks.yaml"
    fields = {"id": "one", "kind": "name", "message": "m", **change}
    path.write_text(ROW.format(**fields), encoding="utf-8")
    with pytest.raises(CatalogueError, match=re.escape(says)):
        read_checks(path)


def test_limits_have_one_value_at_a_time() -> None:
    from datetime import date

    days = limits()["unit-disclosure-days"]
    assert days.at(date(2020, 9, 30)) is None
    assert days.at(date(2024, 1, 1)) == days.values[-1]
    assert all(value.authority for limit in limits().values() for value in limit.values)


def test_a_limit_with_a_wrong_day_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "limits.yaml"
    path.write_text(
        "days:\n  title: t\n  unit: u\n  values:\n"
        "    - {value: 20, valid_from: 2020-13-01, authority: a}\n",
        encoding="utf-8",
    )
    with pytest.raises(CatalogueError, match=":5: “2020-13-01”不是日期"):
        read_limits(path)


# -- one cause, one finding ---------------------------------------------------------------------

TREE = """\
青禾市图书档案局2024年部门预算
表1 支出预算总表
单位：万元

科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
 | 合计 | 1,130.00 | 1,100.00 | 30.00
201 | 一般公共服务支出 | {top} | 1,090.00 | 30.00
20126 | 档案事务 | 1,120.00 | 1,090.00 | 30.00
2012601 | 行政运行 | 1,090.00 | 1,090.00 |
2012604 | 档案馆 | 30.00 |  | 30.00
221 | 住房保障支出 | 10.00 | 10.00 |
22102 | 住房改革支出 | 10.00 | 10.00 |
2210201 | 住房公积金 | 10.00 | 10.00 |
"""


def test_one_wrong_cell_is_one_finding_with_its_right_value(tmp_path: Path) -> None:
    assert not [f for f in of_text(TREE.format(top="1,120.00"), tmp_path) if f.severity == "error"]
    errors = [f for f in of_text(TREE.format(top="1,210.00"), tmp_path) if f.severity == "error"]
    assert len(errors) == 1
    (finding,) = errors
    assert finding.check == "sum-in-table"
    assert (finding.found, finding.expected, finding.difference) == (
        "1,210.00",
        "1,120.00",
        "90.00",
    )
    assert finding.suspect is not None
    assert finding.suspect.sure
    assert finding.suspect.pattern == "transposed"
    assert finding.where[0].label == "一般公共服务支出"
    assert finding.where[0].location.line == 7
    assert len(finding.broken) == 3
    assert "表1《支出预算总表》" in finding.message
    assert "“合计”栏" in finding.message


def test_findings_come_the_gravest_first(tmp_path: Path) -> None:
    text = TREE.format(top="1,210.00") + "\n一、收支情况\n\n支出130.00万元。。比上年增长8.33。\n"
    severities = [ORDER.index(f.severity) for f in of_text(text, tmp_path)]
    assert severities == sorted(severities)
    assert len(set(severities)) > 1


def test_checking_nothing_finds_nothing(tmp_path: Path) -> None:
    assert shouzhi.check([]) == []
    assert of_text("青禾市图书档案局2024年部门预算\n", tmp_path) == []


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "", 0), ("档案馆", "档案馆", 0), ("规划和资源", "规划与资源", 1), ("协作办", "协作办公室", 2),
     ("甲", "乙丙丁戊", 3)],
)  # fmt: skip
def test_distance_counts_edits_up_to_a_limit(one: str, other: str, edits: int) -> None:
    assert distance(one, other, 2) == edits


def test_titles_are_matched_by_what_they_mean() -> None:
    wanted = ["一、收入预算总表", "二、支出预算总表", "三、财政拨款政府性基金支出预算表"]
    titles = [
        "2024年部门支出预算总表",
        "政府性基金预算财政拨款支出预算表",
        "2024年部门收入预算总表",
    ]
    assert assign(wanted, titles, None) == {0: 2, 1: 0, 2: 1}
    assert assign(["收支预算总表"], ["收入预算总表"], None) == {}


# -- the samples -----------------------------------------------------------------------------------


def reviewed(name: str) -> list[str]:
    """The checks of the rows that the review lists for a sample, one for each finding."""
    text = REVIEW.read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"{name} is not in the review"
    return sorted(re.findall(r"^\| (?:error|warning) \| ([a-z-]+) \|", section[1], re.MULTILINE))


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here")
@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_every_error_and_warning_of_the_samples_was_reviewed(path: Path) -> None:
    findings = shouzhi.check([shouzhi.read(path)])
    grave = sorted(f.check for f in findings if f.severity in {"error", "warning"})
    assert grave == reviewed(f"{path.parent.name}/{path.name}")
