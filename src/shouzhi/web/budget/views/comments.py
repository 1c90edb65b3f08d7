"""Remarks tied to a submission, a row or a cell: written, answered, marked resolved."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from shouzhi.cycle.sheets import schema
from shouzhi.web.audit.log import actor, person, record
from shouzhi.web.budget import finding
from shouzhi.web.budget.models import Comment, Row, Submission
from shouzhi.web.budget.rows import PROSE
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.typed import whole

_LONGEST = 4000


@page("comment.write", of=finding.submission, methods=("POST",))
def write(request: HttpRequest, found: Submission) -> HttpResponse:
    """Write a remark (`text`), on a row and column where they are given, or as an answer to `parent`."""
    text = request.POST.get("text", "").strip()[:_LONGEST]
    if not text:
        messages.error(request, say("请写下意见"))
        return redirect("budget:submission", pk=found.pk)
    row = found.rows.filter(pk=_number(request, "row")).first()
    parent = found.comments.filter(pk=_number(request, "parent"), parent=None).first()
    with transaction.atomic():
        made = Comment.objects.create(
            submission=found,
            parent=parent,
            row=row,
            column=request.POST.get("column", "")[:30] if row else "",
            about=_about(row, request.POST.get("column", "")) if row else "",
            text=text,
            by=person(request),
        )
        record(actor(request), "comment", made, after={"text": text, "about": made.about})
    messages.success(request, say("回复已提交") if parent else say("意见已提交"))
    return redirect("budget:submission", pk=found.pk)


@page("comment.write", of=finding.comment, methods=("POST",))
def resolve(request: HttpRequest, found: Comment) -> HttpResponse:
    """Mark a remark resolved, or open again."""
    with transaction.atomic():
        opened = found.resolved_at is not None
        found.resolved_at = None if opened else timezone.now()
        found.resolved_by = None if opened else person(request)
        found.save(update_fields=["resolved_at", "resolved_by"])
        record(actor(request), "comment-reopened" if opened else "comment-resolved", found)
    messages.success(request, say("意见已重新打开") if opened else say("意见已标为已解决"))
    return redirect("budget:submission", pk=found.submission_id)


def _number(request: HttpRequest, name: str) -> int:
    """The number of a thing, or one that nothing has."""
    return whole(request.POST.get(name)) or 0


def _about(row: Row, column: str) -> str:
    """Which row a remark is about, in words that last when the row is gone."""
    name = row.cells.get("name") or row.cells.get("project") or row.cells.get("function")
    name = name or row.cells.get("heading") or ""
    sheet = None if row.sheet == PROSE else schema().sheet(row.sheet)
    cell = sheet.column_of(column) if sheet else None
    title = sheet.name if sheet else "文字"
    said = [title, name, row.cells.get("amount", ""), cell.heading if cell else ""]
    return " · ".join(part for part in said if part)[:200]
