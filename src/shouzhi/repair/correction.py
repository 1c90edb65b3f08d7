"""A cause and the corrections that explain it, and how they are ranked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shouzhi.repair.ledger import ONE, Effect, Ledger, Number

PATTERNS: Final = (
    "cell", "digit", "transposed", "sign", "point", "unit", "empty", "surplus", "rate", "swapped",
    "moved", "shifted row", "shifted column", "missing row", "several",
)  # fmt: skip
"""What a correction can undo; see `Correction`."""

_LIKENESS: Final = {"sign": 0.1, "transposed": 0.2, "unit": 0.3, "surplus": 0.35,
             "digit": 0.4, "point": 0.5}  # fmt: skip
_UNLIKELY: Final = 9.0
"""The likeness of a negative amount where a positive one is printed."""


@dataclass(frozen=True, slots=True)
class Correction:
    """New numbers by fact index that make the relations of a cause hold.

    A number is an amount in 分, or a Decimal percentage where the fact is a rate.
    `mended` are the broken relations that then hold, `mends` how many of them less those
    that it breaks, `exact` how many hold to the last digit, `keeps` how many held before
    and confirm the new number.  `pattern` is the slip that it undoes:

    - one cell: transposed, digit, sign, point (a decimal point one place off), unit (元 for
      万元), empty (nothing is printed where an amount belongs), surplus (an amount where
      nothing belongs), rate, cell (any other);
    - several: swapped (two rows or cells), moved (an amount in the neighbouring column),
      shifted row (a row one column off), shifted column (amounts one row off), unit (a
      table or a column), several (the fewest cells that explain all);
    - missing row: `change` is empty, `lacking` gives what the row should print as (fact of
      the row above it, 分) for each column, and `like` a fact elsewhere that prints it.

    `scale` is the factor of a change of unit, and of the last digits with it; `agreed`
    tells that two relations or more ask for the number to the last digit.
    """

    change: tuple[tuple[int, Number], ...]
    mended: tuple[int, ...]
    mends: int
    keeps: int
    pattern: str = "cell"
    exact: int = 0
    breaks: tuple[int, ...] = ()
    lacking: tuple[tuple[int, int], ...] = ()
    like: int | None = None
    scale: Decimal = ONE
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: the relations that it breaks and the corrections that explain them, best first.

    `limited` tells that the search was ended before everything was tried.
    """

    broken: tuple[int, ...]
    corrections: tuple[Correction, ...]
    limited: bool = False


def correction(
    change: dict[int, Number], pattern: str, effect: Effect, scale: Decimal = ONE
) -> Correction:
    """A change with what it does."""
    return Correction(
        tuple(sorted(change.items())),
        effect.mended,
        effect.gain,
        effect.keeps,
        pattern,
        effect.exact,
        effect.breaks,
        scale=scale,
        agreed=effect.agreed,
    )


def slip(ledger: Ledger, fact: int, value: int) -> str:
    """What slip of the pen prints an amount as the fact does, where `value` belongs."""
    printed = ledger.amount(fact)
    if not ledger.system.facts[fact].printed:
        return "empty"
    if value == 0:
        return "surplus"
    if printed == -value:
        return "sign"
    if printed * 10_000 == value or value * 10_000 == printed:
        return "unit"
    if printed * 10 == value or value * 10 == printed:
        return "point"
    return _digits(printed, value, ledger.system.quantum[fact])


def _digits(printed: int, value: int, quantum: int) -> str:
    """Whether two amounts differ in one digit or in two that are transposed, as printed."""
    step = max(quantum, 1)
    if (printed < 0) != (value < 0):
        return "cell"
    one, other = str(abs(printed) // step), str(abs(value) // step)
    if len(one) != len(other):
        return "cell"
    places = [i for i, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(places) == 1:
        return "digit"
    neighbours = len(places) == 2 and places[1] - places[0] == 1
    return "transposed" if neighbours and sorted(one) == sorted(other) else "cell"


def rank(ledger: Ledger, found: Correction) -> tuple[float, ...]:
    """More mended first, then the likelier slip, then to the last digit; a leaf over a total."""
    if not found.change:
        return (-found.mends, 0 if found.like is not None else 3, -found.exact, 0, 0, 0, 0)
    fact, value = found.change[0]
    if len(found.change) > 1:
        cells = len(found.change) * (-1 if found.pattern == "swapped" else 1)
        return (-found.mends, 2, -found.exact, cells, -found.keeps, 0, fact)
    like = likeness(ledger, fact, value, found.pattern)
    return (
        -found.mends,
        1,
        0 if found.agreed else 1 if like < 1 else 2 if like < _UNLIKELY else 3,
        -found.exact,
        -found.keeps,
        like,
        _totals(ledger, fact),
        fact,
    )


def likeness(ledger: Ledger, fact: int, value: Number, pattern: str) -> float:
    """How far an amount is from what is printed, nought nearest: by slips, then by digits."""
    if not isinstance(value, int):
        return 1.0
    printed = ledger.amount(fact)
    if value < 0 <= printed:
        return _UNLIKELY
    if value and ledger.confirmed(fact, value):
        return 0.0
    one, other = str(abs(printed)), str(abs(value))
    if pattern == "surplus" and len(one.rstrip("0")) > 1:
        return 2.0
    if pattern in _LIKENESS and (pattern != "sign" or value > 0):
        return _LIKENESS[pattern]
    apart = sum(a != b for a, b in zip(one, other, strict=False)) / len(one)
    return 1.0 + apart if len(one) == len(other) else 2.0 + abs(len(one) - len(other))


def _totals(ledger: Ledger, fact: int) -> int:
    """In how many sums the fact is the total."""
    relations = ledger.system.relations
    return sum(
        coefficient > 0 and relations[number].kind == "sum"
        for number, coefficient in ledger.touching[fact]
    )
