"""The grid in a real browser: keys, blocks, undo, codes, groups, and nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from entry_world import cell, line, open_sheet, saved, signed_in, submission

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from shouzhi.web.budget.models import Submission

FLOW, UNIT, FUNCTION, ECONOMIC, SOURCE, KIND, PROJECT, AMOUNT, NOTE = range(9)

PASTE = """html => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", html);
    const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
    document.querySelector(".grid-input").dispatchEvent(event);
}"""

Opened = tuple["Page", "Submission"]


@pytest.fixture
def opened(browser: Browser, server: str, people: dict[str, Any]) -> Any:
    """A function that opens the expenditure of a submission with some lines as the clerk."""
    contexts = []

    def opening(lines: int = 5, **options: Any) -> Opened:
        found = submission(people, lines)
        contexts.append(signed_in(browser, server, people["clerk"], **options))
        return open_sheet(contexts[-1], server, found), found

    yield opening
    for context in contexts:
        context.close()


def rows(found: Submission) -> list[dict[str, str]]:
    return [row.cells for row in found.rows.filter(sheet="expenditure").order_by("position")]


def go(page: Page, row: int, column: int) -> None:
    page.locator(f"#grid-{row}-{column}").click()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def typed_and_saved(page: Page) -> None:
    page.wait_for_selector(".grid-state:not([data-state=saved])")
    saved(page)


def test_keys_move_and_typing_replaces(opened: Callable[..., Opened]) -> None:
    page, found = opened()
    press(page, "End", "ArrowLeft", "ArrowDown")
    page.keyboard.type("1234567.8")
    press(page, "Enter")
    page.keyboard.type("12")
    press(page, "Escape")
    press(page, "F2", "End", "Backspace")
    page.keyboard.type("9")
    press(page, "Tab")
    page.keyboard.type("说明")
    press(page, "Enter")
    page.wait_for_selector(
        "#grid-3-7.grid-active"
    )  # Enter after Tab: below where the tabbing began
    saved(page)
    assert cell(page, 1, AMOUNT) == "1,234,567.80"
    told = rows(found)
    assert told[1]["amount"] == "1234567.8"  # exactly as typed
    assert (told[2]["amount"], told[2]["note"]) == ("1009", "说明")


def test_control_and_arrows_leap_over_what_is_filled(opened: Callable[..., Opened]) -> None:
    page, _ = opened(50)
    press(page, "ArrowRight", "Control+ArrowDown")
    page.wait_for_selector("#grid-49-1.grid-active")
    press(page, "Control+ArrowRight")
    page.wait_for_selector("#grid-49-5.grid-active")  # the project is empty
    press(page, "Control+Home")
    page.wait_for_selector("#grid-0-0.grid-active")
    press(page, "Control+End")
    page.wait_for_selector("#grid-50-8.grid-active")


def test_a_block_from_excel_is_pasted_and_taken_back(opened: Callable[..., Opened]) -> None:
    page, found = opened(3)
    block = '\t\t2010301\t30201\t一般公共预算\t基本支出\t\t"1,500.00"\t"一\n二"\r\n' * 4
    page.evaluate("text => navigator.clipboard.writeText(text)", block)
    press(page, "ArrowDown", "ArrowDown", "Control+v")
    typed_and_saved(page)
    told = rows(found)
    assert len(told) == 6  # one row replaced, three added
    assert [row["amount"] for row in told[2:]] == ["1,500.00"] * 4
    assert told[2]["note"] == "一\n二"
    press(page, "Control+z")
    typed_and_saved(page)
    assert [row["note"] for row in rows(found)] == ["第1笔", "第2笔", "第3笔"]
    press(page, "Control+y")
    typed_and_saved(page)
    assert len(rows(found)) == 6


def test_a_block_with_headings_goes_where_they_say(opened: Callable[..., Opened]) -> None:
    page, found = opened(1)
    block = "金额（元）\t资金来源\t备注\n700\t政府性基金预算\t甲\n800\t一般公共预算\t乙"
    page.evaluate("text => navigator.clipboard.writeText(text)", block)
    press(page, "Control+ArrowDown", "ArrowDown", "Control+v")
    typed_and_saved(page)
    assert [(row["amount"], row["source"], row["note"]) for row in rows(found)[1:]] == [
        ("700", "政府性基金预算", "甲"), ("800", "一般公共预算", "乙"),
    ]  # fmt: skip


def test_a_table_of_a_web_page_is_pasted(opened: Callable[..., Opened]) -> None:
    page, found = opened(0)
    table = "<table><tr><td rowspan=2>一般公共预算</td><td>基本支出</td></tr><tr><td>项目支出</td></tr></table>"
    page.evaluate(PASTE, table)
    typed_and_saved(page)
    assert [(row.get("flow"), row.get("unit")) for row in rows(found)] == [
        ("一般公共预算", "基本支出"),
        (None, "项目支出"),
    ]


def test_an_input_method_begins_in_the_cell(opened: Callable[..., Opened]) -> None:
    page, found = opened(1)
    press(page, "End")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "ban", "selectionStart": 3, "selectionEnd": 3}
    )
    page.wait_for_selector(".grid-input.grid-editing")
    keyboard.send("Input.insertText", {"text": "办公"})
    press(page, "Enter")
    typed_and_saved(page)
    assert rows(found)[0]["note"] == "办公"


def test_blocks_are_copied_filled_and_cleared(opened: Callable[..., Opened]) -> None:
    page, found = opened(4)
    go(page, 0, AMOUNT)
    press(page, "Shift+ArrowRight", "Shift+ArrowDown", "Control+c")
    assert (
        page.evaluate("navigator.clipboard.readText()").replace("\r", "")
        == "1001\t第1笔\n1002\t第2笔"
    )
    assert "求和 2,003.00" in page.locator(".grid-sums").inner_text()
    press(page, "Control+Alt+c")
    assert page.evaluate("navigator.clipboard.readText()").startswith("金额（元）\t备注")
    press(page, "Control+d")
    typed_and_saved(page)
    assert [row["amount"] for row in rows(found)] == ["1001", "1001", "1003", "1004"]
    press(page, "Delete")
    typed_and_saved(page)
    assert ["amount" in row for row in rows(found)] == [False, False, True, True]
    page.wait_for_selector("#grid-0-7[aria-invalid=true]")  # an amount is wanted


def test_rows_are_inserted_and_deleted(opened: Callable[..., Opened]) -> None:
    page, found = opened(3)
    go(page, 1, AMOUNT)
    press(page, "Insert")
    page.keyboard.type("55")
    press(page, "Enter")
    typed_and_saved(page)
    assert [row.get("amount") for row in rows(found)] == ["1001", "55", "1002", "1003"]
    press(page, "Shift+Space", "Control+Delete")
    typed_and_saved(page)
    assert [row.get("amount") for row in rows(found)] == ["1001", "55", "1003"]
    press(page, "Control+z")
    typed_and_saved(page)
    assert [row.get("amount") for row in rows(found)] == ["1001", "55", "1002", "1003"]


def test_codes_are_found_by_name_and_number(opened: Callable[..., Opened]) -> None:
    page, found = opened(2)
    go(page, 0, FUNCTION)
    page.keyboard.type("档案馆")
    page.wait_for_selector(".grid-option[aria-selected=true]")
    press(page, "Enter")
    page.keyboard.type("20101")
    page.wait_for_selector(".grid-option >> text=人大会议")
    press(page, "ArrowDown", "Enter")
    go(page, 0, ECONOMIC)
    page.keyboard.type("差旅费")
    press(page, "Enter")  # before the list has come
    typed_and_saved(page)
    told = rows(found)
    assert told[0]["function"] == "2012604"
    assert told[1]["function"].startswith("20101")
    assert told[0]["economic"] == "30211"
    assert cell(page, 0, FUNCTION).endswith("档案馆")


def test_choices_are_picked_from_their_list(opened: Callable[..., Opened]) -> None:
    page, found = opened(1)
    go(page, 0, SOURCE)
    press(page, "Alt+ArrowDown")
    page.locator(".grid-option >> text=教育收费").click()
    saved(page)
    assert rows(found)[0]["source"] == "教育收费"


def test_faults_are_shown_at_their_cell(opened: Callable[..., Opened]) -> None:
    page, found = opened(2)
    go(page, 0, AMOUNT)
    page.keyboard.type("约一千")
    press(page, "Enter", "ArrowUp")
    page.wait_for_selector("#grid-0-7[aria-invalid=true]")
    page.wait_for_selector(".grid-message.grid-error >> text=不是金额")
    assert found.rows.filter(sheet="expenditure", amount=None).count() == 1


def test_groups_have_totals_of_the_server(opened: Callable[..., Opened]) -> None:
    page, _ = opened(10)
    page.locator(".grid-tools select").select_option("function")
    page.wait_for_selector(".grid-group >> text=20126 档案事务")
    group = page.locator(".grid-group", has_text="2012601").first
    assert group.locator(".grid-cell").nth(AMOUNT).inner_text() == "2,007.00"
    page.locator(".grid-line:not(.grid-group)", has_text="第1笔").locator(".grid-cell").nth(
        AMOUNT
    ).click()
    page.keyboard.type("5000")
    press(page, "Enter")
    page.wait_for_selector(".grid-group >> text=6,006.00")  # with the save, without a reload
    assert "本年支出 14,054.00" in page.locator(".grid-totals").inner_text()
    group.locator(".grid-number").click()
    page.wait_for_selector(".grid-group[aria-expanded=false]")


def test_filters_hide_rows_until_they_are_asked_anew(opened: Callable[..., Opened]) -> None:
    from playwright.sync_api import expect

    page, _ = opened(30)
    press(page, "End", "Control+f")
    page.keyboard.type("第1")
    expect(page.locator(".grid-line")).to_have_count(12)  # 1, 10 … 19, and the new row
    press(page, "Enter")
    assert page.evaluate("document.activeElement.className") == "grid-input"


def test_two_thousand_rows_have_few_elements(opened: Callable[..., Opened]) -> None:
    page, found = opened(2000)
    assert page.locator(".grid-line").count() < 60
    press(page, "Control+End", "ArrowUp", "End")
    page.keyboard.type("最后")
    press(page, "Enter")
    typed_and_saved(page)
    assert rows(found)[-1]["note"] == "最后"
    assert page.locator("[role=grid]").get_attribute("aria-rowcount") == "2003"


def test_offline_keeps_what_is_typed_and_sends_it_later(opened: Callable[..., Opened]) -> None:
    page, found = opened(2)
    page.context.set_offline(True)
    go(page, 0, NOTE)
    page.keyboard.type("断网时填的")
    press(page, "Enter")
    page.wait_for_selector(".grid-state[data-state=offline]")
    assert "1 行存在本机" in page.locator(".grid-state").inner_text()
    page.context.set_offline(False)
    saved(page)
    assert rows(found)[0]["note"] == "断网时填的"


def test_a_closed_page_restores_what_was_not_saved(
    opened: Callable[..., Opened], server: str
) -> None:
    page, found = opened(2)
    page.context.set_offline(True)
    go(page, 0, NOTE)
    page.keyboard.type("关页之前")
    press(page, "Control+End", "ArrowLeft")
    page.keyboard.type("77")
    press(page, "Enter")
    page.wait_for_selector(".grid-state[data-state=offline]")
    context = page.context
    page.close()
    context.set_offline(False)
    page = open_sheet(context, server, found)
    page.wait_for_selector(".grid-state[data-state=saved]")
    told = rows(found)
    assert told[0]["note"] == "关页之前"
    assert told[2] == {"amount": "77"}
    assert (
        page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('shouzhi.entry')).length")
        == 0
    )


def test_what_was_not_saved_waits_for_a_closed_submission(
    opened: Callable[..., Opened], server: str
) -> None:
    page, found = opened(2)
    page.context.set_offline(True)
    go(page, 0, NOTE)
    page.keyboard.type("送审之后")
    press(page, "Enter")
    page.wait_for_selector(".grid-state[data-state=offline]")
    context = page.context
    page.close()
    context.set_offline(False)
    type(found).objects.filter(pk=found.pk).update(state="head")
    page = open_sheet(context, server, found)
    page.wait_for_selector(".grid-message >> text=有 1 行没有保存的内容仍在本机")
    type(found).objects.filter(pk=found.pk).update(state="drafting")
    page.reload()
    page.wait_for_selector("#grid-0-8 >> text=送审之后")
    saved(page)
    assert rows(found)[0]["note"] == "送审之后"


def test_a_lost_answer_does_not_make_a_row_twice(opened: Callable[..., Opened]) -> None:
    page, found = opened(1)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)  # the server has saved; the page never hears of it
        route.abort()

    page.route("**/save/", lose)
    press(page, "Control+End")
    page.keyboard.type("只有一行")
    press(page, "Enter")
    page.wait_for_selector(".grid-state[data-state=offline]")
    saved(page)
    assert lost == [200]
    assert [row.get("note") for row in rows(found)] == ["第1笔", "只有一行"]


def test_a_session_that_ends_loses_nothing(
    opened: Callable[..., Opened], people: dict[str, Any], server: str
) -> None:
    from django.test import Client

    page, found = opened(1)
    page.context.clear_cookies(name="sessionid")
    go(page, 0, NOTE)
    page.keyboard.type("登录失效时")
    press(page, "Enter")
    page.wait_for_selector(".grid-state[data-state=signed-out]")
    client = Client()
    client.force_login(people["clerk"], backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server}]
    )
    saved(page)
    assert rows(found)[0]["note"] == "登录失效时"


@pytest.mark.parametrize(("choice", "kept"), [("用我填的", "我的"), ("用对方的", "对方的")])
def test_two_people_in_one_row_see_both_versions(
    opened: Callable[..., Opened],
    browser: Browser,
    people: dict[str, Any],
    server: str,
    choice: str,
    kept: str,
) -> None:
    mine, found = opened(2)
    other = signed_in(browser, server, people["department_finance"])
    theirs = open_sheet(other, server, found)
    go(theirs, 0, NOTE)
    theirs.keyboard.type("对方的")
    press(theirs, "Enter")
    typed_and_saved(theirs)
    go(mine, 0, NOTE)
    mine.keyboard.type("我的")
    press(mine, "Enter")
    dialog = mine.locator(".grid-conflict")
    dialog.wait_for()
    told = dialog.inner_text()
    assert "department_finance" in told
    assert "我的" in told
    assert "对方的" in told
    dialog.get_by_role("button", name=choice).click()
    saved(mine)
    assert rows(found)[0]["note"] == kept
    assert cell(mine, 0, NOTE) == kept
    other.close()


def test_who_may_not_enter_may_read(browser: Browser, server: str, people: dict[str, Any]) -> None:
    found = submission(people, 2)
    context = signed_in(browser, server, people["auditor"])
    page = open_sheet(context, server, found)
    page.keyboard.type("不能写")
    press(page, "Enter", "Delete")
    assert rows(found) == [line(1), line(2)]
    assert page.locator("[role=grid]").get_attribute("aria-readonly") == "true"
    assert page.locator(".grid-state").inner_text() == "只读"
    context.close()


def test_tab_leads_out_of_the_grid(opened: Callable[..., Opened]) -> None:
    page, _ = opened(1)
    press(page, "Control+End", "Tab")
    assert page.evaluate("document.activeElement.className") != "grid-input"
    page.locator(".grid-input").focus()
    press(page, "Control+Home", "Shift+Tab")
    assert page.evaluate("document.activeElement.className") != "grid-input"


def test_an_address_leads_to_its_cell(opened: Callable[..., Opened], server: str) -> None:
    page, found = opened(60)
    row = found.rows.filter(sheet="expenditure").order_by("position")[44]
    for tail in (f"?row={row.pk}&column=amount", "#row-45-amount"):
        other = open_sheet(page.context, server, found, tail=tail)
        other.wait_for_selector("#grid-44-7.grid-active")
        other.close()


def test_axe_finds_nothing_worse_than_minor_in_a_list(opened: Callable[..., Opened]) -> None:
    axe = pytest.importorskip(
        "axe_core_python.sync_playwright", reason="axe-core-python is not installed"
    )
    page, _ = opened(3)
    go(page, 0, SOURCE)
    press(page, "Alt+ArrowDown")
    page.wait_for_selector(".grid-option[aria-selected=true]")
    found = axe.Axe().run(page)["violations"]
    assert {(v["id"], v["impact"]) for v in found} <= {
        ("aria-allowed-role", "minor")
    }  # see docs/decisions.md


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(opened: Callable[..., Opened], width: int) -> None:
    axe = pytest.importorskip(
        "axe_core_python.sync_playwright", reason="axe-core-python is not installed"
    )
    page, _ = opened(20, viewport={"width": width, "height": 800})
    go(page, 0, AMOUNT)
    page.keyboard.type("错")
    press(page, "Enter", "ArrowUp")
    page.wait_for_selector(".grid-message.grid-error")
    found = axe.Axe().run(page)["violations"]
    page.locator(".grid-tools select").select_option("function")
    page.wait_for_selector(".grid-group")
    found += axe.Axe().run(page)["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == []


def test_what_others_save_comes_in_with_the_next_save(
    opened: Callable[..., Opened], browser: Browser, people: dict[str, Any], server: str
) -> None:
    mine, found = opened(3)
    other = signed_in(browser, server, people["department_finance"])
    theirs = open_sheet(other, server, found)
    go(theirs, 2, NOTE)
    theirs.keyboard.type("对方的")
    press(theirs, "Enter", "Control+End")
    theirs.keyboard.type("对方新增")
    press(theirs, "Enter")
    typed_and_saved(theirs)
    go(mine, 0, NOTE)
    mine.keyboard.type("我的")
    press(mine, "Enter")
    mine.wait_for_selector("#grid-3-8 >> text=对方新增")
    assert cell(mine, 2, NOTE) == "对方的"
    assert [row.get("note") for row in rows(found)] == ["我的", "第2笔", "对方的", "对方新增"]
    other.close()


def test_a_remark_is_written_at_a_cell_and_read_there(
    opened: Callable[..., Opened], browser: Browser, people: dict[str, Any], server: str
) -> None:
    page, found = opened(2)
    reviewer = signed_in(browser, server, people["department_finance"])
    reading = open_sheet(reviewer, server, found)
    go(reading, 1, AMOUNT)
    press(reading, "Control+m")
    reading.get_by_label("写意见").fill("请附测算依据")
    reading.get_by_role("button", name="提交意见").click()
    reading.wait_for_selector("#grid-1-7.grid-remarked")
    reading.keyboard.type("88")  # the keys are back in the grid
    press(reading, "Enter")
    typed_and_saved(reading)
    assert rows(found)[1]["amount"] == "88"
    assert found.comments.get().column == "amount"
    page.reload()
    page.wait_for_selector("#grid-1-7.grid-remarked")
    go(page, 1, AMOUNT)
    page.wait_for_selector(".grid-message >> text=department_finance：请附测算依据")
    reviewer.close()


def test_a_server_that_cannot_save_is_told_and_tried_again(opened: Callable[..., Opened]) -> None:
    page, found = opened(1)
    failing = [503, 500]

    def fail(route: Route) -> None:
        if failing:
            route.fulfill(status=failing.pop())
        else:
            route.continue_()

    page.route("**/save/", fail)
    press(page, "End")
    page.keyboard.type("稍后")
    press(page, "Enter")
    page.wait_for_selector(".grid-state[data-state=busy]")
    saved(page)
    assert rows(found)[0]["note"] == "稍后"


def test_a_filter_is_typed_with_the_mouse_in_hand(opened: Callable[..., Opened]) -> None:
    from playwright.sync_api import expect

    page, _ = opened(12)
    page.get_by_label("筛选备注").click()
    page.keyboard.type("第12")
    expect(page.locator(".grid-line")).to_have_count(2)


def test_a_finger_chooses_and_opens_a_cell(opened: Callable[..., Opened]) -> None:
    page, found = opened(3, viewport={"width": 390, "height": 800}, has_touch=True)
    page.locator("#grid-1-0").tap()
    page.wait_for_selector("#grid-1-0.grid-active")
    page.locator("#grid-1-0").tap()
    page.wait_for_selector(".grid-input.grid-editing")
    page.locator(".grid-option >> text=结转下年").tap()
    typed_and_saved(page)
    assert rows(found)[1]["flow"] == "结转下年"


def test_a_workbook_is_imported_after_its_preview_and_undone(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    axe = pytest.importorskip(
        "axe_core_python.sync_playwright", reason="axe-core-python is not installed"
    )
    openpyxl = pytest.importorskip("openpyxl")
    page, found = opened(3)
    before = rows(found)
    page.get_by_role("link", name="用工作簿填报").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="现在的内容").click()
    path = tmp_path / "book.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    book["支出"].cell(2, [cell.value for cell in book["支出"][1]].index("备注") + 1, "改过的")
    book["支出"].delete_rows(4)
    book.save(path)
    page.set_input_files("#workbook", path)
    page.get_by_role("button", name="上传并预览").click()
    page.wait_for_selector("text=删除 1 行")
    assert page.locator("ins").inner_text() == "改过的"
    assert axe.Axe().run(page)["violations"] == []
    page.get_by_role("button", name="确认导入").click()
    page.wait_for_selector(".notice >> text=已导入")
    assert [row["note"] for row in rows(found)] == ["改过的", "第2笔"]
    page.get_by_role("button", name="恢复到导入前").click()
    page.wait_for_selector(".notice >> text=已恢复")
    assert rows(found) == before
