"""What the command line says, from one catalogue in two languages."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import click
import yaml

Language = Literal["zh", "en"]


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = _load("messages.yaml")
    return loaded


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences of the readers as patterns, the fullest first, with their English."""
    loaded: dict[str, str] = _load("phrases.yaml")
    ordered = sorted(loaded.items(), key=lambda pair: (pair[0].startswith("{"), -len(pair[0])))
    return tuple((_pattern(said), english) for said, english in ordered)


def _pattern(said: str) -> re.Pattern[str]:
    """A sentence with fields as a pattern that finds what stands in them."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(said)))


def _load(name: str) -> Any:  # noqa: ANN401 - what the file holds
    text = files("shouzhi").joinpath("catalogue", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader


def _loader() -> type[yaml.SafeLoader]:
    """The loader in C where PyYAML has one: ten times as fast."""
    loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader


class Messages:
    """The messages of one language; calling it with a key gives the text filled in."""

    def __init__(self, language: Language = "zh") -> None:
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        """The message `key`; raises KeyError for one that the catalogue does not have."""
        return _catalogue()[key][self.language].format(**values)

    def maybe(self, prefix: str, member: str | None) -> str:
        """The message `prefix-member`, or the member itself where there is none."""
        known = _catalogue().get(f"{prefix}-{member}")
        return known[self.language] if known else (member or "")

    def phrase(self, text: str) -> str:
        """A sentence of the readers in this language; as it is where nobody has put it so."""
        if self.language == "en":
            for pattern, english in _phrases():
                if match := pattern.fullmatch(text):
                    return english.format(
                        **{k: self.phrase(v) for k, v in match.groupdict().items()}
                    )
        return text


language_option = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    envvar="SHOUZHI_LANG",
    show_default=True,
    help="Language of what is printed.",
)
