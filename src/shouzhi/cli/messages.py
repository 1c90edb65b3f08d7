"""What the command line says, from one catalogue in two languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import click
import yaml

from shouzhi.catalogue.told import Told, in_english

Language = Literal["zh", "en"]


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = _load("messages.yaml")
    return loaded


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
        told = {name: self._told(value) for name, value in values.items()}
        return _catalogue()[key][self.language].format(**told)

    def _told(self, value: object) -> object:
        """A sentence of the domain in this language; any other value as it is."""
        return self.phrase(value) if isinstance(value, Told) else value

    def maybe(self, prefix: str, member: str | None) -> str:
        """The message `prefix-member`, or the member itself where there is none."""
        known = _catalogue().get(f"{prefix}-{member}")
        return known[self.language] if known else (member or "")

    def phrase(self, text: str) -> str:
        """A sentence about a fault in this language; as it is where nobody has put it so."""
        return in_english(text) if self.language == "en" else text


language_option = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    envvar="SHOUZHI_LANG",
    show_default=True,
    help="Language of what is printed.",
)
