"""The facts of a system in words: whose they are, where they stand, and what they say."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.checks import Mark
from shouzhi.checks.subject import Subject, column_words, place_words, row_words, table_words
from shouzhi.relations import Relation, System
from shouzhi.space import FEN_PER, Fact, parse_amount
from shouzhi.statements.claims import Count, Stated
from shouzhi.tables import Section

_CLAUSE: Final = "。；;！!？?"
_COMMA: Final = re.compile(r"[，：:]|,(?!\d{3})")
_LONGEST_CLAUSE: Final = 40


class Scene:
    """A system of relations over the documents that its facts come from.

    The facts of the documents come first, each document's in a row; numbers that the
    relations room took from the prose follow them and belong where their relation says.
    """

    def __init__(self, system: System, subjects: Sequence[Subject]) -> None:
        self.system = system
        self.subjects = subjects
        self.starts: list[int] = []
        total = 0
        for subject in subjects:
            self.starts.append(total)
            total += len(subject.document.facts)
        self.told = total

    def fact(self, index: int) -> Fact:
        """The fact with an index of the system."""
        return self.system.facts[index]

    def owner(self, index: int) -> int:
        """The position of the document that a fact belongs to."""
        if index < self.told:
            return bisect_right(self.starts, index) - 1
        return self._taken.get(index, 0)

    def subject(self, index: int) -> Subject:
        """The document that a fact belongs to."""
        return self.subjects[self.owner(index)]

    @cached_property
    def _taken(self) -> dict[int, int]:
        """The owners of what the relations room added: numbers of the prose, and empty cells."""
        owners = {index: place[0] for place, index in self.system.cells.items()}
        for relation in self.system.relations:
            taken = [index for index in relation.facts if index >= self.told]
            if taken:
                owner = self._owner_of(relation)
                owners.update(dict.fromkeys(taken, owner))
        return owners

    def _owner_of(self, relation: Relation) -> int:
        held = relation.family[1] if len(relation.family) > 1 else None
        if isinstance(held, int) and 0 <= held < len(self.subjects):
            return held
        known = [index for index in relation.facts if index < self.told]
        return bisect_right(self.starts, known[0]) - 1 if known else 0

    def places(self, relation: Relation) -> set[tuple[int, int | None]]:
        """The tables that a relation touches, as (document, table); None stands for the prose."""
        return {(self.owner(index), self.fact(index).table) for index in relation.facts}

    def mark(self, index: int) -> Mark:
        """Where a fact stands."""
        fact = self.fact(index)
        if fact.table is not None and fact.row is not None:
            row = self.subject(index).document.tables[fact.table].rows[fact.row]
            label = row.label
        else:
            label = self.clause(index)
        return Mark(
            self.subject(index).number, fact.printed, fact.location, fact.table, fact.row, fact.column,
            label, fact.location.box,
        )  # fmt: skip

    # -- places in words -------------------------------------------------------------

    def table(self, index: int, beside: int | None = None) -> str:
        """The table of a fact with its place and, among several documents, its document.

        `beside` is a fact named just before: what goes without saying after it is left out.
        """
        fact = self.fact(index)
        place = place_words(fact.location)
        known = beside is not None and self.owner(beside) == self.owner(index)
        if known and beside is not None and self.fact(beside).table == fact.table:
            return "" if self.fact(beside).location == fact.location else place
        tables = self.subject(index).document.tables
        name = check_book().say("prose") if fact.table is None else table_words(tables[fact.table])
        whole = place + " " + name if place else name
        if known or len(self.subjects) == 1:
            return whole
        return f"{self.subject(index).document.title} " + whole

    def cell(self, index: int, *, column: bool = True, row: bool = True) -> str:
        """A cell by its row and column, or the words of the prose around a number."""
        fact = self.fact(index)
        if fact.table is None or fact.row is None or fact.column is None:
            return check_book().say("said", words=self.clause(index))
        table = self.subject(index).document.tables[fact.table]
        words = row_words(table, fact.row) if row else ""
        if column and (len(table.columns) > 1 or not words):
            words += check_book().say("column", name=column_words(table, fact.column))
        return words or check_book().say("this-cell")

    def full(self, index: int, beside: int | None = None) -> str:
        """A number with its table and cell, as it is named on its own or after another."""
        return self.table(index, beside) + self.cell(index)

    def clause(self, index: int) -> str:
        """The clause of the prose that a number stands in, shortened around it."""
        fact = self.fact(index)
        span = self._spans.get(index)
        if span is not None:
            text, start = span
        else:
            text, start = self._found(index, fact)
        if start < 0:
            return f"{fact.printed}{fact.unit}"
        return _around(text, start, start + len(fact.printed))

    @cached_property
    def _spans(self) -> dict[int, tuple[str, int]]:
        """The paragraph of each stated number, and where in it the number begins."""
        found: dict[int, tuple[str, int]] = {}
        for subject, start in zip(self.subjects, self.starts, strict=True):
            document = subject.document
            prose = (i for i, fact in enumerate(document.facts, start) if fact.table is None)
            claims = (claim for claim in document.claims if isinstance(claim, Stated | Count))
            for index, claim in zip(prose, claims, strict=False):
                section = document.sections[claim.span.section]
                found[index] = (_text(section, claim.span.paragraph), claim.span.start)
        return found

    def _found(self, index: int, fact: Fact) -> tuple[str, int]:
        """A number that no statement spans, sought in the paragraph at its place."""
        pattern = re.compile(rf"(?<![\d.,]){re.escape(fact.printed)}(?![\d,]|\.\d)")
        for spoken in self.subject(index).spoken:
            if spoken.location == fact.location and (match := pattern.search(spoken.text)):
                return spoken.text, match.start()
        return "", -1

    # -- amounts in words -------------------------------------------------------------

    def unit(self, index: int) -> str:
        """The unit that a fact is printed in."""
        return self.fact(index).unit

    def printed(self, index: int) -> str:
        """A number as it is printed, with % where it is a rate; （空） for an empty cell."""
        fact = self.fact(index)
        if not fact.printed:
            return check_book().say("empty")
        if fact.amount is None:
            return self.rate(self.direction(index) * fact.value, index)
        return self.amount(fact.amount, index)

    def amount(self, fen: int, index: int) -> str:
        """分 written as fact `index` is: in its unit, with the decimals of its table."""
        fact = self.fact(index)
        if fact.unit not in FEN_PER:
            value = Decimal(fen) / 100
            return f"{value:,.{_decimals(fact)}f}"
        step = self.system.quantum[index] or self._steps.get((self.owner(index), fact.table), 1)
        whole = Decimal(fen) / FEN_PER[fact.unit]
        decimals = max(Decimal(FEN_PER[fact.unit]).adjusted() - Decimal(step).adjusted(), 0)
        exact = -min(int(whole.normalize().as_tuple().exponent), 0)
        return f"{whole:,.{max(decimals, exact)}f}"

    @cached_property
    def _steps(self) -> dict[tuple[int, int | None], int]:
        """The last digit that each table prints: what an empty cell of it would be printed with."""
        steps: dict[tuple[int, int | None], int] = {}
        for index, step in enumerate(self.system.quantum[: self.told]):
            if step:
                place = self.owner(index), self.fact(index).table
                steps[place] = min(step, steps.get(place, step))
        return steps

    def direction(self, index: int) -> int:
        """-1 for a rate whose sign a word tells (下降 5.95%), so that it is shown as printed."""
        fact = self.fact(index)
        return -1 if fact.value < 0 and fact.printed[:1].isdigit() else 1

    def rate(self, value: Decimal, index: int) -> str:
        """A percentage with the decimals of fact `index`."""
        step = Decimal(1).scaleb(-_decimals(self.fact(index)))
        return f"{value.quantize(step, ROUND_HALF_UP):f}%"

    def quotient(self, relation: Relation, change: dict[int, int] | None = None) -> Decimal | None:
        """The percentage that the two amounts of a ratio give, None over nought."""
        (top, _), (bottom, sign), _ = relation.terms
        changed = change or {}
        above = Decimal(changed.get(top, self.fact(top).amount or 0))
        below = Decimal(changed.get(bottom, self.fact(bottom).amount or 0))
        if relation.mode == "growth":
            above -= below
        elif relation.mode == "increase":
            above, below = sign * below, above - sign * below
        return 100 * above / below if below else None


def _decimals(fact: Fact) -> int:
    amount = parse_amount(fact.printed)
    return amount.decimals if amount else 2


def _text(section: Section, paragraph: int | None) -> str:
    if paragraph is None:
        return section.heading
    return section.paragraphs[paragraph].text if paragraph < len(section.paragraphs) else ""


def _around(text: str, start: int, end: int) -> str:
    """The clause around [start, end) of a text, cut at a comma where it is long."""
    left = max((text.rfind(mark, 0, start) for mark in _CLAUSE), default=-1) + 1
    stops = [place for mark in _CLAUSE if (place := text.find(mark, end)) >= 0]
    right = min(stops, default=len(text))
    commas = [match.start() for match in _COMMA.finditer(text, left, right)]
    if end - left > _LONGEST_CLAUSE:
        near = [place for place in commas if end - _LONGEST_CLAUSE <= place < start]
        left = near[0] + 1 if near else max(left, start - _LONGEST_CLAUSE // 2)
    if right - start > _LONGEST_CLAUSE:
        right = next((place for place in commas if place >= end), right)
    return text[left:right].strip()
