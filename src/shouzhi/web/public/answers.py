"""Reports of readers on published figures: taken in, answered, and told in the correction log."""

from __future__ import annotations

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
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can
from shouzhi.web.public.links import Links, Paths
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


def reply(report: ErrorReport, text: str, who: Actor, revision: int) -> None:
    """Answer a report; raises Refused without words, Stale where it was answered meanwhile."""
    text = text.strip()[:4000]
    if not text:
        raise Refused(say("请写明答复"))
    with transaction.atomic():
        now = ErrorReport.objects.select_for_update().get(pk=report.pk)
        if now.revision != revision:
            raise Stale(say("这份报告刚有了答复：{answer}", answer=now.answer), text, now.answer)
        before = {"state": now.state, "answer": now.answer}
        now.state, now.answer, now.answered_at = "answered", text, timezone.now()
        now.answered_by, now.revision = who.user, revision + 1
        now.save()
        record(who, "answer", now, before=before, after={"state": now.state, "answer": text})


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


def answered_reports(links: Links) -> list[dict[str, Any]]:
    """The answered reports as the correction log tells them, the newest first."""
    found = []
    for report in ErrorReport.objects.filter(state="answered").order_by("-answered_at")[:500]:
        at = f"r{report.row + 1}c{(report.column or 0) + 1}" if report.row is not None else ""
        page = Paths.document(report.document) if report.table is None else Paths.table(report.document, report.table)
        day = timezone.localtime(report.answered_at).date().isoformat() if report.answered_at else ""
        told = {"href": links.page(page, at), "title": report.title, "message": report.message}
        place = f"{report.place} {report.printed}".strip()
        found.append({**told, "place": place, "answer": report.answer, "day": day})
    return found
