"""Entry on the server: saving is safe to repeat, conflicts come back, imports are all or nothing."""
# ruff: noqa: D102 - methods that say by their names what they ask

from __future__ import annotations

import io
import re
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from entry_world import line, submission

pytestmark = pytest.mark.usefixtures("db")

SCRIPTS = Path(__file__).parents[2] / "frontend" / "src"


class Entry:
    """A submission, and what a person asks of it."""

    def __init__(self, people: dict[str, Any], lines: int = 0, role: str = "clerk") -> None:
        from django.test import Client

        self.user = people[role]
        self.submission = submission(people, lines)
        self.client = Client()
        self.client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")
        self.base = f"/budget/submissions/{self.submission.pk}"

    def save(self, *changes: dict[str, Any], sheet: str = "expenditure", **told: Any) -> Any:
        body = {"person": self.user.pk, "changes": list(changes), **told}
        return self.client.post(
            f"{self.base}/sheet/{sheet}/save/",
            orjson.dumps(body),
            "application/json",
            HTTP_ACCEPT="application/json",
        )

    def data(self, sheet: str = "expenditure", **asked: str) -> dict[str, Any]:
        answer: dict[str, Any] = orjson.loads(
            self.client.get(f"{self.base}/sheet/{sheet}/data/", asked).content
        )
        return answer

    def codes(self, kind: str, query: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = orjson.loads(
            self.client.get(f"{self.base}/entry/codes/", {"kind": kind, "q": query}).content
        )
        return found

    def upload(self, content: bytes) -> Any:
        file = io.BytesIO(content)
        file.name = "账本.xlsx"
        return self.client.post(f"{self.base}/entry/import/", {"workbook": file})

    def workbook(self, **asked: str) -> Any:
        import openpyxl

        answer = self.client.get(f"{self.base}/entry/workbook/", asked)
        return openpyxl.load_workbook(io.BytesIO(answer.content))

    def confirm(self, page: str, **told: str) -> Any:
        fields = dict(re.findall(r'name="(name|shown|revision)" value="([^"]*)"', page))
        return self.client.post(f"{self.base}/entry/import/confirm/", {**fields, **told})

    def cells(self, sheet: str = "expenditure") -> list[dict[str, str]]:
        return [row.cells for row in self.submission.rows.filter(sheet=sheet).order_by("position")]


@pytest.fixture
def entry(people: dict[str, Any]) -> Entry:
    return Entry(people, 3)


def as_bytes(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def new(position: float, client: str = "a", **cells: str) -> dict[str, Any]:
    return {"id": None, "client": client, "revision": 0, "position": position, "cells": cells}


def test_a_sheet_comes_with_columns_totals_and_names(entry: Entry) -> None:
    told = entry.data(group="function")
    assert [column["key"] for column in told["columns"]][:3] == ["flow", "unit", "function"]
    assert told["columns"][4]["choices"][0] == "财政拨款"
    assert told["names"]["economic"] == {"30102": "津贴补贴", "30201": "办公费", "30211": "差旅费"}
    assert told["totals"] == [{"label": "本年支出", "amount": "3,006.00"}]
    assert [(g["key"], g["level"], g["amounts"]["amount"]) for g in told["groups"]][:3] == [
        ("201", 1, "1,001.00"), ("20126", 2, "1,001.00"), ("2012601", 3, "1,001.00"),
    ]  # fmt: skip
    assert [row["group"] for row in told["rows"]] == ["2012601", "2080505", "2101101"]


def test_a_save_tells_faults_totals_and_codes_of_names(entry: Entry) -> None:
    wanted = line(7, amount="一千", economic="差旅费", function="档案馆")
    told = entry.save(new(3.5, **wanted)).json()
    [row] = told["rows"]
    assert row["client"] == "a"
    assert (row["cells"]["economic"], row["cells"]["function"]) == ("30211", "2012604")
    assert list(row["faults"]) == ["amount"]
    assert told["names"]["function"] == {"2012604": "档案馆"}
    told = entry.save({**row, "cells": {**row["cells"], "amount": "1000.01"}}).json()
    assert told["rows"][0]["faults"] == {}
    assert told["totals"] == [{"label": "本年支出", "amount": "4,006.01"}]


def test_a_repeated_request_does_nothing_twice(entry: Entry) -> None:
    first = entry.data()["rows"][0]
    changes = [
        new(3.61, **line(9)),
        {**first, "cells": {**first["cells"], "note": "改"}},
        {**entry.data()["rows"][1], "delete": True},
    ]
    entry.save(*changes)
    kept = entry.cells()
    again = entry.save(*changes).json()
    assert entry.cells() == kept
    assert again["conflicts"] == []
    assert [row["client"] for row in again["rows"]] == ["a", ""]


def test_a_stale_edit_comes_back_with_both_versions(entry: Entry, people: dict[str, Any]) -> None:
    from shouzhi.web.budget.models import Row

    row = entry.data()["rows"][0]
    Row.objects.filter(pk=row["id"]).update(
        cells={**row["cells"], "note": "别人"}, revision=5, updated_by=people["department_finance"]
    )
    told = entry.save({**row, "cells": {**row["cells"], "note": "我"}}).json()
    [conflict] = told["conflicts"]
    assert (
        conflict["yours"]["note"],
        conflict["theirs"]["note"],
        conflict["by"],
        conflict["revision"],
    ) == ("我", "别人", "department_finance", 5)
    assert entry.cells()[0]["note"] == "别人"
    Row.objects.filter(pk=row["id"]).delete()
    [conflict] = entry.save({**row, "cells": {**row["cells"], "note": "我"}}).json()["conflicts"]
    assert conflict["theirs"] is None


def test_rows_keep_their_order_when_there_is_no_room_between(entry: Entry) -> None:
    places = [1 + 1e-9 * step for step in range(1, 4)]
    entry.save(*(new(place, str(place), note=str(step)) for step, place in enumerate(places)))
    row = entry.data()["rows"][0]
    told = entry.save({**row, "cells": {**row["cells"], "amount": "1"}}).json()
    assert [cells["note"] for cells in entry.cells()] == ["第1笔", "0", "1", "2", "第2笔", "第3笔"]
    assert sorted(told["positions"].values()) == [1, 2, 3, 4, 5, 6]


def test_a_project_that_is_added_mends_the_lines_that_name_it(entry: Entry) -> None:
    [row] = entry.save(new(9.3, **{**line(9), "project": "修库"})).json()["rows"]
    assert list(row["faults"]) == ["project"]
    entry.save(new(1.2, name="修库", kind="经常性项目"), sheet="projects")
    assert entry.cells("projects")[0]["unit"] == "某市档案局本级"  # whose else
    assert entry.data()["rows"][-1]["faults"] == {}


def test_an_empty_line_is_no_row_of_the_book(entry: Entry) -> None:
    from shouzhi.web.budget.rows import raw

    row = entry.data()["rows"][1]
    assert entry.save({**row, "cells": {}}).json()["rows"][0]["faults"] == {}
    assert [spot.spot.row for spot in raw(entry.submission).sheets["expenditure"]] == [1, 3]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"changes": 3}',
        '{"changes": [{"id": "x"}]}',
        '{"changes": [{"cells": {"note": 3}}]}',
        '{"changes": [{"position": 1e300}]}',
    ],
)
def test_what_the_grid_would_not_send_is_refused(entry: Entry, body: str) -> None:
    told = orjson.loads(body) if body else None
    sent = (
        orjson.dumps({**told, "person": entry.user.pk}) if isinstance(told, dict) else body.encode()
    )
    answer = entry.client.post(
        f"{entry.base}/sheet/expenditure/save/",
        sent,
        "application/json",
        HTTP_ACCEPT="application/json",
    )
    assert answer.status_code == 409
    assert len(entry.cells()) == 3


def test_edits_of_another_person_are_not_saved_under_this_name(
    entry: Entry, people: dict[str, Any]
) -> None:
    assert entry.save(new(9.0, note="x"), person=people["auditor"].pk).status_code == 401
    assert len(entry.cells()) == 3


def test_a_closed_submission_refuses(entry: Entry) -> None:
    entry.submission.state = "head"
    entry.submission.save()
    assert entry.save(new(9.0, note="x")).status_code == 409
    assert entry.data()["readonly"] is True


def test_codes_are_found_by_number_and_name(entry: Entry) -> None:
    assert entry.codes("economic", "3021")[0]["code"].startswith("3021")
    assert entry.codes("economic", "差旅")[0] == {
        "code": "30211",
        "name": "差旅费",
        "path": "商品和服务支出",
    }
    assert [one["code"] for one in entry.codes("function", "档案馆")] == ["2012604"]
    assert all(len(one["code"]) == 3 for one in entry.codes("function", ""))
    assert entry.codes("unit", "档案")[0]["name"] == "某市档案局本级"
    assert entry.codes("nothing", "档案") == []


def test_the_workbook_of_a_submission_imports_to_itself(entry: Entry) -> None:
    page = entry.upload(as_bytes(entry.workbook())).content.decode()
    assert "工作簿与现在的内容相同" in page


def test_an_import_is_previewed_confirmed_and_undone(entry: Entry) -> None:
    before = entry.cells()
    book = entry.workbook()
    sheet = book["支出"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["金额（元）"], 5555)
    sheet.delete_rows(4)
    sheet.append([None, None, "2010301", "30201", "一般公共预算", "基本支出", None, 12.5, "=1+1"])
    answer = entry.upload(as_bytes(book))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r"新增 1 行.*修改 1 行.*删除 1 行", page, re.DOTALL)
    assert entry.cells() == before  # a preview does nothing
    assert entry.confirm(page).status_code == 302
    assert [cells["amount"] for cells in entry.cells()] == ["5555", "1002", "12.5"]
    shown = entry.client.get(f"{entry.base}/entry/import/").content.decode()
    restore = re.search(
        r'action="(/budget/versions/\d+/restore/)".*?name="revision" value="(\d+)"', shown, re.DOTALL
    )
    assert restore
    entry.client.post(restore[1], {"revision": restore[2]})
    assert entry.cells() == before


def test_faults_of_cells_are_told_and_must_be_accepted(entry: Entry) -> None:
    book = entry.workbook()
    sheet = book["支出"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(3, heads["经济科目"], "30999999")
    page = entry.upload(as_bytes(book)).content.decode()
    assert "30999999" in page
    assert re.search(r'<td class="n">3</td><td>经济科目</td>', page)
    assert entry.confirm(page).status_code == 400
    assert entry.cells()[1]["economic"] == "30201"
    assert entry.confirm(page, accept="1").status_code == 302
    assert entry.cells()[1]["economic"] == "30999999"
    assert "economic" in entry.data()["rows"][1]["faults"]


def test_an_edit_after_the_preview_stops_the_import(entry: Entry) -> None:
    book = entry.workbook()
    book["支出"].delete_rows(2)
    page = entry.upload(as_bytes(book)).content.decode()
    entry.save(new(9.0, **line(9)))
    assert entry.confirm(page).status_code == 409
    assert len(entry.cells()) == 4


def test_a_workbook_of_another_department_or_year_is_unfit(entry: Entry) -> None:
    book = entry.workbook()
    for row in book["部门"].iter_rows():
        if row[0].value == "年度":
            row[1].value = "2019"
    book["支出"].delete_rows(2)
    page = entry.upload(as_bytes(book)).content.decode()
    assert "这个工作簿不能导入" in page
    assert "确认导入" not in page


def test_the_template_is_empty_and_knows_its_units(entry: Entry) -> None:
    book = entry.workbook(empty="1")
    assert book["支出"].max_row == 1
    assert book["单位"].cell(2, 1).value == "某市档案局本级"


def _zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


FAR = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not a workbook", "损坏"),
        (_zipped(**{"a.txt": b"x"}), "不是 .xlsx 工作簿"),
        (
            _zipped(**{"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": FAR}),
            "XFD1048576",
        ),
        (
            _zipped(
                **{
                    "xl/workbook.xml": b"<workbook/>",
                    "xl/worksheets/sheet1.xml": b"0" * 300_000_000,
                }
            ),
            "压缩炸弹",
        ),
    ],
)
def test_hostile_files_are_refused_with_a_reason(entry: Entry, content: bytes, why: str) -> None:
    from django.conf import settings

    answer = entry.upload(content)
    assert answer.status_code == 400
    assert why in answer.content.decode()
    assert not (
        Path(settings.MEDIA_ROOT) / "imports" / f"{sha256(content).hexdigest()}.xlsx"
    ).exists()


def test_the_grid_says_only_words_that_the_page_translates() -> None:
    from shouzhi.web.budget.entry.words import WORDS
    from shouzhi.web.language import english

    said: set[str] = set()
    for path in [SCRIPTS / "grid.js", *(SCRIPTS / "grid").glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        said |= set(re.findall(r'say\("([^"]+)"', text))
        if "const KEYS" in text:
            said |= set(re.findall(r'\["[^"]+", "([^"]+)"\]', text.split("const KEYS")[1]))
    assert said == set(WORDS)
    assert not [word for word in WORDS if word not in english()]


def test_the_sheets_are_said_in_english() -> None:
    from shouzhi.cycle.sheets import schema
    from shouzhi.web.budget.entry.places import PROSE_SHEET
    from shouzhi.web.language import english

    sheets = [sheet for sheet in (*schema().sheets, PROSE_SHEET) if sheet.key != "units"]
    words = [word for sheet in sheets for word in (sheet.name, sheet.about)]
    words += [
        word
        for sheet in sheets
        for column in sheet.columns
        for word in (column.heading, column.about)
        if word
    ]
    words += [
        word for kind in ("income_flow", "expenditure_flow") for word in schema().choices[kind]
    ]
    assert not [word for word in words if word not in english()]


def test_faults_totals_and_accounts_are_told_in_the_language_of_the_request(entry: Entry) -> None:
    chinese = entry.save({"client": "a", "cells": line(1, amount="1.234", economic="30217")}).json()
    assert "小数超过两位" in chinese["rows"][0]["faults"]["amount"]
    entry.client.cookies["lang"] = "en"
    told = entry.data()
    assert told["rows"][-1]["faults"]["amount"].startswith("“1.234” has more than two decimals; ")
    assert told["rows"][-1]["cells"]["source"] == "一般公共预算"  # what was typed stays
    assert told["names"]["economic"]["30217"] == "Receptions"
    source = next(column for column in told["columns"] if column["key"] == "source")
    assert source["names"]["一般公共预算"] == "General public budget"
    assert "一般公共预算" in source["choices"]
    assert [one["code"] for one in entry.codes("economic", "recept")] == ["30217"]


def test_an_import_and_a_refusal_are_told_in_english(entry: Entry) -> None:
    entry.save({"client": "a", "cells": line(1, amount="1.234")})
    entry.client.cookies["lang"] = "en"
    page = entry.upload(as_bytes(entry.workbook())).content.decode()
    assert "“1.234” has more than two decimals" in page
    assert "sheet “Expenditure”" in page
    type(entry.submission).objects.update(state="head")
    refused = entry.save({"client": "b", "cells": line(2)}).json()
    assert refused["reasons"][0].startswith("this is now “With the head of unit” and cannot be changed")
