"""The coordinates of rows: by their codes first, then by their labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.facts.labels import bears, by_label, by_words, economic_class, grand, unexplained
from shouzhi.facts.running import Context, Running
from shouzhi.facts.units import CODED, is_unit_row, lists_units, lists_units_only, unit_of
from shouzhi.space import Coordinates
from shouzhi.tables import FIELD, UNLABELLED, Row, Table

_PROJECT_STUB: Final = re.compile(r"项目名称|支出项目|项目类别|采购|任务")
_PROJECT_TITLE: Final = re.compile(r"明细|采购|重点项目|重点工作")
_LEADING_CODE: Final = re.compile(r"(\d{3,9})\s*[-—－]?\s*")
_PARTED_CODE: Final = re.compile(r"(\d{5,})\s*[-—－]\s*")
_YEARED: Final = re.compile(r"(20\d{2})年?度?(.*)")


def form_where(table: Table, context: Context) -> Coordinates:
    """The project and the unit that the fields of a form name: what its amounts are of."""
    found: dict[str, str] = {}
    for row in table.rows:
        value = row.texts.get(FIELD)
        if value and not any(row.cells) and (dimension := lexicon().field(row.label)):
            code = (_LEADING_CODE if dimension == "unit" else _PARTED_CODE).match(value)
            name = fold(value[code.end() :] if code else value)
            held = context.units.get(code[1], name) if code and dimension == "unit" else name
            found.setdefault(dimension, held)
    whole = context.department and "project" not in found
    if whole and found.get("unit") == fold(context.department or ""):
        del found["unit"]
    return Coordinates(found)


def place_rows(table: Table, context: Context) -> Iterator[Row]:
    """The rows with their coordinates.

    A unit row gives its unit to the rows below it, in tables that list units; a 类 row
    of a sided table gives the names below it their class.
    """
    running = Running(
        over={}, carried={}, units=lists_units(table), only=lists_units_only(table),
        detailed=_detailed(table.rows),
        listed=_lists_projects(table),
        economic=_lists_economics(table, context),
        numbering=_is_numbered(table.rows),
    )
    tails = _tail_dimension(table)
    sides = {side: _side(table, side) for side in {row.side for row in table.rows}}
    for row in table.rows:
        where = _row_where(row, table, sides[row.side], context, running, tails)
        running.last[row.side] = where
        if row.label != UNLABELLED:
            running.head, running.told = where, Coordinates()
        if row.side is None and table.where.get("flow") == "expenditure":
            where = _spent(where)
        carried = str(where.get("flow", "")).startswith("carried")
        if carried and where.get("source") == table.where.get("source"):
            where = where.without("source")  # 上年财政拨款结转 in a table of 财政拨款
        yield replace(row, where=where)


def _spent(where: Coordinates) -> Coordinates:
    """Among the sources of an expenditure what came over is a source of its own."""
    flow = where.get("flow", "")
    if flow == "carried_in" and "source" not in where:
        return where.without("flow") | {"source": "carried_over"}
    return where.without("flow") if flow == "paid_this_year" else where


def _side(table: Table, name: str | None) -> Coordinates:
    """What the half of a table says of its rows: its name, else the flow of all its columns."""
    where = side_where(name)
    flows = {column.where.get("flow") for column in table.columns if column.side == name}
    flow = flows.pop() if name and len(flows) == 1 else None
    return Coordinates({"flow": flow}) | where if flow else where


def side_where(side: str | None) -> Coordinates:
    """What the half of a two-sided table says of its rows: 收入 income, 支出 expenditure."""
    if not side:
        return Coordinates()
    where = lexicon().title(side).without("stage", "year")
    if term := lexicon().term(side):
        where = where | term.where
    return where


def _detailed(rows: Sequence[Row]) -> frozenset[str]:
    """The functions of which a table prints more than the function itself: projects below it."""
    counts = Counter(row.codes["function"] for row in rows if "function" in row.codes)
    if not counts:
        return frozenset()
    named = {c for row in rows if not row.codes for c in classification("function").codes(row.label)}
    return frozenset(code for code, count in counts.items() if count > 1 or code in named)


def _lists_economics(table: Table, context: Context) -> bool:
    """Whether rows without codes are economic classes: 其他支出 beside 工资福利支出 is 399, not 229."""
    if "功能" in table.stub:
        return False
    names = {strip_ordinal(row.label)[1] for row in table.rows if row.codes.keys().isdisjoint(CODED)}
    economics = {name for name in names if economic_class(name, context.year)}
    if not economics:
        return False
    functions = {name for name in names if classification("function").codes(name, context.year)}
    if functions - economics:
        return False
    return bool(economics - functions) or table.where.get("kind") == "basic"


def _is_numbered(rows: Sequence[Row]) -> bool:
    """Whether several rows begin with ordinals, each with another one."""
    marks = {strip_ordinal(row.label)[0] for row in rows} - {None, "其中"}
    return len(marks) > 1


def _tail_dimension(table: Table) -> str:
    """The dimension of labels that nothing else explains: project where the table says so."""
    told = _lists_projects(table) or table.where.get("kind") == "project"
    return "project" if told else "unit"


def _lists_projects(table: Table) -> bool:
    return bool(_PROJECT_STUB.search(table.stub) or _PROJECT_TITLE.search(table.title))


def _row_where(
    row: Row,
    table: Table,
    side: Coordinates,
    context: Context,
    running: Running,
    tails: str,
) -> Coordinates:
    bare = _bare(row)
    codes = {d: row.codes[d] for d in CODED if d in row.codes}
    if "economic" in codes:
        codes.pop("government_economic", None)  # the same money by another list
    if unit := unit_of(row, context, running):
        side = side | {"unit": unit}
    if codes:
        if "function" in codes and running.over is not None:
            running.over[row.side] = codes["function"]
        return side | codes | _project(row, codes, tails, running)
    for outer in row.path:
        if term := lexicon().term(outer, side):
            side = side | term.where
    if (yeared := _year(bare)) is not None:
        return side | yeared
    named = is_unit_row(row, context, running) or lexicon().is_nature(row.label)
    if row.label == UNLABELLED and any(map(lexicon().teller, row.texts)):
        return by_words(row, table.where.only("item") | side, context, running)
    if row.label == UNLABELLED or lexicon().is_total(bare) or named:
        return grand(bare, side)
    if table.where.get("item") == "nontax":
        return unexplained(row, bare, side, "unit", running)
    return by_label(row, bare, side, context, running, tails)


def _bare(row: Row) -> str:
    """What a row is called without its ordinal; a field beside a known word is called by that."""
    field = row.texts.get(FIELD, "")
    words = lexicon()
    told = field and any(row.cells) and not words.term(row.label) and words.term(field)
    return strip_ordinal(field if told else row.label)[1]


def _year(label: str) -> Coordinates | None:
    """What a label says that is a year, perhaps with a stage: 2023年, 2024年预算数."""
    match = _YEARED.fullmatch(fold(label))
    if match is None:
        return None
    term = lexicon().term(match[2]) if match[2] else None
    if match[2] and not (term and "stage" in term.where):
        return None
    return (term.where if term else Coordinates()) | {"year": match[1]}


def _project(
    row: Row, codes: Mapping[str, str], tails: str, running: Running
) -> Mapping[str, str]:
    """The project of a row whose label is not the name of its code, and the kind it stands under."""
    code = codes.get("function")
    if tails != "project" or code is None or bears(row.label, code):
        return {}
    if not running.listed and code not in running.detailed:
        return {}
    kind = {"kind": running.kinds[row.side]} if row.side in running.kinds else {}
    return {"project": fold(row.label), **kind}
