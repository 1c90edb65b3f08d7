"""How many findings wait for a decision: kept beside each document and comparison, to be listed by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shouzhi.cli.messages import Messages
from shouzhi.web.desk.cases import Case, alike
from shouzhi.web.desk.models import Comparison, Document

Json = dict[str, Any]


def tally(subject: Document | Comparison, view: Json | None = None) -> None:
    """Count the findings of one document or comparison that was read."""
    decided, total = Case(subject, Messages("zh"), view).progress()
    subject.total, subject.left = total, total - decided
    type(subject).objects.filter(pk=subject.pk).update(total=total, left=total - decided)


def tally_around(documents: Sequence[Document]) -> None:
    """Count anew wherever a decision at one of these documents may tell: at their like, and between them."""
    read = alike(documents).filter(state="read", reading__isnull=False)
    around = list(read.select_related("reading", "batch__body", "body"))
    for document in around:
        tally(document)
    for comparison in taking_part([*documents, *around]):
        if comparison.state == "done" and len(comparison.in_order()) == len(comparison.documents):
            tally(comparison)


def taking_part(documents: Iterable[Document]) -> list[Comparison]:
    """The comparisons in which one of these documents takes part, the latest first."""
    wanted = list(documents)
    bodies = {int(key) for document in wanted for key in document.body.path.strip("/").split("/")}
    keys = {document.pk for document in wanted}
    near = Comparison.objects.filter(body_id__in=bodies).values_list("pk", "documents")
    found = [pk for pk, held in near if keys & set(held)]
    return list(Comparison.objects.filter(pk__in=found).select_related("body")) if found else []
