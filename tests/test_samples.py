"""The real documents: expected tables equal, every printed amount in the output exactly once."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from shouzhi.catalogue.names import fold
from shouzhi.facts import Document, from_source
from shouzhi.sources import Grid, Source
from shouzhi.sources.opening import open_source
from shouzhi.tables.stream import weave

SHARED = Path(__file__).resolve().parents[2] / "shared"
SAMPLES = sorted((SHARED / "samples").glob("*/*"))
EXPECTED = sorted((SHARED / "expected").glob("*.json"))
AMOUNT = re.compile(r"(?<![\d.])-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{1,2}%?(?!\d)")

ORDINAL = re.compile(r"[一二三四五六七八九十]{1,3}、")

if not SAMPLES:
    pytest.skip("the sample documents are not beside the checkout", allow_module_level=True)


@cache
def source(path: Path) -> Source:
    return open_source(path)


@cache
def document(path: Path) -> Document:
    return from_source(source(path))


@pytest.mark.parametrize("path", EXPECTED, ids=lambda p: p.stem)
def test_expected_tables(path: Path) -> None:
    expected = json.loads(path.read_text("utf-8"))
    read = document(next(p for p in SAMPLES if p.stem == path.stem)).as_dict()
    for name, value in expected["document"].items():
        assert read["document"][name] == value, name
    assert len(read["tables"]) == len(expected["tables"])
    for ours, theirs in zip(read["tables"], expected["tables"], strict=True):
        assert ours["number"] == theirs["number"]
        # A table without a printed title is named by its section, which the expectation
        # sometimes lengthens by 表.
        assert ours["title"] in {theirs["title"], theirs["title"].removesuffix("表")}
        assert ours["notes"] == theirs["notes"]
        assert [c["heading"] for c in ours["columns"]] == [c["heading"] for c in theirs["columns"]]
        assert [c["side"] for c in ours["columns"]] == [c.get("side") for c in theirs["columns"]]
        keys = ("label", "codes", "side", "cells", "texts", "location")
        for one, other in zip(ours["rows"], theirs["rows"], strict=True):
            assert {k: one[k] for k in keys} == {k: other[k] for k in keys}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_every_amount_once(path: Path) -> None:
    """What the grids print and the tables give is the same, repeated totals aside."""
    blocks = [block for _, block in source(path).blocks()]
    if source(path).kind == "text":
        blocks = weave(blocks)
    printed: Counter[str] = Counter()
    for grid in blocks:
        if isinstance(grid, Grid):
            for cell in grid.cells:
                printed.update(AMOUNT.findall("".join(cell.text.split())))
    given: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for table in document(path).tables:
        for row in table.rows:
            cells = [c for c in row.cells if c and AMOUNT.fullmatch(c)]
            given.update(cells)
            for words in row.texts.values():
                given.update(AMOUNT.findall("".join(words.split())))
            if row.label in {"合计", "总计"}:
                totals.update(cells)
    assert not given - printed
    # A continuation page may print the total row again; nothing else may be missing.
    assert set(printed - given) <= set(totals)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_every_table_has_title_and_columns(path: Path) -> None:
    for table in document(path).tables:
        assert table.title
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
        assert all(column.heading for column in table.columns)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_no_numbered_label_of_a_grid_is_lost(path: Path) -> None:
    labels = {fold(name) for t in document(path).tables for r in t.rows for name in (r.label, *r.path)}
    for _, block in source(path).blocks():
        for cell in block.cells if isinstance(block, Grid) else ():
            label = fold(cell.text)
            assert not ORDINAL.match(label) or any(held.startswith(label) for held in labels), label
