"""The public site in a real browser: no breach of its policy, accessible, narrow, without scripts, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

from django.conf import settings
from public_world import ACCOUNTS, KEY, amiss, fill, needs_scripts

from shouzhi.web.public.keeping import CACHE

PATHS = [
    "/", f"/departments/{KEY}/2024/", f"/documents/{ACCOUNTS}/", f"/documents/{ACCOUNTS}/tables/3/",
    "/compare/", "/search/?q=渔业", "/corrections/", "/dictionary/", "/dictionary/stage/", "/about/",
    f"/report/?document={ACCOUNTS}&table=2&row=0&column=0", "/api/v1/docs",
]  # fmt: skip
MARGIN = 40
"""Points of paper that stay free at every edge: 15 mm but for a hair."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("browser") / "warehouse").folder


@pytest.fixture
def site(filled: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(settings, "WAREHOUSE", filled)
    CACHE.clear()
    yield server
    CACHE.clear()


@needs_scripts
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_keep_to_their_policy(site: str, browser: Any, scheme: str) -> None:
    assert not amiss(browser, site, PATHS, scheme)


@needs_scripts
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_nothing_is_cut_off_on_a_phone(site: str, browser: Any, lang: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": "lang", "value": lang, "url": site}])
    page = context.new_page()
    wide = []
    for path in PATHS:
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(path)
    context.close()
    assert not wide


def test_without_scripts_every_figure_is_there(site: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/departments/{KEY}/2024/")
    page.locator("summary").first.click()
    assert page.locator("details[open] table td.n a.cell").count() > 10
    page.goto(site)
    page.get_by_role("searchbox").fill("渔业")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hits mark")
    context.close()


@needs_scripts
def test_a_reader_reports_a_figure_by_keyboard_alone(site: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{site}/documents/{ACCOUNTS}/tables/3/")
    page.locator("td a.cell").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#chosen strong")
    page.locator("#chosen a").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#message")
    assert page.locator("dl.facts dd").count() == 2
    page.locator("#message").focus()
    page.keyboard.type("合计不对")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=谢谢，已收到")
    page.close()


@needs_scripts
def test_charts_follow_the_width_and_tell_who_cannot_see_them(site: str, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.goto(f"{site}/departments/{KEY}/2024/")
    chart = page.locator(".chart.treemap .canvas").first
    chart.locator("svg").wait_for()
    assert chart.get_attribute("role") == "img"
    assert chart.get_attribute("aria-label")
    wide = chart.locator("svg").evaluate("svg => svg.getBoundingClientRect().width")
    page.set_viewport_size({"width": 500, "height": 800})
    page.wait_for_function(
        "before => document.querySelector('.chart.treemap svg').getBoundingClientRect().width < before", arg=wide
    )
    page.close()


@needs_scripts
@pytest.mark.parametrize("path", PATHS[1:4])
def test_pages_print_within_margins_and_repeat_their_headings(site: str, browser: Any, path: str) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    document = pdfium.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    page.close()
    heads = 0
    for sheet in document:
        text = sheet.get_textpage()
        wide, high = sheet.get_size()
        for place in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(place)
            assert left > MARGIN, (path, text.get_text_bounded(left, bottom, right, top))
            assert right < wide - MARGIN, (path, text.get_text_bounded(left, bottom, right, top))
            assert MARGIN < bottom < top < high - MARGIN
        heads += "科目" in text.get_text_range() and "编码" in text.get_text_range()
    if "departments" in path:
        assert heads > 1, "a table that goes on has its headings on every page"
    if "tables" in path:
        assert document[0].get_width() > document[0].get_height(), "a table lies across"
