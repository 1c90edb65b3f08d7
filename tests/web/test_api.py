"""The API: what it answers, in which form, in which parts; and that nothing that is asked breaks it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

import pyarrow.parquet as pq
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from public_world import ACCOUNTS, BUDGET, FISHERY, KEY, fill, read

from shouzhi.web.public.keeping import CACHE

ROOT = "/api/v1"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("api") / "warehouse").folder


@pytest.fixture
def client(db: None, filled: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:  # noqa: ARG001 - it must be there
    monkeypatch.setattr(settings, "WAREHOUSE", filled)
    CACHE.clear()
    yield Client()
    CACHE.clear()


def get(client: Client, path: str, **query: object) -> Any:
    answer = client.get(ROOT + path, {k: str(v) for k, v in query.items()})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_departments_documents_tables_and_prose(client: Client) -> None:
    found = get(client, "/departments", place="青禾市")
    assert found["total"] == 4
    assert get(client, f"/departments/{KEY}")["name"] == FISHERY
    heads = get(client, "/documents", department=KEY)["items"]
    assert {head["document"] for head in heads} == {BUDGET, ACCOUNTS}
    head = get(client, f"/documents/{ACCOUNTS}")
    tables = get(client, f"/documents/{ACCOUNTS}/tables")
    assert len(tables) == head["tables"]
    data = next(data for _, data in read() if data["document"]["kind"] == "accounts")
    table = get(client, f"/documents/{ACCOUNTS}/tables/3")
    assert [row["cells"] for row in table["rows"]] == [list(row["cells"]) for row in data["tables"][2]["rows"]]
    assert get(client, f"/documents/{ACCOUNTS}/prose")


def test_a_year_tells_measures_with_their_cells(client: Client) -> None:
    year = get(client, f"/departments/{KEY}/years/2024")
    assert year["stage"] == "outturn"
    figure = year["measures"]["expenditure"]["approved"]
    assert (figure["amount"], figure["amount_yuan"]) == (1_438_530_000, "14385300.00")
    table = get(client, f"/documents/{figure['document']}/tables/{figure['table'] + 1}")
    assert table["rows"][figure["row"]]["cells"][figure["column"]] == "14,385,300"
    tree = year["structures"][0]
    assert sum(node["amount"] for node in tree["nodes"] if node["depth"] == 0) == tree["total"]
    assert get(client, f"/departments/{KEY}/peers/2024")[0]["alike"] > 0


def test_facts_are_filtered_by_any_dimension_and_come_in_parts(client: Client) -> None:
    whole = get(client, "/facts", document=BUDGET, size=10_000)
    assert whole["total"] == len(whole["items"])
    assert whole["next"] is None
    parts: list[Any] = []
    address: str | None = f"{ROOT}/facts?document={BUDGET}&size=37"
    while address:
        answer = client.get(address).json()
        parts += answer["items"]
        address = answer["next"]
    assert parts == whole["items"]
    few = get(client, "/facts", document=BUDGET, function="-", economic="-", stage="approved", flow="expenditure_total")
    assert few["total"]
    assert all("function" not in fact and fact["flow"] == "expenditure_total" for fact in few["items"])
    large = get(client, "/facts", document=BUDGET, at_least=1_000_000_000)["items"]
    assert large
    assert all(fact["amount"] >= 1_000_000_000 for fact in large)
    assert get(client, "/facts", document="nobody")["total"] == 0
    assert get(client, "/facts", project="' or 1=1 --")["total"] == 0


@pytest.mark.parametrize("by", ["accept", "format"])
def test_lists_come_as_json_csv_and_parquet(client: Client, by: str) -> None:
    items = get(client, "/facts", document=BUDGET, size=20)["items"]

    def ask(kind: str, name: str) -> Any:
        path = f"{ROOT}/facts?document={BUDGET}&size=20"
        if by == "accept":
            return client.get(path, headers={"Accept": f"{kind}, text/html;q=0.1"})
        return client.get(f"{path}&format={name}", headers={"Accept": "application/json"})

    text = ask("text/csv", "csv")
    assert text.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert [row["printed"] for row in rows] == [item["printed"] for item in items]
    assert [row["amount_yuan"] for row in rows] == [item.get("amount_yuan", "") for item in items]
    packed = ask("application/vnd.apache.parquet", "parquet")
    table = pq.read_table(io.BytesIO(packed.content))
    assert table["amount"].to_pylist() == [item.get("amount") for item in items]


def test_what_cannot_be_answered_is_told_as_json(client: Client) -> None:
    for path, status in (
        ("/departments/nobody", 404), (f"/departments/{KEY}/years/1999", 404), ("/documents/x/tables", 404),
        (f"/documents/{BUDGET}/tables/900", 404), ("/dictionary/nothing", 404), ("/bulk/1950.zip", 404),
        ("/facts?size=0", 422), ("/facts?size=100000", 422), ("/series?measure=nothing", 404), ("/search", 422),
        ("/documents?year=x", 422),
    ):  # fmt: skip
        answer = client.get(ROOT + path)
        assert answer.status_code == status, path
        assert answer.json()["detail"]
    assert client.get(f"{ROOT}/departments", headers={"Accept": "image/png"}).status_code == 406
    refused = client.post(f"{ROOT}/departments")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert refused.json()["detail"]


def test_answers_have_tags(client: Client) -> None:
    for path in ("/departments", f"/facts?document={BUDGET}", "/dictionary", "/bulk/2024.zip"):
        first = client.get(ROOT + path)
        again = client.get(ROOT + path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path


def test_series_projects_search_dictionary_and_packages(client: Client) -> None:
    series = get(client, "/series", measure="three_public", department=KEY)["items"]
    assert {(one["year"], one["department"]) for one in series} == {(2024, KEY)}
    assert get(client, "/series", measure="function:213")["total"]
    assert get(client, "/projects", year=2024)["total"] >= 0
    hits = get(client, "/search", q="渔业")["items"]
    assert hits[0]["key"] == KEY
    measures = {measure["key"] for measure in get(client, "/dictionary")["measures"]}
    assert {"expenditure", "three_public"} <= measures
    members = {member["code"]: member["parent"] for member in get(client, "/dictionary/source")}
    assert members["general"] == "fiscal"
    assert get(client, "/dictionary/function")[0]["source"]
    years = [package["year"] for package in get(client, "/bulk")]
    assert years == [2025, 2024]
    with zipfile.ZipFile(io.BytesIO(client.get(f"{ROOT}/bulk/2024.zip").content)) as archive:
        assert archive.testzip() is None


def test_a_head_tells_what_a_get_would(client: Client) -> None:
    for path in ("/departments", f"/facts?document={BUDGET}&format=csv", "/bulk/2024.zip", "/openapi.json"):
        whole, head = client.get(ROOT + path), client.head(ROOT + path)
        assert (head.status_code, head.content) == (200, b""), path
        assert head.headers.get("ETag") == whole.headers.get("ETag"), path
        assert int(head.headers["Content-Length"]) == len(whole.content), path
    tag = client.head(f"{ROOT}/departments").headers["ETag"]
    assert client.head(f"{ROOT}/departments", headers={"If-None-Match": tag}).status_code == 304
    assert client.head(f"{ROOT}/departments/nobody").status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/nothing", "/api/v1/departments/", "/api/", "/api/v9/x"])
def test_an_unknown_address_is_told_as_json_without_a_cookie(client: Client, path: str) -> None:
    for method in ("get", "post", "delete"):
        answer = getattr(Client(enforce_csrf_checks=True) if method == "get" else client, method)(path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["openapi"] == "/api/v1/openapi.json"
        assert not answer.cookies


def test_faults_are_told_in_the_language_that_is_asked_for(client: Client) -> None:
    path = f"{ROOT}/series?measure=nothing"
    told = client.get(path).json()
    assert "没有指标“nothing”" in told["detail"]
    assert "/api/v1/dictionary" in told["detail"]
    assert "three_public" in told["measures"]
    english = [
        client.get(f"{path}&lang=en"), client.get(path, headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.2"}),
    ]  # fmt: skip
    for answer in english:
        assert "There is no measure “nothing”" in answer.json()["detail"]
        assert (answer.headers["Content-Language"], "Accept-Language" in answer.headers["Vary"]) == ("en", True)
    assert "没有指标" in client.get(path, headers={"Accept-Language": "zh-CN,en;q=0.9"}).json()["detail"]
    assert "没有指标" in client.get(f"{path}&lang=zh", headers={"Accept-Language": "en"}).json()["detail"]
    assert client.get(f"{ROOT}/facts?size=0&lang=en").json()["detail"] == "parameter size: must be ≥ 1"
    assert client.get(f"{ROOT}/search").json()["detail"] == "参数 q：必须给出"


def test_every_fact_leads_to_the_cell_that_prints_it(client: Client) -> None:
    facts = get(client, "/facts", document=BUDGET, size=10_000)["items"]
    placed = [fact for fact in facts if "in_column" in fact]
    assert len(placed) > 100
    for fact in placed[:: len(placed) // 20]:
        assert fact["url"].startswith(f"http://testserver/documents/{BUDGET}/tables/{fact['in_table'] + 1}/#")
        path, _, anchor = fact["url"].removeprefix("http://testserver").partition("#")
        assert f'id="{anchor}"><a class="cell" href="#{anchor}">{fact["printed"]}<' in client.get(path).content.decode()
    csv_head = client.get(f"{ROOT}/facts?document={BUDGET}&size=1&format=csv").content.decode("utf-8-sig")
    assert csv_head.partition("\r\n")[0].endswith(",url")
    notes = get(client, "/dictionary")["notes"]
    assert "从 0 数起" in notes["in_row"]
    schema = client.get(f"{ROOT}/openapi.json").json()["components"]["schemas"]["FactOut"]["properties"]
    assert "from 0" in schema["in_row"]["description"]


def test_the_search_is_narrowed_by_kind_year_and_department_and_comes_in_parts(client: Client) -> None:
    found = get(client, "/search", q=f"{FISHERY[3:5]} 2024", size=1000)
    kinds = [hit["kind"] for hit in found["items"]]
    assert {"department", "document"} <= set(kinds)
    assert {hit["document"] for hit in found["items"] if hit["kind"] == "document"} == {BUDGET, ACCOUNTS}
    assert all(hit["year"] == 2024 for hit in found["items"] if hit["document"])
    whole = get(client, "/search", q="支出", size=1000)
    parts: list[Any] = []
    address: str | None = f"{ROOT}/search?q=支出&size=60"
    while address:
        answer = client.get(address).json()
        parts += answer["items"]
        address = answer["next"]
    assert parts == whole["items"]
    assert len(parts) == whole["total"]
    mine = get(client, "/search", q="支出", department=KEY, kind="prose", size=1000)["items"]
    assert mine
    assert {hit["department"] for hit in mine} == {KEY}
    assert get(client, "/search", q="2024", kind="document")["total"] == len(
        get(client, "/documents", year=2024)["items"]
    )
    assert get(client, "/search", q="%%", year=2024)["total"] == 0, "no letter, nothing found"


def test_corrections_are_told_as_the_page_tells_them(client: Client) -> None:
    from shouzhi.web.public.models import ErrorReport

    about = {"document": BUDGET, "title": "预算", "department": FISHERY, "table": 0, "row": 1, "column": 0}
    new = ErrorReport.objects.create(**about, message="不对", contact="a@b.c", sender="x")
    told = get(client, "/corrections")["items"][0]
    assert (told["number"], told["state"], told.get("message")) == (new.pk, "new", None)
    new.state, new.answer, new.outcome = "answered", "已核对", "unfounded"
    new.answered_at, new.revision = new.created_at, 1
    new.save()
    text = client.get(f"{ROOT}/corrections").content.decode()
    assert "a@b.c" not in text
    told = get(client, "/corrections")["items"][0]
    assert (told["outcome"], told["message"], told["answer"]) == ("unfounded", "不对", "已核对")
    assert told["url"].endswith("/tables/1/#r2c1")


def test_what_answers_is_what_the_schema_says(
    client: Client,  # noqa: ARG001 - its warehouse
    request: pytest.FixtureRequest,
) -> None:
    """Schemathesis asks every operation, with what fits and what does not, and holds the answers to the schema."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, Phase, given
    from hypothesis import settings as measures

    django = get_wsgi_application()

    def application(environ: dict[str, Any], start: Any) -> Any:
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # its transport says gzip and reads none
        return django(environ, start)

    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    # As Django's own client does: the connection belongs to the test.
    signals = [signal for signal in (request_started, request_finished) if signal.disconnect(close_old_connections)]
    for signal in signals:
        request.addfinalizer(partial(signal.connect, close_old_connections))
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", application)
    calm = measures(
        max_examples=12, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    asked: list[str] = []
    left_out = [schemathesis.specs.openapi.checks.unsupported_method]  # Django says HEAD and OPTIONS itself
    for result in schema.get_all_operations():
        operation = result.ok()

        def ask(case: Any) -> None:
            asked.append(case.path)
            answer = case.call()
            assert answer.status_code < 500, (case.path, case.query)
            case.validate_response(answer, excluded_checks=left_out)

        calm(given(case=operation.as_strategy())(ask))()
    assert len(set(asked)) > 15
