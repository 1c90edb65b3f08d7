"""A document, or several held together, as they lie on the desk: findings with what was decided about each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from shouzhi.catalogue.checks import check_book, speaking
from shouzhi.cli.messages import Messages
from shouzhi.cli.report import view as views
from shouzhi.cli.report import words
from shouzhi.cli.report.html import card
from shouzhi.web.desk.fingerprint import fingerprints
from shouzhi.web.desk.models import Comparison, Document, Judgement, Remark
from shouzhi.web.desk.reading import unpack
from shouzhi.web.desk.subjects import subject_of

Json = dict[str, Any]


@dataclass(slots=True)
class Item:
    """One finding with its code, the document at which it is decided, and its judgement.

    `carried` says that the judgement comes from another document.
    """

    code: str
    finding: Json
    owner: Document
    judgement: Judgement | None = None
    carried: bool = False
    said: Callable[[], Mapping[str, list[Remark]]] = dict

    @property
    def remarks(self) -> list[Remark]:
        """What was commented, the oldest first."""
        return self.said().get(self.code, [])

    @property
    def open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.judgement is None

    @property
    def dismissed(self) -> bool:
        """Whether a reviewer found that it does not hold."""
        return self.judgement is not None and self.judgement.decision == "dismissed"

    @property
    def told(self) -> bool:
        """Whether it goes into a letter: it holds, or is sent back."""
        return self.judgement is not None and self.judgement.decision in {"confirmed", "sent_back"}

    @property
    def place(self) -> Json | None:
        """The place to look at first."""
        suspect = self.finding["suspect"]
        place: Json | None = suspect["where"] if suspect else next(iter(self.finding["where"]), None)
        return place


class Case:
    """What was read of a document, or came of a comparison, with its findings in order."""

    def __init__(self, subject: Document | Comparison, messages: Messages, view: Json | None = None) -> None:
        self.subject = subject
        self.messages = messages
        alone = isinstance(subject, Document)
        self.documents = [subject] if isinstance(subject, Document) else subject.in_order()
        if view is None:
            packed = subject.reading.view if isinstance(subject, Document) else subject.result
            view = views.unpack(bytes(packed), [document.name for document in self.documents])
        self.view: Json = view
        self.several = not alone

    @property
    def document(self) -> Document:
        """The document, or the first of several."""
        return self.documents[0]

    @property
    def title(self) -> str:
        """What it is called: a document by its title, a comparison by those of its documents."""
        return "、".join(dict.fromkeys(document.title or document.name for document in self.documents))

    @cached_property
    def held(self) -> Json:
        """The tables as read, the main figures, the sizes of the pages, of the (first) document."""
        return self.held_of(0)

    def held_of(self, number: int) -> Json:
        """The same of one document; nothing where it was never read."""
        if number not in self._held:
            document = self.documents[number]
            found: Json = {"tables": [], "pages": [], "known": [], "figures": [], "stale": []}
            if hasattr(document, "reading"):
                found = unpack(bytes(document.reading.held))
            self._held[number] = found
        return self._held[number]

    @cached_property
    def _held(self) -> dict[int, Json]:
        return {}

    @cached_property
    def items(self) -> list[Item]:
        """The findings, the gravest first, with what was decided and said about them."""
        codes = fingerprints(self.view)
        made = [
            Item(code, found, self._owner(found), said=lambda: self._said)
            for code, found in zip(codes, self.view["findings"], strict=True)
        ]
        own = {(each.document_id, each.finding): each for each in _of(Judgement, self.documents)} if made else {}
        for item in made:
            self._decide(item, own)
        left = [item for item in made if item.judgement is None]
        carried = dismissals(self.documents, [item.code for item in left]) if left else {}
        for item in left:
            if item.code in carried:
                item.judgement, item.carried = carried[item.code], True
        return made

    @cached_property
    def _said(self) -> dict[str, list[Remark]]:
        """The comments by finding."""
        found: dict[str, list[Remark]] = {}
        for each in _of(Remark, self.documents):
            found.setdefault(each.finding, []).append(each)
        return found

    def _owner(self, finding: Json) -> Document:
        """The document that a finding names first: there its decision is kept."""
        first = next(iter(finding["where"]), None)
        return self.documents[first["document"] if first else 0]

    def _decide(self, item: Item, own: dict[tuple[int, str], Judgement]) -> None:
        """What was decided at the document of a finding, or at another one of these."""
        for document in (item.owner, *self.documents):
            if held := own.get((document.pk, item.code)):
                item.judgement, item.owner = held, document
                return

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

    def alike(self, item: Item) -> list[Item]:
        """The other findings of the same check that are open."""
        check = item.finding["check"]
        return [
            each for each in self.shown
            if each.open and each.finding["check"] == check and each.code != item.code
        ]  # fmt: skip

    def beside(self, item: Item) -> tuple[Item | None, Item | None]:
        """The findings before and after one in the order in which they are gone through."""
        order = self.shown
        place = next((n for n, each in enumerate(order) if each.code == item.code), None)
        if place is None:
            return None, None
        return (order[place - 1] if place else None), (order[place + 1] if place + 1 < len(order) else None)

    def next_open(self, item: Item, decided: Collection[str] = ()) -> Item | None:
        """The next finding without a decision, over the end of the list too; `decided` were decided just now."""
        order = self.shown
        place = next((n for n, each in enumerate(order) if each.code == item.code), 0)
        around = [*order[place + 1 :], *order[:place]]
        return next((each for each in around if each.open and each.code not in decided), None)

    def card(self, item: Item) -> Json:
        """What is shown of a finding: rows, both values, the relations that it breaks."""
        with speaking(self.messages.language):
            row = check_book().rows.get(item.finding["check"])
        made = card(0, item.finding, self.view, [], self.messages)
        return {**made, "title": row.title} if row else made

    def place_line(self, item: Item) -> str:
        """Where a finding is, in words."""
        return words.place_line(self.view, item.place, self.messages) if item.place else ""

    def progress(self) -> tuple[int, int]:
        """How many findings are decided, of how many."""
        shown = self.shown
        return sum(not item.open for item in shown), len(shown)


def _of(model: Any, documents: Sequence[Document]) -> Any:  # noqa: ANN401 - judgements or remarks
    return model.objects.filter(document__in=documents).select_related("by")


def dismissals(documents: Sequence[Document], codes: Sequence[str]) -> dict[str, Judgement]:
    """What was dismissed before for the same figures, at other documents of the same subjects."""
    found = (
        Judgement.objects.filter(document__in=alike(documents), decision="dismissed", finding__in=codes)
        .exclude(document__in=documents)
        .select_related("by", "document")
        .order_by("at")
    )
    return {each.finding: each for each in found}


def alike(documents: Sequence[Document]) -> QuerySet[Document]:
    """The documents of the same body, kind and year as one of these, or with the same content."""
    same = [subject_of(document) for document in documents]
    same += [Q(digest=d.digest, batch__body_id=d.batch.body_id) for d in documents if d.digest]
    return Document.objects.filter(reduce(or_, same))
