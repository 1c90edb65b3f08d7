"""Findings as one web page that carries all it needs: no scripts, no fonts, nothing from outside.

Its content policy forbids everything but its own style and pictures, so that it is safe
to open whatever the documents say.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment, StrictUndefined, Template

from shouzhi import __version__
from shouzhi.cli.checking import Checked, on_pages
from shouzhi.cli.messages import Messages
from shouzhi.cli.read import progress, reason
from shouzhi.cli.report import words
from shouzhi.cli.report.excerpt import Excerpt, excerpts, gaps, nearest, over_gap
from shouzhi.cli.report.options import Add, Options
from shouzhi.cli.report.overview import by_check
from shouzhi.cli.workers import Failure
from shouzhi.sources.folder import Entry

Json = dict[str, Any]

MOST_PICTURES: Final = 400
"""Findings of one report that have pictures; the others have their rows all the same."""
MOST_TERMS: Final = 60
"""Terms of one relation that are listed."""
MOST_COLUMNS: Final = 8
FEW: Final = 4
"""Columns of an excerpt that fit a page, and those of one of which only the label is marked."""
LEFT_OUT: Final = "⋯"
MOST_ROUNDING: Final = 1_000
"""Rounding notes that one document lists."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an excerpt as the template shows it: cells are (text, class, expected)."""

    label: str
    codes: str
    label_class: str
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """An excerpt as the template shows it; `head` are lines of (heading, columns, lines)."""

    caption: str
    head: tuple[tuple[tuple[str, int, int], ...], ...]
    rows: tuple[Row, ...]
    left: str = ""


@contextmanager
def report(path: Path, options: Options) -> Iterator[Add]:
    """A report at `path` of all that is added; rows of PDF pages are drawn at the end."""
    checked: list[Checked] = []
    yield checked.append
    usable = [each for each in checked if not each.failure]
    unusable = [
        (each.name, *reason(each.failure, options.messages)) for each in checked if each.failure
    ]
    page = render(usable, _pictures(usable, options), options, unusable)
    path.write_text(page, encoding="utf-8")


Pictures = dict[tuple[int, int], list[str]]
"""(position of the check, position of the finding) -> data URIs."""


def _pictures(checked: Sequence[Checked], options: Options) -> Pictures:
    """Draw the rows that findings in PDF files speak of, several files at a time."""
    from shouzhi.cli.report.picture import draw, spots

    tasks: list[tuple[Entry, Any]] = []
    owners: list[list[tuple[int, int]]] = []
    left = MOST_PICTURES
    for number, each in enumerate(checked):
        for document, about in enumerate(each.view["documents"]):
            if about["source"] != "pdf":
                continue
            wanted = {
                place: made
                for place, finding in enumerate(each.view["findings"])
                if finding["severity"] != "rounding" and (made := spots(finding, each.view, document))
            }
            kept = list(wanted)[: max(0, left)]
            left -= len(kept)
            if kept:
                tasks.append((each.entries[document], [wanted[place] for place in kept]))
                owners.append([(number, place) for place in kept])
    found: Pictures = {}
    if not tasks:
        return found
    with progress(len(tasks), options.messages, on_screen=False, doing="drawing") as step:
        for position, result in on_pages(draw, tasks, jobs=options.jobs, limit=options.limit):
            with step():
                # What cannot be drawn costs its pictures only: the rows stand in the report.
                drawn = [] if isinstance(result, Failure) else orjson.loads(result)
                for owner, uris in zip(owners[position], drawn, strict=False):
                    found.setdefault(owner, []).extend(uris)
    return found


def render(
    checked: Sequence[Checked], pictures: Pictures, options: Options,
    unusable: Sequence[tuple[str, str, str]] = (),
) -> str:  # fmt: skip
    """The whole page; `unusable` are files that could not be checked, with cause and remedy."""
    messages = options.messages
    style = _resource("report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    every = [finding for each in checked for finding in each.view["findings"]]
    return _template().render(
        t=messages,
        lang="zh-CN" if messages.language == "zh" else "en",
        style=style,
        policy=f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'",
        counts=words.counts(every),
        count_line=words.count_line(words.counts(every), messages),
        sections=[_section(n, each, pictures, messages) for n, each in enumerate(checked)],
        documents=sum(len(each.view["documents"]) for each in checked),
        by_check=by_check(every),
        titles={check: title for each in checked for check, title in each.view["checks"].items()},
        signs=words.SIGNS,
        open_rounding=options.rounding,
        unusable=unusable,
        version=__version__,
    )


def _section(number: int, checked: Checked, pictures: Pictures, messages: Messages) -> Json:
    """One document (or several that were checked together) as the template shows it."""
    view = checked.view
    told: list[Json] = []
    folded: list[Json] = []
    for place, finding in enumerate(view["findings"]):
        if finding["severity"] == "rounding":
            folded.append(finding)
        else:
            shown = pictures.get((number, place), [])
            told.append(card(len(told) + 1, finding, view, shown, messages))
    found = words.counts(view["findings"])
    return {
        "id": f"d{number + 1}",
        "documents": view["documents"],
        "counts": found,
        "count_line": words.count_line(found, messages),
        "cards": told,
        "rounding": [_rounding(finding, view, messages) for finding in folded[:MOST_ROUNDING]],
        "rounding_count": len(folded),
    }


def _rounding(finding: Json, view: Json, messages: Messages) -> Json:
    place = next(iter(finding["where"]), None)
    return {**finding, "place": words.place_line(view, place, messages) if place else ""}


def card(number: int, finding: Json, view: Json, shown: list[str], messages: Messages) -> Json:
    """One finding as the template shows it."""
    laid = excerpts(finding, view)
    rows = {(e.at["document"], e.at["table"], row) for e in laid for row in e.rows}
    prose = [
        _said(place, finding, view, messages)
        for place in finding["where"]
        if place["row"] is None or (place["document"], place["table"], place["row"]) not in rows
    ]
    extra = finding.get("extra", {})
    at = [words.place_line(view, place, messages) for place in finding["where"]]
    return {
        **finding,
        "number": number,
        "title": view["checks"].get(finding["check"], finding["check"]),
        "grids": [_grid(excerpt, finding, view, messages) for excerpt in laid],
        "prose": prose[: words.MOST_PLACES],
        "left": words.left(len(prose), messages),
        "pictures": shown,
        "alt": messages("picture-alt", places="；".join(at[:3])),
        "sides": words.sides(finding, messages),
        "todo": words.todo(view, finding, messages),
        "lists": [
            (messages(words.either(finding)), _corrections(finding["candidates"], view, messages)),
            (messages("together"), _corrections(extra.get("together", ()), view, messages)),
        ],
        "more": extra.get("more", 0),
        "relations": [_relation(broken, finding, view, messages) for broken in finding["broken"]],
    }


def _corrections(suspects: Sequence[Json], view: Json, messages: Messages) -> list[str]:
    return [words.correction(view, each, messages) for each in suspects]


def _said(
    place: Json, finding: Json, view: Json, messages: Messages
) -> tuple[str, tuple[str, str, str], str]:
    """A place of the prose: where it is, the words before, at and after it, what is expected."""
    expected = words.expected_at(finding, place, messages)
    clause = words.clause(place)
    if clause is None:
        return words.place_line(view, place, messages), ("", "", ""), expected
    bare = {**place, "label": "", "text": ""}
    return words.place_line(view, bare, messages), clause, expected


def _relation(broken: Json, finding: Json, view: Json, messages: Messages) -> Json:
    """A broken relation with its terms, each with what it prints; its words only where new."""
    terms = [(words.place_line(view, p, messages), p["text"]) for p in broken["where"][:MOST_TERMS]]
    told = broken["words"] in finding["message"]
    return {"told": messages("terms") if told else words.relation(broken, messages), "terms": terms}


def _grid(excerpt: Excerpt, finding: Json, view: Json, messages: Messages) -> Grid:
    unit = excerpt.table.get("amount_unit")
    about = [
        words.short_name(view, excerpt.at),
        words.table_name(excerpt.table, messages),
        messages("unit-of-amount", unit=unit) if unit else "",
        words.position(excerpt.at, messages),
    ]
    most = MOST_COLUMNS if any(column is not None for _, column in excerpt.marked) else FEW
    laid = gaps(excerpt, nearest(excerpt.columns, excerpt)[:most])
    expected = words.should_be(finding)
    rows = tuple(_row(excerpt, number, laid, messages, expected) for number in excerpt.rows)
    left = messages("more-rows", count=excerpt.left) if excerpt.left else ""
    return Grid(" · ".join(filter(None, about)), _head(excerpt, laid, messages), rows, left)


Laid = Sequence[tuple[int, bool]]


def _row(excerpt: Excerpt, number: int, laid: Laid, messages: Messages, should_be: str) -> Row:
    row = excerpt.row(number)
    cells = []
    for at, gap in laid:
        if gap:
            cells.append((LEFT_OUT, "", ""))
            continue
        place = excerpt.columns[at]
        key = (number, place)
        marked = key in excerpt.marked
        kind = ("suspect" if key in excerpt.wrong else "other") if marked else ""
        expected = excerpt.marked.get(key)
        beside = messages(should_be, value=expected) if expected else ""
        cells.append((row["cells"][place] or "", kind, beside))
    codes = " ".join(code for code in row["codes"].values() if code and code not in row["label"])
    return Row(row["label"].strip(), codes, "suspect" if (number, None) in excerpt.marked else "", tuple(cells))


def _head(excerpt: Excerpt, laid: Laid, messages: Messages) -> tuple[tuple[tuple[str, int, int], ...], ...]:
    """The stacked headings: equal ones beside each other span their columns, short ones go down."""
    table = excerpt.table["columns"]
    every = [[h for h in table[p]["heading"] if h] or [""] for p in excerpt.columns]
    paths = [
        [*over_gap(every, laid, at), LEFT_OUT] if gap else every[place]
        for at, (place, gap) in enumerate(laid)
    ]
    depth = max(map(len, paths), default=1)
    lines: list[list[tuple[str, int, int]]] = [[] for _ in range(depth)]
    lines[0].append((excerpt.side or messages("label"), 1, depth))
    for level in range(depth):
        first = 0
        for last in range(1, len(paths) + 1):
            path = paths[first]
            shared = path[: level + 1]
            lowest = len(path) == level + 1
            if last < len(paths) and not lowest and len(path) > level and paths[last][: level + 1] == shared:
                continue
            if len(path) > level:
                lines[level].append((path[level], last - first, depth - level if lowest else 1))
            first = last
    return tuple(map(tuple, lines))


def _resource(name: str) -> str:
    return files("shouzhi.cli.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    """The template; whatever a document says is text in it."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_resource("report.html.jinja"))
