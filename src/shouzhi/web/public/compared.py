"""Departments and years beside each other in one measure: chosen by year, stage, level, function and size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from shouzhi.warehouse import comparing
from shouzhi.warehouse.departments import STAGES, head
from shouzhi.warehouse.exports import as_csv
from shouzhi.warehouse.figures import Figure, Measure, measures
from shouzhi.warehouse.names import levels, member_name, size_of, sizes
from shouzhi.warehouse.opened import Warehouse
from shouzhi.warehouse.scopes import scope_words
from shouzhi.web.public import charts
from shouzhi.web.public.content import measure_of
from shouzhi.web.public.yearly import COLUMNS_SHOWN

Values = dict[str, Any]

LINES: Final = 100
"""Lines of a comparison on one page."""

STAGE_NAMES: Final = {"approved": "年初预算", "adjusted": "调整预算", "outturn": "决算"}
FIELDS: Final = (
    "department", "department_name", "level", "place", "measure", "scope", "year", "stage", "amount",
    "document", "title", "table", "row", "column", "page",
)  # fmt: skip
"""The columns of a comparison as CSV; tables, rows and columns count from 1."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared; empty words and None ask for all.

    `scope` is the number of a place of the measure; `sort` is `name`, or a year, with a minus for
    the smallest first; `part` counts from 1 and takes so many lines as a page holds.
    """

    chosen: tuple[str, ...] = ()
    year: int | None = None
    stage: str = ""
    level: str = ""
    function: str = ""
    size: str = ""
    scope: int | None = None
    sort: str = ""
    part: int | None = None

    def query(self) -> dict[str, str]:
        """What stands in an address, but for the part and the scope."""
        return {
            "departments": ",".join(self.chosen), "year": str(self.year or ""), "stage": self.stage,
            "level": self.level, "function": self.function, "size": self.size, "sort": self.sort,
        }  # fmt: skip


NARROWED: Final = ("year", "stage", "level", "function", "size", "chosen")
_ALL: Final = Asked()


@dataclass(frozen=True, slots=True)
class _About:
    """A line with what it is chosen by: the size and the main function of its last year, or of the year asked."""

    line: comparing.Line
    size: str
    function: str

    def figure(self, year: int, stage: str) -> Figure | None:
        """The figure of a year at a stage, or at the best."""
        return self.line.figures.get((year, stage)) if stage else self.line.best(year)


def comparison(
    warehouse: Warehouse, key: str, say: charts.Say, asked: Asked = _ALL
) -> Values | None:
    """A measure by department and year at one scope; None for a measure or a scope that is not there."""
    measure = measure_of(warehouse, key)
    if measure is None or (asked.scope is not None and asked.scope >= len(measure.where)):
        return None
    told = comparing.compare(warehouse, measure)
    scopes = _scopes(measure, told)
    scope = asked.scope if asked.scope is not None else (scopes[0]["scope"] if scopes else 0)
    every = [_about(warehouse, line.within(scope), asked.year) for line in told if line.scopes.get(scope)]
    found = _chosen(every, asked)
    years = sorted({year for about in found for year, _ in about.line.figures})[-COLUMNS_SHOWN:]
    ranked = asked.year or max(years, key=lambda year: (_count(found, year, asked.stage), year), default=None)
    found = _sorted(found, asked, ranked)
    parts = max(1, -(-len(found) // LINES)) if asked.part else 1
    part = min(asked.part or 1, parts)
    shown = found[(part - 1) * LINES :][:LINES] if asked.part else found
    return {
        "measure": measure, "measures": list(measures().values()), "asked": asked, "query": asked.query(),
        "scope": scope, "scopes": scopes, "scope_words": _apart(measure, scope),
        "left_out": len(told) - len(every), "count": len(found), "of_all": len(every),
        "lines": [_line(about, years, asked.stage) for about in shown], "every": found,
        "years": years[::-1], "latest": ranked, "part": part, "of_parts": parts,
        "chart": _chart(found, ranked, asked.stage, say), "choices": _choices(every),
        "without": [] if found else _without(every, asked),
    }  # fmt: skip


def _scopes(measure: Measure, told: Sequence[comparing.Line]) -> list[Values]:
    """The scopes in which the measure is printed, that of the most departments first."""
    counts = [sum(bool(line.scopes.get(rank)) for line in told) for rank in range(len(measure.where))]
    ordered = sorted(range(len(counts)), key=lambda rank: (-counts[rank], rank))
    return [
        {"scope": rank, "words": scope_words(measure, measure.where[rank]), "count": counts[rank]}
        for rank in ordered
        if counts[rank]
    ]


def _apart(measure: Measure, scope: int) -> str:
    """What the scope adds to the name of the measure."""
    words = scope_words(measure, measure.where[scope])
    return "" if words == measure.title else words


def _about(warehouse: Warehouse, line: comparing.Line, year: int | None) -> _About:
    """What a line is chosen by."""
    at = year or max(year for year, _ in line.figures)
    profile = comparing.profiles(warehouse, at).get(line.department.key)
    return _About(line, size_of(profile.amount) if profile else "", (profile.main if profile else None) or "")


def _chosen(every: Sequence[_About], asked: Asked) -> list[_About]:
    """The lines that are asked for."""
    tests: list[Callable[[_About], bool]] = [
        lambda about: not asked.chosen or about.line.department.key in asked.chosen,
        lambda about: not asked.level or about.line.department.level == asked.level,
        lambda about: not asked.function or about.function == asked.function,
        lambda about: not asked.size or about.size == asked.size,
        lambda about: _told(about, asked),
    ]
    return [about for about in every if all(test(about) for test in tests)]


def _told(about: _About, asked: Asked) -> bool:
    """Whether a line has a figure of the year and stage that are asked for."""
    years = [asked.year] if asked.year else {year for year, _ in about.line.figures}
    return any(about.figure(year, asked.stage) for year in years)


def _count(found: Sequence[_About], year: int, stage: str) -> int:
    return sum(about.figure(year, stage) is not None for about in found)


def _sorted(found: list[_About], asked: Asked, ranked: int | None) -> list[_About]:
    """By name or by the amount of a year; what has none comes last."""
    if asked.sort == "name":
        return sorted(found, key=lambda about: about.line.department.name)
    wanted = asked.sort.lstrip("-")
    year = int(wanted) if wanted.isdecimal() else ranked
    sign = 1 if asked.sort.startswith("-") else -1

    def rank(about: _About) -> tuple[bool, int, str]:
        figure = about.figure(year, asked.stage) if year else None
        return figure is None, sign * figure.amount if figure else 0, about.line.department.name

    return sorted(found, key=rank)


def _line(about: _About, years: Sequence[int], stage: str) -> Values:
    """A line of the table, the latest year first."""
    figures = [about.figure(year, stage) for year in reversed(years)]
    return {
        "department": about.line.department, "figures": figures,
        "function": member_name("function", about.function) if about.function else "",
    }  # fmt: skip


def _chart(found: Sequence[_About], year: int | None, stage: str, say: charts.Say) -> charts.Chart | None:
    """The departments of one year, each bar with its stage."""
    figures = [(about, about.figure(year, stage)) for about in found] if year else []
    rows = [(a.line.department.name, f.amount, f.stage) for a, f in figures if f]
    return charts.ranking(rows, {stage: say(name) for stage, name in STAGE_NAMES.items()})


def _choices(every: Sequence[_About]) -> Mapping[str, list[tuple[str, str]]]:
    """What can be asked for, each with its words: only what is there."""
    years = sorted({year for about in every for year, _ in about.line.figures}, reverse=True)
    stages = {stage for about in every for _, stage in about.line.figures}
    functions = sorted({about.function for about in every if about.function})
    known, bands = {about.line.department.level for about in every}, {about.size for about in every}
    return {
        "year": [(str(year), str(year)) for year in years],
        "stage": [(stage, STAGE_NAMES[stage]) for stage in STAGES if stage in stages],
        "level": [(one.level, one.title) for one in levels() if one.level in known],
        "function": [(code, member_name("function", code)) for code in functions],
        "size": [(one.size, one.title) for one in sizes() if one.size in bands],
    }


def _without(every: Sequence[_About], asked: Asked) -> list[tuple[str, int, dict[str, str]]]:
    """How many departments there would be without each one of the conditions, and how to ask for them."""
    found: list[tuple[str, int, dict[str, str]]] = []
    for name in NARROWED:
        if getattr(asked, name):
            wider = replace(asked, **{name: getattr(_ALL, name)})
            if count := len(_chosen(every, wider)):
                found.append((name, count, wider.query()))
    return found


def as_file(warehouse: Warehouse, told: Values) -> bytes:
    """A comparison as CSV: a line for each department, year and stage, each with its place."""
    measure, asked = told["measure"], told["asked"]
    rows: list[Values] = []
    for about in told["every"]:
        department = about.line.department
        for (year, stage), figure in sorted(about.line.figures.items()):
            if asked.year not in (None, year) or asked.stage not in ("", stage):
                continue
            place = {name: None if at is None else at + 1 for name, at in _place(figure).items()}
            title = (head(warehouse, figure.document) or {}).get("title")
            rows.append({
                "department": department.key, "department_name": department.name, "level": department.level,
                "place": department.place, "measure": measure.title, "scope": told["scope_words"], "year": year,
                "stage": stage, "amount": figure.amount, "document": figure.document, "title": title,
                **place, "page": figure.page,
            })  # fmt: skip
    return as_csv(rows, FIELDS)


def _place(figure: Figure) -> dict[str, int | None]:
    return {"table": figure.table, "row": figure.row, "column": figure.column}
