"""The statements of the catalogue: sentences as data, loaded with errors that name file and line.

`statement_book()` gives what `statements.yaml` holds: the words of prose with their
coordinates, the numbers that are no figures, and the entries that read and write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from shouzhi.catalogue.classifications import TREES
from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml
from shouzhi.catalogue.names import fold
from shouzhi.space import DIMENSIONS, Coordinates

CLAIMS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "stated": (frozenset({"at", "figure"}), frozenset({"below", "within"})),
    "share": (frozenset({"part", "whole", "percent"}), frozenset()),
    "change": (frozenset({"of", "base"}), frozenset({"by", "direction", "below", "named"})),
    "growth": (frozenset({"of", "base", "direction"}), frozenset({"percent"})),
    "completion": (frozenset({"numerator", "denominator", "percent"}), frozenset()),
    "comparison": (frozenset({"left", "right", "relation"}), frozenset()),
    "parts": (frozenset({"of", "first", "second"}), frozenset()),
    "absent": (frozenset({"at"}), frozenset({"lead"})),
    "topic": (frozenset({"at"}), frozenset({"below", "opening"})),
    "base": (frozenset({"of"}), frozenset()),
    "list": (frozenset({"of", "closed"}), frozenset()),
    "setting": (frozenset(), frozenset(DIMENSIONS)),
}
"""What an entry can give, with the operands that it must and may name."""

SLOT_KINDS: Final = (
    "place", "places", "extent", "aspect", "lead", "names", "amount", "percent", "rate",
    "count", "quantity", "number", "figures", "nought", "direction", "base", "versus", "level",
    "relation", "institution", "any",
)  # fmt: skip
"""What a slot can be."""

_SLOT: Final = re.compile(r"\{([a-z]+\d?)(\?)?\}")
_REQUIRED: Final = ("id", "meaning", "read", "gives", "valid_from", "authority", "example")
_OPTIONAL: Final = ("write", "after", "in_reasons", "ends")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of prose: the places it names, and how it behaves (see the data file)."""

    where: tuple[Coordinates, ...]
    sum: bool = False
    whole: bool = False
    topical: str = ""
    anaphor: bool = False
    under: Coordinates = Coordinates()


@dataclass(frozen=True, slots=True)
class Implied:
    """A flow that follows from a place: by a dimension that it has, or a member above it."""

    dimension: str | None
    under: Coordinates
    flow: str | None


@dataclass(frozen=True, slots=True)
class Give:
    """One claim of an entry: its kind and the slot or word for each operand."""

    claim: str
    operands: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """A newly written text with the claims that it gives, as `describe` writes them."""

    text: str
    kind: str
    year: int
    headings: tuple[str, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement.  `after` are the entries right after which alone it can stand;
    `in_reasons` that it may stand in an explanation, `also` or `only`; `ends` the marks that may follow it.
    """

    id: str
    meaning: str
    read: tuple[str, ...]
    write: str
    gives: tuple[Give, ...]
    valid_from: int
    authority: str
    example: Example
    after: tuple[str, ...]
    in_reasons: str
    ends: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class StatementBook:
    """All of the data file; every word folded."""

    units: Mapping[str, Mapping[str, str]]
    ignored: Mapping[str, tuple[str, str]]
    owners: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[Word, ...]]
    fillers: frozenset[str]
    uncosted: tuple[str, ...]
    implied: tuple[Implied, ...]
    flows: Mapping[str, str]
    narrowed: Mapping[str, str]
    bases: Mapping[str, Mapping[str, str]]
    directions: Mapping[str, int]
    levels: tuple[str, ...]
    relations: Mapping[str, str]
    lists: Mapping[str, bool]
    reasons: tuple[str, ...]
    asides: tuple[str, ...]
    tails: tuple[str, ...]
    purposes: tuple[str, ...]
    slots: Mapping[str, str]
    entries: tuple[Entry, ...]


@cache
def statement_book() -> StatementBook:
    """The statements that come with the package, loaded once a process."""
    return read_book(CATALOGUE / "statements.yaml")


def read_book(path: Path) -> StatementBook:
    """Read a file of statements; raises CatalogueError with file and line for the first fault."""
    root = load_yaml(path)
    parts = root.record((
        "units", "ignored", "owners", "words", "fillers", "uncosted", "implied", "flows", "narrowed", "bases",
        "directions", "levels", "relations", "lists", "reasons", "asides", "tails",
        "purposes", "slots", "statements",
    ))  # fmt: skip
    slots = {name: node.choice(SLOT_KINDS) for name, node in parts["slots"].mapping().items()}
    return StatementBook(
        units=_units(parts["units"]),
        ignored={n["id"].text(): _ignored(n) for n in parts["ignored"].sequence()},
        owners={name: _folded(node) for name, node in parts["owners"].mapping().items()},
        words=_words(parts["words"]),
        fillers=frozenset(_folded(parts["fillers"])),
        uncosted=parts["uncosted"].texts(),
        implied=tuple(_implied(node) for node in parts["implied"].sequence()),
        flows={fold(k): n.text() for k, n in parts["flows"].mapping().items()},
        narrowed={k: n.text() for k, n in parts["narrowed"].mapping().items()},
        bases=_bases(parts["bases"]),
        directions=_directions(parts["directions"]),
        levels=_folded(parts["levels"]),
        relations={
            fold(word): sign
            for sign, node in parts["relations"].mapping().items()
            for word in node.texts()
        },
        lists={
            fold(word): kind == "closed"
            for kind, node in parts["lists"].record(("open", "closed")).items()
            for word in node.texts()
        },
        reasons=_folded(parts["reasons"]),
        asides=_folded(parts["asides"]),
        tails=_folded(parts["tails"]),
        purposes=_folded(parts["purposes"]),
        slots=slots,
        entries=_entries(parts["statements"], slots),
    )


def _folded(node: Node) -> tuple[str, ...]:
    return tuple(fold(word) for word in node.texts())


def _units(node: Node) -> dict[str, dict[str, str]]:
    kinds = node.record(("amount", "percent", "count"))
    amounts = {fold(word): n.text() for word, n in kinds["amount"].mapping().items()}
    return {
        "amount": amounts,
        "percent": {fold(word): "%" for word in kinds["percent"].texts()},
        "count": {fold(word): word for word in kinds["count"].texts()},
    }


def _ignored(node: Node) -> tuple[str, str]:
    """The pattern and its example."""
    fields = node.record(("id", "match", "example"))
    match = fields["match"]
    try:
        re.compile(match.text())
    except re.error as error:
        raise match.fault(f"不是正确的正则表达式：{error}") from None
    return match.text(), fields["example"].text()


def _words(node: Node) -> dict[str, tuple[Word, ...]]:
    words: dict[str, tuple[Word, ...]] = {}
    for entry in node.sequence():
        fields = entry.record(("says", "where"), ("sum", "whole", "topical", "anaphor", "under"))
        where = fields["where"]
        places = where.sequence() if isinstance(where.value, list) else [where]
        word = Word(
            tuple(_where(place) for place in places),
            sum="sum" in fields and fields["sum"].flag(),
            whole="whole" in fields and fields["whole"].flag(),
            topical=fields["topical"].choice(("topic", "list")) if "topical" in fields else "",
            anaphor="anaphor" in fields and fields["anaphor"].flag(),
            under=_where(fields["under"]) if "under" in fields else Coordinates(),
        )
        for says in fields["says"].sequence():
            key = fold(says.text())
            if any(other.under == word.under for other in words.get(key, ())):
                raise says.fault(f"词语“{says.text()}”写了两次；请只留一处")
            words[key] = tuple(sorted((*words.get(key, ()), word), key=lambda w: not w.under))
    return words


def _where(node: Node) -> Coordinates:
    """Coordinates whose dimensions are known and whose members stand in their trees."""
    for name, member in node.record((), DIMENSIONS).items():
        if name in TREES and not re.fullmatch(r"[a-z_]+(?:/.+)?", member.text()):
            raise member.fault(f"“{member.text()}”不是 {name} 的成员；请核对")
    return Coordinates({name: member.text() for name, member in node.mapping().items()})


def _implied(node: Node) -> Implied:
    fields = node.record((), ("dimension", "under", "flow"))
    return Implied(
        fields["dimension"].choice(DIMENSIONS) if "dimension" in fields else None,
        _where(fields["under"]) if "under" in fields else Coordinates(),
        fields["flow"].text() if "flow" in fields else None,
    )


def _bases(node: Node) -> dict[str, dict[str, str]]:
    fields = node.record(("before", "years", "stages", "after"))
    found: dict[str, dict[str, str]] = {}
    for name, part in fields.items():
        if isinstance(part.value, list):
            found[name] = {fold(word): "" for word in part.texts()}
        else:
            found[name] = {fold(word): n.text() for word, n in part.mapping().items()}
    for years in fields["years"].mapping().values():
        years.whole()
    return found


def _directions(node: Node) -> dict[str, int]:
    found: dict[str, int] = {}
    for sign, words in node.mapping().items():
        if sign not in {"1", "-1"}:
            raise words.fault(f"方向“{sign}”应是 1（增）或 -1（减）")
        found |= {fold(word): int(sign) for word in words.texts()}
    return found


def _entries(node: Node, slots: Mapping[str, str]) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    for item in node.sequence():
        entry = _entry(item, slots)
        if entry.id in entries:
            raise item.fault(f"条目“{entry.id}”写了两次；请改名或删去一条")
        for before in entry.after:
            if before not in entries and before != entry.id:
                raise item["after"].fault(f"“{before}”不是前面的条目")
        entries[entry.id] = entry
    return tuple(entries.values())


def _entry(node: Node, slots: Mapping[str, str]) -> Entry:
    fields = node.record(_REQUIRED, _OPTIONAL)
    read = fields["read"]
    patterns = read.sequence() if isinstance(read.value, list) else [read]
    gives = tuple(_give(give) for give in fields["gives"].sequence())
    for pattern in patterns:
        _check(pattern, slots)
    return Entry(
        id=fields["id"].text(),
        meaning=fields["meaning"].text(),
        read=tuple(pattern.text() for pattern in patterns),
        write=str(fields["write"].plain()) if "write" in fields else "",
        gives=gives,
        valid_from=fields["valid_from"].year(),
        authority=fields["authority"].text(),
        example=_example(fields["example"]),
        after=fields["after"].texts() if "after" in fields else (),
        in_reasons=fields["in_reasons"].choice(("also", "only")) if "in_reasons" in fields else "",
        ends=fields["ends"].text() if "ends" in fields else "",
        line=node.line,
    )


def _check(pattern: Node, slots: Mapping[str, str]) -> None:
    text = pattern.text()
    for match in _SLOT.finditer(text):
        if match.group(1) not in slots:
            raise pattern.fault(f"未知的槽“{match.group(1)}”；可用的是：{'、'.join(slots)}")
    rest = _SLOT.sub("", text)
    if "{" in rest or "}" in rest or rest.count("[") != rest.count("]"):
        raise pattern.fault(f"句式“{text}”的括号不成对；请检查")


def _give(node: Node) -> Give:
    fields = node.mapping()
    if len(fields) != 1:
        raise node.fault("每项只写一种说法，如 - stated: {at: subject, figure: amount}")
    claim, operands = next(iter(fields.items()))
    if claim not in CLAIMS:
        raise node.fault(f"未知的说法“{claim}”；可用的是：{'、'.join(CLAIMS)}")
    required, optional = CLAIMS[claim]
    named = operands.record(sorted(required), sorted(optional))
    return Give(claim, {name: value.text() for name, value in named.items()})


def _example(node: Node) -> Example:
    fields = node.record(("text", "claims"), ("kind", "year", "headings"))
    return Example(
        text=fields["text"].text(),
        kind=fields["kind"].choice(("budget", "accounts")) if "kind" in fields else "budget",
        year=fields["year"].year() if "year" in fields else 2023,
        headings=fields["headings"].texts() if "headings" in fields else (),
        claims=fields["claims"].texts(),
    )
