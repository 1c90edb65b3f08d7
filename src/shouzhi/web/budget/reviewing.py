"""Reviews of submissions, kept until a row changes: a unit in its own book, the department in that of all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from django.db.models import Max, Sum

from shouzhi.cycle.raw import Spot
from shouzhi.cycle.review import Place, Remark, review
from shouzhi.web.budget.merging import department_book
from shouzhi.web.budget.models import Review, Submission
from shouzhi.web.budget.rows import raw

_FORM: Final = 2  # of what is kept; a review of an earlier one is made anew


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


def current_remarks(submission: Submission) -> list[Remark] | None:
    """The kept review where it still holds; None where a row has changed since."""
    kept = last_remarks(submission)
    return kept.remarks if kept is not None and kept.current else None


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
        return f"{_FORM}-{submission.revision}-{submission.updated_at.timestamp()}"
    edits = submission.budget_year.submissions.filter(round=submission.round).aggregate(
        edits=Sum("revision"), last=Max("updated_at")
    )
    return f"{_FORM}-{edits['edits']}-{edits['last'].timestamp()}"


def _read(kept: Review) -> list[Remark]:
    return [
        Remark(
            r["severity"],
            Spot(**r["spot"]),
            r["message"],
            r["remedy"],
            r.get("check", ""),  # kept before rules were told
            tuple(Place(p["name"], Spot(**p["spot"])) for p in r.get("places", ())),
        )
        for r in kept.remarks
    ]
