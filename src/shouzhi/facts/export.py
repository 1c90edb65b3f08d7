"""Documents, tables and facts in the shape of the JSON contract (`read --format json`)."""

from __future__ import annotations

from typing import Any

from shouzhi.space import Fact, yuan
from shouzhi.tables import Row, Section, Table


def table_dict(table: Table) -> dict[str, Any]:
    """A table in the shape of the JSON contract."""
    return {
        "number": table.number,
        "title": table.title,
        "amount_unit": table.amount_unit,
        "pages": list(table.pages),
        "how": table.how,
        "where": dict(table.where),
        "columns": [
            {"heading": list(c.heading), "where": dict(c.where), "side": c.side, "number": c.number}
            for c in table.columns
        ],
        "rows": [row_dict(row) for row in table.rows],
        "notes": table.notes,
        "remarks": table.remarks,
    }


def row_dict(row: Row) -> dict[str, Any]:
    """A row in the shape of the JSON contract; `path` and `level` only where there is one."""
    data: dict[str, Any] = {
        "label": row.label,
        "codes": dict(row.codes),
        "side": row.side,
        "where": dict(row.where),
        "cells": list(row.cells),
        "texts": dict(row.texts),
        "location": row.location.as_dict(),
    }
    if row.path:
        data["path"] = list(row.path)
    if row.level:
        data["level"] = row.level
    if row.placed:
        data["placed"] = True
    return data


def fact_dict(fact: Fact) -> dict[str, Any]:
    """A fact in the shape of the JSON contract: `amount` is in 元, None for a rate or count."""
    return {
        "where": dict(fact.where),
        "amount": None if fact.amount is None else yuan(fact.amount),
        "unit": "元" if fact.amount is not None else fact.unit,
        "printed": fact.printed,
        "printed_unit": fact.unit,
        "how": fact.how,
        "table": fact.table,
        "row": fact.row,
        "column": fact.column,
        "location": fact.location.as_dict(),
    }


def section_dict(section: Section) -> dict[str, Any]:
    """A section of the outline with its paragraphs."""
    return {
        "heading": section.heading,
        "level": section.level,
        "location": section.location.as_dict(),
        "paragraphs": [
            {"text": p.text, "location": p.location.as_dict()} for p in section.paragraphs
        ],
    }
