"""Departments, their years and documents, and what pages tell of one department in one year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from shouzhi.warehouse.figures import WITHIN, Figure, Totals, measures
from shouzhi.warehouse.opened import Row, Warehouse
from shouzhi.warehouse.structure import Link, Tree, flows, tree

STAGES: Final = ("approved", "adjusted", "outturn")
"""The stages that are shown, in the order of the year."""

_NEEDED: Final = ", ".join((
    "document", "in_table", "in_row", "in_column", "page", "label", "year", "stage", "amount",
    *WITHIN, "document_year", "document_kind",
))  # fmt: skip
_NAMES: Final = {"approved": "budget", "outturn": "accounts"}


@dataclass(frozen=True, slots=True)
class Department:
    """A department: its key in addresses, name, level and area, and the years of its documents."""

    key: str
    name: str
    level: str | None
    place: str | None
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a document: amount in 分, its target as published, and where it stands."""

    name: str
    unit: str | None
    goal: str | None
    figure: Figure


@dataclass(slots=True)
class Picture:
    """A department in a year.

    `stage` is the one that the page is about: the outturn where there are accounts, else the
    budget; `documents` are heads; `function` and `economic` trees of spending.
    """

    department: Department
    year: int
    stage: str
    documents: list[Row]
    totals: Totals
    function: Tree | None = None
    economic: Tree | None = None
    flows: list[Link] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)


def departments(warehouse: Warehouse) -> list[Department]:
    """All departments, by area and name."""
    return warehouse.memo("departments", lambda: list(_departments(warehouse).values()))


def department(warehouse: Warehouse, key: str) -> Department | None:
    """A department by its key."""
    return warehouse.memo("departments by key", lambda: _departments(warehouse)).get(key)


def _departments(warehouse: Warehouse) -> dict[str, Department]:
    rows = warehouse.ask(
        "select department, max_by(department_name, (year, document)) as named,"
        " any_value(level) as of_level, any_value(place) as of_place,"
        " list(distinct year order by year) as of_years"
        " from head group by department order by of_place nulls last, named"
    )
    return {
        row["department"]: Department(
            row["department"], row["named"], row["of_level"], row["of_place"], tuple(row["of_years"])
        )
        for row in rows
    }


def documents(
    warehouse: Warehouse, key: str | None = None, year: int | None = None, kind: str | None = None
) -> list[Row]:
    """Heads of documents, the newest first, of all departments and years or of one."""
    known = warehouse.memo("documents", lambda: _documents(warehouse))
    return [
        row
        for row in (known.get(key or "", []))
        if year in (None, row["year"]) and kind in (None, row["kind"])
    ]


def _documents(warehouse: Warehouse) -> dict[str, list[Row]]:
    """All heads, and those of each department, the newest first."""
    rows = warehouse.ask("select * from head order by year desc, department_name, kind, document")
    found: dict[str, list[Row]] = {"": rows}
    for row in rows:
        found.setdefault(row["department"], []).append(row)
    return found


def head(warehouse: Warehouse, document: str) -> Row | None:
    """The head of one document."""
    heads = warehouse.memo("heads", lambda: {row["document"]: row for row in warehouse.ask("select * from head")})
    return heads.get(document)


def totals(warehouse: Warehouse, key: str) -> Totals:
    """The figures of a department that belong to no single account, unit or project."""
    return warehouse.memo(("totals", key), lambda: Totals(warehouse.ask(
        f"select {_NEEDED} from broad where department = ?", (key,)  # noqa: S608 - our words
    )))  # fmt: skip


def picture(warehouse: Warehouse, found: Department, year: int) -> Picture:
    """All that the page of a department and year tells."""
    heads = documents(warehouse, found.key, year)
    told = totals(warehouse, found.key)
    stage = main_stage(heads, told, year)
    made = Picture(found, year, stage, heads, told)
    rows = warehouse.ask(
        f"select {_NEEDED} from figures where department = ? and year = ? and stage = ? and unit is null"  # noqa: S608 - our words
        " and project is null and item is null and government_economic is null"
        " and (function is not null) <> (economic is not null)", (found.key, year, stage),
    )  # fmt: skip
    made.function = tree(rows, "function", year)
    made.economic = tree(rows, "economic", year)
    made.flows = flows([row for row in rows if row["function"]], year)
    made.projects = projects(warehouse, [row["document"] for row in heads])
    return made


def main_stage(heads: list[Row], told: Totals, year: int) -> str:
    """The stage that a year is told by: what was spent, else what was approved."""
    kinds = {row["kind"] for row in heads}
    known = told.stages(year)
    measure = measures()["expenditure"]
    for stage in ("outturn", "approved", "adjusted"):
        if (_NAMES.get(stage) in kinds or not kinds) and stage in known and told.measure(measure, year, stage):
            return stage
    return "approved" if "approved" in known or not known else min(known)


def projects(warehouse: Warehouse, keys: list[str]) -> list[Project]:
    """The projects of some documents, each once, the largest first; with a target where one is told."""
    found: dict[str, Project] = {}
    for key in keys:
        for row in warehouse.of_document("planned", key):
            made = Project(row["project"], row["unit"], row["goal"], Figure.of({**row, "year": 0, "stage": ""}))
            known = found.get(made.name)
            if known is None or (made.goal and not known.goal):
                found[made.name] = made
    return sorted(found.values(), key=lambda project: -project.figure.amount)


def table_content(warehouse: Warehouse, document: str, number: int) -> dict[str, Any] | None:
    """A table as it was printed: the object of the JSON contract, with its number in the document."""
    import orjson  # noqa: PLC0415 - only here

    for row in warehouse.of_document("tables", document, "and in_table = ?", number):
        content: dict[str, Any] = orjson.loads(row["content"])
        return content
    return None
