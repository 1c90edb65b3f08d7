"""Deadlines, thresholds and weights set by law, each with its dates and its authority.

`limits.yaml` holds them: a limit has one value at a time, from a date on, until the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a limit from a day on (until `valid_to`, or the next), and who set it."""

    value: Decimal
    valid_from: date
    valid_to: date | None
    authority: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: what it is, the unit it is counted in, and its values, the oldest first."""

    key: str
    title: str
    unit: str
    values: tuple[Value, ...]

    def at(self, day: date) -> Value | None:
        """The value that is in force on a day; None before the first and after the last."""
        found = [value for value in self.values if value.valid_from <= day]
        if not found or (found[-1].valid_to is not None and found[-1].valid_to < day):
            return None
        return found[-1]


@cache
def limits() -> Mapping[str, Limit]:
    """The limits of the catalogue by key, loaded once a process."""
    return read_limits(CATALOGUE / "limits.yaml")


def read_limits(path: Path) -> Mapping[str, Limit]:
    """Read a list of limits; raises CatalogueError with file and line for the first fault."""
    found: dict[str, Limit] = {}
    for key, node in load_yaml(path).mapping().items():
        data = node.record(("title", "unit", "values"))
        values = tuple(map(_value, data["values"].sequence()))
        if not values:
            raise node.fault(f"“{key}”没有值；请补上")
        if list(values) != sorted(values, key=lambda value: value.valid_from):
            raise node.fault(f"“{key}”的值请按起始日期先后排列")
        found[key] = Limit(key, data["title"].text(), data["unit"].text(), values)
    return found


def _value(node: Node) -> Value:
    data = node.record(("value", "valid_from", "authority"), ("valid_to",))
    try:
        value = Decimal(data["value"].text())
    except InvalidOperation:
        raise data["value"].fault("这里应是数") from None
    first = _day(data["valid_from"])
    last = _day(data["valid_to"]) if "valid_to" in data else None
    if last is not None and last < first:
        raise data["valid_to"].fault("终止日期早于起始日期；请核对")
    return Value(value, first, last, data["authority"].text())


def _day(node: Node) -> date:
    try:
        return date.fromisoformat(node.text())
    except ValueError:
        raise node.fault(f"“{node.text()}”不是日期；请写成 2020-10-01") from None
