"""Search hits as the pages show them: pieces with what was asked for marked, and where they lead."""

from __future__ import annotations

from typing import Any

from shouzhi.warehouse import departments
from shouzhi.warehouse.opened import Warehouse
from shouzhi.warehouse.search import Hit, excerpt
from shouzhi.web.public.charts import Say
from shouzhi.web.public.links import Links, Paths

Shown = dict[str, Any]


def found(warehouse: Warehouse, query: str, links: Links, say: Say) -> dict[str, list[Shown]]:
    """What a query finds, by kind, ready for the page."""
    return {
        kind: [shown(warehouse, hit, query, links, say) for hit in hits]
        for kind, hits in warehouse.search(query).items()
    }


def shown(warehouse: Warehouse, hit: Hit, query: str, links: Links, say: Say) -> Shown:
    """One hit: its address, its words in pieces, and a line about it."""
    made: Shown = {"pieces": excerpt(hit.label, query), "amount": hit.extra.get("amount"), "code": ""}
    if hit.kind == "department":
        found_one = departments.department(warehouse, hit.key or "")
        years = "、".join(map(str, found_one.years)) if found_one else ""
        return made | {"href": links.page(Paths.department(hit.key or "")), "about": years}
    if hit.kind == "account":
        count = say("{n} 份文件", n=hit.documents)
        code = (hit.key or "").partition(":")[2]
        return made | {"href": links.page(Paths.compare(hit.key or "")), "about": count, "code": code}
    head = departments.head(warehouse, hit.document or "")
    about = f"{head['department_name']} {head['year']}" if head else ""
    page = hit.extra.get("page")
    if page:
        about += " · " + say("第 {n} 页", n=page)
    return made | {"href": address(hit, links), "about": about}


def address(hit: Hit, links: Links) -> str:
    """Where a hit of one document stands: a cell, a table or a paragraph."""
    document, extra = hit.document or "", hit.extra
    if hit.kind == "prose":
        return links.page(Paths.document(document), f"p{extra['paragraph']}")
    if extra.get("table") is None:
        return links.page(Paths.document(document))
    at = "" if extra.get("row") is None else f"r{extra['row'] + 1}c{(extra.get('column') or 0) + 1}"
    return links.page(Paths.table(document, extra["table"]), at)
