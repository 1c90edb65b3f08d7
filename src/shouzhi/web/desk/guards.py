"""What an upload may be: names that are shown and never used, sizes, pages, numbers of files.

What a file is, its content tells (`sources.signature`); bombs, entities and damage are
refused by the readers themselves.  Nothing that was uploaded is ever sent back as a page.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Final

from shouzhi.sources import Unreadable
from shouzhi.sources.archive import MIB
from shouzhi.sources.opening import KINDS, KNOWN, kind_of

MOST_BYTES: Final = 1024 * MIB
"""One uploaded file; a zip of several hundred documents takes some 300 MB."""
MOST_DOCUMENTS: Final = 3_000
"""Documents of one upload."""
MOST_PAGES: Final = 3_000
"""Pages of one document; the longest that departments publish have some hundreds."""
LONGEST_NAME: Final = 180

_FORMULA: Final = re.compile(r"^[\s\u00a0]*[=+\-@]")


def shown_name(name: str) -> tuple[str, bool]:
    """A file's name as it is shown and kept, and whether something was taken out of it.

    Folders, control characters and marks that turn the direction of writing go; a name that
    a spreadsheet would take for a formula gets a `_` before it.
    """
    plain = "".join(c for c in name.replace("\\", "/") if _harmless(c))
    parts = [part.strip() for part in plain.split("/") if part.strip() not in {"", ".", ".."}]
    last = [f"_{part}" if _FORMULA.match(part) else part for part in parts]
    kept = "/".join(last)
    if len(kept) > LONGEST_NAME:
        kept = kept[: LONGEST_NAME // 2] + "…" + kept[-LONGEST_NAME // 2 + 1 :]
    return kept or "未命名", kept != name


def _harmless(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def kind_or_refuse(path: Path, name: str) -> str:
    """The kind of an uploaded file by its content; `zip` for an archive of documents.

    Raises Unreadable with cause and remedy for what cannot be read.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise too_large(size)
    kind = kind_of(path, Path(name).suffix)
    if kind == "zip":
        return kind
    if kind not in KINDS:
        raise Unreadable(*KNOWN[kind])
    if kind in {"text", "html"} and _is_drawing(path):
        raise Unreadable("这是 SVG 图形，不是文档", "请上传文档本身；图形里的文字和脚本不会读取")
    return kind


def _is_drawing(path: Path) -> bool:
    with path.open("rb") as file:
        return re.search(rb"<svg[\s>]", file.read(4096), re.IGNORECASE) is not None and _no_page(path)


def _no_page(path: Path) -> bool:
    with path.open("rb") as file:
        return re.search(rb"<(?:html|body|table)[\s>]", file.read(64 * 1024), re.IGNORECASE) is None


def too_large(size: int) -> Unreadable:
    """The refusal of a file of `size` bytes."""
    return Unreadable(
        f"文件有 {size // MIB} MB，超过上限 {MOST_BYTES // MIB} MB", "请拆分后分几次上传"
    )


def refuse_long(path: Path, kind: str) -> None:
    """Count the pages of a PDF before any is read; raises Unreadable above MOST_PAGES.

    Run it in a process of its own: PDFium opens the file.
    """
    if kind != "pdf":
        return
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - heavy

    try:
        document = PdfDocument(path)
    except PdfiumError:
        return  # the reader says what is wrong with it
    try:
        pages = len(document)
    finally:
        document.close()
    if pages > MOST_PAGES:
        raise Unreadable(
            f"文件有 {pages:,} 页，超过上限 {MOST_PAGES:,} 页", "请核对文件；确是预决算时请按部门或年度拆分后上传"
        )
