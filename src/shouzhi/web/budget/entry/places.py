"""What entry is about: a submission, or one of its sheets; found by the address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from shouzhi.catalogue.told import term
from shouzhi.cycle.sheets import Column, Sheet, schema
from shouzhi.web.budget import finding
from shouzhi.web.budget.models import Submission
from shouzhi.web.budget.rows import PROSE, sheets_of
from shouzhi.web.people.models import Body

PROSE_SHEET = Sheet(
    key=PROSE,
    name=term("文字"),
    about=term("公开文本里的说明文字，一个标题一段。"),
    columns=(
        Column("heading", term("标题"), "text", required=True),
        Column("text", term("内容"), "text"),
    ),
)
"""What a book keeps beside its sheets: headings with their text."""


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet of a submission."""

    submission: Submission
    sheet: Sheet

    @property
    def body(self) -> Body:
        """The unit whose it is."""
        return self.submission.unit


def sheets() -> tuple[Sheet, ...]:
    """The sheets that are filled, the text among them."""
    return (*sheets_of(), PROSE_SHEET)


def place(pk: int, sheet: str) -> Place:
    """A sheet of a submission; Http404 where there is none."""
    found = next((one for one in sheets() if one.key == sheet), None)
    if found is None:
        raise Http404
    return Place(finding.submission(pk), found)


def choices(column: Column) -> list[str] | None:
    """The words that a column takes; None where it takes others."""
    words = schema().choices.get(column.kind)
    return [str(word) for word in words] if words else None
