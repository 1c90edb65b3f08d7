"""The checked PDF itself, its cells highlighted, with a note on each that says what is wrong.

PDFium writes the annotations: it opens whatever the reader could open, and no further
library is needed.  Coordinates are turned back from the page as seen to the page as filed.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from pypdfium2 import PdfDocument, PdfiumError, PdfPage, raw

from shouzhi.checks import ORDER
from shouzhi.cli.checking import Checked, on_pages
from shouzhi.cli.formats import to_file, to_folder
from shouzhi.cli.messages import Messages
from shouzhi.cli.read import progress
from shouzhi.cli.records import safe_name
from shouzhi.cli.report import words
from shouzhi.cli.report.locate import Finder, Place, as_filed, place_of
from shouzhi.cli.report.options import Add, Options
from shouzhi.cli.workers import Failure
from shouzhi.sources import Unreadable
from shouzhi.sources.folder import Entry
from shouzhi.space import Box

Json = dict[str, Any]

AUTHOR: Final = "收支 Shouzhi"
ICON: Final = 20.0
"""Points that a note without a cell takes on the page."""
LISTED: Final = 3
"""Files that are no PDF, told by name."""
MOST: Final = 10
"""Broken relations that one note lists."""
FROM_EDGE: Final = 14.0
"""Points between such a note and the edge of the page."""
COLOURS: Final = {
    "error": (255, 150, 140),
    "warning": (255, 214, 102),
    "note": (160, 208, 255),
    "rounding": (206, 226, 206),
}
_SHOWN = 4  # print and show, neither hidden nor locked


@dataclass(frozen=True, slots=True)
class Note:
    """One annotation: on a place, or at the head of its page where `place` is None."""

    page: int
    place: Place | None
    severity: str
    text: str


def marked(out: Path, options: Options) -> AbstractContextManager[Add]:
    """One marked PDF at `out`, or several in that folder.

    Raises click.UsageError when there are several and `out` is a file.
    """
    if options.several and (out.suffix.lower() == ".pdf" or (out.exists() and not out.is_dir())):
        raise click.UsageError(options.messages("marked-folder", path=out))
    return _collected(out, options)


@contextmanager
def _collected(out: Path, options: Options) -> Iterator[Add]:
    """Collect what was checked, then mark all PDF files of it; the others are told."""
    checked: list[Checked] = []
    yield checked.append
    tasks, others = [], list[str]()
    for each in checked:
        for document, about in enumerate(() if each.failure else each.view["documents"]):
            if about["source"] == "pdf":
                tasks.append((each.entries[document], _wanted(each.view, document, options)))
            else:
                others.append(each.names[document])
    if others:
        shown = "、".join(others[:LISTED])
        told = options.messages("marked-needs-pdf", names=shown, count=len(others))
        options.notes.append(told)
        options.nothing = not tasks
    if tasks:
        with (
            _writer(out, options) as write,
            progress(len(tasks), options.messages, on_screen=False, doing="marking") as step,
        ):
            for number, result in on_pages(mark, tasks, jobs=options.jobs, limit=options.limit):
                name = tasks[number][0].name
                with step():
                    if isinstance(result, Failure):
                        options.unusable.append((name, result))
                    else:
                        write(name, result)


def _wanted(view: Json, document: int, options: Options) -> list[Note]:
    """The notes of a document, without what is folded away."""
    shown = [f for f in view["findings"] if options.rounding or f["severity"] != "rounding"]
    return notes(view, document, shown, options.messages)


Write = Callable[[str, bytes], None]


def _writer(out: Path, options: Options) -> AbstractContextManager[Write]:
    """What writes a marked PDF under the name of its source."""
    return to_folder(out, _folder) if options.several else to_file(out, _file)


@contextmanager
def _file(path: Path) -> Iterator[Write]:
    path.touch()
    yield lambda _, data: _write(path, data)


@contextmanager
def _folder(folder: Path) -> Iterator[Write]:
    taken: set[str] = set()
    yield lambda name, data: _write(folder / f"{safe_name(Path(name).stem, taken, 80)}.pdf", data)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def notes(view: Json, document: int, findings: Sequence[Json], messages: Messages) -> list[Note]:
    """The notes on one document: one for each marked cell, and one on the first page.

    A cell of several findings has one note, the gravest first; the note on the first page
    sums up and tells what has no place of its own.
    """
    by_place: dict[Place, list[Json]] = {}
    told: set[int] = set()
    homeless: list[Json] = []
    for finding in findings:
        spots = _spots(finding, document)
        for spot in spots:
            by_place.setdefault(spot, []).append(finding)
        if not spots:
            homeless.append(finding)
    head = [words.count_line(words.counts(list(findings)), messages)]
    head += [_text(finding, view, messages) for finding in homeless]
    worst = min((f["severity"] for f in findings), key=_rank, default="note")
    made = [Note(1, None, worst, "\n\n".join(head))]
    for place, here in by_place.items():
        ordered = sorted(here, key=lambda finding: _rank(finding["severity"]))
        texts = []
        for finding in ordered:
            # The whole of it stands once, at its first cell.
            whole = id(finding) not in told
            texts.append(_text(finding, view, messages) if whole else _head(finding, messages))
            told.add(id(finding))
        made.append(Note(place.page, place, ordered[0]["severity"], "\n\n".join(texts)))
    return made


def _rank(severity: str) -> int:
    return [*ORDER].index(severity)  # type: ignore[arg-type]


def _spots(finding: Json, document: int) -> list[Place]:
    """The places that a finding marks, each once: the suspect cell, or else all of them."""
    suspect = finding["suspect"]
    together = [each["where"] for each in finding.get("extra", {}).get("together", ())]
    marks = [suspect["where"], *together] if suspect else [*together, *finding["where"]]
    places = [place_of(mark) for mark in marks if mark["document"] == document]
    return list(dict.fromkeys(place for place in places if place))


def _head(finding: Json, messages: Messages) -> str:
    return f"{words.severity(finding['severity'], messages)}  {finding['message']}"


def _text(finding: Json, view: Json, messages: Messages) -> str:
    """What the note on a cell says."""
    lines = [_head(finding, messages)]
    sides = words.sides(finding, messages)
    if sides:
        lines.append(messages("list-comma").join(sides))
    if todo := words.todo(view, finding, messages):
        lines.append(todo)
    lines += [f"· {words.correction(view, each, messages)}" for each in finding["candidates"]]
    lines += [f"· {words.relation(each, messages)}" for each in words.other_relations(finding)[:MOST]]
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
            for spot, texts in _resolved(Finder(document), wanted).items():
                _annotate(document, spot, "\n\n".join(texts))
            written = io.BytesIO()
            document.save(written)
        except PdfiumError as error:
            raise Unreadable("标注后的文件写不出来", "请用阅读软件另存一份再试") from error
        finally:
            document.close()
    return written.getvalue()


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an annotation comes to stand: boxes to highlight, or else an icon at a point."""

    page: int
    boxes: tuple[Box, ...]
    icon: tuple[float, float] | None
    severity: str


def _resolved(finder: Finder, wanted: Sequence[Note]) -> dict[_Spot, list[str]]:
    """The notes by where they come to stand; those at one spot are one annotation."""
    found: dict[_Spot, list[str]] = {}
    for note in wanted:
        if not 1 <= note.page <= len(finder.document):
            continue
        page, boxes = finder.resolve(note.place) if note.place else (note.page, [])
        icon = None
        if not boxes and note.place:  # beside the table that it speaks of
            icon = (note.place.box[0] - ICON, note.place.box[3])
        texts = found.setdefault(_Spot(page, tuple(boxes), icon, note.severity), [])
        texts += [note.text] if note.text not in texts else []
    return found


def _annotate(document: PdfDocument, spot: _Spot, text: str) -> None:
    page = document[spot.page - 1]
    try:
        if spot.boxes:
            _make(page, raw.FPDF_ANNOT_HIGHLIGHT, spot.boxes, spot.severity, text)
        else:
            left, top = spot.icon or (FROM_EDGE, page.get_height() - FROM_EDGE)
            icon = (left, top - ICON, left + ICON, top)
            _make(page, raw.FPDF_ANNOT_TEXT, [icon], spot.severity, text)
    finally:
        page.close()


def _make(page: PdfPage, kind: int, boxes: Sequence[Box], severity: str, text: str) -> None:
    """Write one annotation on an open page; `boxes` are on the page as seen."""
    filed = [as_filed(page, box) for box in boxes]
    annotation = raw.FPDFPage_CreateAnnot(page, kind)
    if not annotation:
        raise PdfiumError("no annotation")
    try:
        colour = COLOURS[severity]
        raw.FPDFAnnot_SetColor(annotation, raw.FPDFANNOT_COLORTYPE_Color, *colour, 255)
        if kind == raw.FPDF_ANNOT_HIGHLIGHT:
            for left, bottom, right, top in filed:
                corners = raw.FS_QUADPOINTSF(left, top, right, top, left, bottom, right, bottom)
                raw.FPDFAnnot_AppendAttachmentPoints(annotation, ctypes.byref(corners))
        lefts, bottoms, rights, tops = zip(*filed, strict=True)
        rectangle = raw.FS_RECTF(min(lefts), max(tops), max(rights), min(bottoms))
        raw.FPDFAnnot_SetRect(annotation, ctypes.byref(rectangle))
        raw.FPDFAnnot_SetFlags(annotation, _SHOWN)
        for key, told in (("Contents", text), ("T", AUTHOR), ("Subj", severity)):
            _set_text(annotation, key, told)
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _set_text(annotation: object, key: str, text: str) -> None:
    """Set a text of an annotation, which PDFium takes as UTF-16LE that ends with a zero."""
    encoded = (text.replace("\0", "") + "\0").encode("utf-16-le", "replace")
    letters = (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded)
    raw.FPDFAnnot_SetStringValue(annotation, key.encode(), letters)
