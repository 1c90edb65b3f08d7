"""The comparison and the figures of a department as readers see them: scopes, filters, marks, reasons, CSV."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

from django.conf import settings
from django.test import Client

from shouzhi.catalogue.forms import edition, find
from shouzhi.cycle.building import load
from shouzhi.publish.document import publication
from shouzhi.warehouse import Store, Warehouse, publish
from shouzhi.warehouse.names import department_key
from shouzhi.web.public.carrying import carry
from shouzhi.web.public.keeping import CACHE

EXAMPLES = Path(__file__).parents[2] / "examples"
BOOKS = ("xiezuo-budget-2017", "xiezuo-budget-2024", "zhengwuban-budget-2017", "banggongting-accounts-2017")
XIEZUO = department_key("广州市协作办公室")
PAGE = f"/departments/{XIEZUO}/2024/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("compared") / "warehouse")
    for name in BOOKS:
        book = load(EXAMPLES / name)
        form = edition(book.edition) if book.edition else find(book.document, book.year)
        assert form is not None
        publish(store, publication(book, form), {})
    return store.folder


@pytest.fixture
def client(db: None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:  # noqa: ARG001 - it must be there
    monkeypatch.setattr(settings, "WAREHOUSE", folder)
    CACHE.clear()
    yield Client()
    CACHE.clear()


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


def departments_of(page: str) -> list[str]:
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    return re.findall(r'<a href="/departments/[^"]+">([^<]+)</a></th>', table)


def words(fragment: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", fragment).split())


def test_a_comparison_is_narrowed_by_each_of_its_conditions(client: Client) -> None:
    every = departments_of(shown(client, "/compare/"))
    assert len(every) == 3
    assert departments_of(shown(client, "/compare/?year=2024")) == ["广州市协作办公室"]
    assert departments_of(shown(client, "/compare/?stage=outturn")) == ["广州市人民政府办公厅"]
    assert departments_of(shown(client, "/compare/?function=212")) == ["广州市协作办公室"]
    assert departments_of(shown(client, "/compare/?size=largest")) == ["广州市协作办公室"]
    assert set(departments_of(shown(client, "/compare/?size=large&year=2017"))) == set(every)
    assert len(departments_of(shown(client, "/compare/?level=city"))) == 3
    other = department_key("广州市人民政府办公厅")
    both = f"/compare/?department={XIEZUO}&department={other}"
    assert len(departments_of(shown(client, both))) == 2
    joined = f"/compare/?departments={XIEZUO},{other}"
    assert departments_of(shown(client, both)) == departments_of(shown(client, joined))


def test_nobody_to_compare_with_is_told_with_its_reason_and_a_way_on(client: Client) -> None:
    page = shown(client, "/compare/?year=2024&size=small")
    told = page[page.index("没有可比部门") :]
    assert "没有一个同时合乎所选的条件" in told
    way = re.search(r'<a href="([^"]+)">不限支出规模，有 1 个部门</a>', told)
    assert way
    assert departments_of(shown(client, way[1])) == ["广州市协作办公室"]
    alone = shown(client, "/compare/?year=2024")
    assert "2024年只有一个部门公开了这一项" in alone


def test_a_year_without_peers_says_so_and_names_the_years_with_some(client: Client) -> None:
    page = shown(client, PAGE)
    told = page[page.index("同类部门") :]
    assert "2024年没有别的部门公开文件" in told
    assert f'href="/departments/{XIEZUO}/2017/">2017</a>' in told
    earlier = shown(client, f"/departments/{XIEZUO}/2017/")
    told = words(earlier[earlier.index("同类部门") :])
    assert "没有可比部门" not in told
    assert "决算" in told, "the outturn among budgets is marked"


def test_each_bar_and_each_cell_tells_its_stage(client: Client) -> None:
    page = shown(client, "/compare/")
    chart = page[page.index('<script type="application/json">') :].partition("</script>")[0]
    assert '"stage":"决算"' in chart
    assert chart.count('"stage":"年初预算"') == 2
    assert '"name":"年初预算"' in chart
    row = next(row for row in page.split("<tr>") if "广州市人民政府办公厅" in row and "<td" in row)
    assert "29,325.61 决算" in words(row)
    assert "2017年" in page
    assert 'class="chart ranking"' in page
    assert 'class="chart ranking"' not in shown(client, "/compare/?year=2024"), "one bar is no chart"


def test_lines_are_sorted_by_name_and_year_both_ways(client: Client) -> None:
    down = departments_of(shown(client, "/compare/?sort=2017"))
    assert down[0] == "广州市协作办公室"
    assert departments_of(shown(client, "/compare/?sort=-2017")) == down[::-1]
    named = departments_of(shown(client, "/compare/?sort=name"))
    assert named == sorted(named)
    assert 'aria-sort="descending"' in shown(client, "/compare/")


def test_a_comparison_is_of_one_scope_and_the_others_are_a_link_away(client: Client) -> None:
    page = shown(client, "/compare/three_public/")
    assert len(departments_of(page)) == 3
    assert "178.55" in page
    assert "316.65" not in page
    other = re.search(r'href="(/compare/three_public/scope/\d+/)">财政拨款', page)
    assert other
    fiscal = shown(client, other[1])
    assert "316.65" in fiscal
    assert "178.55" not in fiscal
    assert "另有 1 个部门只公开了别的口径" in fiscal
    assert client.get("/compare/three_public/scope/99/").status_code == 404
    assert client.get("/compare/three_public/scope/0/").status_code == 404


@pytest.mark.parametrize("query", ["", "?year=2017", "?stage=outturn", "?departments=" + XIEZUO])
def test_the_csv_is_what_the_page_shows(client: Client, query: str) -> None:
    page = shown(client, "/compare/general/" + query)
    link = re.search(r'<a href="([^"]+compare\.csv[^"]*)" download>', page)
    assert link
    answer = client.get(link[1])
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["department_name"] for row in rows} == set(departments_of(page))
    for row in rows:
        assert query != "?year=2017" or row["year"] == "2017"
        if row["table"]:
            place = f'/documents/{row["document"]}/tables/{row["table"]}/'
            assert f'id="r{row["row"]}c{row["column"]}"' in shown(client, place)
    printed = set(re.findall(r'class="cell" href="[^"]+">([\d,.]+)<', page))
    told = {f"{float(row['amount_yuan']) / 10_000:,.2f}" for row in rows}
    assert told >= printed if query in ("", "?departments=" + XIEZUO) else told
    assert client.get(link[1], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_department_page_keeps_scopes_in_rows_of_their_own_and_says_why(client: Client) -> None:
    page = shown(client, PAGE)
    table = page[page.index('aria-label="历年收支"') :]
    rows = [words(row) for row in table.partition("</table>")[0].split("<tr>") if "一般公共预算支出" in row]
    assert [re.findall(r"[\d,]+\.\d\d", row) for row in rows] == [
        ["7,260.39", "29,620.12"], ["343,840.96", "343,997.93"], ["29,520.12", "11,716.43"],
    ]  # fmt: skip
    notes = words(table[table.index('<ol class="notes">') :].partition("</ol>")[0])
    assert "“调整后预算”包括市本级安排的部门预算" in notes
    assert "29.4 倍" in notes
    assert "援助其他地区支出" in notes
    head = words(table.partition("</thead>")[0])
    assert head.index("2024") < head.index("2017") < head.index("2016 预算执行"), "the year of the page comes first"
    assert "2016 决算" not in head, "what a budget tells of execution is no final account"


def test_the_hole_of_the_vehicles_is_filled_and_marked(client: Client) -> None:
    page = shown(client, f"/departments/{XIEZUO}/2017/")
    table = page[page.index('aria-label="“三公”经费"') :]
    row = next(row for row in table.split("<tr>") if "公务用车购置及运行维护费" in row)
    assert '<i class="sum">7.38</i>' in row
    note = re.search(r'class="mark" href="#(public-\d+)"', row)
    assert note
    told = words(table[table.index(f'id="{note[1]}"') :].partition("</li>")[0])
    assert "7.38 = 公务用车购置费 0.00 + 公务用车运行维护费 7.38" in told
    assert "原文没有印这一项" in told


def test_a_group_of_one_scope_is_whole_and_nothing_is_said_twice(client: Client) -> None:
    page = shown(client, PAGE)
    table = page[page.index('aria-label="“三公”经费"') :].partition("</table>")[0]
    fiscal = words(table.split("<tbody>")[1])
    assert fiscal.startswith("财政拨款")
    assert "因公出国（境）费用 0.00" in fiscal
    accounts = shown(client, f"/departments/{department_key('广州市人民政府办公厅')}/2017/")
    table = accounts[accounts.index('aria-label="“三公”经费"') :].partition("</table>")[0]
    assert table.count("公务用车购置费") == 1, "both sources print the same: the row that tells more stands"


def test_small_parts_of_a_picture_stand_below_it_unopened(client: Client) -> None:
    page = shown(client, PAGE)
    section = page[page.index("钱用在哪些方面") :]
    told = words(section[: section.index("<details")])
    assert "一般公共服务支出 4,101 万元 1.5%" in told
    assert "卫生健康支出 8.17 万元" in told
    assert "<0.1%</span>" in section


def test_a_site_of_files_carries_the_scopes_and_the_csv(folder: Path, tmp_path: Path) -> None:
    carry(Warehouse(folder), tmp_path, ["zh"])
    page = (tmp_path / "compare/three_public/index.html").read_text(encoding="utf-8")
    assert 'href="../../compare/three_public/compare.csv"' in page
    assert "<select" not in page
    told = (tmp_path / "compare/three_public/compare.csv").read_text(encoding="utf-8-sig")
    assert "广州市协作办公室" in told
    other = re.search(r'href="\.\./\.\./(compare/three_public/scope/\d+/index\.html)"', page)
    assert other
    assert "316.65" in (tmp_path / other[1]).read_text(encoding="utf-8")
