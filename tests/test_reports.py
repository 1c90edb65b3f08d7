"""What a check found, as people see it: rows with their marks, escapes, pictures, highlights."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdfium2 import PdfDocument, PdfPage, raw
from rich.cells import cell_len
from selectolax.lexbor import LexborHTMLParser

import specimens
from shouzhi.checks import Broken, Finding, Mark, Suspect
from shouzhi.cli.checking import Checked
from shouzhi.cli.messages import Messages
from shouzhi.cli.report import html, locate, marked, picture, terminal, words
from shouzhi.cli.report import view as views
from shouzhi.cli.report.excerpt import excerpts
from shouzhi.cli.report.options import Options
from shouzhi.cli.report.workbook import workbook
from shouzhi.facts import Document, read_document
from shouzhi.sources.folder import Entry
from shouzhi.space import Box, Location

EXAMPLES = Path(__file__).parents[1] / "examples" / "documents"
EVIL = "<script>alert(1)</script>"
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """One ruled table: a total, its three columns, two rows below it."""
    path = tmp_path_factory.mktemp("specimen") / "one.xlsx"
    path.write_bytes(specimens.xlsx())
    return read_document(path, "one.xlsx")


def cell(document: Document, row: int, column: int) -> Mark:
    held = document.tables[0].rows[row]
    place = held.places[column] or held.location
    return Mark(0, held.cells[column] or "", place, 0, row, column, held.label.strip())


def wrong_cell(document: Document, **more: Any) -> Finding:  # noqa: ANN401
    """The cell 358.93 told as the wrong one, with the total that it breaks."""
    suspect = cell(document, 1, 2)
    parts = (cell(document, 0, 2), suspect, cell(document, 2, 2))
    plain = Finding(
        "one.xlsx", "sum-in-table", "arithmetic", "error", f"合计不等于各项之和 {EVIL}",
        parts, "358.92", "358.93", "0.01", Suspect(suspect, "358.92", "digit"),
        (Suspect(cell(document, 0, 2), "3,068.29", "cell", sure=False),),
        (Broken(f"合计 {FORMULA}", "3,068.29", "3,068.28", "-0.01", parts),), "某规程第一条",
    )  # fmt: skip
    return replace(plain, **more)


def prose(**more: Any) -> Finding:  # noqa: ANN401
    at = Mark(0, "924", Location(page=2, line=7), label="农林水支出924万元，比上年增加")
    plain = Finding(
        "one.xlsx", "stated-amount", "statement", "warning", "正文的数与表不一致", (at,),
        "984.00", "924.00", "-60.00",
    )  # fmt: skip
    return replace(plain, **more)


def rounding(document: Document) -> Finding:
    return Finding(
        "one.xlsx", "rounding", "arithmetic", "rounding", "尾数差 0.01", (cell(document, 0, 0),)
    )


def code(document: Document) -> Finding:
    mark = replace(cell(document, 2, 0), text="事业运行", column=None)
    return Finding(
        "one.xlsx", "unit-code", "name", "note", FORMULA, (mark,), "111001", "1111001", None
    )


def shown(document: Document, *findings: Finding) -> dict[str, Any]:
    packed = views.pack(views.view([document], findings, ["xlsx"]))
    return views.unpack(packed, ["moved/one.xlsx"])


def checked(view: dict[str, Any]) -> Checked:
    return Checked((Entry("moved/one.xlsx", Path("one.xlsx")),), view)


# -- the plain data ---------------------------------------------------------------------


def test_a_finding_follows_the_contract(document: Document) -> None:
    view = shown(document, rounding(document), wrong_cell(document, extra={"together": (
        Suspect(cell(document, 2, 2), "0.01", ""),)}))  # fmt: skip
    first, second = view["findings"]
    assert (first["severity"], second["severity"]) == ("error", "rounding")
    assert list(first)[:11] == [
        "document", "check", "kind", "severity", "message", "expected", "found", "difference",
        "where", "suspect", "authority",
    ]  # fmt: skip
    assert first["document"] == "moved/one.xlsx"
    assert {"page", "table", "row", "column", "line", "text"} <= set(first["where"][0])
    assert (first["suspect"]["where"]["heading"], first["suspect"]["value"]) == (
        "一般公共预算支出/项目支出",
        "358.92",
    )
    assert first["extra"]["together"][0]["where"]["label"] == "事业运行"
    assert views.line(first, ["moved/one.xlsx"]).count(b"\n") == 1


def test_an_excerpt_has_the_rows_of_the_places_and_knows_the_wrong_cell(document: Document) -> None:
    view = shown(document, wrong_cell(document))
    (excerpt,) = excerpts(view["findings"][0], view)
    assert excerpt.rows == [0, 1, 2]
    assert excerpt.wrong == {(1, 2)}
    assert excerpt.marked == {(0, 2): None, (1, 2): "358.92", (2, 2): None}


# -- the terminal -----------------------------------------------------------------------


def lines(view: dict[str, Any], width: int | None = None, **more: bool) -> list[str]:
    return [line.plain for line in terminal.view_lines(view, Messages(), width, **more)]


@pytest.mark.parametrize("width", [None, 60, 100])
def test_carets_stand_under_the_wrong_cell(document: Document, width: int | None) -> None:
    text = lines(shown(document, wrong_cell(document)), width)
    at = next(n for n, line in enumerate(text) if "^^^" in line)
    row, carets = text[at - 1], text[at]
    end = cell_len(carets.partition("应为")[0].rstrip())
    assert row.split()[-1] == "358.93"
    assert cell_len(row) == end
    assert carets.endswith("应为 358.92")
    assert "3,068.28*" in text[at - 2]
    assert any(line.split()[-1:] == ["项目支出"] for line in text)


def test_rounding_notes_are_folded(document: Document) -> None:
    view = shown(document, rounding(document))
    assert "1 处尾差，四舍五入所致" in "\n".join(lines(view))
    assert "尾数差 0.01" not in "\n".join(lines(view))
    assert "尾数差 0.01" in "\n".join(lines(view, rounding=True))
    assert "没有发现问题" in "\n".join(lines(shown(document)))


def test_words_of_the_prose_are_marked_in_their_clause(document: Document) -> None:
    text = lines(shown(document, prose()))
    at = next(n for n, line in enumerate(text) if "^^^" in line)
    assert text[at - 1].strip() == "农林水支出924万元，比上年增加"
    assert cell_len(text[at].partition("^")[0]) == cell_len(text[at - 1].partition("924")[0])
    assert "应为 984.00" in text[at]


@given(st.text("表五“（，。）1,234.56%Abc ", max_size=80), st.integers(8, 40))
def test_folding_keeps_everything_and_fits(text: str, width: int) -> None:
    folded = terminal.folded(text, width)
    assert "".join("".join(folded).split()) == "".join(text.split())
    assert all(cell_len(line) <= width + 12 for line in folded)
    assert not any("1,234.5" in line and not re.search(r"1,234\.56", line) for line in folded
                   if width > 30)  # fmt: skip


# -- the web page -----------------------------------------------------------------------


def page(document: Document, *findings: Finding) -> str:
    return html.render([checked(shown(document, *findings))], {}, Options(Messages()))


def test_the_page_is_one_safe_file(document: Document) -> None:
    text = page(document, wrong_cell(document), prose(), code(document), rounding(document))
    assert EVIL not in text
    assert "&lt;script&gt;" in text
    assert not re.search(r"https?://|<script|<link|<iframe|\son\w+=|style=", text)
    tree = LexborHTMLParser(text)
    style, policy = tree.css_first("style"), tree.css_first("meta[http-equiv]")
    assert style is not None
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(style.text().encode()).digest()).decode()
    assert f"'sha256-{digest}'" in str(policy.attributes["content"])
    assert len(tree.css("article")) == 3


def test_the_page_marks_the_cell_under_its_headings(document: Document) -> None:
    tree = LexborHTMLParser(page(document, wrong_cell(document)))
    (suspect,) = tree.css("td.suspect")
    assert suspect.text(separator="|", strip=True) == "358.93|应为 358.92"
    assert len(tree.css("td.other")) == 2
    heads = [[th.text() for th in tr.css("th")] for tr in tree.css(".grid thead tr")]
    assert heads[0][1:] == ["一般公共预算支出"]
    assert heads[1] == ["小计", "基本支出", "项目支出"]
    spans = tree.css_first(".grid thead th[colspan]")
    assert spans is not None
    assert spans.attributes["colspan"] == "3"


def test_the_page_speaks_english(document: Document) -> None:
    text = html.render([checked(shown(document, prose()))], {}, Options(Messages("en")))
    assert '<html lang="en">' in text
    assert "1 warnings" in text


# -- the workbook -----------------------------------------------------------------------


def test_the_list_has_numbers_texts_and_a_place_for_the_reply(
    document: Document, tmp_path: Path
) -> None:
    path = tmp_path / "list.xlsx"
    with workbook(path, Options(Messages())) as add:
        add(checked(shown(document, wrong_cell(document), code(document), rounding(document))))
    book = openpyxl.load_workbook(path)
    findings, relations = book.worksheets
    head, first, second, *rest = findings.iter_rows(values_only=True)
    named = dict(zip(head, first, strict=True))
    assert not rest
    assert (named["印为"], named["应为"], named["差额"]) == (358.93, 358.92, 0.01)
    assert (named["行"], named["列"]) == ("合计", "一般公共预算支出/项目支出")
    assert named["单位答复"] in {None, ""}
    assert "→ 358.92" in str(named["怎么办"])
    assert dict(zip(head, second, strict=True))["印为"] == "1111001"  # a code is no amount
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert findings.freeze_panes == "C2"
    assert str(findings.auto_filter.ref).startswith("A1:R")
    assert relations["C2"].value == f"合计 {FORMULA}"
    assert findings["C2"].fill.fgColor.rgb != findings["C3"].fill.fgColor.rgb


# -- pages of PDF -----------------------------------------------------------------------

SEEN: Box = (60.0, 100.0, 120.0, 130.0)


def blank(turns: int, tmp_path: Path) -> Path:
    """A page of 300 × 200 points in a crop box away from the origin, turned by quarter turns."""
    document = PdfDocument.new()
    page = document.new_page(400, 300)
    page.set_cropbox(50, 40, 350, 240)
    page.set_rotation(90 * turns)
    path = tmp_path / f"{turns}.pdf"
    document.save(path)
    document.close()
    return path


def texts(page: PdfPage) -> Iterator[str]:
    """The contents of the annotations of a page."""
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        size = raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
        buffer = ctypes.create_string_buffer(size)
        letters = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        raw.FPDFAnnot_GetStringValue(annotation, b"Contents", letters, size)
        raw.FPDFPage_CloseAnnot(annotation)
        yield buffer.raw.decode("utf-16-le").rstrip("\0")


@pytest.mark.parametrize("turns", range(4))
def test_a_highlight_stands_where_the_cell_is_seen(turns: int, tmp_path: Path) -> None:
    path = blank(turns, tmp_path)
    note = marked.Note(1, locate.Place(1, SEEN), "error", "应为 36.63")
    data = marked.mark((Entry(path.name, path), [note]))
    document = PdfDocument(io.BytesIO(data))
    page = document[0]
    assert list(texts(page)) == ["应为 36.63"]
    blue = page.render().to_numpy()[:, :, 0]
    rows, columns = np.where(blue < 250)
    top = page.get_height() - SEEN[3]
    assert abs(columns.min() - SEEN[0]) <= 2
    assert abs(columns.max() + 1 - SEEN[2]) <= 2
    assert abs(rows.min() - top) <= 2
    assert abs(rows.max() + 1 - top - 30) <= 2
    document.close()


def test_notes_tell_the_whole_once_and_what_has_no_place_at_the_head(document: Document) -> None:
    view = shown(document, wrong_cell(document), code(document))
    for place in (place for finding in view["findings"] for place in views.places(finding)):
        place.update({"page": 1, "box": [10.0, 20.0 + place["row"], 30.0, 40.0]})
    view["findings"].append({**shown(document, prose())["findings"][0], "where": []})
    made = marked.notes(view, 0, view["findings"], Messages())
    assert [note.place is None for note in made] == [True, False, False]
    assert "正文的数与表不一致" in made[0].text
    assert "358.93 → 358.92" in made[1].text
    assert "某规程第一条" in made[1].text


@pytest.fixture(scope="module")
def pdf() -> tuple[Path, Document]:
    path = next(EXAMPLES.glob("*.pdf"))
    return path, read_document(path, path.name)


def test_words_are_found_after_the_beginning_of_their_paragraph(
    pdf: tuple[Path, Document],
) -> None:
    path, document = pdf
    paragraphs = [p for section in document.sections for p in section.paragraphs]
    long = max(paragraphs, key=lambda paragraph: len(paragraph.text))
    box, page = long.location.box, long.location.page
    assert box is not None
    assert page is not None
    number = re.findall(r"[\d,]+\.\d+|\d{2,}", long.text)[-1]
    opened = PdfDocument(path)
    place = locate.Place(page, box, number, long.text)
    found_page, boxes = locate.Finder(opened).resolve(place)
    assert found_page in {page, page + 1}
    assert len(boxes) == 1
    assert boxes[0][2] - boxes[0][0] < 100
    assert (boxes[0][3] <= box[3] + 4) or found_page > page
    missing = locate.Place(page, box, "没有这些字", "这里没有这些字")
    assert locate.Finder(opened).resolve(missing) == (page, [box])
    whole = locate.Place(page, box, "没有这些字", in_table=True)
    assert locate.Finder(opened).resolve(whole) == (page, [])
    opened.close()


def test_a_row_becomes_a_small_picture_with_its_cell_outlined(
    pdf: tuple[Path, Document],
) -> None:
    images = pytest.importorskip("PIL.Image", reason="Pillow looks at the picture")
    path, document = pdf
    table = next(n for n, table in enumerate(document.tables) if len(table.rows) > 3)
    row = document.tables[table].rows[2]
    column = next(n for n, text in enumerate(row.cells) if text)
    place = row.places[column]
    assert place is not None
    mark = Mark(0, row.cells[column] or "", place, table, 2, column, row.label)
    finding = Finding(path.name, "sum-in-table", "arithmetic", "error", "合计", (mark,))
    packed = views.pack(views.view([document], [finding], ["pdf"]))
    view = views.unpack(packed, [path.name])
    spots = picture.spots(view["findings"][0], view, 0)
    entry = Entry(path.name, path)
    ((uri,),) = orjson.loads(picture.draw((entry, [spots])))
    data = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    image = images.open(io.BytesIO(data))
    image.load()
    assert 500 < image.width <= picture.PIXELS
    assert 20 < image.height < 400
    assert len(data) < 60_000
    red = np.asarray(image.convert("RGB")).astype(int)
    assert ((red[:, :, 0] - red[:, :, 1]) > 100).any()


def test_a_picture_of_a_page_that_is_not_there_is_none(pdf: tuple[Path, Document]) -> None:
    path, _ = pdf
    spot = picture.Spot(locate.Place(999, (0, 0, 10, 10)), None, picture.RED)
    assert picture.draw((Entry(path.name, path), [[spot]])) == b"[[]]"


def test_counts_are_told_gravest_first(document: Document) -> None:
    found = words.counts(shown(document, prose(), wrong_cell(document))["findings"])
    assert words.count_line(found, Messages()) == "1 处错误 · 1 处警告"
