"""The structure of a department's spending in a year: trees of accounts, and where money flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from shouzhi.catalogue.classifications import classification
from shouzhi.warehouse.figures import Figure, preference
from shouzhi.warehouse.names import member_name

Row = Mapping[str, Any]

FLOWS: Final = ("expenditure", "expenditure_total")
BROAD: Final = (
    (None, None), ("fiscal", None), ("general", None), ("general", "basic"), ("fiscal", "basic"),
)  # fmt: skip
"""Source and kind of what a tree may cover, the widest first."""

SLIGHT: Final = Decimal("0.03")
"""The part of the whole below which a picture may have no room for words."""

_PARTS: Final = 2
_LEVELS: Final = (3, 5, 7)
_SLIGHT: Final = 2000  # one part in so many: what rounding leaves between two tables


@dataclass(slots=True)
class Node:
    """An account with its amount in 分; `figure` is where it is printed, None where it is a sum."""

    code: str
    name: str
    amount: int
    figure: Figure | None
    children: list[Node] = field(default_factory=list)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """This node and all below it, with their depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


@dataclass(frozen=True, slots=True)
class Tree:
    """The accounts of one dimension; `source` and `kind` tell what the tree is narrowed to."""

    dimension: str
    source: str | None
    kind: str | None
    roots: list[Node]

    @property
    def total(self) -> int:
        """The sum of the accounts at the top, in 分."""
        return sum(root.amount for root in self.roots)

    def walk(self) -> Iterator[tuple[int, Node]]:
        """All nodes from the top down, with their depth."""
        for root in self.roots:
            yield from root.walk()


    def slight(self) -> list[Node]:
        """What a picture of the tree has no room to name: parts under `SLIGHT` of the whole, the largest first."""
        found: list[Node] = []
        for root in self.roots:
            leaves = [node for _, node in root.walk() if not node.children and node is not root]
            small = root.amount < SLIGHT * self.total or len(leaves) < _PARTS
            found += [root] if small else leaves
        found = [node for node in found if 0 < node.amount < SLIGHT * self.total]
        return sorted(found, key=lambda node: -node.amount)


@dataclass(frozen=True, slots=True)
class Link:
    """Money in 分 from one thing to another."""

    origin: str
    target: str
    amount: int


def tree(rows: Iterable[Row], dimension: str, year: int) -> Tree | None:
    """The widest tree that a document prints along a dimension; None where it prints none."""
    groups: dict[tuple[str | None, str | None], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        if row[dimension] and row["flow"] in FLOWS and row[dimension].isdecimal():
            known = groups[row["source"], row["kind"]]
            if row[dimension] not in known or preference(row) < preference(known[row[dimension]]):
                known[row[dimension]] = row
    for source, kind in BROAD:
        if found := groups.get((source, kind)):
            made = Tree(dimension, source, kind, nodes(found, dimension, year))
            if made.total:
                return made
    return None


def nodes(rows: Mapping[str, Row], dimension: str, year: int) -> list[Node]:
    """Accounts below the accounts that they belong to; a class that is not printed is summed."""
    made = {
        code: Node(code, _name(dimension, code, year, row), row["amount"], Figure.of(row))
        for code, row in rows.items()
    }
    for code in sorted(made, key=len, reverse=True):
        top = code[:3]
        if not any(code[:length] in made for length in _LEVELS if length < len(code)) and top != code:
            made.setdefault(top, Node(top, member_name(dimension, top, year), 0, None))
    roots: list[Node] = []
    for code, node in sorted(made.items()):
        above = next((made[code[:n]] for n in reversed(_LEVELS) if n < len(code) and code[:n] in made), None)
        (above.children if above else roots).append(node)
    for root in roots:
        if root.figure is None:
            root.amount = sum(child.amount for child in root.children)
    return [root for root in roots if root.amount or root.children]


def _name(dimension: str, code: str, year: int, row: Row) -> str:
    """The official name of an account, or what the document calls it where no list has it."""
    name = member_name(dimension, code, year)
    return row["label"] or name if name == code else name


def flows(rows: Sequence[Row], year: int) -> list[Link]:
    """Links from sources to classes of function, and from these to kinds of spending.

    What is printed of all sources and of none that is told apart is 其他资金: the difference.
    """
    whole = tree([row for row in rows if row["source"] is None and row["kind"] is None], "function", year)
    by_source = {
        source: _classes([row for row in rows if row["source"] == source and row["kind"] is None], source, year)
        for source in sorted({row["source"] for row in rows if row["source"] and row["function"]}, key=_order)
    }
    by_source = {source: found for source, found in by_source.items() if found and _apart(source, by_source)}
    links = [
        Link(member_name("source", source), name, amount)
        for source, found in by_source.items()
        for name, amount in found.items()
    ]
    if whole:
        links += _rest(whole, by_source)
        links += _kinds(rows, whole, year)
    return [link for link in links if link.amount > 0]


def slight_ends(links: Sequence[Link]) -> list[tuple[str, int]]:
    """The ends of flows that carry less than `SLIGHT` of the largest, with their amounts, the largest first."""
    given: dict[str, int] = defaultdict(int)
    taken: dict[str, int] = defaultdict(int)
    for link in links:
        given[link.origin] += link.amount
        taken[link.target] += link.amount
    amounts = {name: max(given[name], taken[name]) for name in (*given, *taken)}
    least = SLIGHT * max(amounts.values(), default=0)
    small = [(name, amount) for name, amount in amounts.items() if amount < least]
    return sorted(small, key=lambda end: -end[1])


def _order(source: str) -> int:
    known = [entry.code for entry in classification("source").entries]
    return known.index(source) if source in known else len(known)


def _apart(source: str, by_source: Mapping[str, object]) -> bool:
    """Whether a source is not told again in its parts: 财政拨款 where 一般公共预算 is there."""
    listed = classification("source")
    return not any(by_source[other] and listed.is_ancestor(source, other) for other in by_source)


def _classes(rows: list[Row], source: str | None, year: int) -> dict[str, int]:
    found: dict[str, Row] = {}
    for row in rows:
        code = row["function"]
        if code and code.isdecimal() and row["flow"] in FLOWS and row["source"] == source:
            found.setdefault(code, row)
    return {node.name: node.amount for node in nodes(found, "function", year) if node.amount > 0}


def _rest(whole: Tree, by_source: Mapping[str, Mapping[str, int]]) -> Iterator[Link]:
    name = member_name("source", "own") if by_source else "全部资金"
    for root in whole.roots:
        rest = root.amount - sum(found.get(root.name, 0) for found in by_source.values())
        if rest > max(root.amount, whole.total // 10) // _SLIGHT:
            yield Link(name, root.name, rest)


def _kinds(rows: Sequence[Row], whole: Tree, year: int) -> Iterator[Link]:
    """From classes to kinds, where the kinds make up the class but for rounding."""
    for kind in ("basic", "project", "business_expenditure", "remitted_up", "subsidies_down"):
        found = [row for row in rows if row["kind"] == kind and row["source"] is None]
        amounts = _classes(found, None, year)
        for root in whole.roots:
            if amounts.get(root.name):
                yield Link(root.name, member_name("kind", kind), amounts[root.name])
