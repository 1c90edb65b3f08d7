"""The examples laid out in the application: published years, a living one, a person of every role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils import timezone

import shouzhi
from shouzhi.catalogue.workflows import rights
from shouzhi.cycle.building import read
from shouzhi.cycle.raw import RawBook, RawRow
from shouzhi.web.audit.log import SYSTEM, Actor
from shouzhi.web.budget.approving import Approving, approve
from shouzhi.web.budget.models import BudgetYear, Deadline, Row, Submission
from shouzhi.web.budget.rounds import move_year
from shouzhi.web.budget.rows import add, raw, totals
from shouzhi.web.budget.versions import freeze
from shouzhi.web.disclosure.preparing import prepare
from shouzhi.web.disclosure.steps import move_release
from shouzhi.web.laying import lay_out as lay_book_out
from shouzhi.web.library.admitting import move_project
from shouzhi.web.library.models import Cost, Indicator, Project
from shouzhi.web.people.models import Body, Grant, User
from shouzhi.web.public.explaining import explain

PASSWORD: Final = "shouzhi-demo"  # noqa: S105 - told on the terminal, for examples on one's own machine
_PUBLISHED: Final = (
    ("xiezuo-budget-2017", date(2017, 2, 6), 11),
    ("zhengwuban-budget-2017", date(2017, 2, 6), 24),  # past the twenty days, to show how that looks
    ("banggongting-accounts-2017", date(2018, 9, 3), 14),
    ("xiezuo-budget-2024", date(2024, 2, 2), 18),
)
"""The books of past years: when each was approved (an example's date), and disclosed so many days after."""
_EXAMPLE: Final = "示例"
"""What the names of the people of the examples begin with."""
_LIVING: Final = "xiezuo-budget-2024"
_EXPLAINED: Final = "（示例）金额由元换算成万元时四舍五入，各行之和与合计因此可差 0.01 万元；以元计算的各行与合计相符。"
"""What is said in public of the warnings on an example."""
_CHAIN: Final = (
    ("sign", "unit_head", 2),
    ("clear", "confidentiality", 1),
    ("publish", "department_finance", 0),
)
"""The moves of a release, by whom, and how many days before its disclosure."""
_PREPARED: Final = 3  # days before the disclosure
_HOUR: Final = time(10, 30)
_REVIEW: Final = (
    ("submit", "clerk"),
    ("endorse", "unit_head"),
    ("forward", "department_finance"),
    ("clear_targets", "performance_division"),
)


def books() -> Path | None:
    """The folder of example books: in the package as installed, else in the repository."""
    package = Path(shouzhi.__file__).parent
    for folder in (package / "books", package.parents[1] / "examples"):
        if (folder / _LIVING).is_dir():
            return folder
    return None


def lay_out() -> Iterator[tuple[str, str, str]]:
    """Lay the examples out once; yields role, sign-in name and password of each person.

    Nothing is done where there are people already.  Raises FileNotFoundError where the
    example books did not come with the installation.
    """
    folder = books()
    if folder is None:
        raise FileNotFoundError("没有找到示例账本")
    if not User.objects.exists():
        region = Body.objects.create(kind="region", name="广州市", code="440100", level="city")
        people = _people(region)
        for name, approved, days in _PUBLISHED:
            _published(read(folder / name), region, people, approved, approved + timedelta(days=days))
        _living(read(folder / _LIVING), region, people)
    made = set(User.objects.filter(name__startswith=_EXAMPLE).values_list("username", flat=True))
    for role in rights().roles.values():
        if role.key in made:
            yield role.name, role.key, PASSWORD


def _people(region: Body) -> dict[str, User]:
    """One person of every role, sign-in names being the roles."""
    made = {}
    for role in rights().roles.values():
        user = User.objects.create_user(role.key, PASSWORD, name=f"{_EXAMPLE}{role.name}", home=region)
        Grant.objects.create(user=user, role=role.key, body=region)
        made[role.key] = user
    return made


def _published(
    book: RawBook, region: Body, people: dict[str, User], approved: date, disclosed: date
) -> None:
    """A book as an approved year whose disclosure went the whole way in its time.

    The audit log tells when the example was entered, as it does of everything.
    """
    with transaction.atomic():
        year = lay_book_out(book, region, "second_up", "accepted")
        year.state = "approved"
        year.save()
        approve(year, Approving("（示例）", approved), SYSTEM)
    finance = Actor(people["department_finance"])
    release = prepare(year, finance, at=_before(disclosed, _PREPARED))
    explain(release, {str(note): _EXPLAINED for note in release.notes}, finance)
    for move, role, days in _CHAIN:
        at = _before(disclosed, days)
        said = f"示例：按 {at:%Y-%m-%d} 办理补记"
        move_release(release, move, Actor(people[role]), said, at=at)


def _before(day: date, days: int) -> datetime:
    return timezone.make_aware(datetime.combine(day - timedelta(days=days), _HOUR))


def _living(book: RawBook, region: Body, people: dict[str, User]) -> None:
    """The coming year in its first round, with a book's lines to begin from."""
    department = Body.objects.get(
        kind="department", name=book.settings["department"], parent=region
    )
    with transaction.atomic():
        today = date.today()  # noqa: DTZ011 - the day here
        year = BudgetYear.objects.create(department=department, year=today.year + 1)
        for place, state in enumerate(("first_up", "first_down", "second_up", "second_down")):
            Deadline.objects.create(
                budget_year=year, state=state, due=today + timedelta(days=14 * (place + 1))
            )
        move_year(year, "open_first", Actor(people["budget_division"]))
        earlier = BudgetYear.objects.get(
            department=department, year=int(book.settings["year"]), document="budget"
        )
        for submission in Submission.objects.filter(budget_year=year).select_related(
            "unit", "budget_year"
        ):
            _carried_on(submission, earlier, people)
    _library(earlier, year.year, people)


def _library(earlier: BudgetYear, year: int, people: dict[str, User]) -> None:
    """Projects of last time declared anew for a year, each some way along the chain of review."""
    units = earlier.submissions.filter(unit__kind="unit").select_related("unit")
    named = [
        (row.submission.unit, row.cells["name"])
        for row in Row.objects.filter(submission__in=units, sheet="projects").select_related(
            "submission__unit"
        )
    ]
    for place, (unit, name) in enumerate(named[: len(_REVIEW) + 1]):
        lines = Row.objects.filter(
            submission__in=units, sheet="expenditure", project=name, amount__gt=0
        )
        project = Project.objects.create(
            unit=unit, name=f"{name}（{year} 年申报）", kind="recurrent", basis="（示例）", necessity="（示例）",
            plan="（示例）", goal="（示例）", function=next((line.function for line in lines), ""),
            begins=f"{year}-01", ends=f"{year}-12",
        )  # fmt: skip
        Cost.objects.bulk_create(
            Cost(
                project=project,
                year=year,
                purpose="按上年安排",
                economic=line.economic,
                source=line.source,
                amount=line.amount,
            )
            for line in lines
            if line.amount is not None
        )
        Indicator.objects.create(
            project=project, first="产出指标", second="时效指标", third="按期完成率", year_value="100%"
        )
        project.editors.add(people["clerk"])
        for move, role in _REVIEW[:place]:
            move_project(project, move, Actor(people[role]))


def _carried_on(submission: Submission, earlier: BudgetYear, people: dict[str, User]) -> None:
    """Begin with last year's rows, as a clerk would; last year's own figures become the comparison."""
    last = earlier.submissions.get(unit=submission.unit)
    book = raw(last)
    book.sheets.pop("comparison", None)
    book.sheets["comparison"] = [
        RawRow(
            {**_compared(row), "year": str(submission.budget_year.year - 1), "stage": "年初预算"},
            row.spot,
        )
        for row in book.sheets.get("expenditure", [])
    ]
    add(submission, book, Actor(people["clerk"]))
    submission.settings, submission.totals = last.settings, totals(submission)
    submission.save(update_fields=["settings", "totals"])
    submission.editors.add(people["clerk"])
    freeze(submission, "由上年预算生成", Actor(people["clerk"]))


def _compared(row: RawRow) -> dict[str, str]:
    kept = ("unit", "function", "economic", "source", "kind", "project", "amount")
    return {key: row.cells[key] for key in kept if key in row.cells}
