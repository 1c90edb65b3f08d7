"""One sentence of the prose: its fields filled in from what the book has at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.form import Where
from shouzhi.catalogue.templates import fields_of, fill
from shouzhi.cycle.book import Record

if TYPE_CHECKING:
    from shouzhi.catalogue.outline import Saying
    from shouzhi.publish.narrate import Narrator

PLACE: Final = "\ue000"
ORDINAL: Final = "\ue001"
"""What stands for the number of a sentence in its list until all are in order."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What holds for a sentence before its own words: place, values, unit of amounts.

    In a list of records it is told of `record`, and `amount` (in 分, as printed) is its own.
    """

    where: Where
    values: Mapping[str, str]
    unit: str | None = None
    record: Record | None = None
    amount: int | None = None
    whole: int | None = None


class Teller:
    """Fills in one sentence at its scene; its place is in the scene already."""

    def __init__(self, narrator: Narrator, saying: Saying, scene: Scene) -> None:
        self._narrator = narrator
        self._saying = saying
        self._scene = scene
        self._where = scene.where
        self._unit = scene.unit
        own = scene.amount
        self._amount = narrator.amount(narrator.at(scene.where), scene.unit) if own is None else own
        base = narrator.at(scene.where, saying.against)
        told = narrator.tells({**narrator.edition.where, **scene.where, **saying.against}, base)
        self._base = narrator.amount(base, scene.unit) if told else None

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
        if name == "amount":
            return self._own_amount()
        clause = getattr(self, f"_{name}_clause", None)
        if clause is not None:
            return str(clause())
        narrator = self._narrator
        if name in self._saying.amounts:
            mask = narrator.at(self._where, self._saying.amounts[name])
            return self._signed(narrator.amount(mask, self._unit))
        if name in self._saying.counts:
            return narrator.count(self._saying.counts[name])
        if name in {"n", "ordinal"}:
            return PLACE if name == "n" else ORDINAL
        return self._scene.values.get(name, "")

    def _own_amount(self) -> str:
        """The amount at the place; of a record that has none, nothing."""
        if self._scene.record is not None and self._scene.amount is None:
            return ""
        return self._signed(self._amount)

    def _signed(self, fen: int) -> str:
        return ("-" if fen < 0 else "") + self._narrator.money(fen, self._unit)

    def _change_clause(self) -> str:
        if self._base is None:
            return ""
        base, difference = self._saying.base, self._amount - self._base
        if difference == 0:
            return self._level(base)
        direction = "增加" if difference > 0 else "减少"
        quantity = self._narrator.money(difference, self._unit)
        return self._narrator.clause("change", base=base, direction=direction, quantity=quantity)

    def _level(self, base: str) -> str:
        return self._narrator.clause("level", base=base.replace("比", "与", 1), level="持平")

    def _growth_clause(self) -> str:
        if self._base is None or self._base < 0 or self._amount == self._base:
            return ""
        direction = "增长" if self._amount > self._base else "下降"
        if self._base == 0:
            return self._narrator.clause("growth-without-base", direction=direction)
        rate = _percent(abs(self._amount - self._base), self._base)
        return self._narrator.clause("growth-told-on", direction=direction, rate=rate)

    def _share_clause(self) -> str:
        return self._share(self._amount, self._whole())

    def _share(self, part: int, whole: int) -> str:
        if whole <= 0 or not 0 <= part <= whole:
            return ""
        percent, name = _percent(part, whole), self._saying.whole
        if name:
            return self._narrator.clause("share-of", whole=name, percent=percent)
        return self._narrator.clause("share", percent=percent)

    def _portion_clause(self) -> str:
        """What the first of the counts, an amount of money, is of the amount at the place."""
        part = self._narrator.counted_money(next(iter(self._saying.counts.values())))
        return "" if part is None else self._share(part, self._amount)

    def _grown_clause(self) -> str:
        """How the first of the counts changed against last year and why, where the book tells that."""
        name = next(iter(self._saying.counts.values()))
        now, before = self._narrator.number(name), self._narrator.number(name, -1)
        if now is None or before is None:
            return ""
        difference = now[0] - before[0]
        if difference == 0:
            return self._level(self._saying.base)
        direction = "增加" if difference > 0 else "减少"
        quantity = self._narrator.numbered(abs(difference), now[1])
        words = {"base": self._saying.base, "direction": direction, "quantity": quantity}
        why = self._narrator.reason(self._saying.reason, required=False)
        return self._narrator.clause("change", **words) + why

    def _completion_clause(self) -> str:
        whole = self._whole()
        if whole <= 0:
            return ""
        percent = _percent(self._amount, whole)
        words = {"denominator": "年初预算", "amount": self._narrator.money(whole, self._unit)}
        return self._narrator.clause("completion-with-budget", percent=percent, **words)

    def _whole(self) -> int:
        """What a share is of: what the sentence around the list tells, or the place that `of` names."""
        if not self._saying.of:
            return self._scene.whole or 0
        narrator = self._narrator
        return narrator.amount(narrator.at(self._where, self._saying.of), self._unit)

    def _reason_clause(self, *, required: bool = True) -> str:
        if self._base is None or self._amount == self._base:
            return ""
        subject = fill(self._saying.reason, self._scene.values)
        return self._narrator.reason(subject, required=required)

    def _why_clause(self) -> str:
        return self._reason_clause(required=False)

    def _list_clause(self) -> str:
        return self._narrator.parts(self._saying, self._scene, self._amount)


def _percent(part: int, whole: int) -> str:
    rate = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rate}%"


def roots(where: Where) -> tuple[str, ...]:
    """The items at the top of the tree above those of a place."""
    tree = classification("item")
    found: list[str] = []
    for member in where["item"]:
        root: str = member
        while (above := tree.parent(root)) is not None:
            root = above
        found.append(root)
    return tuple(found)
