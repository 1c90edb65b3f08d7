"""Documents and their tables as a person reads them on a terminal.

Headings stack over the columns that they share, amounts end at the right, labels are
indented as their codes and ordinals nest, and a table wider than the terminal is
folded into blocks of columns that repeat the labels.  Without a width (piped), every
row stays on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from rich.cells import cell_len
from rich.text import Text

from shouzhi.cli.messages import Messages

GAP: Final = 2
NARROWEST_HEADING: Final = 12

Json = dict[str, Any]

_ORDINALS: Final = (
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"[（(][一二三四五六七八九十]+[）)]"),
    re.compile(r"\d+[.、．](?!\d)"),
    re.compile(r"[（(]\d+[）)]"),
)


def document_lines(document: Json, messages: Messages, width: int | None) -> Iterator[Text]:
    """A whole document: its heading, what was noticed, and every table."""
    yield from heading_lines(document, messages, width)
    for table in document["tables"]:
        yield Text()
        yield from table_lines(table, messages, width)
    yield Text()


def heading_lines(document: Json, messages: Messages, width: int | None) -> Iterator[Text]:
    """Title, what kind of document it is, and how much was found in it."""
    about = document["document"]
    title = about.get("title") or about["file"]
    rule = "━" * max(4, (width or 80) - cell_len(title) - 5)
    yield Text.assemble(("━━ ", "cyan"), (title, "bold"), (f" {rule}", "cyan"))
    year, scope = about.get("year"), about.get("scope")
    parts = [
        messages.maybe("kind", about.get("kind")),
        messages("year", year=year) if year else "",
        about.get("department") or "",
        messages.maybe("scope", scope),
        messages("counts", tables=len(document["tables"]), facts=len(document["facts"])),
        about["file"],
    ]
    yield Text(" · ".join(part for part in parts if part), "dim")


def contents_lines(document: Json, messages: Messages, width: int | None) -> Iterator[Text]:
    """The heading of a document, and its tables one a line."""
    yield from heading_lines(document, messages, width)
    names = [_name(table, messages) for table in document["tables"]]
    widest = max(map(cell_len, names), default=0)
    for name, table in zip(names, document["tables"], strict=True):
        size = messages("size", rows=len(table["rows"]), columns=len(table["columns"]))
        yield Text.assemble("  ", padded(name, widest), (f"  {size}", "dim"))
    yield Text()


def fact_lines(document: Json, facts: Sequence[Json], messages: Messages) -> Iterator[Text]:
    """Facts one a line: the amount, its coordinates, and where it is printed."""
    for fact in facts:
        place = fact.get("table")
        table = "" if place is None else _name(document["tables"][place], messages)
        where = " · ".join(f"{name} {member}" for name, member in fact["where"].items())
        location = ", ".join(f"{name} {value}" for name, value in fact["location"].items())
        amount = f"{Decimal(fact['amount']):,}" if fact.get("amount") else fact["printed"]
        yield Text.assemble(
            f"  {amount:>18} {fact['unit']}  ", (where, "cyan"), (f"  {table}, {location}", "dim")
        )


def _name(table: Json, messages: Messages) -> str:
    """The number and the title of a table."""
    parts = (table.get("number"), table.get("title"))
    return " ".join(part for part in parts if part) or messages("untitled")


def table_lines(table: Json, messages: Messages, width: int | None) -> Iterator[Text]:
    """One table: number and title, headings, rows, notes; each side of a two-sided one in turn."""
    unit, pages = table.get("amount_unit"), table.get("pages")
    about = [
        messages("unit-of-amount", unit=unit) if unit else "",
        messages("page", pages=", ".join(map(str, pages))) if pages else "",
    ]
    yield Text.assemble(
        (_name(table, messages), "bold"),
        (f"  {' · '.join(filter(None, about))}" if any(about) else "", "dim"),
    )
    if not table["rows"]:
        yield Text(messages("empty-table"), "dim")
    for side in dict.fromkeys(row.get("side") for row in table["rows"]):
        yield from _side_lines(table, side, messages, width)
    for note in table.get("notes") or ():
        yield from wrapped(note, 0, width)


def _side_lines(
    table: Json, side: str | None, messages: Messages, width: int | None
) -> Iterator[Text]:
    """The rows of one side under the columns that belong to it."""
    rows = [row for row in table["rows"] if row.get("side") == side]
    stub = Stub.of(rows, side or messages("label"), width)
    places = [
        place
        for place, column in enumerate(table["columns"])
        if side is None or column.get("side") in {side, None}
    ]
    headings = even([levels(table["columns"][place]["heading"], side) for place in places])
    columns = [
        Column.of(heading, [row["cells"][place] for row in rows])
        for heading, place in zip(headings, places, strict=True)
    ]
    for first, last in _blocks([c.width for c in columns], stub.width, width):
        if first:
            yield Text()
        yield from header(stub, columns[first:last])
        for place, row in enumerate(rows):
            yield from _row_lines(stub, place, columns[first:last])
            if last == len(columns):
                yield from wrapped(_texts(row), stub.indents[place] + GAP, width)


def levels(heading: Sequence[str], side: str | None) -> list[str]:
    """The headings of a column from the top down, from below that of the side itself."""
    levels = [level for level in heading if level]
    above = levels.index(side) + 1 if side in levels[:-1] else 0
    return levels[above:] or [""]


def even(headings: Sequence[list[str]]) -> list[list[str]]:
    """Make all columns as deep as the deepest: the lowest heading stays at the bottom."""
    depth = max(map(len, headings), default=1)
    return [[*h[:-1], *[""] * (depth - len(h)), h[-1]] for h in headings]


def _texts(row: Json) -> str:
    """The text columns of a row, named."""
    texts = (row.get("texts") or {}).items()
    return " · ".join(f"{name}：{text}" for name, text in texts if text)


@dataclass(frozen=True, slots=True)
class Stub:
    """The left of a table: codes and labels, folded to `width`."""

    heading: str
    width: int
    codes: list[str]
    code_width: int
    labels: list[list[str]]
    indents: list[int]

    @classmethod
    def of(cls, rows: Sequence[Json], heading: str, width: int | None) -> Stub:
        """The stub of some rows under its heading, for a screen of `width` cells."""
        codes = [_codes(row) for row in rows]
        code_width = max(map(cell_len, codes), default=0)
        indents = [2 * nesting(row) for row in rows]
        labels = [row["label"].strip() for row in rows]
        widest = max([cell_len(heading), *map(lambda n, t: n + cell_len(t), indents, labels)])
        room = widest if width is None else min(widest, max(20, width * 2 // 5))
        folded = [fold(label, max(8, room - n)) for label, n in zip(labels, indents, strict=True)]
        taken = code_width + GAP if code_width else 0
        return cls(heading, room + taken, codes, code_width, folded, indents)

    @property
    def label_width(self) -> int:
        """The cells that the labels take, without the codes before them."""
        return self.width - (self.code_width + GAP if self.code_width else 0)

    def line(self, place: int, part: int) -> Text:
        """Line `part` of the label of row `place`, as wide as the stub."""
        code = self.codes[place] if part == 0 else ""
        label = self.labels[place][part] if part < len(self.labels[place]) else ""
        left = padded(code, self.code_width) + " " * GAP if self.code_width else ""
        text = " " * self.indents[place] + label
        return Text.assemble((left, "dim"), padded(text, self.width - cell_len(left)))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of amounts under its stacked headings."""

    above: tuple[str, ...]
    heading: list[str]
    cells: list[str]
    width: int

    @classmethod
    def of(cls, levels: Sequence[str], cells: Sequence[str | None]) -> Column:
        """A column of what is printed in it, as wide as that or its narrowest heading."""
        shown = [cell or "" for cell in cells]
        amounts = max(map(cell_len, shown), default=0)
        folded = fold_evenly(levels[-1], max(amounts, NARROWEST_HEADING))
        return cls(tuple(levels[:-1]), folded, shown, max(amounts, *map(cell_len, folded)))


def header(stub: Stub, columns: Sequence[Column]) -> Iterator[Text]:
    """Headings from the widest down, each over the columns that share it, then a rule."""
    for level in range(len(columns[0].above) if columns else 0):
        spans = list(_spans(columns, level))
        if any(name for name, _ in spans):
            folded = [fold_evenly(name, width) for name, width in spans]
            yield from _heading_lines(stub, "", folded, [width for _, width in spans])
            rules = "".join(" " * GAP + ("─" if name else " ") * width for name, width in spans)
            yield Text((" " * stub.width + rules).rstrip(), "dim")
    widths = [column.width for column in columns]
    headings = [column.heading for column in columns]
    yield from _heading_lines(stub, stub.heading, headings, widths, right=True)
    yield Text("─" * (stub.width + sum(GAP + width for width in widths)), "dim")


def _spans(columns: Sequence[Column], level: int) -> Iterator[tuple[str, int]]:
    """Each heading at `level` with the width of the columns that share it and all above it."""
    first = 0
    for last in range(1, len(columns) + 1):
        name = columns[first].above[: level + 1]
        shared = last < len(columns) and name[-1] and columns[last].above[: level + 1] == name
        if not shared:
            yield name[-1], sum(GAP + column.width for column in columns[first:last]) - GAP
            first = last


def _heading_lines(
    stub: Stub, left: str, headings: Sequence[list[str]], widths: Sequence[int], *,
    right: bool = False,
) -> Iterator[Text]:  # fmt: skip
    """Folded headings side by side, ending on the same line."""
    height = max(map(len, headings), default=1)
    for part in range(height):
        line = padded(left if part == height - 1 else "", stub.width)
        for lines, width in zip(headings, widths, strict=True):
            place = part - (height - len(lines))
            text = lines[place] if place >= 0 else ""
            line += " " * GAP + padded(text, width, right=right, centred=not right)
        yield Text(line.rstrip(), "bold")


def _row_lines(stub: Stub, place: int, columns: Sequence[Column]) -> Iterator[Text]:
    for part in range(len(stub.labels[place])):
        line = stub.line(place, part)
        if part == 0:
            for column in columns:
                line.append(" " * GAP + padded(column.cells[place], column.width, right=True))
        line.rstrip()
        yield line


def _blocks(widths: Sequence[int], stub: int, width: int | None) -> list[tuple[int, int]]:
    """Stretches of columns that fit beside the stub, as few and as even as can be."""
    if width is None:
        return [(0, len(widths))]
    blocks = _greedy(widths, width - stub)
    for narrower in range(width - stub - 1, 0, -1):
        tried = _greedy(widths, narrower)
        if len(tried) > len(blocks):
            break
        blocks = tried
    return blocks


def _greedy(widths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Fill each block with as many columns as `room` takes; at least one column each."""
    blocks, first, used = [], 0, 0
    for place, column in enumerate(widths):
        if place > first and used + GAP + column > room:
            blocks.append((first, place))
            first, used = place, 0
        used += GAP + column
    return [*blocks, (first, len(widths))]


def nesting(row: Json) -> int:
    """How deep a row stands: as the reader found it, else by blanks, code or ordinal."""
    if level := row.get("level"):
        return min(int(level), 6)
    label = row["label"]
    blanks = len(label) - len(label.lstrip())
    if blanks:
        return min(blanks, 6)
    for dimension in ("function", "economic", "government_economic"):
        code = (row.get("codes") or {}).get(dimension, "")
        if code.isdigit() and len(code) >= 3:
            return (len(code) - 3) // 2
    return next((n for n, ordinal in enumerate(_ORDINALS) if ordinal.match(label)), 0)


def fold(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells; Chinese breaks anywhere."""
    lines, line, used = [], "", 0
    for character in text:
        size = cell_len(character)
        if used + size > width and line:
            lines.append(line)
            line, used = "", 0
        line += character
        used += size
    return [*lines, line]


def fold_evenly(text: str, width: int) -> list[str]:
    """Break a heading into lines of about the same length, none wider than `width`."""
    lines = fold(text, width)
    for narrower in range(width - 1, 1, -1):
        tried = fold(text, narrower)
        if len(tried) > len(lines):
            break
        lines = tried
    return lines


def _codes(row: Json) -> str:
    """The codes of a row that its label does not show itself."""
    codes = (row.get("codes") or {}).values()
    return " ".join(code for code in codes if code and code not in row["label"])


def padded(text: str, width: int, *, right: bool = False, centred: bool = False) -> str:
    """A text filled up with blanks to `width` cells."""
    space = max(0, width - cell_len(text))
    if centred:
        return " " * (space // 2) + text + " " * (space - space // 2)
    return " " * space + text if right else text + " " * space


def wrapped(text: str, indent: int, width: int | None) -> Iterator[Text]:
    """A text under a row, folded and dimmed; nothing for an empty one."""
    if not text:
        return
    flat = " ".join(text.split())
    for line in fold(flat, max(20, width - indent)) if width else [flat]:
        yield Text(" " * indent + line, "dim")
