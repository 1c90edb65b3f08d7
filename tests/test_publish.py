"""A book published in every format, read back, opened by others' programs, and refused."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

import shouzhi
from roundtrip import FORMATS, differences, read_back
from shouzhi.catalogue.forms import edition, keys
from shouzhi.catalogue.outline import FOLDER, outline, read_outline
from shouzhi.cli import main
from shouzhi.cycle.building import build, load, read
from shouzhi.cycle.folder import write_folder
from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.publish.amounts import printed, quantum, rounded, shown
from shouzhi.publish.document import Paragraph, Publication, Table, publication
from shouzhi.publish.files import files
from shouzhi.publish.manifest import book_hash, catalogue_version
from shouzhi.publish.proof import faults, findings, glyphs
from shouzhi.publish.table import Figure

EXAMPLES = Path(__file__).parents[1] / "examples"
BOOKS = ("xiezuo-budget-2024", "xiezuo-budget-2017", "zhengwuban-budget-2017", "banggongting-accounts-2017")
SLICE = BOOKS[0]


@cache
def published(name: str) -> Publication:
    book = load(EXAMPLES / name)
    assert book.edition is not None
    return publication(book, edition(book.edition))


def written(name: str, kind: str) -> bytes:
    return next(iter(files(published(name), [kind]).values()))


def prose(made: Publication) -> str:
    return "\n".join(part.text for part in made.parts if isinstance(part, Paragraph))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", BOOKS)
def test_what_is_published_is_read_back(name: str, kind: str, tmp_path: Path) -> None:
    made = published(name)
    document = read_back(made, kind, tmp_path)
    assert not differences(made, document)
    assert (document.year, document.department) == (made.year, made.department)
    assert document.kind == made.edition.document


@pytest.mark.parametrize("name", BOOKS)
def test_all_formats_say_the_same_in_prose(name: str, tmp_path: Path) -> None:
    documents = [read_back(published(name), kind, tmp_path) for kind in FORMATS]
    said = [
        sorted((f.printed, f.unit, str(f.where)) for f in document.facts if f.table is None)
        for document in documents
    ]
    assert all(one == said[0] for one in said)
    assert said[0]


@pytest.mark.parametrize("name", BOOKS)
def test_the_checks_find_no_errors(name: str) -> None:
    made = published(name)
    assert not list(faults(made))
    assert not [f.message for f in findings(made) if f.severity == "error"]
    assert not glyphs(made)


@pytest.mark.parametrize("key", keys())
def test_every_edition_has_an_outline_that_prints_all_its_forms(key: str) -> None:
    found = edition(key)
    assert outline(key, found.document).sections
    book = load(EXAMPLES / (BOOKS[3] if found.document == "accounts" else SLICE))
    made = publication(book, found)
    printed = [id(part.table) for part in made.parts if isinstance(part, Table)]
    assert printed == list(dict.fromkeys(printed))
    assert {id(t) for t in made.tables if t.form.required} <= set(printed)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yaml")), ids=lambda p: p.stem)
def test_outlines_load(path: Path) -> None:
    if path.stem != "terms":
        read_outline(path)


def test_prose_tells_amounts_changes_and_rates() -> None:
    text = prose(published(SLICE))
    assert "收入预算271,368.11万元，比上年增加32,853.32万元，增长13.77%，主要原因是" in text
    assert "因公出国（境）费0.00万元，与上年持平" in text
    assert "服务类采购763.82万元；货物类采购37.24万元；工程类采购5.00万元" in text


def test_accounts_tell_what_their_edition_tells() -> None:
    text = prose(published("banggongting-accounts-2017"))
    for said in (
        "上级补助收入0.00万元，占0.00%，与上年持平",
        "政府采购货物支出445.01万元；政府采购工程支出0.00万元；政府采购服务支出2,542.50万元",
        "授予中小企业合同金额2,486.79万元，占政府采购支出总额的83.24%",
        "授予小微企业合同金额84.57万元，占政府采购支出总额的2.83%",
        "完成年初预算882.21万元的66.29%",
        "因公出国（境）费支出183.22万元，占31.33%",
        "来访外宾0人次",
        "会议费支出12.03万元，完成年初预算32.32万元的37.22%",
        "历时1天，参会人数92人，共支出5.00万元，占会议费的41.56%",
        "定向化保障岗位用车6辆、机要通信应急保障用车18辆",
        "绩效运行监控的项目2项，涉及资金1,421.53万元",
        "各类非税收入合计4,998.73万元，其中：纳入预算管理已缴国库4,998.73万元",
        "国有资源（资产）有偿使用收入4,060.33万元，占81.23%；其他收入",
        "一般公共服务支出（类）17,244.73万元，占60.7",
        "公用经费2,973.53万元，包括商品和服务支出2,877.49万元、其他资本性支出96.04万元",
        "纳入2017年部门决算编报范围的单位共6个：广州市人民政府办公厅、",
    ):
        assert said in text, said


def test_budgets_tell_staff_against_last_year_and_breakdowns() -> None:
    text = prose(published("zhengwuban-budget-2017"))
    for said in (
        "编制人数159人，比上年增加70人，主要原因是承担综合受理工作并有机构划入",
        "在职人数142人，比上年增加65人，其中：行政编制29人、事业编制108人",
        "基本支出3,167.70万元，其中：工资福利支出1,632.51万元、对个人和家庭的补助1,027.62万元",
        "经常性项目10,297.35万元、一次性项目2,482.93万元",
        "一般公共服务支出13,209.78万元，占82.83%；科学技术支出1,727.98万元，占10.84%",
        "政府性基金预算安排基本支出和项目支出0.00万元（详见表八），与上年预算持平",
    ):
        assert said in text, said
    assert "编制人数73人，与上年持平" in prose(published("xiezuo-budget-2017"))


def test_what_the_prose_tells_of_lists_is_what_the_tables_print() -> None:
    made = published("banggongting-accounts-2017")
    table = next(t for t in made.tables if t.title == "非税收入征缴情况表")
    rows = {row.label: printed(row.cells[0], table) for _, row in table.rows() if isinstance(row.cells[0], Figure)}
    assert f"其他收入{rows['七、其他收入']}万元" in prose(made)
    assert f"各类非税收入合计{rows['合计']}万元" in prose(made)


def test_amounts_without_decimals_stand_on_the_point_of_those_that_have() -> None:
    table = next(p for p in published(SLICE).parts if isinstance(p, Table) and p.table.form.plain)
    tails = {box.text: box.tail for box in table.grid.boxes if box.kind == "amount"}
    assert tails["1050"] == ".00"
    assert tails["20352.2"] == "0"
    assert tails["1423.17"] == ""


def with_rows(name: str, sheet: str, rows: list[dict[str, str]], *, keep: bool = True) -> RawBook:
    """A book of the examples with rows added to a sheet, or in place of its own."""
    raw = read(EXAMPLES / name)
    raw.sheets[sheet] = [
        *(raw.sheets.get(sheet, []) if keep else []),
        *(RawRow(row, Spot(f"{sheet}.csv", 900 + n)) for n, row in enumerate(rows)),
    ]
    return raw


def test_a_base_of_zero_is_told_as_such() -> None:
    rows = [{"year": "2023", "stage": "年初预算", "source": "财政拨款", "item": "因公出国（境）费", "amount": "0"}]
    raw = with_rows(SLICE, "comparison", rows)
    raw.sheets["expenditure"] = [
        RawRow({**row.cells, "economic": "30212"} if row.cells.get("economic") == "30217" else row.cells, row.spot)
        for row in raw.sheets["expenditure"]
    ]
    made = publication(build(raw), edition("guangzhou/budget-2024"))
    assert "增长--（基数为0，不可比）" in prose(made)


def test_a_missing_reason_is_a_fault_that_says_where_to_write_it() -> None:
    raw = with_rows(SLICE, "reasons", [], keep=False)
    made = publication(build(raw), edition("guangzhou/budget-2024"))
    assert next(map(str, faults(made))) == (
        "原因：没有“收入总计”的增减原因；请在“原因”页加一行，“对象”填“收入总计”，写明增减的原因"
    )


def test_nothing_is_written_of_a_faulty_book_but_a_draft(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    for path in (EXAMPLES / SLICE).iterdir():
        if path.name != "reasons.csv":
            (folder / path.name).write_bytes(path.read_bytes())
    out = tmp_path / "out"
    refused = CliRunner().invoke(main, ["publish", str(folder), "-o", str(out)])
    assert refused.exit_code == 1
    assert "没有“收入总计”的增减原因" in refused.output
    assert not out.exists()
    drafted = CliRunner().invoke(main, ["publish", str(folder), "--draft", "-f", "html", "-o", str(out)])
    assert drafted.exit_code == 0
    assert "草稿" in next(out.glob("*.html")).read_text(encoding="utf-8")
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["draft"] is True


def test_a_character_that_no_font_has_is_an_error() -> None:
    made = publication(load(EXAMPLES / SLICE), edition("guangzhou/budget-2024"))
    made.parts.append(Paragraph("\U0010fffd"))
    made.parts.append(Paragraph("\ue123"))
    assert "\ue123" in glyphs(made)


def test_word_has_real_headings_contents_and_repeated_heads() -> None:
    import docx

    document = docx.Document(io.BytesIO(written(SLICE, "docx")))
    styles = [p.style.name for p in document.paragraphs if p.style]
    assert styles.count("Heading 1") == 4
    assert len(document.tables) == 13
    xml = zipfile.ZipFile(io.BytesIO(written(SLICE, "docx"))).read("word/document.xml").decode()
    assert xml.count("<w:tblHeader/>") >= 13
    assert 'TOC \\o "1-3"' in xml
    assert 'w:orient="landscape"' in xml
    turned = {(s.page_width or 0) > (s.page_height or 0) for s in document.sections}
    assert turned == {True, False}


def test_pdf_is_tagged_and_has_bookmarks_and_embedded_fonts() -> None:
    import pypdfium2

    data = written(SLICE, "pdf")
    document = pypdfium2.PdfDocument(data)
    titles = [mark.get_title() for mark in document.get_toc()]
    assert "表1　收支总体情况表" in titles or any("收支总体情况表" in title for title in titles)
    assert len(document) > 12
    assert b"/MarkInfo" in data or b"/StructTreeRoot" in data or pypdfium2.raw.FPDFCatalog_IsTagged(document)


def test_excel_sums_are_formulas_that_hold_and_texts_stay_texts() -> None:
    import openpyxl

    data = written(SLICE, "xlsx")
    formulas = openpyxl.load_workbook(io.BytesIO(data))
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    seen = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                seen += 1
                parts = str(cell.value).removeprefix("=ROUND(SUM(").removesuffix("),2)").split(",")
                total = Decimal(0)
                for part in parts:
                    found = values[sheet.title][part]
                    for line in found if isinstance(found, tuple) else ((found,),):
                        total += sum(Decimal(str(c.value or 0)) for c in (line if isinstance(line, tuple) else (line,)))
                assert round(total, 2) == round(Decimal(str(values[sheet.title][cell.coordinate].value)), 2)
    assert seen > 50


def odd() -> Publication:
    """The slice with texts that would run in a careless format."""
    raw = read(EXAMPLES / SLICE)
    raw.settings["department"] = "=1+1<script>alert(1)</script>局"
    raw.prose = [("主要职责", '=HYPERLINK("x") <b>{year}</b> #set page() \\ "引号"')]
    return publication(build(raw), edition("guangzhou/budget-2024"))


def test_texts_are_never_code() -> None:
    import openpyxl

    made = odd()
    outputs = files(made, FORMATS)
    page = next(data for name, data in outputs.items() if name.endswith("html")).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    book = openpyxl.load_workbook(io.BytesIO(next(d for n, d in outputs.items() if n.endswith("xlsx"))))
    values = [c for sheet in book for row in sheet.iter_rows() for c in row if str(c.value).startswith(("=H", "=1"))]
    assert values == [c for c in values if c.data_type != "f"]
    assert all(len(data) > 1000 for data in outputs.values())


def test_the_page_needs_nothing_else() -> None:
    page = written(SLICE, "html").decode()
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert 'lang="zh-CN"' in page
    assert page.count('scope="col"') > 20


def test_plain_rounding_rounds_each_amount_by_itself_and_says_so() -> None:
    book = load(EXAMPLES / SLICE)
    made = publication(book, edition("guangzhou/budget-2024"), plain=True)
    assert any("尾数误差" in note for note in made.tables[0].notes)
    assert not any("尾数误差" in note for note in published(SLICE).tables[0].notes)
    figures = [f for t in made.tables for f in t.figures() if f.amount and not f.rate]
    assert all(shown(f, "万元") == rounded(f.amount or 0, quantum("万元")) for f in figures)
    # Some footed figures are not the nearest: that is what the note is about.
    footed = [f for t in published(SLICE).tables for f in t.figures() if f.amount and not f.rate]
    assert any(shown(f, "万元") != rounded(f.amount or 0, quantum("万元")) for f in footed)
    for name, data in files(made, ["html", "docx"]).items():
        text = data.decode() if name.endswith("html") else docx_text(data)
        assert "因四舍五入可能存在尾数误差" in text


def docx_text(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()


@pytest.mark.parametrize("options", [[], ["--plain-rounding"]], ids=["footed", "plain"])
@pytest.mark.parametrize("name", BOOKS)
def test_a_run_is_repeatable_and_its_manifest_true(name: str, options: list[str], tmp_path: Path) -> None:
    book, runs = EXAMPLES / name, []
    for run in ("one", "two"):
        out = tmp_path / run
        result = CliRunner().invoke(main, ["publish", str(book), "-o", str(out), *options])
        assert result.exit_code == 0, result.output
        runs.append({p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert runs[0] == runs[1]
    described = json.loads(runs[0].pop("manifest.json"))
    assert {one["path"] for one in described["outputs"]} == set(runs[0])
    for output in described["outputs"]:
        assert output["hash"] == f"sha256:{sha256(runs[0][output['path']]).hexdigest()}"
        assert output["bytes"] == len(runs[0][output["path"]])
    assert described["shouzhi"] == shouzhi.__version__
    assert described["book"] == {"name": name, "hash": f"sha256:{book_hash(book)}"}
    assert described["catalogue"] == f"sha256:{catalogue_version()}"
    assert described["draft"] is False


def test_the_hash_of_a_book_is_that_of_its_content(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        write_folder(read(EXAMPLES / SLICE), folder)
    assert book_hash(one) == book_hash(other)
    (other / "notes.txt").write_text("not part of the book", encoding="utf-8")
    assert book_hash(one) == book_hash(other)
    with (other / "prose.md").open("a", encoding="utf-8") as prose:
        prose.write("\n更正\n")
    assert book_hash(one) != book_hash(other)


def test_open_data_holds_every_line_and_fact() -> None:
    from pyarrow import parquet

    made = published(SLICE)
    package = {name.partition("/")[2]: data for name, data in files(made, ["datapackage"]).items()}
    described = json.loads(package["datapackage.json"])
    for resource in described["resources"]:
        assert resource["hash"] == f"sha256:{sha256(package[resource['path']]).hexdigest()}"
        columns = [field["name"] for field in resource["schema"]["fields"]]
        if resource["format"] == "csv":
            rows = list(csv.DictReader(io.StringIO(package[resource["path"]].decode())))
            assert list(rows[0]) == columns
        else:
            table = parquet.read_table(io.BytesIO(package[resource["path"]]))
            assert table.column_names == columns
            assert table.num_rows == len(rows)
    lines = list(csv.DictReader(io.StringIO(package["data/lines.csv"].decode())))
    assert sum(Decimal(line["amount"]) for line in lines) == Decimal(sum(x.amount for x in made.book.lines)) / 100
