"""What a planted error is, and how a document is made anew with another cell, row, table or word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from shouzhi.facts import Document
from shouzhi.facts.amounts import table_facts
from shouzhi.space import parse_amount
from shouzhi.statements import Context as Prose
from shouzhi.statements import read_statements
from shouzhi.statements.claims import Count, Stated
from shouzhi.tables import Row, Section, Table

Cell = tuple[int, int, int]
"""(table, row, column), counted from 0."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the prose: where they stand, what they were and what they are; whether a year."""

    section: int
    paragraph: int
    start: int
    before: str
    after: str
    year: bool = False


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


def printed_cells(document: Document) -> list[Cell]:
    """Every cell that prints an amount or a rate."""
    return [
        (fact.table, fact.row, fact.column)
        for fact in document.facts
        if fact.table is not None and fact.row is not None and fact.column is not None
    ]


def value_of(text: str | None) -> Decimal | None:
    """The number that a text prints, None where it prints none."""
    amount = parse_amount(text or "")
    return amount.value if amount else None


def text_of(document: Document, cell: Cell) -> str | None:
    """What a cell prints."""
    number, row, column = cell
    return document.tables[number].rows[row].cells[column]


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
    return with_table(document, number, replace(document.tables[number], rows=rows))


def with_table(document: Document, number: int, table: Table) -> Document:
    """The document with another table in the place of one, its facts made anew."""
    tables = list(document.tables)
    tables[number] = table
    before = [f for f in document.facts if f.table is not None and f.table < number]
    after = [f for f in document.facts if f.table is None or f.table > number]
    facts = [*before, *table_facts(table, number, document.year), *after]
    return replace(document, tables=tables, facts=facts)
