"""What the API asks of the warehouse, in the shapes in which it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from shouzhi.space import DIMENSIONS
from shouzhi.warehouse import Warehouse, comparing, departments, exports
from shouzhi.warehouse.departments import Department
from shouzhi.warehouse.figures import Measure, measures
from shouzhi.warehouse.search import KINDS, Hit
from shouzhi.warehouse.structure import Tree
from shouzhi.web.language import say
from shouzhi.web.public.finding import address
from shouzhi.web.public.handing import ApiFault, Part
from shouzhi.web.public.keeping import CACHE, Kept, answer
from shouzhi.web.public.links import Links, Paths, cell
from shouzhi.web.public.shapes import (
    DocumentOut,
    FactsAsked,
    FigureOut,
    ProjectsAsked,
    SearchAsked,
    SeriesAsked,
)
from shouzhi.web.public.views import TYPES

Row = dict[str, Any]

_HEAD: Final = tuple(name for name in DocumentOut.model_fields if name != "url")
_NONE: Final = "-"


def department(found: Department) -> Row:
    """A department as the API tells it."""
    return {
        "key": found.key, "name": found.name, "level": found.level, "place": found.place,
        "years": list(found.years),
    }  # fmt: skip


def head(row: Row, links: Links) -> Row:
    """The head of a document as the API tells it."""
    told = {name: list(row["files"] or ()) if name == "files" else row[name] for name in _HEAD}
    return {**told, "url": links.page(Paths.document(row["document"]))}


def year(warehouse: Warehouse, found: Department, at: int, links: Links) -> Row:
    """A department in a year; raises ApiFault for a year without documents."""
    if at not in found.years:
        raise _no_year(at, list(found.years))
    told = departments.picture(warehouse, found, at)
    held = {
        measure.key: {
            stage: FigureOut.of(figure, links).model_dump()
            for stage in departments.STAGES
            if (figure := told.totals.measure(measure, at, stage))
        }
        for measure in measures().values()
    }
    return {
        "department": department(found), "year": at, "stage": told.stage,
        "documents": [row["document"] for row in told.documents],
        "measures": {key: by for key, by in held.items() if by},
        "structures": [_tree(tree, links) for tree in (told.function, told.economic) if tree],
        "flows": [{"origin": w.origin, "target": w.target, "amount": w.amount} for w in told.flows],
    }  # fmt: skip


def _no_year(at: int, known: list[int]) -> ApiFault:
    years = "、".join(map(str, known))
    return ApiFault(404, say("没有 {year} 年的文件；有文件的年度：{years}", year=at, years=years), years=known)


def _tree(tree: Tree, links: Links) -> Row:
    nodes = [
        {
            "code": node.code, "name": node.name, "depth": depth, "amount": node.amount,
            "figure": FigureOut.of(node.figure, links).model_dump() if node.figure else None,
        }
        for depth, node in tree.walk()
    ]  # fmt: skip
    told = {"dimension": tree.dimension, "source": tree.source, "kind": tree.kind}
    return {**told, "total": tree.total, "nodes": nodes}


def peer(found: comparing.Peer) -> Row:
    """A peer as the API tells it."""
    profile = found.profile
    return {
        "department": profile.department.key, "name": profile.department.name, "amount": profile.amount,
        "ratio": round(found.ratio, 4), "alike": round(found.alike, 4), "same_level": found.same_level,
    }  # fmt: skip


def tables(warehouse: Warehouse, found: Row, links: Links) -> list[Row]:
    """The tables of a document."""
    names = ("number", "title", "amount_unit", "pages", "columns", "rows")
    return [
        {
            "table": row["in_table"] + 1, **{name: row[name] for name in names},
            "url": cell(links, found["document"], row["in_table"]),
        }
        for row in warehouse.of_document("listed", found["document"])
    ]  # fmt: skip


def prose(warehouse: Warehouse, found: Row) -> list[Row]:
    """The paragraphs of a document."""
    names = ("heading", "level", "paragraph", "text", "page")
    rows = warehouse.of_document("prose", found["document"], "order by paragraph")
    return [{name: row[name] for name in names} for row in rows]


def facts(warehouse: Warehouse, asked: FactsAsked, links: Links) -> Callable[[], Part]:
    """The part of the facts that is asked for; only segments of documents in question are read."""

    def make() -> Part:
        heads = departments.documents(warehouse, asked.department, asked.document_year, asked.document_kind)
        keys = [row["document"] for row in heads if asked.document in (None, row["document"])]
        terms, values = _terms(asked)
        rows, total = warehouse.facts(
            keys, terms, values, exports.FIELDS, asked.size, (asked.page - 1) * asked.size
        )
        return Part([_placed(row, links) for row in rows], total)

    return make


def _placed(row: Row, links: Links) -> Row:
    """A record of the warehouse with the address of its cell."""
    place = (row.get(name) for name in ("in_table", "in_row", "in_column"))
    return {**row, "url": cell(links, row["document"], *place)}


def _terms(asked: FactsAsked) -> tuple[list[str], list[object]]:
    terms, values = [], list[object]()
    for name in DIMENSIONS:
        wanted = getattr(asked, name)
        if wanted == _NONE:
            terms.append(f"{name} is null")
        elif wanted is not None:
            terms.append(f"{name} = ?")
            values.append(wanted)
    if asked.at_least is not None:
        terms.append("amount >= ?")
        values.append(asked.at_least)
    return terms, values


def series(warehouse: Warehouse, measure: Measure, asked: SeriesAsked, links: Links) -> list[Row]:
    """A measure over departments and years."""
    years = [asked.year] if asked.year else None
    return [
        {
            "measure": measure.key, "department": line.department.key,
            "department_name": line.department.name, **FigureOut.of(figure, links).model_dump(),
        }
        for line in comparing.compare(warehouse, measure, asked.department or None, years)
        if not asked.level or line.department.level == asked.level
        for _, figure in sorted(line.figures.items())
    ]  # fmt: skip


def projects(warehouse: Warehouse, asked: ProjectsAsked, links: Links) -> list[Row]:
    """Projects by department, year and words, the largest first."""
    rows = warehouse.ask(
        "select project, department, department_name, h.year as year, document, unit, p.kind as kind, amount,"
        " goal, in_table, in_row, in_column, page from projects p join head h using (document)"
        " where ($1 is null or department = $1) and ($2 is null or h.year = $2)"
        " and ($3 is null or contains(project, $3)) and ($4 is null or amount >= $4)"
        " order by amount desc nulls last, document, project",
        (asked.department, asked.year, asked.q, asked.at_least),
    )
    return [_placed(row, links) for row in rows]


def hits(warehouse: Warehouse, asked: SearchAsked, links: Links) -> Callable[[], Part]:
    """What a query finds, kind after kind; nothing where no letter, digit or Chinese character is asked for."""

    def make() -> Part:
        wanted = warehouse.understood(asked.q, asked.year, asked.department)
        skip, total, rows = (asked.page - 1) * asked.size, 0, list[Row]()
        for kind in (asked.kind,) if asked.kind else KINDS:
            found = warehouse.found(wanted, kind, asked.size - len(rows), max(0, skip - total))
            rows += [_hit(warehouse, hit, links) for hit in found.hits]
            total += found.total
        return Part(rows, total)

    return make


def _hit(warehouse: Warehouse, hit: Hit, links: Links) -> Row:
    of = departments.head(warehouse, hit.document or "") or {}
    extra = hit.extra
    return {
        "kind": hit.kind, "label": hit.label, "key": hit.key, "document": hit.document,
        "documents": hit.documents, "department": of.get("department") or _key(hit), "year": of.get("year"),
        "in_table": extra.get("table"), "in_row": extra.get("row"), "in_column": extra.get("column"),
        "page": extra.get("page"), "amount": extra.get("amount"), "url": address(hit, links),
    }  # fmt: skip


def _key(hit: Hit) -> str | None:
    return hit.key if hit.kind == "department" else None


def packages(warehouse: Warehouse, request: HttpRequest) -> list[Row]:
    """The years of which there is a package."""
    rows = warehouse.ask("select year, count(*) as documents from head group by year order by year desc")
    return [{**row, "href": request.build_absolute_uri(f"bulk/{row['year']}.zip")} for row in rows]


def bulk(request: HttpRequest, warehouse: Warehouse, at: int) -> HttpResponse:
    """The package of a year; raises ApiFault for a year without documents."""

    def make() -> Kept | None:
        body = exports.package(warehouse, at)
        return Kept.of(body, TYPES["zip"], warehouse.changed) if body else None

    kept = CACHE.get((request.path,), warehouse.revision, make)
    if kept is None:
        raise _no_year(at, sorted({row["year"] for row in departments.documents(warehouse)}))
    response = answer(request, kept)
    response.headers["Content-Disposition"] = f'attachment; filename="shouzhi-{at}.zip"'
    return response
