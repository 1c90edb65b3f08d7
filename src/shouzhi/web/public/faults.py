"""What the API says of a question that it cannot read: which parameter, and what it may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shouzhi.web.language import say

Fault = Mapping[str, Any]


def told(errors: Sequence[Fault]) -> str:
    """All faults of the parameters in one line, in the language of the request."""
    return "；".join(dict.fromkeys(map(_told, errors)))


def _told(error: Fault) -> str:
    name = next((part for part in reversed(error.get("loc", ())) if isinstance(part, str)), "")
    return say("参数 {name}：{why}", name=name, why=_why(str(error.get("type", "")), error.get("ctx") or {}))


def _why(kind: str, context: Fault) -> str:
    if kind == "missing":
        return say("必须给出")
    if kind.startswith(("int_", "date_")):
        return say("要是整数")
    bounds = {"greater_than_equal": "ge", "less_than_equal": "le"}
    if kind in bounds:
        sign = "≥" if kind == "greater_than_equal" else "≤"
        return say("要 {sign} {bound}", sign=sign, bound=context.get(bounds[kind], ""))
    lengths = {"string_too_short": "min_length", "string_too_long": "max_length", "too_long": "max_length"}
    if kind in lengths:
        sign = "≥" if kind == "string_too_short" else "≤"
        return say("长度要 {sign} {bound}", sign=sign, bound=context.get(lengths[kind], ""))
    if kind == "literal_error":
        return say("可用的值：{values}", values=context.get("expected", ""))
    return say("格式不对")
