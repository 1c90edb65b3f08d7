"""PDF with a text layer: ruled, partly ruled and unruled tables and the lines around them.

A page is read in the frame in which its text stands upright: glyphs in the
order of the text stream (`glyphs`), rules (`rules`) that hang together as
lattices (`lattice`), the text of their cells and of the lines outside
(`lines`), then what the rules do not tell (`partial`, `alignment`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pypdfium2 import PdfDocument, raw

from shouzhi.sources import Source, Unreadable
from shouzhi.sources.pdf import pdfium, standin
from shouzhi.sources.pdf.page import Taken, page_of, take

_TAIL = 4096
_LISTED = 5
_PAGES, _GLYPHS = 16, 10_000  # a handful ends after so many pages or so large a one
_OPEN = 250  # pages
_RECOGNISE = "请先做文字识别（OCR），存为带文字层的 PDF 再读"


def read(path: Path) -> Source:
    """Read a PDF file: its pages with their grids and lines, and what could not be read.

    Raises Unreadable for an empty, truncated, encrypted or pageless file, for
    what is no PDF, and for a document without any text.
    """
    source = Source(path.name, "pdf", [])
    pictures: list[int] = []
    for handful in _handfuls(_pages(path)):
        for taken in handful:
            page, notes = page_of(taken)
            source.pages.append(page)
            source.warnings += notes
        pictures += [taken.number for taken in handful if taken.is_picture]
    if not any(page.blocks for page in source.pages):
        if source.warnings and not pictures:
            raise Unreadable("各页都读不出来", f"{source.warnings[0]}；请重新下载")
        raise Unreadable("文件没有文字层（扫描件）", _RECOGNISE)
    if pictures:
        source.warnings.append(f"{_listed(pictures)}没有文字层，可能是扫描的图片，未读出内容")
    return source


def _pages(path: Path) -> Iterator[Taken]:
    """What PDFium gives of each page.

    Pages are closed at once, and the document is opened anew from time to time:
    PDFium keeps the fonts and streams of all pages that it has seen.
    """
    first, count = 0, 1
    while first < count:
        with _opened(path) as document:
            count = len(document)
            for index in range(first, min(count, first + _OPEN)):
                yield _page(pdfium.handle(document), index)
        first += _OPEN


def _page(document: pdfium.Handle, index: int) -> Taken:
    page = pdfium.load_page(document, index)
    if not page.value:
        return Taken(index + 1)
    try:
        return take(page, index + 1)
    finally:
        pdfium.close_page(page)


def _handfuls(pages: Iterable[Taken]) -> Iterator[list[Taken]]:
    """Some pages at a time: to have PDFium at work and then Python is faster than to take turns."""
    handful: list[Taken] = []
    for page in pages:
        handful.append(page)
        if len(handful) >= _PAGES or len(page.text.glyphs) > _GLYPHS:
            yield handful
            handful = []
    yield handful


@contextmanager
def _opened(path: Path) -> Iterator[PdfDocument]:
    """An open document, closed afterwards; Unreadable where PDFium cannot open it."""
    _look(path)
    standin.install()
    # pypdfium2's own opening cannot tell a document without pages from a stale error.
    opened = raw.FPDF_LoadDocument(
        str(path.resolve()).encode("utf-8", "surrogateescape") + b"\0", None
    )
    if not opened:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD:
            raise Unreadable("文件设有打开密码", "请输入密码打开后另存为不加密的文件再读")
        raise Unreadable("文件已损坏，无法打开", "请重新下载，或用阅读软件另存一份再读")
    document = PdfDocument(opened)
    try:
        if not len(document):
            raise Unreadable("文件里没有页面", "请核对文件，或向发布单位另要一份")
        yield document
    finally:
        document.close()


def _look(path: Path) -> None:
    """Judge a file by its first and last bytes: PDFium would mend a truncated one silently."""
    with path.open("rb") as file:
        head = file.read(1024)
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    if not size:
        raise Unreadable("文件是空的", "请重新下载")
    if b"%PDF-" not in head:
        raise Unreadable("文件不是 PDF", "请核对文件类型和扩展名")
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise Unreadable("文件不完整，缺少结尾", "请重新下载")


def _listed(numbers: list[int]) -> str:
    """第3页, 第3、4页 or 第3、4、5、6、7页等20页."""
    text = "、".join(map(str, numbers[:_LISTED]))
    more = f"等{len(numbers)}页" if len(numbers) > _LISTED else ""
    return f"第{text}页{more}"
