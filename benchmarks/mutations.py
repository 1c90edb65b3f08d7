"""Errors as people make them, planted in documents that have been read: one at a time, seeded.

A mutation works on the `Document` in memory, never on the file: the tables (or the prose)
are changed, and the facts of what was changed are made anew.  Every mutation knows what
stood there before, so that a repair can be judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Final

from shouzhi.facts import Document
from shouzhi.facts.amounts import table_facts
from shouzhi.facts.places import Context, function_names, place_rows, unit_names
from shouzhi.space import Coordinates, parse_amount
from shouzhi.statements import Context as Prose
from shouzhi.statements import read_statements
from shouzhi.statements.claims import Count, Stated
from shouzhi.tables import Row, Section, Table

Cell = tuple[int, int, int]
"""(table, row, column), counted from 0."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the prose: where they stand, what they were and what they are."""

    section: int
    paragraph: int
    start: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """A document with one error planted in it.

    `right` are the cells that were changed with the amounts that belong there (None where
    the cell was empty), in the printed unit; `missing` the amounts of a row taken out, by
    its cells; `table` is the table that was changed as a whole; `said` what was changed in
    the prose.
    """

    kind: str
    document: Document
    right: dict[Cell, Decimal | None] = field(default_factory=dict)
    missing: dict[Cell, Decimal] = field(default_factory=dict)
    table: int | None = None
    said: Words | None = None


Maker = Callable[[Document, Random], Mutation | None]


def cell_maker(kind: str, alter: Callable[[str, Table, Random], str | None]) -> Maker:
    """A maker that alters the printed text of one amount, chosen among all cells."""

    def make(document: Document, random: Random) -> Mutation | None:
        cells = printed_cells(document)
        for number, row, column in random.sample(cells, min(len(cells), 12)):
            table = document.tables[number]
            text = table.rows[row].cells[column] or ""
            altered = alter(text, table, random)
            if altered is None or _value(altered) == _value(text):
                continue
            changed: dict[tuple[int, int], str | None] = {(row, column): altered}
            right = {(number, row, column): _value(text)}
            return Mutation(kind, with_cells(document, number, changed), right)
        return None

    return make


def printed_cells(document: Document) -> list[Cell]:
    """Every cell that prints an amount or a rate."""
    return [
        (fact.table, fact.row, fact.column)
        for fact in document.facts
        if fact.table is not None and fact.row is not None and fact.column is not None
    ]


def _value(text: str | None) -> Decimal | None:
    amount = parse_amount(text or "")
    return amount.value if amount else None


def one_digit(text: str, table: Table, random: Random) -> str | None:
    """One digit is another."""
    places = [i for i, letter in enumerate(text) if letter.isdigit()]
    place = random.choice(places)
    digits = [d for d in "0123456789" if d != text[place] and (d != "0" or place != places[0])]
    return text[:place] + random.choice(digits) + text[place + 1 :]


def transposed(text: str, table: Table, random: Random) -> str | None:
    """Two digits beside each other change places."""
    places = [i for i, letter in enumerate(text) if letter.isdigit()]
    pairs = [
        (a, b)
        for a, b in pairwise(places)
        if text[a] != text[b] and not (a == places[0] and text[b] == "0")
    ]
    if not pairs:
        return None
    a, b = random.choice(pairs)
    letters = list(text)
    letters[a], letters[b] = letters[b], letters[a]
    return "".join(letters)


def tenfold(text: str, table: Table, random: Random) -> str | None:
    """The decimal point is one place off."""
    value = _value(text)
    return _like(text, value * 10) if value else None


def opposite(text: str, table: Table, random: Random) -> str | None:
    """The sign is the other one."""
    value = _value(text)
    return _like(text, -value) if value else None


def another(text: str, table: Table, random: Random) -> str | None:
    """An amount of another cell of the same table stands there."""
    others = [c for row in table.rows for c in row.cells if c and _value(c) not in {None, _value(text)}]
    return random.choice(others) if others else None


def _like(text: str, value: Decimal) -> str:
    """A value written as `text` is: its separators, decimals and percent sign."""
    amount = parse_amount(text)
    decimals = amount.decimals if amount else 2
    separator = "," if "," in text or (abs(value) >= 1000 and "," in text) else ""
    return f"{value:{separator}.{decimals}f}" + ("%" if text.endswith("%") else "")


def blank_cell(document: Document, random: Random) -> Mutation | None:
    """One amount is not printed."""
    cells = [c for c in printed_cells(document) if _value(_text(document, c))]
    if not cells:
        return None
    number, row, column = random.choice(cells)
    right = {(number, row, column): _value(_text(document, (number, row, column)))}
    return Mutation("blank cell", with_cells(document, number, {(row, column): None}), right)


def _text(document: Document, cell: Cell) -> str | None:
    number, row, column = cell
    return document.tables[number].rows[row].cells[column]


def swap_rows(document: Document, random: Random) -> Mutation | None:
    """The amounts of two rows near each other change places."""
    number, table = _any_table(document, random)
    rows = [i for i, row in enumerate(table.rows) if any(_value(c) for c in row.cells)]
    pairs = [
        (a, b)
        for n, a in enumerate(rows)
        for b in rows[n + 1 : n + 4]
        if table.rows[a].side == table.rows[b].side and table.rows[a].cells != table.rows[b].cells
    ]
    if not pairs:
        return None
    one, other = random.choice(pairs)
    changed = {(one, c): text for c, text in enumerate(table.rows[other].cells)}
    changed |= {(other, c): text for c, text in enumerate(table.rows[one].cells)}
    return _planted("swapped rows", document, number, changed)


def shift_columns(document: Document, random: Random) -> Mutation | None:
    """The amounts of a row stand one column further, and none is lost."""
    number, table = _any_table(document, random)
    found: list[dict[tuple[int, int], str | None]] = []
    for index, row in enumerate(table.rows):
        columns = [i for i, c in enumerate(table.columns) if c.side == row.side]
        texts = [row.cells[c] for c in columns]
        if len(columns) < 2 or not any(_value(t) for t in texts):
            continue
        if not _value(texts[-1]):
            found.append({(index, c): t for c, t in zip(columns, [None, *texts], strict=False)})
        if not _value(texts[0]):
            found.append({(index, c): t for c, t in zip(columns, [*texts[1:], None], strict=True)})
    return _planted("shifted columns", document, number, random.choice(found)) if found else None


def neighbour(document: Document, random: Random) -> Mutation | None:
    """One amount stands in the empty cell beside its own."""
    number, table = _any_table(document, random)
    found = [
        {(index, column): None, (index, beside): text}
        for index, row in enumerate(table.rows)
        for column, text in enumerate(row.cells)
        for beside in (column - 1, column + 1)
        if _value(text)
        and 0 <= beside < len(table.columns)
        and row.cells[beside] is None
        and table.columns[beside].side == table.columns[column].side
    ]
    return _planted("neighbour", document, number, random.choice(found)) if found else None


def shift_rows(document: Document, random: Random) -> Mutation | None:
    """The amounts of three rows in one column stand one row further, the last one first."""
    number, table = _any_table(document, random)
    found = []
    for column, head in enumerate(table.columns):
        rows = [i for i, r in enumerate(table.rows) if r.side == head.side and _value(r.cells[column])]
        for three in zip(rows, rows[1:], rows[2:], strict=False):
            texts = [table.rows[r].cells[column] for r in three]
            if len(set(texts)) > 1:
                moved = [texts[-1], *texts[:-1]]
                found.append({(r, column): t for r, t in zip(three, moved, strict=True)})
    return _planted("shifted rows", document, number, random.choice(found)) if found else None


def drop_row(document: Document, random: Random) -> Mutation | None:
    """A row is left out."""
    number, table = _any_table(document, random)
    rows = [i for i, row in enumerate(table.rows) if any(_value(c) for c in row.cells)]
    if not rows:
        return None
    index = random.choice(rows)
    cells = enumerate(table.rows[index].cells)
    missing = {(number, index, c): v for c, text in cells if (v := _value(text))}
    kept = [row for i, row in enumerate(table.rows) if i != index]
    return Mutation("dropped row", with_rows(document, number, kept), missing=missing)


def blank_table(document: Document, random: Random) -> Mutation | None:
    """A table prints no amounts."""
    number, table = _any_table(document, random)
    rows = [replace(row, cells=(None,) * len(row.cells)) for row in table.rows]
    return Mutation("blank table", with_rows(document, number, rows), table=number)


def remove_table(document: Document, random: Random) -> Mutation | None:
    """A table is left out."""
    number, _ = _any_table(document, random)
    tables = [t for i, t in enumerate(document.tables) if i != number]
    facts = [
        fact if fact.table is None or fact.table < number else replace(fact, table=fact.table - 1)
        for fact in document.facts
        if fact.table != number
    ]
    return Mutation("removed table", replace(document, tables=tables, facts=facts), table=number)


def other_unit(document: Document, random: Random) -> Mutation | None:
    """A table says 元 where its amounts are in 万元, or the other way round."""
    number, table = _any_table(document, random)
    unit = "万元" if table.amount_unit == "元" else "元"
    changed = replace(table, amount_unit=unit)
    return Mutation("unit", _with_table(document, number, changed), table=number)


def other_year(document: Document, random: Random) -> Mutation | None:
    """A table says another year."""
    number, table = _any_table(document, random)
    year = table.where.get("year") or (str(document.year) if document.year else None)
    if year is None:
        return None
    wrong = str(int(year) - 1)
    where = table.where | {"year": wrong}
    changed = replace(table, where=where, title=table.title.replace(year, wrong))
    return Mutation("year", _with_table(document, number, changed), table=number)


def other_name(document: Document, random: Random) -> Mutation | None:
    """A row bears the name of another row of its table."""
    number, table = _any_table(document, random)
    labels = sorted({row.label for row in table.rows})
    rows = [i for i, row in enumerate(table.rows) if any(_value(c) for c in row.cells)]
    if len(labels) < 2 or not rows:
        return None
    index = random.choice(rows)
    label = random.choice([name for name in labels if name != table.rows[index].label])
    named = [replace(r, label=label) if i == index else r for i, r in enumerate(table.rows)]
    context = Context(
        document.year,
        document.department,
        unit_names(document.tables),
        function_names(document.tables),
    )
    bare = [replace(row, where=Coordinates()) for row in named]
    placed = list(place_rows(replace(table, rows=bare), context))
    return Mutation("name", with_rows(document, number, placed), table=number)


_AMOUNT: Final = re.compile(r"\d[\d,]*(?:\.\d+)?(?=\s*(?:万元|亿元|元))")
_PERCENT: Final = re.compile(r"\d+(?:\.\d+)?(?=\s*[%％])")
_DIRECTIONS: Final = {"增加": "减少", "减少": "增加", "增长": "下降", "下降": "增长", "大于": "小于", "小于": "大于"}
_DIRECTION: Final = re.compile("|".join(_DIRECTIONS))


def said_amount(document: Document, random: Random) -> Mutation | None:
    """One digit of an amount in the prose is another."""
    return _say("said amount", document, random, _AMOUNT, _digit)


def said_percent(document: Document, random: Random) -> Mutation | None:
    """One digit of a percentage in the prose is another."""
    return _say("said percentage", document, random, _PERCENT, _digit)


def said_direction(document: Document, random: Random) -> Mutation | None:
    """The prose says more where it was less."""
    return _say("said direction", document, random, _DIRECTION, lambda w, _: _DIRECTIONS[w])


def _digit(text: str, random: Random) -> str:
    places = [i for i, letter in enumerate(text) if letter.isdigit()]
    place = random.choice(places)
    digits = [d for d in "0123456789" if d != text[place] and (d != "0" or place)]
    return text[:place] + random.choice(digits) + text[place + 1 :]


def _say(
    kind: str,
    document: Document,
    random: Random,
    pattern: re.Pattern[str],
    alter: Callable[[str, Random], str],
) -> Mutation | None:
    """Alter one match of a pattern in one paragraph, and read the prose again."""
    found = [
        (s, p, match)
        for s, section in enumerate(document.sections)
        for p, paragraph in enumerate(section.paragraphs)
        for match in pattern.finditer(paragraph.text)
    ]
    if not found:
        return None
    s, p, match = random.choice(found)
    section = document.sections[s]
    text = section.paragraphs[p].text
    words = Words(s, p, match.start(), match.group(), alter(match.group(), random))
    paragraphs = list(section.paragraphs)
    altered = text[: match.start()] + words.after + text[match.end() :]
    paragraphs[p] = replace(paragraphs[p], text=altered)
    sections = list(document.sections)
    sections[s] = replace(section, paragraphs=tuple(paragraphs))
    return Mutation(kind, with_prose(document, sections), said=words)


def with_prose(document: Document, sections: Sequence[Section]) -> Document:
    """The document with other prose, its claims and their facts made anew."""
    context = Prose(document.kind, document.year, document.department)
    claims = read_statements(sections, context)
    facts = [fact for fact in document.facts if fact.table is not None]
    facts += [claim.fact for claim in claims if isinstance(claim, Stated | Count)]
    return replace(document, sections=list(sections), claims=claims, facts=facts)


def with_cells(
    document: Document, number: int, changed: dict[tuple[int, int], str | None]
) -> Document:
    """The document with other texts in cells (row, column) of one table."""
    rows = list(document.tables[number].rows)
    for (index, column), text in changed.items():
        cells = list(rows[index].cells)
        cells[column] = text
        rows[index] = replace(rows[index], cells=tuple(cells))
    return with_rows(document, number, rows)


def with_rows(document: Document, number: int, rows: list[Row]) -> Document:
    """The document with other rows in one table, the facts of that table made anew."""
    return _with_table(document, number, replace(document.tables[number], rows=rows))


def _with_table(document: Document, number: int, table: Table) -> Document:
    tables = list(document.tables)
    tables[number] = table
    before = [f for f in document.facts if f.table is not None and f.table < number]
    after = [f for f in document.facts if f.table is None or f.table > number]
    facts = [*before, *table_facts(table, number, document.year), *after]
    return replace(document, tables=tables, facts=facts)


def _any_table(document: Document, random: Random) -> tuple[int, Table]:
    """A table that prints amounts; the longer it is, the likelier."""
    number = random.choice(printed_cells(document))[0]
    return number, document.tables[number]


def _planted(
    kind: str, document: Document, number: int, changed: dict[tuple[int, int], str | None]
) -> Mutation | None:
    rows = document.tables[number].rows
    altered = {
        (row, column): text
        for (row, column), text in changed.items()
        if (_value(text) or 0) != (_value(rows[row].cells[column]) or 0)
    }
    if not altered:
        return None
    right = {(number, r, c): _value(rows[r].cells[c]) for r, c in altered}
    return Mutation(kind, with_cells(document, number, changed), right)


CELLS: Final[tuple[Maker, ...]] = (
    cell_maker("one digit", one_digit),
    cell_maker("transposed", transposed),
    cell_maker("tenfold", tenfold),
    cell_maker("sign", opposite),
    cell_maker("other amount", another),
)
"""Mutations of one cell."""

STRUCTURES: Final[tuple[Maker, ...]] = (
    blank_cell, swap_rows, shift_columns, neighbour, shift_rows, drop_row,
    blank_table, remove_table, other_unit, other_year, other_name,
)  # fmt: skip
"""Mutations of rows, columns and tables."""

NARRATIVE: Final[tuple[Maker, ...]] = (said_amount, said_percent, said_direction)
"""Mutations of the prose."""
