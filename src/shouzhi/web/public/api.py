"""The API: the warehouse's data read-only, as JSON, CSV or Parquet by what the asker accepts."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import NinjaAPI, P, PathEx, Query, Router
from ninja.errors import ValidationError

import shouzhi
from shouzhi.catalogue.classifications import CODED, TREES, classification
from shouzhi.space import DIMENSIONS
from shouzhi.warehouse import comparing, departments, exports
from shouzhi.warehouse.figures import measures
from shouzhi.warehouse.schemas import COLUMNS
from shouzhi.web.language import say, spoken
from shouzhi.web.pages import public
from shouzhi.web.public import asking, columns, content, faults, telling
from shouzhi.web.public.handing import Answer, ApiFault, Part, given, listed, one, pages_of
from shouzhi.web.public.opening import warehouse
from shouzhi.web.public.rendering import render
from shouzhi.web.public.shapes import (
    CorrectionOut,
    DepartmentOut,
    DictionaryOut,
    DimensionOut,
    DocumentOut,
    DocumentsAsked,
    FactOut,
    FactsAsked,
    Fault,
    HitOut,
    ListAsked,
    MeasureOut,
    Page,
    ParagraphOut,
    PeerOut,
    ProjectOut,
    ProjectsAsked,
    SearchAsked,
    SeriesAsked,
    SeriesOut,
    TableOut,
    YearOut,
)
from shouzhi.web.public.views import links_of

Key = PathEx[str, P(pattern=r"^[-a-zA-Z0-9_]{1,80}$")]
Year = PathEx[int, P(ge=1900, le=2200)]
Number = PathEx[int, P(ge=1, le=10_000)]
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_FORMS: Final = {"text/csv": {"schema": {"type": "string"}}, "application/vnd.apache.parquet": _BYTES}
LIST: Final[dict[str, Any]] = {"responses": {200: {"content": _FORMS}}}
"""Other forms in which lists come."""
ZIP: Final[dict[str, Any]] = {"responses": {200: {"description": "OK", "content": {"application/zip": _BYTES}}}}
NONE: Final[dict[Any, Any]] = {404: Fault, 406: Fault, 422: Fault}

api = NinjaAPI(
    title="收支公开数据",
    version="1",
    description=f"Shouzhi {shouzhi.__version__}: published budgets and accounts as facts. "
    "Amounts are whole 分 (1/100 yuan); `amount_yuan` is the same in yuan. "
    "Lists come as JSON, CSV or Parquet by `Accept` or `format`. Read-only. "
    "`in_table`, `in_row` and `in_column` count from 0; addresses of pages and tables count from 1, "
    "and `url` is the page of the very cell. "
    "Faults are told in Chinese, or in English by `?lang=en` or `Accept-Language`.",
    docs_url=None,
    urls_namespace="public:api",
)
router = Router()


@router.get("/departments", response={200: Page[DepartmentOut], **NONE}, summary="Departments", openapi_extra=LIST)
def list_departments(
    request: HttpRequest, asked: Query[ListAsked], level: str | None = None, place: str | None = None
) -> HttpResponse:
    """All departments, or those of a level of government or an area."""
    found = [
        asking.department(department)
        for department in departments.departments(warehouse())
        if (not level or department.level == level) and (not place or department.place == place)
    ]
    return listed(request, asked, found, DepartmentOut)


@router.get("/departments/{key}", response={200: DepartmentOut, **NONE}, summary="A department")
def one_department(request: HttpRequest, key: Key) -> HttpResponse:
    """A department by its key."""
    return one(request, lambda: asking.department(_department(key)))


@router.get("/departments/{key}/years/{year}", response={200: YearOut, **NONE}, summary="A year")
def department_year(request: HttpRequest, key: Key, year: Year) -> HttpResponse:
    """Measures, structures of spending and flows of a department in a year."""
    return one(request, lambda: asking.year(warehouse(), _department(key), year, pages_of(request)))


@router.get("/departments/{key}/peers/{year}", response={200: list[PeerOut], **NONE}, summary="Peers")
def department_peers(request: HttpRequest, key: Key, year: Year) -> HttpResponse:
    """Departments like this one in a year, by size, level and function."""
    found = comparing.peers(warehouse(), _department(key).key, year)
    return one(request, lambda: [asking.peer(peer) for peer in found])


@router.get("/documents", response={200: Page[DocumentOut], **NONE}, summary="Documents", openapi_extra=LIST)
def list_documents(request: HttpRequest, asked: Query[DocumentsAsked]) -> HttpResponse:
    """Heads of documents, the newest years first."""
    heads, links = departments.documents(warehouse(), asked.department, asked.year, asked.kind), pages_of(request)
    return listed(request, asked, [asking.head(head, links) for head in heads], DocumentOut)


@router.get("/documents/{document}", response={200: DocumentOut, **NONE}, summary="A document")
def one_document(request: HttpRequest, document: Key) -> HttpResponse:
    """The head of a document."""
    return one(request, lambda: asking.head(_head(document), pages_of(request)))


@router.get("/documents/{document}/tables", response={200: list[TableOut], **NONE}, summary="Tables of a document")
def document_tables(request: HttpRequest, document: Key) -> HttpResponse:
    """The tables of a document, without their rows."""
    return one(request, lambda: asking.tables(warehouse(), _head(document), pages_of(request)))


@router.get("/documents/{document}/tables/{number}", response={200: dict[str, Any], **NONE}, summary="A table")
def one_table(request: HttpRequest, document: Key, number: Number) -> HttpResponse:
    """A table with its rows, cells exactly as printed; tables count from 1."""

    def make() -> Answer:
        count = _head(document)["tables"]
        found = departments.table_content(warehouse(), document, number - 1)
        if found is None:
            raise ApiFault(404, say("这份文件没有第 {number} 张表；共 {count} 张", number=number, count=count))
        return found

    return one(request, make)


@router.get("/documents/{document}/prose", response={200: list[ParagraphOut], **NONE}, summary="Prose of a document")
def document_prose(request: HttpRequest, document: Key) -> HttpResponse:
    """The paragraphs of a document under their headings."""
    return one(request, lambda: asking.prose(warehouse(), _head(document)))


@router.get("/facts", response={200: Page[FactOut], **NONE}, summary="Facts", openapi_extra=LIST)
def list_facts(request: HttpRequest, asked: Query[FactsAsked]) -> HttpResponse:
    """Printed numbers with their coordinates and places, by document, department or any dimension."""
    return given(request, asked, asking.facts(warehouse(), asked, pages_of(request)), (*exports.FIELDS, "url"))


@router.get("/series", response={200: Page[SeriesOut], **NONE}, summary="A measure", openapi_extra=LIST)
def list_series(request: HttpRequest, asked: Query[SeriesAsked]) -> HttpResponse:
    """One measure of the dictionary, or one account as `function:208`, by department, year and stage."""
    measure = content.measure_of(warehouse(), asked.measure)
    if measure is None:
        known = list(measures())
        why = say(
            "没有指标“{measure}”；可用的指标：{known}，或一个科目如 function:208；说明见 {path}",
            measure=asked.measure, known=", ".join(known), path=_path("dictionary"),
        )  # fmt: skip
        raise ApiFault(404, why, measures=known)
    return listed(request, asked, asking.series(warehouse(), measure, asked, pages_of(request)), SeriesOut)


@router.get("/projects", response={200: Page[ProjectOut], **NONE}, summary="Projects", openapi_extra=LIST)
def list_projects(request: HttpRequest, asked: Query[ProjectsAsked]) -> HttpResponse:
    """Projects with their amounts and targets."""
    return listed(request, asked, asking.projects(warehouse(), asked, pages_of(request)), ProjectOut)


@router.get("/search", response={200: Page[HitOut], **NONE}, summary="Search", openapi_extra=LIST)
def find(request: HttpRequest, asked: Query[SearchAsked]) -> HttpResponse:
    """Departments, documents, accounts, projects, tables and prose that have every word of `q`, kind after kind."""
    return given(request, asked, asking.hits(warehouse(), asked, pages_of(request)), tuple(HitOut.model_fields))


@router.get("/corrections", response={200: Page[CorrectionOut], **NONE}, summary="Corrections", openapi_extra=LIST)
def list_corrections(request: HttpRequest, asked: Query[ListAsked]) -> HttpResponse:
    """Readers' reports on published figures with the publishers' answers; words of readers only once answered."""

    def make() -> Part:
        return Part(*telling.some(pages_of(request), asked.size, (asked.page - 1) * asked.size))

    return given(request, asked, make, tuple(CorrectionOut.model_fields), telling.mark())


@router.get("/dictionary", response={200: DictionaryOut, **NONE}, summary="Data dictionary")
def dictionary(request: HttpRequest) -> HttpResponse:
    """Dimensions, measures and columns, out of the catalogue."""
    return one(request, mark=spoken(), make=lambda: {
        "dimensions": [{"name": name, "members": len(classification(name).entries)} for name in DIMENSIONS],
        "measures": [MeasureOut.of(measure).model_dump() for measure in measures().values()],
        "columns": COLUMNS, "notes": columns.said(say),
    })  # fmt: skip


@router.get("/dictionary/{dimension}", response={200: list[DimensionOut], **NONE}, summary="Members of a dimension")
def dimension(request: HttpRequest, dimension: Key) -> HttpResponse:
    """Codes and names of a dimension with the years in which they hold."""

    def make() -> Answer:
        if dimension not in {*CODED, *TREES}:
            known = [*CODED, *TREES]
            why = say("没有维度“{name}”；可用的维度：{known}", name=dimension, known=", ".join(known))
            raise ApiFault(404, why, dimensions=known)
        tree = classification(dimension)
        return [{**entry._asdict(), "parent": tree.parent(entry.code)} for entry in tree.entries]

    return one(request, make)


@router.get("/bulk", response={200: list[dict[str, Any]], **NONE}, summary="Packages")
def list_bulk(request: HttpRequest) -> HttpResponse:
    """The years of which there is a package, with its address."""
    return one(request, lambda: asking.packages(warehouse(), request))


@router.get("/bulk/{year}.zip", response={200: None, **NONE}, summary="Package of a year", openapi_extra=ZIP)
def bulk(request: HttpRequest, year: Year) -> HttpResponse:
    """All records of the documents of a year as Parquet and CSV, with datapackage.json."""
    return asking.bulk(request, warehouse(), year)


def _department(key: str) -> departments.Department:
    found = departments.department(warehouse(), key)
    if found is None:
        raise ApiFault(404, say("没有这个部门；全部部门见 {path}", path=_path("list_departments")))
    return found


def _head(document: str) -> dict[str, Any]:
    found = departments.head(warehouse(), document)
    if found is None:
        raise ApiFault(404, say("没有这份文件；全部文件见 {path}", path=_path("list_documents")))
    return found


def _path(name: str) -> str:
    """The whole path of an operation."""
    return reverse(f"public:api:{name}")


@api.exception_handler(ApiFault)
def _fault(request: HttpRequest, fault: ApiFault) -> HttpResponse:
    return api.create_response(request, {"detail": str(fault), **fault.more}, status=fault.status)


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    return api.create_response(request, {"detail": faults.told(fault.errors), "errors": fault.errors}, status=422)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, fault: Http404) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    return api.create_response(request, {"detail": say("没有找到")}, status=404)


@public()
def documented(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The API described for people, out of its own schema: no script, no other server."""
    return HttpResponse(render("api", links_of(), schema=api.get_openapi_schema()))


api.add_router("", router, tags=["data"])
