"""Tables against each other: the same place, the parts of a whole, the two sides of a balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.relations import Relation
from shouzhi.relations.trees import ROW_DIMENSIONS, around, is_list, joined, nearest
from shouzhi.space import Coordinates, Fact

DEFAULT_STAGE: Final = {"budget": "approved", "accounts": "outturn", "performance": "approved"}
_SPENT: Final = ("kind", "economic", "function", "project")
FEWEST_WITNESSES: Final = 3
"""Shared rows with different amounts that must agree before two columns are taken for one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a fact inherits from its document where its own words are silent.

    `unit` is set where documents of several bodies are held against each other.
    """

    kind: str
    year: int | None
    document: int
    unit: str | None = None


def canonical(fact: Fact, origin: Origin) -> Coordinates:
    """The full coordinates of a fact."""
    return full(fact.where, origin)


def full(where: Coordinates, origin: Origin) -> Coordinates:
    """Coordinates with year, stage and flow filled in where words leave them out."""
    filled: dict[str, str] = {}
    if "year" not in where and origin.year:
        filled["year"] = str(origin.year)
    if "stage" not in where:
        filled["stage"] = DEFAULT_STAGE[origin.kind]
    if origin.unit and "unit" not in where:
        filled["unit"] = origin.unit
    if "flow" not in where and any(d in where for d in _SPENT):
        filled["flow"] = "expenditure"
    if "item" in where and where["item"] != "nontax":
        where = _as_economic(where).without("flow")
        filled.pop("flow", None)
    return where | filled if filled else where


def _as_economic(where: Coordinates) -> Coordinates:
    """An item under an economic class (会议费 among 商品和服务支出) is the code that it has there."""
    upper = where.get("economic")
    if upper is None:
        return where
    for entry in classification("item").entries:
        if entry.code == where["item"] and entry.economic and entry.economic.startswith(upper):
            return where.without("item") | {"economic": entry.economic}
    return where


Column = tuple[int, int, int, str | None]
"""(document, table, column, side): what an equality family is told by."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A fact by index with its canonical coordinates and the column it was printed in."""

    index: int
    where: Coordinates
    column: Column


def same_place(placed: Sequence[Placed]) -> Iterator[Relation]:
    """Facts at equal coordinates are equal, whatever table they stand in."""
    groups: dict[Coordinates, list[Placed]] = defaultdict(list)
    for item in placed:
        groups[item.where].append(item)
    for group in groups.values():
        first = group[0]
        for other in group[1:]:
            if other.column[:2] == first.column[:2]:
                continue
            yield Relation(
                ((first.index, 1), (other.index, -1)),
                "equal",
                ("same", *first.column, *other.column),
                "same place",
            )


def unique(placed: Sequence[Placed]) -> dict[Coordinates, Placed]:
    """One fact for each place: the first; a place printed twice in one table is none."""
    seen: dict[Coordinates, Placed] = {}
    doubled: set[Coordinates] = set()
    for item in placed:
        held = seen.setdefault(item.where, item)
        if held is not item and held.column[:2] == item.column[:2]:
            doubled.add(item.where)
    return {where: item for where, item in seen.items() if where not in doubled}


def parts_of_wholes(places: Mapping[Coordinates, Placed]) -> Iterator[Relation]:
    """A whole and its parts along source, kind, flow or unit, where different tables print them."""
    named = {dimension for where in places for dimension in where}
    for dimension in (d for d in ("source", "kind", "flow", "unit") if d in named):
        groups: dict[Coordinates, dict[str | None, Placed]] = defaultdict(dict)
        for where, item in places.items():
            groups[where.without(dimension)][where.get(dimension)] = item
        for group in groups.values():
            if len(group) > 1:
                yield from _wholes(group, dimension)


def _wholes(group: Mapping[str | None, Placed], dimension: str) -> Iterator[Relation]:
    children: dict[str | None, list[str]] = defaultdict(list)
    together = joined(group)
    for member in group:
        if member is not None:
            above = nearest(member, group, dimension, together)
            if above is None or isinstance(above, str):
                children[above].append(member)
    for parent, below in children.items():
        items = [group[parent], *(group[member] for member in below)]
        if len({item.column[:2] for item in items}) < 2:
            continue
        complete = _complete(parent, below, dimension)
        terms = ((items[0].index, 1), *((item.index, -1) for item in items[1:]))
        family = ("tree" if complete else "parts", dimension, parent, *sorted(below))
        yield Relation(terms, "sum", family, dimension)


def _complete(parent: str | None, below: Sequence[str], dimension: str) -> bool:
    """Whether `below` are all the children that the classification gives the parent."""
    if parent is None:
        return False
    return len(below) > 1 and set(below) >= set(classification(dimension).children(parent))


def balances(places: Mapping[Coordinates, Placed]) -> Iterator[Relation]:
    """Income and expenditure totals at the same place are equal."""
    for where, item in places.items():
        if where.get("flow") != "income_total":
            continue
        other = places.get(where | {"flow": "expenditure_total"})
        if other is not None:
            whole = not any(d in where for d in ROW_DIMENSIONS)
            yield Relation(
                ((item.index, 1), (other.index, -1)),
                "balance",
                ("balance" if whole else "balanced", *item.column[:2], *other.column[:2]),
                "flow",
            )


Columns = Mapping[tuple[Column, Coordinates], Mapping[Coordinates, int]]
"""Fact indexes by the place of their row, for each column and what is not told by rows."""


def witnessed(placed: Sequence[Placed]) -> Iterator[Relation]:
    """Columns of different tables that agree row for row are one quantity.

    What words leave open (income told by function against expenditure, 财政拨款
    against 一般公共预算 where there is no other, 机关运行经费 by economic class against
    that class of basic expenditure, projects under another heading) the rows witness: at
    least three shared rows that print different amounts, nearly all of them equal.
    """
    columns: dict[tuple[Column, Coordinates], dict[Coordinates, int]] = defaultdict(dict)
    classed: dict[tuple[Column, Coordinates], dict[Coordinates, int]] = defaultdict(dict)
    sources: dict[Column, set[str | None]] = defaultdict(set)
    for item in placed:
        row = item.where.only(*ROW_DIMENSIONS)
        rest = item.where.without("flow", "source", *ROW_DIMENSIONS)
        columns[item.column, rest].setdefault(row, item.index)
        sources[item.column].add(item.where.get("source"))
        if "economic" in row and ("item" in row or rest.get("kind") == "basic"):
            key = (item.column, rest.without("kind"))
            classed[key].setdefault(row.without("item"), item.index)
    yield from _pairs(columns, sources)
    yield from _pairs(classed, sources)
    yield from _pairs(_projects(placed), sources)


def _projects(placed: Sequence[Placed]) -> Columns:
    """Columns that list projects, by their names alone; a name that stands twice is none."""
    columns: dict[tuple[Column, Coordinates], dict[Coordinates, int]] = defaultdict(dict)
    doubled: set[tuple[Column, Coordinates, Coordinates]] = set()
    for item in placed:
        if "project" not in item.where:
            continue
        row = Coordinates({"project": item.where["project"]})
        rest = item.where.without("flow", "source", "kind", *ROW_DIMENSIONS)
        if row in columns[item.column, rest]:
            doubled.add((item.column, rest, row))
        columns[item.column, rest][row] = item.index
    for column, rest, row in doubled:
        del columns[column, rest][row]
    return columns


def _pairs(columns: Columns, sources: Mapping[Column, set[str | None]]) -> Iterator[Relation]:
    """Equalities of the shared rows of two columns that differ in flow or source at most.

    What one of them does not list is nought, where both tell of one source.
    """
    alike: dict[tuple[int, Coordinates], list[Column]] = defaultdict(list)
    for column, rest in columns:
        alike[column[0], rest].append(column)
    for (_, rest), group in alike.items():
        for one, other in combinations(group, 2):
            if one[:2] == other[:2]:
                continue
            ours, theirs = columns[one, rest], columns[other, rest]
            shared = [row for row in ours if row in theirs]
            if len(shared) < FEWEST_WITNESSES:
                continue
            family = ("witness", *one, *other)
            for row in shared:
                terms = ((ours[row], 1), (theirs[row], -1))
                yield Relation(terms, "bridge", family, "rows agree")
            if sources[one] != sources[other] or len(sources[one]) > 1:
                continue
            for here, there in ((ours, theirs), (theirs, ours)):
                for index in _unlisted(here, there):
                    nought = ("unprinted", *family)
                    yield Relation(((index, 1),), "bridge", nought, "unlisted")


def _unlisted(here: Mapping[Coordinates, int], there: Mapping[Coordinates, int]) -> Iterator[int]:
    """Amounts of codes that the other column leaves out with all that lies above them: nought."""
    dimensions = {dimension for row in there for dimension in row}
    if not is_list(dimensions):
        return
    for row, index in here.items():
        if row not in there and set(row) == dimensions:
            above = [place for place in around(row) if place]
            if not any(place in there for place in above):
                yield index


def by_economic_class(placed: Sequence[Placed]) -> Iterator[Relation]:
    """What cuts across the codes equals its economic class, summed over the kinds printed.

    A table of items that names no source tells of appropriations, where there are others.
    """
    codes = {entry.code: entry.economic for entry in classification("item").entries}
    groups: dict[Coordinates, list[Placed]] = defaultdict(list)
    for item in placed:
        if "economic" in item.where:
            groups[item.where.without("kind", "flow")].append(item)
    for item in placed:
        code = codes.get(item.where.get("item", ""))
        if not code or "economic" in item.where:
            continue
        key = item.where.without("item", "flow") | {"economic": code}
        sources = [{}] if "source" in key else [{}, {"source": "fiscal"}, {"source": "general"}]
        found = next((g for s in sources if (g := groups.get(key | s))), [])
        kinds = {g.where.get("kind"): g for g in reversed(found)}
        parts = [kinds[None]] if None in kinds else list(kinds.values())
        if len(parts) and {p.where.get("kind") for p in parts} in ({None}, {"basic", "project"}):
            terms = ((item.index, 1), *((p.index, -1) for p in parts))
            yield Relation(terms, "bridge", ("item", *item.column), "economic")
        elif parts and len(parts) == 1:
            terms = ((parts[0].index, 1), (item.index, -1))
            yield Relation(terms, "at_most", ("item_part", *item.column), "economic")
