"""Findings on a terminal: each with its row, the cell marked, and what it breaks below.

A mark is told by signs and not by colours alone, so that it is the same in a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len
from rich.text import Text

from shouzhi.cli import terminal
from shouzhi.cli.messages import Messages
from shouzhi.cli.report import words
from shouzhi.cli.report.excerpt import Excerpt, excerpts, gaps, nearest, over_gap

Json = dict[str, Any]

WIDTH: Final = 100
"""Cells of a line where there is no terminal."""
INDENT: Final = 4
MOST_RELATIONS: Final = 6
STYLES: Final = {"error": "bold red", "warning": "bold yellow", "rounding": "dim", "note": "cyan"}
FEW: Final = 3
"""Columns of a row of which only the label is marked."""
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
    for place, line in enumerate(folded(message, max(20, width - indent))):
        left = (head, STYLES[severity]) if place == 0 else " " * indent
        yield Text.assemble(left, (line, "bold"))
    shown = excerpts(finding, view)
    for excerpt in shown:
        yield from _excerpt_lines(excerpt, view, finding, messages, width)
    laid_out = {(excerpt.at["document"], excerpt.at["table"]) for excerpt in shown}
    prose = [
        place
        for place in finding["where"]
        if place["row"] is None or (place["document"], place["table"]) not in laid_out
    ]
    for place in prose[: words.MOST_PLACES]:
        expected = words.expected_at(finding, place, messages)
        yield from _prose_lines(place, view, messages, width, expected)
    if left := words.left(len(prose), messages):
        yield from _indented(left, INDENT, width)
    yield from _below(finding, view, messages, width)


def _below(finding: Json, view: Json, messages: Messages, width: int) -> Iterator[Text]:
    """The other corrections, the broken relations and the authority, each under its name."""
    extra = finding.get("extra", {})
    together = [words.correction(view, each, messages) for each in extra.get("together", ())]
    others = [words.correction(view, each, messages) for each in finding["candidates"]]
    broken = [words.relation(each, messages) for each in words.other_relations(finding)]
    lists = ((words.either(finding), others, 0), ("together", together, 0), ("relations", broken, extra.get("more", 0)))
    for key, items, more in lists:
        if items:
            yield Text(" " * INDENT + messages("relation", words=messages(key), sides="").rstrip(), "dim")
        for item in items[:MOST_RELATIONS]:
            yield from _indented(f"· {item}", INDENT + 2, width, hanging=2)
        left = max(0, len(items) - MOST_RELATIONS) + more
        if left:
            yield from _indented(messages("more-relations", count=left), INDENT + 2, width)
    if finding["authority"]:
        told = messages("relation", words=messages("authority"), sides=finding["authority"])
        yield from _indented(told, INDENT, width)


def _indented(text: str, indent: int, width: int, hanging: int = 0) -> Iterator[Text]:
    """A text in lines, the later ones `hanging` cells further in."""
    flat = " ".join(text.split())
    for place, line in enumerate(folded(flat, max(20, width - indent - hanging))):
        yield Text(" " * (indent + (hanging if place else 0)) + line, "dim")


_TOKEN: Final = re.compile(
    r"[（“《〔【]*(?:[-+−]?[0-9A-Za-z]+(?:[.,:/_-][0-9A-Za-z]+)*%?|\S|\s+)[，。；：、！？）”》〕】]*"
)


def folded(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` cells: numbers stay whole, and no line begins with a stop."""
    lines, line = list[str](), ""
    for token in _TOKEN.findall(text):
        if line and cell_len(line + token.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += token if line else token.lstrip()
        while cell_len(line) > width:  # longer than a line by itself
            first = terminal.fold(line, width)[0]
            lines.append(first)
            line = line[len(first) :]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _prose_lines(
    place: Json, view: Json, messages: Messages, width: int, expected: str
) -> Iterator[Text]:
    """A place that is no cell: where it is, and the words that stand there."""
    clause = words.clause(place)
    if not clause:
        yield from _indented(words.place_line(view, place, messages), INDENT, width)
        return
    yield from _indented(words.place_line(view, {**place, "label": "", "text": ""}, messages), INDENT, width)
    before, text, after = clause
    room = width - INDENT - 4
    # The end of what stands before and the beginning of what stands after are enough.
    while before and cell_len(before + text) > room:
        before = before[1:]
    after = terminal.fold(after, max(2, room - cell_len(before + text)))[0]
    yield Text.assemble(" " * INDENT, before, (text, "bold yellow"), after)
    carets = " " * (INDENT + cell_len(before)) + "^" * cell_len(text)
    yield Text.assemble((carets, "red"), (f" {expected}" if expected else "", "bold green"))


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
    laid = _Laid.of(excerpt, messages, width - INDENT)
    for line in terminal.header(laid.stub, laid.columns):
        yield Text.assemble(" " * INDENT, line)
    expected = words.should_be(finding)
    for place in range(len(excerpt.rows)):
        yield from _row_lines(excerpt, laid, place)
        yield from _carets(excerpt, laid, place, lambda value: messages(expected, value=value))
    if excerpt.left:
        yield from _indented(messages("more-rows", count=excerpt.left), INDENT, width)


@dataclass(frozen=True, slots=True)
class _Laid:
    """The rows of an excerpt laid out; `places` are the positions of the columns, None for a gap."""

    stub: terminal.Stub
    columns: list[terminal.Column]
    places: list[int | None]

    @classmethod
    def of(cls, excerpt: Excerpt, messages: Messages, room: int) -> _Laid:
        rows = [excerpt.row(number) for number in excerpt.rows]
        stub = terminal.Stub.of(rows, excerpt.side or messages("label"), room)
        return cls(stub, *_fitting(excerpt, rows, room - stub.width))


def _loud(excerpt: Excerpt, cell: tuple[int, int | None]) -> bool:
    """Whether a marked cell has carets: likely wrong, or with an expected value; others a star."""
    return cell in excerpt.wrong or bool(excerpt.marked.get(cell)) or cell[1] is None


def _row_lines(excerpt: Excerpt, laid: _Laid, place: int) -> Iterator[Text]:
    """One row; cells that the finding speaks of are coloured, those beside the point get a star."""
    number = excerpt.rows[place]
    for part in range(len(laid.stub.labels[place])):
        line = Text.assemble(" " * INDENT, laid.stub.line(place, part))
        gap = terminal.GAP
        for column, at in zip(laid.columns, laid.places, strict=True) if part == 0 else ():
            cell = column.cells[place]
            marked = at is not None and (number, at) in excerpt.marked
            style = "bold red" if (number, at) in excerpt.wrong else "bold yellow" if marked else ""
            star = "*" if marked and cell and not _loud(excerpt, (number, at)) else ""
            line.append(" " * (gap + column.width - cell_len(cell)))
            line.append(cell + star, style or None)
            gap = terminal.GAP - len(star)
        line.rstrip()
        yield line


def _carets(
    excerpt: Excerpt, laid: _Laid, place: int, expected: Callable[[str], str]
) -> Iterator[Text]:
    """Carets under the marked cells of a row, and beside them what is expected there."""
    number, stub = excerpt.rows[place], laid.stub
    label = stub.labels[place][0] if (number, None) in excerpt.marked else ""
    before = stub.width - stub.label_width + stub.indents[place]
    signs = terminal.padded(" " * before + "^" * cell_len(label), stub.width)
    values, said = " " * stub.width, list[str]()
    for column, at in zip(laid.columns, laid.places, strict=True):
        marked = at is not None and (number, at) in excerpt.marked
        loud = marked and _loud(excerpt, (number, at))
        caret = "^" * max(2, cell_len(column.cells[place])) if loud else ""
        signs += " " * terminal.GAP + terminal.padded(caret, column.width, right=True)
        value = (excerpt.marked[number, at] if marked else None) or ""
        values += " " * terminal.GAP + terminal.padded(value, column.width, right=True)
        said += [value] if value else []
    if signs.strip():
        # One value stands beside its caret, several each below its own.
        beside = f" {expected(said[0])}" if len(said) == 1 else ""
        yield Text.assemble(" " * INDENT, (signs.rstrip(), "red"), (beside, "bold green"))
    if len(said) > 1:
        line = _over(values.rstrip(), expected("").strip())
        yield Text(" " * INDENT + line, "bold green")


def _over(line: str, name: str) -> str:
    """A name at the left of a line of values, where it has room."""
    room = len(line) - len(line.lstrip()) - 1
    return terminal.padded(name, room) + line[room:] if cell_len(name) <= room else line


def _fitting(
    excerpt: Excerpt, rows: Sequence[Json], room: int
) -> tuple[list[terminal.Column], list[int | None]]:
    """The columns that fit, the marked ones first and then those beside them.

    Gives them with their places; None stands where columns are left out.
    """
    table, side = excerpt.table["columns"], excerpt.side
    headings = terminal.even([terminal.levels(table[c]["heading"], side) for c in excerpt.columns])
    columns = [
        terminal.Column.of(heading, [row["cells"][place] for row in rows])
        for heading, place in zip(headings, excerpt.columns, strict=True)
    ]
    marked = {n for n, p in enumerate(excerpt.columns) if any(p == m for _, m in excerpt.marked)}
    kept: set[int] = set()
    used = 0
    for place in nearest(excerpt.columns, excerpt):
        taken = columns[place].width + terminal.GAP
        # Room for the sign on both sides; what is marked is shown whatever the room.
        fits = used + taken <= room - 2 * (terminal.GAP + 1) and (marked or len(kept) < FEW)
        if fits or place in marked or len(columns) == 1:
            kept.add(place)
            used += taken
    laid = gaps(excerpt, kept)
    shown = list[terminal.Column]()
    for at, (place, gap) in enumerate(laid):
        shared = over_gap(headings, laid, at) if gap else []
        above = (*shared, *[""] * (len(headings[place]) - 1 - len(shared)))
        signs = [_LEFT_OUT] * len(rows)
        shown.append(terminal.Column(above, [_LEFT_OUT], signs, 1) if gap else columns[place])
    return shown, [None if gap else excerpt.columns[place] for place, gap in laid]
