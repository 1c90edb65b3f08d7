"""The search as the pages show it: hits in pieces with what was asked for marked, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shouzhi.catalogue.names import fold
from shouzhi.catalogue.told import account_names
from shouzhi.warehouse import departments
from shouzhi.warehouse.opened import Warehouse
from shouzhi.warehouse.search import KINDS, Asked, Found, Hit, excerpt
from shouzhi.web.public.charts import Say
from shouzhi.web.public.links import Links, Paths, cell

Shown = dict[str, Any]

_MOST_NAMES: Final = 12
_AT_FIRST: Final = 8
"""Hits of each kind where all kinds are shown."""
PER_PART: Final = 20
"""Hits on one page of a single kind."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader asks of the search page; `department` is a name or a key, `part` counts from 1."""

    query: str = ""
    kind: str = ""
    year: int | None = None
    department: str = ""
    part: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wishes:
        """From the query of an address; what makes no sense is left out."""
        told = {name: given.get(name, "").strip() for name in ("q", "kind", "year", "department", "part")}
        return cls(
            told["q"][:60],
            told["kind"] if told["kind"] in KINDS else "",
            int(told["year"]) if re.fullmatch("[0-9]{4}", told["year"]) else None,
            told["department"][:80],
            int(told["part"]) if re.fullmatch("[1-9][0-9]{0,3}", told["part"]) else 1,
        )

    def asked(self) -> dict[str, str]:
        """The same as the query of an address."""
        told = {"q": self.query, "kind": self.kind, "year": str(self.year or ""), "department": self.department}
        return told | {"part": str(self.part) if self.part > 1 else ""}


def page(warehouse: Warehouse, wishes: Wishes, links: Links, say: Say) -> Shown:
    """The values of the search page: what is asked for, what it may be narrowed to, what is found."""
    known = departments.departments(warehouse)
    key = next((d.key for d in known if wishes.department in {d.key, d.name}), None)
    key = key or next((d.key for d in known if fold(d.name) == fold(wishes.department)), None)
    unknown = bool(wishes.department) and key is None
    asked = warehouse.understood(wishes.query, wishes.year, key)
    groups = [] if unknown else _groups(warehouse, asked, wishes, links, say)
    total = sum(group["total"] for group in groups)
    return {
        "query": asked.words, "kind": wishes.kind, "year": asked.year,
        "department": next((d.name for d in known if d.key == key), wishes.department),
        "kinds": KINDS, "years": sorted({year for d in known for year in d.years}, reverse=True),
        "names": sorted(d.name for d in known), "unknown": unknown, "groups": groups, "total": total,
        "asking": bool(asked.words or asked.year or wishes.department),
        "part": wishes.part, "parts_count": max(1, -(-total // PER_PART)) if wishes.kind else 1,
    }  # fmt: skip


def _groups(warehouse: Warehouse, asked: Asked, wishes: Wishes, links: Links, say: Say) -> list[Shown]:
    """What is found of each kind: a part of one kind, or the first of all."""
    made = []
    for kind in (wishes.kind,) if wishes.kind else KINDS:
        most, skip = (PER_PART, (wishes.part - 1) * PER_PART) if wishes.kind else (_AT_FIRST, 0)
        told = warehouse.found(asked, kind, most, skip)
        if kind == "account" and links.language == "en" and asked.words.isascii() and not skip:
            english = [hit for hit in _in_english(warehouse, asked.words) if hit not in told.hits]
            told = Found([*told.hits, *english][:most], told.total + len(english))
        hits = [shown(warehouse, hit, asked.words, links, say) for hit in told.hits]
        if told.total:
            made.append({"kind": kind, "hits": hits, "total": told.total})
    return made


def _in_english(warehouse: Warehouse, query: str) -> list[Hit]:
    """The accounts whose English names hold all the words of a query, those with the shortest first."""
    words = [word.casefold() for word in query.split() if word.isalpha()]
    fits = [
        (len(english), chinese)
        for chinese, english in account_names().items()
        if words and all(word in english.casefold() for word in words)
    ]
    names = [chinese for _, chinese in sorted(fits)[:_MOST_NAMES]]
    return [
        hit
        for name in names
        for hit in warehouse.search(name, ("account",)).get("account", ())
        if hit.label == name
    ]


def shown(warehouse: Warehouse, hit: Hit, query: str, links: Links, say: Say) -> Shown:
    """One hit: its address, its words in pieces, and a line about it."""
    made: Shown = {"pieces": excerpt(hit.label, query), "amount": hit.extra.get("amount"), "code": ""}
    if hit.kind == "department":
        found_one = departments.department(warehouse, hit.key or "")
        years = "、".join(map(str, found_one.years)) if found_one else ""
        return made | {"href": address(hit, links), "about": years}
    if hit.kind == "account":
        count = say("{n} 份文件", n=hit.documents)
        code = (hit.key or "").partition(":")[2]
        about = count if (said := say(hit.label)) == hit.label else f"{said} · {count}"
        return made | {"href": address(hit, links), "about": about, "code": code}
    head = departments.head(warehouse, hit.document or "")
    about = f"{head['department_name']} {head['year']}" if head else ""
    page = hit.extra.get("page")
    if page:
        about += " · " + say("第 {n} 页", n=page)
    return made | {"href": address(hit, links), "about": about}


def address(hit: Hit, links: Links) -> str:
    """Where a hit leads: a department, a comparison, or its place in a document."""
    document, extra = hit.document or "", hit.extra
    if hit.kind == "department":
        return links.page(Paths.department(hit.key or ""))
    if hit.kind == "account":
        return links.page(Paths.compare(hit.key or ""))
    if hit.kind == "prose":
        return links.page(Paths.document(document), f"p{extra['paragraph']}")
    return cell(links, document, extra.get("table"), extra.get("row"), extra.get("column"))
