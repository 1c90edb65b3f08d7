"""The public site as files: every link leads to a file, nothing is absolute, and it works from a folder."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

import orjson
from click.testing import CliRunner
from public_world import ACCOUNTS, EXAMPLES, FISHERY, KEY, fill

from shouzhi.warehouse import Warehouse
from shouzhi.web.public.carrying import carry
from shouzhi.web.public.logged import NotALog, read_log


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "地 方#1"
    carry(Warehouse(fill(tmp_path_factory.mktemp("warehouse")).folder), out)
    return out


def test_every_link_leads_to_a_file_and_every_anchor_is_there(site: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    pages = {path: text for path, text in pages.items() if "files" not in path.relative_to(site).parts}
    anchors = {path: set(re.findall(r'\sid="([^"]+)"', text)) for path, text in pages.items()}
    assert len(pages) > 200
    wrong = []
    for path, text in pages.items():
        for link in re.findall(r'\s(?:href|src)="([^"]*)"', text):
            address, _, anchor = unescape(link).partition("#")
            address = address.partition("?")[0]
            assert not address.startswith(("/", "http:", "https:", "//")), (path, link)
            target = (path.parent / unquote(address)).resolve() if address else path
            lost = not target.is_file() and target.name != "charts.js"
            if lost or (anchor and target in anchors and anchor not in anchors[target]):
                wrong.append((path.relative_to(site), link))
    assert not wrong[:5]


def test_the_same_documents_give_the_same_pages(site: Path, tmp_path: Path) -> None:
    carry(Warehouse(fill(tmp_path / "warehouse").folder), tmp_path / "site", ("zh",))
    for path in (tmp_path / "site").rglob("*.html"):
        there = site / path.relative_to(tmp_path / "site")
        assert body(there) == body(path)


def body(path: Path) -> str:
    """A page without its head and foot, which tell the other language and the version."""
    return path.read_text(encoding="utf-8").partition("<main")[2].partition("<footer")[0]


def test_shouzhi_site_makes_one_of_books_and_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("typst", reason="typst is not installed")
    from shouzhi.cli import main

    monkeypatch.setenv("SHOUZHI_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    books = [EXAMPLES.parent / "xiezuo-budget-2017", EXAMPLES / f"{FISHERY}2024年部门决算.html"]
    made = CliRunner().invoke(main, ["site", *map(str, books), "-o", str(out), "-j", "1", "--pages", "zh"])
    assert made.exit_code == 0, made.output
    home = (out / "index.html").read_text(encoding="utf-8")
    assert FISHERY in home
    assert not (out / "en").exists()
    assert (out / "departments" / KEY / "2024" / "index.html").is_file()
    suffixes = {path.suffix for path in (out / "files").rglob("*")}
    assert suffixes >= {".pdf", ".docx", ".xlsx", ".html", ".csv", ".parquet"}
    refused = CliRunner().invoke(main, ["site", "-o", str(out)])
    assert refused.exit_code == 2


def test_the_site_works_from_a_folder_in_a_browser(site: Path, browser: Any) -> None:
    if not (site / "static" / "charts.js").is_file():
        pytest.skip("the scripts are not built: cd frontend && npm ci && npm run build")
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto((site / "search" / "index.html").as_uri() + "?q=养老")
    page.wait_for_selector(".hits mark")
    page.locator(".hits a").first.click()
    page.wait_for_selector("h1")
    page.goto((site / "departments" / KEY / "2024" / "index.html").as_uri())
    page.wait_for_selector(".chart.treemap svg")
    assert page.locator(".chart svg").count() >= 3
    page.locator("a[hreflang=en]").click()
    page.wait_for_selector("html[lang=en] .chart svg")
    page.goto((site / "documents" / ACCOUNTS / "tables" / "1" / "index.html").as_uri())
    page.locator("td a.cell").first.click()
    page.wait_for_selector("#chosen strong")
    assert not faults
    page.close()


def test_the_search_of_files_is_narrowed_and_comes_in_parts(site: Path, browser: Any) -> None:
    if not (site / "static" / "charts.js").is_file():
        pytest.skip("the scripts are not built: cd frontend && npm ci && npm run build")
    page = browser.new_page()
    search = (site / "search" / "index.html").as_uri()
    page.goto(f"{search}?q={FISHERY[3:5]}+2024")
    page.wait_for_selector(".hits mark")
    assert (page.locator("#q").input_value(), page.locator("#year").input_value()) == (FISHERY[3:5], "2024")
    kinds = page.locator(".hits h2").all_inner_texts()
    assert kinds[0].startswith("部门")
    assert kinds[1].startswith("公开文件")
    page.goto(f"{search}?q=支出")
    page.locator(".hits p a").last.click()
    page.wait_for_selector(".pager a[rel=next]")
    assert page.locator(".hits h2").count() == 1
    first = page.locator(".hits li").all_inner_texts()
    page.locator(".pager a[rel=next]").click()
    page.wait_for_selector(".pager a[rel=prev]")
    assert not set(first) & set(page.locator(".hits li").all_inner_texts())
    page.locator("#department").select_option(FISHERY)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="搜索").click()
    page.wait_for_url("**department=*")
    assert page.locator(".hits li").count()
    assert all(FISHERY in line for line in page.locator(".hits li").all_inner_texts())
    page.close()


REPORTS = [
    {
        "number": 7, "state": "answered", "reported": "2024-03-01", "document": ACCOUNTS, "title": "决算",
        "place": "表1", "printed": "1.00", "in_table": 0, "in_row": 0, "in_column": 0, "answered": "2024-03-02",
        "outcome": "unfounded", "message": "合计不对", "answer": "已核对，合计无误",
    },
    {
        "number": 8, "state": "new", "reported": "2024-03-03", "document": "elsewhere", "title": "别处的文件",
        "place": "表2", "printed": "",
    },
]  # fmt: skip


def test_the_correction_log_comes_along_or_says_that_it_did_not(site: Path, tmp_path: Path) -> None:
    alone = (site / "corrections" / "index.html").read_text(encoding="utf-8")
    assert "不受理读者报告" in alone
    about = (site / "about" / "index.html").read_text(encoding="utf-8")
    assert "报告数字错误" not in about, "nothing is offered that a file cannot do"
    with_log = tmp_path / "site"
    store = fill(tmp_path / "warehouse")
    carry(Warehouse(store.folder), with_log, ("zh",), read_log(orjson.dumps({"items": REPORTS, "next": None})))
    log = (with_log / "corrections" / "index.html").read_text(encoding="utf-8")
    assert "已核对，合计无误" in log
    assert "不属实" in log
    assert f'href="../documents/{ACCOUNTS}/tables/1/index.html#r1c1"' in log
    assert "别处的文件" in log
    assert "documents/elsewhere" not in log, "no link leads nowhere"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html>", b'{"detail": "x"}', b'[{"number": "1"}]', b'{"items": [], "next": "http://x"}',
        orjson.dumps([{**REPORTS[0], "answer": None}]), orjson.dumps([{**REPORTS[0], "outcome": "perhaps"}]),
        orjson.dumps([{**REPORTS[0], "in_row": "1"}]), orjson.dumps([{**REPORTS[1], "state": "x"}]),
    ],
)  # fmt: skip
def test_what_is_no_correction_log_is_refused_with_a_remedy(content: bytes, tmp_path: Path) -> None:
    from shouzhi.cli import main

    file = tmp_path / "log.json"
    file.write_bytes(content)
    with pytest.raises(NotALog):
        read_log(content)
    made = CliRunner().invoke(main, ["site", str(EXAMPLES), "-o", str(tmp_path / "out"), "--corrections", str(file)])
    assert made.exit_code == 2
    assert "/api/v1/corrections" in made.output
    assert not (tmp_path / "out").exists()
