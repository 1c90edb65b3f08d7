"""Prose from templates: amounts, shares, changes and rates, told as the tables print them.

Every derived number is the arithmetic of printed ones, so that a reader who recomputes it
finds the same.  Reasons come from the book; one that is missing is a `Lack`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from shouzhi.catalogue.classifications import CODED, classification
from shouzhi.catalogue.form import Edition, Where
from shouzhi.catalogue.outline import SHEETS, Saying
from shouzhi.catalogue.statements import statement_book
from shouzhi.catalogue.templates import fields_of, fill, numeral
from shouzhi.cycle.book import Book, Record, plain
from shouzhi.cycle.lines import Ledger, Mask
from shouzhi.cycle.raw import Fault, Spot
from shouzhi.publish.amounts import quantum, rounded
from shouzhi.publish.foot import Footing
from shouzhi.publish.tabulate import bits
from shouzhi.space import FEN_PER

Lack = Fault
"""What the book does not say and the edition requires: where to write it, and what."""

_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_LENGTHS: Final = {"function": (3, 5, 7), "economic": (3, 5)}
_PLACE: Final = "\ue000"
_ORDINAL: Final = "\ue001"
_REASONS: Final = "原因"
_COUNTS: Final = "数量"


class Narrator:
    """Tells a book in the words of an edition, at the amounts of a footing where there is one.

    While it speaks it notes what the book `lacks`.
    """

    def __init__(
        self, book: Book, edition: Edition, because: str, footings: Mapping[str, Footing] | None = None
    ) -> None:
        self.book = book
        self.edition = edition
        self.unit = edition.amount_unit
        self.ledger = Ledger(book, edition.items)
        self.lacks: list[Lack] = []
        self.values = {
            **book.settings,
            "department": book.department,
            "year": str(book.year),
            "previous": str(book.year - 1),
            "amount_unit": self.unit,
        }
        self._because = because
        self._footings = footings or {}
        self._write = {entry.id: entry.write for entry in statement_book().entries}

    # -- amounts ------------------------------------------------------------------------------

    def at(self, *wheres: Where) -> Mask:
        """The lines at a place; later members take the place of earlier ones."""
        where: dict[str, tuple[str, ...]] = dict(self.edition.where)
        for more in wheres:
            where |= more
        return self.ledger.at(where)

    def amount(self, mask: Mask, unit: str | None = None) -> int:
        """What is printed for some lines, in 分: as the tables have it, else rounded."""
        unit, parts = unit or self.unit, bits(mask)
        if unit in self._footings:
            return self._footings[unit].of(parts)
        return rounded(self.ledger.sum(mask), quantum(unit))

    def money(self, fen: int, unit: str | None = None) -> str:
        """An amount with its unit, without its sign."""
        unit = unit or self.unit
        return f"{Decimal(abs(fen)) / FEN_PER[unit]:,.2f}{unit}"

    def members(self, dimension: str, level: int | None, where: Where) -> list[str]:
        """The members that have anything at a place, at a level of account codes."""
        found = self.ledger.members(dimension, self.at(where))
        if dimension in _LENGTHS:
            lengths = _LENGTHS[dimension]
            length = lengths[(level or len(lengths)) - 1]
            found = sorted({code[:length] for code in found})
        return found

    def name(self, dimension: str, member: str) -> str:
        """What a member is called in the year of the book."""
        if dimension == "unit":
            unit = self.book.units.get(member)
            return unit.name if unit else member
        if dimension in CODED:
            known = classification(dimension).name(member, self.book.year)
            return self.book.names.get(member) or known or member
        if dimension == "project":
            return member
        return classification(dimension).name(member) or member

    # -- sentences ----------------------------------------------------------------------------

    def say(self, saying: Saying) -> str:
        """A sentence, or nothing where there is nothing to say."""
        return self._told(saying, {}, self.values)

    def _told(
        self, saying: Saying, outer: Where, values: Mapping[str, str], unit: str | None = None
    ) -> str:
        where = {**outer, **saying.where}
        mask = self.at(where)
        if saying.filled and not mask.any():
            return fill(saying.empty, values)
        teller = _Teller(self, saying, where, mask, values, saying.unit or unit)
        # The pieces are filled in one by one: what the book says may itself hold braces.
        pieces = _OPTIONAL.split(saying.say)
        return "".join(
            teller.maybe(piece) if place % 2 else teller.fill(piece)
            for place, piece in enumerate(pieces)
        )

    def parts(
        self, saying: Saying, where: Where, values: Mapping[str, str], unit: str | None
    ) -> str:
        """The parts of a saying, the largest first unless they have an order of their own.

        Where one of them is below zero they make up no whole, and are left to the tables.
        """
        told: list[tuple[int, str]] = []
        for part in saying.parts:
            for inner, more, records in self._family(part, where, values):
                amount = sum(map(_largest, records)) if records else self.amount(self.at(inner), unit)
                if saying.order == "size" and amount == 0 and part.each not in SHEETS:
                    continue
                told.append((amount, self._told(part, inner, {**values, **more}, unit)))
        if saying.order == "size":
            if any(amount < 0 for amount, _ in told):
                return ""
            told.sort(key=lambda pair: -abs(pair[0]))
        return saying.join.join(
            text.replace(_PLACE, str(n)).replace(_ORDINAL, numeral(n))
            for n, text in enumerate(filter(None, (text for _, text in told)), start=1)
        )

    def _family(
        self, part: Saying, outer: Where, values: Mapping[str, str]
    ) -> Iterator[tuple[Where, Mapping[str, str], tuple[Record, ...]]]:
        """The places, words and records of each sentence of a part."""
        where = {**outer, **part.where}
        if part.each is None:
            yield where, values, ()
        elif part.each in SHEETS:
            for record in self.book.of(part.each):
                if all(record.text(key) == value for key, value in part.having.items()):
                    yield where, self._recorded(record), (record,)
        else:
            for member in self.members(part.each, part.level, where):
                said = {"name": self.name(part.each, member), "code": member}
                if part.each == "function" and len(member) == 7:
                    said |= {"class": self.name("function", member[:3])}
                    said |= {"section": self.name("function", member[:5])}
                yield {**where, part.each: (member,)}, said, ()

    def _recorded(self, record: Record) -> dict[str, str]:
        """What a record says, its amounts in the unit of the edition."""
        said: dict[str, str] = {}
        for key in record.values:
            found = record.values[key]
            is_money = isinstance(found, int) and key in {"amount", "paid", "treasury", "special"}
            said[key] = self.money(rounded(int(found), quantum(self.unit))) if is_money else record.text(key)
        return said

    def clause(self, statement: str, **fields: str) -> str:
        """A clause in the words of the catalogue, ready to follow another."""
        return "，" + fill(self._write[statement], fields)

    def reason(self, subject: str, *, required: bool) -> str:
        """Why something changed, in the words of the book; a lack where it must say and does not."""
        for record in self.book.of("reasons"):
            if record.text("subject") == subject:
                return fill(self._because, {"reason": record.text("text").rstrip("。；，")})
        if not required:
            return ""
        remedy = f"请在“{_REASONS}”页加一行，“对象”填“{subject}”，写明增减的原因"
        lack = Fault(Spot(_REASONS), f"没有“{subject}”的增减原因", remedy)
        if lack not in self.lacks:
            self.lacks.append(lack)
        return ""

    def count(self, name: str) -> str:
        """A number of the book that is no amount, with its measure; empty where there is none."""
        for record in self.book.of("counts"):
            of_year = record.values.get("year") in {None, self.book.year}
            if of_year and record.text("name") == name and not record.text("unit"):
                number = record.values["number"]
                text = plain(number) if isinstance(number, Decimal) else str(number)
                return f"{text}{record.text('measure')}"
        return ""

    def lack_count(self, name: str) -> None:
        """Note that a number is missing that a sentence cannot do without."""
        remedy = f"请在“{_COUNTS}”页加一行“{name}”"
        self.lacks.append(Fault(Spot(_COUNTS), f"没有“{name}”", remedy))

    def tells(self, where: Where, mask: Mask) -> bool:
        """Whether the book tells of another year or stage, be it that there was nothing.

        It does where it has lines there that name the same dimensions.
        """
        if mask.any():
            return True
        when = {d: m for d, m in where.items() if d in {"year", "stage", "flow"}}
        found = self.at(when) if "item" not in where else self.at(when, {"item": _roots(where)})
        for dimension in where.keys() - {"year", "stage", "flow", "item"}:
            named = self.ledger.members(dimension, found)
            found = found & self.ledger.mask({dimension: tuple(named)}) if named else self.ledger.nothing
        return bool(found.any())


class _Teller:
    """Fills in one sentence."""

    def __init__(
        self, narrator: Narrator, saying: Saying, where: Where, mask: Mask,
        values: Mapping[str, str], unit: str | None,
    ) -> None:  # fmt: skip
        self._narrator = narrator
        self._saying = saying
        self._where = where
        self._values = values
        self._unit = unit
        self._amount = narrator.amount(mask, unit)
        base = narrator.at(where, saying.against)
        self._base = (
            narrator.amount(base, unit)
            if narrator.tells({**narrator.edition.where, **where, **saying.against}, base)
            else None
        )

    def maybe(self, text: str) -> str:
        """A part of the sentence, or nothing where one of its fields has nothing to say."""
        return self.fill(text) if all(self._field(name) for name in fields_of(text)) else ""

    def fill(self, text: str) -> str:
        """The sentence with its fields filled in."""
        said: dict[str, str] = {}
        for name in fields_of(text):
            said[name] = self._field(name)
            if not said[name] and name in self._saying.counts:
                self._narrator.lack_count(self._saying.counts[name])
        return fill(text, said)

    def _field(self, name: str) -> str:
        found = getattr(self, f"_{name}_clause", None)
        if name == "amount":
            return self._values.get("amount", "") if self._saying.each in SHEETS else self._signed(self._amount)
        if found is not None:
            return str(found())
        narrator = self._narrator
        if name in self._saying.amounts:
            mask = narrator.at(self._where, self._saying.amounts[name])
            return self._signed(narrator.amount(mask, self._unit))
        if name in self._saying.counts:
            return narrator.count(self._saying.counts[name])
        if name in {"n", "ordinal"}:
            return _PLACE if name == "n" else _ORDINAL
        return self._values.get(name, "")

    def _signed(self, fen: int) -> str:
        return ("-" if fen < 0 else "") + self._narrator.money(fen, self._unit)

    def _change_clause(self) -> str:
        if self._base is None:
            return ""
        base, difference = self._saying.base, self._amount - self._base
        if difference == 0:
            return self._narrator.clause("level", base=base.replace("比", "与", 1), level="持平")
        direction = "增加" if difference > 0 else "减少"
        quantity = self._narrator.money(difference, self._unit)
        return self._narrator.clause("change", base=base, direction=direction, quantity=quantity)

    def _growth_clause(self) -> str:
        if self._base is None or self._base < 0 or self._amount == self._base:
            return ""
        direction = "增长" if self._amount > self._base else "下降"
        if self._base == 0:
            return self._narrator.clause("growth-without-base", direction=direction)
        rate = _percent(abs(self._amount - self._base), self._base)
        return self._narrator.clause("growth-told-on", direction=direction, rate=rate)

    def _share_clause(self) -> str:
        whole = self._whole()
        if whole <= 0 or not 0 <= self._amount <= whole:
            return ""
        return self._narrator.clause("share", percent=_percent(self._amount, whole))

    def _completion_clause(self) -> str:
        whole = self._whole()
        if whole <= 0:
            return ""
        percent = _percent(self._amount, whole)
        words = {"denominator": "年初预算", "amount": self._narrator.money(whole, self._unit)}
        return self._narrator.clause("completion-with-budget", percent=percent, **words)

    def _whole(self) -> int:
        narrator = self._narrator
        return narrator.amount(narrator.at(self._where, self._saying.of), self._unit)

    def _reason_clause(self, *, required: bool = True) -> str:
        if self._base is None or self._amount == self._base:
            return ""
        subject = fill(self._saying.reason, self._values)
        return self._narrator.reason(subject, required=required)

    def _why_clause(self) -> str:
        return self._reason_clause(required=False)

    def _list_clause(self) -> str:
        return self._narrator.parts(self._saying, self._where, self._values, self._unit)


def _percent(part: int, whole: int) -> str:
    rate = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rate}%"


def _roots(where: Where) -> tuple[str, ...]:
    """The items at the top of the tree above those of a place."""
    tree = classification("item")
    roots: list[str] = []
    for member in where["item"]:
        root: str = member
        while (above := tree.parent(root)) is not None:
            root = above
        roots.append(root)
    return tuple(roots)


def _largest(record: Record) -> int:
    return record.amount("amount") or 0
