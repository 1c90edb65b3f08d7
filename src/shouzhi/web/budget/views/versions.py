"""Versions of submissions: seen, held against each other line by line, brought back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from shouzhi.cycle.moves import Refused
from shouzhi.cycle.raw import RawBook
from shouzhi.cycle.sheets import schema
from shouzhi.cycle.shift import Shift
from shouzhi.cycle.values import Amiss, amount
from shouzhi.cycle.versions import PROSE, SETTINGS, RowChange, changes, sums
from shouzhi.space import grouped as money
from shouzhi.web.audit.log import actor
from shouzhi.web.budget import finding
from shouzhi.web.budget.downloads import CHANGES, change_rows, head
from shouzhi.web.budget.merging import department_book
from shouzhi.web.budget.models import BudgetYear, Submission, Version
from shouzhi.web.budget.rows import raw
from shouzhi.web.budget.saying import said
from shouzhi.web.budget.versions import book_of, restore
from shouzhi.web.exports import download, wanted
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can
from shouzhi.web.typed import seen_revision


@page("budget.compare", of=finding.submission)
def compare(request: HttpRequest, found: Submission) -> HttpResponseBase:
    """Two versions of a submission line by line (`?a=1&b=2`; `now` is how it stands), or as a file."""
    listed = list(
        Version.objects.filter(
            submission__unit=found.unit, submission__budget_year=found.budget_year
        )
        .select_related("submission", "by")
        .order_by("at")
    )
    a, b = (
        request.GET.get("a") or (str(listed[0].pk) if listed else "now"),
        request.GET.get("b") or "now",
    )
    before, after = _chosen(found, listed, a), _chosen(found, listed, b)
    if wanted(request):
        return _file(request, f"{say('对比各版')}-{found}", before, after)
    told = {
        "submission": found, "versions": listed, "a": a, "b": b,
        "groups": grouped(changes(before, after)), "sums": _sums(before, after),
        "words": said(found.budget_year, [found.unit], *_times(listed, a, b)),
        "may_restore": found.open and can(request.user, "budget.enter", found.unit),
        "restorable": _restorable(found, listed, a, b),
        "own": [version for version in listed if version.submission_id == found.pk],
    }  # fmt: skip
    return render(request, "budget/compare.html", told)


def _chosen(found: Submission, listed: list[Version], key: str) -> RawBook:
    if key == "now":
        return raw(found)
    for version in listed:
        if str(version.pk) == key:
            return book_of(version.content)
    raise Http404


@page("budget.compare", of=finding.year)
def compare_rounds(request: HttpRequest, found: BudgetYear) -> HttpResponseBase:
    """The first round of a whole department against its second, line by line."""
    told: dict[str, object] = {"year": found, "groups": [], "sums": {}, "words": [], "both": False}
    held = set(found.submissions.order_by().values_list("round", flat=True))
    if held >= {"first_up", "second_up"}:
        before, after = department_book(found, "first_up"), department_book(found, "second_up")
        if wanted(request):
            return _file(request, f"{say('一上与二上对比')}-{found}", before, after)
        bodies = [found.department, *found.department.units()]
        told |= {
            "groups": grouped(changes(before, after)), "sums": _sums(before, after), "both": True,
            "words": said(found, bodies),
        }  # fmt: skip
    return render(request, "budget/compare_rounds.html", told)


def _file(request: HttpRequest, name: str, before: RawBook, after: RawBook) -> HttpResponseBase:
    """What changed between two books as a table to be saved."""
    return download(request, name, head(CHANGES), change_rows(grouped(changes(before, after))))


def _sums(before: RawBook, after: RawBook) -> dict[str, Shift]:
    """What the sheets of money amount to in both books, by the sheet's name."""
    return {_title(key): shift for key, shift in sums(before, after).items()}


def _times(listed: list[Version], a: str, b: str) -> tuple[datetime | None, datetime | None]:
    """When the two were kept, the earlier first; None for how it stands now."""
    known = {str(version.pk): version.at for version in listed}
    times = sorted(at for at in (known.get(a), known.get(b)) if at is not None)
    match times:
        case [first, last]:
            return first, last
        case [only]:
            return only, None
        case _:
            return None, None


def grouped(
    found: tuple[RowChange, ...],
) -> list[tuple[str, list[tuple[str, str]], list[RowChange]]]:
    """Changes by sheet: its name, its columns (key, heading) that any of them fills, and the changes."""
    groups: dict[str, list[RowChange]] = {}
    for change in found:
        groups.setdefault(change.sheet, []).append(_legible(change))
    return [(_title(key), _columns(key, rows), rows) for key, rows in groups.items()]


def _legible(change: RowChange) -> RowChange:
    """A change with its amounts as 1,234.50; as typed where only the writing of one differs."""
    if change.sheet in {PROSE, SETTINGS}:
        return change
    before, after = dict(change.before), dict(change.after)
    for column in schema().sheet(change.sheet).columns:
        key = column.key
        old, new = _money(before.get(key, "")), _money(after.get(key, ""))
        if column.kind != "amount" or (old == new and before.get(key) != after.get(key)):
            continue
        before |= {key: old} if old else {}
        after |= {key: new} if new else {}
    return replace(change, before=before, after=after)


def _money(text: str) -> str:
    try:
        return money(amount(text)) if text.strip() else text
    except Amiss:
        return text


def _title(key: str) -> str:
    return {PROSE: "文字", SETTINGS: "部门"}.get(key) or schema().sheet(key).name


def _columns(key: str, rows: list[RowChange]) -> list[tuple[str, str]]:
    filled = dict.fromkeys(k for row in rows for k in (*row.before, *row.after))
    if key == PROSE:
        return [("heading", "标题"), ("text", "文字")]
    if key == SETTINGS:
        return [(k, k) for k in filled]
    return [(c.key, c.heading) for c in schema().sheet(key).columns if c.key in filled]


@page("budget.enter", of=finding.version, methods=("GET", "POST"))
def bring_back(request: HttpRequest, found: Version) -> HttpResponse:
    """Put the submission back to a version; what stood there is kept as a version too.

    What this would change is shown first: only a form that was shown it (`revision`) does it.
    """
    seen = seen_revision(request) if request.method == "POST" else None
    if seen is None:
        return _confirm(request, found)
    restore(found, actor(request), seen)
    messages.success(request, say("已恢复第 {number} 版；原内容也留有一版", number=found.number))
    return redirect("budget:submission", pk=found.submission_id)


def _confirm(request: HttpRequest, found: Version) -> HttpResponse:
    """What the restoring of a version would change, and the button that does it."""
    submission = found.submission
    if not submission.open:
        raise Refused([say("现在不能修改；请先撤回或请审核人退回")])
    now, then = raw(submission), book_of(found.content)
    groups = grouped(changes(now, then))
    told = {
        "submission": submission, "chosen": found, "groups": groups, "sums": _sums(now, then),
        "count": sum(len(rows) for _, _, rows in groups),
    }  # fmt: skip
    return render(request, "budget/restore.html", told)


def _restorable(found: Submission, listed: list[Version], a: str, b: str) -> Version | None:
    """The version that is held against how the submission stands now, where it is one of its own."""
    key = a if b == "now" else b if a == "now" else None
    return next((v for v in listed if str(v.pk) == key and v.submission_id == found.pk), None)
