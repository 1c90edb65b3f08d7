"""Tables become facts: every printed amount at its coordinates, with its place.

`read_document` is the whole way from a file to a `Document`: sources → tables → facts.
The prose gives its facts too, and the claims that relate them (`statements`).

Rooms inside: `header` (what the document says of itself), `places` (the coordinates of
rows, with `units`, `labels`, what they take from the rows above, `running`, and what their
totals leave out, `scope`), `amounts` (cells to facts), `export` (the JSON contract).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shouzhi.facts.amounts import settled_columns, table_facts
from shouzhi.facts.collecting import uncollected
from shouzhi.facts.export import fact_dict, section_dict, table_dict
from shouzhi.facts.header import read_header
from shouzhi.facts.labels import function_names, functions_of_units
from shouzhi.facts.places import form_where, place_rows
from shouzhi.facts.running import Context
from shouzhi.facts.scope import settle_scopes
from shouzhi.facts.units import unit_names
from shouzhi.sources import Source
from shouzhi.sources.opening import open_source
from shouzhi.space import Fact
from shouzhi.statements import Context as Prose
from shouzhi.statements import read_statements
from shouzhi.statements.claims import Claim, Count, Stated
from shouzhi.tables import Paragraph, Section, Table
from shouzhi.tables.reading import read_tables


@dataclass(slots=True)
class Document:
    """One published document as data.

    `kind` is budget, accounts or performance; `scope` department or unit;
    `amount_unit` the unit that most of its tables print; `contents` are the entries of its
    table of contents.
    """

    file: str
    title: str
    kind: str
    year: int | None
    department: str | None
    scope: str
    amount_unit: str
    tables: list[Table]
    facts: list[Fact]
    sections: list[Section]
    claims: list[Claim] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    contents: list[Paragraph] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The document in the shape that `read --format json` prints, one object."""
        names = ("file", "title", "kind", "year", "department", "scope", "amount_unit")
        return {
            "document": {name: getattr(self, name) for name in names},
            "tables": [table_dict(table) for table in self.tables],
            "facts": [fact_dict(fact) for fact in self.facts],
            "outline": [section_dict(section) for section in self.sections],
            "warnings": self.warnings,
        }


def read_document(path: Path, name: str | None = None) -> Document:
    """Read one file into tables and facts.

    Raises `shouzhi.sources.Unreadable` with cause and remedy when it cannot be used.
    """
    with uncollected():
        return from_source(open_source(path, name))


def from_source(source: Source, told: Mapping[str, Any] | None = None) -> Document:
    """The document that a source's pages make.

    `told` is what somebody who knows says in place of what it says of itself: its `kind`,
    `year`, `department`, `scope`.
    """
    reading = read_tables(source)
    header = {**read_header(source, reading), **(told or {})}
    context = Context(
        header["year"],
        header["department"],
        unit_names(reading.tables),
        function_names(reading.tables),
        functions_of_units(reading.tables),
    )
    facts: list[Fact] = []
    for number, table in enumerate(reading.tables):
        table.amount_unit = table.amount_unit or header["amount_unit"]
        table.columns = settled_columns(table, context.year)
        table.where |= form_where(table, context)
        table.rows = list(place_rows(table, context))
        settle_scopes(table)
        facts.extend(table_facts(table, number, context.year))
    claims = read_statements(
        reading.sections, Prose(header["kind"], context.year, context.department)
    )
    facts.extend(claim.fact for claim in claims if isinstance(claim, Stated | Count))
    return Document(
        **header,
        tables=reading.tables,
        facts=facts,
        sections=reading.sections,
        claims=claims,
        warnings=[*source.warnings, *_remarks(reading.tables)],
        contents=reading.contents,
    )


def _remarks(tables: Sequence[Table]) -> list[str]:
    return [f"{t.number or t.title}：{remark}" for t in tables for remark in t.remarks]
