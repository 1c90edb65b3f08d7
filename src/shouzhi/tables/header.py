"""The head of a table: which rows it is, its heading tree, and what each column is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from shouzhi.catalogue.lexicon import Lexicon, heading_year, lexicon
from shouzhi.catalogue.names import fold, split_code
from shouzhi.sources import Cell
from shouzhi.space import Coordinates
from shouzhi.tables import Column
from shouzhi.tables.captions import amount_unit
from shouzhi.tables.matrix import Matrix, is_amount, is_column_number, is_number

Role = Literal[
    "code", "class", "section", "item", "name", "line", "unit_code", "ordinal", "text", "measure"
]
_CODE_ROLES: Final = frozenset({"code", "class", "section", "item", "unit_code"})
MOST_HEADER_ROWS: Final = 8


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of the grid: its heading path, what it is for, and the block it belongs to."""

    path: tuple[str, ...]
    role: Role
    block: int
    column: int
    number: str | None = None

    @property
    def leaf(self) -> str:
        """The lowest heading of the column."""
        return self.path[-1] if self.path else ""


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
    if texts and words.is_numbering(texts[0]):
        return True
    plain = [text for text in texts if is_column_number(text)]
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
    known = sum(words.is_heading(cell.text) for cell in cells)
    if row == 0:
        if len(cells) == 1:
            whole = cells[0].columns == table.width > 1
            return whole and known == 1 and _continues_head(table, 1, words)
        return known * 2 >= len(cells) and any(_tops(cell, words) for cell in cells)
    return all(_hangs(table, row, cell, words) for cell in cells)


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
    """Read the head of a table; None when its first row is already a row of the body."""
    height, numbering = header_height(table)
    if height == 0 or (numbering == 0):
        return None
    top = height if numbering is None else numbering
    paths = [_path(table, column, top) for column in range(table.width)]
    formulas = tuple(
        _formula(table, numbering, column) if numbering is not None else None
        for column in range(table.width)
    )
    late = _late_roles(table, height)
    paths = [(*path, late[c]) if c in late else path for c, path in enumerate(paths)]
    roles = [_role(table, column, paths, height) for column in range(table.width)]
    _one_name(roles, paths)
    blocks = _blocks(roles)
    slots = tuple(
        Slot(path, role, block, column, formulas[column])
        for column, (path, role, block) in enumerate(zip(paths, roles, blocks, strict=True))
    )
    return Head(height, slots, _sides(slots, table), formulas)


def _path(table: Matrix, column: int, top: int) -> tuple[str, ...]:
    """The distinct headings over a column, from the top down."""
    path: list[str] = []
    last = None
    for row in range(top):
        cell = table.owner[row][column]
        if cell is None or cell is last:
            continue
        last = cell
        word = heading_text(table.text(row, column))
        if word and (not path or path[-1] != word):
            path.append(word)
    return tuple(path)


def heading_text(text: str) -> str:
    """A heading with its blanks taken out, except between two words of Latin letters."""
    parts = text.split()
    joined = ""
    for part in parts:
        ascii_seam = joined[-1:].isascii() and joined[-1:].isalpha() and part[:1].isalpha()
        joined += f" {part}" if ascii_seam and part[:1].isascii() else part
    return joined


def _formula(table: Matrix, row: int, column: int) -> str | None:
    text = table.text(row, column).replace(" ", "")
    return text if text and is_column_number(text) else None


def _late_roles(table: Matrix, height: int) -> dict[int, str]:
    """类, 款, 项 that stand in the first body row, beside 合计 and its amounts."""
    if height >= table.height:
        return {}
    found: dict[int, str] = {}
    for cell in table.starts(height):
        roles = lexicon().roles(cell.text)
        if cell.text.strip() in {"类", "款", "项"} and roles:
            found[cell.column] = cell.text.strip()
    return found if len(found) > 1 else {}


def _role(table: Matrix, column: int, paths: Sequence[tuple[str, ...]], height: int) -> Role:
    """What a column is for, by its heading, and where that is unknown by what it holds."""
    words = lexicon()
    path = paths[column]
    leaf = path[-1] if path else ""
    body = [table.text(row, column) for row in range(height, table.height)]
    filled = [text for text in body if text]
    numbers = sum(map(is_number, filled))
    for role in words.roles(leaf):
        if role == "name" and filled and numbers * 2 > len(filled):
            continue
        if role == "item" and not any(p[-1] == "款" for p in paths if p):
            continue
        if role != "group":
            return role  # type: ignore[return-value]
    if words.is_text(leaf):
        return "text"
    if leaf and words.is_measure(leaf) and (numbers * 2 >= len(filled)):
        return "measure"
    if filled and numbers * 5 >= len(filled) * 3 and any(map(is_amount, filled)):
        return "measure"
    if leaf and (words.is_measure(leaf) or amount_unit(leaf)):
        return "measure"
    after_amounts = leaf and not filled and _amounts_before(table, column, height)
    return "measure" if after_amounts else "text"


def _amounts_before(table: Matrix, column: int, height: int) -> bool:
    """Whether the column to the left holds amounts (an empty column beside it does too)."""
    return column > 0 and any(
        is_amount(table.text(row, column - 1)) for row in range(height, table.height)
    )


def _one_name(roles: list[Role], paths: Sequence[tuple[str, ...]]) -> None:
    """In each run of stub columns make the first fitting column the name, later ones words.

    Columns under one heading that spans them stay names: a grouped stub.
    """
    for column, role in enumerate(roles):
        if role != "name":
            continue
        before = [c for c in range(column) if roles[c] == "name"]
        between = [roles[c] for c in range((before or [column])[-1] + 1, column)]
        if before and "measure" not in between and paths[before[-1]] != paths[column]:
            roles[column] = "text"
    run_start = 0
    for column in range(len(roles) + 1):
        if column == len(roles) or roles[column] == "measure":
            run = range(run_start, column)
            if not any(roles[c] in {"name", "code"} for c in run):
                _first_text_names(roles, paths, run)
            run_start = column + 1


def _first_text_names(roles: list[Role], paths: Sequence[tuple[str, ...]], run: range) -> None:
    """Where a run of stub columns has no name, its first unknown column of words is it."""
    for column in run:
        leaf = paths[column][-1] if paths[column] else ""
        if roles[column] == "text" and run.start == 0 and not lexicon().is_text(leaf):
            roles[column] = "name"
            return


def _blocks(roles: Sequence[Role]) -> list[int]:
    """Number the blocks: a new one begins where stub columns follow amounts."""
    blocks: list[int] = []
    block = 0
    seen_measure = False
    for role in roles:
        if role in {"name", "line", *_CODE_ROLES} and seen_measure:
            block += 1
            seen_measure = False
        seen_measure = seen_measure or role == "measure"
        blocks.append(block)
    counts = Counter(
        block for block, role in zip(blocks, roles, strict=True) if role in {"name", "code"}
    )
    return blocks if len(counts) == block + 1 else [0] * len(blocks)


def _sides(slots: Sequence[Slot], table: Matrix) -> tuple[str, ...]:
    """The headings that tell the blocks of a sided table apart, else the labels of their totals."""
    last = slots[-1].block if slots else 0
    if last == 0:
        return ()
    shared = [_shared([s.path for s in slots if s.block == block]) for block in range(last + 1)]
    first = [path[0] if path else "" for path in shared]
    if len(set(first)) == len(first) and all(first):
        return tuple(first)
    deepest = [path[-1] if path else "" for path in shared]
    if len(set(deepest)) == len(deepest) and all(deepest):
        return tuple(deepest)
    names = [
        next((s.leaf for s in slots if s.block == block and s.role == "name"), "")
        for block in range(last + 1)
    ]
    if len(set(names)) < len(names):
        names = [_closing(table, slots, block) for block in range(last + 1)]
    return tuple(names) if len(set(names)) == len(names) else tuple(map(str, range(1, last + 2)))


def _closing(table: Matrix, slots: Sequence[Slot], block: int) -> str:
    """What the last row of a block totals: 人员经费合计 names the side 人员经费."""
    places = [s.column for s in slots if s.block == block and s.role != "measure"]
    for row in range(table.height - 1, max(table.height - 4, -1), -1):
        texts = [table.text(row, column) for column in places]
        for text in texts:
            if text.endswith("合计") and not lexicon().is_total(text):
                return text.removesuffix("合计")
    return ""


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The headings that all `paths` begin with."""
    common: list[str] = []
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return tuple(common)


def columns(head: Head) -> tuple[Column, ...]:
    """The columns of amounts with the coordinates of their headings."""
    return tuple(_column(slot, head) for slot in head.slots if slot.role == "measure")


def _column(slot: Slot, head: Head) -> Column:
    where, rate, known = heading_where(slot.path)
    return Column(
        heading=slot.path,
        where=where,
        side=head.sides[slot.block] if head.sides else None,
        number=slot.number,
        rate=rate,
        known=known,
    )


def heading_where(
    path: Sequence[str],
) -> tuple[Coordinates, tuple[str, str] | None, bool]:
    """Coordinates of a heading path, deeper words over shallower; (where, rate, all known)."""
    words = lexicon()
    where = Coordinates()
    rate = None
    known = True
    for word in path:
        if year := heading_year(word):
            where |= {"year": year}
        term = words.term(word, under=where)
        if term is None:
            known = known and (words.is_heading(word) or word.startswith("其中"))
            continue
        where |= term.where
        rate = term.rate or rate
    return where, rate, known


def named_by(head: Head, last: Matrix) -> Head:
    """The head with its sides named by the totals on the last page, where nothing else did."""
    if not head.sides or not all(side.isdigit() for side in head.sides):
        return head
    names = tuple(_closing(last, head.slots, block) for block in range(len(head.sides)))
    return replace(head, sides=names) if len(set(names)) == len(names) and all(names) else head
