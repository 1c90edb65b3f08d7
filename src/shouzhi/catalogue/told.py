"""Sentences about faults: Chinese as they stand, with what another language needs to say them.

The domain writes `Told("“{text}”不是金额", text=…)` and gets Chinese; what shows it to a
person says it in another language.  `phrases.yaml` holds the English of every template,
`words.en.yaml` that of the names which the catalogue gives to sheets, columns and choices,
`classifications/names.en.yaml` that of the accounts, `checks.en.yaml` that of the findings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml
from shouzhi.catalogue.templates import fields_of

_SAID: Final = "said"
_WITH: Final = "with"

COMMA: Final = "、"
"""What stands between the members of a list in Chinese."""

Value = str | int | tuple[str, ...]
"""What fills a template: data as it is, another sentence or name (`Told`), or several of these."""


class Told(str):
    """A Chinese text that knows the template and the values that it was made of."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Self:
        """The template filled in; one without values is a text as it stands."""
        filled = {key: _listed(value, COMMA) for key, value in values.items()}
        made = super().__new__(cls, template.format(**filled) if values else template)
        made.template, made.values = template, values
        return made

    def __add__(self, other: str) -> Told:
        """Both one after the other, in whatever language."""
        return Told("{one}{other}", one=self, other=other) if other else self

    def __radd__(self, other: str) -> Told:
        """The same behind a plain text."""
        return Told("{one}{other}", one=other, other=self) if other else self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Value]]:
        """How a copy is made, in this process or another."""
        return (self.template,), dict(self.values)


def term(name: str) -> Told:
    """A name that the catalogue gives to something (a column, a move, an account)."""
    return name if isinstance(name, Told) else Told(name)


def in_english(text: str) -> str:
    """A text in English; what has none stays as it is.

    Any other text is held against the templates: so sentences are known that were kept as text.
    """
    if not isinstance(text, Told):
        return _recognised(text)
    if not text.values:
        return _recognised(text.template)
    said = _english().get(text.template, text.template)
    return said.format(**{key: _spoken(value) for key, value in text.values.items()})


def _spoken(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_spoken, value))
    return in_english(value) if isinstance(value, Told) else str(value)


def _listed(value: Value, comma: str) -> str:
    return comma.join(value) if isinstance(value, tuple) else str(value)


def kept(value: Any) -> Any:  # noqa: ANN401 - anything that JSON holds
    """A value for JSON in which sentences keep what they were made of."""
    if isinstance(value, Told):
        return {_SAID: value.template, _WITH: {k: kept(v) for k, v in value.values.items()}}
    if isinstance(value, Mapping):
        return {key: kept(one) for key, one in value.items()}
    return [kept(one) for one in value] if isinstance(value, list | tuple) else value


def recalled(value: Any) -> Any:  # noqa: ANN401 - as above
    """What `kept` was given, out of JSON; lists of values come back as tuples within a sentence."""
    if isinstance(value, dict):
        if value.keys() == {_SAID, _WITH}:
            return Told(value[_SAID], **{k: _value(v) for k, v in value[_WITH].items()})
        return {key: recalled(one) for key, one in value.items()}
    return [recalled(one) for one in value] if isinstance(value, list) else value


def _value(value: Any) -> Value:  # noqa: ANN401 - as above
    found: Value = tuple(map(recalled, value)) if isinstance(value, list) else recalled(value)
    return found


def _recognised(text: str) -> str:
    exact = _english().get(text)
    if exact is not None:
        return exact
    for pattern, english in _patterns():
        if match := pattern.fullmatch(text):
            return english.format(**{k: _recognised(v) for k, v in match.groupdict().items()})
    return text


@cache
def _english() -> Mapping[str, str]:
    """English by Chinese of sentences and names; raises CatalogueError for a fault."""
    from shouzhi.catalogue.checks import templates_in  # noqa: PLC0415 - it tells by this module

    return {**templates_in("en"), **account_names(), **names(), **_sentences()}


@cache
def _sentences() -> Mapping[str, str]:
    """The sentences about faults, those among the messages of the command line with them."""
    messages = load_yaml(CATALOGUE / "messages.yaml").mapping()
    told = [node for key, node in messages.items() if key.endswith(_TOLD)]
    spoken = {node["zh"].text(): _same_fields(node["zh"].text(), node["en"]) for node in told}
    return {**spoken, **read_english(CATALOGUE / "phrases.yaml")}


@cache
def names() -> Mapping[str, str]:
    """English by Chinese of the catalogue's own names; raises CatalogueError for a fault."""
    return read_english(CATALOGUE / "words.en.yaml")


@cache
def account_names() -> Mapping[str, str]:
    """English by Chinese of the accounts, our own words; raises CatalogueError for a fault."""
    return read_english(CATALOGUE / "classifications" / "names.en.yaml")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences with fields as patterns, those with most words of their own first."""
    fielded = [(said, english) for said, english in _sentences().items() if fields_of(said)]
    ordered = sorted(fielded, key=lambda pair: (pair[0].startswith("{"), -len(_bare(pair[0]))))
    return tuple((_pattern(said), english) for said, english in ordered if _telling(said))


_TOLD: Final = ("-cause", "-remedy")
_FIELD: Final = re.compile(r"\{\w+\}")
_WORD: Final = re.compile(r"[\u4e00-\u9fff]")
_FEWEST: Final = 2


def _telling(said: str) -> bool:
    """Whether a template has words enough of its own to be known by them."""
    return len(_WORD.findall(_bare(said))) >= _FEWEST


def _bare(said: str) -> str:
    return _FIELD.sub("", said)


def _pattern(said: str) -> re.Pattern[str]:
    """A sentence with fields as a pattern that finds what stands in them."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(said)), re.DOTALL)


def read_english(path: Path) -> Mapping[str, str]:
    """English by Chinese; raises CatalogueError with file and line for a field that has no value."""
    return {said: _same_fields(said, node) for said, node in load_yaml(path).mapping().items()}


def _same_fields(said: str, node: Node) -> str:
    text = node.text()
    try:
        unknown = sorted(set(fields_of(text)) - set(fields_of(said)))
    except ValueError:
        raise node.fault(f"“{text}”里的花括号不成对") from None
    if unknown:
        raise node.fault(f"原文没有 {{{unknown[0]}}} 这一项")
    return text
