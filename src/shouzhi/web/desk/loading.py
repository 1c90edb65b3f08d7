"""The objects that addresses speak of, for the rights to be asked at: Http404 where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import translation

from shouzhi.cli.messages import Language, Messages
from shouzhi.web.desk.cases import Case
from shouzhi.web.desk.models import Batch, Comparison, Document
from shouzhi.web.people.models import Body


def document_of(pk: int) -> Document:
    """An uploaded document."""
    found = Document.objects.select_related("body", "batch", "batch__body", "reading", "replaces")
    return get_object_or_404(found, pk=pk)


def batch_of(pk: int) -> Batch:
    """An upload."""
    return get_object_or_404(Batch.objects.select_related("body", "by"), pk=pk)


def body_of(pk: int) -> Body:
    """A body."""
    return get_object_or_404(Body, pk=pk)


def comparison_of(pk: int) -> Comparison:
    """A comparison."""
    return get_object_or_404(Comparison.objects.select_related("body"), pk=pk)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document by its number: a table, a page, or a name such as that of an export."""

    document: Document
    number: int
    name: str = ""

    @property
    def body(self) -> Body:
        """Whose document it is."""
        return self.document.body


def part_of(pk: int, number: int) -> Part:
    """A table or a page of a document."""
    return Part(document_of(pk), number)


def export_of(pk: int, name: str) -> Part:
    """An export of a review by its format."""
    return Part(document_of(pk), 0, name)


def messages() -> Messages:
    """What the reports say, in the language of this request."""
    language: Language = "en" if translation.get_language() == "en" else "zh"
    return Messages(language)


def case_of(subject: Document | Comparison) -> Case:
    """A document that was read, or a comparison that is done, on the desk; Http404 for what is not."""
    if not (subject.state == "done" if isinstance(subject, Comparison) else hasattr(subject, "reading")):
        raise Http404
    return Case(subject, messages())


@dataclass(frozen=True, slots=True)
class Export:
    """A comparison and the format in which its review goes out."""

    comparison: Comparison
    name: str

    @property
    def body(self) -> Body:
        """Whose documents it holds together."""
        return self.comparison.body


def export_between(pk: int, name: str) -> Export:
    """An export of a comparison by its format."""
    return Export(comparison_of(pk), name)
