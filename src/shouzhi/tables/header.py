"""The head of a table: which rows it is, its heading tree, and what each column is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from shouzhi.catalogue.lexicon import Lexicon, lexicon
from shouzhi.catalogue.names import fold, split_code, strip_ordinal
from shouzhi.sources import Cell
from shouzhi.tables import UNHEADED, Column
from shouzhi.tables.headings import heading_path, heading_where
from shouzhi.tables.matrix import Matrix, is_amount, is_column_number, is_number
from shouzhi.tables.roles import PARTS, column_roles, late_roles
from shouzhi.tables.sides import Slot, blocks, closing, sides

MOST_HEADER_ROWS: Final = 8
_TITLES: Final = ("表", "情况", "预算", "决算")
MOST_UNKNOWN_ROWS: Final = 4
"""Rows up to which words that nobody knows are a head, by their place over amounts alone."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a table: `height` rows of the matrix (numbering row included).

    `sides` are the headings of the blocks of a two- or three-sided table, empty
    for a plain one; `formulas` the printed column numbers by grid column.
    """

    height: int
    slots: tuple[Slot, ...]
    sides: tuple[str, ...]
    formulas: tuple[str | None, ...]

    def key(self) -> tuple[tuple[str, ...], ...]:
        """What two heads are compared by."""
        return tuple(tuple(map(fold, slot.path)) for slot in self.slots)

    def side(self, block: int) -> str | None:
        """The name of the side that a block belongs to."""
        return self.sides[block] if self.sides else None

    def measures(self) -> dict[int, int]:
        """For each grid column of amounts its place among the columns of the table.

        Blocks of one side share their columns.
        """
        seen: dict[tuple[str | None, int, tuple[str, ...]], int] = {}
        found: dict[int, int] = {}
        for block in range(self.slots[-1].block + 1):
            slots = [s for s in self.slots if s.block == block and s.role == "measure"]
            for order, slot in enumerate(slots):
                key = (self.side(block), order, slot.path)
                found[slot.column] = seen.setdefault(key, len(seen))
        return found


def header_height(table: Matrix) -> tuple[int, int | None]:
    """How many rows the head has, and which of them numbers the columns (None if none).

    The head ends with a row of column numbers where there is one, else before the
    first row that prints an amount, or that hangs under no spanning heading.
    """
    words = lexicon()
    for row in range(min(table.height, MOST_HEADER_ROWS)):
        if _is_numbering(table, row, words):
            return row + 1, row
        if not _continues_head(table, row, words):
            return row, None
    return min(table.height, MOST_HEADER_ROWS), None


def _is_numbering(table: Matrix, row: int, words: Lexicon) -> bool:
    """A row of column numbers: 1 2 3 … or formulas, perhaps opened by 栏次."""
    texts = [cell.text for cell in table.starts(row)]
    plain = [text for text in texts if is_column_number(text)]
    if texts and words.is_numbering(texts[0]):
        return True
    stub = sum(words.is_numbering(text) or text.strip() in PARTS for text in texts)
    if any(words.is_numbering(text) for text in texts) and plain and len(plain) + stub == len(texts):
        return True
    if row == 0 or len(plain) < 2 or len(plain) < len(texts) - 1:
        return False
    leading = [int("".join(c for c in text.split("=")[0] if c.isdigit()) or 0) for text in plain]
    rising = sum(b == a + 1 for a, b in pairwise(leading))
    return rising >= (len(leading) - 1) * 0.7 and leading[0] <= 3


def _continues_head(table: Matrix, row: int, words: Lexicon) -> bool:
    """Whether `row` still belongs to the head that began at row 0."""
    cells = table.starts(row)
    if not cells:
        return row > 0 and _blank_within_head(table, row, words)
    if any(is_amount(cell.text) or split_code(cell.text)[0] for cell in cells):
        return False
    if row == 0:
        return _begins_head(table, cells, words)
    return all(_hangs(table, row, cell, words) for cell in cells)


def _begins_head(table: Matrix, cells: Sequence[Cell], words: Lexicon) -> bool:
    """Whether the cells of the first row open a head: most of them are known headings."""
    known = sum(is_known(cell.text, words) for cell in cells)
    if len(cells) == 1:
        whole = cells[0].columns == table.width > 1
        return whole and known == 1 and _continues_head(table, 1, words)
    told = words.field(cells[0].text) is not None
    if len(cells) == 2 and (known == 1 or told) and table.height > 1:
        below = table.starts(1)
        if not any(is_number(c.text) or words.is_pure_heading(c.text) for c in below):
            return False  # a field and its value
        if told and below and below[0].column == 0 and words.field(below[0].text):
            return False
    return known * 2 >= len(cells) and any(_tops(cell, words) for cell in cells)


def is_known(text: str, words: Lexicon) -> bool:
    """Whether a text is a heading, or made of words of titles as headings are: 财政拨款“三公”经费."""
    made = words.term(text) is not None and not text.rstrip().endswith(_TITLES)
    return words.is_heading(text) or made


def _tops(cell: Cell, words: Lexicon) -> bool:
    """Whether a cell can open a head: a word that is no row label, or one that spans columns."""
    term = words.term(cell.text)
    only_heads = words.is_pure_heading(cell.text) or words.is_total(cell.text)
    if cell.columns > 1 or only_heads or words.is_side(cell.text):
        return True
    return term is not None and (term.measure or term.total)


def _blank_within_head(table: Matrix, row: int, words: Lexicon) -> bool:
    """Whether a row without text of its own is only the lower part of headings above it."""
    covered = all(
        cell is not None and cell.text.strip() and not table.begins(row, column)
        for column, cell in enumerate(table.owner[row])
    )
    if covered or row + 1 >= table.height:
        return covered
    below = table.starts(row + 1)
    return len(below) > 1 and all(words.is_measure(c.text) and not is_number(c.text) for c in below)


def _hangs(table: Matrix, row: int, cell: Cell, words: Lexicon) -> bool:
    """Whether a cell goes on with the head above it: narrower, under a blank, or a heading word."""
    above = table.owner[row - 1][cell.column]
    if above is None or not above.text.strip() or above.columns > cell.columns:
        return True
    return above.columns == cell.columns and words.is_pure_heading(cell.text)


def read_head(table: Matrix) -> Head | None:
    """Read the head of a table, once; None when its first row is already a row of the body."""
    if "head" not in table.read:
        table.read["head"] = _first_head(table)
    head: Head | None = table.read["head"]
    return head


def _first_head(table: Matrix) -> Head | None:
    height, numbering = header_height(table)
    if height == 0 or (numbering == 0):
        return None
    return _head(table, height, numbering)


def read_unknown_head(table: Matrix) -> Head | None:
    """The head of a table in words that nobody knows: the rows of words over its first amounts.

    None where the amounts stand in columns that no heading is over.
    """
    rows = range(min(table.height, MOST_UNKNOWN_ROWS + 1))
    height = next((r for r in rows if any(is_amount(c.text) for c in table.starts(r))), 0)
    if height == 0 or any(is_number(c.text) for r in range(height) for c in table.starts(r)):
        return None
    numbered = {
        cell.column
        for row in range(height, table.height)
        for cell in table.starts(row)
        if is_amount(cell.text)
    }
    if not all(heading_path(table, column, height) for column in numbered):
        return None
    return _head(table, height, None)


def _head(table: Matrix, height: int, numbering: int | None) -> Head:
    """The head that the first `height` rows are."""
    top = height if numbering is None else numbering
    paths = [heading_path(table, column, top) for column in range(table.width)]
    formulas = tuple(
        _formula(table, numbering, column) if numbering is not None else None
        for column in range(table.width)
    )
    late = late_roles(table, height, numbering)
    paths = [(*path, late[c]) if c in late else path for c, path in enumerate(paths)]
    _widen_stub(table, paths, height)
    roles = column_roles(table, paths, height)
    slots = tuple(
        Slot(path, role, block, column, formulas[column])
        for column, (path, role, block) in enumerate(zip(paths, roles, blocks(roles), strict=True))
    )
    return Head(height, slots, sides(slots, table), formulas)


def _widen_stub(table: Matrix, paths: list[tuple[str, ...]], height: int) -> None:
    """Give the heading of labels to the column beside it that has none, where labels reach over both."""
    for column in range(1, table.width):
        left = paths[column - 1]
        if paths[column] or not left or "name" not in lexicon().roles(left[-1]):
            continue
        ends = column + 1 == table.width
        for row in table.owner[height:]:
            cell = row[column]
            if cell is None or cell is not row[column - 1] or not cell.text.strip():
                continue
            if ends or row[column + 1] is not cell:
                paths[column] = left
                break


def _formula(table: Matrix, row: int, column: int) -> str | None:
    text = table.text(row, column).replace(" ", "")
    return text if text and is_column_number(text) else None


def columns(head: Head) -> tuple[Column, ...]:
    """The columns of amounts with the coordinates of their headings."""
    places = head.measures()
    slots = {place: slot for slot in reversed(head.slots) if (place := places.get(slot.column)) is not None}
    return tuple(_column(slots[place], head, len(slots)) for place in sorted(slots))


def _column(slot: Slot, head: Head, count: int) -> Column:
    """One column; words that nobody knows set it apart from the columns beside it."""
    path = slot.path or (UNHEADED,)
    where, rate, unknown = heading_where(path)
    if unknown and count > 1:
        known_item = [where["item"]] if "item" in where else []
        named = [strip_ordinal(word)[1] or word for word in unknown]
        where |= {"item": fold("/".join([*known_item, *named]))}
    return Column(
        heading=path,
        where=where,
        side=head.side(slot.block),
        number=slot.number,
        rate=rate,
        known=not unknown,
    )


def named_by(head: Head, last: Matrix) -> Head:
    """The head with its sides named by the totals on the last page, where nothing else did."""
    if not head.sides or not all(side.isdigit() for side in head.sides):
        return head
    names = tuple(closing(last, head.slots, block) for block in range(len(head.sides)))
    return replace(head, sides=names) if len(set(names)) == len(names) and all(names) else head
