"""What a department sees of its units: roll-up, ceilings, deadlines, versions compared; what is undone."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.approving import Approving, approve
from shouzhi.web.budget.models import BudgetYear, Comment, Deadline, Submission
from shouzhi.web.budget.rolling import rollup
from shouzhi.web.budget.rounds import issue, move_submission, move_year, refuse_overissue
from shouzhi.web.budget.rows import Change, save
from shouzhi.web.budget.versions import freeze
from shouzhi.web.people.descent import New, merge, rename, split
from shouzhi.web.people.models import Body, Descent

pytestmark = pytest.mark.usefixtures("db")

TODAY = date.today()  # noqa: DTZ011 - the day here
LINE = {"function": "2010301", "economic": "30101", "source": "一般公共预算", "kind": "基本支出"}
LAST = {**LINE, "year": "2026", "stage": "年初预算"}


@pytest.fixture
def year(people: dict[str, Any]) -> BudgetYear:
    made = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=made, state="first_up", due=TODAY - timedelta(days=2))
    move_year(made, "open_first", Actor(people["budget_division"]))
    return made


def of(year: BudgetYear, people: dict[str, Any], unit: str = "unit") -> Submission:
    return Submission.objects.get(budget_year=year, unit=people[unit], round=year.state)


def enter(year: BudgetYear, people: dict[str, Any], unit: str, sheet: str, /, **cells: str) -> None:
    save(of(year, people, unit), [Change(sheet, None, 0, cells)], Actor(people["clerk"]))


def shown(user: Any, address: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.fixture
def entered(year: BudgetYear, people: dict[str, Any]) -> BudgetYear:
    """Two units ask for 1500 and 500 yuan; the first had 1000 last year, told line by line."""
    enter(year, people, "unit", "expenditure", **LINE, amount="1500.00")
    enter(year, people, "unit", "comparison", **LAST, amount="1000.00")
    enter(year, people, "unit", "comparison", **{**LAST, "economic": ""}, amount="1000.00")
    enter(
        year,
        people,
        "unit",
        "comparison",
        year="2026",
        stage="年初预算",
        function="2010301",
        amount="9",
    )
    enter(year, people, "other_unit", "expenditure", **LINE, amount="500.00")
    return year


def test_the_units_requests_roll_up(entered: BudgetYear, people: dict[str, Any]) -> None:
    issue(entered, people["unit"], "general", 120_000, Actor(people["budget_division"]))
    found = rollup(entered, "first_up", "source", [people["department"].path])
    assert (found.total.shift.after, found.total.shift.before) == (200_000, 100_000)
    unit, other = people["unit"].name, people["other_unit"].name
    assert (found.last.told, found.last.missing) == ((unit,), (other,))  # a sum beside its parts counts once
    general = next(row for row in found.branches if row.key == "general")
    assert (general.ceiling, general.room) == (120_000, -80_000)
    enter(entered, people, "unit", "expenditure", **{**LINE, "source": "上年结转"}, amount="10.00")
    first = rollup(entered, "first_up", "unit", [people["unit"].path]).branches[0]
    assert (first.shift.after, first.room) == (
        151_000,
        -30_000,
    )  # what is carried over needs no ceiling
    mine = rollup(entered, "first_up", "function", [people["unit"].path])
    assert mine.total.shift.after == 151_000
    assert [row.key for row in mine.branches] == ["201", "20103", "2010301"]


def test_an_approved_budget_is_last_year(entered: BudgetYear, people: dict[str, Any]) -> None:
    last = BudgetYear.objects.create(department=people["department"], year=2026, state="second_up")
    Submission.objects.create(budget_year=last, unit=people["unit"], round="second_up")
    enter(last, people, "unit", "expenditure", **LINE, amount="800.00")
    BudgetYear.objects.filter(pk=last.pk).update(state="approved")
    found = rollup(entered, "first_up", "kind", [people["department"].path])
    assert (found.last.budget, found.total.shift.before) == ((people["unit"].name,), 80_000)


def approved(unit: Any, department: Any, amount: str, people: dict[str, Any]) -> None:
    """A budget of 2026 that was approved, with one line of a unit."""
    last, _ = BudgetYear.objects.get_or_create(
        department=department, year=2026, defaults={"state": "second_up"}
    )
    BudgetYear.objects.filter(pk=last.pk).update(state="second_up")
    made = Submission.objects.create(budget_year=last, unit=unit, round="second_up")
    made.refresh_from_db()
    change = Change("expenditure", None, 0, {**LINE, "amount": amount})
    save(made, [change], Actor(people["clerk"]))
    BudgetYear.objects.filter(pk=last.pk).update(state="approved", approved_on=date(2026, 2, 1))


def opened(people: dict[str, Any]) -> BudgetYear:
    made = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=made, state="first_up", due=TODAY)
    move_year(made, "open_first", Actor(people["budget_division"]))
    return made


def test_last_year_follows_the_line_of_descent(people: dict[str, Any]) -> None:
    """Renamed, merged, moved from another department, split, new: each with the right figure, or none."""
    who, on = Actor(people["administrator"]), date(2026, 7, 1)
    department, elsewhere = people["department"], people["other_department"]
    units = {
        name: Body.objects.create(parent=department, kind="unit", name=name, nature="行政单位")
        for name in ("甲", "乙", "丙", "丁")
    }
    stranger = Body.objects.create(parent=elsewhere, kind="unit", name="外来", nature="行政单位")
    approved(stranger, elsewhere, "8.00", people)
    for unit, amount in (("甲", "1.00"), ("乙", "2.00"), ("丙", "4.00")):
        approved(units[unit], department, amount, people)
    renamed = rename(units["甲"], New("新甲"), on, "某编〔2026〕1号", 0, who)
    Body.objects.filter(pk=units["乙"].pk).update(revision=0)
    merge([units["乙"], renamed], renamed, on + timedelta(days=30), "某编〔2026〕2号", who)
    parts = split(units["丙"], [New("丙一"), New("丙二")], on, "某编〔2026〕3号", 0, who, goes_on=False)
    moved = Body.objects.create(parent=department, kind="unit", name="外来今", valid_from=on)
    Descent.objects.create(predecessor=stranger, successor=moved, kind="moved", on=on)
    Body.objects.create(parent=department, kind="unit", name="新设", valid_from=date(2027, 1, 1))
    last = rollup(opened(people), "first_up", "unit", [department.path]).last
    assert dict(last.amounts) == {"新甲": 300, "丙": 400, "外来今": 800}
    assert set(last.budget) == {"新甲", "外来今"}
    assert (set(last.parted), last.new) == ({part.name for part in parts}, ("新设",))
    assert set(last.missing) == {people["unit"].name, people["other_unit"].name, "丁"}


def test_a_sum_that_lacks_a_part_says_so(entered: BudgetYear, people: dict[str, Any]) -> None:
    address = reverse("budget:rollup", args=[entered.pk])
    told = shown(people["department_finance"], f"{address}?by=unit")
    assert f"上年预算不全，没有上年数的单位：{people['other_unit'].name}。" in told
    assert told.count("不全") == 3  # the notice, the head of the column, the total
    department = of(entered, people, "department")
    line = {**LAST, "unit": people["other_unit"].name, "amount": "300.00", "source": "", "kind": ""}
    save(department, [Change("comparison", None, 0, line)], Actor(people["department_finance"]))
    told = shown(people["department_finance"], f"{address}?by=source")
    assert "不全" not in told
    assert "（上年没有细分）" in told
    found = rollup(entered, "first_up", "source", [people["department"].path])
    assert dict(found.last.amounts) == {"general": 100_000, "": 30_000}
    assert found.last.missing == ()
    none = BudgetYear.objects.create(department=people["other_department"], year=2027)
    Submission.objects.create(
        budget_year=none, unit=people["other_department"], round="first_up"
    )
    empty = rollup(none, "first_up", "source", [people["other_department"].path])
    assert (empty.last.known, empty.last.missing) == (False, ())


@pytest.mark.parametrize("by", ["source", "kind", "function", "economic", "unit", "nothing"])
def test_the_page_of_the_roll_up(entered: BudgetYear, people: dict[str, Any], by: str) -> None:
    address = f"{reverse('budget:rollup', args=[entered.pk])}?by={by}"
    told = shown(people["department_finance"], address)
    assert "100.00" in told  # percent more than last year
    part = shown(people["clerk"], address)  # a unit sees its own part
    assert "50.00" in part
    assert people["other_unit"].name not in part


def test_units_get_no_more_than_the_department_has(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    division = Actor(people["budget_division"])
    issue(year, people["department"], "general", 100_000, division)
    issue(year, people["unit"], "general", 60_000, division)
    refuse_overissue(year)
    finance = Client()
    finance.force_login(people["department_finance"])
    address = reverse("budget:ceilings-issue", args=[year.pk])
    over = finance.post(address, {f"{people['other_unit'].pk}-general": "500.00"})
    assert over.status_code == 400
    assert "超过部门总控制数 1,000.00 元" in over.content.decode()
    assert year.ceilings.count() == 2
    finance.post(address, {f"{people['department'].pk}-general": "9000.00", "reason": "不由部门定"})
    assert year.ceilings.get(unit=people["department"]).amount == 100_000
    assert (
        finance.post(address, {f"{people['other_unit'].pk}-general": "400.00"}).status_code == 302
    )


def test_the_department_keeps_within_its_ceiling(
    entered: BudgetYear, people: dict[str, Any]
) -> None:
    entered.submissions.update(state="accepted")
    division = Actor(people["budget_division"])
    move_year(entered, "close_first", division)
    issue(entered, people["department"], "general", 150_000, division)
    move_year(entered, "open_second", division)
    whole = of(entered, people, "department")
    with pytest.raises(Refused, match=r"超过控制数 500\.00 元"):
        move_submission(whole, "submit", Actor(people["department_finance"]))


def test_a_stale_ceiling_is_refused_with_both(year: BudgetYear, people: dict[str, Any]) -> None:
    division = Client()
    division.force_login(people["budget_division"])
    key, address = f"{people['unit'].pk}-general", reverse("budget:ceilings-issue", args=[year.pk])
    seen = {f"seen-{key}": "0", key: "100.00"}
    assert division.post(address, seen).status_code == 302
    stale = division.post(address, {**seen, key: "200.00", "reason": "追加"})
    assert stale.status_code == 409
    assert re.search(r"100\.00 元.*200\.00 元", stale.content.decode())
    assert year.ceilings.get().amount == 10_000


def test_a_stale_timetable_is_refused_with_both(year: BudgetYear, people: dict[str, Any]) -> None:
    division = Client()
    division.force_login(people["budget_division"])
    address = reverse("budget:timetable", args=[year.pk])
    first = {"revision": year.revision, "due_first_up": "2026-12-01"}
    assert division.post(address, first).status_code == 302
    stale = division.post(address, {**first, "due_first_up": "2026-12-09"})
    assert stale.status_code == 409
    told = stale.content.decode()
    assert "2026-12-01" in told
    assert "2026-12-09" in told
    assert year.deadlines.get().due == date(2026, 12, 1)


def test_late_is_told(year: BudgetYear, people: dict[str, Any]) -> None:
    assert "已过期 2 天" in shown(people["clerk"], reverse("home"))
    told = shown(people["department_finance"], reverse("budget:year", args=[year.pk]))
    assert "迟报" in told
    assert "已过期 2 天" in told
    assert "已过期 2 天" in shown(
        people["clerk"], reverse("budget:submission", args=[of(year, people).pk])
    )


def test_versions_are_compared_with_difference_and_reason(
    entered: BudgetYear, people: dict[str, Any]
) -> None:
    submission, clerk = of(entered, people), Actor(people["clerk"])
    first = freeze(submission, "一上·送审", clerk)
    row = submission.rows.get(sheet="expenditure")
    Comment.objects.create(submission=submission, text="请压减差旅费", by=people["reviewer"])
    save(
        submission,
        [Change("expenditure", row.pk, row.revision, {**row.cells, "amount": "1200"})],
        clerk,
    )
    address = reverse("budget:compare", args=[submission.pk])
    told = shown(people["clerk"], f"{address}?a={first.pk}&b=now")
    assert "-300.00" in told
    assert "-20.00" in told
    assert "原 1,500.00 元，现 1,200.00 元" in told
    assert "请压减差旅费" in told
    assert "-300.00" not in shown(people["clerk"], f"{address}?a=now&b=now")


def test_a_comment_on_a_cell_says_which(entered: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(entered, people)
    row = submission.rows.get(sheet="expenditure")
    client = Client()
    client.force_login(people["unit_head"])
    client.post(
        reverse("budget:comment", args=[submission.pk]),
        {"text": "偏大", "row": row.pk, "column": "amount"},
    )
    assert Comment.objects.get().about == "支出 · 2010301 · 1500.00 · 金额（元）"
    told = shown(people["clerk"], reverse("budget:submission", args=[submission.pk]))
    assert f"row={row.pk}&amp;column=amount" in told


def test_what_was_closed_too_early_is_opened_again(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    division = Actor(people["budget_division"])
    year.submissions.update(state="accepted")
    move_year(year, "close_first", division)
    with pytest.raises(Refused, match="意见"):
        move_year(year, "reopen_first", division)
    move_year(year, "reopen_first", division, "有单位漏报")
    assert year.round == "first_up"
    move_submission(of(year, people), "reopen", division, "补报")
    assert of(year, people).open


def test_an_approved_budget_is_corrected_and_approved_again(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    division = Actor(people["budget_division"])
    Submission.objects.create(
        budget_year=year, unit=people["unit"], round="second_up", state="accepted"
    )
    first = Approving("某财预〔2027〕1号", TODAY - timedelta(days=30))
    approve(year, first, division)
    BudgetYear.objects.filter(pk=year.pk).update(state="approved")
    year.refresh_from_db()
    move_year(year, "correct", division, "支出表有一处笔误")
    move_submission(of(year, people), "reopen", division, "请改正")
    enter(year, people, "unit", "expenditure", **LINE, amount="1.00")
    year.submissions.filter(round="second_up").update(state="accepted")
    move_year(year, "close_second", division)
    with pytest.raises(Refused, match="新的文号"):
        move_year(year, "approve", division, approving=Approving(first.number, TODAY))
    second = Approving("某财预〔2027〕9号", TODAY)
    move_year(year, "approve", division, approving=second)
    assert (year.state, year.document_number, year.approved_on) == ("approved", second.number, TODAY)
    kept = [(one.number, one.on, one.reason) for one in year.approvals.all()]
    assert kept == [(first.number, first.on, ""), (second.number, TODAY, "支出表有一处笔误")]


def test_a_faulty_new_year_keeps_the_list(year: BudgetYear, people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["budget_division"])
    answer = client.post(reverse("budget:begin"), {"department": "", "year": "x"})
    assert answer.status_code == 400
    assert reverse("budget:year", args=[year.pk]) in answer.content.decode()
    accounts = {"department": people["department"].pk, "year": 2026, "document": "accounts"}
    client.post(reverse("budget:begin"), accounts)
    assert BudgetYear.objects.get(year=2026).document == "accounts"


def test_the_clock_of_disclosure_runs_on_the_first_page(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    BudgetYear.objects.filter(pk=year.pk).update(
        state="approved", approved_on=TODAY - timedelta(days=18)
    )
    told = shown(people["department_finance"], reverse("home"))
    assert "待生成公开版" in told
    assert "还有 2 天" in told
    assert "待生成公开版" not in shown(people["clerk"], reverse("home"))
