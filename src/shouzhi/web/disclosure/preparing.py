"""A department's year becomes a release: checked, laid out in all formats, frozen with its hash."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shouzhi.catalogue.form import Edition
from shouzhi.catalogue.forms import edition, find, keys
from shouzhi.checks import Finding
from shouzhi.cycle.book import Book
from shouzhi.cycle.building import build
from shouzhi.cycle.folder import write_folder
from shouzhi.cycle.moves import Refused
from shouzhi.cycle.raw import BookFaults, RawBook
from shouzhi.publish.document import Publication, publication
from shouzhi.publish.files import files
from shouzhi.publish.manifest import NAME, manifest
from shouzhi.publish.proof import faults, findings, glyphs
from shouzhi.sources import Unreadable
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.budget.merging import department_book
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.disclosure.models import Release
from shouzhi.web.language import say, spoken, tell

_NOTED = ("warning", "rounding")  # what a release may have, and its publisher may explain
_SHOWN = 20  # faults that one page tells; the rest are counted


def laid_out(year: BudgetYear, *, draft: bool) -> tuple[RawBook, Publication]:
    """The year's book and its publication.

    Raises Refused for a book that nothing can be made of.
    """
    raw = department_book(year)
    try:
        book = build(raw)
    except BookFaults as error:
        raise Refused(_few([fault.told for fault in error.faults])) from None
    return raw, publication(book, edition_of(year, book), draft=draft)


def edition_of(year: BudgetYear, book: Book) -> Edition:
    """The edition that was chosen for the year, or the one that fits; raises Refused without any."""
    chosen = year.edition or book.edition
    found = edition(chosen) if chosen in keys() else find(book.document, book.year)
    if found is None:
        raise Refused(
            [say("没有适用于 {year} 年的公开格式；请在年度预算里选定一种", year=year.year)]
        )
    return found


def wrong(made: Publication, found: Sequence[Finding]) -> list[str]:
    """What keeps a publication from being published, each with place and remedy.

    `found` is what the checks say of it (`publish.proof.findings`).
    """
    told: list[str] = [fault.told for fault in faults(made)]
    try:
        if missing := glyphs(made):
            told.append(say("字体里没有这些字：{characters}", characters=say("、").join(missing[:20])))
    except Unreadable as error:
        told.append(tell(f"{error.cause}；{error.remedy}"))
    return told + [finding.message for finding in found if finding.severity == "error"]


def _few(told: list[str]) -> list[str]:
    more = len(told) - _SHOWN
    return told[:_SHOWN] + ([say("另有 {count} 条", count=more)] if more > 0 else [])


def prepare(
    year: BudgetYear,
    who: Actor,
    *,
    replaces: Release | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Release:
    """Make a release: nothing is kept of one that has errors or is cut short.

    `at` is when it was made, where it is entered afterwards; now by default.  Raises Refused
    where the year is not approved, the checks find errors, or a correction has no reason.
    """
    _refuse_early(year, replaces, reason)
    raw, made = laid_out(year, draft=False)
    found = findings(made)
    if wrong(made, found):
        raise Refused(_few(wrong(made, findings(made, spoken()))))
    notes = [finding.message for finding in found if finding.severity in _NOTED]
    folder = uuid4().hex
    target = Path(settings.MEDIA_ROOT) / "releases" / folder
    try:
        content = _write(raw, made, target)
        kept = Release(
            budget_year=year, title=made.title[:200], edition=made.edition.key, folder=folder,
            manifest=json.loads(content), hash=sha256(content).hexdigest(), notes=notes,
            replaces=replaces, reason=reason.strip(), prepared_by=who.user,
            prepared_at=at or timezone.now(),
        )  # fmt: skip
        _keep(kept, who)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return kept


def _refuse_early(year: BudgetYear, replaces: Release | None, reason: str) -> None:
    if year.state != "approved":
        raise Refused([say("批复之后才能公开；现在是“{now}”", now=say(year.state_now.name))])
    if replaces is not None and not reason.strip():
        raise Refused([say("更正需要写明原因")])
    if replaces is None and year.releases.filter(state="published").exists():
        raise Refused([say("已经公开过；请用“更正”")])
    if year.releases.filter(state__in=("prepared", "signed", "cleared")).exists():
        raise Refused([say("已有一版正在签批；请先完成或退回它")])


def _write(raw: RawBook, made: Publication, target: Path) -> bytes:
    """Write outputs, book and manifest to the disk for good; gives the manifest."""
    outputs = files(made)
    book = target / "book"
    write_folder(raw, book)
    content = manifest(made, outputs, book)
    _flushed(target, {**outputs, NAME: content})
    return content


def _flushed(target: Path, outputs: Mapping[str, bytes]) -> None:
    for name, data in outputs.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _keep(release: Release, who: Actor) -> None:
    """Number a release and save it, unless somebody was quicker."""
    with transaction.atomic():
        year = BudgetYear.objects.select_for_update().get(pk=release.budget_year_id)
        _refuse_early(year, release.replaces, release.reason)
        last = year.releases.order_by("-number").first()
        release.number = last.number + 1 if last else 1
        release.save()
        record(
            who,
            "release",
            release,
            after={"hash": release.hash, "edition": release.edition},
            comment=release.reason,
        )


def changed_files(release: Release) -> list[str]:
    """The files of a release that are no longer as its manifest says; empty where all are."""
    told = []
    kept = release.path / NAME
    if not kept.is_file() or sha256(kept.read_bytes()).hexdigest() != release.hash:
        told.append(NAME)
    for output in release.outputs():
        path = release.path / output["path"]
        if (
            not path.is_file()
            or f"sha256:{sha256(path.read_bytes()).hexdigest()}" != output["hash"]
        ):
            told.append(output["path"])
    return told
