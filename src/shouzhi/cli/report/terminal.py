"""Findings on a terminal: each with its row, the cell marked, and what it breaks below.

A mark is told by signs and not by colours alone, so that it is the same in a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.cells import cell_len
from rich.text import Text

from shouzhi.cli import terminal
from shouzhi.cli.messages import Messages
from shouzhi.cli.report import words
from shouzhi.cli.report.excerpt import Excerpt, excerpts

Json = dict[str, Any]

WIDTH: Final = 100
"""Cells of a line where there is no terminal."""
INDENT: Final = 4
MOST_RELATIONS: Final = 6
STYLES: Final = {"error": "bold red", "warning": "bold yellow", "rounding": "dim", "note": "cyan"}
_LEFT_OUT: Final = "⋯"


def view_lines(
    view: Json, messages: Messages, width: int | None, *, rounding: bool = False
) -> Iterator[Text]:
    """A view: its heading, its counts, and every finding."""
    findings, wide = view["findings"], width or WIDTH
    yield from _heading(view, messages, wide)
    found = words.counts(findings)
    worst = next((name for name, count in found.items() if count), None)
    yield Text(words.count_line(found, messages), STYLES[worst] if worst else "green")
    number = 0
    for finding in findings:
        if finding["severity"] == "rounding" and not rounding:
            continue
        number += 1
        yield Text()
        yield from finding_lines(finding, view, messages, wide, number)
    if found["rounding"] and not rounding:
        yield Text()
        yield Text(messages("rounding-folded", count=found["rounding"]), "dim")
    yield Text()


def _heading(view: Json, messages: Messages, width: int) -> Iterator[Text]:
    """Title and particulars of the document, or of each of several."""
    abouts = view["documents"]
    several = messages("between-title", count=len(abouts)) if len(abouts) > 1 else ""
    title = several or abouts[0].get("title") or abouts[0]["file"]
    rule = "━" * max(4, width - cell_len(title) - 4)
    yield Text.assemble(("━━ ", "cyan"), (title, "bold"), (f" {rule}", "cyan"))
    for about in abouts:
        year = about.get("year")
        parts = [
            about.get("title") if several else "",
            messages.maybe("kind", about.get("kind")),
            messages("year", year=year) if year else "",
            about.get("department") or "",
            messages.maybe("scope", about.get("scope")),
            about["file"],
        ]
        yield Text(" · ".join(part for part in parts if part), "dim")


def finding_lines(
    finding: Json, view: Json, messages: Messages, width: int, number: int
) -> Iterator[Text]:
    """One finding: what is wrong, its rows with the cells marked, what it breaks, its rule."""
    severity = finding["severity"]
    head = f"{words.SIGNS[severity]} {number} {messages(f'severity-{severity}')}  "
    message = " ".join(finding["message"].split())
    indent = cell_len(head)
    for place, line in enumerate(terminal.fold(message, max(20, width - indent))):
        left = (head, STYLES[severity]) if place == 0 else " " * indent
        yield Text.assemble(left, (line, "bold"))
    shown = excerpts(finding, view)
    for excerpt in shown:
        yield from _excerpt_lines(excerpt, view, finding, messages, width)
    laid_out = {(e.at["document"], e.at["table"], row) for e in shown for row in e.rows}
    for place in finding["where"]:
        if (place["document"], place["table"], place["row"]) not in laid_out:
            yield from _prose_lines(place, view, messages, width)
    yield from _below(finding, view, messages, width)


def _below(finding: Json, view: Json, messages: Messages, width: int) -> Iterator[Text]:
    """The other corrections, the broken relations and the authority, each under its name."""
    others = [words.correction(view, each, messages) for each in finding["candidates"]]
    broken = [words.relation(each, messages) for each in finding["broken"]]
    authority = [finding["authority"]] if finding["authority"] else []
    lists = (("candidates", others), ("relations", broken), ("authority", authority))
    for key, items in lists:
        if not items:
            continue
        name = messages("relation", words=messages(key), sides="").rstrip()
        if key == "authority":
            yield from _indented(f"{name}{items[0]}", INDENT, width)
            continue
        yield Text(" " * INDENT + name, "dim")
        for item in items[:MOST_RELATIONS]:
            yield from _indented(f"· {item}", INDENT + 2, width)
        if len(items) > MOST_RELATIONS:
            more = messages("more-relations", count=len(items) - MOST_RELATIONS)
            yield from _indented(more, INDENT + 2, width)


def _indented(text: str, indent: int, width: int) -> Iterator[Text]:
    yield from terminal.wrapped(text, indent, width)


def _prose_lines(place: Json, view: Json, messages: Messages, width: int) -> Iterator[Text]:
    """A place that is no cell: where it is, and the words that stand there."""
    yield from _indented(words.place_line(view, place, messages), INDENT, width)
    if place["text"] and place["label"]:
        yield from _indented(messages("quoted", text=place["text"]), INDENT, width)


def _excerpt_lines(
    excerpt: Excerpt, view: Json, finding: Json, messages: Messages, width: int
) -> Iterator[Text]:
    """Some rows of a table under their headings, and a line of carets under the marked cells."""
    unit = excerpt.table.get("amount_unit")
    about = [
        words.short_name(view, excerpt.at),
        words.table_name(excerpt.table, messages),
        messages("unit-of-amount", unit=unit) if unit else "",
        words.position(excerpt.at, messages),
    ]
    yield from _indented(" · ".join(filter(None, about)), INDENT, width)
    rows = [excerpt.row(number) for number in excerpt.rows]
    room = width - INDENT
    stub = terminal.Stub.of(rows, excerpt.side or messages("label"), room)
    columns, places = _fitting(excerpt, rows, room - stub.width)
    for line in terminal.header(stub, columns):
        yield _shifted(line)
    for place, number in enumerate(excerpt.rows):
        yield from _row_lines(stub, place, columns, _styles(excerpt, number, places))
        yield from _carets(excerpt, number, stub, columns, places, messages, finding)


def _shifted(line: Text) -> Text:
    return Text.assemble(" " * INDENT, line)


def _styles(excerpt: Excerpt, number: int, places: Sequence[int | None]) -> list[str]:
    """How each cell of a row is shown: the suspect one in red, other marked ones in yellow."""
    return [
        "bold red" if (number, place) == excerpt.suspect
        else "bold yellow" if place is not None and (number, place) in excerpt.marked
        else ""
        for place in places
    ]  # fmt: skip


def _row_lines(
    stub: terminal.Stub, place: int, columns: Sequence[terminal.Column], styles: Sequence[str]
) -> Iterator[Text]:
    for part in range(len(stub.labels[place])):
        line = Text.assemble(" " * INDENT, stub.line(place, part))
        if part == 0:
            for column, style in zip(columns, styles, strict=True):
                cell = column.cells[place]
                blank = " " * (terminal.GAP + column.width - cell_len(cell))
                line.append(blank).append(cell, style or None)
        line.rstrip()
        yield line


def _carets(
    excerpt: Excerpt, number: int, stub: terminal.Stub, columns: Sequence[terminal.Column],
    places: Sequence[int | None], messages: Messages, finding: Json,
) -> Iterator[Text]:  # fmt: skip
    """Carets under the marked cells of a row; what is expected there stands beside or below."""
    line, said = " " * (INDENT + stub.width), []
    if (number, None) in excerpt.marked:
        line = " " * INDENT + "^" * cell_len(stub.labels[excerpt.rows.index(number)][0])
        line = terminal.padded(line, INDENT + stub.width)
    for column, place in zip(columns, places, strict=True):
        cell = column.cells[excerpt.rows.index(number)]
        marked = place is not None and (number, place) in excerpt.marked
        line += " " * terminal.GAP
        line += terminal.padded("^" * max(2, cell_len(cell)) if marked else "", column.width, right=True)
        expected = excerpt.marked.get((number, place)) if marked else None
        if expected:
            sure = not finding["suspect"] or finding["suspect"]["sure"]
            said.append(messages("should-be" if sure else "should-be-likely", value=expected))
    line = line.rstrip()
    if not line:
        return
    yield Text.assemble((line, "red"), *[(f" {text}", "bold green") for text in said])


def _fitting(
    excerpt: Excerpt, rows: Sequence[Json], room: int
) -> tuple[list[terminal.Column], list[int | None]]:
    """The columns that fit, the marked ones first and then those beside them.

    Gives them with their places; None stands where columns are left out.
    """
    headings = terminal.even(
        [terminal.levels(excerpt.table["columns"][p]["heading"], excerpt.side) for p in excerpt.columns]
    )
    columns = [
        terminal.Column.of(heading, [row["cells"][place] for row in rows])
        for heading, place in zip(headings, excerpt.columns, strict=True)
    ]
    marked = {n for n, p in enumerate(excerpt.columns) if any(p == m for _, m in excerpt.marked)}
    kept: set[int] = set()
    used = 0
    for place in sorted(range(len(columns)), key=lambda n: _far(n, marked, columns[n])):
        taken = columns[place].width + terminal.GAP
        # Room for the sign on both sides; what is marked is shown whatever the room.
        if used + taken <= room - 2 * (terminal.GAP + 1) or place in marked or len(columns) == 1:
            kept.add(place)
            used += taken
    return _with_gaps(columns, kept, excerpt.columns)


def _far(place: int, marked: set[int], column: terminal.Column) -> tuple[bool, bool, int]:
    """The order in which columns are taken: marked, then filled, and by nearness."""
    near = min((abs(place - other) for other in marked), default=place)
    return place not in marked, not any(column.cells), near


def _with_gaps(
    columns: Sequence[terminal.Column], kept: set[int], places: Sequence[int]
) -> tuple[list[terminal.Column], list[int | None]]:
    """The kept columns in their order, with a sign where some that print something are left out."""
    laid: list[terminal.Column] = []
    at: list[int | None] = []
    for number, column in enumerate(columns):
        if number in kept:
            laid.append(column)
            at.append(places[number])
        elif any(column.cells) and (not at or at[-1] is not None):
            above = ("",) * len(column.above)
            signs = [_LEFT_OUT] * len(column.cells)
            laid.append(terminal.Column(above, [_LEFT_OUT], signs, 1))
            at.append(None)
    return laid, at
