"""Causes become findings: one wrong number is told once, with all that it breaks below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.checks import Broken, Finding, Suspect
from shouzhi.checks.scene import Scene
from shouzhi.checks.subject import Subject, finding
from shouzhi.checks.telling import tell
from shouzhi.relations import Relation, System
from shouzhi.repair import Cause, Correction, causes
from shouzhi.space import FEN_PER

MOST_BROKEN: Final = 40
"""Broken relations that one finding lists; a shifted column breaks hundreds."""

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
    sure = suspects[0] if suspects and suspects[0].sure else None
    main = _main(scene, relations, cause.corrections[0] if sure else None)
    expected, found_, difference = _sides(scene, cause, broken[0], sure)
    marks = dict.fromkeys(([sure.mark] if sure else []) + list(broken[0].marks))
    return finding(
        check_of(scene, main),
        scene.subject(main.terms[0][0]),
        tuple(marks),
        severity="warning" if _weak(relations) else None,
        fields={"words": _words(scene, cause, relations, broken, suspects)},
        expected=expected,
        found=found_,
        difference=difference,
        suspect=sure,
        candidates=tuple(suspects[1:] if sure else suspects),
        broken=broken,
        extra=_extra(scene, cause),
    )


def _extra(scene: Scene, cause: Cause) -> dict[str, object]:
    """What else a report may show: cells that change together, and that the search was cut off."""
    extra: dict[str, object] = {}
    if cause.corrections and len(cause.corrections[0].change) > 1:
        extra["together"] = tuple(
            Suspect(scene.mark(index), _value(scene, cause, index, value), "")
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
    if relation.kind == "ratio":
        return "printed-rate"
    if relation.kind == "at_most":
        return "part-exceeds-whole"
    if relation.kind == "balance":
        return "balance"
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


def _main(scene: Scene, relations: Sequence[Relation], correction: Correction | None) -> Relation:
    """The relation that a finding is named after: the narrowest that its suspect stands in.

    A wrong number of the prose makes no error of a table, whatever else it breaks.
    """
    if correction is None:
        return relations[0]
    index = correction.change[0][0]
    mine = [relation for relation in relations if index in relation.facts]
    return mine[0] if mine else relations[0]


def _weak(relations: Sequence[Relation]) -> bool:
    """Whether only families that the amounts themselves witness are broken."""
    weak = check_book().weak
    return all(relation.family[0] in weak for relation in relations)


# -- what it says -----------------------------------------------------------------------


def _suspect(scene: Scene, cause: Cause, place: int) -> Suspect:
    correction = cause.corrections[place]
    index, value = correction.change[0]
    sure = place == 0 and _alone(cause.corrections)
    return Suspect(
        scene.mark(index), _value(scene, cause, index, value), correction.pattern, sure=sure
    )


def _alone(corrections: Sequence[Correction]) -> bool:
    """Whether the first correction explains more, or is better confirmed, than the next."""
    if len(corrections) == 1:
        return True
    first, second = corrections[:2]
    return (first.mends, first.keeps) > (second.mends, second.keeps)


def _value(scene: Scene, cause: Cause, index: int, value: int) -> str:
    """A corrected value as its cell would print it; a rate's is what its amounts give."""
    if scene.fact(index).amount is not None:
        return scene.amount(value, index)
    for number in cause.broken:
        relation = scene.system.relations[number]
        if relation.kind == "ratio" and relation.terms[2][0] == index:
            right = scene.quotient(relation)
            if right is not None:
                return scene.rate(right, index)
    return ""


def _sides(
    scene: Scene, cause: Cause, first: Broken, sure: Suspect | None
) -> tuple[str, str, str]:
    """Expected, found and difference: of the suspect where it is sure, else of the first relation."""
    if sure is None:
        return first.expected, first.found, first.difference
    index, value = cause.corrections[0].change[0]
    fact = scene.fact(index)
    if fact.amount is None:
        return sure.value, scene.printed(index), first.difference
    return sure.value, scene.printed(index), scene.amount(fact.amount - value, index)


def _words(
    scene: Scene,
    cause: Cause,
    relations: Sequence[Relation],
    broken: Sequence[Broken],
    suspects: Sequence[Suspect],
) -> str:
    book = check_book()
    more = book.say("more", count=str(len(relations) - 1)) if len(relations) > 1 else ""
    limited = book.say("limited") if cause.limited else ""
    words = broken[0].words + more
    if not suspects:
        return book.say("unexplained", words=words) + limited
    if not suspects[0].sure:
        return book.say("open", words=words, count=str(len(suspects))) + limited
    index, _ = cause.corrections[0].change[0]
    unit = scene.unit(index)
    slip = book.slips.get(suspects[0].pattern, "")
    return (
        book.say(
            "sure",
            cell=scene.full(index),
            found=scene.printed(index),
            value=suspects[0].value,
            unit=unit if unit in FEN_PER else "",
            slip=book.say("slip", slip=slip) if slip else "",
            words=words,
        )
        + limited
    )


def _merged(found: Sequence[Finding]) -> Iterator[Finding]:
    """One number of the prose that is read as two facts is one cause still.

    “收支总计” is told of income and of expenditure: two facts with one place and one value.
    """
    held: dict[tuple[object, ...], Finding] = {}
    for one in found:
        suspect = one.suspect
        if suspect is None or suspect.mark.table is not None:
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
