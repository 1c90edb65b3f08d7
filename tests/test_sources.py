"""Word, Excel and web pages become the same lines and grids, with the digits that they show."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import specimens
from shouzhi.sources import Grid, Line, Source, Unreadable
from shouzhi.sources.html import decode
from shouzhi.sources.margins import are_marginal
from shouzhi.sources.number_format import printed
from shouzhi.sources.numbering import chinese, written
from shouzhi.sources.opening import open_source
from shouzhi.space import parse_amount

Book = Any  # openpyxl has no types


def opened(folder: Path, name: str, data: bytes) -> Source:
    path = folder / name
    path.write_bytes(data)
    return open_source(path)


def grids(source: Source) -> list[Grid]:
    return [block for _, block in source.blocks() if isinstance(block, Grid)]


def lines(source: Source) -> list[str]:
    return [block.text for _, block in source.blocks() if isinstance(block, Line)]


def rows(grid: Grid) -> list[list[str]]:
    """The texts of a grid by place, a cell's text at its first place and nothing at the others."""
    table = [[""] * grid.width for _ in range(grid.height)]
    for cell in grid.cells:
        table[cell.row][cell.column] = cell.text
    return table


def covered_once(grid: Grid) -> bool:
    places = [
        (row, column)
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    ]
    return len(places) == len(set(places)) == grid.height * grid.width


@pytest.mark.parametrize("name", [name for name in specimens.ALL if name != "a.txt"])
def test_every_format_gives_the_same_table(tmp_path: Path, name: str) -> None:
    source = opened(tmp_path, name, specimens.ALL[name]())
    (grid,) = grids(source)
    assert covered_once(grid)
    assert grid.how == "cells"
    flat = [[text.replace("\n", "") for text in row] for row in rows(grid)]
    assert flat == specimens.HEADING + specimens.SHOWN
    spans = {cell.text: (cell.rows, cell.columns) for cell in grid.cells if cell.row == 0}
    assert spans == {"科目": (2, 1), "一般公共预算支出": (1, 3)}
    title, unit, note = lines(source)
    assert (title, note) == (specimens.TITLE, specimens.NOTE)
    assert unit.split() == ["部门：某某局", "单位：万元"]
    assert source.warnings == []


def test_workbook_cells_know_their_address(tmp_path: Path) -> None:
    source = opened(tmp_path, "a.xlsx", specimens.xlsx())
    (grid,) = grids(source)
    found = {cell.text: cell.location for cell in grid.cells}
    assert found["358.93"].as_dict() == {"sheet": "表5", "cell": "D6"}
    assert source.pages[0].sheet == "表5"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("1234.5", "#,##0.00", "1,234.50"),
        ("0.123", "0.00%", "12.30%"),
        ("2010301", "General", "2010301"),
        ("0.30000000000000004", "General", "0.3"),
        ("1.005", "0.00", "1.01"),
        ("7", "000", "007"),
        ("-1234.5", "#,##0.00_);(#,##0.00)", "(1,234.50)"),
        ("-5.5", "#,##0.00_ ;[Red]\\-#,##0.00\\ ", "-5.50"),
        ("0", '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        ("12345678", "0.00,,", "12.35"),
        ("0.5", "#.00", "0.50"),
        ("1234.5", "[$¥-804]#,##0.00", "1,234.50"),
        ("12.5", "[>=10]0.0;0", "12.5"),
        ("45352", 'yyyy"年"m"月"d"日"', "2024年3月1日"),
        ("45352.5", "yyyy-mm-dd hh:mm", "2024-03-01 12:00"),
        ("0", "0.00;-0.00;", ""),
        ("1e999999999", "0.00", "1e999999999"),
        ("5", "# ?/?", "5"),
    ],
)
def test_number_formats(value: str, code: str, shown: str) -> None:
    assert printed(value, code) == shown


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_a_shown_amount_reads_as_itself(value: Decimal) -> None:
    amount = parse_amount(printed(str(value), "#,##0.00"))
    assert amount is not None
    assert (amount.value, amount.decimals) == (value, 2)


@given(st.text(max_size=30), st.text(max_size=30))
def test_number_formats_never_raise(value: str, code: str) -> None:
    printed(value, code)


def workbook(fill: Callable[[Book], None]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_hidden_sheets_rows_and_columns_are_left_out_and_told(tmp_path: Path) -> None:
    def fill(book: Book) -> None:
        sheet = book.active
        for row in ("科目 内码 金额", "合计 x1 5", "暗行 x2 9", "甲 x3 5"):
            sheet.append(row.split())
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True
        book.create_sheet("底稿").sheet_state = "hidden"

    source = opened(tmp_path, "a.xlsx", workbook(fill))
    (grid,) = grids(source)
    assert rows(grid) == [["科目", "金额"], ["合计", "5"], ["甲", "5"]]
    assert [page.number for page in source.pages] == [1]
    assert len(source.warnings) == 2


def test_empty_rows_part_tables_and_formulas_without_results_are_told(tmp_path: Path) -> None:
    def fill(book: Book) -> None:
        sheet = book.active
        for row in (["收入", "金额"], ["财政拨款", 3.5], [], ["支出", "金额"], ["合计", "=B2"]):
            sheet.append(row)

    source = opened(tmp_path, "a.xlsx", workbook(fill))
    first, second = grids(source)
    assert rows(first) == [["收入", "金额"], ["财政拨款", "3.5"]]
    assert rows(second) == [["支出", "金额"], ["合计", ""]]
    assert "B5" in source.warnings[0]


def test_ruled_empty_rows_stay_inside_their_table(tmp_path: Path) -> None:
    def fill(book: Book) -> None:
        from openpyxl.styles import Border, Side

        sheet = book.active
        sheet["B1"] = "收支总表"
        for row in ("收入 数 支出 数", "一 1 二 1", "", "", "总计 1 总计 1"):
            sheet.append(row.split())
        side = Side(style="thin")
        for line in sheet.iter_rows(min_row=2, max_row=6, max_col=4):
            for cell in line:
                cell.border = Border(left=side, right=side)
        sheet["A7"] = "说明：无"

    source = opened(tmp_path, "a.xlsx", workbook(fill))
    (grid,) = grids(source)
    assert (grid.height, grid.width) == (5, 4)
    assert lines(source) == ["收支总表", "说明：无"]


def test_a_heading_over_some_columns_is_no_title(tmp_path: Path) -> None:
    def fill(book: Book) -> None:
        sheet = book.active
        sheet.append([None, "2024年预算"])
        sheet.append(["科目", "合计", "基本"])
        sheet.append(["甲", 2, 1])
        sheet.merge_cells("B1:C1")

    (grid,) = grids(opened(tmp_path, "a.xlsx", workbook(fill)))
    assert grid.height == 3


def test_what_stands_beside_a_table() -> None:
    assert are_marginal(["部门：", "某某局", "单位：万元"])
    assert are_marginal(["公开01表"])
    assert are_marginal(["填报日期：", "2024年3月1日"])
    assert not are_marginal(["2023年", "2024年"])
    assert not are_marginal(["合计", "其中：基本支出"])


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(body: str, **parts: str) -> bytes:
    """A Word file of raw body XML, w: being its namespace; `parts` are numbering or styles."""
    relations = "".join(
        f'<Relationship Id="r{name}" Type="http://x/{name}" Target="{name}.xml"/>' for name in parts
    )
    members: dict[str, bytes | str] = {
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
    }
    for name, content in parts.items():
        members[f"word/{name}.xml"] = f'<w:{name} xmlns:w="{W}">{content}</w:{name}>'
    return specimens.zipped(members)


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def test_word_merges_and_unused_columns(tmp_path: Path) -> None:
    wide, down, on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = (
        "<w:tbl>"
        f"<w:tr>{tc('甲', wide + down)}{tc('乙', wide)}{tc('丙')}</w:tr>"
        f"<w:tr>{tc('', wide + on)}{tc('1', wide)}{tc('2')}</w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr>{tc('删', wide)}{tc('9', wide)}{tc('9')}</w:tr>"
        f"<w:tr><w:sdt><w:sdtContent>{tc('丁', wide)}</w:sdtContent></w:sdt>{tc('3', wide)}</w:tr>"
        "</w:tbl>"
    )
    (grid,) = grids(opened(tmp_path, "a.docx", word(body)))
    assert rows(grid) == [["甲", "乙", "丙"], ["", "1", "2"], ["丁", "3", ""]]
    assert covered_once(grid)
    assert grid.cells[0].rows == 2


def test_word_text_as_it_stands(tmp_path: Path) -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>新</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>暗</w:t></w:r>"
        "<w:r><w:tab/><w:t>值</w:t><w:br/><w:t>下一行</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前</w:t></w:r></w:p>"
        f"{p('后')}"
        "<w:p><w:r><w:t>锚</w:t><w:pict><w:txbxContent>"
        f"{p('框中')}</w:txbxContent></w:pict></w:r></w:p>"
    )  # fmt: skip
    assert lines(opened(tmp_path, "a.docx", word(body))) == [
        "新\t值", "下一行", "前后", "锚", "框中",
    ]  # fmt: skip


def test_word_numbers_its_headings(tmp_path: Path) -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="1">'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>'
        '<w:lvlText w:val="%1、"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
        '<w:lvlText w:val="（%2）"/></w:lvl>'
        '<w:lvl w:ilvl="2"><w:start w:val="3"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%3.%2"/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num>'
    )
    styles = (
        '<w:style w:styleId="h"><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="k"><w:basedOn w:val="h"/></w:style>'
    )

    def at(level: int) -> str:
        return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="5"/></w:numPr>'

    body = (
        p("概况", '<w:pStyle w:val="k"/>') + p("职责", at(1)) + p("机构", at(1)) + p("细", at(2))
        + p("") + p("预算", '<w:pStyle w:val="h"/>') + p("收入", at(1))
    )  # fmt: skip
    found = lines(opened(tmp_path, "a.docx", word(body, numbering=numbering, styles=styles)))
    assert found == ["一、概况", "（一）职责", "（二）机构", "3.二 细", "二、预算", "（一）收入"]


@pytest.mark.parametrize(
    ("number", "text"),
    [(10, "十"), (12, "十二"), (20, "二十"), (105, "一百〇五"), (110, "一百一十")],
)
def test_chinese_numbers(number: int, text: str) -> None:
    assert chinese(number) == text


def test_other_numbers() -> None:
    styles = ("upperRoman", "lowerLetter", "decimalZero", "decimalEnclosedCircle", "bullet")
    assert [written(4, style) for style in styles] == ["IV", "d", "04", "④", ""]


def test_word_pages(tmp_path: Path) -> None:
    row = "<w:tr>{}{}</w:tr>"
    mark = "<w:lastRenderedPageBreak/>"
    moved = f"<w:tc><w:p><w:r>{mark}<w:t>丙</w:t></w:r></w:p></w:tc>"
    table = f"<w:tbl>{row.format(tc('甲'), tc('1'))}{row.format(moved, tc('2'))}</w:tbl>"
    text = f"<w:p><w:r><w:t>前</w:t>{mark}<w:t>后</w:t></w:r></w:p>"
    source = opened(tmp_path, "a.docx", word(text + table + p("尾")))
    assert [(page.number, len(page.blocks)) for page in source.pages] == [(1, 1), (2, 2), (3, 1)]
    assert [cell.location.page for cell in grids(source)[0].cells] == [2, 2, 3, 3]
    section = '<w:sectPr><w:type w:val="{}"/></w:sectPr>'
    body = (
        p("一") + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        + p("二", section.format("nextPage"))
        + p("三", section.format("nextPage")) + p("四") + section.format("continuous")
    )  # fmt: skip
    source = opened(tmp_path, "b.docx", word(body))
    assert [page.number for page in source.pages] == [1, 2, 3]


@pytest.mark.parametrize("name", ["a.docx", "a.html"])
def test_nested_tables_and_frames(tmp_path: Path, name: str) -> None:
    if name == "a.docx":
        inner = f"<w:tbl><w:tr>{tc('子')}{tc('7')}</w:tr></w:tbl>"
        outer = (
            f"<w:tbl><w:tr>{tc('甲')}{tc('1')}</w:tr>"
            f"<w:tr>{tc('乙')}<w:tc>{inner}{p('2')}</w:tc></w:tr></w:tbl>"
        )
        data = word(f"<w:tbl><w:tr><w:tc>{p('框')}{outer}</w:tc></w:tr></w:tbl>")
    else:
        inner = "<table><tr><td>子<td>7</table>"
        outer = f"<table><tr><td>甲<td>1<tr><td>乙<td>{inner}2</table>"
        data = f"<html><table><tr><td>框{outer}</table>".encode()
    source = opened(tmp_path, name, data)
    assert lines(source) == ["框"]
    assert [rows(grid) for grid in grids(source)] == [[["甲", "1"], ["乙", "2"]], [["子", "7"]]]


def test_a_title_pasted_with_its_table_is_a_line_again(tmp_path: Path) -> None:
    page = (
        "<html><table><tr><td colspan=3>收支总表<tr><td>部门：某局<td><td>单位：万元"
        "<tr><td>项目<td>金额<td><tr><td>合计<td>1.00<td><tr><td colspan=3>注：尾差</table>"
    )
    source = opened(tmp_path, "a.html", page.encode())
    (grid,) = grids(source)
    assert rows(grid) == [["项目", "金额"], ["合计", "1.00"]]
    assert lines(source) == ["收支总表", "部门：某局    单位：万元", "注：尾差"]


def test_web_spans_blanks_and_hidden_parts(tmp_path: Path) -> None:
    page = (
        "<html><body><p>一段\n文字，<b>1,234</b>.50 万元</p><p style='display: none'>暗</p>"
        "<table><tr><td rowspan=0>甲<td rowspan=9>乙<td>1<tr><td colspan=2>2<tr><td>3</table>"
        "<pre>a  b\nc</pre>"
    )
    source = opened(tmp_path, "a.html", page.encode())
    assert lines(source) == ["一段文字，1,234.50 万元", "a  b", "c"]
    (grid,) = grids(source)
    assert rows(grid) == [["甲", "乙", "1"], ["", "", "2"], ["", "", "3"]]
    assert covered_once(grid)


def test_web_encodings() -> None:
    text = "<p>预算</p>"
    assert decode(text.encode("gb18030")) == text
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text
    assert decode('<meta charset="gb2312"><p>镕</p>'.encode("gbk")).endswith("<p>镕</p>")
    assert decode('<meta charset="gbk"><p>其实</p>'.encode()).endswith("<p>其实</p>")
    assert decode('<meta charset="big5"><p>預算</p>'.encode("big5")).endswith("<p>預算</p>")
    assert decode(text.encode() * 9 + b"\xff").startswith(text)


def test_old_word_goes_through_the_converter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made.docx"
    made.write_bytes(specimens.docx())
    program = tmp_path / "bin" / "soffice"
    program.parent.mkdir()
    script = '#!/bin/sh\nwhile [ "$1" != "--outdir" ]; do shift; done\nmkdir -p "$2"\n'
    program.write_text(f'{script}cp "{made}" "$2/document.docx"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    source = opened(tmp_path, "a.doc", specimens.ole("WordDocument"))
    assert (source.kind, len(grids(source))) == ("doc", 1)
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(Unreadable, match="转换失败"):
        open_source(tmp_path / "a.doc")
