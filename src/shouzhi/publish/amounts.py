"""Amounts as they are printed: rounded to the unit of the form, with separators or plain."""

from __future__ import annotations

from typing import Final

from shouzhi.publish.table import Figure, FormTable
from shouzhi.space import FEN_PER

DECIMALS: Final = 2
"""How many decimals forms print."""


def quantum(unit: str) -> int:
    """How many 分 the last printed digit is: 1 for 元, 10,000 for 万元."""
    return FEN_PER[unit] // 10**DECIMALS


def rounded(amount: int, step: int) -> int:
    """The nearest multiple of `step`, halves away from zero, as accountants round."""
    half = (abs(amount) + step // 2) // step * step
    return half if amount >= 0 else -half


def shown(figure: Figure, unit: str) -> int | None:
    """What a figure prints, in its own measure: footed where that was done, else rounded."""
    if figure.shown is not None or figure.amount is None:
        return figure.shown
    return figure.amount if figure.rate else rounded(figure.amount, quantum(unit))


def printed(figure: Figure, table: FormTable) -> str:
    """The text of a figure in its table; empty where the edition prints no zero."""
    amount = shown(figure, table.amount_unit)
    if amount is None:
        return ""
    if figure.rate:
        return f"{decimal(amount, 1)}{table.edition.percent}"
    if amount == 0:
        return "" if not table.edition.zero else "0" if table.form.plain else table.edition.zero
    text = decimal(amount, quantum(table.amount_unit))
    return text.replace(",", "").rstrip("0").rstrip(".") if table.form.plain else text


def decimal(amount: int, step: int) -> str:
    """A multiple of `step` with two decimals and separators."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount) // step, 10**DECIMALS)
    return f"{sign}{whole:,}.{rest:02d}"
