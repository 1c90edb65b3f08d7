"""What should be where: the sentence of a finding that tells the slip which was made, and its mending."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.checks import Suspect
from shouzhi.checks.scene import Scene
from shouzhi.checks.subject import column_words, table_words
from shouzhi.repair import Cause, Correction
from shouzhi.space import FEN_PER

_SAYING: Final = {"swapped": "swapped", "moved": "moved", "unit": "other-unit"}
"""The wordings of slips that are told by more than one cell."""


def lead(scene: Scene, cause: Cause, correction: Correction) -> tuple[int, int | Decimal]:
    """The change that stands for a correction of several cells: one that a broken relation names.

    Of an amount in the wrong column it is the one where it belongs.
    """
    relations = (scene.system.relations[number] for number in cause.broken)
    named = {index for relation in relations for index in relation.facts}
    near = [c for c in correction.change if c[0] in named] or list(correction.change)
    if correction.pattern == "moved":
        return max(near, key=lambda change: Decimal(change[1]).copy_abs())
    return near[0]


def shown(scene: Scene, index: int, value: int | Decimal) -> str:
    """A corrected number as its cell would print it."""
    if isinstance(value, Decimal):
        return scene.rate(scene.direction(index) * value, index)
    return scene.amount(value, index)


def remedy(scene: Scene, cause: Cause, suspect: Suspect, words: str) -> str:
    """`words` and what should be where, for a correction that stands alone.

    A rate's own words say it already.
    """
    correction = cause.corrections[0]
    told = scene.system.relations[cause.broken[0]].terms[0][0]
    if suspect.pattern == "rate":
        return words
    if not correction.change:
        return _lacking(scene, correction, suspect, told, words)
    index, _ = lead(scene, cause, correction)
    unit = scene.unit(index)
    fields = {
        "cell": scene.full(index, told),
        "found": scene.printed(index),
        "value": suspect.value,
        "unit": f" {unit}" if unit in FEN_PER else "",
        "words": words,
        "slip": _slip(correction),
    }
    more = _more(scene, correction, index)
    saying = _SAYING.get(suspect.pattern, "sure") if more else "sure"
    return check_book().say(saying, **{**fields, **more})


def _lacking(
    scene: Scene, correction: Correction, suspect: Suspect, told: int, words: str
) -> str:
    above = correction.lacking[0][0]
    name = scene.cell(correction.like, column=False) if correction.like is not None else ""
    return check_book().say(
        "lacking", above=scene.full(above, told), value=suspect.value, name=name, words=words
    )


def _slip(correction: Correction) -> str:
    book = check_book()
    slip = book.slips.get(correction.pattern, "")
    if not slip:
        return ""
    count = len(correction.change)
    if correction.pattern in {"shifted row", "shifted column"}:
        return book.say("slip-cells", slip=slip, count=str(count))
    return book.say("slip", slip=slip)


def _more(scene: Scene, correction: Correction, index: int) -> dict[str, str]:
    """What a slip of several cells is told by besides its first; nothing where that will do."""
    others = [fact for fact, _ in correction.change if fact != index]
    if correction.pattern == "swapped" and others:
        row = scene.fact(index).row
        other = next((fact for fact in others if scene.fact(fact).row != row), None)
        return {} if other is None else {"other": scene.cell(other, column=False)}
    if correction.pattern == "moved" and others:
        row = scene.fact(index).row
        other = next((fact for fact in others if scene.fact(fact).row == row), None)
        if other is None or dict(correction.change)[other]:
            return {}
        return {"from": _column(scene, other), "from_found": scene.printed(other)}
    if correction.pattern == "unit" and len(correction.change) > 1:
        return _unit(scene, correction, index)
    return {}


def _column(scene: Scene, index: int) -> str:
    fact = scene.fact(index)
    if fact.table is None or fact.column is None:
        return ""
    return column_words(scene.subject(index).document.tables[fact.table], fact.column)


def _unit(scene: Scene, correction: Correction, index: int) -> dict[str, str]:
    """The unit that a table or a column says and the one that its numbers are in."""
    fact = scene.fact(index)
    right = FEN_PER.get(fact.unit, 0) * correction.scale
    name = next((unit for unit, fen in FEN_PER.items() if fen == right), None)
    columns = {scene.fact(i).column for i, _ in correction.change}
    if name is None or fact.table is None or fact.row is None:
        return {}
    table = scene.subject(index).document.tables[fact.table]
    which = table_words(table) if len(columns) > 1 or len(table.columns) == 1 else _column(scene, index)
    return {"which": which, "says": fact.unit, "right": name}
