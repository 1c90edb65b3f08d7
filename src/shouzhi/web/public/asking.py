"""What the API asks of the warehouse, in the shapes in which it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from shouzhi.space import DIMENSIONS
from shouzhi.warehouse import Warehouse, comparing, departments, exports
from shouzhi.warehouse.departments import Department
from shouzhi.warehouse.figures import Measure, measures
from shouzhi.warehouse.structure import Tree
from shouzhi.web.public.handing import ApiFault, Part
from shouzhi.web.public.keeping import CACHE, Kept, answer
from shouzhi.web.public.shapes import DocumentOut, FactsAsked, FigureOut, ProjectsAsked, SeriesAsked
from shouzhi.web.public.views import TYPES

Row = dict[str, Any]

_HEAD: Final = tuple(DocumentOut.model_fields)
_NONE: Final = "-"


def department(found: Department) -> Row:
    """A department as the API tells it."""
    return {
        "key": found.key, "name": found.name, "level": found.level, "place": found.place,
        "years": list(found.years),
    }  # fmt: skip


def head(row: Row) -> Row:
    """The head of a document as the API tells it."""
    return {name: list(row["files"] or ()) if name == "files" else row[name] for name in _HEAD}


def year(warehouse: Warehouse, found: Department, at: int) -> Row:
    """A department in a year; raises ApiFault for a year without documents."""
    if at not in found.years:
        raise ApiFault(404, "no documents of that year")
    told = departments.picture(warehouse, found, at)
    held = {
        measure.key: {
            stage: FigureOut.of(figure).model_dump()
            for stage in departments.STAGES
            if (figure := told.totals.measure(measure, at, stage))
        }
        for measure in measures().values()
    }
    return {
        "department": department(found), "year": at, "stage": told.stage,
        "documents": [row["document"] for row in told.documents],
        "measures": {key: by for key, by in held.items() if by},
        "structures": [_tree(tree) for tree in (told.function, told.economic) if tree],
        "flows": [{"origin": w.origin, "target": w.target, "amount": w.amount} for w in told.flows],
    }  # fmt: skip


def _tree(tree: Tree) -> Row:
    nodes = [
        {
            "code": node.code, "name": node.name, "depth": depth, "amount": node.amount,
            "figure": FigureOut.of(node.figure).model_dump() if node.figure else None,
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


def tables(warehouse: Warehouse, found: Row) -> list[Row]:
    """The tables of a document."""
    names = ("number", "title", "amount_unit", "pages", "columns", "rows")
    return [
        {"table": row["in_table"] + 1, **{name: row[name] for name in names}}
        for row in warehouse.of_document("listed", found["document"])
    ]


def prose(warehouse: Warehouse, found: Row) -> list[Row]:
    """The paragraphs of a document."""
    names = ("heading", "level", "paragraph", "text", "page")
    rows = warehouse.of_document("prose", found["document"], "order by paragraph")
    return [{name: row[name] for name in names} for row in rows]


def facts(warehouse: Warehouse, asked: FactsAsked) -> Callable[[], Part]:
    """The part of the facts that is asked for; only segments of documents in question are read."""

    def make() -> Part:
        heads = departments.documents(warehouse, asked.department, asked.document_year, asked.document_kind)
        keys = [row["document"] for row in heads if asked.document in (None, row["document"])]
        terms, values = _terms(asked)
        return Part(*warehouse.facts(keys, terms, values, exports.FIELDS, asked.size, (asked.page - 1) * asked.size))

    return make


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


def series(warehouse: Warehouse, measure: Measure, asked: SeriesAsked) -> list[Row]:
    """A measure over departments and years."""
    years = [asked.year] if asked.year else None
    return [
        {
            "measure": measure.key, "department": line.department.key,
            "department_name": line.department.name, **FigureOut.of(figure).model_dump(),
        }
        for line in comparing.compare(warehouse, measure, asked.department or None, years)
        if not asked.level or line.department.level == asked.level
        for _, figure in sorted(line.figures.items())
    ]  # fmt: skip


def projects(warehouse: Warehouse, asked: ProjectsAsked) -> list[Row]:
    """Projects by department, year and words, the largest first."""
    return warehouse.ask(
        "select project, department, department_name, h.year as year, document, unit, p.kind as kind, amount,"
        " goal, in_table, in_row, page from projects p join head h using (document)"
        " where ($1 is null or department = $1) and ($2 is null or h.year = $2)"
        " and ($3 is null or contains(project, $3)) and ($4 is null or amount >= $4)"
        " order by amount desc nulls last, document, project",
        (asked.department, asked.year, asked.q, asked.at_least),
    )


def hits(warehouse: Warehouse, query: str, kinds: Sequence[str], most: int) -> list[Row]:
    """What a query finds; nothing for one without a letter, a digit or a Chinese character."""
    return [
        {
            "kind": hit.kind, "label": hit.label, "key": hit.key, "document": hit.document,
            "documents": hit.documents, "place": dict(hit.extra),
        }
        for found in warehouse.search(query, kinds, most).values()
        for hit in found
    ]  # fmt: skip


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
        raise ApiFault(404, "no documents of that year")
    response = answer(request, kept)
    response.headers["Content-Disposition"] = f'attachment; filename="shouzhi-{at}.zip"'
    return response
