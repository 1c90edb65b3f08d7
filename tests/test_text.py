"""Text files: encodings, pages, and tab-separated rows as grids."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouzhi.sources import Cell, Grid, Line, Unreadable
from shouzhi.sources.text import LONGEST_LINE, decode, read


def blocks(folder: Path, text: str, encoding: str = "utf-8") -> list[Line | Grid]:
    path = folder / "a.txt"
    path.write_bytes(text.encode(encoding))
    return [block for page in read(path).pages for block in page.blocks]


def grid(folder: Path, text: str) -> Grid:
    found = [block for block in blocks(folder, text) if isinstance(block, Grid)]
    assert len(found) == 1
    return found[0]


def spans(cells: tuple[Cell, ...], row: int) -> list[tuple[str, int, int]]:
    return [(cell.text, cell.rows, cell.columns) for cell in cells if cell.row == row]


def texts(cells: tuple[Cell, ...], row: int) -> list[str]:
    return [cell.text for cell in cells if cell.row == row]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    text = "部门预算\n2024年\n"
    assert decode(text.encode(encoding)) == text


def test_a_character_cut_off_at_the_end_is_dropped() -> None:
    assert decode("预算".encode()[:-1]) == "预"


def test_lines_keep_blanks_and_numbers(tmp_path: Path) -> None:
    found = blocks(tmp_path, "甲  \r\n\r\n    \r\n 乙\r\n")
    assert [(b.text, b.location.line) for b in found if isinstance(b, Line)] == [
        ("甲  ", 1),
        ("    ", 3),
        (" 乙", 4),
    ]
    assert all(b.location.page is None for b in found)


def test_form_feeds_break_pages(tmp_path: Path) -> None:
    found = blocks(tmp_path, "甲\n\f乙\n丙\f丁\n\f")
    assert [(b.location.page, b.location.line) for b in found] == [(1, 1), (2, 2), (2, 3), (3, 3)]


def test_merged_headings(tmp_path: Path) -> None:
    cells = grid(
        tmp_path,
        "项目\t\t合计\t基本支出\t\t\n科目编码\t科目名称\t\t小计\t人员经费\t公用经费\n"
        "201\t一般公共服务支出\t3.00\t3.00\t2.00\t1.00\n",
    ).cells
    assert spans(cells, 0) == [("项目", 1, 2), ("合计", 2, 1), ("基本支出", 1, 3)]
    assert texts(cells, 1) == ["科目编码", "科目名称", "小计", "人员经费", "公用经费"]
    assert texts(cells, 2) == ["201", "一般公共服务支出", "3.00", "3.00", "2.00", "1.00"]


def test_blank_lines_inside_and_cells_too_few_or_too_many(tmp_path: Path) -> None:
    table = grid(
        tmp_path,
        "单位编码\t单位名称\t合计\t基本支出\n101\t甲局\t3.00\t2.00\n\n102\t乙局\t1.00\n"
        "103\t\t丙局\t2.00\t1.00\n",
    )
    assert (table.height, table.width) == (4, 4)
    assert texts(table.cells, 2) == ["102", "乙局", "1.00", ""]
    assert texts(table.cells, 3) == ["103", "丙局", "2.00", "1.00"]
    assert [cell.location.line for cell in table.cells if cell.column == 0] == [1, 2, 4, 5]


def test_a_line_between_parts_tables(tmp_path: Path) -> None:
    found = blocks(tmp_path, "科目名称\t合计\n甲\t1.00\n注：无\n科目名称\t合计\n乙\t2.00\n")
    assert [type(block) for block in found] == [Grid, Line, Grid]


def test_a_repeated_head_begins_a_grid(tmp_path: Path) -> None:
    found = blocks(tmp_path, "科目名称\t合计\n甲\t1.00\n\n科目名称\t合计\n乙\t2.00\n")
    assert [block.height for block in found if isinstance(block, Grid)] == [2, 2]


@pytest.mark.parametrize("data", [b"", b" \n\f\n", bytes(range(256)) * 40])
def test_no_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert caught.value.cause
    assert caught.value.remedy


def test_a_line_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("甲\n" + "1" * (LONGEST_LINE + 1))
    with pytest.raises(Unreadable, match="第 2 行"):
        read(path)
