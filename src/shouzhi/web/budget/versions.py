"""Versions of a submission: frozen books as written, held against each other and brought back."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django.db import transaction

from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.cycle.sheets import schema
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.budget.models import Submission, Version
from shouzhi.web.budget.rows import raw, replace
from shouzhi.web.faults import Stale
from shouzhi.web.language import say


def freeze(submission: Submission, why: str, who: Actor) -> Version:
    """Keep a submission as it stands; the same content is not kept twice in a row."""
    with transaction.atomic():
        content = written(raw(submission))
        digest = sha256(
            json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
        ).hexdigest()
        last = submission.versions.order_by("-number").first()
        if last is not None and last.hash == digest and last.why == why:
            return last
        version = Version(
            submission=submission,
            number=last.number + 1 if last else 1,
            why=why,
            content=content,
            hash=digest,
            by=who.user,
        )
        version.save()
        record(
            who, "version", version, after={"number": version.number, "hash": digest, "why": why}
        )
        return version


def written(book: RawBook) -> dict[str, Any]:
    """A book as JSON: settings, rows by sheet, prose."""
    return {
        "settings": dict(book.settings),
        "sheets": {key: [dict(row.cells) for row in rows] for key, rows in book.sheets.items()},
        "prose": [list(part) for part in book.prose],
    }


def book_of(content: dict[str, Any], name: str = "") -> RawBook:
    """The book that was written as JSON."""
    book = RawBook(name, dict(content["settings"]))
    for key, rows in content["sheets"].items():
        title = schema().sheet(key).name
        book.sheets[key] = [
            RawRow(cells, Spot(title, place + 1)) for place, cells in enumerate(rows)
        ]
    book.prose = [(heading, text) for heading, text in content["prose"]]
    return book


def restore(version: Version, who: Actor, revision: int | None = None) -> None:
    """Put a submission back to a version, keeping what it replaces as a version of its own.

    Raises Refused where the submission is not open, Stale where it is no longer at `revision`.
    """
    with transaction.atomic():
        held = Submission.objects.select_for_update(of=("self",)).get(pk=version.submission_id)
        if revision is not None and held.revision != revision:
            raise Stale(say("填报内容在您确认之前又有修改；请再看一遍会被替换的内容"))
        freeze(version.submission, f"恢复第 {version.number} 版之前", who)
        replace(version.submission, book_of(version.content), who, f"恢复第 {version.number} 版")
