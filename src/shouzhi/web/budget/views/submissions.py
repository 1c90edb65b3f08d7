"""One submission: its sheets, findings, comments, versions and moves."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.cycle.review import balance
from shouzhi.web.audit.log import actor, person, record
from shouzhi.web.budget import finding
from shouzhi.web.budget.conditions import shown_of_submission, used
from shouzhi.web.budget.judging import Answers, judged
from shouzhi.web.budget.models import Submission, WarningAnswer
from shouzhi.web.budget.moving import offered, steps_of
from shouzhi.web.budget.naming import ROUND_NAMES
from shouzhi.web.budget.reviewing import remarks, shown_remarks
from shouzhi.web.budget.rounds import move_submission
from shouzhi.web.budget.rows import sheets_of
from shouzhi.web.budget.summary import due
from shouzhi.web.budget.views.moves import make_move
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.rights import can


@page("budget.view", of=finding.submission)
def submission(request: HttpRequest, found: Submission) -> HttpResponse:
    """The page of a submission."""
    return show(request, found)


def show(
    request: HttpRequest, found: Submission, *, status: int = 200, refused: Refused | None = None
) -> HttpResponse:
    """The page of a submission, with what was refused where something was."""
    counts = {
        row["sheet"]: row
        for row in found.rows.order_by()
        .values("sheet")
        .annotate(rows=Count("pk"), faulty=Count("pk", filter=~Q(faults={})))
    }
    reviewed = shown_remarks(found)
    made = reviewed.remarks if reviewed else []
    told = {
        "submission": found,
        "round_name": ROUND_NAMES[found.round],
        "round_names": ROUND_NAMES,
        "other_rounds": found.budget_year.submissions.filter(unit=found.unit)
        .exclude(pk=found.pk)
        .order_by("round"),
        "sheets": [
            (sheet, counts.get(sheet.key, {"rows": 0, "faulty": 0})) for sheet in sheets_of()
        ],
        "prose": counts.get("prose", {"rows": 0, "faulty": 0}),
        "reviewed": reviewed,
        "remarks": judged(found, made),
        "earlier": Answers(found).earlier(made),
        "uses": used(found),
        "balance": balance((t["flow"], t["amount"]) for t in found.totals),
        "due": due(found),
        "today": timezone.localdate(),
        "moves": offered(found, actor(request), shown_of_submission),
        "steps": steps_of(found),
        "versions": found.versions.select_related("by").defer("content").order_by("-number"),
        "comments": found.comments.filter(parent=None)
        .select_related("by", "resolved_by", "row")
        .prefetch_related("replies__by"),
        "refused": refused,
        "may_enter": can(request.user, "budget.enter", found.unit) and found.open,
        "may_comment": can(request.user, "comment.write", found.unit),
    }
    return render(request, "budget/submission.html", told, status=status)


@page("budget.view", of=finding.submission, methods=("POST",))
def move(request: HttpRequest, found: Submission) -> HttpResponse:
    """Make a move of the submission; the workflow says who may."""
    return make_move(request, found, move_submission, show, "budget:submission")


@page("budget.enter", of=finding.submission, methods=("POST",))
def answer(request: HttpRequest, found: Submission) -> HttpResponse:
    """Give the reason for a warning (`finding`, `reason`); an empty reason takes it back."""
    if not found.open:
        raise Refused([say("现在不能修改；请先撤回或请审核人退回")])
    key, reason = request.POST.get("finding", ""), request.POST.get("reason", "").strip()
    remark = next((r for r in remarks(found) if r.key == key and r.severity == "warning"), None)
    if remark is None:
        messages.info(request, say("这条提醒已经不在了"))
        return redirect("budget:submission", pk=found.pk)
    with transaction.atomic():
        if reason:
            made, _ = WarningAnswer.objects.update_or_create(
                submission=found,
                finding=key,
                defaults={"message": remark.message, "reason": reason, "by": person(request)},
            )
            record(
                actor(request), "answer", made, after={"finding": remark.message, "reason": reason}
            )
            messages.success(request, say("理由已保存"))
        elif old := found.answers.filter(finding=key).first():
            record(actor(request), "answer-withdrawn", old, before={"reason": old.reason})
            old.delete()
            messages.success(request, say("理由已撤回"))
        else:
            messages.error(request, say("请写明理由"))
    return redirect("budget:submission", pk=found.pk)


@page("budget.view", of=finding.submission, methods=("POST",))
def review(request: HttpRequest, found: Submission) -> HttpResponse:
    """Review the submission as it stands now; of a department, all its units together."""
    count = len(remarks(found))
    messages.info(request, say("检查完成：{count} 条", count=count))
    if request.POST.get("from") == "findings":
        return redirect("budget:findings", pk=found.budget_year_id)
    return redirect("budget:submission", pk=found.pk)
