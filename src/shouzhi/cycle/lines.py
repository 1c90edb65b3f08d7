"""Lines of money under any question: which of them lie at a place, and what they sum to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.form import ItemRule, Where
from shouzhi.cycle.book import Book, Line, Record

Mask = npt.NDArray[np.bool_]

_RELATIVE: Final = {"this": 0, "previous": -1}


class Ledger:
    """The lines of a book, asked by place.

    A member holds all lines of the members below it; a line that names no member of a
    dimension lies under none, only under “all”.  Lines of an item (政府采购, “三公”) count
    only where an item is asked for.  An item is made up of the lines that name it; where no
    line of that year and stage names it or its relatives, of the lines with its economic
    codes, or as `items` of the edition rule.
    """

    def __init__(self, book: Book, items: Mapping[str, ItemRule] | None = None) -> None:
        self.book = book
        self.lines: Sequence[Line] = book.lines
        self._items = dict(items or {})
        self._amounts = np.array([line.amount for line in book.lines], dtype=np.int64)
        self._masks: dict[tuple[str, str], Mask] = {}
        self._unions: dict[tuple[str, tuple[str, ...]], Mask] = {}
        self._columns: dict[str, npt.NDArray[Any]] = {}
        self._names: dict[str, frozenset[str]] = {}

    @cached_property
    def everything(self) -> Mask:
        """All lines."""
        return np.ones(len(self.lines), dtype=np.bool_)

    @cached_property
    def nothing(self) -> Mask:
        """No line."""
        return np.zeros(len(self.lines), dtype=np.bool_)

    @cached_property
    def itemless(self) -> Mask:
        """The lines that name no item: income and expenditure themselves."""
        return np.asarray(self._members("item") == "", dtype=np.bool_)

    def at(self, where: Where) -> Mask:
        """Which lines lie at a place: those of no item, unless the place names one."""
        found = self.mask(where)
        return found if "item" in where else found & self.itemless

    def of(self, records: Iterable[Record]) -> Mask:
        """The lines that come from some records."""
        wanted = {id(record) for record in records}
        return np.array([id(line.record) in wanted for line in self.lines], dtype=np.bool_)

    def mask(self, where: Where) -> Mask:
        """Which lines lie at a place, whatever item they name."""
        found = self.everything
        for dimension, members in where.items():
            found = found & self._union(dimension, members)
        return found

    def _union(self, dimension: str, members: tuple[str, ...]) -> Mask:
        """The lines at any of some members."""
        if (dimension, members) not in self._unions:
            masks = [self.item_mask(m) if dimension == "item" else self.member_mask(dimension, m) for m in members]
            self._unions[dimension, members] = self._any(masks)
        return self._unions[dimension, members]

    def sum(self, mask: Mask) -> int:
        """The amounts of the lines of a mask, in 分."""
        return int(self._amounts[mask].sum())

    def members(self, dimension: str, mask: Mask) -> list[str]:
        """The members that the lines of a mask name, in the order of the book."""
        found = self._members(dimension)[mask]
        return [str(m) for m in dict.fromkeys(found.tolist()) if m]

    def member_mask(self, dimension: str, member: str) -> Mask:
        """The lines at a member or below it."""
        key = (dimension, member)
        if key not in self._masks:
            if dimension == "year":
                shown = str(self.book.year + _RELATIVE[member]) if member in _RELATIVE else member
                inside = {shown}
            else:
                inside = {m for m in self._named(dimension) if self.inside(dimension, m, member)}
            self._masks[key] = np.isin(self._members(dimension), list(inside))
        return self._masks[key]

    def item_mask(self, item: str) -> Mask:
        """The lines that make up an item."""
        key = ("item", item)
        if key not in self._masks:
            tree = classification("item")
            inside = [item, *(e.code for e in tree.entries if tree.is_ancestor(item, e.code))]
            named = np.isin(self._members("item"), inside)
            self._masks[key] = named | (self._derived(item) & ~self._told(item))
        return self._masks[key]

    def _derived(self, item: str) -> Mask:
        """The lines that an item is made up of by its rule or its economic codes."""
        tree = classification("item")
        rule = self._items.get(item)
        if rule is not None:
            found = self.itemless & self.mask(rule.where) if rule.where else self.itemless
            if rule.economic:
                found = found & self._any(self.member_mask("economic", c) for c in rule.economic)
            if rule.natures:
                found = found & self._any(self.member_mask("unit", n) for n in rule.natures)
            return found
        codes = [
            entry.economic
            for entry in tree.entries
            if entry.economic and (entry.code == item or tree.is_ancestor(item, entry.code))
        ]
        return self.itemless & self._any(self.member_mask("economic", c) for c in codes)

    def _told(self, item: str) -> Mask:
        """The lines of a year and stage of which the book tells the item, or a relative, itself."""
        tree = classification("item")
        root = item
        while (above := tree.parent(root)) is not None:
            root = above
        own = np.isin(self._members("item"), [root, *(e.code for e in tree.entries if tree.is_ancestor(root, e.code))])
        when = np.char.add(self._members("year"), self._members("stage"))
        return np.isin(when, np.unique(when[own]))

    def _members(self, dimension: str) -> npt.NDArray[Any]:
        if dimension not in self._columns:
            named = [line.where.get(dimension, "") for line in self.lines]
            self._columns[dimension] = np.array(named, dtype=np.str_)
        return self._columns[dimension]

    def _named(self, dimension: str) -> frozenset[str]:
        """The members that any line names."""
        if dimension not in self._names:
            self._names[dimension] = frozenset(map(str, self._members(dimension).tolist()))
        return self._names[dimension]

    def inside(self, dimension: str, lower: str, upper: str) -> bool:
        """Whether a member is another or lies below it; units lie below their nature."""
        if lower == upper:
            return True
        if dimension == "unit":
            unit = self.book.units.get(lower)
            return unit is not None and unit.nature == upper
        return classification(dimension).is_ancestor(upper, lower)

    def narrow(self, one: Where, other: Where) -> Where:
        """What lies at both places; where they exclude each other, a dimension has no member."""
        found = dict(one)
        for dimension, members in other.items():
            held = found.get(dimension)
            if held is None:
                found[dimension] = members
                continue
            common = [m for m in held if any(self.inside(dimension, m, n) for n in members)]
            common += [m for m in members if any(self.inside(dimension, m, n) for n in held)]
            found[dimension] = tuple(dict.fromkeys(common))
        return found

    def _any(self, masks: Iterable[Mask]) -> Mask:
        found = self.nothing
        for mask in masks:
            found = found | mask
        return found

