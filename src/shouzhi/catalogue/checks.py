"""The checks as data: what each means, how grave it is, whose rule it is, and two examples.

`checks.yaml` holds a row for every check.  The examples are small documents that the test
suite runs through the reader; in them ` | ` stands for the tab between two cells.  What the
findings say in another language stands in `checks.<language>.yaml`.
Faults raise CatalogueError with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml
from shouzhi.catalogue.templates import fields_of
from shouzhi.catalogue.told import COMMA, Told, names, term

KINDS: Final = (
    "arithmetic", "cross-table", "statement", "percentage", "between",
    "completeness", "name", "year", "placeholder", "wording",
)  # fmt: skip
"""What a check looks at, in the order in which the reference page lists it."""

SEVERITIES: Final = ("error", "warning", "rounding", "note")

OWN: Final = "zh"
"""The language of checks.yaml itself."""

_SPOKEN: ContextVar[str] = ContextVar("language of the findings", default=OWN)

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
        self.title: str = term(data["title"].text())
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
        """The message with its fields filled in, able to be said in any language."""
        return _told(self.message, fields)

    def spoken(self, title: str, message: str) -> CheckRow:
        """The same check with its title and message in another language."""
        row = copy(self)
        row.title, row.message = title, message
        return row


@dataclass(frozen=True, slots=True)
class CheckBook:
    """All checks by id, and the words in which broken relations are told."""

    rows: Mapping[str, CheckRow]
    wording: Mapping[str, str]
    children: Mapping[str, str]
    slips: Mapping[str, str]
    weak: frozenset[str]
    phrases: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, check: str) -> CheckRow:
        return self.rows[check]

    def say(self, name: str, /, **fields: str) -> str:
        """One of the wordings with its fields filled in."""
        return _told(self.wording[name], fields)

    def phrase(self, text: str) -> str:
        """A word of the catalogue itself (预算, 款) in the language that is spoken."""
        return term(self.phrases.get(text, text))

    def listed(self, texts: Iterable[str]) -> str:
        """Texts one after the other, with the comma of the language between them."""
        comma = self.wording["comma"]
        return Told("{all}", all=tuple(texts)) if comma == COMMA else comma.join(texts)

    def weighed(self, texts: Iterable[str]) -> str:
        """A few texts with semicolons between them, for those that have commas of their own."""
        joined = ""
        for text in texts:
            joined = joined + self.say("semicolon") + text if joined else text
        return joined


def _told(template: str, fields: Mapping[str, str]) -> Told:
    """A template with its fields filled in; a field without a value is left empty."""
    return Told(template, **{**dict.fromkeys(_fields(template), ""), **fields})


_fields = cache(fields_of)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let findings be worded in a language (zh, en) while the block runs."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def check_book() -> CheckBook:
    """The checks of the catalogue in the language that is spoken, loaded once a process."""
    return _book(_SPOKEN.get())


@cache
def templates_in(language: str) -> Mapping[str, str]:
    """What the findings say in Chinese, each text with what it is in a language."""
    own, other = _book(OWN), _book(language)
    found = dict(other.phrases)
    for mine, said in ((own.wording, other.wording), (own.children, other.children), (own.slips, other.slips)):
        found |= {text: said[key] for key, text in mine.items()}
    for key, row in own.rows.items():
        found |= {row.title: other.rows[key].title, row.message: other.rows[key].message}
    return found


@cache
def _book(language: str) -> CheckBook:
    if language == OWN:
        return read_checks(CATALOGUE / "checks.yaml")
    return _translated(_book(OWN), CATALOGUE / f"checks.{language}.yaml")


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
    children = {key: term(node.text()) for key, node in data["children"].mapping().items()}
    slips = {key: term(node.text()) for key, node in data["slips"].mapping().items()}
    return CheckBook(rows, wording, children, slips, frozenset(data["weak"].texts()))


def _translated(book: CheckBook, path: Path) -> CheckBook:
    """The book with what a file says in its language; a text that it does not have stays."""
    data = load_yaml(path).record(("wording", "children", "slips", "phrases", "checks"))
    rows = dict(book.rows)
    for name, node in data["checks"].mapping().items():
        if name not in rows:
            raise node.fault(f"没有“{name}”这项检查；可用的在 checks.yaml 里")
        said = node.record(("title", "message"))
        rows[name] = rows[name].spoken(
            said["title"].text(), _same_fields(said["message"], rows[name].message)
        )
    wording = dict(book.wording)
    for name, node in data["wording"].mapping().items():
        if name not in wording:
            raise node.fault(f"没有“{name}”这句话；可用的在 checks.yaml 的 wording 里")
        wording[name] = _same_fields(node, wording[name])
    return replace(
        book,
        rows=rows,
        wording=wording,
        children={**book.children, **_texts(data["children"])},
        slips={**book.slips, **_texts(data["slips"])},
        phrases={**names(), **_texts(data["phrases"])},
    )


def _same_fields(node: Node, original: str) -> str:
    """A template with no other fields than the original has."""
    text = _template(node)
    if unknown := sorted(set(fields_of(text)) - set(fields_of(original))):
        raise node.fault(f"原文没有 {{{unknown[0]}}} 这一项")
    return text


def _texts(node: Node) -> dict[str, str]:
    return {key: value.text() for key, value in node.mapping().items()}


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
