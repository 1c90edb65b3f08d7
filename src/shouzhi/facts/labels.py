"""What the label of a row without a code says: a function, a word of the lexicon, a name of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import Term, lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.facts.running import Context, Running
from shouzhi.space import Coordinates
from shouzhi.tables import Row, Table

PROJECT_KINDS: Final = ("project", "recurrent", "one_off")


def function_names(tables: Sequence[Table]) -> dict[str, str]:
    """The function codes that this document prints beside a name, where a name has one only."""
    found: dict[str, set[str]] = {}
    for table in tables:
        for row in table.rows:
            code = row.codes.get("function")
            if code and bears(row.label, code):
                found.setdefault(fold(row.label), set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def functions_of_units(tables: Sequence[Table]) -> dict[tuple[str, str], str]:
    """The function codes that stand beside the code of a unit, by that code and their name."""
    found: dict[tuple[str, str], set[str]] = {}
    for table in tables:
        for row in table.rows:
            code, unit = row.codes.get("function"), row.codes.get("unit")
            if code and unit and bears(row.label, code):
                found.setdefault((unit, fold(row.label)), set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def bears(label: str, code: str) -> bool:
    """Whether a label is a name that the function of this code bears or bore."""
    return code in classification("function").codes(strip_ordinal(label)[1])


def by_label(
    row: Row, bare: str, side: Coordinates, context: Context, running: Running, tails: str
) -> Coordinates:
    """Where a row without code stands: a function by name, a word of the lexicon, or its own."""
    if running.economic and (code := economic_class(bare, context.year)):
        return side | {"economic": code}
    spends = side.get("flow") == "expenditure"
    if spends and (named := _named_function(row, bare, side, context, running)):
        return side | {"function": named}
    term = lexicon().term(bare, side)
    among = running.listed or (running.units and running.kinds.get(None) in PROJECT_KINDS)
    if term and not (among and row.side is None and _can_be_project(bare, term)):
        if "kind" in term.where:
            running.kinds[row.side] = term.where["kind"]
        elif "economic" in term.where and row.side in running.kinds and not strip_ordinal(row.label)[0]:
            side = Coordinates({"kind": running.kinds[row.side]}) | side
        return side | _carrying(row, term, _fitting(term.where, side), running)
    if named := _named_function(row, bare, side, context, running):
        return side | {"function": named}
    return unexplained(row, bare, side, tails, running)


def grand(bare: str, side: Coordinates) -> Coordinates:
    """总计 under 收入 or 支出 is the grand total of that flow, carry-over and all."""
    flow = side.get("flow")
    if lexicon().is_grand_total(bare) and flow in {"income", "expenditure"}:
        return side | {"flow": f"{flow}_total"}
    return side


def _can_be_project(label: str, term: Term) -> bool:
    """Whether a word among projects is the name of one: 培训费, or 公务接待费（机关）."""
    coded = {e.code for e in classification("item").entries if e.economic}
    return "economic" in term.where or term.where.get("item") in coded or lexicon().is_shortened(label)


def economic_class(name: str, year: int | None) -> str | None:
    """The economic class (301 …) that bears a name; None for any other name."""
    term = lexicon().term(name)
    code = term.where.get("economic") if term else None
    codes = (code,) if code else classification("economic").codes(name, year)
    return next((code for code in codes if len(code) == 3), None)


def by_words(row: Row, side: Coordinates, context: Context, running: Running) -> Coordinates:
    """Where a row without a label stands: below the last one that has one, by its columns of words.

    专项名称 and 经济科目 hold for the rows below, too; 采购物品名称 is the row's own.
    """
    where = side | running.head
    own: Coordinates = Coordinates()
    for heading, text in row.texts.items():
        role = lexicon().teller(heading)
        if role == "project":
            basic = economic_class(text, context.year)
            running.told = Coordinates({"kind": "basic"} if basic else {"project": fold(text)})
        elif role == "economic" and (code := classification("economic").resolve(text, context.year)):
            running.told |= {"economic": code}
        elif role == "economic":
            running.told = running.told.without("economic")
        elif role == "item" and "item" in where:
            own = Coordinates({"item": f"{where['item']}/{fold(text)}"})
    return where | running.told | own


def _named_function(
    row: Row, bare: str, side: Coordinates, context: Context, running: Running
) -> str | None:
    """The function code of a label that prints none: a 类 by its ordinal, a 款 under its 类."""
    if side.get("flow") == "income":
        return None
    tree = classification("function")
    ordinal = strip_ordinal(row.label)[0]
    above = running.function(row.side)
    code = context.own.get((row.codes.get("unit", ""), fold(row.label)))
    if code is None and row.side is None:
        code = context.functions.get(fold(bare))
    if code is None and above and not ordinal:
        code = tree.resolve(bare, context.year, under=above[:3])
    if code is None:
        code = tree.resolve(bare, context.year, level=1)
    if code is None and above and ordinal:
        code = tree.resolve(bare, context.year, under=above[:3])
    if code is None and row.side is None:
        code = tree.resolve(bare, context.year)
    if code and running.over is not None:
        running.over[row.side] = code
    return code


def unexplained(
    row: Row, bare: str, side: Coordinates, tails: str, running: Running
) -> Coordinates:
    """A label of the table's own: a project, a unit, or an economic class by name.

    Among numbered labels one without a number tells more of the numbered one above it.
    """
    codes = classification("economic").codes(bare)
    if codes and len(codes[0]) == 3 and row.side is None:
        return side | {"economic": codes[0]}
    if not running.numbering and strip_ordinal(row.label)[0] not in {None, "其中"}:
        bare = row.label
    if strip_ordinal(row.label)[0] == "其中" and row.side in running.last:
        return running.last[row.side] | {"project": fold(bare)}
    if tails == "project" or row.texts or "unit" in side:
        known = row.side in running.kinds and "kind" not in side
        kind = {"kind": running.kinds[row.side]} if known else {}
        return side | {"project": fold(bare)} | kind
    if strip_ordinal(row.label)[0]:
        running.numbered = fold(bare)
    elif running.numbered:
        return side | {"unit": running.numbered, "project": fold(bare)}
    return side | {"unit": fold(bare)}


def _carrying(row: Row, term: Term, where: Coordinates, running: Running) -> Coordinates:
    """A source below 年初结转 tells of what was carried over, not of income."""
    carried = running.carried if running.carried is not None else {}
    if str(where.get("flow", "")).startswith("carried"):
        carried[row.side] = True
        running.numbered_carry = strip_ordinal(row.label)[0] is not None
        return where
    if term.total or set(where) != {"source"}:
        carried[row.side] = False
        return where
    inside = classification("source").is_ancestor("fiscal", where["source"])
    below = carried.get(row.side) and (running.numbered_carry or inside)
    return where | {"flow": "carried_in"} if below else where


def _fitting(where: Coordinates, side: Coordinates) -> Coordinates:
    """A label's words without a flow that contradicts its side (支出 under 收入 never)."""
    held, offered = side.get("flow"), where.get("flow")
    if held and offered and held.split("_")[0] != offered.split("_")[0]:
        return where if offered.startswith(("carried", "reserves", "distributed")) else (
            where.without("flow")
        )
    return where
