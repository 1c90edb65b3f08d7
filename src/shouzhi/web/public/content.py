"""What the public pages say, from the warehouse alone: a function a page, each giving its values.

Nothing here knows of requests, addresses of servers or files; a page that is not there is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from shouzhi.catalogue.classifications import CODED, TREES, classification
from shouzhi.space import DIMENSIONS
from shouzhi.warehouse import comparing, departments, downloads
from shouzhi.warehouse.figures import Measure, account, measures, share
from shouzhi.warehouse.names import member_name
from shouzhi.warehouse.opened import Warehouse
from shouzhi.warehouse.schemas import COLUMNS
from shouzhi.warehouse.scopes import Scopes
from shouzhi.warehouse.search import Hit
from shouzhi.warehouse.structure import slight_ends
from shouzhi.web.public import charts, yearly
from shouzhi.web.public.columns import COLUMNS_SAID
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


_PEERLESS: Final = {
    "unknown": "本部门{year}年的支出总数没有读到，无从比较规模。",
    "alone": "{year}年没有别的部门公开文件。",
    "size": "{year}年公开文件的部门里，没有一个的支出规模与本部门相差在四倍以内。",
    "function": "{year}年支出规模相近的部门里，没有一个的支出功能与本部门相同。",
}
"""Why a department has no peers."""


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
    scopes = warehouse.memo(("scopes", key), lambda: Scopes(warehouse, told.totals))
    spent = scopes.row(measures()["expenditure"], year, told.stage)
    near = comparing.peers(warehouse, key, year)
    return {
        "department": found, "year": year, "stage": told.stage, "told": told,
        "headlines": yearly.headlines(scopes, told),
        "structures": [
            {"tree": tree, "chart": charts.treemap(tree, say)}
            for tree in (told.function, told.economic) if tree
        ],
        "flow_chart": charts.sankey(told.flows, say), "slight_ends": slight_ends(told.flows),
        "years_chart": charts.years(spent.cells if spent else {}, heads),
        "series": yearly.over_years(warehouse, scopes, told, "head"),
        "public": yearly.over_years(warehouse, scopes, told, "public"),
        "more": yearly.over_years(warehouse, scopes, told, "more"),
        "peers": near, "peerless": _PEERLESS[comparing.peerless(warehouse, key, year) or "function"],
        "comparable": [other for other in found.years if not comparing.peerless(warehouse, key, other)],
        "documents": [_described(warehouse, head) for head in told.documents],
        "answered": _answered(warehouse, told.documents), "share": share,
    }  # fmt: skip


def _described(warehouse: Warehouse, head: Values) -> Values:
    """A document with the list of its tables and the sizes of its files."""
    key = head["document"]
    return {**head, "listed": warehouse.of_document("listed", key), "sizes": downloads.sizes(warehouse, key)}


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
        "head": _described(warehouse, head), "table": content, "number": number, "laid": lay(content),
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


def dictionary(dimension: str | None = None) -> Values | None:
    """The data dictionary out of the catalogue: dimensions, measures and columns, or one dimension."""
    if dimension is None:
        return {
            "dimensions": [(name, DIMENSION_NAMES[name], len(classification(name).entries)) for name in DIMENSIONS],
            "measures": list(measures().values()), "columns": COLUMNS, "notes": COLUMNS_SAID,
        }  # fmt: skip
    if dimension not in {*CODED, *TREES}:
        return None
    listed = classification(dimension)
    return {"dimension": dimension, "title": DIMENSION_NAMES[dimension], "entries": listed.entries, "listed": listed}


DESCRIBED: Final = (*CODED, *TREES)
"""The dimensions whose members have a page."""


def corrections(warehouse: Warehouse) -> Values:
    """What the correction log tells of documents: those that were published again, and all that are there."""
    versions = warehouse.ask("select * from head where version > 1 order by added desc, document")
    told = _answered(warehouse, versions)
    reasons = {f["document"]: f["answer"] for f in told if f["severity"] == "note" and f["answer"]}
    listed = [{**head, "reason": reasons.get(head["document"], "")} for head in versions]
    return {"versions": listed, "held": {head["document"] for head in departments.documents(warehouse)}}


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
