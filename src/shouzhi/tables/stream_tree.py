"""Which heading of a text dump stands over which: a tree from headings in printed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import Term, heading_year, lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.space import Coordinates

BEAM: Final = 150
MOST_ROWS: Final = 4
MOST_HEADINGS: Final = 60

_STUB_LEAVES: Final = frozenset({"class", "section", "item", "unit_code", "line", "ordinal"})
_STUB: Final = _STUB_LEAVES | {"code", "name"}
_TREES: Final = ("source", "kind", "item", "flow")
_TOTALS: Final = ("合计", "小计", "总计")
_SIDES: Final = frozenset(map(fold, ("收入", "支出", "人员经费", "公用经费")))


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
        return max((first + count for first, count in self.spans), default=0)

    @property
    def height(self) -> int:
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


@lru_cache(maxsize=256)
def stream_tree(
    texts: tuple[str, ...],
    beside: tuple[bool, ...],
    columns: int | None,
    measures: int | None = None,
    exact: bool = False,
) -> Tree | None:
    """The likeliest tree of headings given row by row, from left to right.

    `beside` tells of each heading that it stands on one line with the heading before;
    `columns` is the number of columns where the dump prints column numbers, `measures` the
    number of columns of amounts where only the rows tell it (then at least so many), or
    where `exact` that the column numbers count.  None for too many headings.
    """
    if not texts or len(texts) > MOST_HEADINGS:
        return None
    notes = tuple(map(_Note, texts))
    if len({note.year for note in notes if note.year}) < 2:
        for note in notes:  # one year alone tops nothing: it is the name of a column
            note.dated = False
    beam = [_State(0.0, -1, 0, 0, 0, (-1,))]
    for index in range(1, len(texts)):
        grown = [s for held in beam for s in _grow(held, index, notes, beside=beside[index])]
        beam = sorted(grown, key=lambda state: -state.score)[:BEAM]
    trees = [_finish(state, notes, columns, measures, exact=exact) for state in beam]
    return max(trees, key=lambda tree: tree.score, default=None)


class _Note:
    """What the lexicon says of one heading, looked up once."""

    __slots__ = ("dated", "opens", "partly", "roles", "term", "text", "total", "where", "words", "year")

    def __init__(self, text: str) -> None:
        book = lexicon()
        self.text = fold(text)
        self.roles = frozenset(book.roles(text))
        self.words = book.is_text(text)
        self.total = book.is_total(text)
        self.term: Term | None = book.term(text)
        self.year = heading_year(text)
        self.dated = self.year is not None
        self.partly = strip_ordinal(text)[0] == "其中"
        where = self.term.where if self.term else Coordinates()
        self.where = where.without("stage") if self.year else where
        self.opens = self.text in _SIDES or self.text.rstrip(":") == "其中"


def _grow(state: _State, index: int, notes: Sequence[_Note], *, beside: bool) -> list[_State]:
    """Every place that the next heading can take."""
    grown = []
    if state.above < 0:
        cost = _siblings(notes, range(state.row, index), index, under=False)
        grown.append(_put(state, state.score + cost, -1))
    else:
        last = state.parents[-1]
        cost = _siblings(notes, range(state.group, index), index, under=True)
        grown.append(_put(state, state.score + cost + _under(notes[last], notes[index]), last))
        for parent in range(last + 1, state.row):
            score = state.score + _under(notes[parent], notes[index]) + _first(notes[index])
            grown.append(_put(state, score, parent, group=index))
    if state.depth + 1 < MOST_ROWS:
        start = state.score - 0.3 - (1.5 if beside else 0.0)
        for parent in range(state.row, index):
            score = start + _under(notes[parent], notes[index]) + _first(notes[index])
            held = _State(score, state.row, index, index, state.depth + 1, state.parents)
            grown.append(_put(held, score, parent, group=index))
    return grown


def _put(state: _State, score: float, parent: int, group: int | None = None) -> _State:
    begins = state.group if group is None else group
    parents = (*state.parents, parent)
    return _State(score, state.above, state.row, begins, state.depth, parents)


def _first(note: _Note) -> float:
    """How well a heading opens a group: totals do, 款 and 项 without 类 do not."""
    if note.roles & {"section", "item"}:
        return -3.0
    return 1.5 if note.total else 0.0


def _siblings(notes: Sequence[_Note], before: range, index: int, *, under: bool) -> float:
    """How well a heading follows its siblings."""
    note = notes[index]
    stubs = all(notes[k].roles & _STUB for k in before)
    score = -3.0 if note.total and not stubs else 0.0
    if note.roles & {"name", "code"} and not stubs:
        score -= 1.5  # what names rows comes first, unless another side begins
    if any(notes[k].text == note.text for k in before):
        score -= 6.0 if under else 2.5  # at the top two blocks may stand side by side
    last = notes[index - 1]
    shared = last.where.keys() & note.where.keys()
    if shared and any(last.where[name] != note.where[name] for name in shared):
        score += 0.3
    return score


def _under(parent: _Note, child: _Note) -> float:
    """How well `child` stands below `parent`."""
    if parent.text.endswith(_TOTALS) or parent.words or parent.roles & _STUB_LEAVES:
        return -6.0
    stub = bool(child.roles & _STUB)
    if parent.roles & {"code", "name", "group"}:
        return _under_stub(parent, child)
    if child.roles & (_STUB_LEAVES | {"code"}):
        return -4.0 if not parent.opens else 0.3
    if parent.opens or parent.partly:
        return 0.5 + _side_fit(parent.text, child.text)
    if (stub or "group" in child.roles) and not child.where:
        return -3.0
    return _refines(parent, child)


def _side_fit(side: str, text: str) -> float:
    """收入项目 belongs under 收入 and not under 支出."""
    other = {"收入": "支出", "支出": "收入"}.get(side)
    if other is None:
        return 0.0
    return (1.0 if side in text else 0.0) - (2.0 if other in text and side not in text else 0.0)


def _under_stub(parent: _Note, child: _Note) -> float:
    if "group" in parent.roles:
        return 2.0 if child.roles & {"code", "name"} else -2.0
    if child.roles & {"class", "section", "item"} and "code" in parent.roles:
        return 2.0
    return -4.0


def _refines(parent: _Note, child: _Note) -> float:
    """Whether the coordinates of the child lie within those of the parent."""
    score = 0.3 if parent.dated else 0.0
    for name in parent.where.keys() & child.where.keys():
        upper, lower = parent.where[name], child.where[name]
        if (name in _TREES and classification(name).is_ancestor(upper, lower)) or (name == "economic" and lower.startswith(upper) and lower != upper):
            score += 2.0
        else:
            score -= 4.0
    score += _flow_fit(parent, child)
    if parent.where.get("kind") in {"basic", "staff", "office"} and "economic" in child.where:
        score += 1.5
    if parent.dated and child.term is not None:
        score += 0.2
    if child.dated and not parent.year:
        score -= 1.0
    if parent.term is not None and parent.term.rate:
        score -= 6.0
    return score


def _flow_fit(parent: _Note, child: _Note) -> float:
    """Expenditure is split by kind and economic class, income by source."""
    flow = parent.where.get("flow", "")
    if "kind" in child.where or "economic" in child.where:
        return 1.0 if flow.startswith("expenditure") else -1.0 if flow else 0.0
    if "source" in child.where:
        return 1.0 if flow.startswith("income") else 0.0
    return 0.0


def _finish(
    state: _State,
    notes: Sequence[_Note],
    columns: int | None,
    measures: int | None,
    *,
    exact: bool,
) -> Tree:
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
            score -= _leaf_cost(notes[index])
    leaves = [index for index, below in enumerate(children) if not below]
    if columns is not None:
        score -= 4.0 * abs(len(leaves) - columns)
    elif measures is not None:
        amounts = sum(not (notes[k].roles or notes[k].words) for k in leaves)
        # a row may leave columns of amounts empty, but cannot print more than there are
        each = 0.6 if amounts > measures and not exact else 4.0
        score -= each * abs(amounts - measures)
    return Tree(_rows(parents), parents, _spans(parents, children), score)


def _leaf_cost(note: _Note) -> float:
    """What speaks against a heading being a column and not the head of a group."""
    if note.opens:
        return 2.0
    if note.roles == {"group"}:
        return 1.0
    return 0.3 if note.dated or note.where.get("item") == "three_public" else 0.0


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
