"""The audit log as lines: CSV for a spreadsheet, JSON with everything that is hashed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from shouzhi.web.audit.models import Entry
from shouzhi.web.exports import csv_lines

HEAD: Final = (
    "number", "at", "actor", "address", "verb", "kind", "object", "label", "body", "before", "after",
    "comment", "hash",
)  # fmt: skip


def rows(entries: QuerySet[Entry]) -> Iterator[tuple[object, ...]]:
    """The cells of each entry."""
    for entry in entries.select_related("body").iterator(chunk_size=2000):
        yield (
            entry.number, entry.at, entry.actor_name, entry.address, entry.verb, entry.kind,
            entry.object_id, entry.label, entry.body.name if entry.body else "",
            _json(entry.before), _json(entry.after), entry.comment, entry.hash,
        )  # fmt: skip


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def lines(form: str) -> Iterator[str]:
    """The whole log, oldest first, as `csv` or `jsonl`."""
    entries = Entry.objects.order_by("number")
    if form == "csv":
        yield from csv_lines(HEAD, rows(entries))
        return
    for entry in entries.iterator(chunk_size=2000):
        told = {**json.loads(entry.content()), "hash": entry.hash}
        yield json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n"
