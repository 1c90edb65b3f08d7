"""What every template can use: words, amounts, addresses, static files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from jinja2 import Environment, StrictUndefined

from shouzhi import __version__
from shouzhi.cycle.sheets import schema
from shouzhi.space import FEN_PER
from shouzhi.web.budget.places import row_address, spot_address
from shouzhi.web.language import say_here, shown, tell
from shouzhi.web.menu import menu
from shouzhi.web.pages import opens


def environment(**options: Any) -> Environment:  # noqa: ANN401 - Django's signature
    """The Jinja2 environment of the pages: strict, escaped, with the house's filters."""
    strict = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "finalize": shown,
    }
    made = Environment(**{**options, **strict, "autoescape": True})  # noqa: S701 - it is told so
    made.globals.update(
        _=say_here,
        static=static,
        url=url,
        version=__version__,
        get_language=translation.get_language,
    )
    made.globals.update(menu=menu, spot_address=spot_address, row_address=row_address, word=word)
    made.globals.update(opens=opens)
    made.filters.update(yuan=yuan, wan=wan, day=day, moment=moment, told=tell)
    return made


def context(request: HttpRequest) -> dict[str, Any]:
    """What every page knows of its request."""
    return {"user": getattr(request, "user", None), "notices": messages.get_messages(request)}


def url(name: str, *arguments: object, **named: object) -> str:
    """The address of a page by name."""
    return reverse(name, args=arguments or None, kwargs=named or None)


def word(kind: str, member: str) -> str:
    """The word of the book for a member: 一般公共预算 for `general`."""
    return schema().word(kind, member)


def yuan(fen: int | None) -> str:
    """An amount of 分 as 元 with two decimals and separators; a dash for none."""
    return "—" if fen is None else _amount(fen, 100)


def wan(fen: int | None) -> str:
    """An amount of 分 as 万元 with two decimals (half away from zero); a dash for none."""
    if fen is None:
        return "—"
    hundredths, rest = divmod(abs(fen), FEN_PER["万元"] // 100)
    hundredths += rest * 2 >= FEN_PER["万元"] // 100
    return _amount(hundredths if fen >= 0 else -hundredths, 100)


def _amount(number: int, parts: int) -> str:
    whole, rest = divmod(abs(number), parts)
    return f"{'-' if number < 0 else ''}{whole:,}.{rest:02d}"


def day(value: date | None) -> str:
    """A date as 2024-02-01; empty for none."""
    return "" if value is None else value.isoformat()[:10]


def moment(value: datetime | None) -> str:
    """A moment in local time to the minute; empty for none."""
    return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
