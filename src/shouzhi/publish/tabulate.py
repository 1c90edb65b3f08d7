"""Any form of an edition from the lines of a book: rows, labels, sums and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile, zip_longest
from typing import Final

import numpy as np

from shouzhi.catalogue.form import Block, Column, Edition, Form, Side, Stub, Where
from shouzhi.catalogue.templates import fill
from shouzhi.cycle.book import Book, Project, Record
from shouzhi.cycle.lines import Ledger, Mask
from shouzhi.publish.amounts import quantum
from shouzhi.publish.rows import SHEETS, Draft, Rows, places, texts
from shouzhi.publish.table import (
    Cell,
    Figure,
    FormTable,
    Recorded,
    TableBlock,
    TableField,
    TableRow,
    TableSide,
)

_NO_DATA: Final = "注：本表无数据。"
"""What stands below an empty form that has no words of its own for it."""


def tabulate(book: Book, edition: Edition) -> list[FormTable]:
    """All forms of an edition filled in, in the order of the edition; amounts exact, in 分."""
    ledger = Ledger(book, edition.items)
    pieces = _Pieces([line.amount for line in book.lines])
    tables: list[FormTable] = []
    for form in edition.forms:
        owners = book.projects if form.for_each else (None,)
        tables += [_Filler(ledger, edition, form, owner, pieces).table() for owner in owners]
    return tables


@dataclass(slots=True)
class _Pieces:
    """What all figures are sums of: the lines of the book, and amounts that records hold."""

    amounts: list[int]
    places: dict[Recorded, int] = field(default_factory=dict)

    def bit(self, record: Record, key: str, amount: int) -> int:
        """The bit of an amount that a record holds."""
        place = (record.sheet, record.spot.row, key)
        if place not in self.places:
            self.places[place] = len(self.amounts)
            self.amounts.append(amount)
        return 1 << self.places[place]


@dataclass(slots=True)
class _Filler:
    """Fills in one form, for `owner` where there is one for each project."""

    ledger: Ledger
    edition: Edition
    form: Form
    owner: Project | None
    pieces: _Pieces
    masks: dict[tuple[tuple[str, tuple[str, ...]], ...], Mask] = field(default_factory=dict)

    def table(self) -> FormTable:
        """The form with everything filled in."""
        values = self._values()
        base = {**self.edition.where, **self.form.where}
        if self.owner:
            base |= {"unit": (self.owner.unit,), "project": (self.owner.name,)}
        captions = self.edition.captions
        table = FormTable(
            form=self.form,
            edition=self.edition,
            title=fill(self.form.title, values),
            left=fill(captions.left, values),
            right=fill(captions.right, values),
            amount_unit=values["amount_unit"],
            blocks=[self._block(block, base, values) for block in self.form.blocks],
            notes=[],
            empty=False,
            amounts=self.pieces.amounts,
            recorded=self.pieces.places,
            owner=self.owner.name if self.owner else "",
        )
        table.empty = not any(figure.present for figure in table.figures())
        notes = self.form.empty if table.empty and self.form.empty else self.form.notes
        table.notes = [fill(note, values) for note in notes]
        least = quantum(table.amount_unit)
        bare = not any(abs(figure.amount or 0) * 2 >= least for figure in table.figures())
        if bare and not self.form.empty and self.form.required:
            table.notes.append(_NO_DATA)
        return table

    def _values(self) -> dict[str, str]:
        """What the templates of the whole form can say."""
        book = self.ledger.book
        values = {
            **book.settings,
            "department": book.department,
            "year": str(book.year),
            "previous": str(book.year - 1),
            "amount_unit": self.form.amount_unit or self.edition.amount_unit,
        }
        if self.owner:
            values |= texts(self.owner.record)
            values["unit"] = self.ledger.book.units[self.owner.unit].name
        return values

    def _block(self, block: Block, base: Where, values: Mapping[str, str]) -> TableBlock:
        fields = [
            [
                TableField(
                    fill(entry.label, values),
                    self._figure({**base, **entry.where})
                    if entry.where is not None
                    else fill(entry.value or "", values),
                )
                for entry in line
            ]
            for line in block.fields
        ]
        return TableBlock(block.lead, fields, self._sides(block.sides, base, values))

    def _sides(
        self, sides: Sequence[Side], base: Where, values: Mapping[str, str]
    ) -> list[TableSide]:
        """The sides, their heads and feet made equally long so that they stand level."""
        bases = [{**base, **side.where} for side in sides]
        makers = [Rows(self.ledger, b, s.columns, self.owner) for b, s in zip(bases, sides, strict=True)]
        heads = _level([rows.drafts(s.rows, values) for rows, s in zip(makers, sides, strict=True)])
        feet = _level([rows.drafts(s.foot, values) for rows, s in zip(makers, sides, strict=True)])
        filled: list[TableSide] = []
        line = 0
        for side, held, head, foot in zip(sides, bases, heads, feet, strict=True):
            drafts = [*head, *foot]
            numbers: list[int] = []
            if any("{line}" in stub.value for stub in side.stub):
                numbers = list(range(line + 1, line + 1 + len(drafts)))
                line += len(drafts)
            filled.append(
                TableSide(
                    side=side,
                    heading=_filled(side.heading, values),
                    stub=tuple(_filled(stub.heading, values) for stub in side.stub),
                    columns=tuple(_filled(column.heading, values) for column in side.columns),
                    rows=self._rows(side, held, drafts, numbers),
                    lines=numbers,
                )
            )
        return filled

    def _rows(
        self, side: Side, base: Where, drafts: Sequence[Draft | None], numbers: Sequence[int]
    ) -> list[TableRow | None]:
        index = {id(draft): place for place, draft in enumerate(drafts) if draft is not None}
        rows: list[TableRow | None] = []
        above: dict[int, str] = {}
        for draft, line in zip_longest(drafts, numbers):
            if draft is None:
                rows.append(None)
                continue
            values = {**draft.values, "label": draft.label, "line": str(line or "")}
            values |= {f"at{draft.depth}": draft.label}
            parent = draft.parent
            while parent is not None and id(parent) not in index:
                parent = parent.parent
            rows.append(
                TableRow(
                    label=draft.label,
                    stub=tuple(_stub(s, n, values, above) for n, s in enumerate(side.stub)),
                    cells=[self._cell(column, base, draft, side) for column in side.columns],
                    depth=draft.depth,
                    where={**base, **draft.where},
                    codes=_codes(draft, line),
                    parent=index[id(parent)] if parent is not None else None,
                    total=not draft.where and not draft.records,
                )
            )
        return rows

    def _cell(self, column: Column, base: Where, draft: Draft, side: Side) -> Cell:
        if draft.unfilled:
            return None
        if column.text:
            said = draft.values if draft.records else draft.texts
            return said.get(column.text, "")
        if column.amount:
            return self._recorded(column.amount, base, draft, side)
        at = places(self.ledger, base, column, draft.where)
        if column.rate:
            return _quotient(*(self._figure(where) for where in at))
        only = self.ledger.of(draft.records) if _is_purchase(draft) else None
        return self._figure(at[0], only)

    def _figure(self, where: Where, only: Mask | None = None) -> Figure:
        mask = self._mask(where)
        if only is not None:
            mask = mask & only
        parts = bits(mask)
        return Figure(self._dated(where), self.ledger.sum(mask), parts > 0, parts)

    def _recorded(
        self, keys: Sequence[str], base: Where, draft: Draft, side: Side
    ) -> Figure:
        """Amounts that a record holds itself; of a head, of all that stands below it."""
        book = self.ledger.book
        lists = [SHEETS[spec.each] for spec in side.rows if spec.each and spec.each in SHEETS]
        records = draft.records or tuple(r for sheet in lists for r in book.of(sheet))
        if len(records) == 1 and not _amounts(records, keys):
            records = tuple(_below(records[0], book.of(records[0].sheet)))
        amounts = _amounts(records, keys)
        where = self._dated({**base, **draft.where})
        parts = 0
        for record, key, amount in amounts:
            parts |= self.pieces.bit(record, key, amount)
        total = sum(amount for *_, amount in amounts) if amounts else None
        return Figure(where, total, bool(amounts), parts)

    def _mask(self, where: Where) -> Mask:
        key = tuple(sorted(where.items()))
        if key not in self.masks:
            self.masks[key] = self.ledger.at(where)
        return self.masks[key]

    def _dated(self, where: Where) -> Where:
        year = self.ledger.book.year
        words = {"this": str(year), "previous": str(year - 1)}
        return {**where, "year": tuple(words.get(m, m) for m in where.get("year", ("this",)))}


def bits(mask: Mask) -> int:
    """A mask as the bits of a whole number."""
    return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")


def _level(parts: Sequence[list[Draft | None]]) -> list[list[Draft | None]]:
    longest = max(map(len, parts), default=0)
    return [[*part, *([None] * (longest - len(part)))] for part in parts]


def _filled(heading: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(fill(text, values) for text in heading)


def _stub(stub: Stub, place: int, values: Mapping[str, str], above: dict[int, str]) -> str:
    """A stub cell; of a column that says a thing once, empty while it says the same."""
    text = fill(stub.value, values)
    if stub.once:
        if above.get(place) == text:
            return ""
        above[place] = text
    return text


def _codes(draft: Draft, line: int | None) -> dict[str, str]:
    codes = {
        dimension: draft.where[dimension][0]
        for dimension in ("function", "economic", "government_economic")
        if len(draft.where.get(dimension, ())) == 1
    }
    if code := draft.values.get("unit_code"):
        codes["unit"] = code
    return codes | ({"line": str(line)} if line else {})


def _amounts(
    records: Sequence[Record], keys: Sequence[str]
) -> list[tuple[Record, str, int]]:
    found = ((record, key, record.amount(key)) for record in records for key in keys)
    return [(record, key, amount) for record, key, amount in found if amount is not None]


def _is_purchase(draft: Draft) -> bool:
    return bool(draft.records) and draft.records[0].sheet == "procurement"


def _below(head: Record, records: Sequence[Record]) -> Iterator[Record]:
    """The records that stand below another: those that follow it at deeper levels."""
    level = head.amount("level") or 1
    following = records[records.index(head) + 1 :]
    yield from takewhile(lambda record: (record.amount("level") or 1) > level, following)


def _quotient(of: Figure, to: Figure) -> Figure:
    """A rate in hundredths of a percent, rounded half up; without a base it is none."""
    where = {d: m for d, m in of.where.items() if d != "stage"}
    if not to.amount or of.amount is None or not (of.present and to.present):
        return Figure(where, None, of.present or to.present, rate=True)
    doubled = 2 * 10_000 * of.amount // to.amount
    return Figure(where, (doubled + 1) // 2, present=True, rate=True)
