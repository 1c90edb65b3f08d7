"""Corrections of what was read, laid over a document before it is checked.

What was printed stays as it is: a correction says how a cell is to be read, and holds only
where the reader still gives what it gave when the correction was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shouzhi.facts import Document
from shouzhi.facts.amounts import table_facts
from shouzhi.space import Fact


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell by its positions: what was read there (`was`) and what stands there (`reads`)."""

    table: int
    row: int
    column: int
    was: str
    reads: str

    def fits(self, document: Document) -> bool:
        """Whether the document still has this cell, with what was read there before."""
        if not 0 <= self.table < len(document.tables):
            return False
        rows = document.tables[self.table].rows
        if not 0 <= self.row < len(rows) or not 0 <= self.column < len(rows[self.row].cells):
            return False
        return (rows[self.row].cells[self.column] or "") == self.was


def lay_over(document: Document, corrections: Sequence[Correction]) -> list[Correction]:
    """Correct the cells of a document, and the facts of their tables; gives what no longer fits."""
    stale = [each for each in corrections if not each.fits(document)]
    fitting = [each for each in corrections if each not in stale]
    touched = {each.table for each in fitting}
    for each in fitting:
        rows = document.tables[each.table].rows
        cells = list(rows[each.row].cells)
        cells[each.column] = each.reads or None
        rows[each.row] = replace(rows[each.row], cells=tuple(cells))
    if touched:
        document.facts = _facts(document, touched)
    return stale


def _facts(document: Document, touched: set[int]) -> list[Fact]:
    """The facts in their order, those of the touched tables taken anew."""
    kept: dict[int | None, list[Fact]] = {}
    for fact in document.facts:
        kept.setdefault(fact.table, []).append(fact)
    for number in touched:
        kept[number] = list(table_facts(document.tables[number], number, document.year))
    tables = [fact for number in range(len(document.tables)) for fact in kept.get(number, ())]
    return [*tables, *kept.get(None, ())]
