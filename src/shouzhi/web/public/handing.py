"""How the API hands things out: kept by address, tagged, in the form that is accepted, in parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.request import HttpRequest as Request
from django.urls import reverse
from ninja import Schema

from shouzhi.space import yuan
from shouzhi.warehouse.exports import as_csv, as_parquet, jsonable
from shouzhi.web.language import say
from shouzhi.web.public.keeping import CACHE, Kept, answer
from shouzhi.web.public.links import ServedLinks
from shouzhi.web.public.opening import warehouse
from shouzhi.web.public.shapes import ListAsked

Answer = Mapping[str, Any] | Sequence[Any]

FORMS: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


class ApiFault(Exception):
    """What is not there or cannot be done, with its status."""

    def __init__(self, status: int, why: str, **more: object) -> None:
        super().__init__(why)
        self.status = status
        self.more = more


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list, and how long the whole is."""

    rows: list[dict[str, Any]]
    total: int


def pages_of(request: HttpRequest) -> ServedLinks:
    """Links to the pages of this site with its host, for whoever follows them from elsewhere."""
    return ServedLinks("zh", {}, request.build_absolute_uri(reverse("public:home")))


def one(request: HttpRequest, make: Callable[[], Answer], mark: str = "") -> HttpResponse:
    """An object or a short list as JSON; `mark` names what it hangs on beside warehouse and address."""
    _form(request, None, ("json",))
    held = warehouse()

    def fresh() -> Kept:
        return Kept.of(orjson.dumps(make(), default=_plain), FORMS["json"], held.changed)

    kept = CACHE.get(("api", mark, request.build_absolute_uri()), held.revision, fresh)
    assert kept is not None  # noqa: S101 - `fresh` makes one or raises
    return answer(request, kept)


def listed(
    request: HttpRequest, asked: ListAsked, rows: Sequence[dict[str, Any]], shape: type[Schema]
) -> HttpResponse:
    """A part of a list that is at hand."""
    first = (asked.page - 1) * asked.size
    part = Part(list(rows[first : first + asked.size]), len(rows))
    return given(request, asked, lambda: part, tuple(shape.model_fields))


def given(
    request: HttpRequest, asked: ListAsked, make: Callable[[], Part], fields: Sequence[str], mark: str = ""
) -> HttpResponse:
    """A part of a list in the form that is accepted.

    `mark` names the state of what the list hangs on beside the warehouse.
    """
    form = _form(request, asked.format, tuple(FORMS))
    held = warehouse()

    def fresh() -> Kept:
        part = make()
        return Kept.of(_body(request, asked, part, form, fields), FORMS[form], held.changed)

    kept = CACHE.get(("api", form, mark, request.build_absolute_uri()), held.revision, fresh)
    assert kept is not None  # noqa: S101 - `fresh` makes one or raises
    response = answer(request, kept)
    if form != "json" and response.status_code == 200:
        name = request.path.rstrip("/").rpartition("/")[2]
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _body(request: Request, asked: ListAsked, part: Part, form: str, fields: Sequence[str]) -> bytes:
    if form == "csv":
        return as_csv(part.rows, [name for name in fields if name != "amount_yuan"])
    if form == "parquet":
        return _parquet(part.rows, fields)
    items = [jsonable(row) if "printed" in row else _told(row) for row in part.rows]
    more = asked.page * asked.size < part.total
    told = {"items": items, "total": part.total, "page": asked.page, "size": asked.size}
    return orjson.dumps({**told, "next": _next(request, asked) if more else None}, default=_plain)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    if row.get("amount") is not None and "amount_yuan" not in row:
        return {**row, "amount_yuan": yuan(row["amount"])}
    return dict(row)


def _parquet(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - heavy

    names = [name for name in fields if name != "amount_yuan"]
    return as_parquet(pa.table({name: [row.get(name) for row in rows] for name in names}))


def _next(request: Request, asked: ListAsked) -> str:
    query = [(name, value) for name, values in request.GET.lists() for value in values if name != "page"]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*query, ('page', str(asked.page + 1))])}")


def _form(request: HttpRequest, wished: str | None, offered: Sequence[str]) -> str:
    """The form that is wished for or accepted; raises ApiFault where none of ours is."""
    if wished in offered:
        return str(wished)
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "*/*").split(",")]
    for kind in accepted:
        for name in offered:
            own = FORMS[name].partition(";")[0]
            if kind in {own, "*/*", "", f"{own.partition('/')[0]}/*"}:
                return name
    forms = [FORMS[name].partition(";")[0] for name in offered]
    raise ApiFault(406, say("可给出的格式：{forms}", forms=", ".join(forms)), offered=forms)


def _plain(value: object) -> object:
    if isinstance(value, Schema):
        return value.model_dump()
    return str(value)
