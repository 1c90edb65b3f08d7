"""Continuation pages join their table: repeated heads and totals go, cut labels are made whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import strip_ordinal, tidy
from shouzhi.tables import Row
from shouzhi.tables.body import is_total_row, same_row
from shouzhi.tables.header import Head, read_head
from shouzhi.tables.matrix import Matrix


def repeated(piece: Matrix, head: Head) -> int:
    """How many rows at the top of a continuation repeat the head."""
    again = read_head(piece)
    if again is None:
        return 0
    ours, theirs = head.key(), again.key()
    alike = sum(a[-1:] == b[-1:] for a, b in zip(ours, theirs, strict=True))
    return again.height if alike * 2 >= len(ours) else 0


def join(rows: list[Row], more: list[Row]) -> None:
    """Append the rows of a continuation page.

    A total repeated at its top is dropped; a row whose label was cut by the page
    break is made whole.
    """
    if more and rows and is_total_row(more[0]) and any(same_row(more[0], row) for row in rows):
        more = more[1:]
    if more and rows and (whole := _whole_label(rows, more[0])):
        index, label = whole
        rows[index] = replace(rows[index], label=label)
        more = more[1:]
    rows.extend(more)


def _whole_label(rows: Sequence[Row], tail: Row) -> tuple[int, str] | None:
    """(index, label) of the row whose label `tail` finishes; None if it is a row of its own."""
    if any(tail.cells) or set(tail.codes) - {"line"} or tail.texts:
        return None
    for index in range(len(rows) - 1, max(len(rows) - 6, -1), -1):
        row = rows[index]
        if row.side != tail.side:
            continue
        label = tidy(row.label + "\n" + tail.label)
        return (index, label) if _known(label) and not _known(tail.label) else None
    return None


def _known(label: str) -> bool:
    """Whether a label is a name that the catalogue knows."""
    bare = strip_ordinal(label)[1]
    return bool(classification("function").codes(bare) or lexicon().term(bare))
