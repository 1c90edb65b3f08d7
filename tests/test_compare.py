"""Two books or documents held against each other."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from shouzhi.catalogue.forms import edition
from shouzhi.cli import main
from shouzhi.cycle.building import build, read
from shouzhi.cycle.folder import write_folder
from shouzhi.cycle.raw import RawRow
from shouzhi.facts import Document
from shouzhi.publish.compare import compare
from shouzhi.publish.document import publication
from shouzhi.publish.proof import read_back

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "examples" / "xiezuo-budget-2024"
SAMPLE = ROOT.parent / "shared" / "samples" / "guangzhou" / "xiezuo-budget-2024.txt"


def document(more: str = "0") -> Document:
    """The book as published, with some 元 more on its first line of income and of expenditure."""
    raw = read(BOOK)
    for sheet in ("income", "expenditure"):
        first, *rest = raw.sheets[sheet]
        amount = Decimal(first.cells["amount"]) + Decimal(more)
        raw.sheets[sheet] = [RawRow({**first.cells, "amount": str(amount)}, first.spot), *rest]
    return read_back(publication(build(raw), edition("guangzhou/budget-2024")))


def test_a_document_equals_itself() -> None:
    found = compare(document(), document())
    assert not found.changes
    assert found.same > 300


def test_one_line_more_changes_its_totals() -> None:
    found = compare(document(), document("1000000"))
    changed = {(change.table, change.label, change.heading): change for change in found.of("changed")}
    total = changed["表1 收支总体情况表", "收入总计", "收入·预算"]
    assert total.difference == 100_000_000
    assert total.rate == Decimal("0.04")
    assert all(change.difference == 100_000_000 for change in found.changes)


def test_what_is_new_is_added_and_what_is_gone_removed() -> None:
    before, after = document(), document()
    fact = next(f for f in after.facts if f.amount and f.table == 4)
    after.facts = [f for f in after.facts if f.where != fact.where]
    assert [c.kind for c in compare(before, after).changes] == ["removed"]
    assert [c.kind for c in compare(after, before).changes] == ["added"]


def test_a_breakdown_that_only_one_prints_is_counted_not_listed() -> None:
    before, after = document(), document()
    by_account = {f.where for f in after.facts if f.where.get("flow") == "income" and "function" in f.where}
    before.facts = [f for f in before.facts if f.where not in by_account]
    for found in (compare(before, after), compare(after, before)):
        assert not found.changes
        assert found.apart > 20


def test_a_last_digit_is_slight_and_a_real_change_is_not() -> None:
    found = compare(document(), document("100"))  # 100 元 are the last digit of 万元
    assert found.changes
    assert all(change.slight for change in found.changes)
    assert not any(change.slight for change in compare(document(), document("1000000")).changes)


def test_what_differs_by_a_last_digit_is_shown_when_asked_for(tmp_path: Path) -> None:
    raw = read(BOOK)
    for sheet in ("income", "expenditure"):
        first, *rest = raw.sheets[sheet]
        more = str(Decimal(first.cells["amount"]) + 100)
        raw.sheets[sheet] = [RawRow({**first.cells, "amount": more}, first.spot), *rest]
    write_folder(raw, tmp_path / "other")
    short, full = (
        CliRunner().invoke(main, ["compare", str(BOOK), str(tmp_path / "other"), *more]).output
        for more in ([], ["--all"])
    )
    assert "只差一个尾数" in short
    assert "收入总计" not in short
    assert "收入总计" in full
    # Two documents of the same title are told apart by their files.
    assert "（xiezuo-budget-2024） → 广州市协作办公室2024年部门预算（other）" in short.replace("\n", "")


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the samples are not beside the checkout")
def test_a_book_against_what_was_published() -> None:
    import shouzhi

    found = compare(document(), shouzhi.read(SAMPLE))
    assert not found.of("added")
    assert not found.of("removed")
    assert all(abs(change.difference) <= 10_000 for change in found.changes)  # controlled rounding


@pytest.mark.parametrize("suffix", ["html", "xlsx"])
def test_the_command_writes_files(suffix: str, tmp_path: Path) -> None:
    other = ROOT / "examples" / "xiezuo-budget-2017"
    out = tmp_path / f"out.{suffix}"
    result = CliRunner().invoke(main, ["compare", str(other), str(BOOK), "-o", str(out)])
    assert result.exit_code == 0, result.output
    if suffix == "html":
        assert "比上年" not in out.read_text(encoding="utf-8")
        assert "城乡社区支出" in out.read_text(encoding="utf-8")
    else:
        import openpyxl

        page = openpyxl.load_workbook(io.BytesIO(out.read_bytes())).active
        assert page is not None
        assert page.max_row > 50


def test_a_file_that_is_not_there_is_told() -> None:
    result = CliRunner().invoke(main, ["compare", "nothing.pdf", str(BOOK)])
    assert result.exit_code == 2
    assert "没有这个文件或文件夹" in result.output
