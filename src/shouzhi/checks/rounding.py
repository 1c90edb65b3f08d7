"""Rounding notes: sums that hold but for the last digits, one note a table, never an error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from shouzhi.checks import Finding
from shouzhi.checks.scene import Scene
from shouzhi.checks.subject import Subject, finding
from shouzhi.checks.telling import tell
from shouzhi.relations import Relation, System


def rounding(system: System, subjects: Sequence[Subject]) -> Iterator[Finding]:
    """A note for each table (and the prose) with sums that only rounding makes hold."""
    scene = Scene(system, subjects)
    rounded: dict[tuple[int, int | None], list[Relation]] = defaultdict(list)
    for relation in system.relations:
        if relation.kind in {"ratio", "at_most"} or not system.residual(relation):
            continue
        if system.holds(relation) and not _converted(scene, relation):
            lead = relation.terms[0][0]
            rounded[scene.owner(lead), scene.fact(lead).table].append(relation)
    for (owner, _), relations in sorted(rounded.items(), key=lambda item: str(item[0])):
        yield _note(scene, subjects[owner], relations)


def _converted(scene: Scene, relation: Relation) -> bool:
    """Whether one number is printed in 元 and in 万元: the digits cut off are no difference."""
    return len(relation.terms) == 2 and len({scene.unit(i) for i in relation.facts}) > 1


def _note(scene: Scene, subject: Subject, relations: Sequence[Relation]) -> Finding:
    """One note: how many sums are off by rounding, and by how much at most."""
    widest = max(relations, key=lambda relation: abs(scene.system.residual(relation)))
    broken = tell(scene, widest)
    lead = widest.terms[0][0]
    return finding(
        "rounding",
        subject,
        broken.marks[:1],
        fields={
            "where": scene.table(lead),
            "count": str(len(relations)),
            "most": broken.difference.lstrip("-"),
            "unit": scene.unit(lead),
            "words": broken.words,
        },
        expected=broken.expected,
        found=broken.found,
        difference=broken.difference,
        broken=(broken,),
        extra={"count": len(relations)},
    )
