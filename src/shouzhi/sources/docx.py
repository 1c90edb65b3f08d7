"""DOCX: paragraphs as lines, tables as grids, in the order in which they stand.

Read straight from the XML, since the usual library takes five times as long and loses
text boxes, tracked changes and automatic numbers.  ECMA-376 part 1, section 17.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from shouzhi.sources import Cell, Grid, Line, Page, Source, Unreadable
from shouzhi.sources.archive import DAMAGED, open_package
from shouzhi.sources.margins import line_of, separate
from shouzhi.sources.numbering import Numbering
from shouzhi.sources.spans import Budget, lay
from shouzhi.space import Location

MAX_COLUMNS: Final = 1024
"""Word itself allows 63; a span beyond that is damage."""
_BREAK: Final = "\f"
"""Stands for a page break inside a text; XML cannot hold this character itself."""
_SKIPPED: Final = frozenset({
    "del", "moveFrom", "delText", "instrText", "delInstrText", "rPr", "pPr", "sdtPr", "sdtEndPr",
    "rt", "tblPr", "tblGrid", "tblPrEx", "trPr", "tcPr", "sectPr", "annotationRef", "fldData",
})  # fmt: skip
_MARKS: Final = {
    "tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-", "lastRenderedPageBreak": _BREAK,
}  # fmt: skip
_DRAWN: Final = frozenset({"drawing", "pict", "object"})
_OFF: Final = ("0", "false", "off", "none")


@dataclass(slots=True)
class _Reader:
    """The state of one reading: numbering, page and paragraph count, and what was found."""

    numbering: Numbering
    rendered: bool
    """Whether Word left marks of where its pages broke; they tell all breaks there are."""
    starts: list[str]
    """How each section of the document starts, in order."""
    page: int = 1
    order: int = 0
    section: int = 0
    carried: str = ""
    pages: dict[int, list[Line | Grid]] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    symbols: dict[str, int] = field(default_factory=dict)
    """Characters of symbol fonts, each with the page on which it first stands."""
    warnings: list[str] = field(default_factory=list)

    def add(self, block: Line | Grid) -> None:
        self.pages.setdefault(block.location.page or self.page, []).append(block)


def read(path: Path) -> Source:
    """Read a Word document; raises Unreadable for damaged files.

    Pages are counted where Word marked them, else from explicit page and section breaks.
    """
    with open_package(path) as package:
        main = package.main_part("word/document.xml")
        root = package.xml(main)
        parts = {r.type: r.target for r in package.relations(main).values()}
        numbering = Numbering(
            package.xml(parts.get("numbering", "")), package.xml(parts.get("styles", ""))
        )
        foreign = any(r.type == "aFChunk" for r in package.relations(main).values())
    body = root.find("{*}body") if root is not None else None
    if root is None or body is None:
        raise Unreadable("文件里没有正文", DAMAGED)
    rendered = next(root.iter("{*}lastRenderedPageBreak"), None) is not None
    starts = [_value(s.find("{*}type"), "nextPage") for s in root.iter("{*}sectPr")]
    reader = _Reader(numbering, rendered, starts)
    for child in body:
        _block(child, reader)
        child.clear()  # what is read needs its tree no more: a long document has millions of nodes
    if foreign:
        reader.warnings.append("文档嵌入了其他格式的片段，没有读取")
    if reader.symbols:
        code, page = next(iter(reader.symbols.items()))
        told = f"{len(reader.symbols)} 种符号字体的字符以 □ 代替（如第 {page} 页的 {code}）"
        reader.warnings.append(told)
    pages = [Page(number, tuple(blocks)) for number, blocks in sorted(reader.pages.items())]
    return Source(path.name, "docx", pages, reader.warnings)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: etree._Element | None, default: str) -> str:
    if element is None:
        return default
    return next((str(v) for k, v in element.attrib.items() if str(k).endswith("}val")), default)


def _is_on(properties: etree._Element | None, name: str) -> bool:
    """Whether a property such as vanish is there and not switched off."""
    found = properties.find(f"{{*}}{name}") if properties is not None else None
    return found is not None and _value(found, "1") not in _OFF


def _blocks(container: etree._Element, reader: _Reader) -> None:
    """Read paragraphs and tables of a body, a cell or a text box, through any wrapping."""
    for child in container:
        _block(child, reader)


def _block(child: etree._Element, reader: _Reader) -> None:
    name = _local(child)
    if name == "p":
        _paragraph(child, reader)
    elif name == "tbl":
        _table(child, reader)
    elif name == "AlternateContent":
        _blocks(_alternative(child), reader)
    elif name not in _SKIPPED:
        _blocks(child, reader)


def _alternative(element: etree._Element) -> etree._Element:
    """Newer and older writing of the same thing: the first of them."""
    return next(iter(element), element)


def _paragraph(element: etree._Element, reader: _Reader) -> None:
    properties = element.find("{*}pPr")
    if not reader.rendered and _is_on(properties, "pageBreakBefore") and reader.order:
        reader.page += 1
    text, boxes = _paragraph_text(element, properties, reader)
    if text is not None:
        for number, part in enumerate(text.split(_BREAK)):
            reader.page += number > 0
            for line in line_of(part, Location(page=reader.page, line=reader.order)):
                reader.add(line)
    for box in boxes:
        _blocks(box, reader)
    if properties is not None and properties.find("{*}sectPr") is not None:
        reader.section += 1
        begins = reader.starts[reader.section : reader.section + 1]
        reader.page += not reader.rendered and begins != ["continuous"]


def _paragraph_text(
    element: etree._Element, properties: etree._Element | None, reader: _Reader
) -> tuple[str | None, list[etree._Element]]:
    """The text of a paragraph with its number, and the text boxes anchored in it.

    None when its mark was deleted: what it says then goes on in the next paragraph.
    """
    reader.order += 1
    pieces: list[str] = []
    boxes: list[etree._Element] = []
    _inline(element, pieces, boxes, reader)
    text = reader.carried + "".join(pieces)
    reader.carried = ""
    marks = properties.find("{*}rPr") if properties is not None else None
    if marks is not None and marks.find("{*}del") is not None:
        reader.carried = text
        return None, boxes
    bare = text.lstrip(_BREAK)
    if bare.strip():
        text = text[: len(text) - len(bare)] + reader.numbering.prefix(properties) + bare
    return text, boxes


def _inline(
    node: etree._Element, out: list[str], boxes: list[etree._Element], reader: _Reader
) -> None:
    for child in node:
        name = _local(child)
        if name == "t":
            out.append(child.text or "")
        elif name in _MARKS:
            out.append(_MARKS[name])
        elif name == "br":
            paged = any(str(v) == "page" for v in child.attrib.values())
            out.append("\n" if not paged else "" if reader.rendered else _BREAK)
        elif name == "sym":
            out.append(_symbol(child, reader))
        elif name in _DRAWN:
            boxes += _outer_boxes(child)
        elif name == "AlternateContent":
            _inline(_alternative(child), out, boxes, reader)
        elif name == "r" and _is_on(child.find("{*}rPr"), "vanish"):
            continue
        elif name not in _SKIPPED:
            _inline(child, out, boxes, reader)


def _outer_boxes(drawn: etree._Element) -> list[etree._Element]:
    """The text boxes of a drawing; a box inside a box is read with the outer one."""
    found: list[etree._Element] = []
    for child in drawn:
        name = _local(child)
        if name == "txbxContent":
            found.append(child)
        else:
            found += _outer_boxes(_alternative(child) if name == "AlternateContent" else child)
    return found


def _symbol(element: etree._Element, reader: _Reader) -> str:
    """A character of a symbol font; those have places of their own, whose shape is not known."""
    code = next((str(v) for k, v in element.attrib.items() if str(k).endswith("}char")), "")
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if 0xE000 <= number <= 0xF8FF or number >= 0xD800:
        reader.symbols.setdefault(code, reader.page)
        return "□"
    return chr(number) if number >= 32 else ""


@dataclass(slots=True)
class _Raw:
    """A table cell while its table is read: merges may still make it grow."""

    row: int
    column: int
    columns: int
    text: str
    location: Location
    rows: int = 1


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, through content controls around them."""
    for child in element:
        found = _local(child)
        if found == name:
            yield child
        elif found == "AlternateContent":
            yield from _children(_alternative(child), name)
        elif found not in _SKIPPED and found not in ("p", "tbl", "tr", "tc"):
            yield from _children(child, name)


def _table(table: etree._Element, reader: _Reader) -> None:
    """Read a table as a grid, or what stands in it when it only frames a part of the page."""
    elements = [row for row in _children(table, "tr") if row.find("{*}trPr/{*}del") is None]
    rows = [list(_children(row, "tc")) for row in elements]
    if _is_frame(rows):
        for cell in (cell for row in rows for cell in row):
            _blocks(cell, reader)
        return
    nested: list[etree._Element] = []
    cells: list[_Raw] = []
    merged: dict[int, _Raw] = {}
    for number, (element, row) in enumerate(zip(elements, rows, strict=True)):
        texts = [_cell_text(cell, reader, nested) for cell in row]
        breaks = _page_breaks(texts, reader)
        before = _span(_value(element.find("{*}trPr/{*}gridBefore"), "0"), least=0)
        _row(list(zip(row, texts, strict=True)), (number, before), reader.page, cells, merged)
        reader.page += breaks
    if cells:
        laid = [Cell(c.row, c.column, c.rows, c.columns, c.text, c.location) for c in cells]
        for block in separate(lay(laid, "cells", laid[0].location, reader.budget)):
            reader.add(block)
    for inner in nested:
        _table(inner, reader)


def _is_frame(rows: list[list[etree._Element]]) -> bool:
    """Whether a table is one column of text, or mostly holds other tables."""
    if all(len(row) < 2 for row in rows):
        return True
    if not any(_has_table(cell) for row in rows for cell in row):
        return False
    return sum(sum(map(_has_text, row)) > 1 for row in rows) < 2


def _has_table(cell: etree._Element) -> bool:
    return next(cell.iter("{*}tbl"), None) is not None


def _has_text(cell: etree._Element) -> bool:
    """Whether a cell says something itself, outside tables inside it."""
    return any(
        (child.text or "").strip() if name == "t" else name != "tbl" and _has_text(child)
        for child in cell
        for name in (_local(child),)
    )


def _page_breaks(texts: list[tuple[str, int]], reader: _Reader) -> int:
    """How many pages further a row ends than it begins; a break at its head moves it whole."""
    breaks = max((text.count(_BREAK) for text, _ in texts), default=0)
    if any(text.startswith(_BREAK) for text, _ in texts):
        reader.page += 1
        breaks -= 1
    return breaks


def _row(
    row: list[tuple[etree._Element, tuple[str, int]]], start: tuple[int, int], page: int,
    cells: list[_Raw], merged: dict[int, _Raw],
) -> None:  # fmt: skip
    """Add the cells of a row that starts at `start` (row and column) to those of its table.

    `merged` holds the cells that a merge from above may still make longer, by column.
    """
    number, column = start
    last: _Raw | None = None
    for element, (text, order) in row:
        shape = element.find("{*}tcPr")
        span = _span(_value(_find(shape, "gridSpan"), "1"))
        if last is not None and _merge(shape, "hMerge") == "continue":
            last.columns += span
            column += span
            continue
        above = merged.get(column)
        way = _merge(shape, "vMerge")
        for at in [at for at in merged if column <= at < column + span]:
            merged.pop(at)
        if way == "continue" and above is not None and above.columns == span:
            above.rows = number - above.row + 1
            last = merged[column] = above
        else:
            place = Location(page=page, line=order)
            last = _Raw(number, column, span, text.replace(_BREAK, ""), place)
            cells.append(last)
            if way:
                merged[column] = last
        column += span


def _find(element: etree._Element | None, name: str) -> etree._Element | None:
    return element.find(f"{{*}}{name}") if element is not None else None


def _merge(format_: etree._Element | None, name: str) -> str:
    """restart, continue, or nothing; a mark without a value means continue."""
    found = _find(format_, name)
    return "" if found is None else _value(found, "continue")


def _span(text: str, least: int = 1) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else least
    return min(max(number, least), MAX_COLUMNS)


def _cell_text(
    cell: etree._Element, reader: _Reader, nested: list[etree._Element]
) -> tuple[str, int]:
    """The text of a cell, a line a paragraph, and the number of its first paragraph."""
    first = reader.order + 1
    lines: list[str] = []
    _gather(cell, reader, lines, nested)
    return "\n".join(line for line in lines if _BREAK in line or line.strip()), first


def _gather(
    container: etree._Element, reader: _Reader, lines: list[str], nested: list[etree._Element]
) -> None:
    for child in container:
        name = _local(child)
        if name == "p":
            text, boxes = _paragraph_text(child, child.find("{*}pPr"), reader)
            if text is not None:
                lines.append(text)
            for box in boxes:
                _gather(box, reader, lines, nested)
        elif name == "tbl":
            nested.append(child)
        elif name == "AlternateContent":
            _gather(_alternative(child), reader, lines, nested)
        elif name not in _SKIPPED:
            _gather(child, reader, lines, nested)
