"""Which edition of the published forms a document follows: the one that its tables fit best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shouzhi.catalogue import forms
from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.form import Edition, Form
from shouzhi.catalogue.names import fold
from shouzhi.catalogue.templates import fill
from shouzhi.checks.subject import Subject
from shouzhi.checks.titles import assign
from shouzhi.facts import Document
from shouzhi.tables import Table

NATIONAL: Final = "全国"
"""The place of editions that hold everywhere."""
_HELP: Final = 0.05
"""What the place's name, or the years in which an edition holds, add to how well it fits."""
_NUMBERS: Final = 0.1
"""What the printed numbers of its forms add, where all of them are the edition's."""


@dataclass(frozen=True, slots=True)
class Fit:
    """An edition with the tables of a document that are its forms.

    `titles` are those of the forms that it wants, filled in, `found` the positions of the
    document's tables by those of the titles; `share` and `columns` tell how many of the
    forms, and of the columns of those, are there; `sure` that place and year are right too.
    """

    edition: Edition
    wanted: tuple[Form, ...]
    titles: tuple[str, ...]
    found: Mapping[int, int]
    share: float
    columns: float
    score: float
    sure: bool

    @property
    def name(self) -> str:
        """What the checks call the edition."""
        edition = self.edition
        return check_book().say(
            "edition",
            place=edition.place,
            kind=check_book().phrase(
                check_book()["own-year"].names("kinds").get(edition.document, "")
            ),
            year=str(edition.valid_from),
            count=str(len(self.wanted)),
        )


def fit_of(subject: Subject) -> Fit | None:
    """The edition that the tables of a document fit best by title, number and columns.

    None where they fit none: the document follows a form that nobody has written down.
    """
    row = check_book()["table-form"]
    fits = [fit for fit in _fits(subject.document) if fit.columns * 100 >= row.number("columns")]
    fits = [fit for fit in fits if fit.share * 100 >= row.number("share")]
    return max(fits, key=lambda fit: fit.score, default=None)


def _fits(document: Document) -> Iterator[Fit]:
    for edition in forms.editions():
        wanted = tuple(
            f for f in edition.forms if f.required and f.part == "tables" and not f.for_each
        )
        if edition.document == document.kind and wanted:
            yield _fit(document, edition, wanted)


def _fit(document: Document, edition: Edition, wanted: tuple[Form, ...]) -> Fit:
    known = _known(document)
    titles = tuple(fill(form.title, known) for form in wanted)
    found = assign(titles, [table.title for table in document.tables], document.department)
    share = len(found) / len(wanted)
    pairs = [(wanted[i], document.tables[j]) for i, j in found.items()]
    columns = sum(_columns(form, table, known) for form, table in pairs) / max(len(pairs), 1)
    numbers = sum(_numbered(form, table) for form, table in pairs) / len(wanted)
    here = edition.place in f"{document.department or ''}{document.title}"
    holds = document.year is not None and edition.holds(document.year)
    more = _HELP * (here + holds) + _NUMBERS * numbers
    sure = (here or edition.place == NATIONAL) and holds
    return Fit(edition, wanted, titles, found, share, columns, share * columns + more, sure)


def _known(document: Document) -> dict[str, str]:
    year = document.year
    return {
        "year": str(year or ""),
        "previous": str(year - 1) if year else "",
        "department": document.department or "",
    }


def _columns(form: Form, table: Table, known: Mapping[str, str]) -> float:
    """How many of the columns of a form a table has, by their lowest headings."""
    wanted = [fold(fill(c.heading[-1], known)) for s in form.sides for c in s.columns if c.heading]
    held = {fold(word) for column in table.columns for word in column.heading}
    held |= {fold(word) for row in table.rows for word in row.texts}
    return sum(word in held for word in wanted) / len(wanted) if wanted else 1.0


def _numbered(form: Form, table: Table) -> bool:
    return bool(form.number and table.number) and fold(form.number or "") == fold(
        table.number or ""
    )
