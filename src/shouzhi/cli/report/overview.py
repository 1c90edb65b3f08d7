"""Many documents at a glance: a table of them, and a summary by check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from shouzhi.checks import ORDER
from shouzhi.cli import terminal
from shouzhi.cli.checking import Checked
from shouzhi.cli.messages import Messages
from shouzhi.cli.report import words

Json = dict[str, Any]


def by_check(findings: Sequence[Json]) -> list[tuple[str, str, int, int]]:
    """(check, severity, findings, documents), the gravest and most frequent first."""
    times = Counter((f["check"], f["severity"]) for f in findings)
    files: dict[tuple[str, str], set[str]] = {}
    for finding in findings:
        files.setdefault((finding["check"], finding["severity"]), set()).add(finding["document"])
    rows = [(*key, count, len(files[key])) for key, count in times.items()]
    graves = [*ORDER]
    return sorted(rows, key=lambda row: (graves.index(row[1]), -row[2], row[0]))


class Overview:
    """What is kept of each check for the tables at the end: counts, no findings."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, dict[str, int] | None]] = []
        self.checks: list[Json] = []
        self.titles: dict[str, str] = {}

    def add(self, checked: Checked) -> None:
        """Count one check; one of several documents has one row."""
        if checked.failure:
            self.rows.append((checked.name, None))
            return
        findings = checked.view["findings"]
        self.rows.append((" + ".join(checked.names), words.counts(findings)))
        self.titles |= checked.view["checks"]
        self.checks += [{name: f[name] for name in ("check", "severity", "document")} for f in findings]

    def lines(self, messages: Messages, width: int) -> Iterator[Text]:
        """Both tables; nothing for a single document, whose findings say it all."""
        if len(self.rows) < 2:
            return
        heads = [messages(f"severity-{name}") for name in words.SIGNS]
        yield Text(messages("overview"), "bold")
        body = [
            (name, [str(n) for n in found.values()] if found else [messages("unusable-short")])
            for name, found in self.rows
        ]
        yield from _table(messages("column-document"), heads, body, width)
        rows = by_check(self.checks)
        if not rows:
            return
        yield Text()
        yield Text(messages("by-check"), "bold")
        heads = [messages(f"column-{name}") for name in ("findings", "documents")]
        body = [
            (f"{words.severity(grave, messages)}  {self.titles.get(check, check)}", [str(n), str(m)])
            for check, grave, n, m in rows
        ]
        yield from _table(messages("column-check"), heads, body, width)


def _table(
    head: str, heads: Sequence[str], body: Sequence[tuple[str, Sequence[str]]], width: int
) -> Iterator[Text]:
    """Names at the left, counts at the right; a name too long is cut at its beginning."""
    sizes = [max(5, cell_len(each)) + 2 for each in heads]
    room = max(20, width - sum(sizes))
    widest = min(room, max(cell_len(name) for name in (head, *(name for name, _ in body))))
    counts = "".join(terminal.padded(h, size, right=True) for h, size in zip(heads, sizes, strict=True))
    yield Text(terminal.padded(head, widest) + counts, "dim")
    yield Text("─" * (widest + sum(sizes)), "dim")
    for name, cells in body:
        line = Text(terminal.padded(_cut(name, widest), widest))
        if len(cells) != len(sizes):
            line.append("  " + cells[0], "red")
        else:
            for place, (cell, size) in enumerate(zip(cells, sizes, strict=True)):
                grave = len(sizes) == len(words.SIGNS) and place < 2 and cell != "0"
                style = ("bold red", "bold yellow")[place] if grave else "dim" if cell == "0" else ""
                line.append(terminal.padded(cell, size, right=True), style or None)
        yield line


def _cut(name: str, width: int) -> str:
    """The end of a name, which tells files of one folder apart."""
    if cell_len(name) <= width:
        return name
    kept = ""
    for character in reversed(name):
        if cell_len(kept) + cell_len(character) > width - 1:
            break
        kept = character + kept
    return "…" + kept
