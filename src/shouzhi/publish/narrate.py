"""Prose from templates: amounts, shares, changes and rates, told as the tables print them.

Every derived number is the arithmetic of printed ones, so that a reader who recomputes it
finds the same.  Reasons come from the book; one that is missing is a `Lack`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from shouzhi.catalogue.classifications import CODED, classification
from shouzhi.catalogue.form import Edition, Where
from shouzhi.catalogue.names import strip_ordinal
from shouzhi.catalogue.outline import SHEETS, Saying
from shouzhi.catalogue.statements import statement_book
from shouzhi.catalogue.templates import fill, numeral
from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.book import Book, Record, plain
from shouzhi.cycle.lines import Ledger, Mask
from shouzhi.cycle.raw import Fault, Spot
from shouzhi.publish.amounts import quantum, rounded
from shouzhi.publish.foot import Footing
from shouzhi.publish.recorded import Records, Sum
from shouzhi.publish.table import Recorded
from shouzhi.publish.tabulate import bits
from shouzhi.publish.telling import ORDINAL, PLACE, Scene, Teller, roots
from shouzhi.space import FEN_PER

Lack = Fault
"""What the book does not say and the edition requires: where to write it, and what."""

_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_LENGTHS: Final = {"function": (3, 5, 7), "economic": (3, 5)}
_LISTED: Final = frozenset(SHEETS) - {"nontax"}  # what is told of though no money was spent on it
_REASONS: Final = "原因"
_COUNTS: Final = "数量"


class Narrator:
    """Tells a book in the words of an edition, at the amounts of a footing where there is one.

    While it speaks it notes what the book `lacks`.
    """

    def __init__(
        self, book: Book, edition: Edition, because: str,
        footings: Mapping[str, Footing] | None = None, places: Mapping[Recorded, int] | None = None,
    ) -> None:  # fmt: skip
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
            "units": str(len(book.units)),
            "unit_names": "、".join(unit.name for unit in book.units.values()),
        }
        self.records = Records(book)
        self._because = because
        self._footings = footings or {}
        self._places = places or {}
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
        return self._told(saying, Scene({}, self.values))

    def _told(self, saying: Saying, scene: Scene) -> str:
        where = {**scene.where, **saying.where}
        if saying.filled and not self._filled(saying, where):
            return fill(saying.empty, scene.values)
        teller = Teller(self, saying, replace(scene, where=where, unit=saying.unit or scene.unit))
        # The pieces are filled in one by one: what the book says may itself hold braces.
        pieces = _OPTIONAL.split(saying.say)
        return "".join(
            teller.maybe(piece) if place % 2 else teller.fill(piece)
            for place, piece in enumerate(pieces)
        )

    def _filled(self, saying: Saying, where: Where) -> bool:
        """Whether there is anything to tell: money at its place, or the first of its counts."""
        if saying.counts and not saying.where:
            return bool(self.count(next(iter(saying.counts.values()))))
        return bool(self.at(where).any())

    def parts(self, saying: Saying, scene: Scene, whole: int) -> str:
        """The parts of a saying, the largest first unless they have an order of their own.

        Where one of them, or what is not told, is below zero they make up no whole, and are
        left to the tables.
        """
        told: list[tuple[int, str]] = []
        for part in saying.parts:
            for inner in self._family(part, replace(scene, amount=None, whole=whole)):
                amount = inner.amount
                if amount is None and inner.record is None:
                    amount = self.amount(self.at(inner.where), inner.unit)
                if saying.order == "size" and amount == 0 and part.each not in _LISTED:
                    continue
                told.append((amount or 0, self._told(part, inner)))
        if saying.order == "size":
            most = max(whole, 0) + len(told) * quantum(self.unit)
            if any(amount < 0 for amount, _ in told) or sum(amount for amount, _ in told) > most:
                return ""
            told.sort(key=lambda pair: -abs(pair[0]))
        return saying.join.join(
            text.replace(PLACE, str(n)).replace(ORDINAL, numeral(n))
            for n, text in enumerate(filter(None, (text for _, text in told)), start=1)
        )

    def _family(self, part: Saying, outer: Scene) -> Iterator[Scene]:
        """The scene of each sentence of a part."""
        where = {**outer.where, **part.where}
        if part.each is None:
            yield replace(outer, where=where, record=None)
        elif part.each == "nontax":
            for nontax in self.records.nontax(part.level or 0, outer.record):
                yield self._recorded(outer, nontax)
        elif part.each in SHEETS:
            for record in self.records.of(part):
                yield self._recorded(outer, Sum.of(record))
        else:
            for member in self.members(part.each, part.level, where):
                said = {"name": self.name(part.each, member), "code": member}
                if part.each == "function" and len(member) == 7:
                    said |= {"class": self.name("function", member[:3])}
                    said |= {"section": self.name("function", member[:5])}
                yield replace(
                    outer, where={**where, part.each: (member,)}, values={**outer.values, **said}, record=None
                )

    def _recorded(self, outer: Scene, told: Sum) -> Scene:
        """The scene of a record: what it says, its amounts as the tables print them."""
        said = {key: told.record.text(key) for key in told.record.values}
        for key, places in told.amounts.items():
            said[key] = self.money(self._shown(places))
        if name := said.get("name"):
            said["name"] = strip_ordinal(name)[1] or name
        amount = self._shown(told.places) if told.places else None
        if "number" in told.record.values:
            said["number"] = self._count(told.record)
        return replace(outer, values={**outer.values, **said}, record=told.record, amount=amount)

    def _shown(self, places: Mapping[Recorded, int]) -> int:
        """What amounts of records print, in 分: as the tables have them, else rounded."""
        if self.unit in self._footings and places.keys() <= self._places.keys():
            parts = sum(1 << self._places[place] for place in places)
            return self._footings[self.unit].of(parts)
        return rounded(sum(places.values()), quantum(self.unit))

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
        sheet = term(_REASONS)
        remedy = Told(
            "请在“{sheet}”页加一行，“对象”填“{subject}”，写明增减的原因", sheet=sheet, subject=subject
        )
        lack = Fault(Spot(sheet), Told("没有“{subject}”的增减原因", subject=subject), remedy)
        if lack not in self.lacks:
            self.lacks.append(lack)
        return ""

    def number(self, name: str, year: int = 0) -> tuple[Decimal, str] | None:
        """A number of the book that is no amount, and its measure; `year` counts from its own."""
        record = self.records.count(name, year)
        return (Decimal(record.text("number")), record.text("measure")) if record else None

    def count(self, name: str) -> str:
        """A number of the book that is no amount, with its measure; empty where there is none."""
        record = self.records.count(name)
        return self._count(record) if record else ""

    def _count(self, record: Record) -> str:
        return self.numbered(Decimal(record.text("number")), record.text("measure"))

    def numbered(self, number: Decimal, measure: str) -> str:
        """A number with its measure; one in 元 is money and printed as the edition prints it."""
        if measure in FEN_PER:
            fen = int(number * FEN_PER[measure])
            return self.money(rounded(fen, quantum(self.unit)))
        return f"{plain(number)}{measure}"

    def counted_money(self, name: str) -> int | None:
        """An amount among the numbers of the book, in 分 as it is printed."""
        found = self.number(name)
        if found is None or found[1] not in FEN_PER:
            return None
        return rounded(int(found[0] * FEN_PER[found[1]]), quantum(self.unit))

    def lack_count(self, name: str) -> None:
        """Note that a number is missing that a sentence cannot do without."""
        sheet = term(_COUNTS)
        remedy = Told("请在“{sheet}”页加一行“{name}”", sheet=sheet, name=name)
        self.lacks.append(Fault(Spot(sheet), Told("没有“{name}”", name=name), remedy))

    def tells(self, where: Where, mask: Mask) -> bool:
        """Whether the book tells of another year or stage, be it that there was nothing.

        It does where it has lines there that name the same dimensions.
        """
        if mask.any():
            return True
        when = {d: m for d, m in where.items() if d in {"year", "stage", "flow"}}
        found = self.at(when) if "item" not in where else self.at(when, {"item": roots(where)})
        for dimension in where.keys() - {"year", "stage", "flow", "item"}:
            named = self.ledger.members(dimension, found)
            found = found & self.ledger.mask({dimension: tuple(named)}) if named else self.ledger.nothing
        return bool(found.any())
