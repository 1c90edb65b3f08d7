"""Addresses of the public site: one set of paths, written for a server or for files.

Every page has a path such as `departments/KEY/2024/`.  Served, it stands below the root of
the site; as a file it is `…/index.html`, and every link is relative, so that the site works
from any folder and without a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol
from urllib.parse import quote, urlencode

from shouzhi.warehouse.figures import Figure

Language = Literal["zh", "en"]
INDEX: Final = "index.html"
COMPARED: Final = "compare.csv"


class Paths:
    """The paths of the pages, whoever carries them."""

    home = ""
    search = "search/"
    corrections = "corrections/"
    about = "about/"
    report = "report/"

    @staticmethod
    def department(key: str, year: int | None = None) -> str:
        """The page of a department, or of a department in a year."""
        return f"departments/{key}/" + (f"{year}/" if year else "")

    @staticmethod
    def document(key: str) -> str:
        """The page of a document: its tables and prose."""
        return f"documents/{key}/"

    @staticmethod
    def table(document: str, number: int) -> str:
        """The page of a table of a document."""
        return f"documents/{document}/tables/{number + 1}/"

    @staticmethod
    def compare(measure: str = "expenditure", scope: int | None = None) -> str:
        """The page that holds departments and years against each other in one measure, of one scope."""
        return f"compare/{measure.replace(':', '-')}/" + ("" if scope is None else f"scope/{scope + 1}/")

    @staticmethod
    def dictionary(dimension: str | None = None) -> str:
        """The data dictionary, or the members of a dimension."""
        return "dictionary/" + (f"{dimension}/" if dimension else "")


class Links(Protocol):
    """How a page links to others."""

    @property
    def language(self) -> Language:
        """The language of the page."""
        ...

    @property
    def served(self) -> bool:
        """Whether a server answers."""
        ...

    def page(self, path: str, anchor: str = "", **query: str) -> str:
        """The address of a page."""
        ...

    def asset(self, name: str) -> str:
        """The address of a style sheet, script or picture."""
        ...

    def file(self, document: str, name: str) -> str:
        """The address of a file that a document may be downloaded as."""
        ...

    def data(self, document: str, suffix: str) -> str:
        """The address of a document's facts as csv, json, xlsx or parquet."""
        ...

    def bulk(self, year: int) -> str:
        """The address of the package of all data of a year."""
        ...

    def table_of(self, path: str, **query: str) -> str:
        """The address of a comparison as CSV, by the path of its page."""
        ...

    def other(self) -> str:
        """The address of this page in the other language."""
        ...


@dataclass(frozen=True, slots=True)
class ServedLinks:
    """Links of a page that a server answers: from the root, the language in a cookie."""

    language: Language
    assets: Mapping[str, str]
    root: str = "/"
    query: str = ""
    served: bool = True

    def page(self, path: str, anchor: str = "", **query: str) -> str:
        """The address of a page."""
        asked = ""
        if query and (told := {name: value for name, value in query.items() if value}):
            asked = f"?{urlencode(told)}"
        return f"{self.root}{path}{asked}#{anchor}" if anchor else f"{self.root}{path}{asked}"

    def asset(self, name: str) -> str:
        """The address of a style sheet, script or picture."""
        return self.assets.get(name, f"{self.root}static/shouzhi/{name}")

    def file(self, document: str, name: str) -> str:
        """The address of a file that a document may be downloaded as."""
        return f"{self.root}files/{document}/{quote(name)}"

    def data(self, document: str, suffix: str) -> str:
        """The address of a document's facts as csv, json, xlsx or parquet."""
        return f"{self.root}documents/{document}/facts.{suffix}"

    def bulk(self, year: int) -> str:
        """The address of the package of all data of a year."""
        return f"{self.root}api/v1/bulk/{year}.zip"

    def table_of(self, path: str, **query: str) -> str:
        """The address of a comparison as CSV, by the path of its page."""
        return self.page(f"{path}{COMPARED}", **query)

    def other(self) -> str:
        """The address of this page in the other language."""
        before = f"{self.query}&" if self.query else ""
        return f"?{before}lang=" + ("en" if self.language == "zh" else "zh-hans")


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Links of a page that is a file: all relative; the English pages lie below `en`."""

    language: Language
    path: str
    both: bool = True
    served: bool = False

    def page(self, path: str, anchor: str = "", **query: str) -> str:
        """The address of a page."""
        asked = f"?{urlencode({k: v for k, v in query.items() if v})}" if any(query.values()) else ""
        return f"{self._up(inside=True)}{path}{INDEX}{asked}" + (f"#{anchor}" if anchor else "")

    def asset(self, name: str) -> str:
        """The address of a style sheet, script or picture."""
        return f"{self._up()}static/{name}"

    def file(self, document: str, name: str) -> str:
        """The address of a file that a document may be downloaded as."""
        return f"{self._up()}files/{document}/{quote(name)}"

    def data(self, document: str, suffix: str) -> str:
        """The address of a document's facts as csv, json, xlsx or parquet."""
        return f"{self._up()}files/{document}/facts.{suffix}"

    def bulk(self, year: int) -> str:
        """The address of the package of all data of a year."""
        return f"{self._up()}bulk/{year}.zip"

    def table_of(self, path: str, **query: str) -> str:  # noqa: ARG002 - files are not asked
        """The address of a comparison as CSV, by the path of its page."""
        return f"{self._up()}{path}{COMPARED}"

    def other(self) -> str:
        """The address of this page in the other language."""
        if not self.both:
            return ""
        return f"{self._up()}{'en/' if self.language == 'zh' else ''}{self.path}{INDEX}"

    def target(self) -> Path:
        """Where the page lies below the folder of the site."""
        return Path("en" if self.language == "en" else "") / self.path / INDEX

    def _up(self, *, inside: bool = False) -> str:
        """The way to the root of the site, or of the pages of this language."""
        depth = self.path.count("/") + (self.language == "en" and not inside)
        return "../" * depth


def anchor(figure: Figure) -> str:
    """The place of a figure on the page of its table."""
    return f"r{(figure.row or 0) + 1}c{(figure.column or 0) + 1}" if figure.row is not None else ""


def source(links: Links, figure: Figure) -> str:
    """The address of the cell that a figure was printed in, or of its document."""
    return cell(links, figure.document, figure.table, figure.row, figure.column)


def cell(
    links: Links, document: str, table: int | None, row: int | None = None, column: int | None = None
) -> str:
    """The address of a place in a document; positions count from 0, in addresses from 1."""
    if table is None:
        return links.page(Paths.document(document))
    at = "" if row is None else f"r{row + 1}c{(column or 0) + 1}"
    return links.page(Paths.table(document, table), at)
