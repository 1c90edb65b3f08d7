"""Reviews of submissions, kept until a row changes: a unit in its own book, the department in that of all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Max, Sum

from shouzhi.cycle.raw import Spot
from shouzhi.cycle.review import Remark, review
from shouzhi.web.budget.merging import department_book
from shouzhi.web.budget.models import Review, Submission
from shouzhi.web.budget.rows import raw


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The remarks on a submission, when they were made, and whether they still hold."""

    remarks: list[Remark]
    at: datetime
    current: bool


def remarks(submission: Submission) -> list[Remark]:
    """What is to mend or explain in a submission as it stands now."""
    seen = _state(submission)
    kept = Review.objects.filter(submission=submission).first()
    if kept is not None and kept.seen == seen:
        return _read(kept)
    whole = submission.unit.kind != "unit"
    found = review(
        department_book(submission.budget_year, submission.round) if whole else raw(submission)
    )
    told = {
        "seen": seen,
        "remarks": [asdict(remark) for remark in found],
        "errors": sum(r.severity == "error" for r in found),
    }
    Review.objects.update_or_create(submission=submission, defaults=told)
    return found


def last_remarks(submission: Submission) -> Reviewed | None:
    """What was found when the submission was last reviewed; None where it never was.

    For pages of a whole department, whose review may take seconds.
    """
    kept = Review.objects.filter(submission=submission).first()
    return None if kept is None else Reviewed(_read(kept), kept.at, kept.seen == _state(submission))


def shown_remarks(submission: Submission) -> Reviewed | None:
    """What a page shows: the review of a unit as it stands, the last one of a department."""
    if submission.unit.kind == "unit":
        found = remarks(submission)
        return Reviewed(found, submission.updated_at, current=True)
    return last_remarks(submission)


def _state(submission: Submission) -> str:
    """What changes whenever a row does that the review reads."""
    if submission.unit.kind == "unit":
        return f"{submission.revision}-{submission.updated_at.timestamp()}"
    edits = submission.budget_year.submissions.filter(round=submission.round).aggregate(
        edits=Sum("revision"), last=Max("updated_at")
    )
    return f"{edits['edits']}-{edits['last'].timestamp()}"


def _read(kept: Review) -> list[Remark]:
    return [
        Remark(r["severity"], Spot(**r["spot"]), r["message"], r["remedy"]) for r in kept.remarks
    ]
