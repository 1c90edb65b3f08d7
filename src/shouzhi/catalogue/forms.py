"""The forms of published budgets and accounts: what each edition prints, read from its file.

An edition is one YAML file, `forms/<place>/<document>-<year>.yaml`.  It is read by the
tabulator, the writers, the completeness check, the entry grid and the reader; none of
them knows an edition by name.  `docs/editions.md` tells how to add one.
Faults raise CatalogueError with file and line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from shouzhi.catalogue.classifications import CODED, TREES, classification
from shouzhi.catalogue.form import (
    KINDS,
    LISTS,
    NUMBER_AT,
    PARTS,
    Block,
    Captions,
    Column,
    Edition,
    Entry,
    Form,
    ItemRule,
    RowSpec,
    Side,
    Stub,
    Where,
)
from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml
from shouzhi.catalogue.templates import fields_of
from shouzhi.space import DIMENSIONS, FEN_PER

FOLDER: Final = CATALOGUE / "forms"
"""Where the editions that come with the package lie."""

LEVELS: Final = {
    "function": ("class", "section", "item"),
    "economic": ("class", "section"),
    "unit": ("nature", "unit"),
}
"""The levels that the members of a dimension can be listed at; others have one level."""

_YEARS: Final = ("this", "previous")


@cache
def keys() -> tuple[str, ...]:
    """The keys of all editions in the catalogue, as `place/document-year`."""
    found = FOLDER.glob("*/*.yaml")
    return tuple(sorted(p.relative_to(FOLDER).with_suffix("").as_posix() for p in found))


@cache
def edition(key: str) -> Edition:
    """The edition of a key; raises KeyError where there is none."""
    if key not in keys():
        raise KeyError(key)
    return read_edition(FOLDER / f"{key}.yaml", key)


def editions() -> Iterator[Edition]:
    """All editions of the catalogue."""
    return map(edition, keys())


def find(document: str, year: int, place: str | None = None) -> Edition | None:
    """The edition for a kind of document in a year: of `place` where it has one, else national.

    Where none holds in that year the latest before it is given; None where there is none.
    """
    pool = [e for e in editions() if e.document == document and e.valid_from <= year]
    for wanted in (place, "全国"):
        local = [e for e in pool if e.place == wanted]
        if local:
            return max(local, key=lambda e: (e.holds(year), e.valid_from))
    return None


def read_edition(path: Path, key: str | None = None) -> Edition:
    """Read one edition; raises CatalogueError with file and line for the first fault."""
    root = load_yaml(path)
    data = root.record(
        ("document", "place", "title", "valid_from", "authority", "source", "amount_unit", "forms"),
        ("valid_to", "zero", "percent", "where", "captions", "items", "lists"),
    )
    first = data["valid_from"].year()
    last = _maybe(data, "valid_to", Node.year)
    if last is not None and last < first:
        raise data["valid_to"].fault(f"终止年 {last} 早于起始年 {first}；请核对")
    forms = tuple(map(_form, data["forms"].sequence()))
    _refuse_twins(forms, data["forms"].sequence())
    return Edition(
        key=key or f"{path.parent.name}/{path.stem}",
        document=data["document"].choice(KINDS),
        place=data["place"].text(),
        title=_template(data["title"]),
        valid_from=first,
        valid_to=last,
        authority=data["authority"].texts(),
        source=data["source"].text(),
        amount_unit=data["amount_unit"].choice(FEN_PER),
        zero=_blankable(data.get("zero")),
        captions=_captions(data["captions"]) if "captions" in data else Captions(),
        forms=forms,
        where=_where(data.get("where")),
        percent=_blankable(data.get("percent")),
        items=_items(data["items"]) if "items" in data else {},
    )


def _refuse_twins(forms: Collection[Form], nodes: list[Node]) -> None:
    seen: set[str] = set()
    for form, node in zip(forms, nodes, strict=True):
        name = form.number or form.title
        if name in seen:
            raise node.fault(f"“{name}”写了两次；请只留一个")
        seen.add(name)


def _captions(node: Node) -> Captions:
    data = node.record((), ("left", "right", "number"))
    return Captions(
        left=_template(data["left"]) if "left" in data else "",
        right=_template(data["right"]) if "right" in data else "",
        number=data["number"].choice(NUMBER_AT) if "number" in data else "left",
    )


def _items(node: Node) -> dict[str, ItemRule]:
    rules: dict[str, ItemRule] = {}
    for item, rule in node.mapping().items():
        if not classification("item").known(item):
            raise rule.fault(f"没有“{item}”这个事项；可用的在 classifications/item.csv 里")
        data = rule.record((), ("economic", "natures", "where"))
        rules[item] = ItemRule(
            economic=tuple(_member("economic", n) for n in _list(data.get("economic"))),
            natures=tuple(n.text() for n in _list(data.get("natures"))),
            where=_where(data.get("where")),
        )
    return rules


def _form(node: Node) -> Form:
    data = node.record(
        ("title",),
        ("number", "where", "amount_unit", "notes", "empty", "part", "for_each", "required",
         "landscape", "plain", *_BLOCK, *_SIDE),
    )  # fmt: skip
    return Form(
        number=_maybe(data, "number", Node.text),
        title=_template(data["title"]),
        blocks=_blocks(node, data),
        where=_where(data.get("where")),
        amount_unit=data["amount_unit"].choice(FEN_PER) if "amount_unit" in data else None,
        notes=tuple(_template(n) for n in _list(data.get("notes"))),
        empty=tuple(_template(n) for n in _list(data.get("empty"))),
        part=data["part"].choice(PARTS) if "part" in data else "tables",
        for_each=data["for_each"].choice(("project",)) if "for_each" in data else None,
        required=data["required"].flag() if "required" in data else True,
        landscape=data["landscape"].flag() if "landscape" in data else False,
        plain=data["plain"].flag() if "plain" in data else False,
    )


_SIDE: Final = ("stub", "columns", "rows", "foot")
_BLOCK: Final = ("sides", "blocks")


def _blocks(node: Node, data: dict[str, Node]) -> tuple[Block, ...]:
    """The blocks of a form, which may be given as one table or as sides without saying so."""
    ways = [name for name in ("blocks", "sides", "columns") if name in data]
    if len(ways) != 1:
        raise node.fault("一张表要么有 columns（一栏到底），要么有 sides（左右对照），要么有 blocks")
    if ways[0] == "blocks":
        return tuple(map(_block, data["blocks"].sequence()))
    if ways[0] == "sides":
        return (Block(sides=tuple(map(_side, data["sides"].sequence()))),)
    return (Block(sides=(_side_of({k: v for k, v in data.items() if k in _SIDE}, node),)),)


def _block(node: Node) -> Block:
    data = node.record((), ("lead", "fields", "sides", *_SIDE))
    sides: tuple[Side, ...] = ()
    if "sides" in data:
        sides = tuple(map(_side, data["sides"].sequence()))
    elif "columns" in data:
        sides = (_side_of({k: v for k, v in data.items() if k in _SIDE}, node),)
    fields = tuple(tuple(map(_entry, line.sequence())) for line in _list(data.get("fields")))
    if bool(sides) == bool(fields):
        raise node.fault("一个 block 要么有 fields，要么有 columns 或 sides")
    return Block(lead=_maybe(data, "lead", Node.text), fields=fields, sides=sides)


def _entry(node: Node) -> Entry:
    data = node.record(("label",), ("value", "where"))
    where = _where(data["where"]) if "where" in data else None
    return Entry(
        _template(data["label"]), _template(data["value"]) if "value" in data else None, where
    )


def _side(node: Node) -> Side:
    return _side_of(node.record(("rows",), ("heading", "where", *_SIDE)), node)


def _side_of(data: dict[str, Node], node: Node) -> Side:
    if "rows" not in data or "columns" not in data:
        raise node.fault("缺少 rows 或 columns；请补上")
    return Side(
        heading=_heading(data.get("heading")),
        where=_where(data.get("where")),
        stub=tuple(map(_stub, data["stub"].sequence())) if "stub" in data else _PLAIN_STUB,
        columns=tuple(map(_column, data["columns"].sequence())),
        rows=tuple(map(_row, data["rows"].sequence())),
        foot=tuple(map(_row, _list(data.get("foot")))),
    )


_PLAIN_STUB: Final = (Stub(("项目",), "{label}"),)


def _stub(node: Node) -> Stub:
    data = node.record(("heading", "value"), ("number", "once"))
    return Stub(
        heading=_heading(data["heading"]),
        value=_template(data["value"]),
        number=_maybe(data, "number", Node.text),
        once=data["once"].flag() if "once" in data else False,
    )


def _column(node: Node) -> Column:
    data = node.record(("heading",), ("where", "number", "rate", "amount", "text"))
    if sum(key in data for key in ("rate", "amount", "text")) > 1:
        raise node.fault("rate、amount、text 只能有一个")
    rate = None
    if "rate" in data:
        of = data["rate"].record(("of", "to"))
        rate = (_member("stage", of["of"]), _member("stage", of["to"]))
    return Column(
        heading=_heading(data["heading"]),
        where=_where(data.get("where")),
        number=_maybe(data, "number", Node.text),
        rate=rate,
        amount=data["amount"].texts() if "amount" in data else (),
        text=_maybe(data, "text", Node.text),
    )


_ROW: Final = (
    "label", "where", "each", "levels", "labels", "members", "split", "rows", "level", "group",
    "having", "texts",
)  # fmt: skip
_FLAGS: Final = ("filled", "unfilled", "blank", "hidden", "ranked")


def _row(node: Node) -> RowSpec:
    data = node.record((), (*_ROW, *_FLAGS))
    flags = {f: data[f].flag() for f in _FLAGS if f in data}
    if ("each" in data) + ("label" in data and "each" not in data) + bool(flags.get("blank")) != 1:
        raise node.fault("一行要么有 label，要么有 each，要么是 blank: true")
    each = data["each"].choice((*DIMENSIONS, *LISTS)) if "each" in data else None
    levels = _levels(data, each)
    return RowSpec(
        label=_template(data["label"]) if "label" in data else "",
        where=_where(data.get("where")),
        each=each,
        levels=levels,
        labels=_labels(data, levels, each),
        members=tuple(_member(each or "", n) for n in _list(data.get("members"))),
        having=_maybe(data, "having", Node.text),
        split=tuple(n.choice(DIMENSIONS) for n in _list(data.get("split"))),
        rows=tuple(map(_row, _list(data.get("rows")))),
        level=data["level"].whole() if "level" in data else 0,
        group=_maybe(data, "group", _template),
        texts={k: _template(n) for k, n in data["texts"].mapping().items()} if "texts" in data else {},
        **flags,
    )


def _levels(data: dict[str, Node], each: str | None) -> tuple[str, ...]:
    if each is None:
        return ()
    known = LEVELS.get(each, (each,))
    if "levels" not in data:
        return known
    return tuple(n.choice(known) for n in data["levels"].sequence())


def _labels(data: dict[str, Node], levels: tuple[str, ...], each: str | None) -> tuple[str, ...]:
    """A template for each level: one `label` for all, or `labels` by level."""
    if each is None:
        return ()
    if "labels" not in data:
        return (_template(data["label"]) if "label" in data else "{name}",) * len(levels)
    by_level = data["labels"].record(levels)
    return tuple(_template(by_level[level]) for level in levels)


def _where(node: Node | None) -> Where:
    if node is None:
        return {}
    where: dict[str, tuple[str, ...]] = {}
    for dimension, member in node.mapping().items():
        if dimension not in DIMENSIONS:
            raise member.fault(f"没有“{dimension}”这一维；可用的是：{'、'.join(DIMENSIONS)}")
        members = member.sequence() if isinstance(member.value, list) else [member]
        where[dimension] = tuple(_member(dimension, m) for m in members)
    return where


def _member(dimension: str, node: Node) -> str:
    """A member of a dimension, as it stands in the classifications."""
    text = node.text()
    if dimension == "year":
        return node.choice(_YEARS)
    if dimension in TREES and not classification(dimension).known(text):
        raise node.fault(f"“{dimension}”里没有“{text}”；可用的在 classifications/{dimension}.csv 里")
    if dimension in CODED and not CODED[dimension].fullmatch(text):
        raise node.fault(f"“{text}”不是{dimension}的编码")
    return text


def _template(node: Node) -> str:
    """A text whose braces, if any, are in order."""
    text = node.value if node.value == "" else node.text()
    assert isinstance(text, str)  # noqa: S101 - tells the type checker
    try:
        fields_of(text)
    except ValueError:
        raise node.fault(f"“{text}”里的花括号不成对") from None
    return text


def _heading(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    if isinstance(node.value, list):
        return tuple(map(_template, node.value))
    return (_template(node),)


def _list(node: Node | None) -> list[Node]:
    return node.sequence() if node else []


def _blankable(node: Node | None) -> str:
    return str(node.value) if node else ""


def _maybe(data: dict[str, Node], key: str, read: Any) -> Any:  # noqa: ANN401 - as `read` gives
    return read(data[key]) if key in data else None
