"""Errors as people make them, planted in documents that have been read: one at a time, seeded.

A mutation works on the `Document` in memory, never on the file: the tables (or the prose)
are changed, and the facts of what was changed are made anew.  Every mutation knows what
stood there before, so that a repair can be judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Final

from planting import (
    Maker,
    Mutation,
    Words,
    printed_cells,
    text_of,
    value_of,
    with_cells,
    with_prose,
    with_rows,
    with_table,
)
from shouzhi.facts import Document
from shouzhi.facts.labels import function_names
from shouzhi.facts.places import place_rows
from shouzhi.facts.running import Context
from shouzhi.facts.units import unit_names
from shouzhi.space import Coordinates, parse_amount
from shouzhi.tables import Table


def cell_maker(kind: str, alter: Callable[[str, Table, Random], str | None]) -> Maker:
    """A maker that alters the printed text of one amount, chosen among all cells."""

    def make(document: Document, random: Random) -> Mutation | None:
        cells = printed_cells(document)
        for number, row, column in random.sample(cells, min(len(cells), 12)):
            table = document.tables[number]
            text = table.rows[row].cells[column] or ""
            altered = alter(text, table, random)
            if altered is None or value_of(altered) == value_of(text):
                continue
            changed: dict[tuple[int, int], str | None] = {(row, column): altered}
            right = {(number, row, column): value_of(text)}
            return Mutation(kind, with_cells(document, number, changed), right)
        return None

    return make


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
    value = value_of(text)
    return _like(text, value * 10) if value else None


def opposite(text: str, table: Table, random: Random) -> str | None:
    """The sign is the other one."""
    value = value_of(text)
    return _like(text, -value) if value else None


def another(text: str, table: Table, random: Random) -> str | None:
    """An amount of another cell of the same table stands there."""
    others = [c for row in table.rows for c in row.cells if c and value_of(c) not in {None, value_of(text)}]
    return random.choice(others) if others else None


def _like(text: str, value: Decimal) -> str:
    """A value written as `text` is: its separators, decimals and percent sign."""
    amount = parse_amount(text)
    decimals = amount.decimals if amount else 2
    separator = "," if "," in text or (abs(value) >= 1000 and "," in text) else ""
    return f"{value:{separator}.{decimals}f}" + ("%" if text.endswith("%") else "")


def blank_cell(document: Document, random: Random) -> Mutation | None:
    """One amount is not printed."""
    cells = [c for c in printed_cells(document) if value_of(text_of(document, c))]
    if not cells:
        return None
    number, row, column = random.choice(cells)
    right = {(number, row, column): value_of(text_of(document, (number, row, column)))}
    return Mutation("blank cell", with_cells(document, number, {(row, column): None}), right)


def swap_rows(document: Document, random: Random) -> Mutation | None:
    """The amounts of two rows near each other change places."""
    number, table = _any_table(document, random)
    rows = [i for i, row in enumerate(table.rows) if any(value_of(c) for c in row.cells)]
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
        if len(columns) < 2 or not any(value_of(t) for t in texts):
            continue
        if not value_of(texts[-1]):
            found.append({(index, c): t for c, t in zip(columns, [None, *texts], strict=False)})
        if not value_of(texts[0]):
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
        if value_of(text)
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
        rows = [i for i, r in enumerate(table.rows) if r.side == head.side and value_of(r.cells[column])]
        for three in zip(rows, rows[1:], rows[2:], strict=False):
            texts = [table.rows[r].cells[column] for r in three]
            if len(set(texts)) > 1:
                moved = [texts[-1], *texts[:-1]]
                found.append({(r, column): t for r, t in zip(three, moved, strict=True)})
    return _planted("shifted rows", document, number, random.choice(found)) if found else None


def drop_row(document: Document, random: Random) -> Mutation | None:
    """A row is left out."""
    number, table = _any_table(document, random)
    rows = [i for i, row in enumerate(table.rows) if any(value_of(c) for c in row.cells)]
    if not rows:
        return None
    index = random.choice(rows)
    cells = enumerate(table.rows[index].cells)
    missing = {(number, index, c): v for c, text in cells if (v := value_of(text))}
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
    return Mutation("unit", with_table(document, number, changed), table=number)


def other_year(document: Document, random: Random) -> Mutation | None:
    """The title of a table prints another year; one that prints none is not changed."""
    titled = [(n, m) for n, t in enumerate(document.tables) if (m := _YEAR.search(t.title))]
    if not titled:
        return None
    number, match = random.choice(titled)
    table = document.tables[number]
    wrong = _year(match.group(), random)
    title = table.title[: match.start()] + wrong + table.title[match.end() :]
    changed = replace(table, where=table.where | {"year": wrong}, title=title)
    return Mutation("year", with_table(document, number, changed), table=number)


def other_name(document: Document, random: Random) -> Mutation | None:
    """A row bears the name of another row of its table."""
    number, table = _any_table(document, random)
    labels = sorted({row.label for row in table.rows})
    rows = [i for i, row in enumerate(table.rows) if any(value_of(c) for c in row.cells)]
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
NUMBERS_SAID: Final = re.compile(f"{_AMOUNT.pattern}|{_PERCENT.pattern}")
"""Amounts and percentages of the prose."""
_YEAR: Final = re.compile(r"20\d\d(?=\s*年)")
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


def said_year(document: Document, random: Random) -> Mutation | None:
    """A sentence tells of the year before, or after, its own."""
    return _say("said year", document, random, _YEAR, _year)


def _year(text: str, random: Random) -> str:
    return str(int(text) + random.choice((-1, 1)))


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
    after = alter(match.group(), random)
    words = Words(s, p, match.start(), match.group(), after, pattern is _YEAR)
    paragraphs = list(section.paragraphs)
    altered = text[: match.start()] + words.after + text[match.end() :]
    paragraphs[p] = replace(paragraphs[p], text=altered)
    sections = list(document.sections)
    sections[s] = replace(section, paragraphs=tuple(paragraphs))
    return Mutation(kind, with_prose(document, sections), said=words)


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
        if (value_of(text) or 0) != (value_of(rows[row].cells[column]) or 0)
    }
    if not altered:
        return None
    right = {(number, r, c): value_of(rows[r].cells[c]) for r, c in altered}
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

NARRATIVE: Final[tuple[Maker, ...]] = (said_amount, said_percent, said_direction, said_year)
"""Mutations of the prose."""
