"""Corrections of one cell: every broken relation that touches it votes for a number.

Where the vote is inexact by rounding, the numbers near it that a slip of the pen would
have turned into the printed one are tried as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from shouzhi.repair.correction import Correction, correction, slip
from shouzhi.repair.ledger import Ledger, Number

MOST_SLIPS: Final = 2_000
"""Facts of a component up to which the slips around an inexact vote are tried."""


def singles(ledger: Ledger, broken: Iterable[int]) -> Iterator[Correction]:
    """Every correction of one cell that mends more than it breaks."""
    for fact, values in wanted(ledger, broken).items():
        for value in values:
            if isinstance(value, int) and value < 0 and not ledger.system.facts[fact].printed:
                continue
            effect = ledger.effect({fact: value})
            if effect.gain > 0:
                pattern = slip(ledger, fact, value) if isinstance(value, int) else "rate"
                yield correction({fact: value}, pattern, effect)


def wanted(ledger: Ledger, broken: Iterable[int]) -> dict[int, list[Number]]:
    """For each fact of the broken relations, the numbers that these give it, each once."""
    votes: dict[int, list[Number]] = {}
    for number in sorted(broken):
        relation = ledger.system.relations[number]
        for fact, coefficient in relation.terms:
            given = votes.setdefault(fact, [])
            value: Number | None
            if relation.kind == "ratio":
                value = None if coefficient else ledger.quotient(relation)
            else:
                value = ledger.solved(number, fact, coefficient)
            if value is not None and value not in given and value != ledger.value(fact):
                given.append(value)
            if isinstance(value, int) and ledger.slacks[number] and len(votes) < MOST_SLIPS:
                near = slips_near(ledger, fact, value, ledger.slacks[number])
                given.extend(v for v in near if v not in given)
    return votes


def slips_near(ledger: Ledger, fact: int, value: int, slack: int) -> Iterator[int]:
    """Numbers within `slack` of `value` that the printed one is a slip of the pen of."""
    printed, step = ledger.amount(fact), max(ledger.system.quantum[fact], 1)
    for candidate in (-printed, printed * 10, printed // 10 // step * step):
        if abs(candidate - value) <= slack and candidate != printed:
            yield candidate
    digits = str(abs(printed) // step)
    sign = -1 if printed < 0 else 1
    for place, digit in enumerate(digits):
        weight = step * 10 ** (len(digits) - 1 - place) * sign
        for other in "0123456789":
            candidate = printed + (int(other) - int(digit)) * weight
            if other != digit and abs(candidate - value) <= slack:
                yield candidate
        if place and digit != digits[place - 1]:
            candidate = printed + 9 * (int(digit) - int(digits[place - 1])) * weight
            if abs(candidate - value) <= slack:
                yield candidate
