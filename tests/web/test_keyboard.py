"""Without a mouse: sign in, find one's work, enter a line, answer what is asked, submit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from web_world import PASSWORD

from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.models import BudgetYear, Deadline, Submission
from shouzhi.web.budget.rounds import move_year

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.usefixtures("live_db")
_FAR = 120  # presses of the Tab key before one gives up


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what has the focus fits a selector."""
    for _ in range(_FAR):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement?.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key on {page.url}")


def enter(page: Page, sheet: str, *cells: str) -> None:
    """Go to a sheet by its tab and type a line into its grid."""
    tab_to(page, f"a[href$='/sheet/{sheet}/']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".grid-line")
    page.keyboard.press("Control+Home")
    for cell in cells:
        page.keyboard.type(cell)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".grid-state[data-state=saved]")


def test_a_clerk_submits_without_a_mouse(browser: Browser, server: str, people: dict[str, Any]) -> None:
    year = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=year, state="first_up", due=date(2026, 8, 31))
    move_year(year, "open_first", Actor(people["budget_division"]))
    submission = Submission.objects.get(budget_year=year, unit=people["unit"])
    page = browser.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{server}/login/")
    tab_to(page, "[name=username]")
    page.keyboard.type("clerk")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work/")
    tab_to(page, f"a[href='/budget/submissions/{submission.pk}/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/submissions/*/")
    enter(page, "income", "本年收入", "", "2010301", "一般公共预算", "1000")
    enter(page, "expenditure", "", "", "2010301", "30101", "一般公共预算", "基本支出", "", "1000")
    page.goto(f"{server}/budget/submissions/{submission.pk}/")
    tab_to(page, "form.move button")
    page.keyboard.press("Enter")
    page.locator(".notice.success").first.wait_for()
    submission.refresh_from_db()
    assert submission.state == "head"
    assert submission.rows.get(sheet="expenditure").amount == 100_000
    page.close()
