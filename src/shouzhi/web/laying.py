"""A book laid out in the application: its department and units, and its rows with whom they belong."""

from __future__ import annotations

from django.db import transaction

from shouzhi.cycle.building import build
from shouzhi.cycle.raw import RawBook, RawRow
from shouzhi.web.audit.log import SYSTEM, record
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.budget.rows import add, totals
from shouzhi.web.people.models import Body, Staffing


def lay_out(raw: RawBook, region: Body, round_: str, state: str) -> BudgetYear:
    """Lay a book out as a budget year whose submissions of a round stand in `state`.

    Department and units are found by name or made.  Raises BookFaults for a book with faults.
    """
    book = build(raw)
    with transaction.atomic():
        department = _body(region, "department", book.department, "")
        year = BudgetYear.objects.create(
            department=department,
            year=book.year,
            document=book.document,
            edition=book.edition or "",
        )
        units = {}
        for place, unit in enumerate(book.units.values()):
            body = _body(
                department, "unit", unit.name, unit.code or "", nature=unit.nature, order=place
            )
            units[unit.key] = body
            _staff(
                body,
                book.year,
                {k: unit.record.amount(k) or 0 for k in ("established", "in_post", "retired")},
            )
        aliases = {
            alias: key
            for key, unit in book.units.items()
            for alias in (key, unit.name, unit.code)
            if alias
        }
        for body in [department, *units.values()]:
            submission = Submission.objects.create(
                budget_year=year, unit=body, round=round_, state=state
            )
            own = next((key for key, unit in units.items() if unit == body), None)
            add(submission, _part(raw, own, aliases), SYSTEM)
            submission.settings = dict(raw.settings) if own is None else {}
            submission.totals = totals(submission)
            submission.save()
        record(SYSTEM, "laid-out", year, after={"rows": sum(map(len, raw.sheets.values()))})
    return year


def _body(parent: Body, kind: str, name: str, code: str, **fields: object) -> Body:
    made, _ = Body.objects.get_or_create(
        parent=parent, kind=kind, name=name, defaults={"code": code, **fields}
    )
    return made


def _staff(unit: Body, year: int, figures: dict[str, int]) -> None:
    if any(figures.values()):
        Staffing.objects.update_or_create(unit=unit, year=year, defaults=figures)


def _part(raw: RawBook, own: str | None, aliases: dict[str, str]) -> RawBook:
    """The rows of a unit, or (None) those that name no unit, with settings and prose."""
    part = RawBook(raw.name)
    for sheet, rows in raw.sheets.items():
        if sheet != "units":
            part.sheets[sheet] = [row for row in rows if _owner(row, aliases) == own]
    if own is None:
        part.settings, part.prose = dict(raw.settings), list(raw.prose)
    return part


def _owner(row: RawRow, aliases: dict[str, str]) -> str | None:
    return aliases.get(row.cells.get("unit", ""))
