"""Writes an example document as text, workbook, Word file, web page or PDF."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from example_tables import Block, Heading, Table

FIXED: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""The time that files carry, so that the same content gives the same bytes."""


@dataclass(frozen=True)
class Head:
    """One heading cell: its text, its place, and how many columns and rows it spans."""

    text: str
    row: int
    column: int
    columns: int
    rows: int


def depth(table: Table) -> int:
    """How many rows of headings a table has."""
    return max(len(levels) for levels in table.columns)


def heads(table: Table) -> Iterator[Head]:
    """The heading cells, equal neighbours merged, short columns reaching down."""
    height = depth(table)
    for row in range(height):
        first = 0
        while first < len(table.columns):
            levels = table.columns[first]
            last = first + 1
            while last < len(table.columns) and table.columns[last][: row + 1] == levels[: row + 1]:
                last += 1
            if row < len(levels):
                lowest = row == len(levels) - 1
                yield Head(levels[row], row, first, last - first, height - row if lowest else 1)
            first = last


def write_txt(blocks: Sequence[Block], path: Path) -> None:
    """One row a line, cells parted by tabs, merged cells at their first place."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            lines += [block.text, ""]
        elif isinstance(block, str):
            lines += [block, ""]
        else:
            lines += [block.number, block.title, f"单位：{block.unit}", ""]
            grid = [["" for _ in block.columns] for _ in range(depth(block))]
            for head in heads(block):
                grid[head.row][head.column] = head.text
            lines += ["\t".join(row) for row in [*grid, *block.rows]]
            lines += ["", *([block.note, ""] if block.note else [])]
    path.write_text("\n".join(lines), encoding="utf-8")


def write_html(blocks: Sequence[Block], path: Path) -> None:
    """A web page with real headings and spanning cells."""
    parts = ["<!doctype html>", '<html lang="zh"><head><meta charset="utf-8">']
    parts.append(f"<title>{html.escape(_title(blocks))}</title></head><body>")
    for block in blocks:
        if isinstance(block, Heading):
            parts.append(f"<h{block.level + 1}>{html.escape(block.text)}</h{block.level + 1}>")
        elif isinstance(block, str):
            parts.append(f"<p>{html.escape(block)}</p>")
        else:
            parts += _html_table(block)
    path.write_text("\n".join([*parts, "</body></html>", ""]), encoding="utf-8")


def _html_table(table: Table) -> Iterator[str]:
    yield f"<p>{table.number}</p><h3>{html.escape(table.title)}</h3><p>单位：{table.unit}</p>"
    yield '<table border="1">'
    above = list(heads(table))
    for row in range(depth(table)):
        cells = "".join(
            f'<th rowspan="{h.rows}" colspan="{h.columns}">{html.escape(h.text)}</th>'
            for h in above
            if h.row == row
        )
        yield f"<tr>{cells}</tr>"
    for cells_of_row in table.rows:
        yield "<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in cells_of_row) + "</tr>"
    yield "</table>"
    if table.note:
        yield f"<p>{html.escape(table.note)}</p>"


def write_xlsx(blocks: Sequence[Block], path: Path) -> None:
    """A workbook with one sheet a table; amounts are numbers."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": FIXED, "title": _title(blocks)})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter"})
    text, name = book.add_format({"border": 1}), book.add_format({"bold": True, "font_size": 14})
    book.add_worksheet("封面").write_string(0, 0, _title(blocks), name)
    for table in [block for block in blocks if isinstance(block, Table)]:
        sheet = book.add_worksheet(f"{table.number} {table.title}"[:31])
        width = len(table.columns) - 1
        sheet.write_string(0, 0, table.number)
        sheet.merge_range(1, 0, 1, width, table.title, name)
        sheet.write_string(2, 0, f"部门：{_title(blocks).split('2')[0]}")
        sheet.write_string(2, width, f"单位：{table.unit}")
        for h in heads(table):
            bottom, right = 3 + h.row + h.rows - 1, h.column + h.columns - 1
            if h.rows > 1 or h.columns > 1:
                sheet.merge_range(3 + h.row, h.column, bottom, right, h.text, head)
            else:
                sheet.write_string(bottom, right, h.text, head)
        shown = "#,##0.00" if table.unit == "万元" else "#,##0"
        amount = book.add_format({"border": 1, "num_format": shown})
        _xlsx_rows(sheet, table, 3 + depth(table), text, amount)
        sheet.set_column(0, width, 20)
    book.close()


def _xlsx_rows(sheet: Any, table: Table, top: int, text: Any, amount: Any) -> None:  # noqa: ANN401
    from shouzhi.space import parse_amount

    for row, cells in enumerate(table.rows, start=top):
        for column, cell in enumerate(cells):
            number = parse_amount(cell) if column >= table.stub else None
            if number:
                sheet.write_number(row, column, number.value, amount)
            else:
                sheet.write_string(row, column, cell, text)
    if table.note:
        sheet.write_string(top + len(table.rows), 0, table.note)


def write_docx(blocks: Sequence[Block], path: Path) -> None:
    """A Word file with heading styles and merged heading cells."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = FIXED
    document.core_properties.title = _title(blocks)
    for block in blocks:
        if isinstance(block, Heading):
            document.add_heading(block.text, block.level)
        elif isinstance(block, str):
            document.add_paragraph(block)
        else:
            document.add_paragraph(block.number)
            document.add_paragraph(block.title).alignment = WD_ALIGN_PARAGRAPH.CENTER
            document.add_paragraph(f"单位：{block.unit}").alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _docx_table(document, block)
            document.add_paragraph(block.note)
    packed = io.BytesIO()
    document.save(packed)
    path.write_bytes(_timeless(packed.getvalue()))


def _docx_table(document: Any, table: Table) -> None:  # noqa: ANN401 - python-docx has no types
    height = depth(table)
    grid = document.add_table(height + len(table.rows), len(table.columns), style="Table Grid")
    for h in heads(table):
        last = grid.cell(h.row + h.rows - 1, h.column + h.columns - 1)
        grid.cell(h.row, h.column).merge(last).text = h.text
    for row, cells in enumerate(table.rows, start=height):
        for place, cell in zip(grid.rows[row].cells, cells, strict=True):
            place.text = cell


def _timeless(packed: bytes) -> bytes:
    """The same zip with fixed times."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename, FIXED.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(member))
    return out.getvalue()


def write_pdf(blocks: Sequence[Block], path: Path) -> None:
    """A PDF with embedded fonts; wide tables stand on landscape pages."""
    import pylopdf_fonts_zh_cn as fonts
    import typst

    family = "Noto Serif SC"
    parts = [
        f'#set document(title: "{_title(blocks)}", date: datetime(year: 2024, month: 1, day: 1))',
        '#set page(paper: "a4", margin: 2cm, numbering: "1")',
        f'#set text(font: "{family}", size: 10.5pt, lang: "zh")',
        "#set table(stroke: 0.5pt, inset: 4pt)",
    ]
    for block in blocks:
        if isinstance(block, Heading):
            parts.append(f"#heading(level: {block.level + 1}, {_quoted(block.text)})")
        elif isinstance(block, str):
            parts.append(f"#par({_quoted(block)})")
        else:
            parts.append(_typst_table(block))
    folder = [Path(fonts.serif_path()).parent]
    text = "\n\n".join(parts).encode()
    # typst's own stub leaves a type parameter open
    pdf = typst.compile(text, font_paths=folder, ignore_system_fonts=True)  # type: ignore[misc]
    path.write_bytes(pdf)


def _typst_table(table: Table) -> str:
    wide = len(table.columns) > 6
    above = ", ".join(
        f"table.cell(rowspan: {h.rows}, colspan: {h.columns}, align: center, {_quoted(h.text)})"
        for h in heads(table)
    )
    cells = ", ".join(
        f"table.cell(align: {'right' if _amount(cell, column, table) else 'left'}, {_quoted(cell)})"
        for row in table.rows
        for column, cell in enumerate(row)
    )
    widths = ["auto"] * table.stub + ["1fr"] * (len(table.columns) - table.stub)
    return "\n".join([
        f"#page(flipped: {str(wide).lower()})[",
        f"#text({_quoted(table.number)})",
        f"#align(center, text(size: 14pt, {_quoted(table.title)}))",
        f"#align(right, text({_quoted(f'单位：{table.unit}')}))",
        f"#table(columns: ({', '.join(widths)}), table.header({above}), {cells})",
        f"#text({_quoted(table.note)})",
        "]",
    ])  # fmt: skip


def _amount(cell: str, column: int, table: Table) -> bool:
    return column >= table.stub and cell[-1:].isdigit()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _title(blocks: Sequence[Block]) -> str:
    return next(block.text for block in blocks if isinstance(block, Heading))


WRITERS: Final[dict[str, Callable[[Sequence[Block], Path], None]]] = {
    "txt": write_txt,
    "html": write_html,
    "xlsx": write_xlsx,
    "docx": write_docx,
    "pdf": write_pdf,
}
"""One writer a format, named by its suffix."""
