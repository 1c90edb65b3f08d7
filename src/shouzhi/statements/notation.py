"""The notation of `statements.yaml` becomes regular expressions over masked prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from shouzhi.catalogue.names import fold
from shouzhi.catalogue.statements import Entry, StatementBook
from shouzhi.statements.masking import FIGURES, MARKS, NEXT, kind_of

BREAKS: Final = f",;。:!?{NEXT}"
"""The marks that part clauses."""

SIGNS: Final = {"amount": "M", "percent": "P", "count": "C", "number": "N"}
_FIGURE: Final = re.compile(f"[{FIGURES}]")
_PART: Final = re.compile(r"\{([a-z]+\d?)(\?)?\}|\[([^\[\]]*)\](\?)?|([^{\[]+)")
_WORDS: Final = f"[^{BREAKS}{FIGURES}{MARKS['group']}]"


class Pattern(NamedTuple):
    """One way of reading an entry: as written, its expression, its slots with their kinds."""

    entry: Entry
    read: str
    expression: re.Pattern[str]
    slots: dict[str, str]


class Patterns:
    """All patterns, found by the figures of the clause with which they begin."""

    def __init__(self, book: StatementBook) -> None:
        self._kinds = _slot_expressions(book)
        tails, purposes, reasons = map(_choice, (book.tails, book.purposes, book.reasons))
        group = f"[{MARKS['group']}]"
        self._end = (
            f"(?:{tails})?{group}?(?:(?:{purposes}){_WORDS}*)?(?=[{BREAKS}]|$|的?(?:{reasons}))"
        )
        self._by_figures: dict[str, list[Pattern]] = {}
        for entry in book.entries:
            for read in entry.read:
                for figures in _first_figures(read, book.slots):
                    pattern = self._compile(entry, read, book.slots)
                    self._by_figures.setdefault(figures, []).append(pattern)
        silent = self._by_figures.get("", [])
        self._plain = [one for one in silent if not _needed(one)]
        words = {word for one in silent for word in _needed(one)}
        self._speaks = re.compile(
            _choice({*words, *book.levels, *book.relations, *book.directions})
        )

    def beginning(self, clause: str) -> list[Pattern]:
        """The patterns whose first clause has the figures of `clause`, in catalogue order.

        Most clauses have none; of the patterns for those, all but the plainest need a word.
        """
        figures = figures_of(clause)
        if not figures and not self._speaks.search(clause):
            return self._plain
        return self._by_figures.get(figures, [])

    def _compile(self, entry: Entry, read: str, kinds: Mapping[str, str]) -> Pattern:
        slots: dict[str, str] = {}
        expression = ""
        for slot, optional, choice, choice_optional, literal in _PART.findall(read):
            if slot:
                slots[slot] = kinds[slot]
                maybe = "??" if optional else ""  # lazily: 减少 is no subject 减 with 少
                expression += f"(?P<{slot}>{self._kinds[kinds[slot]]}){maybe}"
            elif choice:
                words = "|".join(re.escape(fold(word)) for word in choice.split("|"))
                expression += f"(?:{words}){choice_optional}"
            else:
                expression += _literal(literal, expression)
        return Pattern(entry, read, re.compile(expression + self._end), slots)


def _literal(text: str, before: str) -> str:
    """Words as they stand; 、 right after a figure is the mark of a list."""
    plain = fold(text)
    if plain.startswith("、") and re.search(
        r"\(\?P<(?:amount|count|percent|figures)\d?>[^()]*\)$", before
    ):
        plain = NEXT + plain[1:]
    return re.escape(plain)


def _needed(pattern: Pattern) -> set[str]:
    """Words of which a pattern needs one; none when it takes any words, or a word of a slot."""
    words: set[str] = set()
    for slot, _, choice, optional, literal in _PART.findall(pattern.read):
        if literal:
            words.add(fold(literal))
        elif choice and not optional:
            words.update(map(fold, choice.split("|")))
        elif slot and pattern.slots[slot] in {"level", "relation", "direction"}:
            words.add(f"{{{slot}}}")  # its own words are in the gate anyway
    return words


def figures_of(clause: str) -> str:
    """The figures of a clause as letters: M amount, P percent, C count, N a bare number."""
    return "".join(SIGNS[kind_of(mark) or ""] for mark in _FIGURE.findall(clause))


def _first_figures(read: str, kinds: Mapping[str, str]) -> Iterator[str]:
    """The figures with which a pattern's first clause can stand."""
    first = re.split("[,;:。，；：]", re.sub(r"\[[^\]]*\]\??", "", read))[0]
    signs = [""]
    letters = {
        "amount": "M", "percent": "P", "rate": "PNC", "count": "C", "quantity": "MC", "number": "N",
        "figures": "MPCN", "nought": "N",
    }  # fmt: skip
    for slot, _ in re.findall(r"\{([a-z]+\d?)(\?)?\}", first):
        if choices := letters.get(kinds[slot], ""):
            signs = [sign + letter for sign in signs for letter in choices]
    yield from signs


def _slot_expressions(book: StatementBook) -> dict[str, str]:
    figure = {kind: f"[{MARKS[kind]}]" for kind in ("amount", "percent", "count", "number")}
    directions = _choice(book.directions)
    versus = _versus(book)
    return {
        "place": _WORDS + "+?",
        "places": _WORDS + "+?",
        "extent": _WORDS + "+?",
        "aspect": _WORDS + "+?",
        "lead": _WORDS + "+?",
        "names": _WORDS + "{2,60}?",
        "any": _WORDS + "*?",
        "amount": figure["amount"],
        "percent": figure["percent"],
        "rate": f"[{MARKS['percent']}{MARKS['number']}{MARKS['count']}]",
        "count": figure["count"],
        "quantity": f"[{MARKS['amount']}{MARKS['count']}]",
        "nought": figure["number"],
        "number": figure["number"],
        "figures": f"[{FIGURES}](?:{NEXT}[{FIGURES}])*",
        "direction": rf"(?:{directions})(?:\((?:{directions})\))?",
        "base": f"(?:{_choice(book.bases['before'])}){versus}(?:{_choice(book.bases['after'])})?",
        "versus": versus,
        "institution": _WORDS + "{2,20}?(?:" + _choice(book.owners["endings"]) + ")",
        "level": f"(?:{_choice(book.levels)})",
        "relation": rf"(?:{_choice(book.relations)})(?!\()",
    }


def _versus(book: StatementBook) -> str:
    """What a comparison is made with: a year, a stage, or both."""
    year = f"(?:{_choice(book.bases['years'])}|[{MARKS['year']}])(?:度|年度)?"
    stage = f"(?:的|部门|年初)?(?:{_choice(book.bases['stages'])})"
    return f"(?:{year}(?:{stage})?|{stage})"


def _choice(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
