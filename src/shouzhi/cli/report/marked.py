"""The checked PDF itself, its cells highlighted, with a note on each that says what is wrong.

PDFium writes the annotations: it opens whatever the reader could open, and no further
library is needed.  Coordinates are turned back from the page as seen to the page as filed.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from pypdfium2 import PdfDocument, PdfiumError, PdfPage, raw

from shouzhi.checks import ORDER
from shouzhi.cli.messages import Messages
from shouzhi.cli.report import words
from shouzhi.cli.report.excerpt import excerpts
from shouzhi.sources import Unreadable
from shouzhi.sources.folder import Entry
from shouzhi.sources.pdf.frame import Frame, turn
from shouzhi.space import Box

Json = dict[str, Any]

AUTHOR: Final = "收支 Shouzhi"
ICON: Final = 20.0
"""Points that a note without a cell takes on the page."""
COLOURS: Final = {
    "error": (255, 150, 140),
    "warning": (255, 214, 102),
    "note": (160, 208, 255),
    "rounding": (206, 226, 206),
}
_FROM_TOP = 14.0
_SHOWN = 4  # print and show, neither hidden nor locked


@dataclass(frozen=True, slots=True)
class Note:
    """One annotation: on a box of a page as seen, or at the head of the page without one."""

    page: int
    box: Box | None
    severity: str
    text: str


def notes(view: Json, document: int, findings: Sequence[Json], messages: Messages) -> list[Note]:
    """The notes on one document: one for each marked cell, and one on the first page.

    A cell of several findings has one note, the gravest first; the note on the first page
    sums up and tells what has no place of its own.
    """
    by_place: dict[tuple[int, Box], list[Json]] = {}
    homeless: list[Json] = []
    for finding in findings:
        spots = _spots(finding, view, document)
        for spot in spots:
            by_place.setdefault(spot, []).append(finding)
        if not spots:
            homeless.append(finding)
    head = [words.count_line(words.counts(list(findings)), messages)]
    head += [_text(finding, view, messages) for finding in homeless]
    worst = min((f["severity"] for f in findings), key=_rank, default="note")
    made = [Note(1, None, worst, "\n\n".join(head))]
    for (page, box), told in by_place.items():
        ordered = sorted(told, key=lambda finding: _rank(finding["severity"]))
        text = "\n\n".join(_text(finding, view, messages) for finding in ordered)
        made.append(Note(page, box, ordered[0]["severity"], text))
    return made


def _rank(severity: str) -> int:
    return [*ORDER].index(severity)  # type: ignore[arg-type]


def _spots(finding: Json, view: Json, document: int) -> list[tuple[int, Box]]:
    """The boxes that a finding marks, each once: the suspect cell, or else all its places."""
    suspect = finding["suspect"]
    marks = [suspect["where"]] if suspect else finding["where"]
    found: dict[tuple[int, Box], None] = {}
    for mark in marks:
        if mark["document"] == document and mark["page"] and mark.get("box"):
            found[mark["page"], tuple(mark["box"])] = None
    if not found:
        # The words of a row stand where the row does.
        for excerpt in excerpts(finding, view):
            for number in excerpt.rows:
                at = excerpt.row(number)["location"]
                if excerpt.at["document"] == document and at.get("page") and at.get("box"):
                    found[at["page"], tuple(at["box"])] = None
    return list(found)


def _text(finding: Json, view: Json, messages: Messages) -> str:
    """What the note on a cell says."""
    severity = messages(f"severity-{finding['severity']}")
    lines = [f"{words.SIGNS[finding['severity']]} {severity}  {finding['message']}"]
    sides = [
        messages(f"side-{name}", value=finding[name])
        for name in ("expected", "found", "difference")
        if finding[name]
    ]
    if sides:
        lines.append(messages("list-comma").join(sides))
    if todo := words.todo(view, finding, messages):
        lines.append(todo)
    lines += [f"· {words.correction(view, each, messages)}" for each in finding["candidates"]]
    lines += [f"· {words.relation(each, messages)}" for each in finding["broken"][:10]]
    if finding["authority"]:
        lines.append(messages("relation", words=messages("authority"), sides=finding["authority"]))
    return "\n".join(lines)


def mark(task: tuple[Entry, Sequence[Note]]) -> bytes:
    """The PDF with its notes, in a process of its own.

    Raises `shouzhi.sources.Unreadable` when PDFium cannot write the file.
    """
    entry, wanted = task
    with entry.on_disk() as path:
        try:
            document = PdfDocument(path)
        except PdfiumError as error:
            raise Unreadable("文件无法打开来标注", "请用阅读软件另存一份再试") from error
        try:
            for note in wanted:
                if 1 <= note.page <= len(document):
                    _annotate(document, note)
            written = io.BytesIO()
            document.save(written)
        except PdfiumError as error:
            raise Unreadable("标注后的文件写不出来", "请用阅读软件另存一份再试") from error
        finally:
            document.close()
    return written.getvalue()


def _annotate(document: PdfDocument, note: Note) -> None:
    page = document[note.page - 1]
    try:
        if note.box is None:
            width, height = page.get_size()
            icon = (_FROM_TOP, height - _FROM_TOP - ICON, _FROM_TOP + ICON, height - _FROM_TOP)
            _make(page, raw.FPDF_ANNOT_TEXT, icon, note)
        else:
            _make(page, raw.FPDF_ANNOT_HIGHLIGHT, note.box, note)
    finally:
        page.close()


def _make(page: PdfPage, kind: int, box: Box, note: Note) -> None:
    """Write one annotation on an open page; `box` is on the page as seen."""
    left, bottom, right, top = as_filed(page, box)
    annotation = raw.FPDFPage_CreateAnnot(page, kind)
    if not annotation:
        raise PdfiumError("no annotation")
    try:
        colour = COLOURS[note.severity]
        raw.FPDFAnnot_SetColor(annotation, raw.FPDFANNOT_COLORTYPE_Color, *colour, 255)
        if kind == raw.FPDF_ANNOT_HIGHLIGHT:
            corners = raw.FS_QUADPOINTSF(left, top, right, top, left, bottom, right, bottom)
            raw.FPDFAnnot_AppendAttachmentPoints(annotation, ctypes.byref(corners))
        rectangle = raw.FS_RECTF(left, top, right, bottom)
        raw.FPDFAnnot_SetRect(annotation, ctypes.byref(rectangle))
        raw.FPDFAnnot_SetFlags(annotation, _SHOWN)
        for key, text in (("Contents", note.text), ("T", AUTHOR), ("Subj", note.severity)):
            _set_text(annotation, key, text)
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _set_text(annotation: object, key: str, text: str) -> None:
    """Set a text of an annotation, which PDFium takes as UTF-16LE that ends with a zero."""
    encoded = (text.replace("\0", "") + "\0").encode("utf-16-le", "replace")
    letters = (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded)
    raw.FPDFAnnot_SetStringValue(annotation, key.encode(), letters)


def as_filed(page: PdfPage, box: Box) -> Box:
    """A box of a page as seen, in the coordinates of the file: unturned, from its own origin."""
    frame = Frame(_visible(page), page.get_rotation() // 90 % 4)
    turned = turn(np.array([box]), *frame.seen, 4 - frame.turns)[0].tolist()
    x, y = frame.box[0], frame.box[1]
    return turned[0] + x, turned[1] + y, turned[2] + x, turned[3] + y


def _visible(page: PdfPage) -> Box:
    """The part of a page that is shown, in its own coordinates."""
    rectangle = raw.FS_RECTF()
    if not raw.FPDF_GetPageBoundingBox(page, ctypes.byref(rectangle)):
        raise PdfiumError("no box")
    return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
