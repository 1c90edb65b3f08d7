"""The main figures of a document, by which documents of one department are laid side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from shouzhi.catalogue.loading import load_yaml
from shouzhi.cycle.book import MAIN_STAGE
from shouzhi.facts import Document
from shouzhi.space import Fact

Json = dict[str, Any]

_OF_ITEMS: Final = {"flow": {"expenditure"}, "source": {"fiscal", "general"}}
"""Members beside an item under which tables of that item alone stand."""


class Headline(NamedTuple):
    """A figure by its name and its place, years and stages left out."""

    name: str
    where: Mapping[str, str]


@cache
def headlines() -> tuple[Headline, ...]:
    """The figures of `headlines.yaml`, in the order in which they are shown."""
    found = []
    for node in load_yaml(Path(__file__).with_name("headlines.yaml")).sequence():
        data = node.record(("name", "where"))
        where = {key: member.text() for key, member in data["where"].mapping().items()}
        found.append(Headline(data["name"].text(), where))
    return tuple(found)


def main_figures(document: Document) -> list[Json]:
    """The headline figures that a document prints: amounts in 分, as printed, and where.

    `stage` is the stage of the column: accounts print the original budget beside the outturn.
    """
    own = MAIN_STAGE.get(document.kind, "approved")
    found: dict[tuple[str, str], Json] = {}
    exact: set[tuple[str, str]] = set()
    for fact in document.facts:
        if fact.amount is None or fact.table is None or fact.where.get("year") != str(document.year):
            continue
        stage = fact.where.get("stage", own)
        for name, certain in _named(fact):
            key = (name, stage)
            if key not in found or (certain and key not in exact):
                found[key] = _figure(name, stage, fact)
            if certain:
                exact.add(key)
    order = {headline.name: place for place, headline in enumerate(headlines())}
    return sorted(found.values(), key=lambda each: (order[each["name"]], each["stage"] != own))


def _named(fact: Fact) -> Iterator[tuple[str, bool]]:
    """The headlines that a fact is, each with whether it stands at its very place."""
    where = {key: member for key, member in fact.where.items() if key not in {"year", "stage"}}
    for headline in headlines():
        if where == headline.where:
            yield headline.name, True
        elif "item" in headline.where and where.get("item") == headline.where["item"]:
            rest = where.keys() - {"item"}
            if all(where[key] in _OF_ITEMS.get(key, ()) for key in rest):
                yield headline.name, False


def _figure(name: str, stage: str, fact: Fact) -> Json:
    return {
        "name": name, "stage": stage, "fen": fact.amount, "printed": fact.printed,
        "unit": fact.unit, "table": fact.table, "row": fact.row, "column": fact.column,
        "page": fact.location.page,
    }  # fmt: skip
