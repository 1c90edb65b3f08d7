"""The desk in a real browser: by keyboard only, with nothing for axe to find, wide and narrow."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from desk_papers import long_paper, packed, paper
from web_world import PASSWORD

from shouzhi.web.audit.log import Actor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCRIPT = Path(__file__).parents[2] / "src" / "shouzhi" / "web" / "static" / "shouzhi" / "desk.js"
if not SCRIPT.exists():
    pytest.skip("the scripts are not built: npm ci && npm run build in frontend/", allow_module_level=True)

WRONG = paper(archives="1,010.00", basic="650.00")


@pytest.fixture
def page(server: str, people: dict[str, Any], browser: Browser) -> Iterator[Page]:
    """A page on which the finance bureau's reviewer of the whole region has signed in."""
    from shouzhi.web.people.models import Grant

    Grant.objects.create(user=people["performance_division"], role="reviewer", body=people["region"])
    context = browser.new_context(base_url=server, viewport={"width": 1500, "height": 950})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    opened.goto("/login/")
    opened.fill("[name=username]", "performance_division")
    opened.fill("[name=password]", PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/work/")
    yield opened
    context.close()
    assert not faults


def printed(browser: Browser, data: bytes) -> bytes:
    """A paper as the PDF that the browser prints."""
    sheet = browser.new_page()
    sheet.set_content(data.decode())
    made = sheet.pdf(format="A4")
    sheet.close()
    return made


def sent(page: Page, name: str, data: bytes) -> None:
    """Upload a file and have it read while the page looks on."""
    from shouzhi.web.desk.worker import drain

    page.goto("/desk/")
    page.set_input_files("#files", {"name": name, "mimeType": "application/octet-stream", "buffer": data})
    page.focus("#upload-form button")
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:has-text('正在读取和核对')")
    drain()
    page.wait_for_selector("h2:has-text('读完了')")  # by itself


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_a_reviewer_works_by_keyboard_alone(page: Page, browser: Browser) -> None:
    from shouzhi.web.desk.models import Judgement, Remark

    sent(page, "budget.pdf", printed(browser, WRONG))
    page.focus("table a >> text=budget.pdf")
    page.keyboard.press("Enter")
    page.wait_for_selector("#finding")
    first = page.text_content("#finding-h")
    image = page.locator(".desk-sheet img")
    assert image.evaluate("i => i.decode().then(() => i.naturalWidth)") > 500

    page.keyboard.press("?")
    assert page.locator("#help").evaluate("d => d.open")
    page.keyboard.press("Escape")
    assert not page.locator("#help").evaluate("d => d.open")

    page.keyboard.press("j")
    page.wait_for_function("told => document.getElementById('finding-h').textContent !== told", arg=first)
    page.keyboard.press("k")
    page.wait_for_function("told => document.getElementById('finding-h').textContent === told", arg=first)

    page.keyboard.press("m")
    assert focused(page) == "text"
    page.keyboard.type("请附原表 d j k")  # letters that are written decide nothing
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".desk-remarks li")
    assert Remark.objects.get().text == "请附原表 d j k"

    page.keyboard.press("d")
    assert focused(page) == "reason"
    assert not Judgement.objects.exists()
    page.keyboard.type("附注已说明")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("told => document.getElementById('finding-h').textContent !== told", arg=first)
    assert [(j.decision, j.reason) for j in Judgement.objects.all()] == [("dismissed", "附注已说明")]

    page.keyboard.press("c")
    page.wait_for_selector("[role=status]:has-text('2 / ')")
    assert set(Judgement.objects.values_list("decision", flat=True)) == {"dismissed", "confirmed"}


def test_a_misread_cell_is_picked_in_the_table_and_the_page_comes_back_by_itself(page: Page) -> None:
    from shouzhi.web.desk.models import CellCorrection
    from shouzhi.web.desk.worker import drain

    sent(page, "a.html", WRONG)
    page.click("table a >> text=a.html")
    page.wait_for_load_state()  # its script listens to the keys
    page.keyboard.press("j")
    page.wait_for_selector("#finding-h:has-text('档案事务')")
    page.keyboard.press("t")
    page.wait_for_selector("#read")
    page.locator("#read tbody tr", has_text="档案事务").locator("td.n").nth(2).click()
    assert focused(page) == "c-reads"
    page.fill("#c-reads", "600.00")
    page.keyboard.press("Enter")
    page.wait_for_selector("#live-note")
    assert CellCorrection.objects.count() <= 1
    drain()
    page.wait_for_selector("#live-note", state="detached")


def test_findings_between_documents_are_gone_through_by_keyboard_alone(page: Page, browser: Browser) -> None:
    from shouzhi.web.desk.models import Document, Judgement, Remark
    from shouzhi.web.desk.worker import drain

    both = {"a.pdf": printed(browser, paper()), "b.html": paper(running=590)}
    sent(page, "both.zip", packed(both))
    page.goto(f"/desk/departments/{Document.objects.get(name='a.pdf').body_id}/")
    for box in page.locator("[name=documents]").all():
        box.check()
    page.focus("text=把选中的文件相互核对")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=正在核对")
    drain()
    page.wait_for_selector("#finding")  # by itself
    image = page.locator(".desk-sheet img")
    assert image.evaluate("i => i.decode().then(() => i.naturalWidth)") > 500
    assert page.locator(".desk-sheet.read td.other").inner_text() == "590.00"

    first = page.text_content("#finding-h")
    page.keyboard.press("m")
    page.keyboard.type("两处都核过")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".desk-remarks li")
    assert Remark.objects.get().text == "两处都核过"
    page.keyboard.press("s")
    page.wait_for_function("told => document.getElementById('finding-h').textContent !== told", arg=first)
    page.keyboard.press("a")  # the others like it too
    page.keyboard.press("d")
    page.keyboard.type("口径不同")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[role=status]:has-text('4 / 4')")
    assert sorted(Judgement.objects.values_list("decision", flat=True)) == ["dismissed"] * 3 + ["sent_back"]

    pdfplumber = pytest.importorskip("pdfplumber", reason="pdfplumber reads the marks back")
    marked = page.request.get(f"/desk/documents/{Document.objects.get(name='a.pdf').pk}/review.pdf").body()
    with pdfplumber.open(io.BytesIO(marked)) as opened:
        told = [note["contents"] or "" for note in opened.annots]
    assert any("退回更正" in text and "600.00" in text for text in told)
    assert any("与其他文件核对" in text for text in told)
    assert not any("口径不同" in text for text in told)  # what was dismissed is not sent


@pytest.mark.parametrize("width", [1500, 390])
def test_a_long_table_shows_its_marked_cell_under_its_headings(page: Page, width: int) -> None:
    from shouzhi.web.desk.models import Document

    sent(page, "long.html", long_paper())
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/desk/documents/{Document.objects.get().pk}/")
    page.wait_for_load_state("networkidle")
    cell = page.locator(".desk-sheet.read td.suspect")
    assert cell.inner_text().split() == ["310.00", "应为", "300.00"]  # what is printed, and what it should be
    inside = """cell => {
        const sheet = cell.closest('.desk-sheet').getBoundingClientRect()
        const head = cell.closest('table').tHead.getBoundingClientRect()
        const label = cell.closest('tr').querySelector('th').getBoundingClientRect()
        const at = cell.getBoundingClientRect()
        return [head.top - sheet.top, label.left >= sheet.left, at.top >= head.bottom, at.bottom <= sheet.bottom,
                at.left >= label.right - 1, at.right <= sheet.right]
    }"""
    top, *held = cell.evaluate(inside)
    assert abs(top) <= 2  # the headings stand at the head though row 71 is shown
    assert all(held), held


def test_documents_are_ticked_in_runs_and_the_next_one_is_a_key_away(page: Page) -> None:
    from shouzhi.web.desk.models import Document

    members = {f"{n}.html": paper(year=2020 + n, archives="1,010.00") for n in range(4)}
    sent(page, "all.zip", packed(members))
    page.goto("/desk/?sort=name&shown=left")
    boxes = page.locator("[name=documents]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    assert page.text_content("#chosen") == "已勾选 3 份"
    page.check("#all")
    assert page.text_content("#chosen") == "已勾选 4 份"
    page.click("td a >> text=2020年部门预算")
    for year in (2021, 2022, 2023):
        page.wait_for_selector("#finding")
        page.wait_for_load_state("networkidle")  # its script listens to the keys
        page.keyboard.press("n")
        page.wait_for_selector(f"h1:has-text('{year}')")
    assert Document.objects.filter(left=1).count() == 4


def test_everything_works_without_scripts(server: str, people: dict[str, Any], browser: Browser) -> None:
    from shouzhi.web.desk.models import Judgement
    from shouzhi.web.desk.worker import drain
    from shouzhi.web.people.models import Grant

    Grant.objects.create(user=people["performance_division"], role="reviewer", body=people["region"])
    context = browser.new_context(base_url=server, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/login/")
    opened.fill("[name=username]", "performance_division")
    opened.fill("[name=password]", PASSWORD)
    opened.click("main button")
    opened.goto("/desk/")
    archive = packed({"a.html": WRONG})
    opened.set_input_files("#files", {"name": "a.zip", "mimeType": "application/zip", "buffer": archive})
    opened.click("#upload-form button")
    drain()
    opened.wait_for_selector("h2:has-text('读完了')")  # the page asks anew by itself
    opened.click("table a >> text=a.html")
    opened.wait_for_load_state()  # its script listens to the keys
    opened.fill("#reason", "有附注")
    opened.click("button[value=dismissed]")
    opened.wait_for_selector("[role=status]:has-text('1 / ')")
    assert Judgement.objects.get().decision == "dismissed"
    context.close()


@pytest.mark.parametrize("width", [1500, 390])
def test_axe_finds_nothing_and_nothing_sticks_out(
    page: Page, people: dict[str, Any], browser: Browser, width: int
) -> None:
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe-core-python is missing").Axe()
    from shouzhi.web.desk import comparing
    from shouzhi.web.desk.models import Document
    from shouzhi.web.desk.worker import drain

    members = {"a.pdf": printed(browser, WRONG), "b.html": paper(word="决算"), "c.svg": b"<svg xmlns='x'/>"}
    members["d.html"] = paper(running=590, archives="1,010.00")
    sent(page, "a.zip", packed(members))
    read = Document.objects.get(name="a.pdf")
    other = Document.objects.get(name="d.html")
    who = Actor(people["performance_division"])
    made = [comparing.compare(kind, [read, other], read.body, who).pk for kind in ("together", "versions")]
    drain()
    page.set_viewport_size({"width": width, "height": 900})
    addresses = (
        "/desk/comparisons/", *(f"/desk/comparisons/{pk}/" for pk in made), "/desk/batches/",
        f"/desk/documents/{other.pk}/", "/desk/?shown=left&sort=-errors",
        "/desk/", f"/desk/batches/{read.batch_id}/",
        f"/desk/documents/{read.pk}/", f"/desk/documents/{read.pk}/tables/1/",
        f"/desk/departments/{read.body_id}/", "/desk/register/", "/desk/words/",
        f"/desk/documents/{Document.objects.get(name='c.svg').pk}/",
    )  # fmt: skip
    for address in addresses:
        page.goto(address)
        found = axe.run(page)["violations"]
        told = [(each["id"], [node["html"][:150] for node in each["nodes"][:3]]) for each in found]
        assert not told, address
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{address} sticks out by {over} px"
