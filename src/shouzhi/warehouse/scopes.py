"""A measure over the years in rows of one scope each: figures that cover other things are never in line.

A place of the space may be printed under several scopes that its words do not tell apart.  A
figure that a book remembers of another year goes with what that same table prints of its own
year; where the table prints this otherwise than the book does first, the two have rows of their
own.  So have the columns that a remark below the table sets apart (“调整后预算”包括上年结转…).
What is not printed itself but makes a tree with others that are (《部门决算报表》“三公”经费 = 因公出国
+ 公务用车购置及运行 + 公务接待) is worked out from them, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final

import orjson

from shouzhi.catalogue.classifications import classification
from shouzhi.warehouse.figures import WITHIN, Figure, Measure, Place, Totals
from shouzhi.warehouse.names import member_name
from shouzhi.warehouse.opened import Warehouse

At = tuple[int, str]
"""A year and a stage."""

ROUNDED: Final = 10_000
"""分 by which the same amount may differ between two tables that print 万元 with two decimals."""

LEAP: Final = 3
"""So many times as large, a figure is explained."""

_SUMMED: Final = ("item", "kind")
_QUOTED: Final = "“{}”"


@dataclass(frozen=True, slots=True)
class Term:
    """A printed figure in a sum; `sign` is 1 or -1, `title` its name."""

    sign: int
    title: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount of 分 at a year and stage: printed as `figure`, or worked out from `terms`."""

    amount: int
    figure: Figure | None
    terms: tuple[Term, ...] = ()


@dataclass(slots=True)
class Strand:
    """A row of one scope: its measure, the words that set it apart, and its cells.

    `table` is the document, position and number of the table whose scope it is where that has
    no word of its own; `remarks` are the sentences below the table that tell the scope.
    """

    measure: Measure
    place: Place
    words: str
    cells: dict[At, Cell]
    table: tuple[str, int, str] | None = None
    remarks: tuple[str, ...] = ()

    def holds(self, other: Strand) -> bool:
        """Whether this row of the same measure tells all that another tells, to the 分, and more besides."""
        return self.measure == other.measure and len(self.cells) > len(other.cells) and all(
            at in self.cells and self.cells[at].amount == cell.amount for at, cell in other.cells.items()
        )


@dataclass(frozen=True, slots=True)
class Leap:
    """One figure that is many times another, and the class of function that most of it lies in, in 分."""

    one: Figure
    other: Figure
    name: str
    before: int
    after: int

    @property
    def times(self) -> Decimal:
        """How many times the one the other is."""
        return Decimal(self.other.amount) / self.one.amount


@dataclass(slots=True)
class _Printed:
    """What one table prints: its number, its remarks, the words of its columns, its own figures."""

    number: str
    remarks: list[str]
    headings: list[list[str]]
    own: dict[tuple[At, Place], Figure] = field(default_factory=dict)

    def told_of(self, column: int | None) -> tuple[str, ...]:
        """The remarks that name the heading of a column in quotation marks, and those that these lead to.

        “预算执行”与“调整后预算”口径一致 makes what is said of the one hold for the other.
        """
        if column is None or column >= len(self.headings):
            return ()
        quoted = {_QUOTED.format(name) for heading in self.headings for name in heading}
        names = {_QUOTED.format(name) for name in self.headings[column]}
        told: set[str] = set()
        while more := {remark for remark in self.remarks if any(name in remark for name in names)} - told:
            told |= more
            names |= {name for name in quoted if any(name in remark for remark in more)}
        return tuple(remark for remark in self.remarks if remark in told)


class Scopes:
    """The measures of one department in rows of one scope."""

    def __init__(self, warehouse: Warehouse, totals: Totals) -> None:
        self._warehouse = warehouse
        self._totals = totals
        self._rows: dict[str, list[Strand]] = {}
        self._leaps: dict[tuple[Figure, Figure], Leap | None] = {}

    def rows(self, measure: Measure) -> list[Strand]:
        """The rows of a measure, the first place that is printed first.

        A further place has a row where it tells a year and stage that the rows before it do not.
        """
        if measure.key not in self._rows:
            self._rows[measure.key] = self._made(measure)
        return self._rows[measure.key]

    def _made(self, measure: Measure) -> list[Strand]:
        found: list[Strand] = []
        for place in measure.where:
            rows = self._at(measure, place)
            known = {at for strand in found for at in strand.cells}
            if any(at not in known for strand in rows for at in strand.cells):
                found += rows
        if {strand.place for strand in found} - {measure.where[0]}:
            for strand in found:
                strand.words = scope_words(measure, strand.place)
        return found

    def row(self, measure: Measure, year: int, stage: str) -> Strand | None:
        """The row that tells a measure at a year and stage."""
        return next((strand for strand in self.rows(measure) if (year, stage) in strand.cells), None)

    def leap(self, one: Figure, other: Figure) -> Leap | None:
        """What makes one figure many times the other of the same table: the class that changes most."""
        if (one, other) not in self._leaps:
            self._leaps[one, other] = self._leap(one, other)
        return self._leaps[one, other]

    def _leap(self, one: Figure, other: Figure) -> Leap | None:
        low, high = sorted((one.amount, other.amount))
        if one.document != other.document or one.table != other.table or low <= 0 or high < LEAP * low:
            return None
        rows = self._warehouse.ask(
            "select function, in_column, any_value(label) as label, max(amount) as amount from figures"
            " where document = ? and in_table = ? and in_column in (?, ?) and length(function) = 3"
            " and unit is null and project is null group by all",
            (one.document, one.table, one.column, other.column),
        )
        amounts = {(row["function"], row["in_column"]): row["amount"] for row in rows}
        parts = [
            (code, amounts.get((code, one.column), 0), amounts.get((code, other.column), 0))
            for code in sorted({row["function"] for row in rows})
        ]
        code, before, after = max(parts, key=lambda part: abs(part[2] - part[1]), default=("", 0, 0))
        if not code or abs(after - before) * 2 < abs(other.amount - one.amount):
            return None
        return Leap(one, other, member_name("function", code, one.year), before, after)

    def _at(self, measure: Measure, place: Place) -> list[Strand]:
        """The rows of one place: what the books say of themselves, then each scope apart."""
        figures = self._totals.along(place)
        own: dict[At, Cell] = {}
        apart: dict[tuple[object, ...], Strand] = {}
        for at, figure in figures.items():
            key, other = self._scope(figure, place, figures)
            if key is None:
                own[at] = Cell(figure.amount, figure)
                continue
            strand = apart.setdefault(key, Strand(measure, place, "", {}, self._named(figure), key[2]))
            strand.cells[at] = Cell(figure.amount, figure)
            if other is not None:
                strand.cells[other.year, other.stage] = Cell(other.amount, other)
        own |= {at: cell for at, cell in self._worked_out(place).items() if at not in figures}
        first = [Strand(measure, place, "", dict(sorted(own.items())))] if own else []
        return [*first, *apart.values()]

    def _scope(
        self, figure: Figure, place: Place, figures: Mapping[At, Figure]
    ) -> tuple[tuple[str, int, tuple[str, ...]] | None, Figure | None]:
        """What sets a figure apart, and the figure of the book's own year that goes with it."""
        about = self._totals.of_other(figure)
        if about is None or figure.table is None:
            return None, None
        printed = self._printed(figure.document).get(figure.table)
        if printed is None:
            return None, None
        if remarks := printed.told_of(figure.column):
            return (figure.document, figure.table, remarks), None
        other, first = printed.own.get((about, place)), figures.get(about)
        if other is None or first is None or abs(other.amount - first.amount) <= ROUNDED:
            return None, None
        return (figure.document, figure.table, ()), other

    def _named(self, figure: Figure) -> tuple[str, int, str]:
        table = figure.table or 0
        return figure.document, table, self._printed(figure.document)[table].number

    def _printed(self, document: str) -> dict[int, _Printed]:
        """The tables of a document that remember other years, by position."""
        return self._warehouse.memo(
            ("printed", document), partial(_printed, self._warehouse, document, self._totals)
        )

    def _worked_out(self, place: Place) -> dict[At, Cell]:
        """What the tree of the catalogue gives where a member is not printed: its children's sum, or the rest."""
        for dimension in _SUMMED:
            member = dict(place).get(dimension)
            if member is None:
                continue
            tree = classification(dimension)
            children = tree.children(member)
            found = self._terms(place, dimension, [(1, child) for child in children]) if len(children) > 1 else {}
            above = tree.parent(member)
            if above is not None:
                beside = [(-1, other) for other in tree.children(above) if other != member]
                found = {**self._terms(place, dimension, [(1, above), *beside]), **found}
            return {at: cell for at, cell in found.items() if cell.amount >= 0}
        return {}

    def _terms(self, place: Place, dimension: str, wanted: Sequence[tuple[int, str]]) -> dict[At, Cell]:
        """Sums at the years and stages of which every term is printed."""
        told = dict(place)
        series = [
            (sign, member, self._totals.along(_placed({**told, dimension: member}))) for sign, member in wanted
        ]
        shared = set.intersection(*(set(figures) for _, _, figures in series))
        found: dict[At, Cell] = {}
        for at in shared:
            terms = tuple(
                Term(sign, member_name(dimension, member, at[0]), figures[at]) for sign, member, figures in series
            )
            found[at] = Cell(sum(term.sign * term.figure.amount for term in terms), None, terms)
        return found


def _placed(told: Mapping[str, str]) -> Place:
    return tuple((name, told[name]) for name in WITHIN if name in told)


def scope_words(measure: Measure, place: Place) -> str:
    """What sets a place apart from the other places of its measure, in words joined by “·”."""
    told, others = dict(place), [dict(other) for other in measure.where]
    words: list[str] = []
    if len({other.get("source") for other in others}) > 1:
        words.append(member_name("source", told["source"]) if "source" in told else "全部资金")
    beside = [other for other in others if other.get("source") == told.get("source")]
    for dimension in ("flow", "kind"):
        known = {other[dimension] for other in beside if dimension in other}
        some = any(dimension not in other for other in beside)
        if dimension in told and (len(known) > 1 or (some and dimension == "kind")):
            words.append(member_name(dimension, told[dimension]))
    return "·".join(words)


def _printed(warehouse: Warehouse, document: str, totals: Totals) -> dict[int, _Printed]:
    """What the tables of a document say of their scope, and what they print of the book's own year."""
    wanted = sorted(totals.remembered(document))
    found: dict[int, _Printed] = {}
    for row in warehouse.of_document("tables", document, "and list_contains(?, in_table)", wanted):
        content = orjson.loads(row["content"])
        headings = [[name for name in column["heading"] if name] for column in content["columns"]]
        found[row["in_table"]] = _Printed(row["number"] or row["title"], list(content.get("notes") or ()), headings)
    about = totals.about(document)
    for row in _facts(warehouse, document, wanted):
        place = tuple((name, row[name]) for name in WITHIN if row[name] is not None)
        if (row["year"], row["stage"]) == about and row["in_table"] in found:
            found[row["in_table"]].own.setdefault((about, place), Figure.of(row))
    return found


def _facts(warehouse: Warehouse, document: str, tables: Sequence[int]) -> Iterable[dict[str, Any]]:
    """The facts of some tables that belong to no single account, unit or project."""
    narrow = ("function", "economic", "government_economic", "unit", "project")
    none = " and ".join(f"{name} is null" for name in narrow)
    return warehouse.of_document(
        "facts", document, f"and amount is not null and list_contains(?, in_table) and {none} order by fact", tables
    )
