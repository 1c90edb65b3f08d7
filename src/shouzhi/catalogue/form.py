"""What a form is made of: editions, forms, sides, columns and rows, as `forms` reads them.

Everything here is frozen data.  Templates name fields in braces, as in `[{code}]{name}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KINDS: Final = ("budget", "accounts", "performance")
"""Kinds of documents."""

LISTS: Final = ("project", "purchase", "nontax", "task", "indicator", "project_year")
"""What rows can be drawn from besides the members of a dimension: lists of the book."""

PARTS: Final = ("tables", "prose", "annex")
"""Where in a document a form is printed."""

NUMBER_AT: Final = ("left", "right", "none")
"""On which side above a form its number stands."""

Where = Mapping[str, tuple[str, ...]]
"""Members by dimension; several members of one dimension mean their sum.

The members of `year` are `this` and `previous`, or a year.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its headings from the top down, and what it holds.

    It holds amounts at `where`, or the quotient of two stages (`rate`, in percent), or what
    a listed record has itself: amounts (the sum of those fields) or words (`text`).
    `number` is the column number or formula as printed.
    """

    heading: tuple[str, ...]
    where: Where = field(default_factory=dict)
    number: str | None = None
    rate: tuple[str, str] | None = None
    amount: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Stub:
    """A column that tells what a row is: `value` is a template over the row's fields.

    `once` prints a value only where it differs from that of the row above.
    """

    heading: tuple[str, ...]
    value: str
    number: str | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One row or a family of rows.

    A fixed row has a `label` and stands at `where`.  A family has a row for `each` member
    of a dimension at `levels` (or each record of a list), with a template of `labels` for
    each level; `members` are always printed, filled or not.  `rows` stand below each of its
    deepest rows (or below the fixed row) and inside its place.

    `split` gives a row for each member of those dimensions too; `having` keeps to records
    that have something in that field; `texts` are what a fixed row says in columns of words,
    by their field; `group` is a template for the group in which the row stands; `filled`
    leaves out a row without anything in it; `unfilled` prints a row that nothing can stand
    in; `blank` keeps a place free; `hidden` prints no row but what stands below it; `ranked`
    puts units by their natures as `book.yaml` lists these, not in the order of the book.
    """

    label: str = ""
    where: Where = field(default_factory=dict)
    each: str | None = None
    levels: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    having: str | None = None
    rows: tuple[RowSpec, ...] = ()
    level: int = 0
    group: str | None = None
    filled: bool = False
    unfilled: bool = False
    blank: bool = False
    hidden: bool = False
    ranked: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A table, or one half of a table of two or three sides.

    `foot` are the rows that stand level with the foot of the other sides.
    """

    heading: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)
    stub: tuple[Stub, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[RowSpec, ...] = ()
    foot: tuple[RowSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a form that is no table: a label and what stands beside it.

    That is words (`value`, a template) or the amount at `where`.
    """

    label: str
    value: str | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a form under one heading at its left: lines of fields, or sides of a table."""

    lead: str | None = None
    fields: tuple[tuple[Entry, ...], ...] = ()
    sides: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One form of an edition.

    `where` are the coordinates that hold for all of it; `notes` are printed below it, and
    `empty` in their place when nothing stands in it.  `part` tells where it is printed:
    among the tables, inside the prose, or as an annex; `for_each` that there is one for each
    project.  `required` says whether a document without it is incomplete; `plain` prints
    amounts without separators and trailing zeros.
    """

    number: str | None
    title: str
    blocks: tuple[Block, ...]
    where: Where = field(default_factory=dict)
    amount_unit: str | None = None
    notes: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    part: str = "tables"
    for_each: str | None = None
    required: bool = True
    landscape: bool = False
    plain: bool = False

    @property
    def sides(self) -> tuple[Side, ...]:
        """All sides of all its blocks, in order."""
        return tuple(side for block in self.blocks for side in block.sides)


@dataclass(frozen=True, slots=True)
class Captions:
    """What stands above a form: templates left and right, and where its number goes."""

    left: str = ""
    right: str = ""
    number: str = "left"


@dataclass(frozen=True, slots=True)
class ItemRule:
    """What an item is made up of: expenditure on these economic codes, by units of these natures.

    Empty means any.  `where` narrows further (only basic expenditure, say).
    """

    economic: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edition:
    """The forms of one kind of document at one place, with the years in which they hold.

    `zero` is how an amount of zero is printed ("" leaves it empty); `percent` what follows
    a rate.  `items` overrides from which economic codes and units an item is made up here.
    """

    key: str
    document: str
    place: str
    title: str
    valid_from: int
    valid_to: int | None
    authority: tuple[str, ...]
    source: str
    amount_unit: str
    zero: str
    captions: Captions
    forms: tuple[Form, ...]
    where: Where = field(default_factory=dict)
    percent: str = ""
    items: Mapping[str, ItemRule] = field(default_factory=dict)

    def holds(self, year: int) -> bool:
        """Whether the edition is in use in `year`."""
        return self.valid_from <= year and (self.valid_to is None or year <= self.valid_to)

    def form(self, number: str) -> Form:
        """The form with a printed number; raises KeyError where there is none."""
        for form in self.forms:
            if form.number == number:
                return form
        raise KeyError(number)
