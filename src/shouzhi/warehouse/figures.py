"""Single figures: what is asked for by name, the places where it may stand, and who prints it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from shouzhi.catalogue.loading import CATALOGUE, load_yaml
from shouzhi.space import DIMENSIONS

WITHIN: Final = tuple(name for name in DIMENSIONS if name not in {"year", "stage"})
"""The dimensions that tell what a figure is about, apart from when."""

Where = Mapping[str, str]
Row = Mapping[str, Any]
Place = tuple[tuple[str, str], ...]
_STAGES: Final = {"budget": "approved", "accounts": "outturn"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed amount in 分, with its year and stage, and the cell and page where it stands.

    `table`, `row` and `column` are positions in the document; None in the prose.
    """

    amount: int
    year: int
    stage: str
    document: str
    table: int | None
    row: int | None
    column: int | None
    page: int | None

    @classmethod
    def of(cls, row: Row) -> Figure:
        """From a record of the warehouse."""
        return cls(
            row["amount"], row["year"], row["stage"], row["document"],
            row["in_table"], row["in_row"], row["in_column"], row["page"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that is asked for by name; `where` are its places, the best first."""

    key: str
    title: str
    group: str
    where: tuple[tuple[tuple[str, str], ...], ...]


@cache
def measures() -> Mapping[str, Measure]:
    """The measures of `catalogue/measures.yaml`, in their order; raises CatalogueError for a fault."""
    found: dict[str, Measure] = {}
    for node in load_yaml(CATALOGUE / "measures.yaml").sequence():
        fields = node.record(("key", "title", "group", "where"), ("item",))
        item = {"item": fields["item"].text()} if "item" in fields else {}
        places = [{name: v.text() for name, v in place.mapping().items()} for place in fields["where"].sequence()]
        where = tuple(place_of({**place, **item}) for place in places)
        key = fields["key"].text()
        found[key] = Measure(key, fields["title"].text(), fields["group"].choice(("head", "public", "more")), where)
    return found


def account(dimension: str, code: str, title: str) -> Measure:
    """The spending under one account code, of all sources where it is told, else of the narrower."""
    general = {"source": "general"}
    told: tuple[dict[str, str], ...] = ({}, {"source": "fiscal"}, general, {**general, "kind": "basic"})
    flows = ("expenditure", "expenditure_total")
    places = tuple(
        place_of({"flow": flow, dimension: code, **more}) for more in told for flow in flows
    )
    return Measure(f"{dimension}:{code}", title, "account", places)


def place_of(where: Where) -> tuple[tuple[str, str], ...]:
    """Members in the order of the dimensions, the same for the same place."""
    return tuple((name, where[name]) for name in WITHIN if where.get(name))


class Totals:
    """The figures of one department by year, stage and place; what pages ask most."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._held: dict[tuple[int, str, Place], tuple[tuple[bool, int], Figure]] = {}
        self._about: dict[str, tuple[int, str]] = {}
        for row in rows:
            place = tuple((name, row[name]) for name in WITHIN if row[name] is not None)
            key = row["year"], row["stage"], place
            rank = preference(row)
            self._about[row["document"]] = row["document_year"], _STAGES.get(row["document_kind"], "approved")
            if key not in self._held or rank < self._held[key][0]:
                self._held[key] = rank, Figure.of(row)
        self._places: dict[Place, dict[tuple[int, str], Figure]] = {}
        for (year, stage, place), (_, figure) in sorted(self._held.items(), key=lambda held: held[0][:2]):
            self._places.setdefault(place, {})[year, stage] = figure

    def at(self, year: int, stage: str, where: Where) -> Figure | None:
        """The figure at exactly this place."""
        held = self._held.get((year, stage, place_of(where)))
        return held[1] if held else None

    def measure(self, measure: Measure, year: int, stage: str) -> Figure | None:
        """The figure of a measure at the first of its places that is printed."""
        for place in measure.where:
            if held := self._held.get((year, stage, place)):
                return held[1]
        return None

    def along(self, place: Place) -> dict[tuple[int, str], Figure]:
        """All figures at exactly one place, by year and stage, the earliest first."""
        return self._places.get(place, {})

    def of_other(self, figure: Figure) -> tuple[int, str] | None:
        """Year and stage of the book that prints a figure of another year or stage; None for its own."""
        about = self._about[figure.document]
        return None if about == (figure.year, figure.stage) else about

    def about(self, document: str) -> tuple[int, str]:
        """The year and stage that a document is about."""
        return self._about[document]

    def remembered(self, document: str) -> set[int]:
        """The tables of a document that tell figures of other years or stages."""
        figures = (held[1] for held in self._held.values())
        return {
            f.table for f in figures if f.document == document and f.table is not None and self.of_other(f)
        }

    def years(self) -> list[int]:
        """The years of which anything is told, the earliest first."""
        return sorted({year for year, _, _ in self._held})

    def stages(self, year: int) -> set[str]:
        """The stages of which anything is told in a year."""
        return {stage for at, stage, _ in self._held if at == year}

    def series(self, measure: Measure) -> dict[str, dict[int, Figure]]:
        """The figures of a measure by stage and year."""
        found: dict[str, dict[int, Figure]] = {}
        for year, stage in sorted({(year, stage) for year, stage, _ in self._held}):
            if figure := self.measure(measure, year, stage):
                found.setdefault(stage, {})[year] = figure
        return found


def preference(row: Row) -> tuple[bool, int]:
    """The smaller the better: the document of the figure's own year and kind, tables before prose."""
    kinds = {"approved": "budget", "outturn": "accounts"}
    own = row["document_year"] == row["year"] and row["document_kind"] == kinds.get(row["stage"], "accounts")
    return not own, row["in_table"] if row["in_table"] is not None else 1_000_000


def share(part: int, whole: int) -> Decimal | None:
    """A part of a whole, or one amount as a multiple of another; None without a base."""
    return Decimal(part) / whole if whole else None


def change(now: Figure | None, before: Figure | None) -> Decimal | None:
    """How much more there is now than before, as a part of what was before; None without a base."""
    if now is None or before is None or before.amount <= 0:
        return None
    return Decimal(now.amount - before.amount) / before.amount
