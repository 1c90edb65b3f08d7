"""Causes become findings: one wrong number is told once, with all that it breaks below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.checks import Broken, Finding, Suspect
from shouzhi.checks.remedy import lead, remedy, shown
from shouzhi.checks.scene import Scene
from shouzhi.checks.subject import Subject, finding
from shouzhi.checks.telling import tell
from shouzhi.relations import Relation, System
from shouzhi.repair import Cause, Correction, causes

MOST_BROKEN: Final = 40
"""Broken relations that one finding lists; a shifted column breaks hundreds."""

_BY_KIND: Final = {"ratio": "printed-rate", "at_most": "part-exceeds-whole", "balance": "balance"}
_WITHIN: Final = 0
_ACROSS: Final = 1
_SAID: Final = 2
_BETWEEN: Final = 3


def arithmetic(system: System, subjects: Sequence[Subject]) -> Iterator[Finding]:
    """The findings of a system: one for each cause of what is broken in it."""
    scene = Scene(system, subjects)
    found = [_finding(scene, cause) for cause in causes(system)]
    yield from _merged(found)


def _finding(scene: Scene, cause: Cause) -> Finding:
    relations = sorted(
        (scene.system.relations[number] for number in cause.broken),
        key=lambda relation: _scope(scene, relation),
    )
    broken = tuple(tell(scene, relation) for relation in relations[:MOST_BROKEN])
    suspects = [_suspect(scene, cause, place) for place in range(len(cause.corrections))]
    first = suspects[0] if suspects else None
    sure = first if first and first.sure else None
    main = _main(relations, cause.corrections[0] if sure else None)
    expected, found, difference = _sides(scene, cause, broken[0], sure)
    marks = dict.fromkeys(([sure.mark] if sure else []) + list(broken[0].marks))
    return finding(
        check_of(scene, main),
        scene.subject(main.terms[0][0]),
        tuple(marks),
        severity="warning" if _weak(relations) or _slight(scene, relations) else None,
        fields={"words": _words(scene, cause, broken, suspects)},
        expected=expected,
        found=found,
        difference=difference,
        suspect=first,
        candidates=tuple(suspects[1:]),
        broken=broken,
        extra=_extra(scene, cause),
    )


def _extra(scene: Scene, cause: Cause) -> dict[str, object]:
    """What else a report may show: cells that change together, and that the search was cut off."""
    extra: dict[str, object] = {}
    if cause.corrections and len(cause.corrections[0].change) > 1:
        extra["together"] = tuple(
            Suspect(scene.mark(index), shown(scene, index, value), "")
            for index, value in cause.corrections[0].change
        )
    if cause.limited:
        extra["limited"] = True
    if len(cause.broken) > MOST_BROKEN:
        extra["more"] = len(cause.broken) - MOST_BROKEN
    return extra


# -- which check it is ------------------------------------------------------------------


def _scope(scene: Scene, relation: Relation) -> int:
    """How far a relation reaches: within a table, across tables, into the prose, between books."""
    places = scene.places(relation)
    if len({document for document, _ in places}) > 1:
        return _BETWEEN
    if any(table is None for _, table in places):
        return _SAID
    return _WITHIN if len(places) == 1 else _ACROSS


def check_of(scene: Scene, relation: Relation) -> str:
    """The check in the catalogue that a broken relation belongs to."""
    scope = _scope(scene, relation)
    if scope == _BETWEEN:
        return "between-documents"
    if scope == _SAID:
        return _said(relation)
    if relation.kind in _BY_KIND:
        return _BY_KIND[relation.kind]
    if relation.why == "change":
        return "printed-change"
    if scope == _WITHIN:
        return "sum-in-table"
    return "same-number" if len(relation.terms) == 2 else "sum-across-tables"


def _said(relation: Relation) -> str:
    if relation.kind == "ratio":
        return "stated-rate"
    if relation.why == "change" or relation.family[0] == "nought":
        return "stated-change"
    if "Comparison" in relation.family:
        return "stated-direction"
    if len(relation.terms) > 2 or relation.kind == "at_most":
        return "stated-parts"
    return "stated-amount"


def _main(relations: Sequence[Relation], correction: Correction | None) -> Relation:
    """The relation that a finding is named after: the narrowest that its suspect stands in.

    A wrong number of the prose makes no error of a table, whatever else it breaks.
    """
    if correction is None or not correction.change:
        return relations[0]
    changed = {index for index, _ in correction.change}
    mine = [relation for relation in relations if changed & set(relation.facts)]
    return mine[0] if mine else relations[0]


def _weak(relations: Sequence[Relation]) -> bool:
    """Whether only families that the amounts themselves witness are broken."""
    weak = check_book().weak
    return all(relation.family[0] in weak for relation in relations)


def _slight(scene: Scene, relations: Sequence[Relation]) -> bool:
    """Whether only rates are off, and by no more than what is often bent to make 100% add up."""
    most = check_book()["stated-rate"].number("slight")
    for relation in relations:
        right = scene.quotient(relation) if relation.kind == "ratio" else None
        if right is None:
            return False
        rate = scene.fact(relation.terms[2][0])
        step = Decimal(1).scaleb(int(rate.value.as_tuple().exponent))
        if abs(rate.value - right) > most * step:
            return False
    return True


# -- what it says -----------------------------------------------------------------------


def _suspect(scene: Scene, cause: Cause, place: int) -> Suspect:
    """A correction as the findings show it: its first cell, or the row above one that is missing."""
    correction = cause.corrections[place]
    sure = place == 0 and _alone(cause.corrections)
    if correction.change:
        index, value = lead(scene, cause, correction)
        return Suspect(scene.mark(index), shown(scene, index, value), correction.pattern, sure)
    values = "、".join(scene.amount(fen, index) for index, fen in correction.lacking)
    return Suspect(scene.mark(correction.lacking[0][0]), values, correction.pattern, sure)


def _alone(corrections: Sequence[Correction]) -> bool:
    """Whether no other correction explains as much, or none of the others is as well confirmed."""
    first, *others = corrections
    return all(first.keeps > other.keeps for other in others)


def _sides(scene: Scene, cause: Cause, first: Broken, sure: Suspect | None) -> tuple[str, str, str]:
    """Expected, found and difference: of the suspect where it is sure, else of the first relation."""
    if sure is None or not cause.corrections[0].change:
        return first.expected, first.found, first.difference
    index, value = lead(scene, cause, cause.corrections[0])
    amount = scene.fact(index).amount
    if amount is None or isinstance(value, Decimal):
        return sure.value, scene.printed(index), first.difference
    return sure.value, scene.printed(index), scene.amount(amount - value, index)


def _words(
    scene: Scene, cause: Cause, broken: Sequence[Broken], suspects: Sequence[Suspect]
) -> str:
    book = check_book()
    others = len(cause.broken) - 1
    more = book.say("more", count=str(others)) if others else ""
    words = broken[0].words + more
    limited = book.say("limited") if cause.limited else ""
    if not suspects:
        return book.say("unexplained", words=words) + limited
    if not suspects[0].sure:
        return book.say("open", words=words, count=str(len(suspects))) + limited
    return remedy(scene, cause, suspects[0], words) + limited


def _merged(found: Sequence[Finding]) -> Iterator[Finding]:
    """One number of the prose that is read as two facts is one cause still.

    “收支总计” is told of income and of expenditure: two facts with one place and one value.
    """
    held: dict[tuple[object, ...], Finding] = {}
    for one in found:
        suspect = one.suspect
        if suspect is None or not suspect.sure or suspect.mark.table is not None:
            yield one
            continue
        key = (suspect.mark.document, suspect.mark.text, suspect.mark.location, suspect.value)
        before = held.get(key)
        held[key] = one if before is None else _both(before, one)
    yield from held.values()


def _both(one: Finding, other: Finding) -> Finding:
    known = {broken.words for broken in one.broken}
    added = tuple(broken for broken in other.broken if broken.words not in known)
    return replace(one, broken=one.broken + added)
