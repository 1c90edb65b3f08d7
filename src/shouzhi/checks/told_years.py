"""Sentences that tell this year's figure of another year: the number is right, the year is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shouzhi.checks import Finding, Mark
from shouzhi.checks.subject import Subject, finding
from shouzhi.relations.across import DEFAULT_STAGE, Origin, canonical, full
from shouzhi.space import Coordinates
from shouzhi.statements.claims import Stated

_NEAR: Mapping[str | None, tuple[str | None, ...]] = {
    "fiscal": ("fiscal", "general"),
    "general": ("general", "fiscal"),
    None: (None, "fiscal", "general"),
}
"""The sources that a sentence can mean, its own first."""


def told_years(subject: Subject) -> Iterator[Finding]:
    """Amounts that a table prints at the same place of this year, and nothing of the year told.

    Last year's amount may well be the same as this year's: then the sentence is wrong only
    where no other sentence tells the amount of this year.
    """
    document, year = subject.document, subject.document.year
    if year is None or document.kind not in DEFAULT_STAGE:
        return
    origin = Origin(document.kind, year, subject.number)
    stated = [claim for claim in document.claims if isinstance(claim, Stated)]
    told = {full(claim.fact.where, origin) for claim in stated if claim.fact.amount}
    printed = {
        canonical(fact, origin): fact.amount
        for fact in document.facts
        if fact.table is not None and fact.amount
    }
    for claim in stated:
        where = full(claim.fact.where, origin)
        if where.get("year") in {None, str(year)} or not claim.fact.amount:
            continue
        own = where | {"year": str(year)}
        if where in printed or own in told:
            continue
        if any(printed.get(place) == claim.fact.amount for place in _places(own)):
            words = f"{where['year']}年"
            yield finding(
                "told-year",
                subject,
                [Mark(subject.number, words, claim.fact.location)],
                fields={"words": claim.fact.printed, "found": where["year"], "year": str(year)},
                expected=str(year),
                found=where["year"],
            )


def _places(where: Coordinates) -> Iterator[Coordinates]:
    for source in _NEAR.get(where.get("source"), (where.get("source"),)):
        yield where | {"source": source} if source else where.without("source")
