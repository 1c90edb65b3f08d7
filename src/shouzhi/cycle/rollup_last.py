"""What last year came to as a unit tells it: in sum, in parts, by one cut or another.

What a line leaves unsaid means all of it (a line without an account is of all accounts), and a
whole is at least the sum of the parts that are told below it.  So each line is taken once: where
a sum and its parts are both told the larger of them counts, never both; and where two cuts of
the same money are told (by source and by account) the larger counts.  What a cut does not reach
is not divided by it: it stands at no member.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from shouzhi.catalogue.classifications import classification


class Past(NamedTuple):
    """One line of last year: its members (empty: all), and its amount in 分."""

    function: str
    source: str
    kind: str
    project: str
    economic: str
    amount: int


CUTS: Final = ("function", "source", "kind", "project", "economic")
"""The dimensions by which last year may be told, in the order of the fields of a line."""
_PLACE: Final = {dimension: place for place, dimension in enumerate(CUTS)}


def past(lines: Iterable[Past], by: str) -> dict[str, int]:
    """What the lines come to in 分, divided by a dimension; the part not divided by it is at ''.

    By whatever dimension, the sum is the same: the largest that any cut of the lines gives.
    `unit`, by which the lines of one unit are not divided, gives the sum alone.
    """
    told = [_kind(line) for line in lines]
    if not told:
        return {}
    if _apart(told):
        return _sums(told, by)
    cuts = {cut: _parts(told, (cut, *(c for c in CUTS if c != cut))) for cut in CUTS}
    whole = max(sum(parts.values()) for parts in cuts.values())
    found = cuts.get(by, {})
    rest = whole - sum(found.values())
    return {**found, "": found.get("", 0) + rest} if rest else found


def _kind(line: Past) -> Past:
    """A line of a project may leave its kind to the project."""
    return line._replace(kind="project") if line.project and not line.kind else line


def _apart(lines: Sequence[Past]) -> bool:
    """Whether no line can be part of another: all tell the same dimensions, each at one level."""
    for place, dimension in enumerate(CUTS):
        members = {line[place] for line in lines}
        if "" in members and len(members) > 1:
            return False
        if any(_above(dimension, str(member), members) for member in members if member):
            return False
    return True


def _sums(lines: Sequence[Past], by: str) -> dict[str, int]:
    place, found = _PLACE.get(by), defaultdict[str, int](int)
    for line in lines:
        found["" if place is None else str(line[place])] += line.amount
    return dict(found)


def _parts(lines: Sequence[Past], cuts: Sequence[str]) -> dict[str, int]:
    """What stands at each member of the first cut, its parts below it taken out."""
    cut, rest = cuts[0], cuts[1:]
    place = _PLACE[cut]
    at: dict[str, list[Past]] = defaultdict(list)
    for line in lines:
        at[str(line[place])].append(line)
    below: dict[str, list[str]] = defaultdict(list)
    for member in at:
        if member:
            below[_above(cut, member, at) or ""].append(member)
    found: dict[str, int] = {}
    _amount("", at, below, rest, found)
    return {member: amount for member, amount in found.items() if amount}


def _amount(
    member: str,
    at: dict[str, list[Past]],
    below: dict[str, list[str]],
    rest: Sequence[str],
    found: dict[str, int],
) -> int:
    """The amount of a member with all below it; `found` is given what is its own."""
    parts = sum(_amount(one, at, below, rest, found) for one in below.get(member, ()))
    own = _whole(at[member], rest) if member in at else None
    told = [amount for amount in (own, parts if member in below else None) if amount is not None]
    amount = max(told, default=0)
    found[member] = amount - parts
    return amount


def _whole(lines: Sequence[Past], cuts: Sequence[str]) -> int:
    if cuts and len(lines) > 1:
        return sum(_parts(lines, cuts).values())
    return sum(line.amount for line in lines)


def _above(dimension: str, member: str, among: Iterable[object]) -> str | None:
    """The nearest member above one that is among some; None where none is."""
    if dimension == "project":
        return None
    tree, known = classification(dimension), among if isinstance(among, dict | set) else set(among)
    above = tree.parent(member)
    while above is not None and above not in known:
        above = tree.parent(above)
    return above
