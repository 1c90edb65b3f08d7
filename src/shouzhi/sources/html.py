"""Web pages: headings and paragraphs as lines, data tables as grids, page frames looked into."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from shouzhi.sources import Cell, Grid, Line, Page, Source, Unreadable
from shouzhi.sources.margins import separate
from shouzhi.sources.signature import MARKS
from shouzhi.sources.spans import MAX_PLACES, Budget, lay, too_large
from shouzhi.space import Location

MAX_SPAN: Final = 1000
"""The widest colspan that HTML itself allows."""
MAX_NESTING: Final = 32
"""Tables within tables; portals of the early years reach eight."""
FRAME_TEXT: Final = 600
"""From this length of text in one cell a table of few rows is taken for a frame of the page."""

Node = Any  # selectolax has no types
_SKIPPED: Final = frozenset({
    "script", "style", "noscript", "template", "head", "select", "textarea", "button", "iframe",
    "object", "svg", "canvas", "audio", "video", "rp", "rt", "-comment", "_comment", "!doctype",
})  # fmt: skip
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "legend", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE
)
_BLANK = re.compile(r"\s")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]"
_BROKEN = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n]*(?={_WIDE})")
"""A line end of the source between two wide characters is none of the page."""
_BREAK: Final = "\v"
"""A line end that the page does show, while blanks are still being folded."""


def read(path: Path) -> Source:
    """Read a web page; `line` of its locations counts lines and table rows as they are shown.

    Raises Unreadable for pages that nest tables too deeply.
    """
    tree = LexborHTMLParser(decode(path.read_bytes()))
    reader = _Reader()
    if tree.body is not None:
        reader.read(tree.body)
    return Source(path.name, "html", [Page(1, tuple(reader.blocks))])


def decode(data: bytes) -> str:
    """The text of a page: by its mark, else UTF-8 where that fits, else its Chinese code page.

    Pages that were converted often keep the name of their old encoding, so only Big5
    is taken at its word; GB 2312 and GBK are read as their superset GB 18030.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    said = _CHARSET.search(data[:4096])
    traditional = said is not None and said[1].lower().startswith(b"big5")
    encodings = ("utf-8", "big5hkscs" if traditional else "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    guesses = [data.decode(encoding, "replace") for encoding in encodings]
    return min(guesses, key=lambda text: text.count("\ufffd"))


def _fold(pieces: list[str]) -> str:
    """Fold blanks as a browser does; hard blanks stay, since they indent labels."""
    text = "".join(pieces)
    if _BLANK.search(text) is None:
        return text
    text = _BLANKS.sub(" ", _BROKEN.sub("", text))
    lines = (line.strip(" ").replace("\xa0", " ") for line in text.split(_BREAK))
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _children(node: Node) -> list[Node]:
    found = []
    child = node.child
    while child is not None:
        found.append(child)
        child = child.next
    return found


def _is_hidden(node: Node) -> bool:
    return _hides(node.attributes)


def _hides(attributes: dict[str, str | None]) -> bool:
    if not attributes:
        return False
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and _HIDDEN.search(style))


@dataclass(slots=True)
class _TableCell:
    """A cell of a table element: how far it reaches, its own text, and tables inside it."""

    node: Node
    rows: int
    columns: int
    text: str
    tables: list[Node]


@dataclass(slots=True)
class _Reader:
    """Walks a page in its order, without recursion: pages nest as deeply as they like."""

    blocks: list[Line | Grid] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    order: int = 0
    budget: Budget = field(default_factory=Budget)

    def read(self, root: Node, depth: int = 0) -> None:
        """Read all that is inside `root`; `depth` counts the tables around it."""
        waiting = [(child, False) for child in reversed(_children(root))]
        while waiting:
            node, leaving = waiting.pop()
            tag = node.tag
            if leaving:
                self.flush()
            elif tag == "-text":
                self.pieces.append(node.text_content or "")
            elif tag == "br":
                self.pieces.append(_BREAK)
            elif tag is None or tag in _SKIPPED or _is_hidden(node):
                continue
            elif tag == "table":
                self.flush()
                self.table(node, depth + 1)
            elif tag == "pre":
                self.flush()
                self.add_text(node.text(deep=True).replace("\r\n", "\n").replace("\xa0", " "))
            else:
                if tag in _BLOCKS:
                    self.flush()
                    waiting.append((node, True))
                waiting += [(child, False) for child in reversed(_children(node))]
        self.flush()

    def flush(self) -> None:
        """End the line that is being gathered."""
        if self.pieces:
            self.add_text(_fold(self.pieces))
            self.pieces.clear()

    def add_text(self, text: str) -> None:
        for line in text.split("\n"):
            if line.strip():
                self.order += 1
                self.blocks.append(Line(line.rstrip(), Location(line=self.order)))

    def table(self, node: Node, depth: int) -> None:
        if depth > MAX_NESTING:
            raise Unreadable(f"表格嵌套超过 {MAX_NESTING} 层", "请用浏览器打开后另存为 PDF 再读")
        groups = _groups(node)
        rows = [row for group in groups for row in group]
        for caption in (child for child in _children(node) if child.tag == "caption"):
            self.read(caption, depth)
        if _is_frame(rows):
            for cell in (cell for row in rows for cell in row):
                self.read(cell.node, depth)
            return
        cells = _place(groups, self.order + 1)
        self.order += len(rows)
        if cells:
            self.blocks += separate(lay(cells, "cells", cells[0].location, self.budget))
        for inner in (inner for row in rows for cell in row for inner in cell.tables):
            self.table(inner, depth + 1)


def _groups(table: Node) -> list[list[list[_TableCell]]]:
    """The cells of a table by group of rows: head, bodies, foot, then loose rows."""
    heads: list[list[list[_TableCell]]] = []
    bodies: list[list[list[_TableCell]]] = []
    feet: list[list[list[_TableCell]]] = []
    for group in _children(table):
        if group.tag in ("thead", "tbody", "tfoot") and not _is_hidden(group):
            rows = [_cells(r) for r in _children(group) if r.tag == "tr" and not _is_hidden(r)]
            {"thead": heads, "tbody": bodies, "tfoot": feet}[group.tag].append(rows)
        elif group.tag == "tr" and not _is_hidden(group):
            bodies.append([_cells(group)])
    return heads + bodies + feet


def _cells(row: Node) -> list[_TableCell]:
    found: list[_TableCell] = []
    for node in _children(row):
        if node.tag in ("td", "th") and not _hides(attributes := node.attributes):
            text, tables = _cell_text(node)
            rows = _span(attributes, "rowspan", least=0)
            columns = _span(attributes, "colspan", least=1)
            found.append(_TableCell(node, rows, columns, text, tables))
    return found


def _span(attributes: dict[str, str | None], name: str, least: int) -> int:
    if name not in attributes:
        return 1
    text = (attributes[name] or "1").strip()
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1
    return min(max(number, least), MAX_SPAN if name == "colspan" else 65534)


def _cell_text(cell: Node) -> tuple[str, list[Node]]:
    """The text of a cell, a line a paragraph, without that of tables inside, and those."""
    pieces: list[str] = []
    tables: list[Node] = []
    waiting = [(child, False) for child in reversed(_children(cell))]
    while waiting:
        node, leaving = waiting.pop()
        tag = node.tag
        if leaving or tag == "br":
            pieces.append(_BREAK)
        elif tag == "-text":
            pieces.append(node.text_content or "")
        elif tag is None or tag in _SKIPPED or _is_hidden(node):
            continue
        elif tag == "table":
            tables.append(node)
        else:
            if tag in _BLOCKS:
                pieces.append(_BREAK)
                waiting.append((node, True))
            waiting += [(child, False) for child in reversed(_children(node))]
    return _fold(pieces), tables


def _is_frame(rows: list[list[_TableCell]]) -> bool:
    """Whether a table only arranges the page: one column, other tables, or a long text."""
    if all(len(row) < 2 for row in rows):
        return True
    several = sum(sum(bool(cell.text) for cell in row) > 1 for row in rows)
    if several < 2 and any(cell.tables for row in rows for cell in row):
        return True
    longest = max((cell for row in rows for cell in row), key=lambda cell: len(cell.text))
    whole = sum(len(cell.text) for row in rows for cell in row)
    long = len(longest.text) > FRAME_TEXT and len(longest.text) * 2 > whole
    return len(rows) < 4 and long and longest.text.count("\n") > 2


def _place(groups: list[list[list[_TableCell]]], order: int) -> list[Cell]:
    """Give each cell its place: the first that no cell from above reaches into.

    `order` is the number of the first row among the lines and rows of the page.
    """
    cells: list[Cell] = []
    top = 0
    for group in groups:
        reach: list[int] = []  # for each column the first row that is free
        for number, row in enumerate(group, start=top):
            column = 0
            place = Location(line=order + number)
            for cell in row:
                while column < len(reach) and reach[column] > number:
                    column += 1
                left = top + len(group) - number
                down = min(cell.rows or left, left)
                across = 1
                while across < cell.columns and not _taken(reach, column + across, number):
                    across += 1
                reach += [0] * (column + across - len(reach))
                if len(reach) * len(group) > MAX_PLACES:
                    raise too_large()
                reach[column : column + across] = [number + down] * across
                cells.append(Cell(number, column, down, across, cell.text, place))
                column += across
        top += len(group)
    return cells


def _taken(reach: list[int], column: int, row: int) -> bool:
    return column < len(reach) and reach[column] > row
