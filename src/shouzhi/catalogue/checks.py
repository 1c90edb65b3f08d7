"""The checks as data: what each means, how grave it is, whose rule it is, and two examples.

`checks.yaml` holds a row for every check.  The examples are small documents that the test
suite runs through the reader; in them ` | ` stands for the tab between two cells.
Faults raise CatalogueError with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml
from shouzhi.catalogue.templates import fields_of, fill

KINDS: Final = (
    "arithmetic", "cross-table", "statement", "percentage", "between",
    "completeness", "name", "year", "placeholder", "wording",
)  # fmt: skip
"""What a check looks at, in the order in which the reference page lists it."""

SEVERITIES: Final = ("error", "warning", "rounding", "note")

_ID: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")
_SUBJECT: Final = "SUBJECT"
_CELL: Final = re.compile(r" \|(?: |$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """One or more small documents that are checked together, as texts with tabs."""

    documents: tuple[str, ...]
    between: bool = False


class CheckRow:
    """One check.  `words` are its own words, patterns and thresholds, read by name."""

    def __init__(self, node: Node) -> None:
        data = node.record(
            ("id", "title", "means", "kind", "severity", "message", "passing", "failing"),
            ("authority", "valid_from", "words", "between"),
        )
        self.id = data["id"].text()
        if not _ID.fullmatch(self.id):
            raise data["id"].fault(f"“{self.id}”不是检查的名称；请用小写字母和短横")
        self.title = data["title"].text()
        self.means = data["means"].text()
        self.kind = data["kind"].choice(KINDS)
        self.severity = data["severity"].choice(SEVERITIES)
        self.message = _template(data["message"])
        self.authority = data["authority"].texts() if "authority" in data else ()
        self.valid_from = data["valid_from"].year() if "valid_from" in data else None
        between = data["between"].flag() if "between" in data else False
        self.passing = _example(data["passing"], between=between)
        self.failing = _example(data["failing"], between=between)
        self._words = data["words"].mapping() if "words" in data else {}
        self._patterns: dict[str, re.Pattern[str]] = {}
        self._node = node

    def word(self, name: str) -> Node:
        """One of the check's own words; a fault of the catalogue when it is not there."""
        if name not in self._words:
            raise self._node.fault(f"检查“{self.id}”的 words 里缺少“{name}”")
        return self._words[name]

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of the check's own words."""
        return self.word(name).texts()

    def number(self, name: str) -> int:
        """A threshold of the check."""
        return self.word(name).whole()

    def names(self, name: str) -> Mapping[str, str]:
        """A table of the check's own words: text to text."""
        return {key: node.text() for key, node in self.word(name).mapping().items()}

    def pattern(self, name: str, subject: str = "") -> re.Pattern[str]:
        """A pattern of the check: one, or several of which any may match.

        `subject` stands where the pattern says SUBJECT.
        """
        key = f"{name} {subject}"
        found = self._patterns.get(key)
        if found is None:
            node = self.word(name)
            parts = node.texts() if isinstance(node.value, list) else (node.text(),)
            whole = "|".join(f"(?:{part})" if len(parts) > 1 else part for part in parts)
            try:
                found = re.compile(whole.replace(_SUBJECT, re.escape(subject)))
            except re.error as error:
                raise node.fault(f"不是正确的正则表达式：{error}") from None
            self._patterns[key] = found
        return found

    def holds(self, year: int | None) -> bool:
        """Whether the check is in force for documents of a year; it is where no year is known."""
        return self.valid_from is None or year is None or year >= self.valid_from

    def tell(self, fields: Mapping[str, str]) -> str:
        """The message with its fields filled in."""
        return fill(self.message, fields)


@dataclass(frozen=True, slots=True)
class CheckBook:
    """All checks by id, and the words in which broken relations are told."""

    rows: Mapping[str, CheckRow]
    wording: Mapping[str, str]
    children: Mapping[str, str]
    slips: Mapping[str, str]
    weak: frozenset[str]

    def __getitem__(self, check: str) -> CheckRow:
        return self.rows[check]

    def say(self, name: str, /, **fields: str) -> str:
        """One of the wordings with its fields filled in."""
        return fill(self.wording[name], fields)


@cache
def check_book() -> CheckBook:
    """The checks of the catalogue, loaded once a process."""
    return read_checks(CATALOGUE / "checks.yaml")


def read_checks(path: Path) -> CheckBook:
    """Read a list of checks; raises CatalogueError with file and line for the first fault."""
    data = load_yaml(path).record(("checks", "wording", "children", "slips", "weak"))
    rows: dict[str, CheckRow] = {}
    for node in data["checks"].sequence():
        row = CheckRow(node)
        if row.id in rows:
            raise node.fault(f"检查“{row.id}”写了两次；请只留一个")
        rows[row.id] = row
    wording = {key: _template(node) for key, node in data["wording"].mapping().items()}
    children = {key: node.text() for key, node in data["children"].mapping().items()}
    slips = {key: node.text() for key, node in data["slips"].mapping().items()}
    return CheckBook(rows, wording, children, slips, frozenset(data["weak"].texts()))


def _template(node: Node) -> str:
    """A text whose braces, if any, are in order."""
    text = node.text()
    try:
        fields_of(text)
    except ValueError:
        raise node.fault(f"“{text}”里的花括号不成对") from None
    return text


def _example(node: Node, *, between: bool) -> Example:
    """One document, or a list of documents that are checked together."""
    texts = node.texts() if isinstance(node.value, list) else (node.text(),)
    return Example(tuple(_CELL.sub("\t", text) for text in texts), between)
