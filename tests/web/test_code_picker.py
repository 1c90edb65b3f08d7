"""Accounts and units in the forms of a project: found and chosen with the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entry_world import signed_in

from shouzhi.web.people.models import Grant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHOWN = ".code-list:not([hidden]) .code-option"


def typed(page: Page, name: str, text: str) -> None:
    page.locator(f"[name={name}][data-codes]").press_sequentially(text)
    page.wait_for_selector(SHOWN)


def test_a_project_is_declared_with_the_keyboard(
    browser: Browser, server: str, people: dict[str, Any]
) -> None:
    Grant.objects.create(user=people["clerk"], role="clerk", body=people["department"])
    page = signed_in(browser, server, people["clerk"]).new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{server}/projects/")
    typed(page, "unit", "档案馆")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#declaring").get_attribute("aria-activedescendant")
    assert chosen
    assert page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    assert page.input_value("#declaring") == "某市档案馆"
    page.keyboard.press("Enter")  # the list is closed: now the form goes
    page.wait_for_url(f"**/units/{people['other_unit'].pk}/declare/")
    typed(page, "function", "档案馆")
    page.keyboard.press("Escape")
    assert page.locator(SHOWN).count() == 0
    page.keyboard.press("ArrowDown")  # opens it again
    page.wait_for_selector(SHOWN)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("[name=function]") == "2012604"
    assert page.locator("[name=function] ~ [data-name]").inner_text() == "档案馆"
    page.fill("[name=costs-0-year]", "2027")
    typed(page, "costs-0-economic", "30217")
    page.locator(SHOWN).first.click()
    assert page.input_value("[name=costs-0-economic]") == "30217"
    page.locator("[name=costs-0-economic]").fill("公务接代费")
    assert page.locator("[name=costs-0-economic] ~ [data-name]").inner_text() == ""
    assert not faults
    page.context.close()


def test_without_scripts_a_name_is_enough(
    browser: Browser, server: str, people: dict[str, Any]
) -> None:
    context = signed_in(browser, server, people["clerk"], java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/projects/")
    page.get_by_role("button", name="填写申报书").click()  # one's only unit stands there already
    page.fill("[name=name]", "档案数字化")
    page.select_option("[name=kind]", index=1)
    page.fill("[name=function]", "档案馆")
    page.get_by_role("button", name="保存").click()
    assert "2012604" in page.inner_text("main")
    context.close()
