"""What people do in the browser in the test of the whole cycle, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NEW_PASSWORD = "another correct horse"  # noqa: S105 - of people who exist only here


@dataclass(slots=True)
class People:
    """A browser window for each person, all at one server."""

    browser: Browser
    server: str
    pages: dict[str, Page] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def sign_in(self, who: str, password: str) -> Page:
        """Sign in with a password for once, and change it as one is asked to."""
        context = self.browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on(
            "console",
            lambda said: self.faults.append(said.text) if "Content Security" in said.text else None,
        )
        page.goto(f"{self.server}/login/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", password)
        page.click("main button")
        page.fill("[name=old_password]", password)
        page.fill("[name=new_password1]", NEW_PASSWORD)
        page.fill("[name=new_password2]", NEW_PASSWORD)
        page.click("main button.primary")
        page.wait_for_url("**/work/")
        self.pages[who] = page
        return page

    def close(self) -> None:
        """Close all windows."""
        for page in self.pages.values():
            page.context.close()

    def visit(self, who: str, address: str) -> Page:
        """A person's window at an address."""
        page = self.pages[who]
        page.goto(self.server + address)
        return page


def new_body(page: Page, parent: str, kind: str, name: str, code: str) -> str:
    """Make a body below another; gives its address."""
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + parent + "new/")
    if page.locator("[name=kind]").count():
        page.select_option("[name=kind]", kind)
    page.fill("[name=name]", name)
    page.fill("[name=code]", code)
    if kind == "unit":
        page.select_option("[name=nature]", index=1)
    page.fill("[name=valid_from]", "2000-01-01")
    page.click("main button.primary")
    return "/" + page.url.split("/", 3)[3]


def new_person(
    page: Page, server: str, username: str, roles: list[tuple[str, str]], home: str
) -> str:
    """Make a person with roles at bodies; gives the password for once."""
    page.goto(f"{server}/people/new/")
    page.fill("[name=username]", username)
    page.fill("[name=name]", username)
    page.select_option("[name=home]", label=home)
    page.click("main button.primary")
    password = page.inner_text("code.password")
    for role, body in roles:
        page.select_option("[name=role]", role)
        page.select_option("[name=body]", label=body)
        page.click("section.form button.primary")
        page.locator(".notice.success").first.wait_for()
    return password


def step(page: Page, name: str, comment: str = "") -> None:
    """Make a move by its button, and see that it was made."""
    form = page.locator("form.move").filter(has=page.get_by_role("button", name=name, exact=True))
    if comment:
        form.locator("[name=comment]").fill(comment)
    form.get_by_role("button", name=name, exact=True).click()
    told = page.locator(".notice")
    told.first.wait_for()
    assert "已完成" in told.first.inner_text(), told.first.inner_text()


def import_workbook(page: Page, server: str, submission: int, path: Path) -> None:
    """Upload a workbook, look at the preview, confirm."""
    page.goto(f"{server}/budget/submissions/{submission}/entry/import/")
    page.set_input_files("[name=workbook]", str(path))
    page.get_by_role("button", name="上传并预览").click()
    if (accept := page.locator("[name=accept]")).count():
        accept.check()
    page.get_by_role("button", name="确认导入").click()
    page.locator(".notices .notice").first.wait_for()
    assert "导入" in page.inner_text(".notices"), page.inner_text("main")[:800]


def answer_warnings(page: Page) -> None:
    """Give every warning its reason."""
    count = page.locator("input[name=reason]").count()
    for number in range(count):
        field = page.locator("input[name=reason]").nth(number)
        field.fill("已核对")
        field.press("Enter")
        page.wait_for_load_state()
        page.locator(f"input[name=reason] >> nth={number}").wait_for()
        assert page.locator("input[name=reason]").nth(number).input_value() == "已核对"
