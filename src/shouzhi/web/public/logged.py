"""The correction log as values of its page, and as the file that a served site gives out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

Told = dict[str, Any]

_TEXTS: Final = ("reported", "document", "title", "place", "printed")
_ANSWERED: Final = ("answered", "message", "answer")
_OPTIONAL: Final = ("outcome", "corrected", "in_table", "in_row", "in_column", *_ANSWERED)
_OUTCOMES: Final = frozenset({None, "confirmed", "unfounded", "corrected"})


class NotALog(Exception):
    """A file that is no correction log, with a sentence that tells why."""


def logged(rows: Sequence[Told], **more: object) -> Told:
    """The values of the page for some reports."""
    return {
        "known": True, "number": None, "part": 1, "parts_count": 1,
        "waiting": [row for row in rows if row["state"] == "new"],
        "reports": [row for row in rows if row["state"] == "answered"],
        "waiting_count": sum(row["state"] == "new" for row in rows), **more,
    }  # fmt: skip


def unknown() -> Told:
    """The values of the page where no reports came along."""
    return logged([], known=False)


def read_log(content: bytes) -> list[Told]:
    """The reports of a file: what `/api/v1/corrections` gives, or its list alone.

    Raises NotALog for anything else, and for a part of a longer list.
    """
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotALog(str(error)) from None
    if isinstance(data, dict) and data.get("next"):
        raise NotALog("?size=10000")
    rows = data.get("items") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise NotALog("items")
    return [_row(place, row) for place, row in enumerate(rows, start=1)]


def _row(place: int, row: object) -> Told:
    if not isinstance(row, Mapping) or not isinstance(row.get("number"), int):
        raise NotALog(f"items[{place}].number")
    needed = (*_TEXTS, *(_ANSWERED if row.get("state") == "answered" else ()))
    missing = next((name for name in needed if not isinstance(row.get(name), str)), None)
    places = [row.get(name) for name in ("in_table", "in_row", "in_column")]
    if missing is None and row.get("state") not in {"new", "answered"}:
        missing = "state"
    if missing is None and row.get("outcome") not in _OUTCOMES:
        missing = "outcome"
    if missing is None and not all(one is None or (isinstance(one, int) and one >= 0) for one in places):
        missing = "in_table"
    if missing:
        raise NotALog(f"items[{place}].{missing}")
    return {name: row.get(name) for name in ("number", "state", *_TEXTS, *_OPTIONAL)}
