"""The rows of a submission: saved one by one against their revisions, or given as a book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from shouzhi.catalogue.names import fold
from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.merge import owned
from shouzhi.cycle.moves import Refused
from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.cycle.resolving import DIMENSIONS, resolve
from shouzhi.cycle.sheets import Sheet, schema
from shouzhi.cycle.values import Listed
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.budget.models import Row, Submission
from shouzhi.web.budget.storing import Places, store
from shouzhi.web.people.models import Body, Staffing, User

_UNITS: Final = term("单位")
PROSE = "prose"
"""The sheet key under which headings and their text are kept (cells `heading`, `text`)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row as a person wants it: a new one (`id` None), a changed one, or one to delete.

    `revision` is what the person saw; `client` is returned with the row.
    """

    sheet: str
    id: int | None
    revision: int
    cells: Mapping[str, str]
    position: float | None = None
    client: str = ""
    delete: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that somebody else has changed or deleted meanwhile (`theirs` None)."""

    id: int
    yours: Mapping[str, str]
    theirs: Mapping[str, str] | None
    revision: int
    by: str
    at: str


@dataclass(slots=True)
class Saved:
    """What became of changes: the rows as they stand now, those deleted, and the conflicts."""

    rows: list[tuple[str, Row]] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def save(
    submission: Submission,
    changes: Sequence[Change],
    who: Actor,
    *,
    entered_by: Iterable[User] | None = None,
) -> Saved:
    """Save changes in one transaction; those in conflict are given back and not saved.

    `entered_by` are those whose entry it is, where it is not `who`'s: who moves what others
    have entered may approve it.  Raises Refused where the submission is not open.
    """
    with transaction.atomic():
        held = _held_open(submission)
        saved = _apply(held, changes, who)
        if saved.rows or saved.deleted:
            _touched(held, who, entered_by)
    return saved


def _held_open(submission: Submission) -> Submission:
    """The submission, held until the end of the transaction; raises Refused where it is not open."""
    held = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("budget_year", "unit")
        .get(pk=submission.pk)
    )
    _refuse_closed(held)
    return held


def _refuse_closed(submission: Submission) -> None:
    if not submission.open:
        told = Told(
            "现在是“{now}”，不能修改；请先撤回或请审核人退回", now=term(submission.state_now.name)
        )
        raise Refused([told])


def _apply(submission: Submission, changes: Sequence[Change], who: Actor) -> Saved:
    saved, listed = Saved(), _with_new(listed_of(submission), changes)
    ids = [change.id for change in changes if change.id is not None]
    rows = {row.pk: row for row in submission.rows.filter(pk__in=ids).select_related("updated_by")}
    places = Places(submission)
    before: list[dict[str, Any]] = []
    for change in changes:
        row = rows.get(change.id) if change.id is not None else None
        if change.id is not None and (row is None or row.revision != change.revision):
            saved.conflicts.append(_conflict(change, row))
            continue
        if row is not None:
            before.append({"id": row.pk, "sheet": row.sheet, **row.cells})
        if change.delete and row is not None:
            saved.deleted.append(row.pk)
            del rows[row.pk]
            continue
        row = _written(submission, row, change, listed, who, places)
        saved.rows.append((change.client, row))
    store(submission, [row for _, row in saved.rows], saved.deleted)
    after = [{"id": row.pk, "sheet": row.sheet, **row.cells} for _, row in saved.rows]
    if before or after:
        record(who, "rows", submission, before=before, after=after)
    return saved


def _with_new(listed: Listed, changes: Sequence[Change]) -> Listed:
    """What may be named, with the projects that the same changes bring."""
    new = {c.cells["name"]: () for c in changes if c.sheet == "projects" and c.cells.get("name")}
    return Listed(listed.units, {**listed.projects, **new}, listed.year)


def _conflict(change: Change, row: Row | None) -> Conflict:
    assert change.id is not None  # noqa: S101 - only rows that are there can be in conflict
    if row is None:
        return Conflict(change.id, change.cells, None, 0, "", "")
    by = row.updated_by.name if row.updated_by else ""
    return Conflict(row.pk, change.cells, row.cells, row.revision, by, row.updated_at.isoformat())


def _written(
    submission: Submission,
    row: Row | None,
    change: Change,
    listed: Listed,
    who: Actor,
    places: Places,
) -> Row:
    """The row as the change wants it, not yet stored."""
    made = row or Row(
        submission=submission,
        sheet=change.sheet,
        position=change.position or places.next(change.sheet),
    )
    if change.position is not None:
        made.position = change.position
        places.taken(made.sheet, made.position)
    made.cells = _clean(made.sheet, change.cells)
    fill(made, listed)
    made.revision += 1
    made.updated_by, made.updated_at = who.user, timezone.now()
    return made


def _clean(sheet: str, cells: Mapping[str, str]) -> dict[str, str]:
    """The filled cells of columns that the sheet has, without characters that no one can see."""
    known = (
        {"heading", "text"} if sheet == PROSE else {c.key for c in schema().sheet(sheet).columns}
    )
    stripped = {
        key: str(text).replace("\x00", "").strip() for key, text in cells.items() if key in known
    }
    return {key: text for key, text in stripped.items() if text}


def fill(row: Row, listed: Listed) -> None:
    """Give a row its faults and its money, as its cells say."""
    if row.sheet == PROSE:
        row.faults = {} if row.cells.get("heading") else {"heading": Told("请填写标题")}
        return
    sheet = schema().sheet(row.sheet)
    found = resolve(sheet, _of_unit(row.submission.unit, sheet, row.cells), listed)
    row.faults, row.amount = dict(found.faults) if row.cells else {}, found.amount
    for dimension in DIMENSIONS:
        setattr(row, dimension, found.members.get(dimension, ""))


def _of_unit(unit: Body, sheet: Sheet, cells: Mapping[str, str]) -> Mapping[str, str]:
    """The cells with the unit that they leave unsaid; a department's rows may be of none."""
    return owned(sheet, cells, unit.code or unit.name) if unit.kind == "unit" else cells


def listed_of(submission: Submission) -> Listed:
    """What cells of a submission may name: its units and its projects."""
    units = submission.unit.units() if submission.unit.kind != "unit" else [submission.unit]
    aliases: dict[str, str] = {}
    for unit in units:
        key = unit.code or unit.name
        aliases |= dict.fromkeys((key, unit.name, fold(unit.name)), key)
    projects = Row.objects.filter(
        sheet="projects",
        submission__budget_year=submission.budget_year,
        submission__round=submission.round,
    )
    if submission.unit.kind == "unit":
        projects = projects.filter(submission=submission)
    names = projects.values_list("cells__name", flat=True)
    return Listed(aliases, {name: () for name in names if name}, submission.budget_year.year)


def _touched(submission: Submission, who: Actor, entered_by: Iterable[User] | None = None) -> None:
    """Count the edit, remember whose entry it is, and sum the submission anew."""
    submission.revision += 1
    submission.updated_at = timezone.now()
    submission.totals = totals(submission)
    submission.save(update_fields=["revision", "updated_at", "totals"])
    own = [who.user] if who.user is not None else []
    submission.editors.add(*(own if entered_by is None else entered_by))


def totals(submission: Submission) -> list[dict[str, Any]]:
    """The money of a submission by flow, source and kind, in 分, with the number of lines."""
    found = (
        submission.rows.filter(sheet__in=("income", "expenditure"), amount__isnull=False)
        .order_by()
        .values("flow", "source", "kind")
        .annotate(amount=Sum("amount"), lines=Count("pk"))
    )
    return list(found)


def raw(submission: Submission) -> RawBook:
    """A submission as a book as written; the row of a spot is the row's place on its sheet."""
    book = header(submission)
    book.sheets["units"] = unit_rows(
        [submission.unit] if submission.unit.kind == "unit" else submission.unit.units(),
        submission.budget_year.year,
    )
    places: Counter[str] = Counter()
    for row in submission.rows.order_by("sheet", "position", "pk"):
        if row.sheet == PROSE:
            book.prose.append((row.cells.get("heading", ""), row.cells.get("text", "")))
            continue
        places[row.sheet] += 1
        if row.cells:  # an empty line on screen is no row of a book
            sheet = schema().sheet(row.sheet)
            cells = _of_unit(submission.unit, sheet, row.cells)
            book.sheets.setdefault(row.sheet, []).append(
                RawRow(cells, Spot(sheet.name, places[row.sheet]))
            )
    return book


def header(submission: Submission) -> RawBook:
    """The settings of a submission's book, without rows."""
    year = submission.budget_year
    words = schema()
    settings = {key: str(text) for key, text in submission.settings.items() if text}
    settings |= {
        "department": submission.unit.department.name,
        "document": words.word("document", year.document),
        "year": str(year.year),
        "scope": words.word("scope", "unit" if submission.unit.kind == "unit" else "department"),
    }
    if year.edition:
        settings["edition"] = year.edition
    return RawBook(str(submission.unit), settings)


def unit_rows(units: Iterable[Body], year: int) -> list[RawRow]:
    """Bodies as the rows of the sheet of units, with their staff of the year."""
    rows = []
    staff = {s.unit_id: s for s in Staffing.objects.filter(unit__in=list(units), year=year)}
    for place, unit in enumerate(units):
        cells = {"name": unit.name, "code": unit.code, "nature": unit.nature or "行政单位"}
        if found := staff.get(unit.pk):
            cells |= {
                "established": str(found.established),
                "in_post": str(found.in_post),
                "retired": str(found.retired),
            }
        rows.append(
            RawRow({key: text for key, text in cells.items() if text}, Spot(_UNITS, place + 1))
        )
    return rows


def replace(submission: Submission, book: RawBook, who: Actor, why: str) -> None:
    """Put a book's rows in the place of a submission's, all or nothing.

    Raises Refused where the submission is not open.
    """
    with transaction.atomic():
        held = _held_open(submission)
        before = held.rows.count()
        held.rows.all().delete()
        held.settings = {
            k: v for k, v in book.settings.items() if k in {"goal", "goal_result", "completion"}
        }
        held.save(update_fields=["settings"])
        add(held, book, who)
        record(
            who,
            "import",
            held,
            before={"rows": before},
            after={"rows": held.rows.count()},
            comment=why,
        )
        _touched(held, who)


def add(submission: Submission, book: RawBook, who: Actor) -> None:
    """Add a book's rows to a submission that has none."""
    listed = listed_of(submission)
    names = [row.cells["name"] for row in book.sheets.get("projects", []) if row.cells.get("name")]
    listed = Listed(listed.units, {**listed.projects, **dict.fromkeys(names, ())}, listed.year)
    made = [
        Row(
            submission=submission,
            sheet=sheet.key,
            position=float(place + 1),
            cells=_clean(sheet.key, row.cells),
        )
        for sheet in schema().sheets
        if sheet.key != "units"
        for place, row in enumerate(book.sheets.get(sheet.key, []))
    ]
    made += [
        Row(
            submission=submission,
            sheet=PROSE,
            position=float(place + 1),
            cells={"heading": heading, "text": text},
        )
        for place, (heading, text) in enumerate(book.prose)
    ]
    for row in made:
        fill(row, listed)
        row.revision, row.updated_by = 1, who.user
    Row.objects.bulk_create(made, batch_size=500)


def sheets_of() -> tuple[Sheet, ...]:
    """The sheets that a body fills: all but that of units, which is the organisation itself."""
    return tuple(sheet for sheet in schema().sheets if sheet.key != "units")
