"""What a reader of the outputs sees: contents with pages, archival and accessible PDF, pages without barriers."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1

from shouzhi.catalogue.forms import edition, keys
from shouzhi.cycle.building import load
from shouzhi.publish.chart import Chart
from shouzhi.publish.document import Heading, Publication, Table, publication
from shouzhi.publish.files import files
from shouzhi.publish.measure import LANDSCAPE, PORTRAIT
from shouzhi.publish.pdf import pages

EXAMPLES = Path(__file__).parents[1] / "examples"
BOOKS = ("xiezuo-budget-2024", "xiezuo-budget-2017", "zhengwuban-budget-2017", "banggongting-accounts-2017")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@cache
def published(name: str) -> Publication:
    book = load(EXAMPLES / name)
    assert book.edition is not None
    return publication(book, edition(book.edition))


@cache
def written(name: str, kind: str) -> bytes:
    return next(iter(files(published(name), [kind]).values()))


def flat(text: str) -> str:
    return re.sub(r"\s", "", text)


def contents(name: str) -> list[tuple[str, int]]:
    """The entries of the contents of a Word document and the pages printed beside them."""
    xml = zipfile.ZipFile(io.BytesIO(written(name, "docx"))).read("word/document.xml").decode()
    entries = re.findall(r'<w:pStyle w:val="TOC\d"/>.*?</w:p>', xml, re.DOTALL)
    found = [re.findall(r"<w:t [^>]*>([^<]*)</w:t>", entry) for entry in entries]
    return [(text, int(page)) for text, page in found]


# -- Word -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOOKS)
def test_the_contents_of_word_name_the_pages_of_the_pdf(name: str) -> None:
    document = pypdfium2.PdfDocument(written(name, "pdf"))
    texts = [flat(page.get_textpage().get_text_bounded()) for page in document]
    first = next(n for n, text in enumerate(texts) if text.endswith("-1-"))
    entries = contents(name)
    assert len(entries) == len(pages(published(name))) > 20
    for text, page in entries:
        assert flat(text) in texts[first + page - 1], f"{text} is not on page {page}"


def test_the_fields_of_word_are_live_and_ask_nothing() -> None:
    archive = zipfile.ZipFile(io.BytesIO(written(BOOKS[0], "docx")))
    xml = archive.read("word/document.xml").decode()
    assert xml.count("PAGEREF") == len(contents(BOOKS[0]))
    assert xml.count('w:fldCharType="begin"') == xml.count('w:fldCharType="end"')
    # Either of these would have Word ask whether the fields are to be updated.
    assert "w:dirty" not in xml
    assert "updateFields" not in archive.read("word/settings.xml").decode()


def test_a_table_that_says_what_its_heading_says_is_listed_once() -> None:
    listed = [flat(text) for text, _ in contents(BOOKS[0])]
    assert [count for count in Counter(listed).values() if count > 1] == []


def test_forms_of_projects_are_told_apart_in_the_contents() -> None:
    book = load(EXAMPLES / BOOKS[0])
    made = publication(book, edition("national/performance-2020"))
    outputs = files(made, ["pdf", "html"])
    pdf = pypdfium2.PdfDocument(next(data for name, data in outputs.items() if name.endswith("pdf")))
    page = next(data for name, data in outputs.items() if name.endswith("html")).decode()
    marks = [mark.get_title() for mark in pdf.get_toc()]
    assert len(marks) == len(set(marks)) > len(book.projects)
    for project in book.projects:
        assert f"项目支出绩效目标表（{project.name}）" in marks
        assert f"项目支出绩效目标表（{project.name}）</a>" in page


# -- PDF --------------------------------------------------------------------------------------


def catalog(data: bytes) -> dict[str, Any]:
    return {key: resolve1(value) for key, value in PDFDocument(PDFParser(io.BytesIO(data))).catalog.items()}


def elements(node: object) -> Iterator[dict[str, Any]]:
    """The elements of a structure tree, depth first."""
    found = resolve1(node)
    for one in found if isinstance(found, list) else [found]:
        held = resolve1(one)
        if isinstance(held, dict):
            if "S" in held:
                yield held
            yield from elements(held["K"]) if "K" in held else ()


@pytest.mark.parametrize("name", BOOKS)
def test_pdf_says_that_it_is_archival_and_accessible(name: str) -> None:
    found = catalog(written(name, "pdf"))
    assert found["MarkInfo"]["Marked"] is True
    assert found["Lang"] == b"zh-CN"
    assert found["ViewerPreferences"]["DisplayDocTitle"] is True
    intent = resolve1(found["OutputIntents"][0])
    assert intent["S"].name == "GTS_PDFA1"
    assert resolve1(intent["DestOutputProfile"]).get_data()
    metadata = found["Metadata"].get_data().decode()
    said = dict(re.findall(r"<(pdf[ua]{1,2}id:\w+)>([^<]+)<", metadata))
    assert said == {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
    assert published(name).title in metadata


@pytest.mark.parametrize("name", BOOKS)
def test_pdf_is_tagged_through_and_through(name: str) -> None:
    made = published(name)
    tree = list(elements(catalog(written(name, "pdf"))["StructTreeRoot"]["K"]))
    kinds = Counter(element["S"].name for element in tree)
    tables = [part for part in made.parts if isinstance(part, Table)]
    assert kinds["Table"] == len(tables)
    assert kinds["THead"] == sum(0 < part.grid.head < part.grid.height for part in tables)
    assert kinds["H1"] == sum(isinstance(part, Heading) and part.level == 1 for part in made.parts)
    charts = [part for part in made.parts if isinstance(part, Chart)]
    said = [element["Alt"].decode("utf-16") for element in tree if element["S"].name == "Figure"]
    assert said == [part.said for part in charts]


@pytest.mark.parametrize("name", BOOKS)
def test_pdf_embeds_every_font(name: str) -> None:
    document = PDFDocument(PDFParser(io.BytesIO(written(name, "pdf"))))
    fonts = 0
    for number in {n for xref in document.xrefs for n in xref.get_objids()}:
        held = document.getobj(number)
        if isinstance(held, dict) and str(held.get("Type")) == "/'FontDescriptor'":
            fonts += 1
            assert {"FontFile", "FontFile2", "FontFile3"} & held.keys(), held
    assert fonts >= 2


@pytest.mark.parametrize("name", BOOKS)
def test_pdf_has_a_bookmark_for_every_entry_of_the_contents(name: str) -> None:
    document = pypdfium2.PdfDocument(written(name, "pdf"))
    marks = [flat(mark.get_title()) for mark in document.get_toc()]
    assert marks == [flat(text) for text, _ in contents(name)]


@pytest.mark.parametrize("name", BOOKS)
def test_nothing_is_printed_outside_the_page(name: str) -> None:
    for page in pypdfium2.PdfDocument(written(name, "pdf")):
        width, height = page.get_size()
        room = LANDSCAPE if width > height else PORTRAIT
        margin = (width - room) / 2
        text = page.get_textpage()
        for n in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(n)
            assert margin - 2 <= left <= right <= width - margin + 2
            assert 0 < bottom <= top < height


@pytest.mark.parametrize("key", keys())
def test_every_edition_makes_an_accessible_pdf(key: str) -> None:
    chosen = edition(key)
    books = [load(EXAMPLES / name) for name in BOOKS]
    book = next((b for b in books if b.document == chosen.document), books[0])
    made = files(publication(book, chosen), ["pdf"])
    assert catalog(next(iter(made.values())))["MarkInfo"]["Marked"] is True


# -- the page ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium at hand")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.mark.parametrize("name", BOOKS)
def test_the_page_has_no_barriers(name: str, browser: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a fixture
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    path = tmp_path / "page.html"
    path.write_bytes(written(name, "html"))
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(path.as_uri())
    found = axe.run(page)
    page.close()
    assert [(fault["impact"], fault["id"]) for fault in found["violations"]] == []
    assert json.dumps(found["passes"])


@pytest.mark.parametrize("name", BOOKS)
def test_the_page_prints_whole_tables_under_repeated_heads(name: str, browser: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a fixture
    path = tmp_path / "page.html"
    path.write_bytes(written(name, "html"))
    page = browser.new_page()
    page.goto(path.as_uri())
    printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    page.close()
    texts = [flat(one.get_textpage().get_text_bounded()) for one in printed]
    whole = "".join(texts)
    for part in published(name).parts:
        if isinstance(part, Table):
            assert all(flat(note) in whole for note in part.table.notes)
            last = next(box.text for box in reversed(part.grid.boxes) if box.text)
            assert flat(last) in whole
    for one in printed:
        width, _ = one.get_size()
        text = one.get_textpage()
        assert all(text.get_rect(n)[0] >= 0 and text.get_rect(n)[2] <= width for n in range(text.count_rects()))
