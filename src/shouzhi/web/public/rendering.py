"""The public pages as HTML: one environment for the server and for static files, without a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import shouzhi
from shouzhi.catalogue.loading import load_yaml
from shouzhi.catalogue.told import account_names
from shouzhi.publish.manifest import NAME as MANIFEST
from shouzhi.space import FEN_PER
from shouzhi.warehouse.figures import Figure
from shouzhi.warehouse.names import member_name
from shouzhi.web.language import english
from shouzhi.web.public.links import Language, Links, Paths, cell, source

_FOLDER: Final = Path(__file__).parent / "jinja2"
_SCALES: Final = {
    "zh": ((FEN_PER["亿元"], "亿元"), (FEN_PER["万元"], "万元"), (FEN_PER["元"], "元")),
    "en": ((100_000_000_000, "bn yuan"), (FEN_PER["百万元"], "m yuan"), (FEN_PER["元"], "yuan")),
}
_STAGES: Final = {"approved": "年初预算", "adjusted": "调整预算", "outturn": "决算", "executed": "预算执行"}
_LEAST: Final = Decimal("0.0005")
_ORDER: Final = ("pdf", "docx", "doc", "xlsx", "xls", "html")
_KINDS: Final = {"budget": "预算", "accounts": "决算", "performance": "绩效"}


def render(template: str, links: Links, **values: object) -> str:
    """A page; `links` tell its language and where it stands."""
    page = _environment(links.language).get_template(f"public/{template}.html")
    return page.render(
        links=links, paths=Paths, lang=links.language, version=shouzhi.__version__,
        source=lambda figure: source(links, figure), cell=lambda *place: cell(links, *place), **values,
    )  # fmt: skip


@cache
def _environment(language: Language) -> Environment:
    """The templates with the words and amounts of one language."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    said = speaker(language)
    made.globals.update(
        _=said,
        named=lambda dimension, member, year=None: said(member_name(dimension, member, year)),
        stage_name=lambda stage: said(_STAGES.get(stage, stage)),
        published=published,
        kind_name=lambda kind: said(_KINDS.get(kind, kind)),
    )
    made.filters.update(
        money=lambda amount: money(amount, language),
        size=size, wan=wan, yuan=yuan, percent=percent, signed=signed, json=as_json,
    )  # fmt: skip
    return made


@cache
def speaker(language: Language) -> Callable[..., str]:
    """What turns Chinese words into those of a language, and fills in their `{names}`."""

    def say(text: str, **values: object) -> str:
        said = text if language == "zh" else _english().get(text, text)
        return said.format(**values) if values else said

    return say


@cache
def _english() -> Mapping[str, str]:
    """All that these pages can say in English: their own words first, the accounts' last."""
    return {**account_names(), **english(), **_own()}


@cache
def _own() -> Mapping[str, str]:
    """English words of these pages alone; raises CatalogueError for a fault."""
    return {chinese: node.text() for chinese, node in load_yaml(_FOLDER.parent / "words.yaml").mapping().items()}


def money(amount: Figure | int | None, language: Language) -> Markup:
    """An amount of 分 for the eye: three or four digits that matter and their unit."""
    if amount is None:
        return Markup("—")
    fen = amount.amount if isinstance(amount, Figure) else amount
    scale, unit = next((s for s in _SCALES[language] if abs(fen) >= s[0]), _SCALES[language][-1])
    value = Decimal(fen) / scale
    places = 2 if abs(value) < 100 else 1 if abs(value) < 1000 else 0
    return Markup('<data value="{}">{}<small>{}</small></data>').format(
        yuan(fen).replace(",", ""), f"{value:,.{places}f}", f" {unit}"
    )


def wan(amount: Figure | int | None) -> str:
    """An amount of 分 in 万元 with two decimals; a dash for none."""
    if amount is None:
        return "—"
    fen = amount.amount if isinstance(amount, Figure) else amount
    return f"{Decimal(fen) / FEN_PER['万元']:,.2f}"


def yuan(amount: Figure | int | None) -> str:
    """An amount of 分 in 元 with two decimals; a dash for none."""
    if amount is None:
        return "—"
    fen = amount.amount if isinstance(amount, Figure) else amount
    return f"{Decimal(fen) / 100:,.2f}"


def published(head: Mapping[str, Any]) -> list[str]:
    """The files of a document as they were published, in the order in which readers want them."""
    names = [name for name in head["files"] or () if "/" not in name]
    return sorted(names, key=lambda name: (_rank(name), name))


def _rank(name: str) -> int:
    suffix = name.rpartition(".")[2].lower()
    if name == MANIFEST:
        return len(_ORDER) + 1
    return _ORDER.index(suffix) if suffix in _ORDER else len(_ORDER)


def size(count: int) -> str:
    """Bytes for the eye; a dash for none."""
    if not count:
        return "—"
    return f"{max(1, round(count / 1024)):,} KB" if count < 1024 * 1000 else f"{count / 1024 / 1024:.1f} MB"


def percent(part: Decimal | float | None) -> str:
    """A share or a rate as a percentage with one decimal; a dash for none."""
    if part is None:
        return "—"
    return "<0.1%" if 0 < part < _LEAST else f"{part * 100:.1f}%"


def signed(part: Decimal | float | None) -> str:
    """A change as a percentage with its sign; a dash for none."""
    return "—" if part is None else f"{part * 100:+.1f}%".replace("-", "−")


def as_json(value: Mapping[str, Any] | list[Any]) -> Markup:
    """Data for a script of the page: JSON in which nothing can end the element."""
    text = orjson.dumps(value).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here
