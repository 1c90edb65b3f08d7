"""A department's year as one book: what its units submitted, and what it wrote itself."""

from __future__ import annotations

from dataclasses import replace

from shouzhi.cycle.merge import Part, merge
from shouzhi.cycle.raw import RawBook, RawRow
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.budget.rows import header, raw, unit_rows


def last_round(year: BudgetYear) -> str | None:
    """The latest round for which there are submissions; None before the first."""
    rounds = set(year.submissions.values_list("round", flat=True))
    return next((r for r in ("second_up", "first_up") if r in rounds), None)


def department_book(year: BudgetYear, round_: str | None = None) -> RawBook:
    """The book of a department in a round (the latest where none is given)."""
    chosen = round_ or last_round(year)
    found = list(
        Submission.objects.filter(budget_year=year, round=chosen)
        .select_related("unit", "budget_year")
        .order_by("unit__order", "unit__path")
    )
    own = next((s for s in found if s.unit_id == year.department_id), None)
    own_book = raw(own) if own else RawBook(str(year.department))
    if own:
        own_book.settings = header(own).settings
    parts = [
        Part(s.unit.code or s.unit.name, _labelled(s))
        for s in found
        if s.unit_id != year.department_id
    ]
    units = [s.unit for s in found if s.unit.kind == "unit"] or list(year.department.units())
    return merge(str(year), own_book, unit_rows(units, year.year), parts)


def _labelled(submission: Submission) -> RawBook:
    """A unit's book whose spots name the unit, for the department sees many."""
    book = raw(submission)
    for key, rows in book.sheets.items():
        book.sheets[key] = [
            RawRow(row.cells, replace(row.spot, unit=submission.unit.name))
            for row in rows
        ]
    return book
