"""A document as it lies on the desk: its findings with what was decided about each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.db.models import Q

from shouzhi.cli.messages import Messages
from shouzhi.cli.report import view as views
from shouzhi.cli.report import words
from shouzhi.cli.report.html import card
from shouzhi.web.desk.fingerprint import fingerprints
from shouzhi.web.desk.models import Document, Judgement, Remark
from shouzhi.web.desk.reading import unpack
from shouzhi.web.desk.subjects import subject_of

Json = dict[str, Any]

SETTLED: Final = frozenset({"confirmed", "dismissed", "sent_back"})


@dataclass(slots=True)
class Item:
    """One finding with its code and its judgement; `carried` says that this comes from another document."""

    code: str
    finding: Json
    judgement: Judgement | None = None
    carried: bool = False
    remarks: list[Remark] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.judgement is None

    @property
    def dismissed(self) -> bool:
        """Whether a reviewer found that it does not hold."""
        return self.judgement is not None and self.judgement.decision == "dismissed"

    @property
    def place(self) -> Json | None:
        """The place to look at first."""
        suspect = self.finding["suspect"]
        place: Json | None = suspect["where"] if suspect else next(iter(self.finding["where"]), None)
        return place


class Case:
    """A document that was read, with its findings in order."""

    def __init__(self, document: Document, messages: Messages) -> None:
        self.document = document
        self.messages = messages
        self.view: Json = views.unpack(bytes(document.reading.view), [document.name])

    @cached_property
    def held(self) -> Json:
        """The tables as read, the main figures, the sizes of the pages."""
        found: Json = unpack(bytes(self.document.reading.held))
        return found

    @cached_property
    def items(self) -> list[Item]:
        """The findings, the gravest first, with what was decided and said about them."""
        codes = fingerprints(self.view)
        made = [Item(code, found) for code, found in zip(codes, self.view["findings"], strict=True)]
        own = {each.finding: each for each in self.document.judgements.select_related("by")}
        said: dict[str, list[Remark]] = {}
        for each in self.document.remarks.select_related("by"):
            said.setdefault(each.finding, []).append(each)
        carried = dismissals(self.document, codes)
        for item in made:
            item.judgement = own.get(item.code)
            if item.judgement is None and item.code in carried:
                item.judgement, item.carried = carried[item.code], True
            item.remarks = said.get(item.code, [])
        return made

    @property
    def shown(self) -> list[Item]:
        """The findings that are gone through: all but the rounding notes, and what was dismissed before."""
        return [i for i in self.items if i.finding["severity"] != "rounding" and not i.carried]

    @property
    def rounding(self) -> list[Item]:
        """The rounding notes."""
        return [item for item in self.items if item.finding["severity"] == "rounding"]

    @property
    def carried(self) -> list[Item]:
        """What was dismissed before for the same figures: out of the way, and told."""
        return [item for item in self.items if item.carried and item.finding["severity"] != "rounding"]

    def item(self, code: str | None) -> Item | None:
        """The finding of a code; without one the first that is open, else the first."""
        if code:
            return next((item for item in self.items if item.code == code), None)
        return next((item for item in self.shown if item.open), next(iter(self.shown), None))

    def beside(self, item: Item) -> tuple[Item | None, Item | None]:
        """The findings before and after one in the order in which they are gone through."""
        order = self.shown
        place = next((n for n, each in enumerate(order) if each.code == item.code), None)
        if place is None:
            return None, None
        return (order[place - 1] if place else None), (order[place + 1] if place + 1 < len(order) else None)

    def next_open(self, item: Item) -> Item | None:
        """The next finding without a decision, over the end of the list too."""
        order = self.shown
        place = next((n for n, each in enumerate(order) if each.code == item.code), 0)
        around = [*order[place + 1 :], *order[:place]]
        return next((each for each in around if each.open), None)

    def card(self, item: Item) -> Json:
        """What is shown of a finding: rows, both values, the relations that it breaks."""
        return card(0, item.finding, self.view, [], self.messages)

    def place_line(self, item: Item) -> str:
        """Where a finding is, in words."""
        return words.place_line(self.view, item.place, self.messages) if item.place else ""

    def progress(self) -> tuple[int, int]:
        """How many findings are decided, of how many."""
        shown = self.shown
        return sum(not item.open for item in shown), len(shown)

    def reviewed_view(self, items: Sequence[Item]) -> Json:
        """The view with only some of its findings, for the reports."""
        return {**self.view, "findings": [item.finding for item in items]}


def dismissals(document: Document, codes: Sequence[str]) -> dict[str, Judgement]:
    """What was dismissed before for the same figures: of the same body, kind and year, or the same file."""
    alike = subject_of(document)
    if document.digest:
        alike |= Q(digest=document.digest, batch__body_id=document.batch.body_id)
    same = Q(document__in=Document.objects.filter(alike))
    found = (
        Judgement.objects.filter(same, decision="dismissed", finding__in=codes)
        .exclude(document_id=document.pk)
        .select_related("by", "document")
        .order_by("at")
    )
    return {each.finding: each for each in found}


def judgements_of(documents: Sequence[Document], codes: Sequence[str]) -> dict[str, Judgement]:
    """What was decided about findings between documents, on any document of the same subjects."""
    alike = Q(pk__in=[])
    for document in documents:
        alike |= subject_of(document)
    found = Judgement.objects.filter(document__in=Document.objects.filter(alike), finding__in=codes)
    return {each.finding: each for each in found.select_related("by").order_by("at")}


def open_counts(documents: Sequence[Document]) -> dict[int, int]:
    """How many findings of each document were decided on the document itself."""
    found: dict[int, int] = {}
    keys = [document.pk for document in documents]
    for key in Judgement.objects.filter(document_id__in=keys).values_list("document_id", flat=True):
        found[key] = found.get(key, 0) + 1
    return found


def letter_items(case: Case) -> Iterator[Item]:
    """The findings that go into a letter: those confirmed and those sent back."""
    for item in case.items:
        if item.judgement and item.judgement.decision in {"confirmed", "sent_back"}:
            yield item
