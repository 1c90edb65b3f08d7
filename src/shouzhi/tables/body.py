"""The rows of a table: labels, codes, words, and the amounts as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, split_code, strip_ordinal, tidy
from shouzhi.space import Location, prints_number
from shouzhi.tables import UNLABELLED, Row
from shouzhi.tables.codes import read_codes
from shouzhi.tables.header import Head
from shouzhi.tables.matrix import Matrix
from shouzhi.tables.sides import Slot

_DIGITS: Final = re.compile(r"\d+")
_SPACES: Final = re.compile(r"\s+")
_INDENT: Final = re.compile(r"^[\s　]*")
_NOTE: Final = re.compile(r"^(?:注|备\s*注|附注|说明)\s*\d*\s*[:：、.．]")
_NO_AMOUNT: Final = frozenset({"-", "--", "---", "—", "——", "–", "/", "／", "－"})


@dataclass(frozen=True)
class Shape:
    """What the rows of a table are read by: its head and the kind of its codes."""

    head: Head
    code_kind: str | None

    @cached_property
    def places(self) -> dict[int, int]:
        """For each grid column of amounts its place among the columns of the table."""
        return self.head.measures()

    @cached_property
    def width(self) -> int:
        """How many columns of amounts the table has."""
        return len(set(self.places.values()))

    @cached_property
    def blocks(self) -> list[list[Slot]]:
        """The slots of each block, or all of them for a plain table."""
        last = self.head.slots[-1].block if self.head.sides else 0
        if last == 0:
            return [list(self.head.slots)]
        return [[s for s in self.head.slots if s.block == b] for b in range(last + 1)]

    def parts(self, table: Matrix, index: int) -> Iterator[tuple[str | None, list[Slot]]]:
        """The side and the slots of each row that a printed row gives.

        A label that reaches over several blocks is of all of them: where they are different
        sides it totals the whole table and is of none.
        """
        held: list[Slot] = []
        numbers: list[int] = []
        for number, block in enumerate(self.blocks):
            joined = held and _reaches(table, index, held[-1], block[0])
            if held and not joined:
                yield self._common(numbers), held
            held = [*held, *block] if joined else list(block)
            numbers = [*(numbers if joined else []), number]
        yield self._common(numbers), held

    def _common(self, numbers: Sequence[int]) -> str | None:
        """The side of blocks with one heading over them, the last of them; None for others."""
        upper = {slot.path[:1] for number in numbers for slot in self.blocks[number]}
        return self.head.side(numbers[-1]) if len(numbers) == 1 or len(upper) == 1 else None


def _reaches(table: Matrix, index: int, last: Slot, first: Slot) -> bool:
    """Whether one cell of words lies over the end of a block and the beginning of the next."""
    cell = table.owner[index][last.column]
    return cell is not None and cell is table.owner[index][first.column] and bool(cell.text.strip())


def code_kind(head: Head, title: str) -> str | None:
    """Whether the codes of a table are of the function or the economic classification.

    Told by the headings of its stub, else by its title; None leaves it to the digits.
    """
    words = "".join(w for slot in head.slots if slot.role != "measure" for w in slot.path)
    for text in (words, title):
        if "政府预算" in text and "经济" in text:
            return "government_economic"
        if "经济" in text and "功能" not in text:
            return "economic"
        if "功能" in text and "经济" not in text:
            return "function"
    return None


def read_rows(
    table: Matrix, shape: Shape, groups: dict[int, str] | None = None
) -> tuple[list[Row], list[str]]:
    """Read the body of a matrix (its head cut off) into rows and the notes inside it.

    A printed row of a sided table gives one row a side; a row that prints nothing
    but its line number gives none.  `groups` are the labels that enclose the rows below
    them, by their columns; they run on from page to page.
    """
    rows: list[Row] = []
    notes: list[str] = []
    groups = {} if groups is None else groups
    for index in range(table.height):
        starts = [cell for cell in table.owner[index] if cell and cell.text.strip()]
        if not starts:
            continue
        first = starts[0]
        if first.columns == table.width and _NOTE.match(first.text.strip()):
            notes.append(tidy(first.text))
            continue
        if _is_role_row(table, index):
            continue
        for side, block in shape.parts(table, index):
            row = _read_row(table, index, block, side, shape, groups)
            if row is not None:
                rows.append(row)
    return rows, notes


def _is_role_row(table: Matrix, index: int) -> bool:
    """A row that only finishes the stub heading: 类 款 项 and nothing else."""
    words = [cell.text.strip() for cell in table.starts(index)]
    return len(words) > 1 and set(words) <= {"类", "款", "项"}


def _read_row(
    table: Matrix,
    index: int,
    block: Sequence[Slot],
    side: str | None,
    shape: Shape,
    groups: dict[int, str],
) -> Row | None:
    """One side of one printed row; None when it prints nothing of its own."""
    cells: list[str | None] = [None] * shape.width
    places: list[Location | None] = [None] * shape.width
    texts: dict[str, str] = {}
    for slot in block:
        cell = table.owner[index][slot.column]
        if slot.role != "measure" or cell is None or not table.begins(index, slot.column):
            continue
        printed, wordy = _measure(cell.text)
        if wordy:
            texts[slot.leaf] = wordy
        if printed is not None:
            place = shape.places[slot.column]
            cells[place], places[place] = printed, cell.location
    label, path, indent = _label(table, index, block, groups)
    codes, label = read_codes(table, index, block, shape.code_kind, label)
    for slot in block:
        wordy_slot = slot.role in {"text", "ordinal"} and table.text(index, slot.column)
        if wordy_slot and not _in_stub(table, index, slot, block):
            cell = table.owner[index][slot.column]
            told = words(cell.text if cell else "")
            heading = told == slot.leaf  # it reaches down beside the rows that it names
            if not heading and (told != label or not lexicon().is_total(told)):
                texts[slot.leaf or "文字"] = told
    bare = set(codes) <= {"line"}
    if not label and bare and not texts and not any(cells):
        return None
    if not label and bare and not any(cells) and side is not None:
        return None
    return Row(
        label=label or UNLABELLED,
        codes=codes,
        side=side,
        cells=tuple(cells),
        texts=texts,
        location=_location(table, index, block),
        path=path,
        level=indent,
        places=tuple(places),
    )


def _measure(text: str) -> tuple[str | None, str | None]:
    """(the amount as printed, None), or (None, words) for a cell that holds no number."""
    shown = _SPACES.sub("", text)
    if not shown:
        return None, None
    if prints_number(shown) or shown in _NO_AMOUNT:
        return shown, None
    return None, words(text)


def words(text: str) -> str:
    """Running words of a cell: lines joined, a blank inside a line kept as the source has it."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    joined = ""
    for line in filter(None, lines):
        seam = joined[-1:].isascii() and joined[-1:].isalpha() and line[0].isascii()
        joined += f" {line}" if seam and line[0].isalpha() else line
    return joined


def _in_stub(table: Matrix, index: int, slot: Slot, block: Sequence[Slot]) -> bool:
    """Whether a column of words is covered here by the label's own cell."""
    cell = table.owner[index][slot.column]
    return cell is not None and any(
        s.role == "name" and table.owner[index][s.column] is cell for s in block
    )


def _label(
    table: Matrix, index: int, block: Sequence[Slot], groups: dict[int, str]
) -> tuple[str, tuple[str, ...], int]:
    """The label, the groups that enclose it, and its indentation in characters."""
    names = [slot for slot in block if slot.role == "name"]
    parts: list[str] = []
    indent = 0
    seen: list[object] = []
    for slot in names:
        cell = table.owner[index][slot.column]
        text = table.text(index, slot.column)
        if cell is not None and any(cell is other for other in seen):
            continue
        seen.append(cell)
        if not text and len(names) > 1 and slot is not names[-1]:
            text = groups.get(slot.column, "") if _later(table, index, names, slot) else ""
        elif text and slot is not names[-1]:
            groups[slot.column] = text
        if text:
            parts.append(text)
            indent = _depth(cell.text) if cell else 0
    if not parts:
        loose = _loose_label(table, index, block)
        return loose, (), 0
    return parts[-1], tuple(parts[:-1]), indent


def _later(table: Matrix, index: int, names: Sequence[Slot], slot: Slot) -> bool:
    """Whether a later name column of the row holds a label under the running group."""
    return any(table.text(index, s.column) for s in names if s.column > slot.column)


def _loose_label(table: Matrix, index: int, block: Sequence[Slot]) -> str:
    """A label that stands in a code column, such as 合计 before an empty name."""
    for slot in block:
        text = table.text(index, slot.column)
        if slot.role == "text" and lexicon().is_total(text):
            return text
        if slot.role in {"code", "class", "section", "item", "unit_code", "ordinal"}:
            code, rest = split_code(text)
            if text and code is None and not _DIGITS.fullmatch(text.replace(" ", "")):
                return text
            if code and rest:
                return text
    return ""


def _depth(text: str) -> int:
    """Indentation in characters: an ideographic blank counts one, two half blanks one."""
    lead = _INDENT.match(text)
    blanks = lead.group() if lead else ""
    return blanks.count("　") + (len(blanks) - blanks.count("　") - blanks.count("\n")) // 2


def _location(table: Matrix, index: int, block: Sequence[Slot]) -> Location:
    """Where the row stands on this side: the box around its cells, or its first line."""
    columns = {slot.column for slot in block}
    cells = [
        cell
        for column, cell in enumerate(table.owner[index])
        if cell is not None and column in columns and cell.text.strip()
    ]
    places = [cell.location for cell in cells]
    if not places:
        return Location()
    first = min(places, key=lambda place: (place.page or 0, place.line or 0))
    flat = [cell.location.box for cell in cells if cell.location.box and cell.rows == 1]
    if not flat:
        return first
    lefts, bottoms, rights, tops = zip(*flat, strict=True)
    return replace(first, box=(min(lefts), min(bottoms), max(rights), max(tops)))


def same_row(one: Row, other: Row) -> bool:
    """Whether two rows print the same label and amounts (a total repeated on the next page)."""
    return (
        fold(one.label) == fold(other.label)
        and one.cells == other.cells
        and one.side == other.side
        and dict(one.codes) == dict(other.codes)
    )


def is_total_row(row: Row) -> bool:
    """Whether the row is the total of its table."""
    return lexicon().is_total(strip_ordinal(row.label)[1]) and not set(row.codes) - {"line"}
