"""The public site as files that any web server can carry, or that are opened from a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson

from shouzhi.catalogue.told import account_names
from shouzhi.warehouse import departments, downloads, exports
from shouzhi.warehouse.figures import measures
from shouzhi.warehouse.opened import Warehouse
from shouzhi.warehouse.search import Hit
from shouzhi.web.public import content, finding
from shouzhi.web.public.compared import Asked, as_file, comparison
from shouzhi.web.public.links import COMPARED, FileLinks, Language, Paths
from shouzhi.web.public.logged import logged, unknown
from shouzhi.web.public.rendering import render, speaker

_STATIC: Final = Path(__file__).parent.parent / "static" / "shouzhi"
_ASSETS: Final = ("style.css", "mark.svg", "charts.js", "charts.js.LEGAL.txt")

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Carried:
    """What a site came to."""

    pages: int
    files: int
    bytes: int


def carry(
    warehouse: Warehouse,
    out: Path,
    languages: Sequence[Language] = ("zh", "en"),
    log: Sequence[Values] | None = None,
) -> Carried:
    """Write the whole site into a folder; the Chinese pages at its root, the English below `en`.

    `log` are the reports of readers that the correction log tells (`logged.read_log`); without
    it the log says that none came along.
    The same warehouse gives the same files.  Raises OSError where the folder cannot be written.
    """
    writer = _Writer(out)
    for name in _ASSETS:
        if (_STATIC / name).is_file():
            writer.write(Path("static") / name, (_STATIC / name).read_bytes())
    writer.write(Path("static/search.js"), _search(warehouse))
    for head in departments.documents(warehouse):
        _files(writer, warehouse, head)
    for row in warehouse.ask("select distinct year from head order by year"):
        writer.write(Path(f"bulk/{row['year']}.zip"), exports.package(warehouse, row["year"]) or b"")
    pages = 0
    for language in languages:
        for path, template, values in _pages(warehouse, language, log):
            links = FileLinks(language, path, both=len(languages) > 1)
            writer.write(links.target(), render(template, links, **values).encode())
            if template == "compare" and language == languages[0]:
                writer.write(Path(path) / COMPARED, as_file(warehouse, values))
            pages += 1
    return Carried(pages, writer.count, writer.bytes)


class _Writer:
    def __init__(self, out: Path) -> None:
        self._out = out
        self.count = 0
        self.bytes = 0

    def write(self, path: Path, content: bytes) -> None:
        target = self._out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self._told(len(content))

    def copy(self, source: Path, path: Path) -> None:
        target = self._out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        self._told(target.stat().st_size)

    def _told(self, count: int) -> None:
        self.count += 1
        self.bytes += count


def _files(writer: _Writer, warehouse: Warehouse, head: Values) -> None:
    folder = Path("files") / head["document"]
    for name in head["files"] or ():
        source = warehouse.file(head["document"], name)
        if source is not None and source.is_file():
            writer.copy(source, folder / name)
    for suffix in exports.SUFFIXES:
        data = downloads.download(warehouse, head["document"], suffix)
        writer.write(folder / f"facts.{suffix}", data or b"")


def _pages(warehouse: Warehouse, language: Language, log: Sequence[Values] | None) -> Iterator[tuple[str, str, Values]]:
    """Every page of a language: its path, its template, its values."""
    say = speaker(language)
    yield Paths.home, "home", content.home(warehouse)
    yield Paths.search, "search", finding.page(warehouse, finding.Wishes(), FileLinks(language, Paths.search), say)
    told = unknown() if log is None else logged(log)
    yield Paths.corrections, "corrections", {**content.corrections(warehouse), **told}
    yield Paths.about, "about", {}
    yield Paths.dictionary(), "dictionary", content.dictionary() or {}
    for dimension in content.DESCRIBED:
        yield Paths.dictionary(dimension), "dimension", content.dictionary(dimension) or {}
    year_page = partial(content.department_year, warehouse, say=say)
    for found in departments.departments(warehouse):
        yield Paths.department(found.key), "year", year_page(found.key, None) or {}
        for year in found.years:
            yield Paths.department(found.key, year), "year", year_page(found.key, year) or {}
    for head in departments.documents(warehouse):
        yield Paths.document(head["document"]), "document", content.document(warehouse, head["document"]) or {}
        for number in range(head["tables"]):
            values = content.table(warehouse, head["document"], number)
            yield Paths.table(head["document"], number), "table", values or {}
    for key in [*measures(), *_accounts(warehouse)]:
        if values := comparison(warehouse, key, say):
            yield Paths.compare(key), "compare", values
            for one in values["scopes"][1:]:
                asked = Asked(scope=one["scope"])
                yield Paths.compare(key, one["scope"]), "compare", comparison(warehouse, key, say, asked) or {}


def _accounts(warehouse: Warehouse) -> list[str]:
    """All accounts that pages link to."""
    return [
        f"{dimension}:{row['code']}"
        for dimension in ("function", "economic")
        for row in warehouse.ask(
            f"select distinct {dimension} as code from figures where {dimension} is not null order by 1"  # noqa: S608
        )
    ]


def _english(hit: Hit) -> list[str]:
    name = account_names().get(hit.label) if hit.kind == "account" else None
    return [] if name is None else [name]


def _search(warehouse: Warehouse) -> bytes:
    """What the search of a site of files looks through, as a script: files may not fetch files.

    Each entry is [kind, words, address below the pages, a line about it, amount in 分 or null,
    years, places of its departments in the list of their names]; an account has its English
    name too.
    """
    names = {d.key: d for d in departments.departments(warehouse)}
    places = {key: place for place, key in enumerate(names)}
    links = FileLinks("zh", "")
    entries = [
        [
            hit.kind, hit.label, *content.entry(warehouse, hit, links, names), hit.years,
            [places[key] for key in hit.departments], *_english(hit),
        ]
        for hit in warehouse.everything()
    ]  # fmt: skip
    told = {"departments": [found.name for found in names.values()], "entries": entries}
    return b"window.shouzhiSearch=" + orjson.dumps(told).replace(b"</", b"<\\/") + b";\n"
