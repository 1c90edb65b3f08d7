"""The warehouse: documents come in and go out again exactly, and questions to all of them."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

import pyarrow.parquet as pq
from click.testing import CliRunner, Result

import shouzhi
from shouzhi.catalogue.forms import edition, find
from shouzhi.cycle.building import load
from shouzhi.facts import Document
from shouzhi.publish.document import Publication, publication
from shouzhi.publish.files import files
from shouzhi.space import DIMENSIONS
from shouzhi.warehouse import (
    Store,
    Unplaced,
    Warehouse,
    comparing,
    departments,
    downloads,
    exports,
    publish,
)
from shouzhi.warehouse.figures import Totals, account, measures
from shouzhi.warehouse.names import department_key, level_of, member_name
from shouzhi.warehouse.records import finding_dict
from shouzhi.warehouse.search import KINDS, excerpt, grams, phrase
from shouzhi.warehouse.structure import flows, tree

EXAMPLES = Path(__file__).parents[1] / "examples"
FISHERY = "青禾市渔业发展局"


@pytest.fixture(scope="module")
def read() -> list[tuple[Path, Document]]:
    return [(path, shouzhi.read(path)) for path in sorted((EXAMPLES / "documents").iterdir())]


@pytest.fixture(scope="module")
def book() -> Publication:
    found = load(EXAMPLES / "xiezuo-budget-2024")
    form = edition(found.edition) if found.edition else find(found.document, found.year)
    assert form is not None
    return publication(found, form)


@pytest.fixture
def store(tmp_path: Path, read: list[tuple[Path, Document]]) -> Store:
    made = Store(tmp_path / "warehouse")
    for path, document in read:
        made.add(document.as_dict(), files={path.name: path.read_bytes()}, published="2024-03-01")
    return made


@pytest.fixture
def warehouse(store: Store) -> Warehouse:
    return Warehouse(store.folder)


def of(read: list[tuple[Path, Document]], name: str, kind: str) -> dict[str, Any]:
    return next(d.as_dict() for _, d in read if d.department == name and d.kind == kind)


def test_every_fact_comes_out_as_it_went_in(warehouse: Warehouse, read: list[tuple[Path, Document]]) -> None:
    for _, document in read:
        key = f"{department_key(document.department or '')}-{document.year}-{document.kind}"
        rows = warehouse.of_document("facts", key, "order by fact")
        assert len(rows) == len(document.facts)
        for row, fact in zip(rows, document.facts, strict=True):
            assert (row["amount"], row["printed"], row["printed_unit"]) == (fact.amount, fact.printed, fact.unit)
            assert (row["in_table"], row["in_row"], row["in_column"]) == (fact.table, fact.row, fact.column)
            at = fact.location
            assert (row["page"], row["line"], row["sheet"]) == (at.page, at.line, at.sheet)
            told = {name: row[name] for name in DIMENSIONS if name not in {"year", "stage"} and row[name]}
            assert told == {name: member for name, member in fact.where.items() if name not in {"year", "stage"}}


def test_tables_come_out_exactly_as_printed(warehouse: Warehouse, read: list[tuple[Path, Document]]) -> None:
    data = of(read, FISHERY, "accounts")
    key = f"{department_key(FISHERY)}-2024-accounts"
    for number, table in enumerate(data["tables"]):
        content = departments.table_content(warehouse, key, number)
        assert content == json.loads(json.dumps(table, default=list))


def test_an_index_of_an_earlier_version_is_made_anew(store: Store) -> None:
    """As it was: entries found by their kind and words alone, and none for documents."""
    fresh = [(hit.kind, hit.label) for hits in Warehouse(store.folder).search("渔业 2024").values() for hit in hits]
    with sqlite3.connect(store.folder / "warehouse.sqlite") as connection:
        connection.execute("delete from entries where kind = 'document'")
        connection.execute("drop table found")
        connection.execute("create virtual table found using fts5(grams, content='', tokenize='ascii', columnsize=0)")
        for row, kind, label, more in connection.execute("select id, kind, label, more from entries").fetchall():
            text = f"§{kind} {grams(label)} {grams(more)}"
            connection.execute("insert into found (rowid, grams) values (?, ?)", (row, text))
        connection.execute("pragma user_version = 0")
    connection.close()
    again = [(hit.kind, hit.label) for hits in Warehouse(store.folder).search("渔业 2024").values() for hit in hits]
    assert sorted(again) == sorted(fresh)
    assert {"department", "document"} <= {kind for kind, _ in again}


def test_what_leaves_the_store_leaves_the_index(store: Store) -> None:
    for held in store.held():
        assert store.remove(held.document)
    with sqlite3.connect(store.folder / "warehouse.sqlite") as connection:
        assert connection.execute("select count(*) from entries").fetchone() == (0,)
        assert connection.execute("select count(*) from found where found match '\"§department\"'").fetchone() == (0,)
    connection.close()


def test_downloads_are_kept_until_their_document_changes(
    store: Store, warehouse: Warehouse, read: list[tuple[Path, Document]]
) -> None:
    key = f"{department_key(FISHERY)}-2024-budget"
    told = downloads.sizes(warehouse, key)
    made = {suffix: downloads.download(warehouse, key, suffix) for suffix in exports.SUFFIXES}
    assert {suffix: len(content or b"") for suffix, content in made.items()} == {s: told[s] for s in exports.SUFFIXES}
    assert [told[path.name] for path, d in read if d.department == FISHERY and d.kind == "budget"] == [
        path.stat().st_size for path, d in read if d.department == FISHERY and d.kind == "budget"
    ]
    data = of(read, FISHERY, "budget")
    data["facts"] = data["facts"][:10]
    store.add(data)
    assert len((downloads.download(warehouse, key, "csv") or b"").splitlines()) == 11
    assert downloads.download(warehouse, "nobody", "csv") is None
    assert downloads.download(warehouse, key, "exe") is None


def test_the_same_content_is_one_version_and_new_content_the_next(
    store: Store, read: list[tuple[Path, Document]]
) -> None:
    data = of(read, FISHERY, "budget")
    path = next(p for p, d in read if d.department == FISHERY and d.kind == "budget")
    again = store.add(data, files={path.name: path.read_bytes()})
    assert (again.version, again.fresh) == (1, False)
    warehouse = Warehouse(store.folder)
    before, revision = len(warehouse.ask("select 1 from facts")), warehouse.revision
    data["facts"] = data["facts"][:10]
    changed = store.add(data)
    assert (changed.document, changed.version, changed.fresh) == (again.document, 2, True)
    assert warehouse.revision == revision + 1
    gone = len(of(read, FISHERY, "budget")["facts"]) - 10
    assert len(warehouse.ask("select 1 from facts")) == before - gone, "an open warehouse sees what another wrote"
    assert [held.version for held in store.held() if held.document == changed.document] == [2]


def test_another_title_is_another_document(store: Store, read: list[tuple[Path, Document]]) -> None:
    data = of(read, FISHERY, "budget")
    data["document"]["title"] = "青禾市渔业发展局2024年预算补充公开"
    added = store.add(data)
    assert added.document == f"{department_key(FISHERY)}-2024-budget-2"
    assert len([held for held in store.held() if held.name == FISHERY and held.kind == "budget"]) == 2


@pytest.mark.parametrize("missing", ["department", "year"])
def test_a_document_without_place_is_refused_with_a_remedy(
    store: Store, read: list[tuple[Path, Document]], missing: str
) -> None:
    data = of(read, FISHERY, "budget")
    data["document"][missing] = None
    with pytest.raises(Unplaced, match=f"--{missing}"):
        store.add(data)


def test_a_writer_that_fails_leaves_nothing_behind(
    store: Store, read: list[tuple[Path, Document]], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = of(read, FISHERY, "budget")
    data["facts"] = data["facts"][:5]
    before = sorted(path.name for path in (store.folder / "segments").iterdir())
    revision = Warehouse(store.folder).revision

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        store.add(data)
    assert sorted(path.name for path in (store.folder / "segments").iterdir()) == before
    assert Warehouse(store.folder).revision == revision


def test_names_of_files_cannot_lead_out(store: Store, read: list[tuple[Path, Document]]) -> None:
    with pytest.raises(ValueError, match="outside"):
        store.add(of(read, "青禾市老年服务局", "budget"), files={"../../x.pdf": b""})


def test_compaction_changes_no_answer(store: Store) -> None:
    question = "select document, count(*) n, sum(amount) s from facts group by 1 order by 1"
    before = Warehouse(store.folder).ask(question)
    store.remove(next(held.document for held in store.held() if held.name.endswith("图书档案局")))
    kept = [row for row in before if row["document"] in {held.document for held in store.held()}]
    segments = {held.segment for held in store.held()}
    assert store.compact(2024) == 2
    assert store.compact(2024) == 0, "one segment is one already"
    assert Warehouse(store.folder).ask(question) == kept
    left = {path.name for path in (store.folder / "segments").iterdir()}
    assert not left & {name for name in segments if name.startswith("2024")}, "what was replaced is gone"
    assert store.remove("nobody-2024-budget") is False


def test_a_warehouse_of_nothing_answers(tmp_path: Path) -> None:
    empty = Warehouse(Store(tmp_path).folder)
    assert departments.departments(empty) == []
    assert empty.ask("select count(*) n from facts") == [{"n": 0}]
    assert comparing.compare(empty, measures()["expenditure"]) == []
    assert not any(empty.search("预算").values())
    with pytest.raises(FileNotFoundError):
        Warehouse(tmp_path / "elsewhere")


def test_a_department_in_a_year_tells_its_headlines_and_their_places(warehouse: Warehouse) -> None:
    found = departments.department(warehouse, department_key(FISHERY))
    assert found is not None
    assert (found.name, found.level, found.place, found.years) == (FISHERY, "city", "青禾市", (2024,))
    told = departments.picture(warehouse, found, 2024)
    assert told.stage == "outturn", "what was spent goes before what was approved"
    figure = told.totals.measure(measures()["expenditure"], 2024, "approved")
    assert figure is not None
    assert figure.amount == 1_438_530_000
    content = departments.table_content(warehouse, figure.document, figure.table or 0)
    assert content is not None
    assert content["rows"][figure.row]["cells"][figure.column] == "14,385,300"


def test_the_tree_adds_up_and_the_flows_make_up_the_tree(warehouse: Warehouse) -> None:
    for found in departments.departments(warehouse):
        for year in found.years:
            told = departments.picture(warehouse, found, year)
            assert told.function is not None
            names = {root.name: root.amount for root in told.function.roots}
            into: dict[str, int] = {}
            for link in told.flows:
                if link.target in names:
                    into[link.target] = into.get(link.target, 0) + link.amount
            for name, amount in into.items():
                assert abs(amount - names[name]) <= max(names[name] // 1000, 20_000), (found.name, name)


def row(**told: object) -> dict[str, Any]:
    made = dict.fromkeys((*DIMENSIONS, "page", "label", "document_kind"), None)
    made |= {"document": "d", "in_table": 0, "in_row": 0, "in_column": 0, "year": 2024, "stage": "approved"}
    return {**made, "flow": "expenditure", "document_year": 2024, "amount": 0, **told}


def test_a_class_that_is_not_printed_is_the_sum_of_its_accounts() -> None:
    made = tree([row(function="2010301", amount=5), row(function="2010350", amount=7)], "function", 2024)
    assert made is not None
    assert [(node.code, node.amount, node.figure is None) for node in made.roots] == [("201", 12, True)]
    assert [node.code for _, node in made.walk()] == ["201", "2010301", "2010350"]


def test_what_no_source_tells_apart_is_other_money() -> None:
    rows = [row(function="201", amount=1000), row(function="201", source="general", amount=900)]
    rows += [row(function="201", source="fiscal", amount=900), row(function="201", kind="basic", amount=400)]
    made = {(link.origin, link.target): link.amount for link in flows(rows, 2024)}
    name = member_name("function", "201", 2024)
    assert made == {
        (member_name("source", "general"), name): 900,
        (member_name("source", "own"), name): 100,
        (name, member_name("kind", "basic")): 400,
    }


def test_the_document_of_the_own_year_goes_before_what_the_next_one_remembers() -> None:
    place: dict[str, Any] = {"flow": "expenditure_total"}
    later = row(**place, amount=2, document="later", document_year=2025, document_kind="budget")
    own = row(**place, amount=1, document="own", document_kind="budget", in_table=9)
    figure = Totals([later, own]).measure(measures()["expenditure"], 2024, "approved")
    assert figure is not None
    assert figure.document == "own"


def test_departments_are_compared_and_peers_are_alike(warehouse: Warehouse) -> None:
    lines = {line.department.name: line for line in comparing.compare(warehouse, measures()["expenditure"])}
    assert len(lines) == 4
    best = lines[FISHERY].best(2024)
    assert best is not None
    assert best.stage == "outturn"
    spent = comparing.compare(warehouse, account("function", "213", "农林水支出"))
    assert [line.department.name for line in spent] == [FISHERY]
    near = comparing.peers(warehouse, department_key(FISHERY), 2024)
    assert [peer.profile.department.name for peer in near] == ["青禾市图书档案局"]
    assert 0 < near[0].alike < 1
    assert near[0].same_level
    assert comparing.peers(warehouse, "nobody", 2024) == []


@pytest.mark.parametrize(
    ("name", "level", "place"),
    [
        ("青禾市渔业发展局", "city", "青禾市"),
        ("上海市普陀区财政局", "county", "上海市普陀区"),
        ("北京市财政局", "province", "北京市"),
        ("中共江苏省委办公厅", "province", "江苏省"),
        ("广西壮族自治区财政厅", "province", "广西壮族自治区"),
        ("江苏省南京市财政局", "city", "江苏省南京市"),
        ("江苏省市场监督管理局", "province", "江苏省"),
        ("广西壮族自治区南宁市青秀区财政局", "county", "广西壮族自治区南宁市青秀区"),
        ("青禾大学", None, None),
    ],
)
def test_names_tell_the_level_of_government(name: str, level: str | None, place: str | None) -> None:
    assert level_of(name) == (level, place)


def test_the_search_finds_two_characters_codes_and_single_ones(warehouse: Warehouse) -> None:
    assert [hit.label for hit in warehouse.search("渔业")["department"]] == [FISHERY]
    assert FISHERY in [hit.label for hit in warehouse.search("渔")["department"]]
    assert {hit.key for hit in warehouse.search("30231")["account"]} == {"economic:30231"}
    both = warehouse.search("青禾 科普")["department"]
    assert [hit.label for hit in both] == ["青禾市气象科普馆"]
    prose = warehouse.search("养老服务")["prose"]
    assert prose
    assert all("养老服务" in "".join(hit.label.split()) for hit in prose)
    assert not any(warehouse.search("不在任何文件里的词").values())
    assert set(warehouse.search("预算")) == set(KINDS)


@pytest.mark.parametrize("query", ["", "   ", "。，", '"', '" OR "', "渔* NEAR(", "§department", "渔业\x00", "(" * 70])
def test_nothing_that_is_typed_breaks_the_search(warehouse: Warehouse, query: str) -> None:
    warehouse.search(query)


def test_what_is_removed_is_not_found(store: Store) -> None:
    key = next(held.document for held in store.held() if held.name.endswith("科普馆"))
    store.remove(key)
    found = Warehouse(store.folder).search("科普")
    assert not found["department"]
    assert not found["prose"]
    with sqlite3.connect(store.folder / "warehouse.sqlite") as connection:
        assert connection.execute("select count(*) from entries where document = ?", (key,)).fetchone() == (0,)


def test_grams_are_pairs_and_phrases_are_runs_of_them() -> None:
    assert grams("三公经费，A1") == "三公 公经 经费 费 a1 1"
    assert phrase("三公") == '"三公"'
    assert phrase("三公经费 2024") == '"三公 公经 经费" AND "20 02 24"'
    assert phrase("费") == '"费"*'
    assert excerpt("前面" * 60 + "三公经费" + "后面" * 60, "三公")[2] == ("三公", True)


def test_a_published_book_comes_in_with_its_files_pages_and_answers(tmp_path: Path, book: Publication) -> None:
    pytest.importorskip("typst", reason="typst is not installed")
    store = Store(tmp_path)
    outputs = files(book, ["pdf", "xlsx"])
    finding: dict[str, Any] = {"message": "合计与明细不符", "severity": "warning", "answer": "系四舍五入"}
    finding["where"] = [{"table": 0, "row": 1}]
    added = publish(store, book, outputs, findings=[finding], published="2024-02-20")
    assert publish(store, book, outputs, findings=[finding], published="2024-02-20").fresh is False
    warehouse = Warehouse(tmp_path)
    head = departments.head(warehouse, added.document)
    assert head is not None
    assert (head["department_name"], head["year"], head["published"]) == (book.department, book.year, "2024-02-20")
    for name, content in outputs.items():
        path = warehouse.file(added.document, name)
        assert path is not None
        assert path.read_bytes() == content
    assert warehouse.file(added.document, "../../warehouse.sqlite") is None
    assert all(fact["page"] for fact in warehouse.of_document("facts", added.document, "and in_table is not null"))
    told = departments.projects(warehouse, [added.document])
    assert len(told) > 20
    assert all(project.goal for project in told)
    assert told[0].figure.amount >= told[-1].figure.amount
    answers = warehouse.of_document("findings", added.document, "and answer is not null")
    assert [(a["answer"], a["in_table"], a["in_row"]) for a in answers] == [("系四舍五入", 0, 1)]


def test_findings_of_the_checks_fit_the_store(store: Store, read: list[tuple[Path, Document]]) -> None:
    document = next(d for _, d in read if d.department == FISHERY and d.kind == "budget")
    data = document.as_dict()
    found = [finding_dict(finding) for finding in shouzhi.check([document])]
    added = store.add(data, findings=found)
    rows = Warehouse(store.folder).of_document("findings", added.document, "order by finding")
    assert [row["message"] for row in rows] == [finding["message"] for finding in found]


def test_facts_leave_as_csv_json_excel_and_parquet(warehouse: Warehouse) -> None:
    key = f"{department_key(FISHERY)}-2024-budget"
    count = len(warehouse.of_document("facts", key))
    text = (exports.document_file(warehouse, key, "csv") or b"").decode("utf-8-sig")
    assert len(text.strip().split("\r\n")) == count + 1
    assert "14385300.00" in text, "amounts in 元"
    rows = json.loads(exports.document_file(warehouse, key, "json") or b"")
    assert len(rows) == count
    assert rows[0]["amount_yuan"] == f"{rows[0]['amount'] // 100}.{rows[0]['amount'] % 100:02d}"
    assert (exports.document_file(warehouse, key, "xlsx") or b"")[:2] == b"PK"
    table = pq.read_table(io.BytesIO(exports.document_file(warehouse, key, "parquet") or b""))
    assert table.num_rows == count
    assert exports.document_file(warehouse, key, "exe") is None


@pytest.mark.parametrize(
    ("text", "safe"),
    [("=1+1", "'=1+1"), ("-5.2", "-5.2"), ("--", "--"), ("@x", "'@x"), ("收入", "收入")],
)
def test_no_text_becomes_a_formula(text: str, safe: str) -> None:
    assert exports.guarded(text) == safe


def test_a_package_of_a_year_is_whole_and_the_same_again(warehouse: Warehouse) -> None:
    package = exports.package(warehouse, 2024)
    assert package is not None
    assert package == exports.package(warehouse, 2024)
    assert exports.package(warehouse, 1999) is None
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        described = json.loads(archive.read("datapackage.json"))
        for resource in described["resources"]:
            content = archive.read(resource["path"])
            fields = [field["name"] for field in resource["schema"]["fields"]]
            if resource["format"] == "parquet":
                assert pq.read_table(io.BytesIO(content)).column_names == fields
            else:
                assert content.decode("utf-8-sig").splitlines()[0].split(",") == fields


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    from shouzhi.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOUZHI_CACHE", str(tmp_path / "cache"))
    return lambda *words: CliRunner().invoke(main, [*map(str, words)])


def test_corpus_adds_lists_asks_and_exports(run: Callable[..., Result], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pdf"
    wrong.write_bytes(b"no PDF")
    documents = EXAMPLES / "documents"
    added = run("corpus", "add", documents / "青禾市渔业发展局2024年部门预算.xlsx", wrong, "-s", "w", "-j", "1")
    assert added.exit_code == 2, added.output
    assert "wrong.pdf" in added.output
    assert FISHERY in run("corpus", "list", "-s", "w").output
    told = run("corpus", "query", "select sum(amount) as s from figures", "-s", "w", "-f", "json")
    assert json.loads(told.output)[0]["s"] > 0
    refused = run("corpus", "query", "select nothing from nowhere", "-s", "w")
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output
    assert FISHERY in run("corpus", "search", "渔业", "-s", "w").output
    assert run("corpus", "export", "-s", "w", "-o", "out").exit_code == 0
    assert (tmp_path / "out" / "2024.zip").is_file()
    assert run("corpus", "list", "-s", "nowhere").exit_code == 2
