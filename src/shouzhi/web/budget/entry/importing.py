"""A submission by the Excel workbook: downloaded, and imported after a preview, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename

from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.building import build
from shouzhi.cycle.moves import Refused
from shouzhi.cycle.raw import BookFaults, Fault, RawBook
from shouzhi.cycle.sheets import schema
from shouzhi.cycle.versions import RowChange, changes
from shouzhi.cycle.workbook import write_workbook
from shouzhi.sources import Unreadable
from shouzhi.web.audit.log import actor
from shouzhi.web.budget import finding
from shouzhi.web.budget.entry import upload
from shouzhi.web.budget.models import Submission, Version
from shouzhi.web.budget.rows import header, raw, replace, unit_rows
from shouzhi.web.budget.versions import freeze
from shouzhi.web.faults import Stale
from shouzhi.web.language import say, tell
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OWN_SETTINGS = ("department", "document", "year")
_SHOWN = 300  # changes of one sheet on the page
_BEFORE = "导入前"


@dataclass(frozen=True, slots=True)
class Reading:
    """What an uploaded workbook would bring: faults that forbid it, faults of cells, changes."""

    book: RawBook
    unfit: list[Fault]
    faults: list[Fault]
    changes: tuple[RowChange, ...]

    def count(self, kind: str) -> int:
        """How many rows are `added`, `changed` or `removed`."""
        return sum(change.kind == kind for change in self.changes)


@page("budget.view", of=finding.submission)
def workbook(request: HttpRequest, found: Submission) -> HttpResponse:
    """The submission as a workbook, or an empty one with its units and settings (`?empty=1`)."""
    empty = request.GET.get("empty") == "1"
    book = _empty(found) if empty else raw(found)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        write_workbook(book, path)
        content = path.read_bytes()
    name = get_valid_filename(
        f"{found.unit}-{found.budget_year.year}{'-模板' if empty else ''}.xlsx"
    )
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=_TYPE, headers={"Content-Disposition": disposition or ""}
    )


def _empty(found: Submission) -> RawBook:
    book = header(found)
    book.sheets["units"] = _units(found)
    return book


def _units(found: Submission) -> list[Any]:
    units = [found.unit] if found.unit.kind == "unit" else list(found.unit.units())
    return unit_rows(units, found.budget_year.year)


@page("budget.enter", of=finding.submission, methods=("GET", "POST"))
def preview(request: HttpRequest, found: Submission) -> HttpResponse:
    """Choose a workbook; what it would add, change and remove is shown before anything is done."""
    if request.method == "GET":
        return _show(request, found)
    given = request.FILES.get("workbook")
    if given is None or isinstance(given, list):
        return _show(request, found, refused=say("请选择一个 .xlsx 工作簿"), status=400)
    try:
        name = upload.keep(given)
        reading = _read(found, name, (given.name or "")[:100])
    except Unreadable as error:
        return _show(request, found, refused=tell(str(error)), status=400)
    return _show(request, found, reading=reading, name=name, shown=given.name)


def _read(found: Submission, name: str, shown: str) -> Reading:
    """Hold a workbook against the submission.

    Its units and its head are those of the organisation, whatever the workbook says; a
    workbook of another department, year or kind is unfit.
    """
    book = upload.read(name, shown)
    unfit = [*book.faults, *_strangers(found, book)]
    own = header(found)
    taken = {key: text for key, text in book.settings.items() if key not in own.settings}
    book.settings = {**own.settings, **taken}
    book.sheets["units"] = _units(found)
    book.faults = []
    now = raw(found)
    for key, text in now.settings.items():
        book.settings.setdefault(key, text)
    return Reading(book, unfit, _faults(book), changes(now, book))


def _strangers(found: Submission, book: RawBook) -> list[Fault]:
    own = header(found).settings
    columns = {column.key: column for column in schema().settings}
    return [
        Fault(
            book.spots[key],
            Told("“{found}”不是这里的“{own}”", found=book.settings[key], own=own[key]),
            Told("请核对{heading}，换成这里的工作簿", heading=term(columns[key].heading)),
        )
        for key in _OWN_SETTINGS
        if key in book.settings and book.settings[key] != own.get(key)
    ]


def _faults(book: RawBook) -> list[Fault]:
    """The faults of its cells; what is missing as a whole may be filled in the grid."""
    try:
        build(book)
    except BookFaults as error:
        return [fault for fault in error.faults if fault.spot.row is not None]
    return []


@page("budget.enter", of=finding.submission, methods=("POST",))
def confirm(request: HttpRequest, found: Submission) -> HttpResponse:
    """Put the previewed workbook in the place of the rows, keeping these as a version.

    The workbook is read again from what was uploaded; where the submission has changed since
    the preview, or cells have faults that nobody accepted, nothing is done.
    """
    name, shown = request.POST.get("name", ""), request.POST.get("shown", "")[:100]
    try:
        reading = _read(found, name, shown)
    except Unreadable as error:
        return _show(request, found, refused=tell(str(error)), status=400)
    if reading.unfit or (reading.faults and request.POST.get("accept") != "1"):
        return _show(request, found, reading=reading, name=name, shown=shown, status=400)
    with transaction.atomic():
        held = Submission.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if str(held.revision) != request.POST.get("revision"):
            raise Stale(say("预览之后有人改动了填报内容；请重新上传工作簿，看过新的预览再导入"))
        if not held.open:
            raise Refused([say("现在不能修改；请先撤回或请审核人退回")])
        freeze(held, f"{_BEFORE}：{shown}"[:80], actor(request))
        replace(held, reading.book, actor(request), say("从工作簿“{name}”导入", name=shown))
    upload.forget(name)
    done = "已导入：新增 {added} 行，修改 {changed} 行，删除 {removed} 行；导入前的内容留有一版，可以撤销"
    counts = {kind: reading.count(kind) for kind in ("added", "changed", "removed")}
    messages.success(request, say(done, **counts))
    return redirect("budget:import", pk=found.pk)


def _show(
    request: HttpRequest,
    found: Submission,
    *,
    status: int = 200,
    **told: Any,  # noqa: ANN401 - what the page tells
) -> HttpResponse:
    reading: Reading | None = told.get("reading")
    if not found.open:
        told["refused"] = say("现在不能修改；请先撤回或请审核人退回")
    page_told = {
        "submission": found,
        "may_enter": found.open and can(request.user, "budget.enter", found.unit),
        "refused": "", "name": "", "shown": "", **told,
        "reading": reading,
        "groups": _grouped(reading) if reading else [],
        "most": _SHOWN,
        "last": _last_import(found),
    }  # fmt: skip
    return render(request, "budget/entry_import.html", page_told, status=status)


def _grouped(reading: Reading) -> list[dict[str, Any]]:
    """Changes by sheet, as the page lists them."""
    from shouzhi.web.budget.views.versions import grouped  # noqa: PLC0415 - views import entry's addresses

    found = []
    for title, columns, rows in grouped(reading.changes):
        counts = {
            kind: sum(row.kind == kind for row in rows) for kind in ("added", "changed", "removed")
        }
        found.append(
            {
                "title": title,
                "columns": columns,
                "rows": rows[:_SHOWN],
                "all": len(rows),
                "counts": counts,
            }
        )
    return found


def _last_import(found: Submission) -> Version | None:
    """The version from before the last import, while the submission has not moved on."""
    last = found.versions.order_by("-number").first()
    return last if last is not None and last.why.startswith(_BEFORE) else None
