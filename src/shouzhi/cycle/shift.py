"""How much an amount is more or less than it was: the difference in 分, the rate in percent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_HUNDREDTH: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Shift:
    """An amount before and after, both in 分."""

    before: int
    after: int

    @property
    def difference(self) -> int:
        """What it is more, in 分; negative where it is less."""
        return self.after - self.before

    @property
    def rate(self) -> Decimal | None:
        """The difference in percent of what it was, to two decimals; None where it was nothing."""
        if not self.before:
            return None
        exact = Decimal(self.difference) * 100 / Decimal(abs(self.before))
        return exact.quantize(_HUNDREDTH, ROUND_HALF_UP)
