"""Small valid documents of every kind, built in memory: what the reading tests begin with."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

TITLE = "表5 一般公共预算支出情况表"
HEADING = [["科目", "一般公共预算支出", "", ""], ["", "小计", "基本支出", "项目支出"]]
ROWS: list[list[Any]] = [
    ["合计", 7260.39, 4192.11, 3068.28],
    ["  行政运行", 1604.79, 1245.86, 358.93],
    ["  事业运行", 862.85, 862.85, 0],
]
SHOWN = [
    ["合计", "7,260.39", "4,192.11", "3,068.28"],
    ["  行政运行", "1,604.79", "1,245.86", "358.93"],
    ["  事业运行", "862.85", "862.85", "0.00"],
]
NOTE = "注：本表金额转换为万元时，因四舍五入可能存在尾差。"


def zipped(members: dict[str, bytes | str], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of some members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return out.getvalue()


def xlsx() -> bytes:
    """A sheet with a title over merged cells, a heading of two rows, formats and a note."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("表5")
    ruled = book.add_format({"border": 1})
    money = book.add_format({"border": 1, "num_format": "#,##0.00"})
    sheet.merge_range("A1:D1", TITLE)
    sheet.write("A2", "部门：某某局")
    sheet.write("D2", "单位：万元")
    sheet.merge_range("A3:A4", HEADING[0][0], ruled)
    sheet.merge_range("B3:D3", HEADING[0][1], ruled)
    for column in (1, 2, 3):
        sheet.write(3, column, HEADING[1][column], ruled)
    for number, row in enumerate(ROWS, start=4):
        sheet.write(number, 0, row[0], ruled)
        for column in (1, 2, 3):
            sheet.write(number, column, row[column], money)
    sheet.merge_range("A8:D8", NOTE)
    book.close()
    return out.getvalue()


def xls() -> bytes:
    """The same sheet in the old format."""
    import xlwt

    out = io.BytesIO()
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表5")
    ruled = xlwt.easyxf("border: left thin, right thin, top thin, bottom thin")
    money = xlwt.easyxf("border: left thin, right thin", num_format_str="#,##0.00")
    sheet.write_merge(0, 0, 0, 3, TITLE)
    sheet.write(1, 0, "部门：某某局")
    sheet.write(1, 3, "单位：万元")
    sheet.write_merge(2, 3, 0, 0, HEADING[0][0], ruled)
    sheet.write_merge(2, 2, 1, 3, HEADING[0][1], ruled)
    for column in (1, 2, 3):
        sheet.write(3, column, HEADING[1][column], ruled)
    for number, row in enumerate(ROWS, start=4):
        sheet.write(number, 0, row[0], ruled)
        for column in (1, 2, 3):
            sheet.write(number, column, row[column], money)
    sheet.write_merge(7, 7, 0, 3, NOTE)
    book.save(out)
    return out.getvalue()


def ods() -> bytes:
    """The same sheet as LibreOffice writes it, the empty rest of the sheet included."""

    def cell(text: str, more: str = "") -> str:
        paragraph = f"<text:p>{text}</text:p>" if text else ""
        return f"<table:table-cell {more}>{paragraph}</table:table-cell>"

    covered = "<table:covered-table-cell/>"
    rest = '<table:table-cell table:number-columns-repeated="16380"/>'
    ruled = 'table:style-name="r" '
    wide = 'table:number-columns-spanned="{}" table:number-rows-spanned="{}"'
    rows = [
        cell(TITLE, wide.format(4, 1)) + covered * 3,
        cell("部门：某某局") + cell("", 'table:number-columns-repeated="2"') + cell("单位：万元"),
        cell("科目", ruled + wide.format(1, 2))
        + cell(HEADING[0][1], ruled + wide.format(3, 1)) + covered * 2,
        covered + "".join(cell(text, ruled) for text in HEADING[1][1:]),
    ]  # fmt: skip
    for row in SHOWN:
        label = row[0].replace("  ", '<text:s text:c="2"/>')
        rows.append("".join(cell(text, ruled) for text in [label, *row[1:]]))
    rows.append(cell(NOTE, wide.format(4, 1)) + covered * 3)
    body = "".join(f"<table:table-row>{row}{rest}</table:table-row>" for row in rows)
    empty = f'<table:table-row table:number-rows-repeated="1048568">{rest}</table:table-row>'
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}'
        ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">'
        '<office:automatic-styles><style:style style:name="r" style:family="table-cell">'
        '<style:table-cell-properties fo:border="0.06pt solid #000000"/></style:style>'
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="表5">{body}{empty}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content})


def docx() -> bytes:
    """The same table between a heading and a note."""
    import docx as word

    document = word.Document()
    document.add_paragraph(TITLE)
    document.add_paragraph("部门：某某局\t单位：万元")
    table = document.add_table(rows=2 + len(SHOWN), cols=4)
    for number, row in enumerate(HEADING + SHOWN):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
    table.cell(0, 0).merge(table.cell(1, 0)).text = "科目"
    table.cell(0, 1).merge(table.cell(0, 3)).text = HEADING[0][1]
    document.add_paragraph(NOTE)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def html() -> bytes:
    """The same as a page in GBK, inside a table that frames the page."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{text.replace(' ', '&nbsp;')}</td>" for text in row) for row in SHOWN
    )
    heading = (
        f"<tr><th rowspan=2>科目<th colspan=3>{HEADING[0][1]}"
        "<tr><th>小计<th>基本<br>支出<th>项目支出"
    )
    page = (
        '<html><head><meta charset="gbk"><title>x</title><style>p{}</style></head><body>'
        f"<table><tr><td><h1>{TITLE}</h1><p>部门：某某局&nbsp;&nbsp;单位：万元</p>"
        f"<table border=1>{heading}{rows}</table><p>{NOTE}</p></td></tr></table>"
        "<script>var x = 1;</script></body></html>"
    )
    return page.encode("gbk")


def text() -> bytes:
    """Some lines."""
    return f"{TITLE}\n单位：万元\n合计\t7,260.39\t4,192.11\n{NOTE}\n".encode()


def pdf(pages: int = 0) -> bytes:
    """A PDF with so many empty pages."""
    kids = " ".join(f"{number + 3} 0 R" for number in range(pages))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>",
        *(["<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>"] * pages),
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    return out + trailer.encode()


def ole(*streams: str, content: bytes = b"") -> bytes:
    """An OLE container with some streams, the first of them holding `content`."""
    none, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    content = content.ljust(4096, b"\0")
    sectors = len(content) // 512
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIIII", header, 40, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    struct.pack_into("<108I", header, 80, *([none] * 108))
    directory = b""
    for number, name in enumerate(["Root Entry", *streams]):
        entry = bytearray(128)
        raw = name.encode("utf-16-le") + b"\0\0"
        entry[: len(raw)] = raw
        follow = number + 1 if 0 < number < len(streams) else none
        child = 1 if number == 0 and streams else none
        struct.pack_into("<HBB", entry, 64, len(raw), 2 if number else 5, 1)
        struct.pack_into("<III", entry, 68, none, follow, child)
        held = number == 1
        struct.pack_into("<II", entry, 116, 2 if held else end, len(content) if held else 0)
        directory += entry
    chain = [*range(3, sectors + 2), end]
    fat = [fat_mark, end, *chain]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    return bytes(header) + table + directory[:512].ljust(512, b"\0") + content


ALL = {
    "a.xlsx": xlsx, "a.xls": xls, "a.ods": ods, "a.docx": docx, "a.html": html, "a.txt": text,
}  # fmt: skip
"""Every kind that needs nothing but its reader, with how its file is made."""
