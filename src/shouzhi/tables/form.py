"""Forms that are no plain table: pairs of field and value, and several heads in one grid.

The performance forms (绩效目标申报表, 绩效自评表, 整体支出绩效) print fields beside their
values and go on with small tables under heads of their own, all in one ruled frame.
They become one table: its columns are the columns of amounts of all the heads, and a
pair puts its value into the first of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import tidy
from shouzhi.sources import Cell
from shouzhi.space import Location
from shouzhi.tables import FIELD, UNLABELLED, Column, Row
from shouzhi.tables.body import Shape, code_kind, read_rows, words
from shouzhi.tables.header import Head, columns, read_head, read_unknown_head
from shouzhi.tables.matrix import Matrix, is_number


@dataclass(frozen=True, slots=True)
class Band:
    """Rows `first` up to `last` of a form; `head` is None for rows of pairs."""

    first: int
    last: int
    head: Head | None


def bands(table: Matrix) -> list[Band]:
    """Cut a grid into bands: each head opens one, rows above the first head are pairs."""
    opens = [row for row in range(table.height) if _opens_band(table, row)]
    opens = [row for place, row in enumerate(opens) if not place or opens[place - 1] != row - 1]
    if (top := read_head(table)) is not None:
        opens = [0, *(row for row in opens if row >= top.height)]
    found: list[Band] = []
    if not opens or opens[0] > 0:
        found.append(Band(0, opens[0] if opens else table.height, None))
    for place, row in enumerate(opens):
        last = opens[place + 1] if place + 1 < len(opens) else table.height
        head = read_head(table.slice(row, last))
        cut = _first_pairs(table, row + head.height, last) if head else last
        found.append(Band(row, cut, head))
        if cut < last:
            found.append(Band(cut, last, None))
    return found


def _first_pairs(table: Matrix, first: int, last: int) -> int:
    """The first row below a head that is no row of it but a field and its words: 总体目标."""
    for row in range(first, last):
        cells = table.starts(row)
        if len(cells) > 1 and cells[0].column == 0 and _is_wordy(cells[0].text):
            return row
    return last


def _opens_band(table: Matrix, row: int) -> bool:
    """Whether nearly all cells of a row are words that only ever head columns."""
    cells = table.starts(row)
    if any(is_number(cell.text) for cell in reversed(cells)):  # numbers stand behind labels
        return False
    pure = sum(lexicon().is_pure_heading(cell.text) for cell in cells)
    return pure >= 2 and pure * 3 >= len(cells) * 2


def is_form(table: Matrix) -> bool:
    """Whether a grid is a form: a head below rows that are none, or heads that differ."""
    found = bands(table)
    heads = [band.head.key() for band in found if band.head]
    if not found[0].head:
        plain = read_unknown_head(table)
        if plain and all(band.first < plain.height for band in found):
            return False
        return bool(heads) or _pairs_only(table)
    return len(set(heads)) > 1


def _pairs_only(table: Matrix) -> bool:
    """Every row a field and its value, some of them numbers."""
    rows = [table.starts(row) for row in range(table.height)]
    numbers = sum(is_number(cell.text) for cells in rows for cell in cells)
    return numbers > 0 and all(2 <= len(cells) <= 6 for cells in rows if cells)


def read_form(table: Matrix, title: str) -> tuple[tuple[Column, ...], list[Row], list[str]]:
    """Columns, rows and notes of a form."""
    found = bands(table)
    heads: list[Column] = []
    for band in found:
        if band.head:
            heads.extend(c for c in columns(band.head) if all(c.heading != h.heading for h in heads))
    heads = [replace(column, side=None) for column in heads] or [Column(("金额",))]
    rows: list[Row] = []
    notes: list[str] = []
    for band in found:
        if band.head is None:
            rows.extend(_pair_rows(table, band, len(heads)))
            continue
        shape = Shape(band.head, code_kind(band.head, title))
        body = table.slice(band.first + band.head.height, band.last)
        more, inner = read_rows(body, shape)
        spread = [_place(column, heads) for column in columns(band.head)]
        named = _named(more, table, band)
        rows.extend(_spread(row, spread, len(heads)) for row in named)
        notes.extend(inner)
    return tuple(heads), rows, notes


def _place(column: Column, heads: Sequence[Column]) -> int:
    return next(i for i, head in enumerate(heads) if head.heading == column.heading)


def _spread(row: Row, places: Sequence[int], width: int) -> Row:
    """Lay the cells of a row under one head over the columns of all heads."""
    cells: list[str | None] = [None] * width
    where: list[Location | None] = [None] * width
    for place, cell, location in zip(places, row.cells, row.places, strict=True):
        if cell is not None:
            cells[place], where[place] = cell, location
    return replace(row, cells=tuple(cells), places=tuple(where))


def _named(rows: Sequence[Row], table: Matrix, band: Band) -> list[Row]:
    """Rows without a label take the one that stands beside their head."""
    first = table.starts(band.first)[0]
    if lexicon().is_pure_heading(first.text) or first.column > 0:
        return list(rows)
    label = tidy(first.text)
    return [
        replace(row, label=label, location=first.location) if row.label == UNLABELLED else row
        for row in rows
    ]


def _pair_rows(table: Matrix, band: Band, width: int) -> list[Row]:
    """A row for each field with a value, the left pairs of all rows before the right ones."""
    found: list[tuple[int, Row]] = []
    for index in range(band.first, band.last):
        fields: list[Cell] = []
        pairs = 0
        for cell in table.starts(index):
            if not is_number(cell.text) or (fields and _is_wordy(fields[-1].text)):
                fields.append(cell)
                continue
            if fields:
                found.append((pairs, _pair(fields, cell, width)))
                pairs += 1
            fields = []
        if len(fields) % 2:
            fields = fields[1:]  # what stands before them is the name of the part
        for field, value in zip(fields[::2], fields[1::2], strict=True):
            row = _blank(tidy(field.text), {FIELD: words(value.text)}, field, width)
            found.append((pairs, row))
            pairs += 1
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _is_wordy(field: str) -> bool:
    """Whether what stands beside a field is words, even where they are a number: 总分 100."""
    return lexicon().is_text(field) or lexicon().field(field) is not None


def _pair(fields: Sequence[Cell], value: Cell, width: int) -> Row:
    """A field and its number; the label is the first word of the row, else the field."""
    field = tidy(fields[-1].text)
    label = tidy(fields[0].text).rstrip(":：")
    row = _blank(label, {FIELD: field}, fields[0], width)
    shown = "".join(value.text.split())
    return replace(
        row, cells=(shown, *row.cells[1:]), places=(value.location, *row.places[1:])
    )


def _blank(label: str, texts: dict[str, str], cell: Cell, width: int) -> Row:
    return Row(label, {}, None, (None,) * width, texts, cell.location, places=(None,) * width)
