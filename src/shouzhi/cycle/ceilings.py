"""What is asked for, held against the ceilings: by source, each with everything below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shouzhi.catalogue.classifications import classification

_CARRIED: Final = "carried_over"


@dataclass(frozen=True, slots=True)
class Use:
    """A ceiling of a source and what is asked for under it, both in 分."""

    source: str
    ceiling: int
    asked: int

    @property
    def over(self) -> int:
        """By how much it is exceeded, in 分; negative where there is room."""
        return self.asked - self.ceiling


def uses(ceilings: Mapping[str, int], asked: Iterable[tuple[str, int]]) -> tuple[Use, ...]:
    """Each ceiling with the sum of the amounts (source, 分) at its source or below it."""
    tree = classification("source")
    amounts = list(asked)
    return tuple(
        Use(
            source,
            ceiling,
            sum(amount for at, amount in amounts if at == source or tree.is_ancestor(source, at)),
        )
        for source, ceiling in ceilings.items()
    )


def needs_ceiling(source: str) -> bool:
    """Whether what is asked for from a source needs a ceiling: what is carried over was granted before."""
    return source != _CARRIED and not classification("source").is_ancestor(_CARRIED, source)


def without_ceiling(
    ceilings: Mapping[str, int], asked: Iterable[tuple[str, int]]
) -> dict[str, int]:
    """The amounts in 分 of the sources for which no ceiling was issued, at any level.

    What is carried over was granted in an earlier year and needs none.
    """
    tree = classification("source")
    left: dict[str, int] = {}
    for at, amount in asked:
        if not any(
            at == source or tree.is_ancestor(source, at) for source in (*ceilings, _CARRIED)
        ):
            left[at] = left.get(at, 0) + amount
    return left
