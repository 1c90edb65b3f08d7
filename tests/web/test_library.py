"""The project library: declaration, review, admission to a budget, and the next year's."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, verify
from shouzhi.web.budget.models import BudgetYear, Deadline, Submission
from shouzhi.web.budget.rounds import move_year
from shouzhi.web.library.admitting import move_project
from shouzhi.web.library.models import Cost, Project
from shouzhi.web.people.models import Grant

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


def test_who_admits_a_project_has_not_entered_it_and_may_approve_the_year(
    project: Project, people: dict[str, Any]
) -> None:
    from shouzhi.web.budget.conditions import of_year

    year, division = admitted(project, people), Actor(people["budget_division"])
    submission = Submission.objects.get(budget_year=year, unit=people["unit"])
    assert set(submission.editors.all()) == set(project.editors.all()) != set()
    assert of_year(year, division)["not_own_entry"]() is None
    move_project(project, "shelve", division, comment="缓一年")
    assert of_year(year, division)["not_own_entry"]() is None
    declared = Actor(project.editors.get())
    assert of_year(year, declared)["not_own_entry"]() is not None


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


def test_a_unit_is_found_by_code_or_name(people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["department_finance"])
    Grant.objects.create(user=people["clerk"], role="clerk", body=people["department"])
    client.force_login(people["clerk"])
    for text in ("101002", "101002 某市档案馆", "某市档案馆", "档案馆"):
        begun = client.get("/projects/declare/", {"unit": text})
        assert begun["Location"] == f"/projects/units/{people['other_unit'].pk}/declare/", text
    for text in ("档案", "x", ""):
        told = client.get("/projects/declare/", {"unit": text})
        assert told.status_code == 404
        assert "101002 某市档案馆" in told.content.decode()
    found = client.get("/projects/codes/", {"kind": "unit", "q": "1010"}).json()
    assert [one["code"] for one in found] == ["101001", "101002"]
    client.force_login(people["budget_division"])
    assert client.get("/projects/codes/", {"kind": "unit", "q": ""}).status_code == 403


def test_codes_are_found_by_number_and_name(people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["clerk"])
    found = client.get("/projects/codes/", {"kind": "economic", "q": "公务接", "year": "2027"}).json()
    assert [(one["code"], one["name"]) for one in found] == [("30217", "公务接待费")]
    assert client.get("/projects/codes/", {"kind": "amount", "q": "1"}).json() == []
    address = f"/projects/units/{people['unit'].pk}/declare/"
    named = {**FORM, "function": "2012601 行政运行", "costs-0-economic": "公务接待费"}
    assert client.post(address, named).status_code == 302
    made = Project.objects.get()
    assert made.function == "2012601"
    assert [cost.economic for cost in made.costs.all()] == ["30217", "30227"]
    wrong = {**FORM, "name": "另一个", "function": "行政运行"}
    wrong |= {"costs-0-economic": "30299x", "costs-1-economic": "公务接代费"}
    told = client.post(address, wrong).content.decode()
    assert "“行政运行”是几个科目的名称，请填编码，如 2010101 行政运行（" in told
    assert "科目表里没有“30299x”" in told
    assert "相近的有 30217 公务接待费" in told
    assert Project.objects.count() == 1


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
    opened = seen(client.get(address).content.decode())
    first = client.post(
        address, {**FORM, **rest, "revision": "1", "goal": "扫描并著录", "plan": "分三年扫描"}
    )
    assert first.status_code == 302
    # Stale, and with a fault: both are shown before anything else.
    stale = client.post(
        address,
        {**FORM, **rest, "revision": "1", "seen": opened, "goal": "只扫描", "costs-1-amount": "1.234"},
    )
    assert stale.status_code == 409
    told = stale.content.decode()
    for text in ("扫描<mark>并著录</mark>", "<mark>只</mark>扫描", "纸质档案老化", "扫描页数", "<mark>1.234</mark>"):
        assert text in told, text
    assert taken(told) == {"goal": "yours", "plan": "theirs", f"{costs[1].pk}": "yours"}
    project.refresh_from_db()
    assert project.goal == "扫描并著录"
    mended = {**hidden(told), "costs-1-amount": "60000", "take-field-plan": "theirs", "then": "save"}
    assert client.post(address, mended).status_code == 302
    told = client.get(f"/projects/{project.pk}/").content.decode()
    assert "<del>扫描并著录</del>" in told
    assert "<ins>只扫描</ins>" in told
    assert "分三年扫描" in told


def seen(page: str) -> str:
    """What a page says of the declaration as it was opened."""
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page of a clash."""
    form = page[page.index('class="clash"') :]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {name: unescape(text) for name, text in found}


def taken(page: str) -> dict[str, str]:
    """The sides that are chosen beforehand, by field or by the key of a row."""
    found = re.findall(r'name="take-\w+-([\w-]+)" value="(\w+)" checked', page)
    return dict(found)


def test_of_two_versions_each_place_is_chosen(project: Project, people: dict[str, Any]) -> None:
    """The other changed a row, deleted one and added one; so did this one, elsewhere and in the same."""
    costs, indicator = list(project.costs.all()), project.indicators.get()
    client = Client()
    client.force_login(people["clerk"])
    address = f"/projects/{project.pk}/edit/"
    rest: dict[str, Any] = {
        **FORM, "revision": "1", "seen": seen(client.get(address).content.decode()), "costs-TOTAL_FORMS": "3",
        "costs-INITIAL_FORMS": "2", "costs-0-id": costs[0].pk, "costs-1-id": costs[1].pk,
        "indicators-INITIAL_FORMS": "1", "indicators-0-id": indicator.pk,
    }  # fmt: skip
    extra = {"year": "2027", "economic": "30201", "source": "general"}
    theirs = {f"costs-2-{key}": text for key, text in {**extra, "purpose": "他们加的", "amount": "1"}.items()}
    gone = {"indicators-0-DELETE": "on", "costs-0-amount": "130000"}
    assert client.post(address, {**rest, **theirs, **gone}).status_code == 302
    yours = {f"costs-2-{key}": text for key, text in {**extra, "purpose": "我加的", "amount": "2"}.items()}
    mine = {"costs-1-DELETE": "on", "indicators-0-third": "扫描件数", "costs-0-amount": "140000"}
    mine["name"] = "档案数字化二期"
    told = client.post(address, {**rest, **yours, **mine}).content.decode()
    for text in ("他们加的", "我加的", "对方新增的", "您新增的", "对方删除了", "您删除了", "两边都改了"):
        assert text in told, text
    added = project.costs.get(purpose="他们加的")
    chosen = taken(told)
    assert chosen == {
        "name": "yours", str(costs[0].pk): "yours", str(costs[1].pk): "yours", str(added.pk): "theirs",
        "new-2": "yours", str(indicator.pk): "yours",
    }  # fmt: skip
    kept = hidden(told)
    # Looked at once more in the form, nothing is saved.
    takes = {"take-costs-new-2": "yours", f"take-costs-{added.pk}": "theirs"}
    form = client.post(address, {**kept, **takes, "then": "edit"})
    assert form.status_code == 200
    assert "他们加的" in form.content.decode()
    assert project.costs.count() == 3
    takes |= {f"take-costs-{costs[0].pk}": "theirs", f"take-costs-{costs[1].pk}": "yours"}
    assert client.post(address, {**kept, **takes, "then": "save"}).status_code == 302
    project.refresh_from_db()
    assert project.name == "档案数字化二期"
    found = {cost.purpose: cost.amount for cost in project.costs.all()}
    assert found == {"扫描 10 万页": 13_000_000, "他们加的": 100, "我加的": 200}
    assert project.indicators.get().third == "扫描件数"  # deleted by the other, kept by this one
    assert list(verify()) == []


def test_a_third_edit_meanwhile_is_not_lost(project: Project, people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["clerk"])
    address = f"/projects/{project.pk}/edit/"
    costs = list(project.costs.all())
    rest: dict[str, Any] = {
        **FORM, "seen": seen(client.get(address).content.decode()), "costs-INITIAL_FORMS": "2",
        "costs-0-id": costs[0].pk, "costs-1-id": costs[1].pk,
        "indicators-INITIAL_FORMS": "1", "indicators-0-id": project.indicators.get().pk,
    }  # fmt: skip
    assert client.post(address, {**rest, "revision": "1", "goal": "甲"}).status_code == 302
    told = client.post(address, {**rest, "revision": "1", "goal": "乙"}).content.decode()
    Cost.objects.create(project=project, year=2027, purpose="第三人", source="general", amount=500)
    Project.objects.filter(pk=project.pk).update(revision=3, plan="第三人的计划")
    again = client.post(address, {**hidden(told), "then": "mine"})
    assert again.status_code == 409
    page = again.content.decode()
    assert "第三人的计划" in page
    cost = Cost.objects.get(purpose="第三人")
    assert taken(page) == {"goal": "yours", "plan": "theirs", str(cost.pk): "theirs"}
    takes = {"take-field-plan": "theirs", f"take-costs-{cost.pk}": "theirs"}
    assert client.post(address, {**hidden(page), **takes, "then": "save"}).status_code == 302
    project.refresh_from_db()
    assert (project.goal, project.plan, project.costs.count()) == ("乙", "第三人的计划", 3)
