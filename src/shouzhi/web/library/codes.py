"""Codes of accounts and units of a declaration, found by number or name as in the entry grid."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.names import fold
from shouzhi.catalogue.told import term
from shouzhi.cycle.lookup import ACCOUNTS, Account, find, nearest, settle
from shouzhi.web.budget.entry.protocol import answer
from shouzhi.web.language import say, tell
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import within
from shouzhi.web.typed import whole

_MOST: Final = 40
_YEARS: Final = range(1990, 2100)
WORDS: Final = ("{n} 个可选，用上下键选择", "没有找到；可以照填，保存时再核对", "可选的内容")
_CODE_AND_NAME: Final = re.compile(r"(\d+)[\s\u3000]+\S.*")


@page("project.enter")
def codes(request: HttpRequest) -> HttpResponse:
    """What a field may take (`?kind=function&q=教育&year=2027`): accounts of a year, one's own units."""
    kind, query = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:60]
    if kind in ACCOUNTS:
        found = find(kind, query, _sensible(whole(request.GET.get("year"))), _MOST)
        return answer(
            [{"code": a.code, "name": tell(a.name), "path": tell(a.path)} for a in found]
        )
    if kind != "unit":
        return answer([])
    units = units_like(declaring(request.user), query)[:_MOST]
    return answer(
        [{"code": one.code or one.name, "name": one.name, "path": one.nature} for one in units]
    )


def _sensible(year: int | None) -> int | None:
    """A year of which there may be lists of accounts; None, for any year, where it is not."""
    return year if year is not None and year in _YEARS else None


def declaring(user: Any) -> QuerySet[Body]:  # noqa: ANN401 - a user
    """The units of today for which a person may declare projects."""
    today = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    return within(user, "project.enter").filter(today, kind="unit")


def units_like(bodies: QuerySet[Body], text: str) -> QuerySet[Body]:
    """The units of some bodies whose name holds a text, or whose code begins with it."""
    return bodies.filter(Q(name__icontains=text) | Q(code__startswith=text), kind="unit").order_by(
        "path"
    )


def unit_named(bodies: QuerySet[Body], text: str) -> Body | None:
    """The one unit of some bodies that a text means by its code or its name; None where it is not plain."""
    if not text.strip():
        return None
    units = list(units_like(bodies, code_of(text)))
    same = [one for one in units if one.code == code_of(text) or fold(one.name) == fold(text)]
    found = same or units
    return found[0] if len(found) == 1 else None


def code_of(text: str) -> str:
    """The code of “code name”; any other text as it stands."""
    match = _CODE_AND_NAME.fullmatch(text.strip())
    return match[1] if match else text.strip()


def account(text: str, dimension: str, year: int | None) -> str:
    """The code that was typed, or whose name was; raises ValidationError telling the nearest."""
    year = _sensible(year)
    code = settle(code_of(text), dimension, year)
    if not code or classification(dimension).known(code):
        return code
    close = nearest(dimension, code, year)
    same = [one for one in close if fold(one.name) == fold(code)]
    if len(same) > 1:
        told = say("“{name}”是几个科目的名称，请填编码，如 {near}", name=code, near=_listed(same))
    elif close:
        told = say("科目表里没有“{code}”；相近的有 {near}", code=code, near=_listed(close))
    else:
        told = say("科目表里没有“{code}”", code=code)
    raise ValidationError(told)


def _listed(found: list[Account]) -> str:
    """Codes with their names, and whose they are where several bear one name."""
    alone = len({one.name for one in found}) == len(found)
    return say("、").join(
        f"{one.code} {tell(one.name)}"
        + ("" if alone or not one.path else f"（{tell(one.path.rpartition(' › ')[2])}）")
        for one in found
    )


def combo_words() -> dict[str, str]:
    """What the script of the fields says, in the language of the page."""
    return {text: say(text) for text in WORDS}


class CodeInput(forms.TextInput):
    """A field for a code: text without scripts, with them a list to pick from; the name stands below."""

    def __init__(self, dimension: str) -> None:
        super().__init__({"data-codes": dimension, "autocomplete": "off", "maxlength": "60"})
        self._dimension = dimension

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401 - Django's signature
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ANN401 - Django's signature
    ) -> SafeString:
        """The field, and the name of the code in it."""
        field = super().render(name, value, attrs, renderer)
        known = classification(self._dimension).name(str(value)) if value else None
        return format_html('{}<span class="code-name" data-name>{}</span>', field, say(term(known or "")))


class CodeField(forms.CharField):
    """An account code, typed by number or by name; `account` makes it the code."""

    def __init__(self, dimension: str, label: str) -> None:
        super().__init__(label=label, required=False, widget=CodeInput(dimension), max_length=60)
