"""The project library: declaration, review, admission to a budget, and the next year's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.models import BudgetYear, Deadline, Submission
from shouzhi.web.budget.rounds import move_year
from shouzhi.web.library.admitting import move_project
from shouzhi.web.library.models import Project

pytestmark = pytest.mark.usefixtures("db")

FORM = {
    "name": "档案数字化", "kind": "one_off", "function": "2012601", "begins": "2027-01", "ends": "2028-12",
    "basis": "发展规划", "necessity": "纸质档案老化", "plan": "分两年扫描", "goal": "完成扫描", "revision": "0",
    "costs-TOTAL_FORMS": "2", "costs-INITIAL_FORMS": "0", "costs-0-year": "2027", "costs-0-purpose": "扫描 10 万页",
    "costs-0-economic": "30227", "costs-0-source": "general", "costs-0-amount": "120,000.00",
    "costs-1-year": "2028", "costs-1-purpose": "扫描 5 万页", "costs-1-economic": "30227", "costs-1-source": "general",
    "costs-1-amount": "60000", "indicators-TOTAL_FORMS": "1", "indicators-INITIAL_FORMS": "0",
    "indicators-0-first": "产出指标", "indicators-0-second": "数量指标", "indicators-0-third": "扫描页数",
    "indicators-0-year_value": "≥10万页", "purchases-TOTAL_FORMS": "0", "purchases-INITIAL_FORMS": "0",
}  # fmt: skip


@pytest.fixture
def project(people: dict[str, Any]) -> Project:
    client = Client()
    client.force_login(people["clerk"])
    answer = client.post(f"/projects/units/{people['unit'].pk}/declare/", FORM)
    assert answer.status_code == 302, answer.content.decode()
    return Project.objects.get()


def reserve(project: Project, people: dict[str, Any]) -> None:
    steps = (
        ("submit", "clerk"),
        ("endorse", "unit_head"),
        ("forward", "department_finance"),
        ("clear_targets", "performance_division"),
    )
    for key, role in steps:
        move_project(project, key, Actor(people[role]))


def test_a_declaration_with_faults_tells_them_all(people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["clerk"])
    wrong = {**FORM, "costs-0-amount": "1.234", "costs-1-economic": "99999", "name": ""}
    answer = client.post(f"/projects/units/{people['unit'].pk}/declare/", wrong)
    assert answer.status_code == 400
    told = answer.content.decode()
    assert "小数超过两位" in told
    assert "99999" in told
    assert not Project.objects.exists()


def test_an_unfinished_declaration_is_not_sent(project: Project, people: dict[str, Any]) -> None:
    Project.objects.filter(pk=project.pk).update(goal="")
    with pytest.raises(Refused, match="绩效目标"):
        move_project(project, "submit", Actor(people["clerk"]))


def test_admitted_it_stands_in_the_submission(project: Project, people: dict[str, Any]) -> None:
    reserve(project, people)
    division = Actor(people["budget_division"])
    year = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=year, state="first_up", due=date(2026, 8, 31))
    with pytest.raises(Refused, match="没有开放"):
        move_project(project, "admit", division, year=year)
    move_year(year, "open_first", division)
    move_project(project, "admit", division, year=year)
    submission = Submission.objects.get(budget_year=year, unit=people["unit"])
    assert submission.rows.get(sheet="expenditure").amount == 12_000_000
    assert not submission.rows.exclude(faults={}).exists()
    assert submission.rows.filter(sheet="project_years").count() == 2
    with pytest.raises(Refused, match="已列入"):
        move_project(project, "admit", division, year=year)
    later = BudgetYear.objects.create(department=people["department"], year=2028)
    Deadline.objects.create(budget_year=later, state="first_up", due=date(2027, 8, 31))
    move_year(later, "open_first", division)
    move_project(project, "admit", division, year=later)
    assert project.admissions.count() == 2


def test_nobody_reviews_their_own_declaration(project: Project, people: dict[str, Any]) -> None:
    from shouzhi.web.people.models import Grant

    Grant.objects.create(user=people["clerk"], role="unit_head", body=people["unit"])
    move_project(project, "submit", Actor(people["clerk"]))
    with pytest.raises(Refused, match="另一人"):
        move_project(project, "endorse", Actor(people["clerk"]))


def test_pages(project: Project, people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["clerk"])
    assert project.name in client.get("/projects/").content.decode()
    assert "120,000.00" in client.get(f"/projects/{project.pk}/").content.decode()
    assert "120000.00" in client.get(f"/projects/{project.pk}/edit/").content.decode()
    stale = client.post(
        f"/projects/{project.pk}/edit/", {**FORM, "revision": "7", "costs-INITIAL_FORMS": "0"}
    )
    assert stale.status_code == 409


def admitted(project: Project, people: dict[str, Any]) -> BudgetYear:
    reserve(project, people)
    year = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=year, state="first_up", due=date(2026, 8, 31))
    move_year(year, "open_first", Actor(people["budget_division"]))
    move_project(project, "admit", Actor(people["budget_division"]), year=year)
    return year


def test_taken_out_it_leaves_no_row_and_may_come_back(
    project: Project, people: dict[str, Any]
) -> None:
    year, division = admitted(project, people), Actor(people["budget_division"])
    submission = Submission.objects.get(budget_year=year, unit=people["unit"])
    assert submission.rows.count() == 5
    move_project(project, "shelve", division, comment="缓一年")
    assert (submission.rows.count(), project.admissions.count()) == (0, 0)
    move_project(project, "admit", division, year=year)
    assert submission.rows.count() == 5
    BudgetYear.objects.filter(pk=year.pk).update(state="first_down")
    with pytest.raises(Refused, match="没有开放"):
        move_project(project, "shelve", division, comment="已结束")
    assert project.state == "admitted"


def test_projects_are_found_by_year_unit_and_words(
    project: Project, people: dict[str, Any]
) -> None:
    client = Client()
    client.force_login(people["clerk"])
    address = f"/projects/{project.pk}/"
    for query, cost in (
        ("", "18.00"), ("year=2027", "12.00"), ("year=2028", "6.00"), ("year=2029", None), ("state=drafting", "18.00"),
        (f"unit={people['unit'].pk}", "18.00"), ("unit=0", None), ("q=数字化", "18.00"), ("year=x&unit=x", "18.00"),
    ):  # fmt: skip
        told = client.get(f"/projects/?{query}").content.decode()
        assert (address in told) == (cost is not None), query
        assert cost is None or cost in told, query
    begun = client.get(f"/projects/declare/?unit={people['unit'].pk}")
    assert begun["Location"] == f"/projects/units/{people['unit'].pk}/declare/"
    assert client.get("/projects/declare/?unit=x").status_code == 404


def test_a_stale_declaration_is_shown_beside_what_was_saved(
    project: Project, people: dict[str, Any]
) -> None:
    costs = list(project.costs.all())
    rest = {
        "costs-INITIAL_FORMS": "2", "costs-0-id": costs[0].pk, "costs-1-id": costs[1].pk, "costs-0-project": project.pk,
        "indicators-INITIAL_FORMS": "1", "indicators-0-id": project.indicators.get().pk,
    }  # fmt: skip
    client = Client()
    client.force_login(people["clerk"])
    address = f"/projects/{project.pk}/edit/"
    first = client.post(address, {**FORM, **rest, "revision": "1", "goal": "扫描并著录"})
    assert first.status_code == 302
    stale = client.post(address, {**FORM, **rest, "revision": "1", "goal": "只扫描"})
    assert stale.status_code == 409
    told = stale.content.decode()
    assert "扫描并著录" in told
    assert "只扫描" in told
    project.refresh_from_db()
    assert project.goal == "扫描并著录"
    assert client.post(address, {**FORM, **rest, "revision": "2", "goal": "只扫描"}).status_code == 302
    told = client.get(f"/projects/{project.pk}/").content.decode()
    assert "<del>扫描并著录</del>" in told
    assert "<ins>只扫描</ins>" in told
