"""What a book is made of: its sheets and columns, as `catalogue/book.yaml` declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml
from shouzhi.catalogue.told import term

PLAIN_KINDS: Final = (
    "text", "name", "code", "amount", "count", "number", "year",
    "unit", "project", "function", "economic",
)  # fmt: skip
"""Kinds of columns that are not a choice among words."""

DIMENSION_KINDS: Final[Mapping[str, str]] = {
    "unit": "unit", "project": "project", "function": "function", "economic": "economic",
    "income_flow": "flow", "expenditure_flow": "flow", "flow": "flow", "source": "source",
    "kind": "kind", "stage": "stage", "item": "item", "category": "item",
}  # fmt: skip
"""Kinds whose values are members of a dimension; `year` counts too where a sheet has lines."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, its heading on the sheet, what may stand in it, and a hint."""

    key: str
    heading: str
    kind: str
    required: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `lines` is None where its rows are no money, else what holds for all of them."""

    key: str
    name: str
    about: str
    columns: tuple[Column, ...]
    lines: Mapping[str, str] | None = None

    @property
    def file(self) -> str:
        """The name of its file in a folder."""
        return f"{self.key}.csv"

    def column(self, heading: str) -> Column | None:
        """The column of a heading; None for one that the sheet does not have."""
        return next((c for c in self.columns if c.heading == heading), None)

    def column_of(self, key: str) -> Column | None:
        """The column of a key; None for one that the sheet does not have."""
        return next((c for c in self.columns if c.key == key), None)


@dataclass(frozen=True, slots=True)
class Schema:
    """The declared shape of a book.  `choices` are the words of a kind and what they mean."""

    format: int
    settings: tuple[Column, ...]
    sheets: tuple[Sheet, ...]
    choices: Mapping[str, Mapping[str, str]]
    staff_classes: tuple[str, ...]

    def sheet(self, key: str) -> Sheet:
        """The sheet of a key; raises KeyError for one that there is not."""
        for sheet in self.sheets:
            if sheet.key == key:
                return sheet
        raise KeyError(key)

    def named(self, name: str) -> Sheet | None:
        """The sheet of a worksheet's name; None for one that there is not."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)

    def word(self, kind: str, member: str) -> str:
        """The first word of a choice that means `member`; the member itself where there is none."""
        return next((w for w, m in self.choices.get(kind, {}).items() if m == member), member)


@cache
def schema() -> Schema:
    """The shape of a book, loaded once a process; raises CatalogueError for a fault in it."""
    root = load_yaml(CATALOGUE / "book.yaml")
    data = root.record(("format", "settings", "choices", "staff_classes", "sheets"))
    choices: dict[str, Mapping[str, str]] = {
        kind: {term(word): member.text() for word, member in words.mapping().items()}
        for kind, words in data["choices"].mapping().items()
    }
    kinds = (*PLAIN_KINDS, *choices)
    return Schema(
        format=data["format"].whole(),
        settings=tuple(_column(node, kinds) for node in data["settings"].sequence()),
        sheets=tuple(_sheet(node, kinds) for node in data["sheets"].sequence()),
        choices=choices,
        staff_classes=data["staff_classes"].texts(),
    )


def _sheet(node: Node, kinds: tuple[str, ...]) -> Sheet:
    data = node.record(("key", "name", "about", "columns"), ("lines",))
    lines = None
    if "lines" in data:
        lines = {d: member.text() for d, member in data["lines"].mapping().items()}
    columns = tuple(_column(column, kinds) for column in data["columns"].sequence())
    name, about = term(data["name"].text()), term(data["about"].text())
    return Sheet(data["key"].text(), name, about, columns, lines)


def _column(node: Node, kinds: tuple[str, ...]) -> Column:
    data = node.record(("key", "heading", "kind"), ("required", "about"))
    return Column(
        key=data["key"].text(),
        heading=term(data["heading"].text()),
        kind=data["kind"].choice(kinds),
        required=data["required"].flag() if "required" in data else False,
        about=term(data["about"].text()) if "about" in data else "",
    )
