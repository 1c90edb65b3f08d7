"""The API: what it answers, in which form, in which parts; and that nothing that is asked breaks it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
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
    assert client.post(f"{ROOT}/departments").status_code == 405


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
    hits = get(client, "/search", q="渔业")
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


def test_what_answers_is_what_the_schema_says(client: Client) -> None:  # noqa: ARG001 - its warehouse
    """Schemathesis asks every operation, with what fits and what does not, and holds the answers to the schema."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, Phase, given
    from hypothesis import settings as measures

    django = get_wsgi_application()

    def application(environ: dict[str, Any], start: Any) -> Any:
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # its transport says gzip and reads none
        return django(environ, start)

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
