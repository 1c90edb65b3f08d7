"""`shouzhi check` on real files: exit status, formats, cache, many files, one against another."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from click.testing import CliRunner, Result

from example_tables import Block, Table, blocks, departments
from example_writers import WRITERS
from shouzhi.cli import main
from shouzhi.space import Coordinates

EXAMPLES = Path(__file__).parents[1] / "examples" / "documents"
RIGHT, WRONG = "群众文化\t98.43\t86.00", "群众文化\t98.43\t68.00"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the results of another, nor the user's."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SHOUZHI_CACHE", str(folder))
    monkeypatch.setenv("SHOUZHI_HOME", str(folder / "home"))
    return folder


@pytest.fixture
def clean() -> Path:
    """An example in which everything adds up."""
    return next(EXAMPLES.glob("*.txt"))


@pytest.fixture
def wrong(clean: Path, tmp_path: Path) -> Path:
    """The same with two digits of one cell swapped."""
    text = clean.read_text(encoding="utf-8")
    assert text.count(RIGHT) == 1
    path = tmp_path / "错.txt"
    path.write_text(text.replace(RIGHT, WRONG), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An example document as PDF with two digits of one amount transposed."""
    department = next(d for d in departments() if d.format == "pdf")
    planted: list[Block] = []
    for block in blocks(department):
        if isinstance(block, Table) and block.number == "表6":
            rows = [[*row[:2], "3,968,300", *row[3:]] if row[0] == "30102" else row for row in block.rows]
            planted.append(replace(block, rows=rows))
        else:
            planted.append(block)
    path = tmp_path_factory.mktemp("planted") / "planted.pdf"
    WRITERS["pdf"](planted, path)
    return path


def shouzhi(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *(str(argument) for argument in arguments)])


def findings(result: Result) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in result.stdout.splitlines()]


def test_the_exit_status_tells_clean_from_wrong_from_unusable(clean: Path, wrong: Path) -> None:
    assert shouzhi(clean).exit_code == 0
    assert shouzhi(wrong).exit_code == 1
    missing = shouzhi(wrong, "no-such-file.pdf")
    assert missing.exit_code == 2
    assert "no-such-file.pdf" in missing.stderr
    assert "Traceback" not in missing.output


def test_the_wrong_cell_is_named_with_its_right_value(wrong: Path) -> None:
    result = shouzhi(wrong, "--format", "json")
    errors = [finding for finding in findings(result) if finding["severity"] == "error"]
    assert len(errors) == 1
    (error,) = errors
    assert error["document"] == wrong.as_posix()
    assert error["suspect"]["value"] == "86.00"
    assert error["suspect"]["where"]["text"] == "68.00"
    assert error["suspect"]["where"]["label"] == "群众文化"
    assert error["where"][0]["line"]
    told = shouzhi(wrong).stdout
    row, carets = next(
        (above, line) for above, line in zip(told.splitlines(), told.splitlines()[1:], strict=False)
        if "^^^^^ 应为 86.00" in line
    )  # fmt: skip
    assert "群众文化" in row
    assert "68.00" in row
    assert "86.00" in carets
    assert "\x1b" not in told


def test_findings_come_from_the_cache_under_any_name(wrong: Path, tmp_path: Path) -> None:
    first = shouzhi(wrong, "--format", "json")
    moved = tmp_path / "moved.txt"
    shutil.copy(wrong, moved)
    second = shouzhi(moved, "--format", "json")
    assert "取自缓存" not in first.stderr
    assert "1 份取自缓存" in second.stderr
    assert {finding["document"] for finding in findings(second)} == {moved.as_posix()}
    assert len(findings(first)) == len(findings(second))
    assert "取自缓存" not in shouzhi(moved, "--no-cache").stderr


def test_several_files_end_with_a_table_of_them_and_a_summary(clean: Path, wrong: Path) -> None:
    result = shouzhi(clean, wrong)
    told = result.stdout
    assert told.index("文件一览") < told.index("按检查项汇总")
    table = told[told.index("文件一览") : told.index("按检查项汇总")].splitlines()
    assert any(line.split()[-4:-3] == ["1"] for line in table if wrong.name in line)
    assert any(line.split()[-4:-3] == ["0"] for line in table if clean.name in line)


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.jsonl", b"{"), ("a.html", b"<!doctype html>"), ("a.xlsx", b"PK"), ("a.txt", b"\xe2\x94")],
)
def test_the_name_of_the_output_tells_its_format(
    wrong: Path, tmp_path: Path, name: str, begins: bytes
) -> None:
    result = shouzhi(wrong, "-o", tmp_path / "new" / name)
    assert result.exit_code == 1, result.stderr
    assert result.stdout == ""
    assert (tmp_path / "new" / name).read_bytes().startswith(begins)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]


def test_a_report_shows_pictures_of_pdf_pages_and_unusable_files(pdf: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nno more")
    result = shouzhi(pdf, tmp_path / "broken.pdf", "-o", tmp_path / "report.html")
    assert result.exit_code == 2
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "broken.pdf" in text
    assert "data:image/png;base64," in text


def test_unusable_files_stand_in_the_list_too(clean: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nno more")
    shouzhi(clean, tmp_path / "broken.pdf", "-o", tmp_path / "list.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0]
    severities = [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert "不能使用" in severities


def test_a_pdf_is_marked_and_others_are_told_gently(
    pdf: Path, wrong: Path, tmp_path: Path
) -> None:
    result = shouzhi(pdf, "-o", tmp_path / "marked.pdf")
    assert result.exit_code == 1, result.stderr
    assert (tmp_path / "marked.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "marked.pdf").read_bytes().count(b"/Highlight")
    other = shouzhi(wrong, "-o", tmp_path / "other.pdf")
    assert other.exit_code == 2
    assert "不是 PDF" in other.stderr
    assert "--format html" in other.stderr
    assert not (tmp_path / "other.pdf").exists()
    both = shouzhi(pdf, wrong, "--format", "pdf", "-o", tmp_path / "folder")
    assert both.exit_code == 1
    assert [path.name for path in (tmp_path / "folder").iterdir()] == [pdf.name]
    assert "文件夹" in shouzhi(pdf, wrong, "-o", tmp_path / "marked.pdf").stderr


def test_an_output_is_asked_for_where_it_is_needed(clean: Path) -> None:
    for chosen in ("html", "xlsx", "pdf"):
        result = shouzhi(clean, "--format", chosen)
        assert result.exit_code == 2
        assert "-o" in result.stderr


def test_documents_are_checked_against_each_other(
    clean: Path, wrong: Path, tmp_path: Path
) -> None:
    result = shouzhi("--between", clean, wrong, "--format", "json")
    assert result.exit_code == 1, result.stderr
    between = [finding for finding in findings(result) if finding["kind"] == "between"]
    named = {place["document"] for finding in between for place in finding["where"]}
    assert named <= {clean.as_posix(), wrong.as_posix()}
    told = shouzhi("--between", clean, wrong)
    assert "2 份文件相互核对" in told.stdout
    assert "2 份取自缓存" in told.stderr
    missing = shouzhi("--between", clean, tmp_path / "none.pdf")
    assert missing.exit_code == 2
    assert "1 份文件" in missing.stderr


def test_nothing_to_check_is_told(tmp_path: Path) -> None:
    result = shouzhi(tmp_path)
    assert result.exit_code == 2
    assert "没有找到" in result.stderr


def test_english(wrong: Path) -> None:
    result = shouzhi(wrong, "--lang", "en")
    assert "should be 86.00" in result.stdout
    assert "documents and" in result.stderr


def test_places_of_the_space_survive_the_way_between_processes() -> None:
    place = Coordinates({"year": "2024", "function": "201"})
    data = pickle.dumps(place).replace(b"2024", b"2025")
    moved = pickle.loads(data)  # noqa: S301 - our own bytes
    assert moved == Coordinates({"function": "201", "year": "2025"})
    assert hash(moved) == hash(Coordinates({"function": "201", "year": "2025"}))
