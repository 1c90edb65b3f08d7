"""The public site as it is served: every page, from memory, anew when the data changes; reports of errors."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

from django.conf import settings
from django.test import Client
from public_world import ACCOUNTS, BUDGET, FISHERY, KEY, fill, read

from shouzhi.warehouse import Store
from shouzhi.web.audit.models import Entry
from shouzhi.web.people.models import Body
from shouzhi.web.public import answers
from shouzhi.web.public.keeping import CACHE, Cache, Kept
from shouzhi.web.public.models import ErrorReport


def sign_in(user: Any) -> Client:
    made = Client()
    made.force_login(user)
    return made


def streamed(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


PAGES = [
    "/", f"/departments/{KEY}/", f"/departments/{KEY}/2024/", f"/documents/{ACCOUNTS}/",
    f"/documents/{ACCOUNTS}/tables/1/", "/compare/", "/compare/three_public/", "/compare/function-213/",
    "/search/", "/search/?q=渔业", "/corrections/", "/dictionary/", "/dictionary/function/",
    "/dictionary/stage/", "/about/", f"/report/?document={ACCOUNTS}&table=0&row=0&column=0", "/api/v1/docs",
]  # fmt: skip
MISSING = [
    "/departments/nobody/", f"/departments/{KEY}/1999/", f"/departments/{KEY}/99999999999999999999/", "/documents/x/",
    f"/documents/{ACCOUNTS}/tables/0/", f"/documents/{ACCOUNTS}/tables/999/",
    f"/documents/{ACCOUNTS}/tables/99999999999999999999/", f"/documents/{ACCOUNTS}/facts.exe", "/compare/nothing/",
    "/dictionary/year/", "/dictionary/nothing/", f"/files/{ACCOUNTS}/nothing.pdf",
    f"/files/{ACCOUNTS}/../../warehouse.sqlite", "/report/?document=nobody",
]  # fmt: skip


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("public") / "warehouse").folder


@pytest.fixture
def client(db: None, filled: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:  # noqa: ARG001 - it must be there
    monkeypatch.setattr(settings, "WAREHOUSE", filled)
    CACHE.clear()
    yield Client()
    CACHE.clear()


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_in_both_languages(client: Client, path: str, lang: str) -> None:
    client.cookies["lang"] = lang
    answer = client.get(path)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'<html lang="{"en" if lang == "en" else "zh-CN"}">' in page
    assert len(re.findall(r"<h1\b", page)) == 1
    assert not re.search(r"\sstyle=", page), "no inline style"
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page), "no inline script"


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_told_gently(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.content.decode()


def test_every_link_of_every_page_leads_somewhere(client: Client) -> None:
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith(("/static/", "/report/")):
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if path.startswith("/files/"):
            assert streamed(answer)
        if path.startswith("/files/") or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        links = re.findall(r'href="([^"#]+)', answer.content.decode())
        waiting += [link.replace("&amp;", "&") for link in links if link.startswith("/") and "lang=" not in link]
    assert len(seen) > 150


def test_every_figure_leads_to_the_cell_that_prints_it(client: Client) -> None:
    page = client.get(f"/departments/{KEY}/2024/").content.decode()
    cells = set(re.findall(r'class="cell" href="(/documents/[^"]+/tables/\d+/)#(r\d+c\d+)">([\d,.]+)<', page))
    assert len(cells) > 40
    for path, anchor, shown in cells:
        table = client.get(path).content.decode()
        printed = re.search(rf'id="{anchor}"><a[^>]*>([\d,.-]+)<', table)
        assert printed, (path, anchor)
        wan = float(printed[1].replace(",", "")) / (1 if "单位：万元" in table else 10_000)
        assert abs(wan - float(shown.replace(",", ""))) < 0.00501


def test_a_page_is_kept_until_the_warehouse_changes(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    store = fill(tmp_path / "warehouse")
    monkeypatch.setattr(settings, "WAREHOUSE", store.folder)
    client = Client()
    first = client.get("/")
    tag = first.headers["ETag"]
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/", headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
    assert client.get("/", headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    assert client.get("/", headers={"If-None-Match": 'W/"other"'}).status_code == 200
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == first.content
    store.remove(BUDGET)
    after = client.get("/", headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after.headers["ETag"] != tag
    assert client.get(f"/documents/{BUDGET}/").status_code == 404


def test_memory_is_bounded_and_what_is_asked_again_stays() -> None:
    from datetime import UTC, datetime

    def page(size: int) -> Kept:
        return Kept.of(b"x" * size, "application/zip", datetime(2024, 1, 1, tzinfo=UTC))

    cache = Cache(most=10_000)
    for number in range(20):
        cache.get(("page", str(number)), 1, lambda: page(1_000))
        cache.get(("page", "0"), 1, lambda: pytest.fail("it was asked for all the time"))
    assert cache.get(("page", "1"), 1, lambda: None) is None, "the one that nobody asked for has gone"


def test_languages_do_not_mix_and_unknown_words_of_an_address_are_not_kept(client: Client) -> None:
    client.get("/?x=%22%3E%3Cscript%3E")
    page = client.get("/").content.decode()
    assert "script%3E" not in page
    switched = client.get("/search/?q=渔业&lang=en")
    assert (switched.status_code, switched.headers["Location"]) == (302, "/search/?q=%E6%B8%94%E4%B8%9A")
    assert "Search" in client.get("/search/?q=渔业").content.decode()
    client.cookies["lang"] = "zh-hans"
    assert "搜索" in client.get("/search/?q=渔业").content.decode()


def test_the_search_marks_what_was_asked_for_and_shows_it_as_text(client: Client) -> None:
    page = client.get("/search/", {"q": "养老"}).content.decode()
    assert "<mark>养老</mark>" in page
    hostile = client.get("/search/", {"q": "<img src=x onerror=alert(1)>"}).content.decode()
    assert "<img src=x" not in hostile
    assert client.get("/search/", {"q": "a" * 5000}).status_code == 200


def test_answered_findings_and_files_are_public_and_nothing_else(client: Client) -> None:
    page = client.get(f"/departments/{KEY}/2024/").content.decode()
    assert "系四舍五入所致" in page
    path, _ = next(pair for pair in read() if pair[1]["document"]["kind"] == "accounts")
    answer = client.get(f"/files/{ACCOUNTS}/{path.name}")
    assert streamed(answer) == path.read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment"), "a web page of strangers is never run here"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


REPORT = {"document": ACCOUNTS, "table": "0", "row": "0", "column": "0", "message": "合计不对", "contact": "a@b.c"}


def test_a_reader_reports_the_department_answers_and_the_log_tells(client: Client, people: dict[str, Any]) -> None:
    body = Body.objects.get(pk=people["department"].pk)
    body.name = FISHERY
    body.save()
    assert client.post("/report/", REPORT).status_code == 200
    report = ErrorReport.objects.get()
    assert (report.state, report.body, report.printed) == ("new", body, read_cell(0, 0, 0))
    assert "合计不对" not in client.get("/corrections/").content.decode(), "nothing is public before its answer"
    staff = sign_in(people["department_finance"])
    assert "合计不对" in staff.get("/reports/").content.decode()
    waiting = client.get("/corrections/").content.decode()
    assert re.search(rf'id="report-{report.pk}".*{FISHERY}.*待答复', waiting), "what waits is listed by its number"
    said = {"answer": "已核对，合计无误", "outcome": "unfounded", "revision": "0", "step": "publish"}
    for wrong in ({"answer": "  "}, {"outcome": ""}, {"outcome": "perhaps"}):
        assert staff.post(f"/reports/{report.pk}/", {**said, **wrong}).status_code == 200
        assert ErrorReport.objects.get().state == "new"
    preview = staff.post(f"/reports/{report.pk}/", {**said, "step": "preview"}).content.decode()
    assert "确认公开" in preview
    assert "合计不对" in preview
    assert "已核对，合计无误" not in client.get("/corrections/").content.decode(), "a preview is not public"
    done = staff.post(f"/reports/{report.pk}/", said)
    assert done.status_code == 302
    stale = staff.post(f"/reports/{report.pk}/", {**said, "answer": "另一个答复"})
    assert stale.status_code == 409
    log = client.get("/corrections/").content.decode()
    assert "已核对，合计无误" in log
    assert re.search(rf'id="report-{report.pk}".*不属实', log, re.DOTALL)
    assert "a@b.c" not in log
    assert "已核对" in client.get("/corrections/", {"number": report.pk}).content.decode()
    assert "没有编号为 999999 的报告" in client.get("/corrections/?number=999999").content.decode()
    entries = Entry.objects.filter(kind="errorreport").order_by("number")
    assert list(entries.values_list("verb", flat=True)) == ["report", "answer"]


def read_cell(table: int, row: int, column: int) -> str:
    data = next(data for _, data in read() if data["document"]["kind"] == "accounts")
    return str(data["tables"][table]["rows"][row]["cells"][column])


def test_a_report_of_another_department_is_out_of_reach(client: Client, people: dict[str, Any]) -> None:
    elsewhere = Body.objects.create(kind="department", name=FISHERY, parent=people["region"])
    client.post("/report/", REPORT)
    report = ErrorReport.objects.get()
    assert report.body == elsewhere
    staff = sign_in(people["department_finance"])
    assert staff.get(f"/reports/{report.pk}/").status_code == 404
    assert "合计不对" not in staff.get("/reports/").content.decode()
    assert sign_in(people["clerk"]).get("/reports/").status_code == 403
    assert client.get("/reports/").status_code == 302


def test_programs_and_floods_are_kept_out(client: Client) -> None:
    client.post("/report/", {**REPORT, "website": "http://spam"})
    assert not ErrorReport.objects.exists()
    for _ in range(answers.AT_MOST):
        client.post("/report/", REPORT)
    refused = client.post("/report/", REPORT)
    assert refused.status_code == 400
    assert ErrorReport.objects.count() == answers.AT_MOST
    assert client.post("/report/", {**REPORT, "message": " "}).status_code == 400
    hostile = {**REPORT, "table": "x", "row": "-1", "column": "99999999999999999"}
    assert client.post("/report/", hostile).status_code == 400


def test_a_report_without_the_token_of_the_form_is_refused(client: Client) -> None:  # noqa: ARG001 - the warehouse
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/report/", REPORT).status_code == 403
    page = strict.get(f"/report/?document={ACCOUNTS}").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    assert strict.post("/report/", {**REPORT, "csrfmiddlewaretoken": token[1]}).status_code == 200


def test_an_empty_warehouse_is_a_site_too(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setattr(settings, "WAREHOUSE", Store(tmp_path / "empty").folder)
    client = Client()
    for path in ("/", "/compare/", "/search/?q=预算", "/corrections/", "/api/v1/departments", "/api/v1/facts"):
        assert client.get(path).status_code == 200, path


def test_every_word_of_the_public_pages_is_said_in_english() -> None:
    from shouzhi.catalogue.classifications import TREES, classification
    from shouzhi.warehouse.figures import measures
    from shouzhi.warehouse.names import levels
    from shouzhi.web.public import columns, content, rendering

    folder = Path(rendering.__file__).parent
    pages = "".join(page.read_text(encoding="utf-8") for page in folder.rglob("*.html"))
    code = "".join(module.read_text(encoding="utf-8") for module in folder.glob("*.py"))
    words = {*re.findall(r"_\('([^']+)'", pages), *re.findall(r'say\(\s*"([^"]+)"', code)}
    words |= {measure.title for measure in measures().values()} | {level.title for level in levels()}
    words |= {entry.name for dimension in TREES for entry in classification(dimension).entries}
    words |= {*content.STAGES.values(), *content.DIMENSION_NAMES.values(), *columns.COLUMNS_SAID.values()}
    english = {"".join(said.splitlines()) for said in map(rendering.speaker("en"), words)}
    assert not sorted(words & english & {word for word in words if re.search("[\u4e00-\u9fff]", word)})


def test_a_year_narrows_and_documents_are_found_by_department_and_year(client: Client) -> None:
    page = client.get("/search/", {"q": "渔业 2024"}).content.decode()
    assert f'href="/departments/{KEY}/"' in page
    assert f'href="/documents/{BUDGET}/"' in page
    assert "<option selected>2024</option>" in page
    other = next(data["document"] for _, data in read() if data["document"]["year"] == 2025)
    there = client.get("/search/", {"q": "预算", "year": "2025", "kind": "document"}).content.decode()
    hits = re.findall(r'<li>\s*<a href="/documents/([^"/]+)/"', there)
    assert hits
    assert all("-2025-" in hit for hit in hits)
    named = client.get("/search/", {"q": "预算", "department": other["department"]}).content.decode()
    assert FISHERY not in named.partition('id="results"')[2]
    assert "没有名为" in client.get("/search/", {"q": "预算", "department": "不在其中"}).content.decode()
    for odd in ("year=x", "year=99999", "kind=nothing", "part=0", "part=99999999", "part=-1"):
        assert client.get(f"/search/?q=预算&{odd}").status_code == 200, odd


def test_what_is_found_comes_in_parts(client: Client) -> None:
    first = client.get("/search/", {"q": "支出"}).content.decode()
    totals = dict(re.findall(r"kind=(\w+)[^>]*>看全部 ([\d,]+) 处", first))
    total, kind = max((int(count.replace(",", "")), kind) for kind, count in totals.items())
    assert total > 20, "more than a page holds"
    seen: list[str] = []
    address = f"/search/?q=支出&kind={kind}"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'<li>\s*<a href="([^"]+)"', page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        address = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen)) == total


def test_downloads_stand_in_two_groups_with_the_size_of_each_file(client: Client) -> None:
    page = client.get(f"/documents/{ACCOUNTS}/").content.decode()
    groups = re.findall(r"<div><dt>(.*?)</dt>(.*?)</div>", page, re.DOTALL)
    assert [name for name, _ in groups] == ["公开的文件", "文件里的数据"]
    shown = re.findall(r'href="([^"]+)" download>[^<]+</a> <span class="muted">([\d,]+) KB<', page)
    assert len(shown) == 5
    for path, size in shown:
        answer = client.get(path)
        length = len(streamed(answer) if path.startswith("/files/") else answer.content)
        assert int(size.replace(",", "")) == max(1, round(length / 1024)), path


def test_corrected_names_the_release_that_corrects(client: Client, people: dict[str, Any]) -> None:
    from django.utils import timezone

    from shouzhi.web.budget.models import BudgetYear
    from shouzhi.web.disclosure.models import Release

    body = Body.objects.get(pk=people["department"].pk)
    body.name = FISHERY
    body.save()
    client.post("/report/", REPORT)
    report = ErrorReport.objects.get()
    year = BudgetYear.objects.create(department=body, year=2024, document="accounts", state="approved")
    told = {"budget_year": year, "title": "决算", "edition": "x", "manifest": {"outputs": []}, "hash": "x"}
    by = {"prepared_by": people["department_finance"]}
    first = Release.objects.create(**told, **by, number=1, folder="a", state="replaced", published_at=timezone.now())
    staff = sign_in(people["department_finance"])
    page = f"/reports/{report.pk}/"
    assert f'href="/releases/years/{year.pk}/preview/"' in staff.get(page).content.decode(), "the way to a correction"
    said = {"answer": "已更正合计", "outcome": "corrected", "revision": "0", "step": "publish"}
    for release in ("", str(first.pk), "999"):
        assert staff.post(page, {**said, "release": release}).status_code == 200
        assert ErrorReport.objects.get().state == "new", "there is no correction yet"
    second = Release.objects.create(
        **told, **by, number=2, folder="b", state="published", published_at=timezone.now(),
        replaces=first, reason="合计",
    )  # fmt: skip
    assert staff.post(page, {**said, "release": str(second.pk)}).status_code == 302
    log = client.get("/corrections/").content.decode()
    day = timezone.localdate().isoformat()
    assert f'<a href="/documents/{ACCOUNTS}/">更正版 {day} 公开</a>' in log
    assert "已更正" in log
