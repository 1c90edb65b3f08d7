"""The output formats hold what was read: exactly, safely, and so that a person can read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from rich.cells import cell_len

from shouzhi.cli import records, terminal
from shouzhi.cli.batch import Reading
from shouzhi.cli.formats import open_writer
from shouzhi.cli.messages import Messages, _catalogue
from shouzhi.space import parse_amount

CARS = "公务用车购置及运行费"


def row(label: str, cells: Sequence[str | None], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    plain = {"codes": {}, "side": None, "where": {}, "texts": {}, "location": {"page": 2}}
    return {"label": label, "cells": list(cells), **plain, **more}


def sample(file: str = "样本/表.pdf") -> dict[str, Any]:
    """A document with the shapes that the formats must hold."""
    columns: list[dict[str, Any]] = [
        {"heading": ["合计"], "where": {}, "side": None},
        {"heading": [CARS, "小计"], "where": {}, "side": None},
        {"heading": [CARS, "购置费"], "where": {}, "side": None},
    ]
    tree = [
        row("合计", ["1,604.79", "-12.00", None]),
        row("一般公共服务支出", ["1,604.79", "", "3.5%"], codes={"function": "201"}),
        row(
            "=HYPERLINK(1)",
            [None, None, None],
            texts={"说明": "@cmd"},
            codes={"function": "2010301"},
        ),
    ]
    sided = [
        {"heading": ["收入", "预算"], "where": {}, "side": "收入"},
        {"heading": ["支出", "预算"], "where": {}, "side": "支出"},
    ]
    halves = [
        row("一、拨款", ["9.00", None], side="收入"),
        row("一、教育", [None, "9.00"], side="支出"),
    ]
    facts = [
        {
            "where": {"function": "201", "year": "2024"}, "amount": "16047900.00", "unit": "元",
            "printed": "1,604.79", "printed_unit": "万元", "how": "rulings",
            "table": 0, "row": 1, "column": 0,
            "location": {"page": 2, "box": [1.0, 2.0, 3.5, 4.0]},
        },
        {"where": {}, "amount": None, "unit": "%", "printed": "3.5%", "location": {"line": 7}},
    ]  # fmt: skip
    about = {
        "file": file, "title": "某局2024年部门预算", "kind": "budget", "year": 2024,
        "department": "某局", "scope": "department", "amount_unit": "万元",
    }  # fmt: skip
    common = {"amount_unit": "万元", "pages": [2], "how": "rulings"}
    tables = [
        {
            "number": "表1",
            "title": "支出: 表/1",
            "columns": columns,
            "rows": tree,
            "notes": ["=注"],
            **common,
        },
        {
            "number": "表1",
            "title": "收支总表",
            "columns": sided,
            "rows": halves,
            "notes": [],
            **common,
        },
        {"number": None, "title": "空表", "columns": columns, "rows": [], "notes": [], **common},
    ]
    return {"document": about, "tables": tables, "facts": facts}


def reading(document: dict[str, Any]) -> Reading:
    counts = len(document["tables"]), len(document["facts"])
    return Reading(document["document"]["file"], orjson.dumps(document), *counts, ("一处提示",))


def written(chosen: str, out: Path, *documents: dict[str, Any]) -> list[str]:
    notes: list[str] = []
    with open_writer(chosen, out, Messages(), notes) as add:
        for document in documents:
            add(reading(document))
    return notes


def test_json_is_one_object_a_line(tmp_path: Path) -> None:
    written("json", tmp_path / "out.jsonl", sample("a"), sample("b"))
    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["document"]["file"] for line in lines] == ["a", "b"]


def test_csv_has_one_line_a_fact_with_its_words(tmp_path: Path) -> None:
    written("csv", tmp_path / "facts.csv", sample())
    with (tmp_path / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["amount_fen"] == "1604790000"
    assert first["amount_yuan"] == "16047900.00"
    assert (first["label"], first["heading"], first["function"]) == (
        "一般公共服务支出",
        "合计",
        "201",
    )
    assert (first["page"], first["right"], first["printed"]) == ("2", "3.5", "1,604.79")
    assert (second["amount_fen"], second["value"], second["line"]) == ("", "3.5", "7")


def test_a_csv_folder_has_one_file_a_table(tmp_path: Path) -> None:
    written("csv", tmp_path / "out", sample("x/a.pdf"), sample("y/a.pdf"))
    names = sorted(path.name for path in (tmp_path / "out" / "tables").iterdir())
    assert len(names) == 6
    assert names[0] == "a-01-表1.csv"
    with (tmp_path / "out" / "tables" / names[0]).open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["功能科目编码", "项目", "合计", f"{CARS}/小计", f"{CARS}/购置费", "说明"]
    assert rows[0] == ["", "合计", "1,604.79", "-12.00", "", ""]
    assert rows[2] == ["2010301", "'=HYPERLINK(1)", "", "", "", "'@cmd"]


def test_a_workbook_has_numbers_as_numbers_and_no_formulas(tmp_path: Path) -> None:
    written("xlsx", tmp_path / "out.xlsx", sample(), sample())
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert len({name.casefold() for name in book.sheetnames}) == 8
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    sheet = book.worksheets[2]
    assert "C2:C3" not in {str(r) for r in sheet.merged_cells.ranges}
    assert "D2:E2" in {str(r) for r in sheet.merged_cells.ranges}
    assert (sheet["C4"].value, sheet["C4"].number_format) == (1604.79, "#,##0.00")
    assert (sheet["E5"].value, sheet["E5"].number_format) == (0.035, "0.0%")
    assert (sheet["B6"].value, sheet["B6"].data_type) == ("=HYPERLINK(1)", "s")
    assert all(c.data_type != "f" for s in book.worksheets for r in s.iter_rows() for c in r)


def test_a_workbook_says_what_it_cannot_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shouzhi.cli.workbook.MOST_TABLES", 1)
    monkeypatch.setattr("shouzhi.cli.workbook.MOST_ROWS", 2)
    notes = written("xlsx", tmp_path / "out.xlsx", sample())
    assert len(notes) == 2


def test_parquet_has_typed_columns(tmp_path: Path) -> None:
    written("parquet", tmp_path / "out", sample())
    facts = parquet.read_table(tmp_path / "out" / "facts.parquet")
    assert str(facts.schema.field("amount_fen").type) == "int64"
    assert facts["amount_fen"].to_pylist() == [1604790000, None]
    assert facts["value"].to_pylist() == [Decimal("1604.790000"), Decimal("3.500000")]
    assert facts["function"].to_pylist() == ["201", None]
    assert parquet.read_table(tmp_path / "out" / "documents.parquet").num_rows == 1
    tables = parquet.read_table(tmp_path / "out" / "tables.parquet")
    assert tables["headings"].to_pylist()[0] == ["合计", f"{CARS}/小计", f"{CARS}/购置费"]
    written("parquet", tmp_path / "one.parquet", sample())
    assert parquet.read_table(tmp_path / "one.parquet").num_rows == 2


def test_amounts_beyond_64_bits_cost_nothing_else(tmp_path: Path) -> None:
    document = sample()
    document["facts"][0] |= {"amount": "9" * 40 + ".00", "printed": "9" * 40}
    written("parquet", tmp_path / "one.parquet", document)
    written("xlsx", tmp_path / "one.xlsx", document)
    assert parquet.read_table(tmp_path / "one.parquet")["amount_fen"].to_pylist() == [None, None]


def interrupted(chosen: str, out: Path) -> None:
    with open_writer(chosen, out, Messages(), []) as add:
        add(reading(sample()))
        raise KeyboardInterrupt


def test_what_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    for chosen, name in (("json", "a.json"), ("xlsx", "a.xlsx"), ("csv", "a"), ("parquet", "b")):
        with pytest.raises(KeyboardInterrupt):
            interrupted(chosen, tmp_path / name)
    assert not list(tmp_path.iterdir())


def lines(width: int | None) -> list[str]:
    return [line.plain for line in terminal.document_lines(sample(), Messages(), width)]


def test_a_person_can_read_a_table() -> None:
    text = "\n".join(lines(100))
    assert "表1 支出: 表/1  单位：万元 · 第 2 页" in text
    assert "公务用车购\n" in text  # over the two columns that share it
    assert "小计  购置费" in text
    assert "说明：@cmd" in text
    assert "（空表）" in text
    total = next(line for line in text.splitlines() if line.strip().startswith("合计  "))
    assert total.split() == ["合计", "1,604.79", "-12.00"]


def test_sides_are_shown_in_turn() -> None:
    words = [line.split() for line in lines(100)]
    assert words.index(["收入", "预算"]) < words.index(["支出", "预算"])


@pytest.mark.parametrize("width", [50, 60, 80, 200])
def test_a_table_is_folded_to_the_terminal(width: int) -> None:
    grid = [line for line in lines(width) if " · " not in line]
    assert all(cell_len(line) <= width for line in grid)


def test_without_a_terminal_nothing_is_folded() -> None:
    document = sample()
    document["tables"][0]["rows"][0]["label"] = "很长的名目" * 30
    piped = [line.plain for line in terminal.document_lines(document, Messages(), None)]
    assert any("很长的名目" * 30 in line and "1,604.79" in line for line in piped)


@given(st.text(max_size=60), st.integers(2, 30))
def test_folding_loses_nothing(text: str, width: int) -> None:
    assert "".join(terminal.fold(text, width)) == text
    assert "".join(terminal.fold_evenly(text, width)) == text


@given(st.lists(st.text(max_size=50), max_size=8), st.integers(5, 31))
def test_names_are_safe_and_differ(texts: list[str], limit: int) -> None:
    taken: set[str] = set()
    names = [records.safe_name(text, taken, limit) for text in texts]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name and len(name) <= limit and not set(name) & set("\\/:*?[]") for name in names)


@given(st.text(max_size=20))
def test_no_text_is_a_formula(text: str) -> None:
    shown = records.guarded(text)
    risky = shown[:1] in {"=", "+", "-", "@", "\t", "\r"}
    assert not risky or parse_amount(shown) is not None or not shown.strip("-")
    assert shown.removeprefix("'") == text or shown == text


def test_every_message_is_there_in_both_languages() -> None:
    for key, entry in _catalogue().items():
        assert set(entry) == {"zh", "en"}, key
        assert _fields(entry["zh"]) == _fields(entry["en"]), key


def _fields(text: str) -> set[str | None]:
    import string

    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_an_output_is_asked_for_where_it_is_needed() -> None:
    import click

    with pytest.raises(click.UsageError, match="-o"):
        open_writer("xlsx", None, Messages(), [])


def test_csv_to_a_stream_is_whole(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with open_writer("csv", None, Messages(), []) as add:
        add(reading(sample()))
    printed = capfdbinary.readouterr().out.decode()
    assert len(list(csv.reader(io.StringIO(printed)))) == 3
