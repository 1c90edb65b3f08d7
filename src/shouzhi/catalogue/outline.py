"""Outlines of published documents: sections, sentences, tables and charts in their order, as data.

An outline is `outlines/<place>/<document>-<year>.yaml` under the key of an edition, or
`outlines/<document>.yaml` for all editions of a kind that have none of their own.
Faults raise CatalogueError with file and line.

A sentence (`say`) is a template.  Its fields are `amount` (at `where`), the clauses `change`,
`growth`, `share`, `completion`, `portion` (what the first of its `counts` is of the amount) and
`grown` (the change of that count) worded by `write` of the statements, `reason` (which the book
must give where there is a change) or `why` (which it may), `list` of its parts, the names under
`amounts` and `counts`, and what the book says of itself.  What stands in [brackets] is
left out when one of its fields has nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal

from shouzhi.catalogue.classifications import TREES, classification
from shouzhi.catalogue.form import KINDS, Where
from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml
from shouzhi.space import DIMENSIONS, FEN_PER

FOLDER: Final = CATALOGUE / "outlines"

PLACES: Final = ("tables", "prose", "annex")
FAMILIES: Final = ("function", "economic", "source", "kind", "unit", "project", "item")
SHEETS: Final = ("meetings", "assets", "indicators", "tasks", "projects", "nontax", "units", "counts")
CHARTS: Final = ("parts", "years")


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence, or one for each member of a dimension or record of a sheet.

    `against` is what a change is measured by and `of` the whole of a share or completion,
    both over `where`; `reason` the subject under which the book tells why.  `filled` leaves
    out what has nothing in it (without a place: no number of the first name in `counts`);
    `empty` is said in its place.  `order` puts a family by
    size, or leaves it in the order of the classification.  `unit` is that of its amounts and
    those of its parts, where it is not that of the edition.  `under` picks those counts
    whose names begin so (“在职人数—…”); the `level` of non-tax income is that of its records,
    0 all of it.  `whole` names what a share is of, where the words around it do not.
    """

    say: str
    where: Where = field(default_factory=dict)
    against: Where = field(default_factory=dict)
    of: Where = field(default_factory=dict)
    base: str = "比上年"
    reason: str = ""
    amounts: Mapping[str, Where] = field(default_factory=dict)
    counts: Mapping[str, str] = field(default_factory=dict)
    each: str | None = None
    level: int | None = None
    parts: tuple[Saying, ...] = ()
    join: str = "；"
    order: Literal["size", "given"] = "size"
    filled: bool = False
    empty: str = ""
    having: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    under: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A chart: parts of a whole by size, or the same parts in two years beside each other."""

    title: str
    kind: Literal["parts", "years"]
    where: Where = field(default_factory=dict)
    each: str | None = None
    level: int | None = None
    members: tuple[tuple[str, Where], ...] = ()


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A section: its heading, then what it holds in the order of these fields.

    `prose` are the headings in the book under which its text may stand, `text` what is
    printed where there is none; `forms` are titles of forms, or `tables` or `annex` for all
    that the edition prints there.
    """

    heading: str
    prose: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    sayings: tuple[Saying, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    forms: tuple[str, ...] = ()
    terms: bool = False
    sections: tuple[SectionSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """The order of a document; `because` words a reason, `terms` are words with their meaning.

    `source` names the published documents whose order it is; empty for one of our own making.
    """

    because: str
    sections: tuple[SectionSpec, ...]
    terms: tuple[tuple[str, str], ...]
    source: str = ""


@cache
def outline(key: str, document: str) -> Outline:
    """The outline of an edition, or that of its kind of document."""
    own = FOLDER / f"{key}.yaml"
    return read_outline(own if own.is_file() else FOLDER / f"{document}.yaml")


def read_outline(path: Path) -> Outline:
    """Read one outline; raises CatalogueError with file and line for the first fault."""
    data = load_yaml(path).record(("document", "because", "sections"), ("lists", "source"))
    data["document"].choice(KINDS)
    return Outline(
        because=data["because"].text(),
        sections=tuple(map(_section, data["sections"].sequence())),
        terms=_terms(),
        source=data["source"].text() if "source" in data else "",
    )


@cache
def _terms() -> tuple[tuple[str, str], ...]:
    nodes = load_yaml(FOLDER / "terms.yaml").record(("terms",))["terms"].mapping()
    return tuple((term, node.text()) for term, node in nodes.items())


def _section(node: Node) -> SectionSpec:
    optional = ("prose", "text", "say", "charts", "forms", "terms", "sections")
    data = node.record(("heading",), optional)
    return SectionSpec(
        heading=data["heading"].text(),
        prose=data["prose"].texts() if "prose" in data else (),
        text=data["text"].texts() if "text" in data else (),
        sayings=tuple(map(_saying, _list(data, "say"))),
        charts=tuple(map(_chart, _list(data, "charts"))),
        forms=data["forms"].texts() if "forms" in data else (),
        terms=data["terms"].flag() if "terms" in data else False,
        sections=tuple(map(_section, _list(data, "sections"))),
    )


_SAYING: Final = (
    "where", "against", "of", "base", "reason", "amounts", "counts", "each", "level", "parts",
    "join", "order", "filled", "empty", "having", "unit", "under", "whole",
)  # fmt: skip


def _saying(node: Node) -> Saying:
    data = node.record(("say",), _SAYING)
    amounts = data["amounts"].mapping() if "amounts" in data else {}
    counts = data["counts"].mapping() if "counts" in data else {}
    having = data["having"].mapping() if "having" in data else {}
    order = data["order"].choice(("size", "given")) if "order" in data else "size"
    return Saying(
        say=data["say"].text(),
        where=_where(data.get("where")),
        against=_where(data.get("against")) or {"year": ("previous",)},
        of=_where(data.get("of")),
        base=data["base"].text() if "base" in data else "比上年",
        reason=data["reason"].text() if "reason" in data else "",
        amounts={name: _where(where) for name, where in amounts.items()},
        counts={name: count.text() for name, count in counts.items()},
        each=data["each"].choice((*FAMILIES, *SHEETS)) if "each" in data else None,
        level=data["level"].whole() if "level" in data else None,
        parts=tuple(map(_saying, _list(data, "parts"))),
        join=str(data["join"].value) if "join" in data else "；",
        order=order,  # type: ignore[arg-type]  # the choice is among the literals
        filled=data["filled"].flag() if "filled" in data else False,
        empty=data["empty"].text() if "empty" in data else "",
        having={name: value.text() for name, value in having.items()},
        unit=data["unit"].choice(FEN_PER) if "unit" in data else None,
        under=data["under"].text() if "under" in data else "",
        whole=data["whole"].text() if "whole" in data else "",
    )


def _chart(node: Node) -> ChartSpec:
    data = node.record(("title", "kind"), ("where", "each", "level", "members"))
    members = data["members"].mapping() if "members" in data else {}
    if ("each" in data) == bool(members):
        raise node.fault("一张图要么有 each，要么有 members")
    return ChartSpec(
        title=data["title"].text(),
        kind=data["kind"].choice(CHARTS),  # type: ignore[arg-type]  # as above
        where=_where(data.get("where")),
        each=data["each"].choice(FAMILIES) if "each" in data else None,
        level=data["level"].whole() if "level" in data else None,
        members=tuple((name, _where(where)) for name, where in members.items()),
    )


def _where(node: Node | None) -> Where:
    """Members by dimension, as forms write them; those of the trees must stand there."""
    where: dict[str, tuple[str, ...]] = {}
    for dimension, member in node.record((), DIMENSIONS).items() if node else ():
        members = member.texts() if isinstance(member.value, list) else (member.text(),)
        for text in members:
            if dimension in TREES and not classification(dimension).known(text):
                raise member.fault(f"“{dimension}”里没有“{text}”")
        where[dimension] = members
    return where


def _list(data: Mapping[str, Node], key: str) -> list[Node]:
    return data[key].sequence() if key in data else []
