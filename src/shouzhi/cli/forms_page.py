"""docs/forms.md: every edition and its forms, written from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from shouzhi.catalogue.form import Column, Edition, Form, Side
from shouzhi.catalogue.forms import editions

_DOCUMENTS = {"budget": "预算", "accounts": "决算", "performance": "绩效"}
_PARTS = {"tables": "报表", "prose": "情况说明", "annex": "附件"}


def page() -> str:
    """The whole page: a list of the editions, then each with its forms and their columns."""
    held = list(editions())
    parts = ["# 公开表式", "由 `make docs` 从 `src/shouzhi/catalogue/forms/` 生成，请勿手改。", _list(held)]
    for edition in held:
        parts.extend(_edition(edition))
    return "\n\n".join(parts) + "\n"


def _list(held: list[Edition]) -> str:
    lines = ["| 版本 | 地区 | 文件 | 年度 | 表数 |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| [{e.key}](#{e.key.replace('/', '')}) | {e.place} | {_DOCUMENTS.get(e.document, e.document)} "
        f"| {_years(e)} | {len(e.forms)} |"
        for e in held
    ]
    return "\n".join(lines)


def _years(edition: Edition) -> str:
    return f"{edition.valid_from}—{edition.valid_to or '今'}"


def _edition(edition: Edition) -> Iterator[str]:
    yield f"## {edition.key}"
    yield "依据：" + "；".join(edition.authority)
    yield f"表式出处：{edition.source}。金额单位：{edition.amount_unit}。"
    lines = ["| 表号 | 名称 | 位置 | 栏目 |", "| --- | --- | --- | --- |"]
    lines += [_form(form) for form in edition.forms]
    yield "\n".join(lines)


def _form(form: Form) -> str:
    title = form.title if form.required else f"{form.title}（可无）"
    columns = "；".join(_side(side) for side in form.sides)
    return f"| {form.number or ''} | {title} | {_PARTS[form.part]} | {columns} |"


def _side(side: Side) -> str:
    words = "、".join(filter(None, map(_column, side.columns)))
    return f"{'·'.join(side.heading)}：{words}" if side.heading and words else words


def _column(column: Column) -> str:
    """A heading path, or the number of the column where it has none."""
    return "·".join(word for word in column.heading if word)
