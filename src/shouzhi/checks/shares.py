"""Shares of one whole that are told together: they make up a hundred percent, and never more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Final

from shouzhi.checks import Finding, Mark
from shouzhi.checks.scene import Scene
from shouzhi.checks.subject import Subject, finding
from shouzhi.relations import System
from shouzhi.space import Coordinates, Location
from shouzhi.statements.claims import Parts, Share
from shouzhi.statements.placing import disjoint

_WHOLE: Final = Decimal(100)

Group = dict[Coordinates, Share]


def shares(system: System, subjects: Sequence[Subject]) -> Iterator[Finding]:
    """Shares that add up to more than all of it, or to less where all the parts are told.

    A share that its own amounts contradict is told by them, once.
    """
    wrong = _wrong(system, subjects)
    for subject in subjects:
        listed = _listed(subject)
        for whole, group in _groups(subject):
            told = list(group.values())
            total = sum((share.percent.value for share in told), start=Decimal(0))
            step = min(Decimal(1).scaleb(-share.percent.decimals) for share in told)
            complete = (whole, frozenset(group)) in listed
            off = total - _WHOLE
            if off <= step * len(told) and not (complete and off < -step * len(told)):
                continue
            marks = [_mark(subject, share) for share in told]
            if not any((mark.text, mark.location) in wrong for mark in marks):
                percents = " + ".join(mark.text for mark in marks)
                fields = {"percents": percents, "total": f"{total}%"}
                yield finding(
                    "shares-total",
                    subject,
                    marks,
                    fields=fields,
                    expected="100%",
                    found=f"{total}%",
                )


def _wrong(system: System, subjects: Sequence[Subject]) -> set[tuple[str, Location]]:
    """The rates that the amounts of a broken relation contradict."""
    scene = Scene(system, subjects)
    broken = (system.relations[number] for number in system.broken())
    rates = (relation.terms[2][0] for relation in broken if relation.kind == "ratio")
    return {(f"{scene.fact(i).printed}%", scene.fact(i).location) for i in rates}


def _listed(subject: Subject) -> set[tuple[Coordinates, frozenset[Coordinates]]]:
    """The wholes of which the prose lists all the parts."""
    claims = (c for c in subject.document.claims if isinstance(c, Parts) and c.closed)
    return {(claim.whole, frozenset(claim.parts)) for claim in claims}


def _groups(subject: Subject) -> Iterator[tuple[Coordinates, Group]]:
    """The shares of one whole in one paragraph, where their parts do not overlap."""
    found: dict[tuple[int, int | None, Coordinates], Group] = defaultdict(dict)
    for claim in subject.document.claims:
        if isinstance(claim, Share):
            place = claim.place
            found[place.section, place.paragraph, claim.whole].setdefault(claim.part, claim)
    for (_, _, whole), group in found.items():
        if len(group) > 1 and all(disjoint(a, b) for a, b in combinations(group, 2)):
            yield whole, group


def _mark(subject: Subject, share: Share) -> Mark:
    figure = share.percent
    heading = subject.document.sections[share.place.section].heading
    return Mark(subject.number, f"{figure.printed}%", figure.place.location, label=heading)
