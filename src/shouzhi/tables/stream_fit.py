"""How well one heading of a dumped table stands over, beside or without others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import Term, heading_year, lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.space import Coordinates

_STUB_LEAVES: Final = frozenset({"class", "section", "item", "unit_code", "line", "ordinal"})
_STUB: Final = _STUB_LEAVES | {"code", "name"}
_TREES: Final = ("source", "kind", "item", "flow")
_TOTALS: Final = ("合计", "小计", "总计")
_SIDES: Final = frozenset(map(fold, ("收入", "支出", "人员经费", "公用经费")))


class Note:
    """What the lexicon says of one heading, looked up once."""

    __slots__ = (
        "dated",
        "opens",
        "partly",
        "roles",
        "term",
        "text",
        "total",
        "where",
        "words",
        "year",
    )

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


def first(note: Note) -> float:
    """How well a heading opens a group: totals do, 款 and 项 without 类 do not."""
    if note.roles & {"section", "item"}:
        return -3.0
    return 1.5 if note.total else 0.0


def beside_siblings(notes: Sequence[Note], before: range, index: int, *, grouped: bool) -> float:
    """How well a heading follows its siblings."""
    note = notes[index]
    stubs = all(notes[k].roles & _STUB for k in before)
    score = -3.0 if note.total and not stubs else 0.0
    if note.roles & {"name", "code"} and not stubs:
        score -= 1.5  # what names rows comes first, unless another side begins
    if any(notes[k].text == note.text for k in before):
        score -= 6.0 if grouped else 2.5  # at the top two blocks may stand side by side
    last = notes[index - 1]
    shared = last.where.keys() & note.where.keys()
    if shared and any(last.where[name] != note.where[name] for name in shared):
        score += 0.3
    return score


def under(parent: Note, child: Note) -> float:
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


def _under_stub(parent: Note, child: Note) -> float:
    if "group" in parent.roles:
        return 2.0 if child.roles & {"code", "name"} else -2.0
    if child.roles & {"class", "section", "item"} and "code" in parent.roles:
        return 2.0
    return -4.0


def _refines(parent: Note, child: Note) -> float:
    """Whether the coordinates of the child lie within those of the parent."""
    score = 0.3 if parent.dated else 0.0
    for name in parent.where.keys() & child.where.keys():
        score += 2.0 if _within(name, parent.where[name], child.where[name]) else -4.0
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


def _within(dimension: str, upper: str, lower: str) -> bool:
    """Whether a member lies below another one of its dimension."""
    if dimension == "economic":
        return lower.startswith(upper) and lower != upper
    return dimension in _TREES and classification(dimension).is_ancestor(upper, lower)


def _flow_fit(parent: Note, child: Note) -> float:
    """Expenditure is split by kind and economic class, income by source."""
    flow = parent.where.get("flow", "")
    if "kind" in child.where or "economic" in child.where:
        return 1.0 if flow.startswith("expenditure") else -1.0 if flow else 0.0
    if "source" in child.where:
        return 1.0 if flow.startswith("income") else 0.0
    return 0.0


def leaf_cost(note: Note) -> float:
    """What speaks against a heading being a column and not the head of a group."""
    if note.opens:
        return 2.0
    if note.roles == {"group"}:
        return 1.0
    return 0.3 if note.dated or note.where.get("item") == "three_public" else 0.0
