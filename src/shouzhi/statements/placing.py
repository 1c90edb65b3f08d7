"""Own words become places: inheritance from the outline, the list and the sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from shouzhi.catalogue.statements import StatementBook
from shouzhi.space import Coordinates
from shouzhi.statements.claims import Place
from shouzhi.statements.words import Meaning, below

Places = tuple[Coordinates, ...]

ASPECTS: Final = frozenset({"year", "stage", "flow"})
"""Dimensions that say when and which way, not what: alone they speak of the topic."""
_INCOME: Final = frozenset({"income", "income_total"})
_THINGS: Final = ("kind", "function", "economic", "item")
_MATTER: Final = ("source", *_THINGS)


@dataclass(slots=True)
class Listing:
    """A list of parts that is open while its items are said.

    `whole` are the places that have the parts; `unit` the kind of number that the list
    gives; `separator` the strongest mark met between two items; `stale` that its sentence
    is over, so that only a sibling may go on with it; `intact` that every number was read.
    """

    whole: Places
    closed: bool
    level: float
    place: Place
    parts: list[Coordinates] = field(default_factory=list)
    unit: str | None = None
    separator: str = ""
    pending: str = ""
    stale: bool = False
    intact: bool = True

    def holds(self, own: Coordinates) -> bool:
        """Whether something with the own coordinates `own` can be a part of the whole."""
        return any(self._narrows(whole, own) for whole in self.whole) and (
            not self.stale or self._sibling(own)
        )

    def takes(self, place: Coordinates) -> bool:
        """Whether a place is told as one part more: of the same make as those before it."""
        if not any(inside(place, whole) for whole in self.whole):
            return False
        first = self.parts[0].get("item") if self.parts else None
        item = place.get("item")
        return first is None or item is None or _alike(first, item)

    def _narrows(self, whole: Coordinates, own: Coordinates) -> bool:
        new = False
        for name, member in own.items():
            held = whole.get(name)
            if name in {"year", "stage"}:
                continue
            if held is None:
                new = True
            elif held != member:
                if not below(held, member, name):
                    return False
                new = True
        return new

    def _sibling(self, own: Coordinates) -> bool:
        """Whether `own` differs from the whole in the dimension in which the parts do."""
        if not self.parts:
            return True
        return any(
            name in part and self.whole[0].get(name) != part[name] and name in own
            for part in self.parts[:1]
            for name in (*_MATTER, "unit", "project")
        ) or ("flow" in own and set(own) <= ASPECTS)


class Placing:
    """How places are composed for one document of `kind` and `year`."""

    def __init__(self, book: StatementBook, kind: str, year: int | None) -> None:
        self._book = book
        self.year = year
        self.stage = "outturn" if kind == "accounts" else "approved"

    def complete(self, place: Mapping[str, str]) -> Coordinates:
        """The place with the document's year and stage where it has none."""
        members = dict(place)
        members.setdefault("stage", self.stage)
        if self.year:
            members.setdefault("year", str(self.year))
        return Coordinates(members)

    def compose(self, around: Coordinates, meaning: Meaning) -> Places:
        """The places of own words inside what surrounds them."""
        if len(meaning.where) == 1:
            return (self._compose(around, meaning.where[0], whole=meaning.whole),)
        found = [self._compose(around, own, whole=meaning.whole) for own in meaning.where]
        return tuple(dict.fromkeys(found))

    def _compose(self, around: Coordinates, own: Coordinates, *, whole: bool) -> Coordinates:
        place = dict(around)
        inherited = place.pop("flow", None)
        told = dict(own)
        place.update(told)
        flow = told.get("flow")
        if flow is None:
            thing = any(name in told for name in _THINGS)
            flow = self._implied(place) if thing else inherited or self._implied(place)
        if flow in _INCOME and self._implied(place) == "expenditure":
            for name in _THINGS:
                if name not in told:
                    place.pop(name, None)
        if flow and not whole and any(name in place for name in _MATTER):
            flow = self._book.narrowed.get(flow, flow)
        if flow:
            place["flow"] = flow
        return self.complete(place)

    def _implied(self, place: Mapping[str, str]) -> str | None:
        for rule in self._book.implied:
            if rule.dimension and rule.dimension not in place:
                continue
            if all(_within(place.get(n), m, n) for n, m in rule.under.items()):
                return rule.flow
        return None

    def extent(self, part: Coordinates, meaning: Meaning) -> Places:
        """The whole of a share: its own words, with the time and, where it fits, the source of the part."""
        kept = {name: part[name] for name in ("year", "stage") if name in part}
        found = []
        for own in meaning.where:
            more = dict(kept)
            if "source" in part and any(name in own for name in _THINGS):
                more["source"] = part["source"]
            found.append(self._compose(Coordinates(more), own, whole=False))
        return tuple(dict.fromkeys(found))


def _within(member: str | None, upper: str, dimension: str) -> bool:
    return member is not None and (member == upper or below(upper, member, dimension))


def _alike(left: str, right: str) -> bool:
    """Whether two members are of one make: both of our trees, or both told by prose alone.

    What prose alone tells (the share of small firms) cuts across the members of the trees.
    """
    return ("/" in left) == ("/" in right)


@lru_cache(maxsize=8192)
def disjoint(left: Coordinates, right: Coordinates) -> bool:
    """Whether two places share nothing: they part in some dimension."""
    return any(
        name in right
        and right[name] != member
        and (name != "item" or _alike(right[name], member))
        and not below(member, right[name], name)
        and not below(right[name], member, name)
        for name, member in left.items()
    )


def groups_of_parts(whole: Coordinates, parts: Iterable[Coordinates]) -> list[list[Coordinates]]:
    """The parts of `whole` in groups without overlaps, each group in the order said.

    A part that lies inside an earlier one is told of that one, not of the whole.
    """
    groups: list[list[Coordinates]] = []
    kept: list[Coordinates] = []
    for part in dict.fromkeys(parts):
        if not inside(part, whole) or any(inside(part, earlier) for earlier in kept):
            continue
        kept.append(part)
        for group in groups:
            if all(disjoint(part, other) for other in group):
                group.append(part)
                break
        else:
            groups.append([part])
    return groups


@lru_cache(maxsize=8192)
def inside(part: Coordinates, whole: Coordinates) -> bool:
    """Whether `part` lies truly inside `whole`."""
    return part != whole and all(
        name in part and _within(part[name], member, name) for name, member in whole.items()
    )
