"""The figures of one department over its years, as the tables of its page: rows of one scope, notes below."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from shouzhi.warehouse.departments import STAGES, Picture, head
from shouzhi.warehouse.figures import Figure, change, measures, share
from shouzhi.warehouse.opened import Warehouse
from shouzhi.warehouse.scopes import At, Leap, Scopes, Strand

Values = dict[str, Any]

COLUMNS_SHOWN: Final = 8
"""Years and stages that stand beside each other."""


def headlines(scopes: Scopes, told: Picture) -> list[Values]:
    """The figures at the top, with the change on the year before and the rate against the budget.

    Both are of the same scope as the figure, or are left out.
    """
    found: list[Values] = []
    for measure in (m for m in measures().values() if m.group == "head"):
        strand = scopes.row(measure, told.year, told.stage)
        figure = strand.cells[told.year, told.stage].figure if strand else None
        if strand is None or figure is None:
            continue
        before = strand.cells.get((told.year - 1, told.stage))
        budget = strand.cells.get((told.year, "approved")) if told.stage == "outturn" else None
        rate = share(figure.amount, budget.amount) if budget and budget.amount > 0 else None
        changed = change(figure, before.figure if before else None)
        found.append({"measure": measure, "figure": figure, "words": strand.words, "change": changed, "rate": rate})
    return found


def over_years(warehouse: Warehouse, scopes: Scopes, told: Picture, group: str) -> Values | None:
    """A table of the measures of a group, the latest year first; None where none is told of the year."""
    strands = [strand for m in measures().values() if m.group == group for strand in scopes.rows(m)]
    columns = _columns(strands, told.year)
    strands = [strand for strand in strands if any(at in strand.cells for at in columns)]
    if not any(year == told.year for year, _ in columns):
        return None
    if not all(strand.words for strand in strands):
        strands = [strand for strand in strands if not any(other.holds(strand) for other in strands)]
    notes: list[Values] = []
    rows = [_row(warehouse, scopes, told, strand, columns, notes) for strand in strands]
    apart = all(row["words"] for row in rows)
    words = list(dict.fromkeys(row["words"] for row in rows)) if apart else [""]
    groups = [(name, [row for row in rows if not apart or row["words"] == name]) for name in words]
    heads = [(year, _stage(told, strands, (year, stage))) for year, stage in columns]
    return {"group": group, "columns": heads, "groups": groups, "notes": notes}


def _columns(strands: list[Strand], latest: int) -> list[At]:
    """The years and stages that are told up to a year, the latest first."""
    known = {at for strand in strands for at in strand.cells if at[1] in STAGES and at[0] <= latest}
    ordered = sorted(known, key=lambda at: (at[0], STAGES.index(at[1])), reverse=True)
    return ordered[:COLUMNS_SHOWN]


def _stage(told: Picture, strands: list[Strand], at: At) -> str:
    """What a column is called: an outturn that only a budget tells is no final account."""
    figures = [cell.figure for strand in strands if (cell := strand.cells.get(at)) and cell.figure]
    names = {_called(told, figure) for figure in figures} or {at[1]}
    return "executed" if names == {"executed"} else at[1]


def _row(
    warehouse: Warehouse, scopes: Scopes, told: Picture, strand: Strand, columns: list[At], notes: list[Values]
) -> Values:
    """A row with the numbers of the notes that its head and its cells have."""
    marks = [_noted(notes, note) for note in _about(warehouse, scopes, told, strand)]
    cells: list[Values | None] = []
    for at in columns:
        cell = strand.cells.get(at)
        if cell is None:
            cells.append(None)
            continue
        summed = {"kind": "sum", "at": at, "measure": strand.measure, "cell": cell, "words": strand.words}
        cells.append({"cell": cell, "mark": _noted(notes, summed) if cell.terms else None})
    table = strand.table[2] if strand.table else ""
    return {"measure": strand.measure, "words": strand.words, "table": table, "marks": marks, "cells": cells}


def _noted(notes: list[Values], note: Values) -> int:
    """The number of a note, the same for what is said already."""
    if note not in notes:
        notes.append(note)
    return notes.index(note) + 1


def _about(warehouse: Warehouse, scopes: Scopes, told: Picture, strand: Strand) -> Iterator[Values]:
    """The notes on the scope of a row, and on what makes one stage many times another."""
    if strand.table is None:
        return
    document, table, number = strand.table
    title = (head(warehouse, document) or {}).get("title", document)
    yield {
        "kind": "remark" if strand.remarks else "table", "remarks": strand.remarks,
        "document": document, "table": table, "number": number, "title": title,
    }  # fmt: skip
    for leap in _leaps(scopes, strand):
        yield {"kind": "leap", "leap": leap, "before": _called(told, leap.one), "after": _called(told, leap.other)}


def _called(told: Picture, figure: Figure) -> str:
    """The word of a figure's stage: what a budget tells of execution is no final account."""
    final = told.totals.about(figure.document)[1] == "outturn"
    return "executed" if figure.stage == "outturn" and not final else figure.stage


def _leaps(scopes: Scopes, strand: Strand) -> Iterator[Leap]:
    """Where a year of a row, or of the rows beside it in the same table, is many times its budget."""
    beside = [
        other for other in scopes.rows(strand.measure) if other.place == strand.place and other.table == strand.table
    ]
    figures = {at: cell.figure for other in beside for at, cell in other.cells.items() if cell.figure}
    own = [figures[at] for at in sorted(figures, key=lambda at: (at[0], STAGES.index(at[1]))) if at[1] in STAGES]
    for one, other in pairwise(own):
        after = (other.year, other.stage) in strand.cells
        if after and one.year == other.year and (leap := scopes.leap(one, other)):
            yield leap
