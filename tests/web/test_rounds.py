"""Two rounds up, two down: moves, conditions, ceilings, versions, comments."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.web.audit.log import Actor, verify
from shouzhi.web.audit.models import Entry
from shouzhi.web.budget.approving import Approving
from shouzhi.web.budget.conditions import Outdated, of_submission
from shouzhi.web.budget.models import BudgetYear, Deadline, Submission
from shouzhi.web.budget.reviewing import remarks
from shouzhi.web.budget.rounds import issue, move_submission, move_year
from shouzhi.web.budget.rows import Change, raw, replace, save
from shouzhi.web.budget.versions import freeze, restore
from shouzhi.web.faults import Stale
from shouzhi.web.people.models import User

pytestmark = pytest.mark.usefixtures("db")

LINE = {"function": "2010301", "economic": "30101", "source": "一般公共预算", "kind": "基本支出"}


@pytest.fixture
def year(people: dict[str, Any]) -> BudgetYear:
    made = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=made, state="first_up", due=date(2026, 8, 31))
    move_year(made, "open_first", Actor(people["budget_division"]))
    return made


def of(year: BudgetYear, people: dict[str, Any], unit: str = "unit") -> Submission:
    return Submission.objects.get(budget_year=year, unit=people[unit], round=year.state)


def enter(submission: Submission, who: User, amount: str = "1000.00") -> None:
    """One line of income and one of expenditure, equal."""
    income = Change(
        "income", None, 0, {"source": "一般公共预算", "function": "2010301", "amount": amount}
    )
    spent = Change("expenditure", None, 0, {**LINE, "amount": amount})
    saved = save(submission, [income, spent], Actor(who))
    assert not saved.conflicts
    submission.refresh_from_db()


def through(submission: Submission, people: dict[str, Any]) -> None:
    """The whole chain of a submission."""
    for key, role in (
        ("submit", "clerk"),
        ("endorse", "unit_head"),
        ("forward", "department_finance"),
        ("accept", "reviewer"),
    ):
        move_submission(submission, key, Actor(people[role]))


def test_a_round_opens_a_submission_for_every_unit(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    units = set(year.submissions.values_list("unit__name", flat=True))
    assert units == {people["department"].name, people["unit"].name, people["other_unit"].name}


def test_the_whole_cycle(year: BudgetYear, people: dict[str, Any]) -> None:
    for unit in ("unit", "other_unit", "department"):
        submission = of(year, people, unit)
        if unit == "unit":
            enter(submission, people["clerk"])
            through(submission, people)
        else:
            Submission.objects.filter(pk=submission.pk).update(state="accepted")
    division = Actor(people["budget_division"])
    move_year(year, "close_first", division)
    with pytest.raises(Refused, match="控制数"):
        move_year(year, "open_second", division)
    issue(year, people["unit"], "general", 90_000, division)
    move_year(year, "open_second", division)
    second = of(year, people)
    assert raw(second).sheets["expenditure"][0].cells["amount"] == "1000.00"
    with pytest.raises(Refused, match=r"超过控制数 100\.00 元"):
        move_submission(second, "submit", Actor(people["clerk"]))
    issue(year, people["unit"], "general", 100_000, division, reason="追加")
    through(second, people)
    Submission.objects.filter(budget_year=year, round="second_up").update(state="accepted")
    move_year(year, "close_second", division)
    with pytest.raises(Refused, match="批复文号"):
        move_year(year, "approve", division)
    told = Approving("某财预〔2027〕1号", timezone.localdate())
    move_year(year, "approve", division, approving=told)
    assert (year.state, year.document_number, year.approved_on) == ("approved", told.number, told.on)
    assert [v.reason for v in second.versions.all()] == [
        "自一上转入",
        "二上·送审",
        "二上·单位审核通过",
        "二上·部门审核通过",
        "二上·财政审核通过",
        "批复",
    ]
    assert list(verify()) == []


def test_errors_block_and_warnings_want_a_reason(year: BudgetYear, people: dict[str, Any]) -> None:
    submission, clerk = of(year, people), Actor(people["clerk"])
    save(submission, [Change("expenditure", None, 0, {**LINE, "amount": "12.345"})], clerk)
    with pytest.raises(Refused, match="小数超过两位"):
        move_submission(submission, "submit", clerk)
    row = submission.rows.get()
    assert "小数" in row.faults["amount"]
    assert row.amount is None


def test_a_move_goes_by_the_review_of_the_rows_as_they_stand(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    submission, clerk = of(year, people), Actor(people["clerk"])
    enter(submission, people["clerk"])
    assert remarks(submission) == []
    seen = Submission.objects.get(pk=submission.pk)
    save(submission, [Change("expenditure", None, 0, {**LINE, "amount": "12.345"})], clerk)
    with pytest.raises(Outdated):
        of_submission(Submission.objects.get(pk=submission.pk), clerk)["no_errors"]()
    with pytest.raises(Refused, match="小数超过两位"):
        move_submission(seen, "submit", clerk)


def test_a_department_is_reviewed_before_the_lock(year: BudgetYear, people: dict[str, Any]) -> None:
    for unit in ("unit", "other_unit"):
        enter(of(year, people, unit), people["clerk"])
    whole, finance = of(year, people, "department"), Actor(people["department_finance"])
    with CaptureQueriesContext(connection) as asked:
        move_submission(whole, "submit", finance)
    told = [query["sql"] for query in asked.captured_queries]
    lock = next(n for n, sql in enumerate(told) if 'UPDATE "budget_submission"' in sql)
    begun = max(n for n, sql in enumerate(told[:lock]) if sql.startswith("SAVEPOINT"))
    reads = [n for n, sql in enumerate(told) if re.match(r'SELECT (?!COUNT).*FROM "budget_row"', sql)]
    assert len([n for n in reads if n < begun]) >= 3  # the department's book: every submission's rows
    assert len([n for n in reads if n > begun]) == 1  # the version that is kept: its own


def test_nobody_approves_what_they_entered(year: BudgetYear, people: dict[str, Any]) -> None:
    from shouzhi.web.people.models import Grant

    Grant.objects.create(user=people["clerk"], role="unit_head", body=people["unit"])
    submission = of(year, people)
    enter(submission, people["clerk"])
    move_submission(submission, "submit", Actor(people["clerk"]))
    with pytest.raises(Refused, match="另一人"):
        move_submission(submission, "endorse", Actor(people["clerk"]))


def test_a_stale_edit_gives_both_versions(year: BudgetYear, people: dict[str, Any]) -> None:
    submission, clerk = of(year, people), Actor(people["clerk"])
    enter(submission, people["clerk"])
    row = submission.rows.get(sheet="expenditure")
    first = save(
        submission,
        [Change("expenditure", row.pk, row.revision, {**row.cells, "amount": "2000"})],
        clerk,
    )
    assert first.rows[0][1].amount == 200_000
    second = save(
        submission,
        [Change("expenditure", row.pk, row.revision, {**row.cells, "amount": "3000"})],
        clerk,
    )
    assert second.conflicts[0].theirs is not None
    assert second.conflicts[0].theirs["amount"] == "2000"
    assert second.conflicts[0].yours["amount"] == "3000"
    row.refresh_from_db()
    assert row.amount == 200_000


def test_a_stale_move_is_refused(year: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(year, people)
    enter(submission, people["clerk"])
    seen = submission.revision
    enter(submission, people["clerk"], "5.00")
    with pytest.raises(Stale):
        move_submission(submission, "submit", Actor(people["clerk"]), revision=seen)


def test_a_return_needs_words(year: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(year, people)
    enter(submission, people["clerk"])
    move_submission(submission, "submit", Actor(people["clerk"]))
    with pytest.raises(Refused, match="意见"):
        move_submission(submission, "return_head", Actor(people["unit_head"]))
    move_submission(submission, "return_head", Actor(people["unit_head"]), "请补依据")
    assert submission.state == "drafting"


def test_versions_come_back(year: BudgetYear, people: dict[str, Any]) -> None:
    submission, clerk = of(year, people), Actor(people["clerk"])
    enter(submission, people["clerk"])
    version = freeze(submission, "一上", clerk)
    replace(
        submission,
        RawBook(
            "x",
            sheets={"income": [RawRow({"source": "一般公共预算", "amount": "1"}, Spot("收入", 1))]},
        ),
        clerk,
        "导入",
    )
    assert submission.rows.count() == 1
    restore(version, clerk)
    assert submission.rows.count() == 2


def test_every_act_is_in_the_log(year: BudgetYear, people: dict[str, Any]) -> None:
    enter(of(year, people), people["clerk"])
    verbs = list(Entry.objects.order_by("number").values_list("verb", flat=True))
    assert verbs == ["move:open_first", "rows"]
    after = Entry.objects.filter(verb="rows").get().after
    assert after is not None
    assert after[1]["amount"] == "1000.00"


@pytest.mark.parametrize("page", ["", "findings/", "rounds/", "ceilings/"])
def test_pages_of_a_year(year: BudgetYear, people: dict[str, Any], page: str) -> None:
    client = Client()
    client.force_login(people["budget_division"])
    enter(of(year, people), people["clerk"])
    answer = client.get(f"/budget/years/{year.pk}/{page}")
    assert answer.status_code == 200
    assert people["department"].name in answer.content.decode()


def test_pages_of_a_submission(year: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(year, people)
    enter(submission, people["clerk"])
    client = Client()
    client.force_login(people["clerk"])
    assert (
        people["unit"].name in client.get(f"/budget/submissions/{submission.pk}/").content.decode()
    )
    moved = client.post(
        f"/budget/submissions/{submission.pk}/move/",
        {"move": "submit", "revision": submission.revision},
    )
    assert moved.status_code == 302
    refused = client.post(f"/budget/submissions/{submission.pk}/move/", {"move": "endorse"})
    assert refused.status_code == 409
    assert "您的角色不能" in refused.content.decode()
    client.force_login(people["unit_head"])
    client.post(f"/budget/submissions/{submission.pk}/comment/", {"text": "金额偏大"})
    assert "金额偏大" in client.get(f"/budget/submissions/{submission.pk}/").content.decode()


def test_ceilings_page_issues_all_or_nothing(year: BudgetYear, people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["budget_division"])
    unit, other = people["unit"].pk, people["other_unit"].pk
    wrong = client.post(
        f"/budget/years/{year.pk}/ceilings/issue/",
        {f"{unit}-general": "100.00", f"{other}-general": "一百"},
    )
    assert wrong.status_code == 400
    assert not year.ceilings.exists()
    client.post(f"/budget/years/{year.pk}/ceilings/issue/", {f"{unit}-general": "100.00"})
    assert year.ceilings.get().amount == 10_000


def test_a_block_is_saved_at_once(year: BudgetYear, people: dict[str, Any]) -> None:
    """New, changed and deleted rows, and one that somebody else has changed, in one request."""
    submission, clerk = of(year, people), Actor(people["clerk"])
    block = [Change("expenditure", None, 0, {**LINE, "amount": str(n)}) for n in range(1, 301)]
    with CaptureQueriesContext(connection) as asked:
        saved = save(submission, block, clerk)
    assert len(asked) < 40  # not one and more for every row
    rows = [row for _, row in saved.rows]
    assert [row.position for row in rows] == [float(n) for n in range(1, 301)]
    assert len({row.pk for row in rows}) == 300
    first, second, third, stale = rows[:4]
    change = [
        Change("expenditure", first.pk, 1, {**LINE, "amount": "x"}),
        Change("expenditure", second.pk, 1, {}, delete=True),
        Change("expenditure", second.pk, 1, {**LINE, "amount": "2"}),
        Change("expenditure", third.pk, 1, {**LINE, "amount": "3.50"}, position=0.5),
        Change("expenditure", stale.pk, 0, {**LINE, "amount": "4"}),
        Change("expenditure", None, 0, {**LINE, "amount": "5"}),
    ]
    saved = save(submission, change, clerk)
    assert [conflict.id for conflict in saved.conflicts] == [second.pk, stale.pk]
    assert saved.deleted == [second.pk]
    first.refresh_from_db()
    assert (first.revision, first.amount, list(first.faults)) == (2, None, ["amount"])
    third.refresh_from_db()
    assert (third.amount, third.position, third.sheet) == (350, 0.5, "expenditure")
    last = submission.rows.order_by("position").last()
    assert last is not None
    assert (last.amount, last.position) == (500, 301.0)
    entry = Entry.objects.filter(verb="rows").latest("number")
    assert entry.after is not None
    assert {one["id"] for one in entry.after} == {first.pk, third.pk, last.pk}
    assert list(verify()) == []
