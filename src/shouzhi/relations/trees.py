"""The trees that a list of places forms: parents and their nearest printed descendants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

from shouzhi.catalogue.classifications import CODED, classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.space import DIMENSIONS, Coordinates
from shouzhi.tables import UNLABELLED, Row

ROW_DIMENSIONS: Final = (
    "function", "economic", "government_economic", "unit", "project", "item",
)  # fmt: skip
"""The dimensions that tables list down their rows."""
MOST_ROWS: Final = 1_500
"""Rows of a table up to which leaves are sought under every place."""
_TREE_DIMENSIONS: Final = tuple(d for d in DIMENSIONS if d not in {"year", "stage"})


@dataclass(frozen=True, slots=True)
class Branch:
    """A parent and the nearest of its descendants that the table prints, along one dimension."""

    parent: int
    children: tuple[int, ...]
    dimension: str


def branches(places: Sequence[Coordinates]) -> Iterator[Branch]:
    """The trees that a list of coordinates forms, one dimension at a time.

    A place whose descendants differ from it in two dimensions only (a 款 without
    unit over 项 by unit) takes its leaves along the second once the first is summed.
    """
    named = {dimension for where in places for dimension in where}
    for dimension in (d for d in _TREE_DIMENSIONS if d in named):
        groups: dict[Coordinates, dict[str | None, list[int]]] = defaultdict(dict)
        for index, where in enumerate(places):
            group = groups[where.without(dimension)]
            group.setdefault(where.get(dimension), []).append(index)
        for group in groups.values():
            if len(group) > 1:
                yield from _group_branches(group, dimension)


def _group_branches(group: Mapping[str | None, list[int]], dimension: str) -> Iterator[Branch]:
    children: dict[str | None, list[int]] = defaultdict(list)
    together = joined(group)
    for member, indexes in group.items():
        if member is None:
            continue
        above = nearest(member, group, dimension, together)
        if above is not _NOWHERE:
            children[above].extend(indexes)  # type: ignore[index]
    for member, below in children.items():
        if dimension == "flow" and member is not None and not _carries(member, group):
            continue
        for parent in group[member]:
            yield Branch(parent, tuple(below), dimension)


def _carries(member: str, group: Mapping[str | None, object]) -> bool:
    """Whether the main part of a grand total is printed: it is more than what is carried over."""
    below = classification("flow").children(member)
    return not below or below[0] in group


_NOWHERE: Final = object()


def joined(group: Mapping[str | None, object]) -> dict[str, str]:
    """What stands over each member: several joined with “+”, where all of them are printed."""
    above: dict[str, str] = {}
    for whole in group:
        if whole and "+" in whole and all(part in group for part in whole.split("+")):
            for part in whole.split("+"):
                above.setdefault(part, whole)
    return above


def nearest(
    member: str, group: Mapping[str | None, object], dimension: str, together: Mapping[str, str]
) -> object:
    """The nearest printed ancestor of a member: a member, None for the whole, or nowhere.

    `together` are the `joined` members of the group.
    """
    if member in together:
        return together[member]
    tree = classification(dimension)
    above = tree.parent(member)
    while above:
        if above in group:
            return above
        above = tree.parent(above)
    return None if None in group else _NOWHERE


def row_branches(places: Sequence[Coordinates]) -> Iterator[Branch]:
    """The trees among rows; natures of units group the units that follow them."""
    natures = [i for i, where in enumerate(places) if lexicon().is_nature(where.get("unit", ""))]
    plain = [Coordinates({"unit": ""}) if i in natures else w for i, w in enumerate(places)]
    found = [b for b in branches(plain) if b.parent not in natures]
    found = [
        Branch(b.parent, tuple(c for c in b.children if c not in natures), b.dimension)
        for b in found
    ]
    yield from (branch for branch in found if branch.children)
    yield from _crossed(plain, found)
    yield from _nature_branches(places, natures)


def _nature_branches(places: Sequence[Coordinates], natures: Sequence[int]) -> Iterator[Branch]:
    """A nature of units is the sum of the units below it, and the whole that of the natures."""
    if not natures:
        return
    for place, nature in enumerate(natures):
        end = natures[place + 1] if place + 1 < len(natures) else len(places)
        units = tuple(i for i in range(nature + 1, end) if set(places[i]) == {"unit"})
        if units:
            yield Branch(nature, units, "nature")
    whole = [i for i, where in enumerate(places) if not where and i < natures[0]]
    if whole:
        yield Branch(whole[-1], tuple(natures), "nature")


def _crossed(places: Sequence[Coordinates], found: Sequence[Branch]) -> Iterator[Branch]:
    """Places without children along one dimension are the sum of the leaves inside them."""
    parents = {branch.parent for branch in found}
    if len(places) > MOST_ROWS:
        return
    leaves = [i for i in range(len(places)) if i not in parents]
    for index, where in enumerate(places):
        if index in parents or not where or len(where) > 2:
            continue
        below = tuple(
            leaf for leaf in leaves if places[leaf] != where and inside(places[leaf], where)
        )
        if below:
            yield Branch(index, below, "leaves")


def inside(leaf: Coordinates, where: Coordinates) -> bool:
    """Whether every member of `where` is that of `leaf` or an ancestor of it."""
    for dimension, member in where.items():
        held = leaf.get(dimension)
        if held is None:
            return False
        if held != member and not classification(dimension).is_ancestor(member, held):
            return False
    return True


def stairs(rows: Sequence[Row]) -> list[Branch]:
    """The trees of rows without labels, whose texts stand one column further for each level.

    Under 货物 a row names the fund, the next ones what is bought with it.  The level of a
    row is its last column of text; its parent the nearest row above of a lower level, or
    that with a label.
    """
    order: list[str] = []
    for row in rows:
        if on_stairs(row):
            _merge(order, list(row.texts))
    above: list[tuple[int, int]] = []
    children: dict[int, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        level = order.index(list(row.texts)[-1]) if on_stairs(row) else -1
        while above and above[-1][0] >= level:
            above.pop()
        if above and level >= 0:
            children[above[-1][1]].append(index)
        above.append((level, index))
    return [Branch(parent, tuple(below), "stairs") for parent, below in children.items()]


def on_stairs(row: Row) -> bool:
    """Whether a row is told by its texts alone."""
    return row.label == UNLABELLED and bool(row.texts) and not row.codes


def _merge(order: list[str], names: Sequence[str]) -> None:
    """Take the names of columns into their order, each behind the one before it."""
    last = -1
    for name in names:
        if name not in order:
            order.insert(last + 1 if last >= 0 else len(order), name)
        last = order.index(name)


def is_list(dimensions: set[str]) -> bool:
    """Whether a column lists one official classification and nothing else: it lists all of it."""
    return len(dimensions) == 1 and dimensions <= set(CODED)


@cache
def around(row: Coordinates) -> tuple[Coordinates, ...]:
    """Every place that a row lies inside, itself left out."""
    chains = []
    for dimension, member in row.items():
        tree = classification(dimension)
        chain: list[str | None] = [None]
        above: str | None = member
        while above:
            chain.append(above)
            above = tree.parent(above)
        chains.append([(dimension, name) for name in chain])
    found = (
        Coordinates([(d, name) for d, name in names if name is not None])
        for names in product(*chains)
    )
    return tuple(place for place in found if place != row)
