"""Units in tables: whose row a row is, by code, by name, or by the unit row above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.facts.labels import economic_class
from shouzhi.facts.running import Context, Running
from shouzhi.tables import UNLABELLED, Row, Table

CODED: Final = ("function", "economic", "government_economic")
_UNIT_STUB: Final = re.compile(r"(?:单位|部门)(?!预算)")
_OF_PROJECTS: Final = re.compile(r"绩效|项目")
_UNIT_NAMES: Final = re.compile(r"[()（）预算单位部门名称编制代码]")


def unit_names(tables: Sequence[Table]) -> dict[str, str]:
    """Names of the units by their printed codes, from the rows that are a unit's own.

    Tables of units alone go before others.  Where no row with a code ends as the names of
    public bodies do, the first one in a table of units names it, if it is no other known word.
    """
    names: dict[str, str] = {}
    alone = [table for table in tables if lists_units_only(table)]
    for certain, among in ((True, alone), (False, alone), (True, tables), (False, tables)):
        for table in among:
            for row in table.rows:
                code = row.codes.get("unit")
                if not code or code in names or set(row.codes) & set(CODED) or row.path:
                    continue
                if is_organisation(row.label) if certain else _can_be_unit(row, table):
                    names[code] = fold(row.label)
    return names


def _can_be_unit(row: Row, table: Table) -> bool:
    return lists_units(table) and not row.texts and _is_own(row.label)


def lists_units(table: Table) -> bool:
    """Whether the labels of a table are, or hang under, names of units: its stub says so."""
    return _UNIT_STUB.search(table.stub) is not None


def lists_units_only(table: Table) -> bool:
    """Whether the labels of a table are units and nothing else."""
    return bool(table.stub) and not _UNIT_NAMES.sub("", table.stub)


def _is_own(label: str) -> bool:
    """Whether a label is none of the words that mean the same in every table."""
    bare = strip_ordinal(label)[1]
    known = lexicon().is_total(bare) or lexicon().term(bare)
    return label != UNLABELLED and not known and not classification("function").codes(bare)


def is_organisation(label: str) -> bool:
    """Whether a label ends as the names of public bodies do."""
    return lexicon().organisation.search(fold(label)) is not None


def unit_of(row: Row, context: Context, running: Running) -> str | None:
    """The unit a row belongs to: its own code or name, else that of the unit row above."""
    label = fold(row.label)
    if row.path and running.units and (owner := _owner(row, context)):
        return owner
    if lexicon().is_nature(label):
        running.unit = None
        running.kinds.clear()
        return label
    if lexicon().is_total(strip_ordinal(row.label)[1]) and "unit" not in row.codes:
        running.unit = None
        return None
    code = row.codes.get("unit")
    if is_unit_row(row, context, running):
        running.unit = context.units.get(code, label) if code else label
        running.kinds.clear()
    elif code:
        running.unit = context.units.get(code, running.unit or code)
    return running.unit


def is_unit_row(row: Row, context: Context, running: Running) -> bool:
    """Whether the row is a unit's own line: its name, with or without its code."""
    if set(row.codes) & set(CODED) or row.path or row.side is not None:
        return False
    if row.texts and (not running.units or any(_OF_PROJECTS.search(heading) for heading in row.texts)):
        return False
    label = fold(row.label)
    if label in context.bodies:
        return True
    owner = context.units.get(row.codes.get("unit", ""))
    if owner and (owner == running.unit or classification("function").codes(label)):
        return False  # a row of the unit, below its own
    if label in context.functions and "unit" not in row.codes:
        return False
    named = context.department is not None and label == fold(context.department)
    among = running.economic and running.units and not economic_class(label, context.year)
    told = is_organisation(row.label) or among or (running.only and not running.kinds)
    return named or (told and not lexicon().term(label) and not lexicon().is_nature(label))


def _owner(row: Row, context: Context) -> str | None:
    """The unit under whose name a row stands, where the stub begins with a column of units."""
    outer = fold(row.path[0])
    return context.units.get(row.codes.get("unit", ""), outer) if _is_own(outer) else None
