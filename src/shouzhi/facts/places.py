"""The coordinates of rows: by their codes first, then by their labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import Term, lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.space import Coordinates
from shouzhi.tables import FIELD, UNLABELLED, Row, Table

_CODED: Final = ("function", "economic", "government_economic")
_PROJECT_STUB: Final = re.compile(r"项目名称|支出项目|项目类别|采购|任务")
_PROJECT_TITLE: Final = re.compile(r"明细|采购|重点项目|重点工作")
_UNIT_STUB: Final = re.compile(r"(?:单位|部门)(?!预算)")
_LEADING_CODE: Final = re.compile(r"(\d{3,9})\s*[-—－]?\s*")
_UNIT_NAMES: Final = re.compile(r"[()（）预算单位部门名称编制代码]")
_YEARED: Final = re.compile(r"(20\d{2})年?度?(.*)")


@dataclass(frozen=True, slots=True)
class Context:
    """What rows inherit: the year, the department, and the names of units by their codes."""

    year: int | None
    department: str | None
    units: Mapping[str, str]
    functions: Mapping[str, str]


@dataclass(slots=True)
class _Running:
    """What the rows above say of the rows below: the unit, its nature, the 类 and 款 of a side."""

    unit: str | None = None
    over: dict[str | None, str] | None = None
    carried: dict[str | None, bool] | None = None
    numbered: str | None = None
    units: bool = False
    only: bool = False
    last: dict[str | None, Coordinates] = field(default_factory=dict)
    detailed: frozenset[str] = frozenset()
    listed: bool = False
    numbered_carry: bool = False
    kinds: dict[str | None, str] = field(default_factory=dict)

    def function(self, side: str | None) -> str | None:
        return (self.over or {}).get(side)


def unit_names(tables: Sequence[Table]) -> dict[str, str]:
    """Names of the units by their printed codes, from the rows that are a unit's own.

    Where no row with a code ends as the names of public bodies do, the first one in a table
    of units names it (示例厅机关), if it is no other known word.
    """
    names: dict[str, str] = {}
    for certain in (True, False):
        for table in tables:
            for row in table.rows:
                code = row.codes.get("unit")
                if not code or code in names or set(row.codes) & set(_CODED) or row.path:
                    continue
                if is_organisation(row.label) if certain else _can_be_unit(row, table):
                    names[code] = fold(row.label)
    return names


def _can_be_unit(row: Row, table: Table) -> bool:
    return lists_units(table) and not row.texts and _is_own(row.label)


def lists_units(table: Table) -> bool:
    """Whether the labels of a table are, or hang under, names of units: its stub says so."""
    return _UNIT_STUB.search(table.stub) is not None


def _lists_units_only(table: Table) -> bool:
    """Whether the labels of a table are units and nothing else."""
    return bool(table.stub) and not _UNIT_NAMES.sub("", table.stub)


def _is_own(label: str) -> bool:
    """Whether a label is none of the words that mean the same in every table."""
    bare = strip_ordinal(label)[1]
    known = lexicon().is_total(bare) or lexicon().term(bare)
    return label != UNLABELLED and not known and not classification("function").codes(bare)


def function_names(tables: Sequence[Table]) -> dict[str, str]:
    """The function codes that this document prints beside a name, where a name has one only."""
    found: dict[str, set[str]] = {}
    for table in tables:
        for row in table.rows:
            code = row.codes.get("function")
            if code and _names(row.label, code):
                found.setdefault(fold(row.label), set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def _names(label: str, code: str) -> bool:
    """Whether a label is a name that the function of this code bears or bore."""
    return code in classification("function").codes(strip_ordinal(label)[1])


def is_organisation(label: str) -> bool:
    """Whether a label ends as the names of public bodies do."""
    return lexicon().organisation.search(fold(label)) is not None


def form_where(table: Table, context: Context) -> Coordinates:
    """The project and the unit that the fields of a form name: what its amounts are of."""
    found: dict[str, str] = {}
    for row in table.rows:
        value = row.texts.get(FIELD)
        if value and not any(row.cells) and (dimension := lexicon().field(row.label)):
            code = _LEADING_CODE.match(value)
            name = fold(value[code.end() :] if code else value)
            held = context.units.get(code[1], name) if code and dimension == "unit" else name
            found.setdefault(dimension, held)
    if context.department and found.get("unit") == fold(context.department):
        del found["unit"]
    return Coordinates(found)


def place_rows(table: Table, context: Context) -> Iterator[Row]:
    """The rows with their coordinates.

    A unit row gives its unit to the rows below it, in tables that list units; a 类 row
    of a sided table gives the names below it their class.
    """
    running = _Running(
        over={}, carried={}, units=lists_units(table), only=_lists_units_only(table),
        detailed=_detailed(table.rows),
        listed=_lists_projects(table),
    )
    tails = _tail_dimension(table)
    sides = {side: _side(table, side) for side in {row.side for row in table.rows}}
    for row in table.rows:
        where = _row_where(row, table, sides[row.side], context, running, tails)
        running.last[row.side] = where
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


def _detailed(rows: Sequence[Row]) -> frozenset[str]:
    """The functions of which a table prints more than the function itself: projects below it."""
    counts = Counter(row.codes["function"] for row in rows if "function" in row.codes)
    named = {c for row in rows if not row.codes for c in classification("function").codes(row.label)}
    return frozenset(code for code, count in counts.items() if count > 1 or code in named)


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
    running: _Running,
    tails: str,
) -> Coordinates:
    bare = strip_ordinal(row.label)[1]
    codes = {d: row.codes[d] for d in _CODED if d in row.codes}
    if "economic" in codes:
        codes.pop("government_economic", None)  # the same money by another list
    if unit := _unit_of(row, context, running):
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
    if row.label == UNLABELLED or lexicon().is_total(bare) or _is_unit_row(row, context, running):
        return _grand(bare, side)
    if table.where.get("item") == "nontax":
        return _unexplained(row, bare, side, "unit", running)
    return _by_label(row, bare, side, context, running, tails)


def _year(label: str) -> Coordinates | None:
    """What a label says that is a year, perhaps with a stage: 2023年, 2024年预算数."""
    match = _YEARED.fullmatch(fold(label))
    if match is None:
        return None
    term = lexicon().term(match[2]) if match[2] else None
    if match[2] and not (term and "stage" in term.where):
        return None
    return (term.where if term else Coordinates()) | {"year": match[1]}


def _by_label(
    row: Row, bare: str, side: Coordinates, context: Context, running: _Running, tails: str
) -> Coordinates:
    """Where a row without code stands: a function by name, a word of the lexicon, or its own."""
    spends = side.get("flow") == "expenditure"
    if spends and (named := _named_function(row, bare, side, context, running)):
        return side | {"function": named}
    if term := lexicon().term(bare, side):
        if "kind" in term.where:
            running.kinds[row.side] = term.where["kind"]
        elif "economic" in term.where and row.side in running.kinds and not strip_ordinal(row.label)[0]:
            side = Coordinates({"kind": running.kinds[row.side]}) | side
        return side | _carrying(row, term, _fitting(term.where, side), running)
    if named := _named_function(row, bare, side, context, running):
        return side | {"function": named}
    return _unexplained(row, bare, side, tails, running)


def _grand(bare: str, side: Coordinates) -> Coordinates:
    """总计 under 收入 or 支出 is the grand total of that flow, carry-over and all."""
    flow = side.get("flow")
    if lexicon().is_grand_total(bare) and flow in {"income", "expenditure"}:
        return side | {"flow": f"{flow}_total"}
    return side


def _project(
    row: Row, codes: Mapping[str, str], tails: str, running: _Running
) -> Mapping[str, str]:
    """The project of a row whose label is not the name of its code, and the kind it stands under."""
    code = codes.get("function")
    if tails != "project" or code is None or _names(row.label, code):
        return {}
    if not running.listed and code not in running.detailed:
        return {}
    kind = {"kind": running.kinds[row.side]} if row.side in running.kinds else {}
    return {"project": fold(row.label), **kind}


def _unit_of(row: Row, context: Context, running: _Running) -> str | None:
    """The unit a row belongs to: its own code or name, else that of the unit row above."""
    label = fold(row.label)
    if row.path and running.units and (owner := _owner(row, context)):
        return owner
    if lexicon().is_nature(label):
        running.unit = None
        running.kinds.clear()
        return label
    if lexicon().is_total(strip_ordinal(row.label)[1]) and "unit" not in row.codes:
        running.unit = None
        return None
    code = row.codes.get("unit")
    if _is_unit_row(row, context, running):
        running.unit = context.units.get(code, label) if code else label
        running.kinds.clear()
    elif code:
        running.unit = context.units.get(code, running.unit or code)
    return running.unit


def _is_unit_row(row: Row, context: Context, running: _Running) -> bool:
    """Whether the row is a unit's own line: its name, with or without its code."""
    if set(row.codes) & set(_CODED) or row.path or row.side is not None:
        return False
    if row.texts and not running.units:
        return False
    label = fold(row.label)
    if label in context.units.values():
        return True
    if label in context.functions and "unit" not in row.codes:
        return False
    named = context.department is not None and label == fold(context.department)
    told = is_organisation(row.label) or (running.only and not running.kinds)
    return named or (told and not lexicon().term(label) and not lexicon().is_nature(label))


def _owner(row: Row, context: Context) -> str | None:
    """The unit under whose name a row stands, where the stub begins with a column of units."""
    outer = fold(row.path[0])
    return context.units.get(row.codes.get("unit", ""), outer) if _is_own(outer) else None


def _named_function(
    row: Row, bare: str, side: Coordinates, context: Context, running: _Running
) -> str | None:
    """The function code of a label that prints none: a 类 by its ordinal, a 款 under its 类."""
    if side.get("flow") == "income":
        return None
    tree = classification("function")
    ordinal = strip_ordinal(row.label)[0]
    above = running.function(row.side)
    code = context.functions.get(fold(bare)) if row.side is None else None
    if code is None and above and not ordinal:
        code = tree.resolve(bare, context.year, under=above[:3])
    if code is None:
        code = tree.resolve(bare, context.year, level=1)
    if code is None and above and ordinal:
        code = tree.resolve(bare, context.year, under=above[:3])
    if code is None and row.side is None:
        code = tree.resolve(bare, context.year)
    if code and running.over is not None:
        running.over[row.side] = code
    return code


def _unexplained(
    row: Row, bare: str, side: Coordinates, tails: str, running: _Running
) -> Coordinates:
    """A label of the table's own: a project, a unit, or an economic class by name.

    Among numbered labels one without a number tells more of the numbered one above it.
    """
    codes = classification("economic").codes(bare)
    if codes and len(codes[0]) == 3 and row.side is None:
        return side | {"economic": codes[0]}
    if strip_ordinal(row.label)[0] == "其中" and row.side in running.last:
        return running.last[row.side] | {"project": fold(bare)}
    if tails == "project" or row.texts or "unit" in side:
        known = row.side in running.kinds and "kind" not in side
        kind = {"kind": running.kinds[row.side]} if known else {}
        return side | {"project": fold(bare)} | kind
    if strip_ordinal(row.label)[0]:
        running.numbered = fold(bare)
    elif running.numbered:
        return side | {"unit": running.numbered, "project": fold(bare)}
    return side | {"unit": fold(bare)}


def _carrying(row: Row, term: Term, where: Coordinates, running: _Running) -> Coordinates:
    """A source below 年初结转 tells of what was carried over, not of income."""
    carried = running.carried if running.carried is not None else {}
    if str(where.get("flow", "")).startswith("carried"):
        carried[row.side] = True
        running.numbered_carry = strip_ordinal(row.label)[0] is not None
        return where
    if term.total or set(where) != {"source"}:
        carried[row.side] = False
        return where
    inside = classification("source").is_ancestor("fiscal", where["source"])
    below = carried.get(row.side) and (running.numbered_carry or inside)
    return where | {"flow": "carried_in"} if below else where


def _fitting(where: Coordinates, side: Coordinates) -> Coordinates:
    """A label's words without a flow that contradicts its side (支出 under 收入 never)."""
    held, offered = side.get("flow"), where.get("flow")
    if held and offered and held.split("_")[0] != offered.split("_")[0]:
        return where if offered.startswith(("carried", "reserves", "distributed")) else (
            where.without("flow")
        )
    return where


def side_where(side: str | None) -> Coordinates:
    """What the half of a two-sided table says of its rows: 收入 income, 支出 expenditure."""
    if not side:
        return Coordinates()
    where = lexicon().title(side).without("stage", "year")
    if term := lexicon().term(side):
        where = where | term.where
    return where
