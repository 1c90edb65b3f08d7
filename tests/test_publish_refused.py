"""Books that cannot be published: one message a fault, with its place and remedy, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from shouzhi.catalogue.forms import edition
from shouzhi.cli import main
from shouzhi.cycle.building import build, load, read
from shouzhi.cycle.folder import write_folder
from shouzhi.cycle.raw import Fault, RawBook, RawRow, Spot
from shouzhi.cycle.workbook import write_workbook
from shouzhi.publish.document import Publication, publication
from shouzhi.publish.proof import faults, findings

EXAMPLES = Path(__file__).parents[1] / "examples"
BOOKS = ("xiezuo-budget-2024", "xiezuo-budget-2017", "zhengwuban-budget-2017", "banggongting-accounts-2017")
SLICE = BOOKS[0]

Change = Callable[[RawBook], None]


def first(sheet: str, **cells: str) -> Change:
    """Cells of the first row of a sheet replaced."""

    def change(raw: RawBook) -> None:
        row = raw.sheets[sheet][0]
        raw.sheets[sheet][0] = RawRow({**row.cells, **cells}, row.spot)

    return change


def more(sheet: str, **cells: str) -> Change:
    """A row more at the end of a sheet."""
    return lambda raw: raw.sheets[sheet].append(RawRow(cells, Spot(f"{sheet}.csv", 2 + len(raw.sheets[sheet]))))


def twice(sheet: str) -> Change:
    """The first row of a sheet once more."""
    return lambda raw: raw.sheets[sheet].append(raw.sheets[sheet][0])


CHANGES: dict[str, tuple[Change, str, int | None, tuple[str, ...]]] = {
    # the change, the sheet and the row that are told (None: the last), what and how to mend
    "an unknown code": (
        first("expenditure", function="2990199"), "支出", 2, ("“功能科目”", "科目表里没有“2990199”", "请填科目表里的")
    ),
    "three decimals": (
        first("expenditure", amount="1000.125"), "支出", 2, ("“金额（元）”", "小数超过两位", "最多到分")
    ),
    "a project without lines": (
        more("projects", name="没有钱的项目", unit="广州市协作办公室", kind="一次性项目"),
        "项目", None, ("“没有钱的项目”没有一笔支出", "请"),
    ),
    "a unit that is not listed": (
        first("expenditure", unit="某某中心"), "支出", 2, ("“单位”页里没有“某某中心”", "请在“单位”页加上")
    ),
    "two lines that say the same": (twice("income"), "收入", None, ("说的是同一笔", "请删去一行")),
    "text in an amount": (
        first("income", amount="见附件"), "收入", 2, ("“金额（元）”", "“见附件”不是金额", "请只填数字")
    ),
}  # fmt: skip


def run(book: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["publish", str(book), "-o", str(out), *more])


def told(result: Result) -> list[str]:
    return [line.strip().removeprefix("✗ ") for line in result.output.splitlines() if "✗" in line]


@pytest.mark.parametrize("suffix", ["", ".xlsx"], ids=["folder", "workbook"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_fault_is_told_once_with_place_and_remedy(name: str, suffix: str, tmp_path: Path) -> None:
    change, sheet, row, words = CHANGES[name]
    raw = read(EXAMPLES / SLICE)
    change(raw)
    book, out = tmp_path / f"book{suffix}", tmp_path / "out"
    (write_workbook if suffix else write_folder)(raw, book)
    result = run(book, out)
    assert result.exit_code == 2
    assert len(messages := told(result)) == 1, messages
    key = {"支出": "expenditure", "收入": "income", "项目": "projects"}[sheet]
    place = f"工作表“{sheet}”" if suffix else f"{key}.csv"
    assert messages[0].startswith(f"{place} 第 {row or len(raw.sheets[key]) + 1} 行")
    assert all(word in messages[0] for word in words), messages[0]
    assert not out.exists()


def test_a_workbook_of_another_version_is_told(tmp_path: Path) -> None:
    path, out = tmp_path / "book.xlsx", tmp_path / "out"
    write_workbook(read(EXAMPLES / SLICE), path)
    book = openpyxl.load_workbook(path)
    cell = next(c for row in book["部门"].iter_rows() for c in row if str(c.value).strip() == "版本")
    cell.offset(column=1).value = 9
    book.save(path)
    result = run(path, out)
    assert result.exit_code == 2
    assert len(messages := told(result)) == 1, messages
    assert "工作表“部门”" in messages[0]
    assert "“9”" in messages[0]
    assert "shouzhi book template" in messages[0]
    assert not out.exists()


def test_a_second_fault_is_told_beside_the_first(tmp_path: Path) -> None:
    raw = read(EXAMPLES / SLICE)
    CHANGES["three decimals"][0](raw)
    CHANGES["text in an amount"][0](raw)
    write_folder(raw, tmp_path / "book")
    messages = told(run(tmp_path / "book", tmp_path / "out"))
    assert [message.partition(" ")[0] for message in messages] == ["income.csv", "expenditure.csv"]


# -- lines that the edition has no column for -------------------------------------------------


def in_edition(book: str, key: str) -> Publication:
    return publication(load(EXAMPLES / book), edition(key))


def astray(made: Publication) -> list[Fault]:
    return [fault for fault in faults(made) if "没有栏目" in fault.message]


@pytest.mark.parametrize("name", BOOKS)
def test_every_line_of_the_examples_has_its_column(name: str) -> None:
    book = load(EXAMPLES / name)
    assert book.edition is not None
    assert astray(publication(book, edition(book.edition))) == []


@pytest.mark.parametrize(
    ("book", "key", "sheet", "words"),
    [
        ("xiezuo-budget-2017", "guangzhou/budget-2024", "income.csv", ("“收入类型”", "“上年结转”", "表1")),
        ("xiezuo-budget-2024", "guangzhou/budget-2017", "expenditure.csv", ("“支出类别”", "“项目支出”", "表三")),
        ("xiezuo-budget-2024", "jiangsu/budget-2018", "income.csv", ("“资金来源”", "“一般公共预算”", "公开02表")),
    ],
    ids=["flow", "kind", "source"],
)
def test_a_line_without_a_column_is_told_with_its_row(
    book: str, key: str, sheet: str, words: tuple[str, ...]
) -> None:
    first = astray(in_edition(book, key))[0]
    assert first.spot.sheet == sheet
    assert first.spot.row
    assert all(word in str(first) for word in words), str(first)
    assert "--form" in first.remedy


def test_one_line_astray_is_one_fault(tmp_path: Path) -> None:
    raw = read(EXAMPLES / SLICE)
    for sheet in ("income", "expenditure"):
        cells = {"unit": "广州市协作办公室", "function": "2010301", "source": "债务资金", "amount": "100"}
        cells |= {"kind": "基本支出", "economic": "30201"} if sheet == "expenditure" else {}
        raw.sheets[sheet].append(RawRow(cells, Spot(f"{sheet}.csv", 900)))
    made = publication(build(raw), edition("guangzhou/budget-2024"))
    found = astray(made)
    assert [str(fault.spot) for fault in found] == ["income.csv 第 900 行“资金来源”"]
    assert "“债务资金”" in found[0].message
    # The sums that miss on that account are not told a second time.
    assert [f.kind for f in findings(made) if f.kind in {"arithmetic", "cross-table"}] == []
    write_folder(raw, tmp_path / "book")
    result = run(tmp_path / "book", tmp_path / "out")
    assert result.exit_code == 1
    assert len([line for line in told(result) if "债务资金" in line or "≠" in line]) == 1
    assert not (tmp_path / "out").exists()
