"""What the command line says, from one catalogue in two languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import click
import yaml

Language = Literal["zh", "en"]


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    text = files("shouzhi").joinpath("catalogue", "messages.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader
    return loaded


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


language_option = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    envvar="SHOUZHI_LANG",
    show_default=True,
    help="Language of what is printed.",
)
