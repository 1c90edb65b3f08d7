"""The shapes of the API: what is asked and what is answered."""

from __future__ import annotations

from typing import Any, Final, Generic, Literal, TypeVar

from ninja import Field, Schema

from shouzhi.space import yuan
from shouzhi.warehouse.figures import Figure, Measure
from shouzhi.web.public.links import Links, source

Item = TypeVar("Item")
Member = Field(None, max_length=120, description="a member of the dimension; `-` for facts that name none")
Key = Field(None, pattern=r"^[-a-zA-Z0-9_]{1,80}$")
Year = Field(None, ge=1900, le=2200)
FROM_NOUGHT: Final = "counts from 0 in its {whole}; in addresses of pages, and in the tables of this API, from 1"
InTable = Field(None, description=FROM_NOUGHT.format(whole="document"))
InRow = Field(None, description=FROM_NOUGHT.format(whole="table"))
InColumn = Field(None, description=FROM_NOUGHT.format(whole="table"))
Url = Field(None, description="the page where it is shown, at its cell where it has one")


class Fault(Schema):
    """Why there is no answer."""

    detail: Any


class ListAsked(Schema):
    """Which part of a list, and in which form."""

    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(100, ge=1, le=10_000)
    format: Literal["json", "csv", "parquet"] | None = Field(None, description="instead of `Accept`")


class Page(Schema, Generic[Item]):
    """A part of a list; `next` is the address of the part after it."""

    items: list[Item]
    total: int
    page: int
    size: int
    next: str | None = None


class DocumentsAsked(ListAsked):
    """Documents by department, year and kind."""

    department: str | None = Key
    year: int | None = Year
    kind: Literal["budget", "accounts", "performance"] | None = None


class FactsAsked(ListAsked):
    """Facts by document and by their coordinates."""

    document: str | None = Key
    department: str | None = Key
    document_year: int | None = Year
    document_kind: Literal["budget", "accounts", "performance"] | None = None
    year: int | None = Year
    stage: str | None = Member
    flow: str | None = Member
    source: str | None = Member
    kind: str | None = Member
    function: str | None = Member
    economic: str | None = Member
    government_economic: str | None = Member
    unit: str | None = Member
    project: str | None = Member
    item: str | None = Member
    at_least: int | None = Field(None, ge=-(2**62), le=2**62, description="amount in 分")


class SeriesAsked(ListAsked):
    """A measure by departments, years and level of government."""

    measure: str = Field("expenditure", max_length=60)
    department: list[str] = Field([], max_length=200)
    year: int | None = Year
    level: str | None = Field(None, max_length=20)


class ProjectsAsked(ListAsked):
    """Projects by department, year, words and least amount in 分."""

    department: str | None = Key
    year: int | None = Year
    q: str | None = Field(None, max_length=60)
    at_least: int | None = Field(None, ge=-(2**62), le=2**62)


class SearchAsked(ListAsked):
    """Words to search for, and to what kind, year and department the search is narrowed."""

    q: str = Field(..., min_length=1, max_length=60, description="all words must be there; a year narrows")
    kind: Literal["department", "document", "account", "project", "table", "prose"] | None = None
    year: int | None = Year
    department: str | None = Key
    size: int = Field(20, ge=1, le=1000)


class DepartmentOut(Schema):
    """A department; `level` is province, city, county or township."""

    key: str
    name: str
    level: str | None
    place: str | None
    years: list[int]


class DocumentOut(Schema):
    """The head of a document."""

    document: str
    version: int
    title: str
    kind: str
    year: int
    department: str
    department_name: str
    scope: str
    level: str | None
    place: str | None
    amount_unit: str | None
    tables: int
    facts: int
    added: str
    published: str | None
    files: list[str]
    url: str | None = Url


class TableOut(Schema):
    """What a table is; tables count from 1."""

    table: int
    number: str | None
    title: str
    amount_unit: str | None
    pages: list[int]
    columns: int
    rows: int
    url: str | None = Url


class ParagraphOut(Schema):
    """A paragraph of prose."""

    heading: str | None
    level: int | None
    paragraph: int
    text: str | None
    page: int | None


class FigureOut(Schema):
    """An amount in 分 with the cell and page where it is printed; positions count from 0."""

    amount: int
    amount_yuan: str
    year: int
    stage: str
    document: str
    table: int | None = InTable
    row: int | None = InRow
    column: int | None = InColumn
    page: int | None
    url: str | None = Url

    @classmethod
    def of(cls, figure: Figure, links: Links) -> FigureOut:
        """A figure as the API tells it, with the address of its cell."""
        names = ("amount", "year", "stage", "document", "table", "row", "column", "page")
        told = {name: getattr(figure, name) for name in names}
        return cls(amount_yuan=yuan(figure.amount), url=source(links, figure), **told)


class NodeOut(Schema):
    """An account of a tree; `figure` is missing for a class that is summed."""

    code: str
    name: str
    depth: int
    amount: int
    figure: FigureOut | None = None


class TreeOut(Schema):
    """The accounts of a dimension, from the top down."""

    dimension: str
    source: str | None
    kind: str | None
    total: int
    nodes: list[NodeOut]


class LinkOut(Schema):
    """Money in 分 from a source to a function, or from a function to a kind."""

    origin: str
    target: str
    amount: int


class YearOut(Schema):
    """A department in a year; `stage` is that of the structures."""

    department: DepartmentOut
    year: int
    stage: str
    documents: list[str]
    measures: dict[str, dict[str, FigureOut]]
    structures: list[TreeOut]
    flows: list[LinkOut]


class PeerOut(Schema):
    """A department like another."""

    department: str
    name: str
    amount: int
    ratio: float
    alike: float
    same_level: bool


class FactOut(Schema):
    """A printed number; fields without a value are left out."""

    document: str
    in_table: int | None = InTable
    in_row: int | None = InRow
    in_column: int | None = InColumn
    label: str | None = None
    side: str | None = None
    heading: str | None = None
    year: int | None = None
    stage: str | None = None
    flow: str | None = None
    source: str | None = None
    kind: str | None = None
    function: str | None = None
    economic: str | None = None
    government_economic: str | None = None
    unit: str | None = None
    project: str | None = None
    item: str | None = None
    amount: int | None = None
    amount_yuan: str | None = None
    value: str | None = None
    printed: str
    printed_unit: str | None = None
    page: int | None = None
    line: int | None = None
    sheet: str | None = None
    cell: str | None = None
    url: str | None = Url


class SeriesOut(FigureOut):
    """A measure of a department in a year."""

    measure: str
    department: str
    department_name: str


class ProjectOut(Schema):
    """A project with its amount in 分, its target and where it stands."""

    project: str
    department: str
    department_name: str
    year: int
    document: str
    unit: str | None
    kind: str | None
    amount: int | None
    amount_yuan: str | None = None
    goal: str | None
    in_table: int | None = InTable
    in_row: int | None = InRow
    in_column: int | None = InColumn
    page: int | None
    url: str | None = Url


class HitOut(Schema):
    """Something found; `key` is a department's key or an account, `documents` in how many it stands."""

    kind: str
    label: str
    key: str | None
    document: str | None
    documents: int
    department: str | None = None
    year: int | None = None
    in_table: int | None = InTable
    in_row: int | None = InRow
    in_column: int | None = InColumn
    page: int | None = None
    amount: int | None = Field(None, description="of a project, in 分")
    amount_yuan: str | None = None
    url: str | None = Url


class CorrectionOut(Schema):
    """A reader's report on a published figure; `message`, `outcome` and `answer` come with the answer."""

    number: int
    state: Literal["new", "answered"]
    reported: str
    document: str
    title: str
    place: str
    printed: str
    in_table: int | None = InTable
    in_row: int | None = InRow
    in_column: int | None = InColumn
    answered: str | None = None
    outcome: Literal["confirmed", "unfounded", "corrected"] | None = None
    message: str | None = None
    answer: str | None = None
    corrected: str | None = Field(None, description="the day on which the corrected version was published")
    url: str | None = Url


class DimensionOut(Schema):
    """A member of a dimension with the years in which its name holds."""

    code: str
    name: str
    parent: str | None
    valid_from: int | None
    valid_to: int | None
    source: str


class MeasureOut(Schema):
    """A measure and the places of the space where it is looked for, the best first."""

    key: str
    title: str
    where: list[dict[str, str]]

    @classmethod
    def of(cls, measure: Measure) -> MeasureOut:
        """A measure as the API tells it."""
        return cls(key=measure.key, title=measure.title, where=[dict(place) for place in measure.where])


class DictionaryOut(Schema):
    """Dimensions, measures, and the columns of each kind of record with their types."""

    dimensions: list[dict[str, Any]]
    measures: list[MeasureOut]
    columns: dict[str, dict[str, str]]
    notes: dict[str, str] = Field({}, description="what single columns mean")
