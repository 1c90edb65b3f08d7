"""A submission to enter, and a browser that is signed in: for the tests of entry."""
# ruff: noqa: E501 - options of a browser; rows on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from shouzhi.web.budget.models import Submission

FUNCTIONS = ("2010301", "2012601", "2080505", "2101101", "2210201")
ECONOMIC = ("30101", "30102", "30201", "30211", "30217")


def line(number: int, **cells: str) -> dict[str, str]:
    """The cells of an expenditure; `number` makes them differ."""
    return {
        "unit": "某市档案局本级", "function": FUNCTIONS[number % 5], "economic": ECONOMIC[number % 5], "source": "一般公共预算",
        "kind": "基本支出", "amount": str(1000 + number), "note": f"第{number}笔", **cells,
    }  # fmt: skip


def submission(people: dict[str, Any], lines: int = 0) -> Submission:
    """The open submission of a unit with some lines of expenditure."""
    from shouzhi.web.budget.models import BudgetYear, Row, Submission
    from shouzhi.web.budget.rows import fill, listed_of

    year = BudgetYear.objects.create(department=people["department"], year=2025, state="first_up")
    made = Submission.objects.create(budget_year=year, unit=people["unit"], round="first_up")
    listed = listed_of(made)
    rows = [
        Row(submission=made, sheet="expenditure", position=float(n), revision=1, cells=line(n))
        for n in range(1, lines + 1)
    ]
    for row in rows:
        fill(row, listed)
    Row.objects.bulk_create(rows)
    return made


def signed_in(browser: Browser, server: str, user: Any, **options: Any) -> BrowserContext:
    """A browser in which a person has signed in."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(**options)
    context.set_default_timeout(15_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server}]
    )
    return context


def open_sheet(
    context: BrowserContext,
    server: str,
    found: Submission,
    sheet: str = "expenditure",
    tail: str = "",
) -> Page:
    """The page of a sheet with its grid, which has the focus."""
    page = context.new_page()
    page.goto(f"{server}/budget/submissions/{found.pk}/sheet/{sheet}/{tail}")
    page.wait_for_selector(".grid-line")
    return page


def saved(page: Page) -> None:
    """Wait until everything that was typed has been saved."""
    page.wait_for_selector(".grid-state[data-state=saved]")


def cell(page: Page, row: int, column: int) -> str:
    """The text of a cell, counted from 0."""
    return page.locator(f"#grid-{row}-{column}").inner_text()
