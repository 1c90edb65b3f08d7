"""Holding documents against each other: asked for, done again when one of them has changed, told of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction

from shouzhi.cli.messages import Messages
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import SYSTEM, Actor, record
from shouzhi.web.desk.cases import Case, Item
from shouzhi.web.desk.models import Comparison, Document, Job
from shouzhi.web.desk.queue import wake
from shouzhi.web.desk.services import person
from shouzhi.web.desk.tally import taking_part
from shouzhi.web.people.models import Body

_ORDER: Final = {"budget": 0, "performance": 1, "accounts": 2}


def compare(kind: str, documents: Iterable[Document], body: Body, who: Actor) -> Comparison:
    """Queue a comparison; the same of the same contents as they stand is there already.

    Raises Refused for fewer than two documents that were read.
    """
    chosen = [each for each in documents if each.state == "read"]
    if kind == "together":  # in one order, however they were chosen
        chosen.sort(key=lambda d: (d.year or 0, _ORDER.get(d.kind, 3), d.body.path, d.pk))
    if len(chosen) < 2:
        raise Refused(["至少要两份已读取的文件；请再选择"])
    with transaction.atomic():
        made, new = Comparison.objects.get_or_create(
            kind=kind, key=key_of(chosen, body),
            defaults={"body": body, "documents": [d.pk for d in chosen], "by": person(who)},
        )  # fmt: skip
        if new or made.state == "failed":
            again(made, who)
    return made


def key_of(documents: Sequence[Document], body: Body) -> str:
    """What tells the contents of documents as they stand, with what their reviewers say and correct."""
    told = "|".join(f"{d.pk}:{d.digest}:{sorted(d.told.items())}:{_overlay(d)}" for d in documents)
    return hashlib.sha256(f"{body.pk}|{told}".encode()).hexdigest()


def _overlay(document: Document) -> str:
    cells = document.corrections.values_list("table", "row", "column", "reads")
    return hashlib.sha256(repr(list(cells)).encode()).hexdigest()[:12]


def again(comparison: Comparison, who: Actor) -> None:
    """Queue a comparison, also one that was done before."""
    with transaction.atomic():
        comparison.state = "waiting"
        comparison.save(update_fields=["state", "key"])
        queued = Job.objects.filter(comparison=comparison).exclude(state="done")
        # One that runs may have begun without what has changed since: it is done anew.
        if not queued.update(state="waiting", holder="", until=None):
            Job.objects.create(kind="compare", comparison=comparison)
        record(who, "desk-compare", comparison, after={"documents": comparison.documents})
        wake()


def follow(document: Document) -> None:
    """Queue again what a document takes part in, where it was read with other contents than it has now."""
    for comparison in taking_part([document]):
        documents = comparison.in_order()
        if len(documents) == len(comparison.documents) and key_of(documents, comparison.body) != comparison.key:
            renew(comparison, documents, SYSTEM)


def between(document: Document, messages: Messages) -> list[tuple[Case, Item]]:
    """The findings between a document and others that speak of it, each once, the latest comparison first."""
    found: dict[str, tuple[Case, Item]] = {}
    for comparison in taking_part([document]):
        documents = comparison.in_order()
        if comparison.state != "done" or key_of(documents, comparison.body) != comparison.key:
            continue
        number = next(n for n, each in enumerate(documents) if each.pk == document.pk)
        case = Case(comparison, messages)
        for item in case.items:
            if any(place["document"] == number for place in item.finding["where"]):
                found.setdefault(item.code, (case, item))
    return list(found.values())


def renew(comparison: Comparison, documents: Sequence[Document], who: Actor) -> Comparison:
    """Hold the documents of a comparison together as they are now: in it, or in another that has them so already."""
    key = key_of(documents, comparison.body)
    other = Comparison.objects.filter(kind=comparison.kind, key=key).exclude(pk=comparison.pk).first()
    if other is not None:
        return other
    comparison.key = key
    again(comparison, who)
    return comparison
