"""Corrections of one cell: every broken relation that touches it votes for a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shouzhi.repair.correction import Correction, correction, slip
from shouzhi.repair.ledger import Ledger, Number


def singles(ledger: Ledger, broken: Iterable[int]) -> Iterator[Correction]:
    """Every correction of one cell that mends more than it breaks."""
    for fact, values in wanted(ledger, broken).items():
        for value in values:
            effect = ledger.effect({fact: value})
            if effect.gain > 0:
                pattern = slip(ledger, fact, value) if isinstance(value, int) else "rate"
                yield correction(ledger, {fact: value}, pattern, effect)


def wanted(ledger: Ledger, broken: Iterable[int]) -> dict[int, list[Number]]:
    """For each fact of the broken relations, the numbers that these give it, each once."""
    votes: dict[int, list[Number]] = {}
    for number in sorted(broken):
        relation = ledger.system.relations[number]
        for fact, coefficient in relation.terms:
            value: Number | None
            if relation.kind == "ratio":
                value = None if coefficient else ledger.quotient(relation)
            else:
                value = ledger.solved(number, fact, coefficient)
            given = votes.setdefault(fact, [])
            if value is not None and value not in given and value != ledger.value(fact):
                given.append(value)
    return votes
