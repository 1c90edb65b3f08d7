"""From an empty database to the published book, by six people in their browsers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cycle_steps import People, answer_warnings, import_workbook, new_body, new_person, step

from shouzhi.cycle.building import read
from shouzhi.cycle.ceilings import uses
from shouzhi.cycle.raw import RawBook
from shouzhi.cycle.workbook import write_workbook
from shouzhi.space import yuan

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BOOK = Path(__file__).parents[2] / "examples" / "xiezuo-budget-2024"
DEPARTMENT, UNITS = "广州市协作办公室", ("广州市协作办公室本级", "广州市国内合作服务中心")
ROLES = {
    "clerk": [("clerk", DEPARTMENT)],
    "head": [("unit_head", DEPARTMENT)],
    "finance": [("department_finance", DEPARTMENT)],
    "bureau": [("reviewer", DEPARTMENT), ("budget_division", "本地区")],
    "secrecy": [("confidentiality", DEPARTMENT)],
}


def parts(folder: Path) -> dict[str, Path]:
    """The example as one workbook for the department's own part and one for each unit."""
    raw = read(BOOK)
    units = {row.cells["name"]: row.cells for row in raw.sheets["units"]}
    names = list(units)
    aliases = {
        alias: n for n, name in enumerate(names) for alias in (name, units[name].get("code", name))
    }
    written: dict[str, Path] = {}
    for place, owner in enumerate((None, 0, 1)):
        part = RawBook("part", dict(raw.settings))
        part.sheets = {
            sheet: [r for r in rows if aliases.get(r.cells.get("unit", "")) == owner]
            for sheet, rows in raw.sheets.items()
            if sheet != "units"
        }
        for rows in part.sheets.values():
            for row in rows:
                if isinstance(row.cells, dict):
                    row.cells.pop("unit", None)
        if owner is None:
            part.prose = list(raw.prose)
        path = folder / f"part-{place}.xlsx"
        write_workbook(part, path)
        written[DEPARTMENT if owner is None else UNITS[owner]] = path
    return written


@pytest.mark.usefixtures("live_db")
def test_the_whole_cycle(browser: Browser, server: str, tmp_path: Path) -> None:
    from shouzhi.web.serving import first_administrator

    first = first_administrator()
    assert first is not None
    people = People(browser, server)
    try:
        _organisation_and_first_round(people, first, parts(tmp_path))
        _second_round(people)
        _disclosure(people)
        assert people.faults == []
    finally:
        people.close()
    _what_is_left()


def _organisation_and_first_round(
    people: People, first: tuple[str, str], books: dict[str, Path]
) -> None:
    """The administrator makes bodies and people; the bureau opens the round; units enter and submit."""
    from shouzhi.web.people.models import Body

    admin = people.sign_in(*first)
    region = f"/organisation/{Body.objects.get().pk}/"
    department = new_body(admin, region, "department", DEPARTMENT, "101")
    for place, name in enumerate(UNITS):
        new_body(admin, department, "unit", name, f"10100{place + 1}")
    passwords = {
        who: new_person(admin, people.server, who, roles, DEPARTMENT)
        for who, roles in ROLES.items()
    }
    for who, password in passwords.items():
        people.sign_in(who, password)

    page = people.visit("bureau", "/budget/")
    page.select_option("[name=department]", label=DEPARTMENT)
    page.fill("[name=year]", "2024")
    page.select_option("[name=edition]", "guangzhou/budget-2024")
    page.get_by_role("button", name="新建").click()
    page.fill("[name=due_first_up]", "2023-08-31")
    page.fill("[name=due_second_up]", "2023-11-30")
    page.get_by_role("button", name="保存").click()
    step(page, "启动一上")
    links = page.locator("table.data tbody a[href*='/submissions/']")
    addresses = {
        links.nth(n).inner_text(): links.nth(n).get_attribute("href") or ""
        for n in range(links.count())
    }
    assert set(addresses) == {DEPARTMENT, *UNITS}
    for name in (*UNITS, DEPARTMENT):
        import_workbook(
            people.pages["clerk"], people.server, int(addresses[name].split("/")[3]), books[name]
        )
    for name in (*UNITS, DEPARTMENT):
        _through(people, addresses[name])


def _through(people: People, address: str) -> None:
    """A submission through its whole chain, once returned with a comment."""
    page = people.visit("clerk", address)
    if (whole := page.get_by_role("button", name="检查汇总")).count():
        whole.click()
        page.locator(".notice").first.wait_for()
    answer_warnings(page)
    step(page, "送审")
    head = people.visit("head", address)
    step(head, "退回填报人", "请再核对")
    step(people.visit("clerk", address), "送审")
    step(people.visit("head", address), "单位审核通过")
    step(people.visit("finance", address), "部门审核通过")
    step(people.visit("bureau", address), "财政审核通过")


def _second_round(people: People) -> None:
    """Ceilings as asked for; drafts within them; approval."""
    from shouzhi.web.budget.ceiling_table import SOURCES
    from shouzhi.web.budget.conditions import asked
    from shouzhi.web.budget.models import BudgetYear
    from shouzhi.web.budget.summary import standings

    year = BudgetYear.objects.get()
    page = people.visit("bureau", f"/budget/years/{year.pk}/")
    step(page, "结束一上")
    page.goto(f"{people.server}/budget/years/{year.pk}/ceilings/")
    for standing in standings(year, "first_up"):
        if standing.submission.unit.kind == "unit":
            for use in uses(dict.fromkeys(SOURCES, 0), asked(standing.submission)):
                if use.asked:
                    page.fill(
                        f"[name='{standing.submission.unit.pk}-{use.source}']", yuan(use.asked)
                    )
    page.get_by_role("button", name="下达", exact=True).click()
    page = people.visit("bureau", f"/budget/years/{year.pk}/")
    step(page, "下达控制数并启动二上")
    for submission in year.submissions.filter(round="second_up"):
        _through(people, f"/budget/submissions/{submission.pk}/")
    page = people.visit("bureau", f"/budget/years/{year.pk}/")
    step(page, "结束二上")
    page.fill("[name=document_number]", "某财预〔2024〕1号")
    page.fill("[name=approved_on]", "2024-02-02")
    step(page, "批复")


def _disclosure(people: People) -> None:
    """Preview, release, two signatures, publication."""
    from shouzhi.web.budget.models import BudgetYear

    year = BudgetYear.objects.get()
    page = people.visit("finance", f"/releases/years/{year.pk}/preview/")
    assert page.locator(".notice.success").count() == 1, page.locator("main").inner_text()[:1500]
    page.get_by_role("button", name="生成公开版").click()
    address = "/" + page.url.split("/", 3)[3]
    step(people.visit("head", address), "负责人签批")
    step(people.visit("secrecy", address), "保密审查通过")
    step(people.visit("finance", address), "公开")


def _what_is_left() -> None:
    from shouzhi.web.audit.log import verify
    from shouzhi.web.disclosure.models import Release
    from shouzhi.web.disclosure.preparing import changed_files

    release = Release.objects.get()
    assert (release.state, changed_files(release), release.carried) == ("published", [], True)
    assert list(verify()) == []
