"""What a row takes from its document, and from the rows above it in its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shouzhi.space import Coordinates


@dataclass(frozen=True, slots=True)
class Context:
    """What rows inherit: the year, the department, and the names of units by their codes.

    `functions` are codes by their names in the document, `own` by the code of a unit and
    the name among its own; `bodies` the names of the units.
    """

    year: int | None
    department: str | None
    units: Mapping[str, str]
    functions: Mapping[str, str]
    own: Mapping[tuple[str, str], str] = field(default_factory=dict)
    bodies: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep the names of the units at hand: every row is asked whether it is one."""
        object.__setattr__(self, "bodies", frozenset(self.units.values()))


@dataclass(slots=True)
class Running:
    """What the rows above say of the rows below: the unit, its nature, the 类 and 款 of a side.

    `economic` says that the table lists economic classes by their names, `numbering` that the
    ordinals before its labels count them and are no part of names; `head` is the place of the
    last row with a label, `told` what columns of words have said since.
    """

    unit: str | None = None
    over: dict[str | None, str] | None = None
    carried: dict[str | None, bool] | None = None
    numbered: str | None = None
    units: bool = False
    only: bool = False
    last: dict[str | None, Coordinates] = field(default_factory=dict)
    detailed: frozenset[str] = frozenset()
    listed: bool = False
    numbered_carry: bool = False
    kinds: dict[str | None, str] = field(default_factory=dict)
    economic: bool = False
    numbering: bool = False
    head: Coordinates = field(default_factory=Coordinates)
    told: Coordinates = field(default_factory=Coordinates)

    def function(self, side: str | None) -> str | None:
        """The function last read on a side."""
        return (self.over or {}).get(side)
