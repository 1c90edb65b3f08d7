"""Reports of readers on published figures: taken in, answered with an outcome, queued for who may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shouzhi.catalogue.names import fold
from shouzhi.warehouse import Warehouse, departments
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.disclosure.models import Release
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can
from shouzhi.web.public.models import ErrorReport

AT_MOST: Final = 5
"""Reports that are taken from one address within `WITHIN`."""
WITHIN: Final = timedelta(minutes=10)
_PARTS: Final = ("table", "row", "column")


class Refused(Exception):
    """A report that is not taken, with a sentence for the reader."""


def about(warehouse: Warehouse, asked: dict[str, str]) -> dict[str, Any] | None:
    """What a report is about: its document, place and printed figure; None where that is not there."""
    head = departments.head(warehouse, asked.get("document", ""))
    if head is None:
        return None
    table, row, column = (_whole(asked.get(name, "")) for name in _PARTS)
    told: dict[str, Any] = {
        "document": head["document"], "title": head["title"], "department": head["department_name"],
        "table": table, "row": None, "column": None, "place": "", "printed": "",
    }  # fmt: skip
    content = departments.table_content(warehouse, head["document"], table) if table is not None else None
    if content is None:
        return {**told, "table": None}
    told["place"] = f"{content['number'] or ''} {content['title']}".strip()
    if row is None or row >= len(content["rows"]):
        return told
    line = content["rows"][row]
    told |= {"row": row, "place": f"{told['place']} › {line['label']}"}
    if column is not None and column < len(line["cells"]):
        heading = "/".join(filter(None, content["columns"][column]["heading"]))
        told |= {"column": column, "printed": line["cells"][column] or "", "place": f"{told['place']} › {heading}"}
    return told


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 else None


def take(told: dict[str, Any], message: str, contact: str, who: Actor) -> ErrorReport:
    """Put a report into the publisher's queue.

    Raises Refused for one without words, or where its address sends too many.
    """
    message = message.strip()[:2000]
    if not message:
        raise Refused(say("请写明哪里不对"))
    sender = blake2b(f"{settings.SECRET_KEY}{who.address}".encode(), digest_size=12).hexdigest()
    with transaction.atomic():
        since = timezone.now() - WITHIN
        if ErrorReport.objects.filter(sender=sender, created_at__gte=since).count() >= AT_MOST:
            raise Refused(say("报告得太快了；请十分钟后再试"))
        values = {**told, "place": told["place"][:300], "title": told["title"][:200], "printed": told["printed"][:80]}
        report = ErrorReport.objects.create(
            **values, message=message, contact=contact.strip()[:200], sender=sender, body=_body(told["department"])
        )
        record(Actor(None), "report", report, after={"message": message, "place": report.place})
    return report


def _body(department: str) -> Body | None:
    """The body of that name; a department before a unit."""
    wanted = fold(department)
    bodies = Body.objects.filter(kind__in=("department", "unit")).order_by("kind", "pk")
    return next((body for body in bodies if fold(body.name) == wanted), None)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it would be public: what was found, in words, and the release that corrects the document."""

    text: str
    outcome: str
    release: Release | None = None

    @property
    def outcome_name(self) -> str:
        """The outcome in Chinese."""
        return str(dict(ErrorReport.OUTCOMES)[self.outcome])


def year_of(report: ErrorReport, warehouse: Warehouse) -> BudgetYear | None:
    """The year of a department here that disclosed the document; None for one from elsewhere."""
    head = departments.head(warehouse, report.document)
    if head is None or report.body is None:
        return None
    return BudgetYear.objects.filter(department=report.body, year=head["year"], document=head["kind"]).first()


def corrections_of(year: BudgetYear | None) -> list[Release]:
    """The corrections of a year that are published, the newest first."""
    return [] if year is None else list(
        year.releases.filter(state="published", replaces__isnull=False).order_by("-number")
    )  # fmt: skip


def drawn_up(given: Mapping[str, str], year: BudgetYear | None) -> Reply:
    """An answer out of its form; raises Refused for one that is not whole.

    What was disclosed from here is “corrected” only by a release of its own, which is named.
    """
    text, outcome = given.get("answer", "").strip()[:4000], given.get("outcome", "")
    if not text:
        raise Refused(say("请写明答复"))
    if outcome not in dict(ErrorReport.OUTCOMES):
        raise Refused(say("请选定结论：属实、不属实，或已更正"))
    if outcome != "corrected":
        return Reply(text, outcome)
    release = next((one for one in corrections_of(year) if str(one.pk) == given.get("release")), None)
    if year is not None and release is None:
        raise Refused(say("“已更正”要指明公开了的更正版；还没有时请选“属实”，更正版公开后再改答复"))
    return Reply(text, outcome, release)


def reply(report: ErrorReport, made: Reply, who: Actor, revision: int) -> None:
    """Answer a report; raises Stale where it was answered meanwhile."""
    with transaction.atomic():
        now = ErrorReport.objects.select_for_update().get(pk=report.pk)
        if now.revision != revision:
            raise Stale(say("这份报告刚有了答复：{answer}", answer=now.answer), made.text, now.answer)
        before = _public(now)
        now.state, now.answer, now.answered_at = "answered", made.text, timezone.now()
        now.outcome, now.release = made.outcome, made.release
        now.answered_by, now.revision = who.user, revision + 1
        now.save()
        record(who, "answer", now, before=before, after=_public(now))


def _public(report: ErrorReport) -> dict[str, Any]:
    told = {"state": report.state, "answer": report.answer, "outcome": report.outcome}
    return told | ({"release": report.release_id} if report.release_id else {})


def queue(user: Any) -> QuerySet[ErrorReport]:  # noqa: ANN401 - a user
    """The reports that a person may answer, the open ones first.

    Documents of departments that are not in the tree are everybody's who may answer anywhere.
    """
    reports = ErrorReport.objects.select_related("body").order_by("-state", "-created_at")
    mine = [report.pk for report in reports if may_answer(user, report)]
    return reports.filter(pk__in=mine)


def may_answer(user: Any, report: ErrorReport) -> bool:  # noqa: ANN401 - a user
    """Whether a person may answer a report."""
    return can(user, "errors.answer", report.body)
