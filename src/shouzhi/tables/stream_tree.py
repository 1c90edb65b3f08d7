"""Which heading of a text dump stands over which: a tree from headings in printed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shouzhi.catalogue.names import fold
from shouzhi.tables.stream_fit import Note, beside_siblings, first, leaf_cost, under

BEAM: Final = 150
MOST_ROWS: Final = 4
MOST_HEADINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Tree:
    """A heading tree: of each heading its row, its parent (-1 at the top) and its columns.

    `spans` are (first column, number of columns); a heading without children is one
    column and reaches down to the last row.
    """

    rows: tuple[int, ...]
    parents: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    score: float

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((first + count for first, count in self.spans), default=0)

    @property
    def height(self) -> int:
        """The number of rows of headings."""
        return max(self.rows, default=-1) + 1

    def leaves(self) -> tuple[int, ...]:
        """The headings that are columns, from left to right."""
        inner = set(self.parents)
        kept = [index for index in range(len(self.parents)) if index not in inner]
        return tuple(sorted(kept, key=lambda index: self.spans[index][0]))

    def path(self, heading: int) -> tuple[int, ...]:
        """The headings from the top down to this one."""
        above = self.parents[heading]
        return (heading,) if above < 0 else (*self.path(above), heading)


@dataclass(frozen=True, slots=True)
class _State:
    """A partial reading: where the rows begin, who the parents are, and what it scores.

    `above` and `row` are where the row above and this row begin (`above` is -1 in the
    first row), `group` where the children of the current parent begin.
    """

    score: float
    above: int
    row: int
    group: int
    depth: int
    parents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """What is known of the number of columns.

    `columns` is the number of all of them, where column numbers count them; `measures`
    the number of columns of amounts, at least, or `exact` where 栏次 1 2 3 counts them.
    """

    columns: int | None = None
    measures: int | None = None
    exact: bool = False


def stream_tree(texts: Sequence[str], beside: Sequence[bool], count: Count) -> Tree | None:
    """The likeliest tree of headings given row by row, from left to right.

    `beside` tells of each heading that it stands on one line with the heading before.
    None for no headings or too many.
    """
    return _tree(tuple(map(fold, texts)), tuple(beside), count)


@lru_cache(maxsize=256)
def _tree(texts: tuple[str, ...], beside: tuple[bool, ...], count: Count) -> Tree | None:
    if not texts or len(texts) > MOST_HEADINGS:
        return None
    notes = tuple(map(Note, texts))
    if len({note.year for note in notes if note.year}) < 2:
        for note in notes:  # one year alone tops nothing: it is the name of a column
            note.dated = False
    fits = [[under(parent, child) for child in notes] for parent in notes]
    beam = [_State(0.0, -1, 0, 0, 0, (-1,))]
    for index in range(1, len(texts)):
        grown = [s for held in beam for s in _grow(held, index, notes, fits, beside=beside[index])]
        beam = sorted(grown, key=lambda state: -state.score)[:BEAM]
    trees = [_finish(state, notes, count) for state in beam]
    return max(trees, key=lambda tree: tree.score, default=None)


def _grow(
    state: _State,
    index: int,
    notes: Sequence[Note],
    fits: Sequence[Sequence[float]],
    *,
    beside: bool,
) -> list[_State]:
    """Every place that the next heading can take."""
    grown = []
    opening = first(notes[index])
    if state.above < 0:
        cost = beside_siblings(notes, range(state.row, index), index, grouped=False)
        grown.append(_put(state, state.score + cost, -1))
    else:
        last = state.parents[-1]
        cost = beside_siblings(notes, range(state.group, index), index, grouped=True)
        grown.append(_put(state, state.score + cost + fits[last][index], last))
        for parent in range(last + 1, state.row):
            score = state.score + fits[parent][index] + opening
            grown.append(_put(state, score, parent, group=index))
    if state.depth + 1 < MOST_ROWS:
        start = state.score - 0.3 - (1.5 if beside else 0.0) + opening
        for parent in range(state.row, index):
            score = start + fits[parent][index]
            held = _State(score, state.row, index, index, state.depth + 1, state.parents)
            grown.append(_put(held, score, parent, group=index))
    return grown


def _put(state: _State, score: float, parent: int, group: int | None = None) -> _State:
    begins = state.group if group is None else group
    parents = (*state.parents, parent)
    return _State(score, state.above, state.row, begins, state.depth, parents)


def _finish(state: _State, notes: Sequence[Note], count: Count) -> Tree:
    """The tree of a whole reading, scored by how its columns come out."""
    parents = state.parents
    children: list[list[int]] = [[] for _ in parents]
    for index, parent in enumerate(parents):
        if parent >= 0:
            children[parent].append(index)
    score = state.score
    for index, below in enumerate(children):
        if len(below) == 1:
            score -= 3.0 if notes[below[0]].total else 1.0
        if not below:
            score -= leaf_cost(notes[index])
    leaves = [index for index, below in enumerate(children) if not below]
    if count.columns is not None:
        score -= 4.0 * abs(len(leaves) - count.columns)
    elif count.measures is not None:
        amounts = sum(not (notes[k].roles or notes[k].words) for k in leaves)
        # a row may leave columns of amounts empty, but cannot print more than there are
        each = 0.6 if amounts > count.measures and not count.exact else 4.0
        score -= each * abs(amounts - count.measures)
    return Tree(_rows(parents), parents, _spans(parents, children), score)


def _rows(parents: Sequence[int]) -> tuple[int, ...]:
    rows: list[int] = []
    for parent in parents:
        rows.append(0 if parent < 0 else rows[parent] + 1)
    return tuple(rows)


def _spans(parents: Sequence[int], children: Sequence[list[int]]) -> tuple[tuple[int, int], ...]:
    """The columns of every heading, counted in the order in which the leaves stand."""
    spans = [(0, 1)] * len(parents)
    column = 0

    def lay(index: int) -> None:
        nonlocal column
        first = column
        if children[index]:
            for child in children[index]:
                lay(child)
        else:
            column += 1
        spans[index] = (first, column - first)

    for index, parent in enumerate(parents):
        if parent < 0:
            lay(index)
    return tuple(spans)
