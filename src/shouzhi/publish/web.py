"""A publication as one web page that needs nothing else: accessible, printable, no scripts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shouzhi.publish.chart import Chart, svg
from shouzhi.publish.document import DRAFT, Heading, Paragraph, Publication, Table

if TYPE_CHECKING:
    from jinja2 import Template

_FONTS: Final = "'Source Han Serif SC','Noto Serif CJK SC','Noto Serif SC',SimSun,STSong,serif"
_HEADS: Final = "'Source Han Sans SC','Noto Sans CJK SC','Noto Sans SC',SimHei,STHeiti,sans-serif"


@cache
def template(name: str) -> Template:
    """A page of the folder `templates`; everything put into it is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - heavy

    folder = Path(__file__).parent / "templates"
    loader = FileSystemLoader(folder)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)


def write(publication: Publication) -> bytes:
    """The page as UTF-8."""
    anchors = iter(range(1, 10_000))
    page = template("page.html").render(
        publication=publication,
        parts=[_part(part, f"p{next(anchors)}") for part in publication.parts],
        fonts=_FONTS,
        heads=_HEADS,
        draft=DRAFT if publication.draft else "",
    )
    return page.encode("utf-8")


def _part(part: Heading | Paragraph | Table | Chart, anchor: str) -> dict[str, Any]:
    """A part as the template takes it."""
    if isinstance(part, Heading):
        return {"is": "heading", "level": part.level, "text": part.text, "anchor": anchor}
    if isinstance(part, Paragraph):
        return {"is": "paragraph", "text": part.text}
    if isinstance(part, Chart):
        return {"is": "chart", "title": part.title, "said": part.said, "svg": svg(part), "unit": part.unit}
    lines = part.grid.lines()
    captions = part.table.edition.captions
    return {
        "is": "table",
        "anchor": anchor,
        "table": part.table,
        "listed": part.listed,
        "number": (part.table.number or "") if captions.number != "none" else "",
        "on_right": captions.number == "right",
        "head": lines[: part.grid.head],
        "body": lines[part.grid.head :],
        "widths": [f"{100 * width / sum(part.fit.widths):.2f}" for width in part.fit.widths],
        "own": part.table.form.part != "prose",
        "wide": part.fit.landscape,
    }
