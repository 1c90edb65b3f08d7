"""Comparison and figures in a real browser: what fits is named, the year of the page in sight, no script needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

from django.conf import settings
from public_world import amiss, needs_scripts
from test_compared import PAGE, XIEZUO, folder

from shouzhi.web.public.keeping import CACHE

__all__ = ["folder"]
PATHS = [PAGE, f"/departments/{XIEZUO}/2017/", "/compare/", "/compare/three_public/", "/compare/?year=2024&size=small"]


@pytest.fixture
def site(folder: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(settings, "WAREHOUSE", folder)
    CACHE.clear()
    yield server
    CACHE.clear()


@needs_scripts
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_are_accessible_and_keep_to_their_policy(site: str, browser: Any, scheme: str) -> None:
    assert not amiss(browser, site, PATHS, scheme)


@needs_scripts
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_on_a_phone_the_year_of_the_page_is_in_sight_and_more_is_shown_to_be_there(
    site: str, browser: Any, lang: str
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": "lang", "value": lang, "url": site}])
    page = context.new_page()
    for path in PATHS:
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.goto(f"{site}/departments/{XIEZUO}/2024/")
    table = page.locator(".scroll.years").first
    head = table.locator("thead th").nth(1)
    assert "2024" in head.inner_text()
    box = head.bounding_box()
    assert box["x"] + box["width"] <= 360
    assert table.evaluate("box => box.scrollWidth > box.clientWidth")
    assert "gradient" in table.evaluate("box => getComputedStyle(box).backgroundImage")
    table.evaluate("box => { box.scrollLeft = 400 }")
    name = table.locator("tbody th[scope=row]").first.bounding_box()
    assert name["x"] >= 0, "the names of the rows stay"
    context.close()


@needs_scripts
@pytest.mark.parametrize("width", [1280, 390])
def test_a_picture_names_only_what_has_room_for_its_name(site: str, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(site + PAGE)
    page.locator(".chart.treemap svg").first.wait_for()
    for number in range(page.locator(".chart.treemap").count()):
        chart = page.locator(".chart.treemap").nth(number)
        frame = chart.locator("svg").bounding_box()
        shown = [
            (text.text_content(), box)
            for text in chart.locator("svg text").all()
            if (box := text.bounding_box()) and box["x"] >= frame["x"] and box["x"] < frame["x"] + frame["width"]
        ]
        assert shown
        for words, box in shown:
            assert len(words.strip()) > 1, "no single character of a name"
            assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1, words
    page.close()


def test_departments_are_chosen_without_a_script(site: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/compare/")
    assert page.locator("tbody tr").count() == 3
    for box in page.locator("tbody input[type=checkbox]").all()[:2]:
        box.check()
    page.get_by_role("button", name="只看选中的部门").click()
    assert page.locator("tbody tr").count() == 2
    page.get_by_label("年度", exact=True).select_option("2017")
    page.get_by_role("button", name="比较", exact=True).click()
    assert page.locator("tbody tr").count() == 2
    page.get_by_label("阶段").select_option("outturn")
    page.get_by_role("button", name="比较", exact=True).click()
    assert page.locator("tbody tr").count() == 1
    context.close()
