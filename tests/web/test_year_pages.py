"""The pages of a year: the list and what is chosen of it, ceilings, versions brought back, tables sorted."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.ceiling_table import table
from shouzhi.web.budget.models import BudgetYear, Deadline, Submission
from shouzhi.web.budget.rounds import issue, move_year
from shouzhi.web.budget.rows import Change, save
from shouzhi.web.budget.versions import freeze, restore
from shouzhi.web.faults import Stale
from shouzhi.web.people.models import Body, Grant, User

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LINE = {"function": "2010301", "economic": "30101", "source": "一般公共预算", "kind": "基本支出"}


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def opened(people: dict[str, Any], year: int = 2027) -> BudgetYear:
    made = BudgetYear.objects.create(department=people["department"], year=year)
    Deadline.objects.create(budget_year=made, state="first_up", due=date(2026, 8, 31))
    move_year(made, "open_first", Actor(people["budget_division"]))
    return made


def enter(submission: Submission, who: Any, **cells: str) -> None:
    save(submission, [Change("expenditure", None, 0, {**LINE, **cells})], Actor(who))
    submission.refresh_from_db()


@pytest.mark.usefixtures("db")
def test_a_second_round_keeps_what_it_began_with(people: dict[str, Any]) -> None:
    year = opened(people)
    division = Actor(people["budget_division"])
    first = year.submissions.get(unit=people["unit"])
    enter(first, people["clerk"], amount="1000.00")
    year.submissions.update(state="accepted")
    move_year(year, "close_first", division)
    issue(year, people["unit"], "general", 100_000, division)
    move_year(year, "open_second", division)
    second = year.submissions.get(unit=people["unit"], round="second_up")
    version = second.versions.get()
    assert (version.number, version.why) == (1, "自一上转入")
    assert version.content["sheets"]["expenditure"][0]["amount"] == "1000.00"
    client = signed_in(people["clerk"])
    for here, there in ((first, second), (second, first)):
        told = client.get(reverse("budget:submission", args=[here.pk])).content.decode()
        assert f'href="{reverse("budget:submission", args=[there.pk])}"' in told
    client.cookies["lang"] = "en"
    told = client.get(reverse("budget:submission", args=[second.pk])).content.decode()
    assert "carried over from the first round" in told


@pytest.mark.usefixtures("db")
def test_a_version_comes_back_after_it_was_shown_what_changes(people: dict[str, Any]) -> None:
    submission = opened(people).submissions.get(unit=people["unit"])
    enter(submission, people["clerk"], amount="1000.00")
    kept = freeze(submission, "一上·送审", Actor(people["clerk"]))
    enter(submission, people["clerk"], amount="77.00")
    client, address = signed_in(people["clerk"]), reverse("budget:restore", args=[kept.pk])
    compare = reverse("budget:compare", args=[submission.pk])
    assert address in client.get(f"{compare}?a={kept.pk}&b=now").content.decode()
    assert address not in client.get(f"{compare}?a={kept.pk}&b={kept.pk}").content.decode()
    shown = client.post(address)  # one click, unseen: nothing happens but the question
    assert shown.status_code == 200
    assert "恢复会改动 1 处" in shown.content.decode()
    assert submission.rows.count() == 2
    stale = client.post(address, {"revision": submission.revision - 1})
    assert stale.status_code == 409
    with pytest.raises(Stale):
        restore(kept, Actor(people["clerk"]), submission.revision - 1)
    assert submission.rows.count() == 2
    client.post(address, {"revision": submission.revision})
    assert submission.rows.count() == 1
    Submission.objects.filter(pk=submission.pk).update(state="accepted")
    assert client.get(address).status_code == 409
    with pytest.raises(Refused):
        restore(kept, Actor(people["clerk"]))


@pytest.mark.usefixtures("db")
def test_versions_are_not_numbered_twice(people: dict[str, Any]) -> None:
    submission = opened(people).submissions.get(unit=people["unit"])
    for amount in ("1.00", "2.00", "3.00"):
        enter(submission, people["clerk"], amount=amount)
        freeze(submission, "一上·送审", Actor(people["clerk"]))
    told = signed_in(people["clerk"]).get(reverse("budget:submission", args=[submission.pk]))
    listed = re.search(r'<(ul|ol) class="history"><li>第 3 版.*?</\1>', told.content.decode(), re.DOTALL)
    assert listed is not None
    assert listed[1] == "ul"


@pytest.mark.usefixtures("db")
def test_sources_that_are_asked_for_stand_in_front(people: dict[str, Any]) -> None:
    year = opened(people)
    enter(year.submissions.get(unit=people["unit"]), people["clerk"], amount="5.00", source="事业收入")
    issue(year, people["unit"], "superior", 0, Actor(people["budget_division"]))
    made = table(
        year, [people["department"], people["unit"]], "first_up", may_issue=True, may_whole=True
    )
    assert made.used() == (4, 5)
    assert (made.total.total, made.total.cells) == (0, (None, None, None, None, None, 0, None))
    shown = signed_in(people["budget_division"]).get(reverse("budget:ceilings", args=[year.pk]))
    told = shown.content.decode()
    head, folded = told.split("<details", 1)
    assert f'name="{people["unit"].pk}-own"' in head
    assert f'name="{people["unit"].pk}-general"' in folded
    assert 'data-asked="5.00"' in head


@pytest.mark.usefixtures("db")
def test_no_change_of_ceilings_is_told_as_none(people: dict[str, Any]) -> None:
    year = opened(people)
    issue(year, people["unit"], "general", 10_000, Actor(people["budget_division"]))
    client, address = signed_in(people["budget_division"]), reverse("budget:ceilings-issue", args=[year.pk])
    posted = client.post(address, {f"{people['unit'].pk}-general": "100.00"}, follow=True)
    told = posted.content.decode()
    assert "没有改动" in told
    assert "已下达或调整" not in told
    folded = client.post(address, {f"{people['unit'].pk}-fund": "x"})
    assert '<details class="more" open>' in folded.content.decode()  # a fault is not hidden


@pytest.mark.usefixtures("db")
def test_the_list_is_found_by_year_state_and_department(people: dict[str, Any]) -> None:
    opened(people)
    BudgetYear.objects.create(department=people["other_department"], year=2026, state="approved")
    client, address = signed_in(people["budget_division"]), reverse("budget:years")

    def names(query: str) -> list[str]:
        told = client.get(address + query).content.decode()
        return re.findall(r'<td><a href="/budget/years/\d+/">(.*?)</a>', told)

    here, there = people["department"].name, people["other_department"].name
    assert names("") == [here, there]
    assert names("?year=2026") == [there]
    assert names("?state=first_up") == [here]
    assert names(f"?department={people['other_department'].pk}") == [there]
    assert names("?year=2026&state=first_up") == []
    assert "没有找到" in client.get(f"{address}?year=2026&state=first_up").content.decode()


@pytest.mark.usefixtures("db")
def test_editions_are_told_in_words(people: dict[str, Any]) -> None:
    client = signed_in(people["budget_division"])
    told = client.get(reverse("budget:years")).content.decode()
    assert "---------" not in told
    assert "请选择" in told
    assert ">广州市部门预算（2024 年起）<" in told
    assert ">guangzhou/budget-2024<" not in told
    begun = {"department": people["department"].pk, "year": 2027, "document": "accounts"}
    wrong = client.post(reverse("budget:begin"), {**begun, "edition": "guangzhou/budget-2024"})
    assert wrong.status_code == 400
    assert "不是这一种类的" in wrong.content.decode()
    assert not BudgetYear.objects.exists()


def shown_to(browser: Browser, server: str, person: User, address: str) -> Page:
    """A page in the browser of a person who has signed in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(locale="zh-CN")
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server}]
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(server + address)
    return page


@pytest.mark.usefixtures("live_db")
def test_empty_ceilings_are_filled_with_what_is_asked(
    browser: Browser, server: str, people: dict[str, Any]
) -> None:
    year = opened(people)
    enter(year.submissions.get(unit=people["unit"]), people["clerk"], amount="12345.60")
    enter(year.submissions.get(unit=people["other_unit"]), people["department_finance"], amount="7.00")
    issue(year, people["other_unit"], "general", 500, Actor(people["budget_division"]))
    page = shown_to(browser, server, people["budget_division"], reverse("budget:ceilings", args=[year.pk]))
    page.get_by_role("button", name="按申报数填入空格").click()
    assert page.input_value(f"[name='{people['unit'].pk}-general']") == "12,345.60"
    assert page.input_value(f"[name='{people['other_unit'].pk}-general']") == "5.00"  # it stands
    assert "已把申报数填入 2 个空格" in page.inner_text("#filled")
    assert year.ceilings.count() == 1  # nothing is sent by it
    page.get_by_role("button", name="下达", exact=True).click()
    page.locator(".notice.success").wait_for()
    assert year.ceilings.get(unit=people["unit"]).amount == 1_234_560
    page.context.close()


@pytest.mark.usefixtures("live_db")
def test_a_table_is_sorted_by_its_heads(browser: Browser, server: str, people: dict[str, Any]) -> None:
    year = opened(people)
    third = Body.objects.create(parent=people["department"], kind="unit", name="某市方志馆", code="101003", order=9)
    Submission.objects.create(budget_year=year, unit=third, round="first_up")
    for unit, amount in (("unit", "90000.00"), ("other_unit", "1000000.00")):
        enter(year.submissions.get(unit=people[unit]), people["clerk"], amount=amount)
    page = shown_to(browser, server, people["budget_division"], reverse("budget:year", args=[year.pk]))
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    def asked() -> list[str]:
        return page.locator("table.sortable tbody tr td:nth-child(3)").all_inner_texts()

    before = asked()
    head = page.locator("table.sortable th", has_text="申报支出")
    assert head.get_attribute("aria-sort") == "none"
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert asked() == ["0.00", "0.00", "9.00", "100.00"]  # by size, not by letters
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert asked() == ["100.00", "9.00", "0.00", "0.00"]
    assert sorted(before) == sorted(asked())
    year.submissions.filter(unit=people["unit"]).update(state="accepted")
    year.submissions.filter(unit=third).update(state="head")
    page.reload()
    page.locator("table.sortable th", has_text="状态").get_by_role("button").click()
    states = page.locator("table.sortable tbody tr td:nth-child(2) .badge:first-child").all_inner_texts()
    assert states == ["填报中", "填报中", "待单位负责人审核", "已通过"]  # as they follow one another
    assert page.locator("table.sortable tfoot tr").first.inner_text().startswith("合计")
    assert faults == []
    page.context.close()


@pytest.mark.usefixtures("live_db")
def test_a_table_of_several_pages_says_what_is_sorted(
    browser: Browser, server: str, people: dict[str, Any]
) -> None:
    for number in range(130):
        made = User.objects.create_user(f"person-{number}", name=f"某人{number}", home=people["unit"])
        Grant.objects.create(user=made, role="clerk", body=people["unit"])
    page = shown_to(browser, server, people["administrator"], reverse("people:users"))
    page.locator("table.sortable th", has_text="登录名").get_by_role("button").click()
    assert "只排本页的行" in page.inner_text("table.sortable caption")
    names = page.locator("table.sortable tbody tr td:nth-child(2)").all_inner_texts()
    numbers = [int(name.removeprefix("person-")) for name in names if name.startswith("person-")]
    assert len(numbers) > 50
    assert numbers == sorted(numbers)  # 9 before 10
    page.context.close()
