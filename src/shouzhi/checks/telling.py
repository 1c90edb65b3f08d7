"""A broken relation in plain words: both sides, and the gap between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.checks import Broken
from shouzhi.checks.scene import Scene
from shouzhi.relations import Relation

_LISTED: Final = 4
"""Parts that are named one by one; more are told by what they are."""
_LEVELS: Final = {3: "class", 5: "section", 7: "item"}


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides of a relation, written in the unit of its first fact."""

    found: str
    expected: str
    difference: str
    gap: str


def tell(scene: Scene, relation: Relation) -> Broken:
    """One broken relation as the findings tell it."""
    if relation.kind == "ratio":
        return _ratio(scene, relation)
    if relation.kind == "at_most":
        return _at_most(scene, relation)
    if relation.why == "change":
        return _change(scene, relation)
    if len(relation.terms) == 1:
        return _nought(scene, relation)
    if len(relation.terms) > 2:
        return _sum(scene, relation)
    return _equal(scene, relation)


def _broken(scene: Scene, relation: Relation, words: str, sides: Sides) -> Broken:
    marks = tuple(scene.mark(index) for index in relation.facts)
    return Broken(words, sides.expected, sides.found, sides.difference, marks)


def _sides(scene: Scene, index: int, found: int, expected: int) -> Sides:
    return Sides(
        scene.amount(found, index),
        scene.amount(expected, index),
        scene.amount(found - expected, index),
        scene.amount(abs(found - expected), index),
    )


def _sum(scene: Scene, relation: Relation) -> Broken:
    """A whole against the sum of its parts: down the rows, across the columns, or over tables."""
    whole = relation.terms[0][0]
    parts = [(index, -coefficient) for index, coefficient in relation.terms[1:]]
    found = scene.fact(whole).amount or 0
    expected = sum(sign * (scene.fact(index).amount or 0) for index, sign in parts)
    sides = _sides(scene, whole, found, expected)
    words = check_book().say(
        "sum",
        one=scene.full(whole),
        parts=_parts(scene, relation, whole, parts),
        **_fields(sides),
    )
    return _broken(scene, relation, words, sides)


def _fields(sides: Sides) -> dict[str, str]:
    return {"found": sides.found, "expected": sides.expected, "gap": sides.gap}


def _parts(scene: Scene, relation: Relation, whole: int, parts: Sequence[tuple[int, int]]) -> str:
    """What is summed: 各款之和, 各分栏之和, or the parts one by one where they are few."""
    book = check_book()
    if len(scene.places(relation)) > 1 or scene.fact(whole).table is None:
        return _listed(scene, whole, parts)
    fact = scene.fact(whole)
    facts = [scene.fact(index) for index, _ in parts]
    if all(other.row == fact.row for other in facts):
        if len(parts) <= _LISTED:
            names = book.listed(scene.cell(index, row=False) for index, _ in parts)
            return book.say("parts-named", names=names)
        return book.say("parts", children=book.children["columns"])
    name = _children(scene, relation, parts)
    return book.say("parts", children=name)


def _children(scene: Scene, relation: Relation, parts: Sequence[tuple[int, int]]) -> str:
    """What the rows below are: 各类, 各款, 各项, 各单位."""
    children = check_book().children
    lengths = {len(scene.fact(index).where.get("function", "")) for index, _ in parts}
    if relation.why == "function" and len(lengths) == 1:
        level = _LEVELS.get(lengths.pop())
        if level:
            return children[level]
    return children.get(relation.why, children["rows"])


def _listed(scene: Scene, whole: int, parts: Sequence[tuple[int, int]]) -> str:
    """Parts in several tables or in the prose, each with its number."""
    book = check_book()
    named: list[str] = []
    before = whole
    for index, sign in parts[:_LISTED]:
        minus = book.say("minus") if sign < 0 else ""
        named.append(minus + scene.full(index, before) + " " + scene.printed(index))
        before = index
    more = book.say("and-more", count=str(len(parts))) if len(parts) > _LISTED else ""
    return book.say("parts-listed", names=book.listed(named), more=more)


def _equal(scene: Scene, relation: Relation) -> Broken:
    (one, a), (other, b) = relation.terms
    found = scene.fact(one).amount or 0
    expected = -a * b * (scene.fact(other).amount or 0)
    sides = _sides(scene, one, found, expected)
    words = check_book().say(
        "equal",
        one=scene.full(one),
        other=scene.full(other, one),
        found=scene.printed(one) + _differing_unit(scene, one, other),
        expected=scene.printed(other) + _differing_unit(scene, other, one),
        gap=sides.gap,
    )
    return _broken(scene, relation, words, sides)


def _differing_unit(scene: Scene, index: int, other: int) -> str:
    unit = scene.unit(index)
    return f" {unit}" if unit != scene.unit(other) else ""


def _nought(scene: Scene, relation: Relation) -> Broken:
    index = relation.terms[0][0]
    sides = _sides(scene, index, scene.fact(index).amount or 0, 0)
    key = "absent" if relation.why == "absent" else "nought"
    words = check_book().say(key, one=scene.full(index), found=sides.found)
    return _broken(scene, relation, words, sides)


def _change(scene: Scene, relation: Relation) -> Broken:
    """What it is now less what it was, against the change that the prose tells."""
    (now, _), (before, _), (change, sign) = relation.terms
    gap = (scene.fact(now).amount or 0) - (scene.fact(before).amount or 0)
    said = -sign * (scene.fact(change).amount or 0)
    sides = Sides(
        scene.amount(said, change),
        scene.amount(gap, change),
        scene.amount(said - gap, change),
        scene.amount(abs(said - gap), change),
    )
    words = check_book().say(
        "change",
        one=scene.full(change),
        now=scene.printed(now),
        before=scene.printed(before),
        base=scene.full(before, change),
        **_fields(sides),
    )
    return _broken(scene, relation, words, sides)


def _at_most(scene: Scene, relation: Relation) -> Broken:
    """Parts that exceed their whole, or two numbers that the prose compares the wrong way."""
    above = [index for index, sign in relation.terms if sign > 0]
    below = [index for index, sign in relation.terms if sign < 0]
    lead = above[0] if above else below[0]
    found = sum(scene.fact(index).amount or 0 for index in above)
    expected = sum(scene.fact(index).amount or 0 for index in below)
    sides = _sides(scene, lead, found, expected)
    compared = len(relation.terms) == 2 and "Comparison" in relation.family
    words = check_book().say(
        "compared" if compared else "exceeds",
        one=check_book().listed(scene.full(index) for index in above),
        other=check_book().listed(scene.full(index, lead) for index in below),
        word=relation.why,
        **_fields(sides),
    )
    return _broken(scene, relation, words, sides)


def _ratio(scene: Scene, relation: Relation) -> Broken:
    """A rate against the quotient of the two amounts that it is told of."""
    (top, _), (bottom, _), (rate, _) = relation.terms
    sign = scene.direction(rate)
    found = sign * scene.fact(rate).value
    expected = sign * (scene.quotient(relation) or Decimal(0))
    gap = found - expected
    sides = Sides(*(scene.rate(value, rate) for value in (found, expected, gap, abs(gap))))
    words = check_book().say(
        f"ratio-{relation.mode}",
        one=scene.full(rate),
        top=scene.printed(top),
        bottom=scene.printed(bottom),
        found=sides.found,
        expected=sides.expected,
        gap=sides.gap.removesuffix("%"),
    )
    return _broken(scene, relation, words, sides)
