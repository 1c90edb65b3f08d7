"""The command line on real files: formats, order, cache, exit status, and what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from shouzhi.cli import COMMANDS, main, reference

EXAMPLES = Path(__file__).parents[1] / "examples" / "documents"
BROKEN = b"%PDF-1.7\nthis is not a PDF after all"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the results of another, nor the user's."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SHOUZHI_CACHE", str(folder))
    monkeypatch.setenv("SHOUZHI_HOME", str(folder / "home"))
    return folder


@pytest.fixture
def text() -> Path:
    """One example document, the quickest to read."""
    return next(EXAMPLES.glob("*.txt"))


def shouzhi(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def documents(result: Result) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in result.stdout.splitlines()]


def files(result: Result) -> list[str]:
    return [document["document"]["file"] for document in documents(result)]


def test_json_follows_the_contract(text: Path) -> None:
    result = shouzhi("read", text, "--format", "json", "--jobs", "1")
    assert result.exit_code == 0, result.stderr
    (document,) = documents(result)
    assert {"file", "title", "kind", "year", "department", "scope", "amount_unit"} <= set(
        document["document"]
    )
    assert document["tables"]
    for table in document["tables"]:
        assert {"number", "title", "amount_unit", "pages", "columns", "rows", "notes"} <= set(table)
        for row in table["rows"]:
            assert len(row["cells"]) == len(table["columns"])
    assert "1 份文件" in result.stderr


def test_results_come_in_the_order_of_the_input(tmp_path: Path, text: Path) -> None:
    wanted = []
    for number in range(12):
        path = tmp_path / f"{number:02d}.txt"
        path.write_text(text.read_text(encoding="utf-8") + "\n" * (12 - number), encoding="utf-8")
        wanted.append(path.as_posix())
    result = shouzhi("read", *reversed(wanted), "--format", "json")
    assert files(result) == list(reversed(wanted))


def test_a_broken_file_is_told_and_the_others_are_read(tmp_path: Path, text: Path) -> None:
    shutil.copy(text, tmp_path / "a.txt")
    (tmp_path / "b.pdf").write_bytes(BROKEN)
    shutil.copy(text, tmp_path / "c.txt")
    result = shouzhi("read", tmp_path, "no-such-file.pdf", "--format", "json")
    assert result.exit_code == 2
    assert [Path(file).name for file in files(result)] == ["a.txt", "c.txt"]
    told = [line for line in result.stderr.splitlines() if "✗" in line]
    assert len(told) == 2
    assert "b.pdf" in told[0]
    assert "no-such-file.pdf" in told[1]
    assert "；" in told[0]
    assert "Traceback" not in result.output


def test_nothing_to_read_is_told(tmp_path: Path) -> None:
    result = shouzhi("read", tmp_path)
    assert result.exit_code == 2
    assert "没有找到" in result.stderr


def test_a_second_run_comes_from_the_cache(own_cache: Path, text: Path, tmp_path: Path) -> None:
    first = shouzhi("read", text, "--format", "json")
    moved = tmp_path / "moved.txt"
    shutil.copy(text, moved)
    second = shouzhi("read", moved, "--format", "json")
    assert "取自缓存" not in first.stderr
    assert "1 份取自缓存" in second.stderr
    assert files(second) == [moved.as_posix()]
    before, after = documents(first)[0], documents(second)[0]
    assert before["tables"] == after["tables"]
    assert before["facts"] == after["facts"]
    for kept in own_cache.rglob("*.txt"):
        kept.write_bytes(b"damaged")
    third = shouzhi("read", moved, "--format", "json")
    assert "取自缓存" not in third.stderr
    assert documents(third) == documents(second)
    assert "取自缓存" not in shouzhi("read", moved, "--no-cache").stderr


def test_members_of_a_zip_are_read(tmp_path: Path, text: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.write(text, "inner/a.txt")
    result = shouzhi("read", tmp_path / "all.zip", "--format", "json")
    assert [file.rpartition("all.zip")[2] for file in files(result)] == ["/inner/a.txt"]


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("out.jsonl", b"{"),
        ("out.csv", b"\xef\xbb\xbffile,"),
        ("out.xlsx", b"PK"),
        ("out.parquet", b"PAR1"),
        ("out.txt", "━━".encode()),
    ],
)
def test_the_name_of_the_output_tells_its_format(
    tmp_path: Path, text: Path, name: str, begins: bytes
) -> None:
    result = shouzhi("read", text, "-o", tmp_path / "new" / name)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert (tmp_path / "new" / name).read_bytes().startswith(begins)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]


def test_a_table_is_plain_when_piped(text: Path) -> None:
    result = shouzhi("read", text)
    assert "\x1b" not in result.stdout
    assert "收支预算总表" in result.stdout


def test_an_output_that_cannot_be_is_told(tmp_path: Path, text: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = shouzhi("read", text, "--format", "csv", "-o", tmp_path / "file")
    below = shouzhi("read", text, "-o", tmp_path / "file" / "out.json")
    none = shouzhi("read", text, "--format", "xlsx")
    assert [r.exit_code for r in (folder, below, none)] == [2, 2, 2]
    assert "文件夹" in folder.stderr
    assert "写不到" in below.stderr
    assert "-o" in none.stderr
    assert all("Traceback" not in r.output for r in (folder, below, none))


def test_english(text: Path, tmp_path: Path) -> None:
    (tmp_path / "b.pdf").write_bytes(BROKEN)
    result = shouzhi("read", text, tmp_path / "b.pdf", "--lang", "en")
    assert "1 documents" in result.stderr
    assert "could not be used" in result.stderr


def test_the_demo_reads_every_example() -> None:
    result = shouzhi("demo")
    assert result.exit_code == 0, result.output
    count = len(list(EXAMPLES.iterdir()))
    assert f"{count} 份文件" in result.stderr


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from shouzhi.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'rich', 'yaml', 'orjson', 'numpy', 'pyarrow', 'lxml', 'pypdfium2'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert all(name in result.stdout for name in COMMANDS)


def test_the_lines_of_help_are_those_of_the_commands() -> None:
    for path, context in reference.commands(main, "shouzhi", None):
        words = path.split()
        if len(words) == 2:
            said = context.command.get_short_help_str(limit=100)
            assert said.rstrip(".") == COMMANDS[words[1]][1].rstrip("."), words[1]


def test_the_page_of_commands_is_fresh() -> None:
    assert reference.run(check=True) == 0


def test_as_a_module_and_into_a_closed_pipe(text: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    arguments: list[str | Path] = [sys.executable, "-m", "shouzhi", "read", text, "-j", "1"]
    result = subprocess.run(
        arguments, stdout=write_end, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write_end)
    assert result.returncode == 1
    assert result.stderr == ""
