"""What kind of file it is, told by its content; the extension only decides where content cannot."""

from __future__ import annotations

import codecs
import re
import zipfile
from typing import BinaryIO, Final

from shouzhi.sources import ole

HEAD: Final = 64 * 1024
"""How much of a file is looked at to tell text from bytes."""

HTML_SUFFIXES: Final = (".html", ".htm", ".xhtml")
_STARTS: Final = (
    (b"{\\rtf", "rtf"), (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"), (b"\x89PNG\r\n", "image"), (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"), (b"BM", "bitmap"), (b"II*\0", "image"), (b"MM\0*", "image"),
    (b"<?mso", "markup"),
)  # fmt: skip
_PARTS: Final = (
    ("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb"),
    ("ppt/presentation.xml", "pptx"), ("ofd.xml", "ofd"),
)  # fmt: skip
_OPEN_DOCUMENT: Final = {
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.presentation": "pptx",
}
_CONTENT_TYPES: Final = ((b"wordprocessingml", "docx"), (b"spreadsheetml", "xlsx"))
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|meta|div|p|h[1-6])[\s>]", re.IGNORECASE
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""The marks that a text may begin with, and what they say of its encoding."""


def identify(file: BinaryIO, suffix: str = "") -> str:
    """Tell the kind of the file in `file` (seekable, at any place).

    Gives one of the kinds that are read (pdf, docx, xlsx, xls, ods, doc, rtf, odt, html,
    text, zip), one that is known and not read (encrypted, xlsb, pptx, ofd, rar, 7z, gzip,
    image, mhtml, wordml, excelml, ole), `empty`, or `unknown`.
    """
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        return "empty"
    # A zip that only stores its first document has the beginning of that one in its own.
    if b"%PDF-" in head[:1024] and not head.startswith(b"PK\x03\x04"):
        return "pdf"
    if head.startswith(b"PK"):
        return _zip(file)
    if head.startswith(ole.MAGIC):
        return _ole(file)
    for start, kind in _STARTS:
        if head.startswith(start) and (kind != "bitmap" or head[6:10] == b"\0\0\0\0"):
            return "image" if kind == "bitmap" else kind
    return _text(head, suffix.lower())


def _zip(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as opened:
            names = {n.replace("\\", "/").lstrip("/").lower(): n for n in opened.namelist()}
            for part, kind in _PARTS:
                if part in names:
                    return kind
            if "mimetype" in names:
                with opened.open(names["mimetype"]) as stream:
                    return _OPEN_DOCUMENT.get(stream.read(100).strip(), "zip")
            if "[content_types].xml" in names:  # the parts may have other names than usual
                with opened.open(names["[content_types].xml"]) as stream:
                    types = stream.read(HEAD)
                return next((kind for word, kind in _CONTENT_TYPES if word in types), "zip")
    except Exception:  # noqa: BLE001 - any damage: opening it as a zip tells what is wrong
        return "zip"
    return "zip"


def _ole(file: BinaryIO) -> str:
    streams = ole.streams(file)
    if "EncryptedPackage" in streams:
        return "encrypted"
    if "WordDocument" in streams:
        # [MS-DOC] 2.5.1: bit 8 of the flags at offset 10 of the FIB tells an encrypted text
        start = streams["WordDocument"]
        return "encrypted" if len(start) > 11 and start[11] & 1 else "doc"
    if "Workbook" in streams or "Book" in streams:
        return "xls"
    return "pptx" if "PowerPoint Document" in streams else "ole"


def _text(head: bytes, suffix: str) -> str:
    text = decoded(head)
    if text is None:
        return "unknown"
    start = text.encode("utf-8", "replace").lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "excelml"
    if start.startswith(b"<?xml") and (b"office/word/2003" in start or b"<pkg:package" in start):
        return "wordml"
    if start[:200].lower().startswith(b"mime-version:") and b"multipart/related" in start.lower():
        return "mhtml"
    opens = start.startswith(b"<") and _HTML.search(start[:8192])
    return "html" if opens or (suffix in HTML_SUFFIXES and b"<" in start) else "text"


def _guesses(head: bytes) -> tuple[str, ...]:
    """UTF-16 without its mark has zeros beside every Latin letter, digit and line end."""
    if b"\0" not in head:
        return ("utf-8", "gb18030")
    even, odd = head[::2].count(0), head[1::2].count(0)
    return ("utf-16-le" if odd >= even else "utf-16-be",)


def decoded(head: bytes) -> str | None:
    """The beginning of a file as text (UTF-8, UTF-16 with its mark, GB 18030); None for bytes."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return codecs.getincrementaldecoder(encoding)("replace").decode(head[len(mark) :])
    for encoding in _guesses(head):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return text if len(_CONTROLS.findall(text)) * 100 <= len(text) else None
    return None
