"""What the public pages say, from the warehouse alone: a function a page, each giving its values.

Nothing here knows of requests, addresses of servers or files; a page that is not there is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from shouzhi.catalogue.classifications import CODED, TREES, classification
from shouzhi.space import DIMENSIONS
from shouzhi.warehouse import comparing, departments
from shouzhi.warehouse.figures import Figure, Measure, account, change, measures, share
from shouzhi.warehouse.names import levels, member_name
from shouzhi.warehouse.opened import Warehouse
from shouzhi.warehouse.schemas import COLUMNS
from shouzhi.warehouse.search import Hit
from shouzhi.web.public import charts
from shouzhi.web.public.finding import address
from shouzhi.web.public.laying import lay
from shouzhi.web.public.links import Links, Paths

Values = dict[str, Any]
Say = charts.Say

STAGES: Final = {"approved": "年初预算", "adjusted": "调整预算", "outturn": "决算"}
DIMENSION_NAMES: Final = {
    "year": "年度", "stage": "编审阶段", "flow": "收支方向", "source": "资金来源", "kind": "支出性质",
    "function": "支出功能分类", "economic": "部门支出经济分类",
    "government_economic": "政府支出经济分类",
    "unit": "单位", "project": "项目", "item": "专项口径",
}  # fmt: skip
LINES: Final = 100
"""Lines of a comparison on one page."""

_COLUMNS_SHOWN: Final = 8


def home(warehouse: Warehouse) -> Values:
    """The first page: how much there is, all departments by area, the newest documents."""
    return warehouse.memo("home", lambda: _home(warehouse))


def _home(warehouse: Warehouse) -> Values:
    known = departments.departments(warehouse)
    counts = warehouse.ask("select count(*) as documents, coalesce(sum(facts), 0) as facts from head")[0]
    places = [(place, list(found)) for place, found in groupby(known, key=lambda d: d.place)]
    newest = warehouse.ask(
        "select * from head order by coalesce(published, added[:10]) desc, year desc, document limit 6"
    )
    years = warehouse.ask("select year, count(*) as n from head group by year order by year desc")
    return {
        "counts": {**counts, "departments": len(known)}, "places": places,
        "newest": newest, "years": years,
    }  # fmt: skip


def department_year(warehouse: Warehouse, key: str, year: int | None, say: Say) -> Values | None:
    """A department in a year, the latest by default."""
    found = departments.department(warehouse, key)
    if found is None:
        return None
    year = year or found.years[-1]
    if year not in found.years:
        return None
    told = departments.picture(warehouse, found, year)
    heads = {stage: say(name) for stage, name in STAGES.items()}
    series = told.totals.series(measures()["expenditure"])
    near = comparing.peers(warehouse, key, year)
    return {
        "department": found, "year": year, "stage": told.stage, "told": told,
        "headlines": _headlines(told),
        "structures": [
            {"tree": tree, "chart": charts.treemap(tree, say)}
            for tree in (told.function, told.economic) if tree
        ],
        "flow_chart": charts.sankey(told.flows, say),
        "years_chart": charts.years(series, heads), "series": _over_years(told, "head"),
        "public": _over_years(told, "public"), "more": _over_years(told, "more"),
        "peers": near, "documents": [_described(warehouse, head) for head in told.documents],
        "answered": _answered(warehouse, told.documents), "share": share,
    }  # fmt: skip


def _headlines(told: departments.Picture) -> list[Values]:
    """The figures at the top, with the change on the year before and the rate against the budget."""
    found: list[Values] = []
    for measure in (m for m in measures().values() if m.group == "head"):
        now = told.totals.measure(measure, told.year, told.stage)
        if now is None:
            continue
        before = told.totals.measure(measure, told.year - 1, told.stage)
        budget = told.totals.measure(measure, told.year, "approved") if told.stage == "outturn" else None
        rate = share(now.amount, budget.amount) if budget and budget.amount > 0 else None
        found.append({"measure": measure, "figure": now, "change": change(now, before), "rate": rate})
    return found


def _over_years(told: departments.Picture, group: str) -> Values | None:
    """A table of measures by year and stage; None where there is none of the group."""
    wanted = [measure for measure in measures().values() if measure.group == group]
    held = {m.key: told.totals.series(m) for m in wanted}
    columns = sorted(
        {(year, stage) for by in held.values() for stage, at in by.items() for year in at if stage in STAGES},
        key=lambda at: (at[0], list(STAGES).index(at[1])),
    )
    columns = [at for at in columns if at[0] <= told.year][-_COLUMNS_SHOWN:]
    rows = [
        (m, [held[m.key].get(stage, {}).get(year) for year, stage in columns])
        for m in wanted
    ]
    rows = [(m, cells) for m, cells in rows if any(cells)]
    if not any(year == told.year for year, _ in columns) or not rows:
        return None
    return {"columns": columns, "rows": rows}


def _described(warehouse: Warehouse, head: Values) -> Values:
    """A document with the list of its tables."""
    return {**head, "listed": warehouse.of_document("listed", head["document"])}


def _answered(warehouse: Warehouse, heads: Sequence[Values]) -> list[Values]:
    """The findings that the publisher has answered, with their documents."""
    return [
        finding
        for head in heads
        for finding in warehouse.of_document("answered", head["document"])
    ]


def document(warehouse: Warehouse, key: str) -> Values | None:
    """A document: what it is, its tables, its prose, what readers may download."""
    head = departments.head(warehouse, key)
    if head is None:
        return None
    prose = warehouse.of_document("prose", key, "order by paragraph")
    sections = [
        (section, list(paragraphs))
        for section, paragraphs in groupby(prose, key=lambda p: (p["section"], p["heading"], p["level"]))
    ]
    return {
        "head": _described(warehouse, head), "sections": sections,
        "department": departments.department(warehouse, head["department"]),
        "answered": _answered(warehouse, [head]),
    }  # fmt: skip


def table(warehouse: Warehouse, key: str, number: int) -> Values | None:
    """A table exactly as it was published; `number` counts from 0."""
    head = departments.head(warehouse, key)
    if head is None or not 0 <= number < head["tables"]:
        return None
    content = departments.table_content(warehouse, key, number)
    if content is None:
        return None
    return {
        "head": head, "table": content, "number": number, "laid": lay(content),
        "department": departments.department(warehouse, head["department"]),
        "last": number + 1 >= head["tables"],
    }  # fmt: skip


def measure_of(warehouse: Warehouse, key: str) -> Measure | None:
    """A measure by its key: one of the catalogue, or an account as `function:201`.

    An account that no list has is known where a document prints it.
    """
    if key in measures():
        return measures()[key]
    dimension, _, code = key.replace("-", ":", 1).partition(":")
    if dimension not in {"function", "economic"} or not CODED[dimension].fullmatch(code):
        return None
    if classification(dimension).known(code):
        return account(dimension, code, member_name(dimension, code))
    rows = warehouse.ask(
        f"select any_value(label) as label from figures where {dimension} = ? having count(*) > 0", (code,)  # noqa: S608
    )
    return account(dimension, code, rows[0]["label"] or code) if rows else None


def comparison(
    warehouse: Warehouse,
    key: str,
    say: Say,
    *,
    chosen: Sequence[str] = (),
    level: str | None = None,
    part: int | None = None,
) -> Values | None:
    """Departments and years in one measure: the chosen ones, or all (of one level).

    `part` counts from 1 and takes so many lines as a page holds; without it all are there.
    """
    measure = measure_of(warehouse, key)
    if measure is None:
        return None
    lines = comparing.compare(warehouse, measure, chosen or None)
    if level:
        lines = [line for line in lines if line.department.level == level]
    years = sorted({year for line in lines for year, _ in line.figures})[-_COLUMNS_SHOWN:]
    told = {year: [(line, f) for line in lines if (f := line.best(year))] for year in years}
    fullest = max(years, key=lambda year: (len(told[year]), year), default=None)
    ranked = [(line.department.name, figure.amount) for line, figure in told.get(fullest or 0, ())]
    lines.sort(key=lambda line: -_newest(line).amount)
    parts = max(1, -(-len(lines) // LINES)) if part else 1
    if part:
        lines = lines[(min(part, parts) - 1) * LINES :][:LINES]
    return {
        "part": min(part or 1, parts), "of_parts": parts,
        "measure": measure, "lines": lines, "years": years, "latest": fullest,
        "chart": charts.ranking(ranked, say), "measures": list(measures().values()),
        "level": level, "levels": [(found.level, found.title) for found in levels()], "chosen": list(chosen),
        "functions": {line.department.key: _main_function(warehouse, line) for line in lines},
    }  # fmt: skip


def _newest(line: comparing.Line) -> Figure:
    """The figure of the last year of a line, which has at least one."""
    year = max(year for year, _ in line.figures)
    return line.best(year) or next(iter(line.figures.values()))


def _main_function(warehouse: Warehouse, line: comparing.Line) -> str:
    """What a department spends most on in its last year."""
    year = max(year for year, _ in line.figures)
    profile = comparing.profiles(warehouse, year).get(line.department.key)
    return comparing.main_function(profile, year) if profile else ""


def dictionary(dimension: str | None = None) -> Values | None:
    """The data dictionary out of the catalogue: dimensions, measures and columns, or one dimension."""
    if dimension is None:
        return {
            "dimensions": [(name, DIMENSION_NAMES[name], len(classification(name).entries)) for name in DIMENSIONS],
            "measures": list(measures().values()), "columns": COLUMNS,
        }  # fmt: skip
    if dimension not in {*CODED, *TREES}:
        return None
    listed = classification(dimension)
    return {"dimension": dimension, "title": DIMENSION_NAMES[dimension], "entries": listed.entries, "listed": listed}


DESCRIBED: Final = (*CODED, *TREES)
"""The dimensions whose members have a page."""


def corrections(warehouse: Warehouse, reports: Sequence[Values] = ()) -> Values:
    """The correction log: reports with their answers, and documents published again."""
    versions = warehouse.ask("select * from head where version > 1 order by added desc, document")
    told = _answered(warehouse, versions)
    reasons = {f["document"]: f["answer"] for f in told if f["severity"] == "note" and f["answer"]}
    listed = [{**head, "reason": reasons.get(head["document"], "")} for head in versions]
    return {"reports": list(reports), "versions": listed}


def entry(
    warehouse: Warehouse, hit: Hit, links: Links, names: Mapping[str, departments.Department]
) -> tuple[str, str, int | None]:
    """What the search of a site of files knows of a thing: its address, a line about it, its amount."""
    if hit.kind == "department":
        years = "、".join(map(str, names[hit.key or ""].years))
        return links.page(Paths.department(hit.key or "")), years, None
    if hit.kind == "account":
        return links.page(Paths.compare(hit.key or "")), (hit.key or "").partition(":")[2], None
    head = departments.head(warehouse, hit.document or "") or {}
    about = f"{head['department_name']} {head['year']}"
    return address(hit, links), about, hit.extra.get("amount")
