"""Faults: a database that is locked or full, a server that dies; told, and nothing half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from killing import at_every_step

from shouzhi.web.audit.log import Actor, verify
from shouzhi.web.audit.models import Entry
from shouzhi.web.budget.models import BudgetYear, Deadline, Step, Submission
from shouzhi.web.budget.rounds import move_submission, move_year
from shouzhi.web.budget.rows import Change, replace, save
from shouzhi.web.budget.versions import book_of
from shouzhi.web.people import descent
from shouzhi.web.people.models import Body, Descent, Grant

ONLY_SQLITE = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL locks rows, not the database"
)
BOOK = {
    "settings": {}, "prose": [["概况", "某单位"]],
    "sheets": {"expenditure": [{"function": "2010301", "economic": "30101", "amount": str(n)} for n in range(1, 8)]},
}  # fmt: skip


@pytest.fixture
def submission(live_db: None, people: dict[str, Any]) -> Submission:  # noqa: ARG001 - it must be there
    """A submission that is open, with a row."""
    year = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=year, state="first_up", due=date(2026, 8, 31))
    move_year(year, "open_first", Actor(people["budget_division"]))
    found = Submission.objects.get(unit=people["unit"])
    save(
        found,
        [Change("expenditure", None, 0, {"function": "2010301", "amount": "1"})],
        Actor(people["clerk"]),
    )
    return found


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else holds the database, and we do not wait long."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=50")
    with closing(
        sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            connection.close()  # the next one waits as long as ever


@contextmanager
def full() -> Iterator[None]:
    """The disk is full: the database may not grow by a page."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no page that other tests have left empty
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA max_page_count=1")  # SQLite makes it what there is
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count=1073741823")


def give_everything(client: Client, unit: Body, code: str = "1") -> Any:
    """A change that needs room in the database."""
    told = {
        "name": "某单位" * 30,
        "valid_from": "2000-01-01",
        "code": code,
        "revision": str(unit.revision),
    }
    return client.post(reverse("people:edit-body", args=[unit.pk]), told)


@ONLY_SQLITE
@pytest.mark.usefixtures("live_db")
def test_a_locked_database_is_told_and_nothing_is_lost(people: dict[str, Any]) -> None:
    client, unit = signed_in(people["administrator"]), people["unit"]
    client.get("/work/")
    with locked():
        answer = give_everything(client, unit)
        assert answer.status_code == 503
        assert "数据库暂时不能写入" in answer.content.decode()
        assert client.get(reverse("people:body", args=[unit.pk])).status_code == 200, (
            "reading goes on"
        )
    assert Body.objects.get(pk=unit.pk).name == unit.name
    assert give_everything(client, unit).status_code == 302
    assert Body.objects.get(pk=unit.pk).name == "某单位" * 30
    assert not list(verify())


@ONLY_SQLITE
@pytest.mark.usefixtures("live_db")
def test_a_full_disk_is_told_and_nothing_is_half_done(people: dict[str, Any]) -> None:
    client, unit = signed_in(people["administrator"]), people["unit"]
    client.get("/work/")
    with full():
        for number in range(200):  # the pages that are there take some yet
            unit.refresh_from_db()
            if give_everything(client, unit, str(number)).status_code == 503:
                break
        else:
            pytest.fail("the disk never was full")
        assert client.get(reverse("people:body", args=[unit.pk])).status_code == 200, (
            "reading goes on"
        )
    unit.refresh_from_db()
    assert give_everything(client, unit, "又").status_code == 302
    unit.refresh_from_db()
    changes = Entry.objects.filter(verb="edit").count()
    assert unit.revision == changes, "a change without its entry, or an entry without its change"
    assert unit.code == "又"
    assert not list(verify())


@ONLY_SQLITE
@pytest.mark.usefixtures("live_db")
def test_a_script_is_told_in_its_own_way(people: dict[str, Any]) -> None:
    client, unit = signed_in(people["administrator"]), people["unit"]
    client.get("/work/")
    with locked():
        address = reverse("people:new-password", args=[people["clerk"].pk])
        answer = client.post(address, headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert set(answer.json()) == {"error", "reasons"}
    assert unit.revision == 0


def test_killed_at_every_step_of_a_move(submission: Submission, people: dict[str, Any]) -> None:
    """A move stands whole, with step, version and entry, or not at all."""
    Submission.objects.filter(pk=submission.pk).update(state="department")
    submission.refresh_from_db()
    before = _counts(submission)

    def look() -> bool:
        found = Submission.objects.get(pk=submission.pk)
        assert found.state in {"department", "bureau"}
        moved = found.state == "bureau"
        assert _counts(found) == tuple(
            n + extra * moved for n, extra in zip(before, (1, 1, 2), strict=True)
        )
        assert not list(verify())
        return moved

    deaths = at_every_step(
        lambda: move_submission(submission, "forward", Actor(people["department_finance"])), look
    )
    assert deaths > 8


def _counts(submission: Submission) -> tuple[int, int, int]:
    return Step.objects.count(), submission.versions.count(), Entry.objects.count()


def test_killed_at_every_step_of_an_import(submission: Submission, people: dict[str, Any]) -> None:
    """An import replaces every row, or none."""
    before = Entry.objects.count()

    def look() -> bool:
        rows = submission.rows.count()
        assert (rows, Entry.objects.count()) in {(1, before), (8, before + 1)}
        assert not list(verify())
        return rows == 8

    assert (
        at_every_step(
            lambda: replace(submission, book_of(BOOK), Actor(people["clerk"]), "导入"), look
        )
        > 8
    )


@pytest.mark.usefixtures("live_db")
def test_killed_at_every_step_of_a_renaming(people: dict[str, Any]) -> None:
    """A department goes on under a new name with all its units and roles, or stays as it was."""
    department = people["department"]
    before = (Body.objects.count(), Grant.objects.count(), Entry.objects.count())

    def look() -> bool:
        now = (Body.objects.count(), Grant.objects.count(), Entry.objects.count())
        done = Descent.objects.exists()
        # department and two units, each with its line and its end in the log, and five roles
        assert now == ((before[0] + 3, before[1] + 5, before[2] + 6) if done else before)
        assert Descent.objects.count() in {0, 3}
        assert not list(verify())
        return done

    def act() -> None:
        descent.rename(
            department,
            descent.New("某市档案馆局"),
            date(2027, 1, 1),
            "某编〔2026〕1号",
            0,
            Actor(people["administrator"]),
        )

    assert at_every_step(act, look) > 20


@pytest.mark.usefixtures("db")
def test_a_fault_of_ours_has_a_number_and_no_traceback(
    people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from shouzhi.web.people import services

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret of the program")

    monkeypatch.setattr(services, "edit_body", fail)
    answer = give_everything(signed_in(people["administrator"]), people["unit"])
    assert answer.status_code == 500
    told = answer.content.decode()
    assert "已记录，编号" in told
    assert "secret" not in told
    assert "Traceback" not in told


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("django.core.exceptions.SuspiciousOperation", 400),
        ("django.core.exceptions.RequestDataTooBig", 413),
        ("django.db.IntegrityError", 409),
        ("django.db.DataError", 500),
        ("django.db.OperationalError", 503),
        ("django.http.Http404", 404),
        ("django.core.exceptions.PermissionDenied", 403),
    ],
)
def test_each_fault_has_its_answer(
    people: dict[str, Any], monkeypatch: pytest.MonkeyPatch, error: str, status: int
) -> None:
    from django.utils.module_loading import import_string

    from shouzhi.web.people import services

    def fail(*_: object, **__: object) -> None:
        raise import_string(error)("why")

    monkeypatch.setattr(services, "edit_body", fail)
    client = signed_in(people["administrator"])
    answer = give_everything(client, people["unit"])
    assert answer.status_code == status
    assert "why" not in answer.content.decode() or status == 403, (
        "what was refused is told; nothing else is"
    )
    with transaction.atomic():  # the next request is served as ever
        assert client.get("/work/").status_code == 200


@pytest.mark.usefixtures("db")
def test_no_room_for_a_file_is_told(
    people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from shouzhi.web.people import services

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(services, "edit_body", fail)
    assert give_everything(signed_in(people["administrator"]), people["unit"]).status_code == 507
