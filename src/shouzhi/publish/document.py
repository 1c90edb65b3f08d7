"""The order of a published document: headings, prose, tables and charts, before any format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shouzhi.catalogue.form import Edition
from shouzhi.catalogue.outline import Outline, SectionSpec, outline
from shouzhi.catalogue.templates import fill, numeral
from shouzhi.cycle.book import Book
from shouzhi.publish.chart import Chart, chart
from shouzhi.publish.foot import Footing, foot
from shouzhi.publish.grid import Grid, grid
from shouzhi.publish.measure import PORTRAIT, Fit, ems, fit
from shouzhi.publish.narrate import Lack, Narrator
from shouzhi.publish.table import FormTable
from shouzhi.publish.tabulate import tabulate

DRAFT: Final = "草稿"
"""What a document that is not final says on every page."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a part of the document, deeper ones its sections."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of prose."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A form in its place: filled in, as a grid, and set to measure.

    `listed` tells whether the contents list it: not where the heading above it says the same.
    """

    table: FormTable
    grid: Grid
    fit: Fit
    listed: bool = True


Part = Heading | Paragraph | Table | Chart


@dataclass(slots=True)
class Publication:
    """A document ready for the writers; `lacks` is what the book still has to say."""

    title: str
    department: str
    year: int
    edition: Edition
    book: Book
    parts: list[Part]
    tables: list[FormTable]
    lacks: list[Lack] = field(default_factory=list)
    draft: bool = False

    @property
    def headings(self) -> list[Heading]:
        """What the contents list."""
        return [part for part in self.parts if isinstance(part, Heading)]


def cover(publication: Publication) -> list[str]:
    """The lines of the title on the cover: a long one is broken behind the department."""
    before, name, after = publication.title.partition(publication.department)
    if not name or not after or ems(publication.title) * _COVER <= _ROOM:
        return [publication.title]
    return [before + name, after.strip()]


def cover_size(lines: Sequence[str]) -> float:
    """The size of type in points at which the longest line of the title fits."""
    return min(_COVER, int(_ROOM / max(map(ems, lines), default=1)))


_COVER: Final = 26.0
_CLOSE: Final = 4.0  # how airy a table among paragraphs may be, in points
_ROOM: Final = PORTRAIT * 0.9  # letters and characters are set a little apart


def publication(
    book: Book, edition: Edition, *, plain: bool = False, draft: bool = False
) -> Publication:
    """A book in the forms and words of an edition, all its amounts footed together.

    `plain` rounds each amount by itself, and says so below the first table.  Raises
    CatalogueError for a fault in the outline of the edition.
    """
    plan = outline(edition.key, edition.document)
    tables = tabulate(book, edition)
    footings: dict[str, Footing] = {}
    if plain:
        _tell_rounding(tables)
    else:
        footings = foot(tables)
    composer = _Composer(book, edition, tables, plan, footings)
    parts = list(composer.parts())
    return Publication(
        title=fill(edition.title, composer.values),
        department=book.department,
        year=book.year,
        edition=edition,
        book=book,
        parts=parts,
        tables=tables,
        lacks=composer.narrator.lacks,
        draft=draft,
    )


def _tell_rounding(tables: Sequence[FormTable]) -> None:
    """Say below the first table that sums may miss by a last digit."""
    for table in tables[:1]:
        table.notes = [*table.notes, f"金额单位为{table.amount_unit}，因四舍五入可能存在尾数误差。"]


class _Composer:
    def __init__(
        self,
        book: Book,
        edition: Edition,
        tables: Sequence[FormTable],
        plan: Outline,
        footings: Mapping[str, Footing],
    ) -> None:
        self._tables = tables
        self._plan = plan
        self._printed: set[int] = set()
        places = tables[0].recorded if tables else {}
        self.narrator = Narrator(book, edition, plan.because, footings, places)
        self.values: Mapping[str, str] = self.narrator.values
        self._book = book

    def parts(self) -> Iterator[Part]:
        """Everything in the order of the outline; forms that it forgets stand at the end."""
        yield from self._sections(self._plan.sections, 1)
        left = [t for t in self._tables if id(t) not in self._printed and _wanted(t)]
        if left:
            yield Heading("附件", 1)
            yield from self._placed(left, "")

    def _sections(self, specs: Sequence[SectionSpec], level: int) -> Iterator[Part]:
        """Those sections that hold anything, numbered in their order."""
        number = 0
        for spec in specs:
            if inside := list(self._inside(spec, level)):
                number += "{ordinal}" in spec.heading
                values = {**self.values, "ordinal": numeral(number)}
                yield Heading(fill(spec.heading, values), level)
                yield from inside

    def _inside(self, spec: SectionSpec, level: int) -> Iterator[Part]:
        prose = next(filter(None, map(self._book.text, spec.prose)), "")
        for text in prose.splitlines() or (fill(t, self.values) for t in spec.text):
            if text.strip():
                yield Paragraph(text.strip())
        for saying in spec.sayings:
            if text := self.narrator.say(saying):
                yield Paragraph(text)
        for shown in spec.charts:
            if made := chart(shown, self.narrator):
                yield made
        for name in spec.forms:
            named = (
                t
                for t in self._tables
                if name in {t.form.part, t.form.title, t.form.number} and _wanted(t)
            )
            yield from self._placed(named, fill(spec.heading, self.values))
        if spec.terms:
            for term, meaning in self._plan.terms:
                yield Paragraph(f"{term}：{meaning}")
        yield from self._sections(spec.sections, level + 1)

    def _placed(self, tables: Iterable[FormTable], heading: str) -> Iterator[Part]:
        for table in tables:
            if id(table) not in self._printed:
                self._printed.add(id(table))
                made = grid(table)
                listed = not heading.endswith(table.title)
                measured = fit(made, landscape=table.form.landscape, notes=len(table.notes))
                if table.form.part == "prose":
                    measured = replace(measured, air=min(measured.air, _CLOSE))
                yield Table(table, made, measured, listed)


def _wanted(table: FormTable) -> bool:
    """A form that need not be there is left out where nothing stands in it."""
    return table.form.required or not table.empty
