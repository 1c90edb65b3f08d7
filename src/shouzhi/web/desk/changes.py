"""What differs between two versions of a document as findings: one for each line that changed.

A published figure that was changed afterwards is looked at like any other finding: is it
told in the new version, is it right, was it right before?
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.told import Told, term
from shouzhi.checks import Finding, Mark, Severity
from shouzhi.checks.subject import Subject
from shouzhi.facts import Document
from shouzhi.publish.compare import Change
from shouzhi.space import Fact

CHECK: Final = "new-version"
TITLE: Final = term("新旧版的数字不同")
MOST_TOLD: Final = 6
"""Columns of one line that its message tells."""
_NONE: Final = term("无")


def findings(before: Document, after: Document, changes: Iterable[Change]) -> list[Finding]:
    """A finding for each line that changed, in the order of the new version.

    `found` is what the new version prints, `expected` what the old one did.
    """
    lines: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        lines.setdefault((change.table, change.label), []).append(change)
    return [_finding(before, after, line) for line in lines.values()]


def _finding(before: Document, after: Document, line: Sequence[Change]) -> Finding:
    first = line[0]
    told = [_words(c, first) for c in line[:MOST_TOLD]]
    if len(line) > MOST_TOLD:
        told.append(Told("共 {count} 栏", count=len(line)))
    where = [m for c in line for m in (_mark(after, 1, c.new), _mark(before, 0, c.old)) if m]
    severity: Severity = "rounding" if all(change.slight for change in line) else "warning"
    return Finding(
        after.file, CHECK, "between", severity,
        Told("新版与旧版不同：{table}“{label}”行 {changes}", table=first.table, label=first.label,
             changes=check_book().weighed(told)),
        tuple(where), _printed(before, first.old), _printed(after, first.new), None,
    )  # fmt: skip


def _words(change: Change, first: Change) -> Told:
    old, new = (f.printed if f else _NONE for f in (change.old, change.new))
    return Told("{heading}：{old} 改为 {new}", heading=change.heading or first.label, old=old, new=new)


def _mark(document: Document, number: int, fact: Fact | None) -> Mark | None:
    if fact is None or fact.table is None:
        return None
    return Subject(document, number).cell(fact.table, fact.row, fact.column)


def _printed(document: Document, fact: Fact | None) -> str | None:
    """What stands in the cell, as printed; None where there is none."""
    mark = _mark(document, 0, fact)
    return mark.text if mark and mark.text else None
