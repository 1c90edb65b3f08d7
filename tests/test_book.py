"""The book: folder and workbook, what is wrong in one, and its lines asked by place."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shouzhi.cli import main
from shouzhi.cycle.building import build, load
from shouzhi.cycle.folder import read_folder, write_folder
from shouzhi.cycle.lines import Ledger
from shouzhi.cycle.raw import BookFaults, RawBook
from shouzhi.cycle.workbook import read_workbook, write_workbook

EXAMPLES = sorted(p.parent for p in (Path(__file__).parent.parent / "examples").glob("*/book.yaml"))

SOUND = {
    "book.yaml": "版本: 1\n部门: 某市档案局\n种类: 预算\n年度: 2024\n",
    "units.csv": "单位名称,单位编码,单位性质\n某市档案局,101,行政单位\n某市档案馆,102,公益一类事业单位\n",
    "projects.csv": "项目名称,单位,类别\n档案数字化,102,一次性项目\n",
    "income.csv": "单位,资金来源,金额（元）\n101,一般公共预算,100.00\n102,事业收入,50.5\n",
    "expenditure.csv": (
        "单位,功能科目,经济科目,资金来源,支出类别,项目,金额（元）\n"
        "101,2010301,30101,一般公共预算,基本支出,,60\n"
        "101,2010301,30217,一般公共预算,基本支出,,40\n"
        "102,2010350,,事业收入,,档案数字化,50.50\n"
    ),
}


def written(folder: Path, **changes: str) -> Path:
    for name, text in {**SOUND, **{k.replace("_", "."): v for k, v in changes.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults(path: Path) -> list[str]:
    with pytest.raises(BookFaults) as raised:
        load(path)
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_survives_workbook_and_folder(example: Path, tmp_path: Path) -> None:
    raw = read_folder(example)
    write_workbook(raw, tmp_path / "book.xlsx")
    again = read_workbook(tmp_path / "book.xlsx")
    assert (again.settings, again.prose) == (raw.settings, raw.prose)
    assert {k: [r.cells for r in v] for k, v in again.sheets.items() if v} == {
        k: [r.cells for r in v] for k, v in raw.sheets.items()
    }
    write_folder(again, tmp_path / "folder")
    for path in sorted(example.iterdir()):
        assert (tmp_path / "folder" / path.name).read_bytes() == path.read_bytes()
    assert build(again).lines


def test_equal_books_give_equal_workbooks(tmp_path: Path) -> None:
    raw = read_folder(written(tmp_path))
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(raw, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_lines_are_asked_by_place(tmp_path: Path) -> None:
    ledger = Ledger(load(written(tmp_path)))

    def fen(**where: str) -> int:
        return ledger.sum(ledger.at({dimension: (member,) for dimension, member in where.items()}))

    assert fen(flow="income_total") == fen(flow="expenditure_total") == 15_050
    assert fen(flow="expenditure", function="201") == 15_050
    assert fen(flow="expenditure", unit="行政单位") == fen(flow="expenditure", unit="101") == 10_000
    assert fen(flow="expenditure", source="own") == fen(flow="expenditure", kind="project") == 5_050
    assert fen(flow="expenditure", kind="staff") == 6_000  # basic expenditure on 301
    assert fen(flow="expenditure", item="three_public") == fen(item="reception") == 4_000
    assert fen(year="previous") == 0
    assert fen(economic="302", flow="income") == 0


def test_what_the_book_tells_of_an_item_goes_before_its_economic_codes(tmp_path: Path) -> None:
    told = "年度,阶段,资金来源,事项,金额（元）\n2024,年初预算,一般公共预算,公务接待费,30\n"
    ledger = Ledger(load(written(tmp_path, comparison_csv=told)))
    assert ledger.sum(ledger.at({"item": ("three_public",)})) == 3_000
    assert ledger.sum(ledger.at({"economic": ("30217",)})) == 4_000


LINE = "单位,功能科目,经济科目,资金来源,支出类别,项目,金额（元）\n"
KEPT = "102,2010350,,事业收入,,档案数字化,50.50\n"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expenditure_csv": LINE + "101,2010399999,,一般公共预算,基本支出,,1\n" + KEPT},
         ("expenditure.csv 第 2 行“功能科目”", "科目表里没有“2010399999”", "classification")),
        ({"expenditure_csv": LINE + "101,2010301,39999999,一般公共预算,基本支出,,1\n" + KEPT},
         ("第 2 行“经济科目”", "没有“39999999”")),
        ({"expenditure_csv": LINE + "101,2010301,,一般公共预算,基本支出,,1.005\n" + KEPT},
         ("第 2 行“金额（元）”", "小数超过两位", "最多到分")),
        ({"expenditure_csv": LINE + "101,2010301,,一般公共预算,基本支出,,约一百\n" + KEPT},
         ("“约一百”不是金额", "请只填数字")),
        ({"expenditure_csv": LINE + "101,2010301,,一般公共预算,基本支出,,50%\n" + KEPT}, ("“50%”不是金额",)),
        ({"expenditure_csv": LINE + "109,2010301,,一般公共预算,基本支出,,1\n" + KEPT},
         ("“单位”页里没有“109”", "101、102")),
        ({"expenditure_csv": LINE + "101,2010301,,某种资金,基本支出,,1\n" + KEPT},
         ("不认识“某种资金”", "一般公共预算")),
        ({"expenditure_csv": LINE + "101,2010301,,一般公共预算,,,1\n" + KEPT}, ("没有填“支出类别”，也没有项目",)),
        ({"expenditure_csv": LINE + "102,2010301,,一般公共预算,,没有的项目,1\n" + KEPT},
         ("“项目”页里没有“没有的项目”",)),
        ({"expenditure_csv": LINE + "101,2010301,,一般公共预算,,档案数字化,1\n" + KEPT}, ("不是这个单位的项目",)),
        ({"expenditure_csv": LINE + "102,2010301,,一般公共预算,基本支出,档案数字化,1\n" + KEPT},
         ("支出类别是基本支出，而项目是一次性项目",)),
        ({"expenditure_csv": LINE + "101,2010301,,一般公共预算,基本支出,,1\n" * 2 + KEPT},
         ("expenditure.csv 第 3 行", "与expenditure.csv 第 2 行说的是同一笔", "备注")),
        ({"expenditure_csv": LINE + "101,2010301,,一般公共预算,基本支出,,1\n"},
         ("projects.csv 第 2 行", "项目“档案数字化”没有一笔支出")),
        ({"expenditure_csv": LINE + "101,2010301,,一般公共预算,基本支出,,1,2,3\n" + KEPT}, ("有 9 格", "引号")),
        ({"expenditure_csv": "单位,功能科目,金额\n"}, ("不认识“金额”这一列", "缺少“资金来源”这一列")),
        ({"units_csv": "单位名称,单位性质\n某局,行政单位\n某局,行政单位\n"}, ("units.csv 第 3 行", "相同")),
        ({"units_csv": "单位名称,单位性质\n某局,机关\n"}, ("不认识“机关”", "参公事业单位")),
        ({"projects_csv": "项目名称,单位,类别\n甲,102,一次性项目\n甲,102,一次性项目\n"}, ("同一单位的同名项目",)),
        ({"book_yaml": "版本: 7\n部门: 某局\n种类: 预算\n年度: 2024\n"}, ("版本是“7”", "template")),
        ({"book_yaml": "部门: 某局\n种类: 预算\n年度: 2024\n"}, ("没有写明账本的版本",)),
        ({"book_yaml": "版本: 1\n种类: 预算\n年度: 二四\n"}, ("没有填“部门”", "“二四”不是年份")),
        ({"book_yaml": "版本: 1\n部门: [某局\n"}, ("book.yaml", "不是正确的 YAML")),
        ({"budget_csv": "甲\n乙\n"}, ("budget.csv", "不是账本的一页", "expenditure.csv")),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_place_and_remedy(
    tmp_path: Path, changes: dict[str, str], words: tuple[str, ...]
) -> None:
    told = "\n".join(faults(written(tmp_path, **changes)))
    for word in words:
        assert word in told


def test_all_faults_are_told_at_once_in_the_order_of_the_sheets(tmp_path: Path) -> None:
    broken = LINE + "101,299,,一般公共预算,基本支出,,1\n101,2010301,,一般公共预算,基本支出,,一\n"
    found = faults(written(tmp_path, expenditure_csv=broken, income_csv="单位,资金来源,金额（元）\n101,,1.234\n"))
    assert [text.partition("：")[0] for text in found] == [
        "income.csv 第 2 行“资金来源”",
        "income.csv 第 2 行“金额（元）”",
        "expenditure.csv 第 2 行“功能科目”",
        "expenditure.csv 第 3 行“金额（元）”",
    ]


def test_a_fault_in_a_workbook_names_sheet_and_row(tmp_path: Path) -> None:
    raw = read_folder(written(tmp_path, expenditure_csv=LINE + "101,2010301,,一般公共预算,基本支出,,一\n" + KEPT))
    write_workbook(raw, tmp_path / "book.xlsx")
    assert faults(tmp_path / "book.xlsx")[0].startswith("工作表“支出” 第 2 行“金额（元）”")


def test_csv_as_a_chinese_spreadsheet_saves_it(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "units.csv").write_bytes(SOUND["units.csv"].encode("gb18030"))
    assert load(tmp_path).units["101"].name == "某市档案局"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x00" * 64])
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)
    (told,) = faults(tmp_path / "book.xlsx")
    assert "打不开" in told


def ran(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["book", *map(str, arguments)])


def test_the_template_is_a_book_to_be_filled(tmp_path: Path) -> None:
    for name in ("book.xlsx", "folder"):
        path = tmp_path / name
        assert ran("template", path, "--department", "某局", "--year", 2024).exit_code == 0
        checked = ran("check", path)
        assert checked.exit_code == 1
        assert "“单位”页是空的" in checked.output
        assert ran("template", path).exit_code == 2  # what is there is left alone


def test_a_sound_book_is_checked_and_converted(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert "收入总计 150.50 元" in ran("check", folder).output
    assert ran("convert", folder, tmp_path / "book.xlsx").exit_code == 0
    assert load(tmp_path / "book.xlsx").lines[0].amount == 10_000


def test_a_broken_book_is_not_converted(tmp_path: Path) -> None:
    folder = written(tmp_path, income_csv="单位,资金来源,金额（元）\n101,一般公共预算,1.234\n")
    result = ran("convert", folder, tmp_path / "book.xlsx")
    assert result.exit_code == 1
    assert "小数超过两位" in result.output
    assert not (tmp_path / "book.xlsx").exists()


def test_no_book_at_all(tmp_path: Path) -> None:
    assert ran("check", tmp_path / "nothing").exit_code == 2
    assert ran("check", tmp_path).exit_code == 2
    with pytest.raises(BookFaults, match="页是空的"):
        build(RawBook("empty", settings={"department": "某局", "document": "预算", "year": "2024"}))
