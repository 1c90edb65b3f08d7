"""Two states of a book's rows, held against each other: what was added, changed and removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shouzhi.cycle.raw import RawBook
from shouzhi.cycle.sheets import Sheet, schema
from shouzhi.cycle.shift import Shift
from shouzhi.cycle.values import Amiss, amount

Cells = Mapping[str, str]
Key = Callable[[Cells], Hashable]
Kind = Literal["added", "changed", "removed"]

PROSE: Final = "prose"
SETTINGS: Final = "settings"
_COMPARED: Final = 250_000  # pairs of rows; beyond that they are told as removed and added
_MEASURES: Final = frozenset({"amount", "number", "count"})


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs; `before` is empty for an added one, `after` for a removed one."""

    kind: Kind
    sheet: str
    before: Cells
    after: Cells

    @property
    def cells(self) -> tuple[str, ...]:
        """The keys of the columns that differ, in no order that means anything."""
        keys = dict.fromkeys((*self.before, *self.after))
        return tuple(key for key in keys if self.before.get(key, "") != self.after.get(key, ""))

    @property
    def shift(self) -> Shift | None:
        """The amount before and after in 分; None where the row has none, or one that is no amount."""
        if "amount" not in {*self.before, *self.after}:
            return None
        before, after = _amount(self.before), _amount(self.after)
        return None if before is None or after is None else Shift(before, after)


def sums(before: RawBook, after: RawBook) -> dict[str, Shift]:
    """What each sheet of money amounts to in two books, in 分; what is no amount counts for nothing."""
    return {
        sheet.key: Shift(_sum(before, sheet.key), _sum(after, sheet.key))
        for sheet in schema().sheets
        if sheet.column_of("amount") is not None
    }


def _sum(book: RawBook, sheet: str) -> int:
    return sum(_amount(row.cells) or 0 for row in book.sheets.get(sheet, []))


def _amount(cells: Cells) -> int | None:
    """The amount of a row in 分: nothing for an empty cell, None for a faulty one."""
    text = cells.get("amount", "").strip()
    try:
        return amount(text) if text else 0
    except Amiss:
        return None


def changes(before: RawBook, after: RawBook) -> tuple[RowChange, ...]:
    """What differs between two books, sheet by sheet.

    Equal rows are the same row.  Of the others, those that agree in everything but their
    measures, then those that agree in most columns, are one row that was changed.
    """
    found: list[RowChange] = list(_settings(before.settings, after.settings))
    for sheet in schema().sheets:
        old = [row.cells for row in before.sheets.get(sheet.key, [])]
        new = [row.cells for row in after.sheets.get(sheet.key, [])]
        found += _sheet(sheet, old, new)
    found += _prose(dict(before.prose), dict(after.prose))
    return tuple(found)


def _settings(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[RowChange]:
    for column in schema().settings:
        old, new = before.get(column.key, ""), after.get(column.key, "")
        if old != new:
            yield _change(
                SETTINGS, {column.heading: old} if old else {}, {column.heading: new} if new else {}
            )


def _prose(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[RowChange]:
    for heading in dict.fromkeys((*before, *after)):
        old, new = before.get(heading, ""), after.get(heading, "")
        if old != new:
            yield _change(
                PROSE,
                {"heading": heading, "text": old} if old else {},
                {"heading": heading, "text": new} if new else {},
            )


def _change(sheet: str, before: Cells, after: Cells) -> RowChange:
    kind: Kind = "changed" if before and after else "added" if after else "removed"
    return RowChange(kind, sheet, before, after)


def _sheet(sheet: Sheet, before: list[Cells], after: list[Cells]) -> Iterator[RowChange]:
    old, new = _without_equal(before, after)
    measures = {column.key for column in sheet.columns if column.kind in _MEASURES}
    for key in (_but(measures), _names(sheet)):
        pairs, old, new = _paired(old, new, key)
        for a, b in pairs:
            yield _change(sheet.key, a, b)
    pairs, old, new = _alike(old, new)
    for a, b in pairs:
        yield _change(sheet.key, a, b)
    for cells in old:
        yield _change(sheet.key, cells, {})
    for cells in new:
        yield _change(sheet.key, {}, cells)


def _alike(
    before: list[Cells], after: list[Cells]
) -> tuple[list[tuple[Cells, Cells]], list[Cells], list[Cells]]:
    """Rows that agree in most of their cells, the most alike first; then what is left of both."""
    if len(before) * len(after) > _COMPARED:
        return [], before, after
    scores = sorted(
        (
            (-_agreement(a, b), i, k)
            for i, a in enumerate(before)
            for k, b in enumerate(after)
            if _agreement(a, b) * 2 > max(len(a), len(b))
        ),
    )
    old: dict[int, Cells] = dict(enumerate(before))
    new: dict[int, Cells] = dict(enumerate(after))
    pairs = []
    for _, i, k in scores:
        if i in old and k in new:
            pairs.append((old.pop(i), new.pop(k)))
    return pairs, list(old.values()), list(new.values())


def _agreement(a: Cells, b: Cells) -> int:
    return sum(b.get(key) == text for key, text in a.items())


def _without_equal(before: list[Cells], after: list[Cells]) -> tuple[list[Cells], list[Cells]]:
    _, old, new = _paired(before, after, lambda cells: tuple(sorted(cells.items())))
    return old, new


def _paired(
    before: Iterable[Cells], after: Iterable[Cells], key: Key
) -> tuple[list[tuple[Cells, Cells]], list[Cells], list[Cells]]:
    """The rows of equal key, first with first; then what is left of both."""
    waiting: dict[Hashable, list[Cells]] = defaultdict(list)
    for cells in before:
        waiting[key(cells)].append(cells)
    pairs: list[tuple[Cells, Cells]] = []
    new: list[Cells] = []
    for cells in after:
        old = waiting.get(key(cells))
        if old:
            pairs.append((old.pop(0), cells))
        else:
            new.append(cells)
    left = {id(cells) for rows in waiting.values() for cells in rows}
    return pairs, [cells for cells in before if id(cells) in left], new


def _but(measures: set[str]) -> Key:
    return lambda cells: tuple(sorted((k, v) for k, v in cells.items() if k not in measures))


def _names(sheet: Sheet) -> Key:
    """By what names a row: its required columns that are no measures."""
    keys = [c.key for c in sheet.columns if c.required and c.kind not in _MEASURES]
    keys += [k for k in ("unit", "function", "economic", "project", "name") if k not in keys]
    return lambda cells: tuple(cells.get(key, "") for key in keys)
