"""What was approved stands: nothing changes it but a correction, which is approved anew."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, verify
from shouzhi.web.audit.models import Entry
from shouzhi.web.budget.approving import Approving, approve, first_day
from shouzhi.web.budget.models import BudgetYear, Deadline, Step, Submission
from shouzhi.web.budget.rounds import issue, move_submission, move_year
from shouzhi.web.budget.timetables import set_timetable, steps_due
from shouzhi.web.faults import Stale

pytestmark = pytest.mark.usefixtures("db")

TODAY = timezone.localdate()
FIRST_DAY = TODAY - timedelta(days=3)
YEAR = FIRST_DAY.year
FIRST = Approving("某财预〔2026〕1号", FIRST_DAY)


@pytest.fixture
def year(people: dict[str, Any]) -> BudgetYear:
    """A year whose second round is closed: it waits for its approval."""
    made = BudgetYear.objects.create(
        department=people["department"], year=YEAR, state="second_down"
    )
    Deadline.objects.create(budget_year=made, state="second_up", due=TODAY)
    for unit in ("department", "unit", "other_unit"):
        Submission.objects.create(
            budget_year=made, unit=people[unit], round="second_up", state="accepted"
        )
    issue(made, people["unit"], "general", 90_000, Actor(people["budget_division"]))
    return made


@pytest.fixture
def approved(year: BudgetYear, people: dict[str, Any]) -> BudgetYear:
    move_year(year, "approve", Actor(people["budget_division"]), approving=FIRST)
    return year


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(person: Any, year: BudgetYear) -> str:
    return signed_in(person).get(reverse("budget:year", args=[year.pk])).content.decode()


@pytest.mark.parametrize(
    ("number", "day", "why"),
    [
        ("", TODAY, "还没有批复文号"),
        ("  ", TODAY, "还没有批复文号"),
        ("号" * 81, TODAY, "超过 80 个字"),
        ("某财预〔2026〕1号", None, "还没有批复日期"),
        ("某财预〔2026〕1号", TODAY + timedelta(days=1), "晚于今天"),
        ("某财预〔2026〕1号", date(YEAR - 1, 12, 31), "早于"),
    ],
)
def test_an_approval_needs_number_and_day(
    year: BudgetYear, people: dict[str, Any], number: str, day: date | None, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        move_year(
            year, "approve", Actor(people["budget_division"]), approving=Approving(number, day)
        )
    assert (year.state, year.document_number, year.approved_on) == ("second_down", "", None)
    assert not year.approvals.exists()


def test_a_year_begun_before_its_own_may_be_approved_before_it(people: dict[str, Any]) -> None:
    """Congresses that meet in December approve the coming year."""
    made = BudgetYear.objects.create(department=people["department"], year=TODAY.year + 1)
    assert first_day(made) == date(TODAY.year + 1, 1, 1)
    Deadline.objects.create(budget_year=made, state="first_up", due=TODAY)
    move_year(made, "open_first", Actor(people["budget_division"]))
    assert first_day(made) == TODAY


def test_the_form_of_approval_asks_for_both(year: BudgetYear, people: dict[str, Any]) -> None:
    told = page_of(people["budget_division"], year)
    assert 'name="document_number"' in told
    assert 'name="approved_on"' in told
    assert "还没有批复文号" not in told  # the form itself asks for it
    client, address = signed_in(people["budget_division"]), reverse("budget:year-move", args=[year.pk])
    wrong = {"move": "approve", "document_number": "某财预〔2026〕1号", "approved_on": "昨天"}
    refused = client.post(address, wrong)
    assert refused.status_code == 409
    assert "“昨天”不是日期" in refused.content.decode()
    assert 'value="某财预〔2026〕1号"' in refused.content.decode()  # what was typed is still there
    client.post(address, {**wrong, "approved_on": TODAY.isoformat()})
    year.refresh_from_db()
    assert (year.state, year.document_number, year.approved_on) == ("approved", "某财预〔2026〕1号", TODAY)
    entry = Entry.objects.get(verb="approval")
    assert entry.after == {"document_number": "某财预〔2026〕1号", "approved_on": TODAY.isoformat()}
    assert list(verify()) == []


def test_nothing_approved_is_changed_without_a_move(
    approved: BudgetYear, people: dict[str, Any]
) -> None:
    who = Actor(people["budget_division"])
    with pytest.raises(Refused, match="启动更正"):
        set_timetable(approved, {"second_up": TODAY}, who)
    with pytest.raises(Refused, match="启动更正"):
        issue(approved, people["unit"], "general", 80_000, who, reason="少了")
    with pytest.raises(Refused, match="启动更正"):
        issue(approved, people["unit"], "fund", 80_000, who)
    client = signed_in(people["budget_division"])
    posted = client.post(
        reverse("budget:timetable", args=[approved.pk]), {"document_number": "改", "due_second_up": "2026-01-01"}
    )
    assert posted.status_code == 409
    field = f"{people['unit'].pk}-general"
    issued = client.post(
        reverse("budget:ceilings-issue", args=[approved.pk]), {field: "1.00", "reason": "少了"}
    )
    assert issued.status_code == 400
    approved.refresh_from_db()
    assert approved.document_number == FIRST.number
    assert approved.ceilings.get().amount == 90_000
    assert approved.deadlines.get().due == TODAY
    told = page_of(people["budget_division"], approved)
    assert 'name="due_second_up"' not in told
    assert 'name="document_number"' not in told
    shown = client.get(reverse("budget:ceilings", args=[approved.pk])).content.decode()
    assert f'name="{field}"' not in shown
    assert "只供查看" in shown


def test_the_timetable_has_the_steps_that_are_to_be_finished(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    assert [s.key for s in steps_due(year.workflow)] == ["first_up", "first_down", "second_up", "second_down"]
    assert 'name="due_approved"' not in page_of(people["budget_division"], year)
    who = Actor(people["budget_division"])
    with pytest.raises(Refused, match="没有截止日期"):
        set_timetable(year, {"approved": TODAY}, who)
    with pytest.raises(Refused, match="依次"):
        set_timetable(year, {"second_up": TODAY - timedelta(days=9), "first_up": TODAY}, who)
    with pytest.raises(Stale):
        set_timetable(year, {"first_up": TODAY}, who, revision=year.revision + 1)
    set_timetable(year, {"first_up": TODAY}, who, revision=year.revision)
    assert [(d.state, d.due) for d in year.deadlines.all()] == [("first_up", TODAY)]


def test_a_correction_is_led_and_approved_anew(
    approved: BudgetYear, people: dict[str, Any]
) -> None:
    division = people["budget_division"]
    move_year(approved, "correct", Actor(division), "支出表有一处笔误")
    told = page_of(division, approved)
    assert "正在更正" in told
    assert "支出表有一处笔误" in told
    assert "3 个单位中 3 个已通过" not in told
    one = approved.submissions.get(unit=people["unit"])
    address = reverse("budget:reopen", args=[one.pk])
    assert address in told
    assert address not in page_of(people["reviewer"], approved)
    client = signed_in(division)
    assert client.post(address, {"revision": one.revision}).status_code == 409  # it needs a reason
    assert signed_in(people["reviewer"]).post(address, {"comment": "x"}).status_code == 409
    moved = client.post(address, {"revision": one.revision, "comment": "金额写错"})
    assert moved.headers["Location"] == reverse("budget:year", args=[approved.pk])
    one.refresh_from_db()
    assert one.state == "drafting"
    assert f"{people['unit'].name}改好" in page_of(division, approved)
    Submission.objects.filter(pk=one.pk).update(state="accepted")
    assert "都已通过" in page_of(division, approved)
    move_year(approved, "close_second", Actor(division))
    told = page_of(division, approved)
    assert f'value="{FIRST.number}"' not in told  # a new one is asked for
    assert "上次批复是" in told
    for again in (FIRST, Approving("某财预〔2026〕2号", FIRST_DAY - timedelta(days=1))):
        with pytest.raises(Refused):
            move_year(approved, "approve", Actor(division), approving=again)
    move_year(approved, "approve", Actor(division), approving=Approving("某财预〔2026〕2号", TODAY))
    kept = [(one.number, one.on, one.reason) for one in approved.approvals.all()]
    assert kept == [(FIRST.number, FIRST.on, ""), ("某财预〔2026〕2号", TODAY, "支出表有一处笔误")]
    told = page_of(division, approved)
    assert FIRST.number in told
    assert "某财预〔2026〕2号" in told


def test_a_correction_is_on_the_first_page(approved: BudgetYear, people: dict[str, Any]) -> None:
    def home(role: str) -> str:
        return signed_in(people[role]).get(reverse("home")).content.decode()

    assert "正在更正" not in home("clerk")
    division = Actor(people["budget_division"])
    move_year(approved, "correct", division, "支出表有一处笔误")
    for role in ("clerk", "department_finance", "budget_division"):
        told = home(role)
        assert "支出表有一处笔误" in told
        assert "重新打开”要改的单位" in told
    other = approved.submissions.get(unit=people["other_unit"])
    move_submission(other, "reopen", division, "请改")
    assert people["other_unit"].name in home("department_finance")
    assert people["other_unit"].name not in home("clerk")  # not hers to see
    assert "其他单位改好" in home("clerk")
    mine = approved.submissions.get(unit=people["unit"])
    move_submission(mine, "reopen", division, "请改")
    assert reverse("budget:submission", args=[mine.pk]) in home("clerk")


def test_years_approved_before_keep_their_approval(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    """The migration makes the first approval of what stands on the year."""
    made = {"kind": "budgetyear", "object_id": year.pk, "source": "second_down", "target": "approved"}
    Step.objects.create(move="approve", by=people["budget_division"], **made)
    BudgetYear.objects.filter(pk=year.pk).update(
        state="approved", approved_on=FIRST_DAY, document_number="旧文号"
    )
    import_module("shouzhi.web.budget.migrations.0003_approvals").keep_what_stands(apps, None)
    one = year.approvals.get()
    assert (one.number, one.on, one.by) == ("旧文号", FIRST_DAY, people["budget_division"])


def test_a_second_approval_does_not_put_in_time_what_was_late(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    from shouzhi.web.disclosure.models import Release
    from shouzhi.web.disclosure.steps import due, due_of, late_by

    first = Approving("某财预〔2026〕1号", TODAY - timedelta(days=60))
    with transaction.atomic():
        approve(year, first, Actor(people["budget_division"]))
    release = Release.objects.create(
        budget_year=year, number=1, title="某部门预算", edition="guangzhou/budget-2024", folder="late",
        manifest={"outputs": []}, hash="0" * 64, prepared_by=people["department_finance"], state="published",
        published_at=timezone.now() - timedelta(days=30),
    )  # fmt: skip
    assert late_by(release) == 10
    with transaction.atomic():
        approve(year, Approving("某财预〔2026〕2号", TODAY), Actor(people["budget_division"]))
    release = Release.objects.get()
    assert late_by(release) == 10
    assert due_of(release) == TODAY - timedelta(days=40)
    assert due(year) == TODAY + timedelta(days=20)


def test_an_approved_year_without_timetable_has_no_crooked_list(
    approved: BudgetYear, people: dict[str, Any]
) -> None:
    approved.deadlines.all().delete()
    told = page_of(people["budget_division"], approved)
    assert '<p class="muted">还没有时间表。</p>' in told
    assert '<dl class="facts">' not in told


def test_a_year_leads_to_its_releases(approved: BudgetYear, people: dict[str, Any]) -> None:
    from shouzhi.web.disclosure.models import Release

    release = Release.objects.create(
        budget_year=approved, number=1, title="某部门预算", edition="guangzhou/budget-2024", folder="a-release",
        manifest={"outputs": []}, hash="0" * 64, prepared_by=people["department_finance"],
    )  # fmt: skip
    address = reverse("disclosure:release", args=[release.pk])
    assert address in page_of(people["department_finance"], approved)
    assert address not in page_of(people["clerk"], approved)
    told = signed_in(people["department_finance"]).get(address).content.decode()
    assert "广州市部门预算（2024 年起）" in told
    assert "guangzhou/budget-2024" not in told
    move_year(approved, "correct", Actor(people["budget_division"]), "笔误")
    approved.submissions.update(state="accepted")
    move_year(approved, "close_second", Actor(people["budget_division"]))
    again = Approving("某财预〔2026〕2号", TODAY)
    move_year(approved, "approve", Actor(people["budget_division"]), approving=again)
    home = signed_in(people["department_finance"]).get(reverse("home")).content.decode()
    assert "待生成更正版" in home
