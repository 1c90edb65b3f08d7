"""Disclosure: preview, signing by two people, frozen files, corrections."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from shouzhi.cycle.building import read
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, verify
from shouzhi.web.audit.models import Entry
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.budget.moving import steps_of
from shouzhi.web.disclosure.carrying_out import carry_out
from shouzhi.web.disclosure.models import Release
from shouzhi.web.disclosure.preparing import changed_files, prepare
from shouzhi.web.disclosure.steps import due, late_by, move_release
from shouzhi.web.laying import lay_out
from shouzhi.web.people.models import Grant
from shouzhi.web.public.keeping import CACHE

pytestmark = pytest.mark.usefixtures("db")
SIGNED = (("sign", "unit_head"), ("clear", "confidentiality"), ("publish", "department_finance"))
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def year(people: dict[str, Any]) -> BudgetYear:
    """The example of a department, approved today; the small world's people are of its region."""
    made = lay_out(read(EXAMPLES / "xiezuo-budget-2024"), people["region"], "second_up", "accepted")
    for role in ("unit_head", "department_finance", "confidentiality"):
        Grant.objects.create(user=people[role], role=role, body=made.department)
    BudgetYear.objects.filter(pk=made.pk).update(state="approved", approved_on=date.today())  # noqa: DTZ011
    made.refresh_from_db()
    return made


def test_the_clock(year: BudgetYear) -> None:
    assert due(year) == date.today() + timedelta(days=20)  # noqa: DTZ011


def test_a_release_is_signed_by_two_and_published(year: BudgetYear, people: dict[str, Any]) -> None:
    release = prepare(year, Actor(people["department_finance"]))
    assert {Path(o["path"]).suffix for o in release.outputs()} >= {
        ".docx",
        ".pdf",
        ".xlsx",
        ".html",
        ".csv",
        ".parquet",
    }
    assert changed_files(release) == []
    with pytest.raises(Refused, match="只能在"):
        move_release(release, "publish", Actor(people["department_finance"]))
    move_release(release, "sign", Actor(people["unit_head"]))
    move_release(release, "clear", Actor(people["confidentiality"]))
    move_release(release, "publish", Actor(people["department_finance"]))
    assert release.published_at is not None
    assert list(verify()) == []


def test_what_is_entered_afterwards_keeps_its_own_day(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    """Release and steps have the day on which they were done; the log that of their entry."""
    BudgetYear.objects.filter(pk=year.pk).update(approved_on=date(2024, 2, 2))
    year.refresh_from_db()
    done = timezone.make_aware(datetime(2024, 3, 1, 10, 30))  # noqa: DTZ001 - made aware here
    before = timezone.now()
    release = prepare(year, Actor(people["department_finance"]), at=done)
    for key, role in SIGNED:
        move_release(release, key, Actor(people[role]), at=done)
    assert (release.prepared_at, release.published_at) == (done, done)
    assert {step.at for step in steps_of(release)} == {done}
    entries = Entry.objects.filter(kind="release")
    assert entries.count() == 4
    assert all(datetime.fromisoformat(entry.at) >= before.replace(microsecond=0) for entry in entries)
    assert list(verify()) == []
    assert late_by(release) == 8
    client = Client()
    client.force_login(people["department_finance"])
    assert "迟 8 天" in client.get("/releases/").content.decode()
    assert "迟 8 天" in client.get(f"/releases/{release.pk}/").content.decode()
    Release.objects.filter(pk=release.pk).update(published_at=done - timedelta(days=8))
    release.refresh_from_db()
    assert late_by(release) == 0


def test_a_changed_file_stops_publication(year: BudgetYear, people: dict[str, Any]) -> None:
    release = prepare(year, Actor(people["department_finance"]))
    move_release(release, "sign", Actor(people["unit_head"]))
    move_release(release, "clear", Actor(people["confidentiality"]))
    path = release.path / next(o["path"] for o in release.outputs() if o["path"].endswith(".html"))
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Refused, match="与清单不符"):
        move_release(release, "publish", Actor(people["department_finance"]))


def test_a_correction_has_a_reason_and_replaces(year: BudgetYear, people: dict[str, Any]) -> None:
    finance = Actor(people["department_finance"])
    first = prepare(year, finance)
    for key, role in (
        ("sign", "unit_head"),
        ("clear", "confidentiality"),
        ("publish", "department_finance"),
    ):
        move_release(first, key, Actor(people[role]))
    with pytest.raises(Refused, match="更正"):
        prepare(year, finance)
    with pytest.raises(Refused, match="原因"):
        prepare(year, finance, replaces=first)
    second = prepare(year, finance, replaces=first, reason="表5有一处笔误")
    for key, role in (
        ("sign", "unit_head"),
        ("clear", "confidentiality"),
        ("publish", "department_finance"),
    ):
        move_release(second, key, Actor(people[role]))
    first.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "published")
    assert changed_files(first) == []


def test_an_unapproved_year_is_refused(year: BudgetYear, people: dict[str, Any]) -> None:
    BudgetYear.objects.filter(pk=year.pk).update(state="second_down")
    year.refresh_from_db()
    with pytest.raises(Refused, match="批复之后"):
        prepare(year, Actor(people["department_finance"]))


def test_a_book_with_a_fault_is_refused_with_its_place(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    submission = (
        year.submissions.exclude(unit=year.department).filter(rows__sheet="expenditure").first()
    )
    assert submission is not None
    row = submission.rows.filter(sheet="expenditure", amount__gt=0).first()
    assert row is not None
    row.cells = {**row.cells, "amount": "1.234"}
    row.save()
    with pytest.raises(Refused, match="小数超过两位"):
        prepare(year, Actor(people["department_finance"]))
    assert not year.releases.exists()


def test_pages(year: BudgetYear, people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["department_finance"])
    assert client.get("/releases/").status_code == 200
    page = client.get(f"/releases/years/{year.pk}/preview/")
    assert "检查全部通过" in page.content.decode()
    frame = client.get(f"/releases/years/{year.pk}/preview/page/")
    assert "草稿" in frame.content.decode()
    assert "script-src" not in frame["Content-Security-Policy"]
    made = client.post(f"/releases/years/{year.pk}/prepare/")
    release = year.releases.get()
    assert made["Location"].endswith(f"/releases/{release.pk}/")
    shown = client.get(made["Location"])
    assert release.hash in shown.content.decode()
    pdf = next(o["path"] for o in release.outputs() if o["path"].endswith(".pdf"))
    assert b"".join(client.get(f"/releases/{release.pk}/files/{pdf}")).startswith(b"%PDF")
    assert client.get(f"/releases/{release.pk}/files/book/book.yaml").status_code == 404


def test_what_was_made_by_mistake_is_discarded(year: BudgetYear, people: dict[str, Any]) -> None:
    finance = Actor(people["department_finance"])
    first = prepare(year, finance)
    with pytest.raises(Refused, match="正在签批"):
        prepare(year, finance)
    move_release(first, "discard", finance, "内容要补")
    second = prepare(year, finance)
    assert (first.state, second.number) == ("discarded", 2)
    move_release(second, "sign", Actor(people["unit_head"]))
    move_release(second, "clear", Actor(people["confidentiality"]))
    move_release(second, "return_signed", Actor(people["unit_head"]), "再看一遍")
    assert (second.state, second.signed_by, second.cleared_by) == ("prepared", None, None)


def test_the_reason_of_a_correction_is_public(
    year: BudgetYear, people: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "WAREHOUSE", tmp_path / "warehouse")
    CACHE.clear()
    finance = Actor(people["department_finance"])
    first = prepare(year, finance)
    Release.objects.filter(pk=first.pk).update(state="published", published_at=timezone.now())
    first.refresh_from_db()
    second = prepare(year, finance, replaces=first, reason="表5有一处笔误")
    Release.objects.filter(pk=second.pk).update(state="published", published_at=timezone.now())
    second.refresh_from_db()
    assert carry_out(first)
    assert carry_out(second)
    told = Client().get("/corrections/").content.decode()
    CACHE.clear()
    assert "表5有一处笔误" in told
