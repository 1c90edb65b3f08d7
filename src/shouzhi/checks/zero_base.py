"""Rates over a base of nought: there is nothing that they could be worked out from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shouzhi.checks import Finding
from shouzhi.checks.scene import Scene
from shouzhi.checks.subject import Subject, finding
from shouzhi.relations import Relation, System


def zero_base(system: System, subjects: Sequence[Subject]) -> Iterator[Finding]:
    """Growth and completion printed although the base is nought, each told once.

    Where something stands over the base, departments print 100%: that is a note.  Where both
    are nought, nothing has grown.
    """
    scene = Scene(system, subjects)
    told: set[int] = set()
    for relation in system.relations:
        if relation.kind != "ratio" or relation.mode == "increase":
            continue
        (top, _), (bottom, _), (rate, _) = relation.terms
        if system.facts[bottom].amount or not system.facts[rate].value or rate in told:
            continue
        told.add(rate)
        yield _over_nought(scene, relation, nothing=not system.facts[top].amount)


def _over_nought(scene: Scene, relation: Relation, *, nothing: bool) -> Finding:
    (top, _), (bottom, _), (rate, _) = relation.terms
    return finding(
        "zero-base",
        scene.subject(rate),
        [scene.mark(rate), scene.mark(bottom)],
        severity="warning" if nothing else None,
        fields={
            "one": scene.full(rate),
            "found": scene.printed(rate),
            "base": scene.full(bottom, rate),
            "now": scene.printed(top),
        },
        found=scene.printed(rate),
    )
