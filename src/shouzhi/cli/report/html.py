"""Findings as one web page that carries all it needs: no scripts, no fonts, nothing from outside.

Its content policy forbids everything but its own style and pictures, so that it is safe
to open whatever the documents say.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment, StrictUndefined, Template

from shouzhi.checks import ORDER
from shouzhi.cli.checking import Checked, on_pages
from shouzhi.cli.messages import Messages
from shouzhi.cli.report import words
from shouzhi.cli.report.excerpt import Excerpt, excerpts
from shouzhi.cli.workers import Failure
from shouzhi.sources.folder import Entry

Json = dict[str, Any]
Add = Callable[[Checked], None]

MOST_PICTURES: Final = 400
"""Findings of one report that have pictures; the others have their rows all the same."""
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


@contextmanager
def report(
    path: Path, messages: Messages, *, rounding: bool, jobs: int | None, limit: float
) -> Iterator[Add]:
    """A report at `path` of all that is added; rows of PDF pages are drawn at the end."""
    checked: list[Checked] = []
    yield checked.append
    pictures = _pictures(checked, jobs=jobs, limit=limit)
    path.write_text(render(checked, pictures, messages, rounding=rounding), encoding="utf-8")


Pictures = dict[tuple[int, int], list[str]]
"""(position of the check, position of the finding) -> data URIs."""


def _pictures(checked: Sequence[Checked], *, jobs: int | None, limit: float) -> Pictures:
    """Draw the rows that findings in PDF files speak of, several files at a time."""
    from shouzhi.cli.report.picture import draw, shots

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
                if finding["severity"] != "rounding" and (made := shots(finding, each.view, document))
            }
            kept = list(wanted)[: max(0, left)]
            left -= len(kept)
            if kept:
                tasks.append((each.entries[document], [wanted[place] for place in kept]))
                owners.append([(number, place) for place in kept])
    found: Pictures = {}
    if not tasks:
        return found
    for position, result in on_pages(draw, tasks, jobs=jobs, limit=limit):
        # A page that cannot be drawn costs its pictures only: the rows stand in the report.
        for owner, uris in zip(
            owners[position], [] if isinstance(result, Failure) else orjson.loads(result), strict=False
        ):
            found.setdefault(owner, []).extend(uris)
    return found


def render(
    checked: Sequence[Checked], pictures: Pictures, messages: Messages, *, rounding: bool = False
) -> str:
    """The whole page."""
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
        by_check=summary(every),
        signs=words.SIGNS,
        open_rounding=rounding,
    )


def summary(findings: Sequence[Json]) -> list[tuple[str, str, int, int]]:
    """(check, severity, findings, documents), the gravest and most frequent first."""
    times = Counter((f["check"], f["severity"]) for f in findings)
    files_of: dict[tuple[str, str], set[str]] = {}
    for finding in findings:
        files_of.setdefault((finding["check"], finding["severity"]), set()).add(finding["document"])
    rows = [(*key, count, len(files_of[key])) for key, count in times.items()]
    return sorted(rows, key=lambda row: ([*ORDER].index(row[1]), -row[2], row[0]))  # type: ignore[arg-type]


def _section(number: int, checked: Checked, pictures: Pictures, messages: Messages) -> Json:
    """One document (or several that were checked together) as the template shows it."""
    view = checked.view
    told, folded = [], []
    for place, finding in enumerate(view["findings"]):
        if finding["severity"] == "rounding":
            folded.append(finding)
        else:
            shown = pictures.get((number, place), [])
            told.append(_card(len(told) + 1, finding, view, shown, messages))
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


def _card(number: int, finding: Json, view: Json, shown: list[str], messages: Messages) -> Json:
    """One finding as the template shows it."""
    grids = [_grid(excerpt, view, messages) for excerpt in excerpts(finding, view)]
    laid = {(e.at["document"], e.at["table"], r) for e in excerpts(finding, view) for r in e.rows}
    prose = [
        words.place_line(view, place, messages)
        for place in finding["where"]
        if (place["document"], place["table"], place["row"]) not in laid
    ]
    at = [words.place_line(view, place, messages) for place in finding["where"]]
    return {
        **finding,
        "number": number,
        "grids": grids,
        "prose": prose,
        "pictures": shown,
        "alt": messages("picture-alt", places="；".join(at[:3])),
        "sides": [
            messages(f"side-{name}", value=finding[name])
            for name in ("found", "expected", "difference")
            if finding[name]
        ],
        "todo": words.todo(view, finding, messages),
        "candidates": [words.correction(view, each, messages) for each in finding["candidates"]],
        "relations": [_relation(broken, view, messages) for broken in finding["broken"]],
    }


def _relation(broken: Json, view: Json, messages: Messages) -> Json:
    """A broken relation with its terms, each with what it prints."""
    terms = [(words.place_line(view, p, messages), p["text"]) for p in broken["where"][:60]]
    return {"told": words.relation(broken, messages), "terms": terms}


def _grid(excerpt: Excerpt, view: Json, messages: Messages) -> Grid:
    unit = excerpt.table.get("amount_unit")
    about = [
        words.short_name(view, excerpt.at),
        words.table_name(excerpt.table, messages),
        messages("unit-of-amount", unit=unit) if unit else "",
        words.position(excerpt.at, messages),
    ]
    rows = tuple(_row(excerpt, number, messages) for number in excerpt.rows)
    return Grid(" · ".join(filter(None, about)), _head(excerpt, messages), rows)


def _row(excerpt: Excerpt, number: int, messages: Messages) -> Row:
    row = excerpt.row(number)
    cells = []
    for place in excerpt.columns:
        key = (number, place)
        marked = key in excerpt.marked
        kind = ("suspect" if key == excerpt.suspect or excerpt.suspect is None else "other") if marked else ""
        expected = excerpt.marked.get(key)
        beside = messages("should-be", value=expected) if expected else ""
        cells.append((row["cells"][place] or "", kind, beside))
    codes = " ".join(code for code in row["codes"].values() if code and code not in row["label"])
    return Row(row["label"].strip(), codes, "suspect" if (number, None) in excerpt.marked else "", tuple(cells))


def _head(excerpt: Excerpt, messages: Messages) -> tuple[tuple[tuple[str, int, int], ...], ...]:
    """The stacked headings: equal ones beside each other span their columns, short ones go down."""
    paths = [[h for h in excerpt.table["columns"][p]["heading"] if h] or [""] for p in excerpt.columns]
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
