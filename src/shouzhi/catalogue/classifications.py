"""The official lists of account codes and the small trees of members, dated by year.

Each list is a CSV file with the source of every row; years are the first and the last
in which a name is known to be in force, empty where it has none.  Names resolve to codes
whatever year they are from, those of the asked year first; nothing is guessed: what is
not unique resolves to None.  Lists that the user has imported are merged over ours.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Final, NamedTuple

from shouzhi.catalogue.loading import CATALOGUE, Row, load_csv
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.space import DIMENSIONS

CODED: Final = {
    "function": re.compile(r"2\d\d(?:\d\d){0,2}", re.ASCII),
    "economic": re.compile(r"3\d\d(?:\d\d)?", re.ASCII),
    "government_economic": re.compile(r"5\d\d(?:\d\d)?", re.ASCII),
}
"""The dimensions whose members are official codes, and the shape of these."""

TREES: Final = ("stage", "flow", "source", "kind", "item")
"""The dimensions whose members are words of ours, each a small tree."""

COLUMNS: Final = ("code", "name", "valid_from", "valid_to", "source")
"""The columns of every list; trees have `parent` too, and items `economic`."""

_MEMBER: Final = re.compile(r"[a-z][a-z_]*")
_LEVEL_MARK: Final = re.compile(r"\([类款项]\)$")
_EVER: Final = (0, 9999)
_END: Final = "支出"
_ANY: Final = "其他"  # may end any group of rows, and so stands for no one code


class Entry(NamedTuple):
    """One name of a code in the years in which it is in force (None: no bound is known).

    `parent` is the member above it, None at the top; `economic` the economic code that an
    item stands for, where one does; `source` where the row was taken from.
    """

    code: str
    name: str
    valid_from: int | None
    valid_to: int | None
    source: str
    parent: str | None
    economic: str | None = None

    def holds(self, year: int | None) -> bool:
        """Whether the name is in force in `year`; always when no year is asked for."""
        return year is None or self.distance(year) == 0

    def distance(self, year: int) -> int:
        """How many years lie between `year` and those in which the name is in force."""
        first, last = self.valid_from or _EVER[0], self.valid_to or _EVER[1]
        return max(first - year, year - last, 0)


class Classification:
    """One dimension's codes and names.  Every lookup folds the name it is given."""

    def __init__(self, dimension: str, entries: Sequence[Entry]) -> None:
        self.dimension = dimension
        self.entries = tuple(entries)
        self._coded = dimension in CODED
        self._by_code: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._by_code.setdefault(entry.code, []).append(entry)
        self._ordered: dict[tuple[str, int | None], tuple[str, ...]] = {}

    @cached_property
    def _by_name(self) -> dict[str, list[Entry]]:
        index: dict[str, list[Entry]] = {}
        for entry in self.entries:
            index.setdefault(fold(entry.name), []).append(entry)
        return index

    @cached_property
    def _children(self) -> dict[str | None, list[str]]:
        below: dict[str | None, list[str]] = {}
        for code in self._by_code:
            below.setdefault(self.parent(code), []).append(code)
        return below

    def known(self, code: str) -> bool:
        """Whether the list has the code, in whatever year."""
        return code in self._by_code

    def name(self, code: str, year: int | None = None) -> str | None:
        """The name of a code in `year` (by default the latest); None for a code not listed.

        Where no name is known for that year, the name of the nearest year is given.
        """
        entries = self._by_code.get(code)
        if not entries:
            return None
        if year is None:
            return entries[-1].name
        return min(reversed(entries), key=lambda entry: entry.distance(year)).name

    def codes(self, name: str, year: int | None = None) -> tuple[str, ...]:
        """All codes that bear or bore `name`: those in force in `year`, then the nearest to it.

        Equally near codes stand with the higher level first.  A name that is not found as it
        stands is tried without its ordinal, its level (`（款）`) and the “支出” at its end;
        a name without “支出” may stand for one with it, so 教育 is 21902 and then 205.
        """
        key = fold(name), year
        codes = self._ordered.get(key)
        if codes is None:
            ranked = [
                (rank, 0 if year is None else e.distance(year), self.level(e.code), e.code)
                for rank, e in self._named(name)
            ]
            codes = tuple(dict.fromkeys(code for *_, code in sorted(ranked)))
            if codes:
                self._ordered[key] = codes
        return codes

    def resolve(
        self, name: str, year: int | None, under: str | None = None, level: int | None = None
    ) -> str | None:
        """The one code of `name`, or None when there is none or more than one.

        Names in force in `year` go before others.  `under` keeps to the codes below it (a child
        before what lies deeper), `level` to those of one level: 1 类, 2 款, 3 项.
        """
        found = [
            entry
            for _, entry in self._named(name)
            if (under is None or self.is_ancestor(under, entry.code))
            and (level is None or self.level(entry.code) == level)
        ]
        pool = {e.code for e in found if e.holds(year)} or {e.code for e in found}
        if under is not None:
            pool = {code for code in pool if self.parent(code) == under} or pool
        return pool.pop() if len(pool) == 1 else None

    def parent(self, code: str) -> str | None:
        """The member above; for official codes by their digits, listed or not."""
        if self._coded:
            return code[:-2] if len(code) in {5, 7} else None
        entries = self._by_code.get(code)
        return entries[0].parent if entries else None

    def level(self, code: str) -> int:
        """How deep a code lies, 1 at the top: 类 1, 款 2, 项 3."""
        above = self.parent(code)
        return 1 if above is None else 1 + self.level(above)

    def children(self, code: str | None, year: int | None = None) -> tuple[str, ...]:
        """The listed codes right below `code` (None: the top ones) that are in force in `year`."""
        below = self._children.get(code, ())
        return tuple(c for c in below if any(e.holds(year) for e in self._by_code[c]))

    def is_ancestor(self, upper: str, lower: str) -> bool:
        """Whether `upper` lies above `lower`; no code lies above itself."""
        if self._coded:
            return len(lower) > len(upper) in {3, 5} and lower.startswith(upper)
        above = self.parent(lower)
        while above is not None and above != upper:
            above = self.parent(above)
        return above is not None

    def _named(self, name: str) -> list[tuple[int, Entry]]:
        """The entries of a name as printed (0), and of what departments shorten to it (1)."""
        found: list[tuple[int, Entry]] = []
        for spelling in _spellings(name):
            found = [(0, entry) for entry in self._by_name.get(spelling, ())]
            if not spelling.endswith(_END) and spelling != _ANY:
                found += [(1, entry) for entry in self._by_name.get(spelling + _END, ())]
            if found:
                break
        return found


def _spellings(name: str) -> Iterator[str]:
    """The name as it stands, without ordinal and level, and without “支出” at its end."""
    exact = fold(name)
    yield exact
    bare = _LEVEL_MARK.sub("", strip_ordinal(exact)[1])
    if bare != exact:
        yield bare
    if bare.endswith(_END) and bare.removesuffix(_END) not in {"", _ANY}:
        yield bare.removesuffix(_END)


@cache
def classification(dimension: str) -> Classification:
    """The list of a dimension, loaded once a process; empty for year, unit and project.

    Raises KeyError for what is no dimension, CatalogueError for a fault in a list.
    """
    if dimension not in DIMENSIONS:
        raise KeyError(dimension)
    if dimension not in CODED and dimension not in TREES:
        return Classification(dimension, ())
    ours = read_list(CATALOGUE / "classifications" / f"{dimension}.csv", dimension)
    _refuse_overlaps(ours)
    lists = user_lists(dimension) if dimension in CODED else []
    added = [pair for path in lists for pair in read_list(path, dimension)]
    entries = [entry for entry, _ in (*ours, *added)]
    return Classification(dimension, _merge(entries) if added else entries)


def user_folder() -> Path:
    """The folder of the lists that the user has imported: $SHOUZHI_HOME, else the platform's."""
    if home := os.environ.get("SHOUZHI_HOME"):
        base = Path(home)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "shouzhi"
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Application Support/shouzhi"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "shouzhi"
    return base / "classifications"


def user_lists(dimension: str = "*") -> list[Path]:
    """The imported lists of a dimension (by default of all), the oldest year first."""
    return sorted(user_folder().glob(f"{dimension}-[0-9]*.csv"))


def read_list(path: Path, dimension: str) -> list[tuple[Entry, Row]]:
    """Read one list; raises CatalogueError with file and line for the first fault."""
    tree = dimension in TREES
    columns = (*COLUMNS, *(("parent",) if tree else ()), *(("economic",) * (dimension == "item")))
    rows = load_csv(path, columns, filled=("code", "name", "source"))
    shape = CODED.get(dimension, _MEMBER)
    entries: list[tuple[Entry, Row]] = []
    for row in rows:
        cells = row.cells
        code = cells["code"]
        if not shape.fullmatch(code):
            raise row.fault(f"编码“{code}”不是这一分类的编码；请核对")
        above = cells["parent"] or None if tree else code[:-2] if len(code) > 3 else None
        entry = Entry(
            code, cells["name"], row.year("valid_from"), row.year("valid_to"),
            cells["source"], above, cells.get("economic") or None,
        )  # fmt: skip
        if entry.valid_from and entry.valid_to and entry.valid_from > entry.valid_to:
            raise row.fault(f"起始年 {entry.valid_from} 晚于终止年 {entry.valid_to}；请核对")
        entries.append((entry, row))
    if tree:
        _refuse_orphans(entries)
    return entries


def _refuse_orphans(entries: Sequence[tuple[Entry, Row]]) -> None:
    """A member must stand below one that was listed before it: so no tree has a loop."""
    seen: set[str] = set()
    for entry, row in entries:
        if entry.parent and entry.parent not in seen:
            raise row.fault(f"上级“{entry.parent}”没有列在它前面；请先列上级")
        seen.add(entry.code)


def _refuse_overlaps(entries: Sequence[tuple[Entry, Row]]) -> None:
    """A code has one name at a time."""
    latest: dict[str, Entry] = {}
    for entry, row in entries:
        before = latest.get(entry.code)
        if before and (before.valid_to or _EVER[1]) >= (entry.valid_from or _EVER[0]):
            raise row.fault(f"编码 {entry.code} 同一年里还叫“{before.name}”；请改起止年")
        latest[entry.code] = entry


def _merge(entries: Sequence[Entry]) -> list[Entry]:
    """Order by code and year; a later name ends the one before it, the same name goes on."""
    ordered = sorted(entries, key=lambda entry: (entry.code, entry.valid_from or _EVER[0]))
    merged: list[Entry] = []
    for entry in ordered:
        before = merged[-1] if merged and merged[-1].code == entry.code else None
        if before is None or entry.valid_from is None:
            merged.append(entry)
        elif fold(before.name) == fold(entry.name):
            merged[-1] = before._replace(valid_to=entry.valid_to)
        else:
            last = min(before.valid_to or _EVER[1], entry.valid_from - 1)
            merged[-1] = before._replace(valid_to=last)
            merged.append(entry)
    return merged
