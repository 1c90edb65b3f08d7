"""Which rows a side of a form has for a book: members, units, projects and records in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from shouzhi.catalogue.classifications import CODED, classification
from shouzhi.catalogue.form import Column, RowSpec, Where
from shouzhi.catalogue.templates import fill, numeral
from shouzhi.cycle.book import Project, Record
from shouzhi.cycle.lines import Ledger, Mask
from shouzhi.cycle.sheets import schema

_LENGTHS: Final = {"class": 3, "section": 5, "item": 7}
SHEETS: Final[Mapping[str, str]] = {
    "purchase": "procurement", "nontax": "nontax", "task": "tasks", "indicator": "indicators",
    "project_year": "project_years",
}  # fmt: skip
"""The sheet of the book that a list draws on."""

_APART: Final = ("source", "amount")
"""What may differ between the records of one purchase that is paid from several sources."""


@dataclass(slots=True, eq=False)
class Draft:
    """A row before its cells are filled in.

    `where` narrows the side; `values` is what its stub can say; `records` are the listed
    records that it stands for, if it does; `unfilled` that it has no cells.
    """

    label: str
    where: Where
    values: Mapping[str, str]
    depth: int = 0
    parent: Draft | None = None
    records: tuple[Record, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    unfilled: bool = False


class Rows:
    """The rows of one side.  `base` is what holds for all of it."""

    def __init__(
        self, ledger: Ledger, base: Where, columns: Sequence[Column], owner: Project | None
    ) -> None:
        self._ledger = ledger
        self._book = ledger.book
        self._base = base
        self._columns = columns
        self._owner = owner
        self._counts: dict[tuple[int, int, Draft | None], int] = {}

    def drafts(self, specs: Sequence[RowSpec], values: Mapping[str, str]) -> list[Draft | None]:
        """The rows of some specs; None where a place is kept free."""
        return list(self._below(specs, Draft("", {}, values), top=True))

    def _below(
        self, specs: Sequence[RowSpec], outer: Draft, *, top: bool = False
    ) -> Iterator[Draft | None]:
        for spec in specs:
            if spec.blank:
                yield None
                continue
            last: dict[int, Draft] = {}
            for level, made in self._made(spec, outer):
                above = last.get(level - 1, None if top else outer)
                row = replace(
                    made,
                    parent=above,
                    depth=(0 if top else outer.depth + 1) + spec.level + made.depth,
                )
                self._name(row, spec, level)
                last[level] = row
                if spec.filled and not self._present(row.where):
                    continue
                if not spec.hidden:
                    yield row
                if level >= len(spec.levels) - 1:
                    inner = replace(row, depth=row.depth - spec.hidden)
                    yield from self._below(spec.rows, row if not spec.hidden else inner)

    def _made(self, spec: RowSpec, outer: Draft) -> Iterator[tuple[int, Draft]]:
        """The rows of a spec without their labels, each with its level."""
        if spec.each is None:
            where = self._ledger.narrow(outer.where, spec.where)
            said = {key: fill(text, outer.values) for key, text in spec.texts.items()}
            yield 0, Draft("", where, outer.values, texts=said, unfilled=spec.unfilled)
        elif spec.each in SHEETS:
            yield from ((0, draft) for draft in self._listed(spec, outer))
        else:
            yield from self._members(spec, outer)

    def _members(self, spec: RowSpec, outer: Draft) -> Iterator[tuple[int, Draft]]:
        """A row for each member of a dimension that has anything in any column."""
        dimension = spec.each or ""
        narrowed = self._ledger.narrow(outer.where, spec.where)
        found = self._ledger.members(dimension, self._inside(narrowed))
        for level, member in self._ordered(spec, found, narrowed):
            where = self._ledger.narrow(narrowed, {dimension: (member,)})
            row = Draft("", where, {**outer.values, **self._said(dimension, member)}, depth=level)
            if dimension == "project":
                row = self._of_project(row, member)
            yield from ((level, part) for part in self._split(spec, row))

    def _of_project(self, row: Draft, name: str) -> Draft:
        units = row.where.get("unit", ())
        project = self._book.project(units[0] if len(units) == 1 else None, name)
        if project is None:
            return row
        values = {**row.values, **self._texts(project.record), "project": name}
        return replace(row, values=values, records=(project.record,))

    def _split(self, spec: RowSpec, row: Draft) -> list[Draft]:
        """The same row once for each member of the dimensions that split it."""
        rows = [row]
        for dimension in spec.split:
            rows = [
                replace(
                    one,
                    where=self._ledger.narrow(one.where, {dimension: (member,)}),
                    values={**one.values, **self._said(dimension, member), "name": one.values["name"]},
                )
                for one in rows
                for member in self._ledger.members(dimension, self._inside(one.where))
            ] or rows
        return rows

    def _ordered(
        self, spec: RowSpec, found: Sequence[str], narrowed: Where
    ) -> Iterator[tuple[int, str]]:
        """The members at the levels of a spec, those above before those below."""
        if spec.each == "unit":
            yield from self._units(spec, set(found))
        elif spec.each in CODED:
            yield from self._codes(spec, found)
        elif spec.each == "project":
            yield from ((0, name) for name in self._projects(spec, set(found), narrowed))
        else:
            yield from ((0, member) for member in dict.fromkeys([*spec.members, *found]))

    def _units(self, spec: RowSpec, found: set[str]) -> Iterator[tuple[int, str]]:
        """Units in the order of the book, below their natures where these are listed."""
        units = [unit for unit in self._book.units.values() if unit.key in found]
        if "nature" not in spec.levels:
            yield from ((0, unit.key) for unit in units)
            return
        natures = list(dict.fromkeys(unit.nature for unit in units))
        if spec.ranked:
            natures.sort(key=list(schema().choices["nature"]).index)
        for nature in natures:
            yield 0, nature
            if "unit" in spec.levels:
                yield from ((1, unit.key) for unit in units if unit.nature == nature)

    def _codes(self, spec: RowSpec, found: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Account codes with those above them, in the order of the form, then by code.

        A code that is coarser than every level that is listed stands for itself.
        """
        dimension = spec.each or ""
        listed = [m for m in spec.members if m in in_force(dimension, self._book.year)]
        lengths = [_LENGTHS[level] for level in spec.levels]
        shown: dict[str, int] = {}
        for code in [*listed, *found]:
            inside = [(level, n) for level, n in enumerate(lengths) if len(code) >= n]
            for level, length in inside or [(len(lengths) - 1, len(code))]:
                shown[code[:length]] = level
        order = {code: place for place, code in enumerate(listed)}
        late = len(order)

        def key(code: str) -> tuple[object, ...]:
            ways = [code[:n] for n in (3, 5, 7) if len(code) >= n]
            return tuple((order.get(way, late), way) for way in ways)

        yield from ((shown[code], code) for code in sorted(shown, key=key))

    def _projects(self, spec: RowSpec, found: set[str], narrowed: Where) -> list[str]:
        """Projects that only other years know, then those of the book in its order."""
        units = narrowed.get("unit")
        ours = [p for p in self._book.projects if units is None or p.unit in units]
        if spec.having:
            return [p.name for p in ours if p.name in found and p.record.text(spec.having)]
        known = {p.name for p in ours}
        named = self._ledger.members("project", self._inside(narrowed))
        ours_found = dict.fromkeys(p.name for p in ours if p.name in found)  # units may share a name
        return [*(n for n in named if n not in known), *ours_found]

    def _listed(self, spec: RowSpec, outer: Draft) -> Iterator[Draft]:
        """A row for each record of a list that lies at the place; one for each whole purchase."""
        groups: dict[tuple[tuple[str, object], ...], list[Record]] = {}
        for record in self._book.of(SHEETS[spec.each or ""]):
            if self._lies(record, outer.where) and (not spec.having or record.text(spec.having)):
                same = tuple((k, v) for k, v in record.values.items() if k not in _APART)
                apart = () if spec.each == "purchase" else (("row", record.spot.row),)
                groups.setdefault((*same, *apart), []).append(record)
        for records in groups.values():
            depth = (records[0].amount("level") or 1) - 1
            values = {**outer.values, **self._texts(records[0])}
            yield Draft("", outer.where, values, depth=depth, records=tuple(records))

    def _lies(self, record: Record, where: Where) -> bool:
        """Whether a record belongs to the row above, or to the owner of the form."""
        if record.sheet == "procurement":
            lines = self._ledger.of([record])
            return bool((lines & self._inside(where)).any())
        owner = self._owner
        if record.sheet in {"indicators", "project_years"}:
            of = (record.text("unit"), record.text("project"))
            return of == ((owner.unit, owner.name) if owner else ("", ""))
        return True

    def _said(self, dimension: str, member: str) -> dict[str, str]:
        """What templates can say of a member."""
        if dimension in CODED:
            return self._coded(dimension, member)
        if dimension == "unit":
            unit = self._book.units.get(member)
            if unit is None:
                return {"name": member, "unit_code": ""}
            return {"name": unit.name, "unit": unit.name, "unit_code": unit.code or ""}
        return {"name": classification(dimension).name(member) or member}

    def _coded(self, dimension: str, code: str) -> dict[str, str]:
        name = self._book.names.get(code) or classification(dimension).name(code, self._book.year)
        said = {"name": name or code, "code": code, f"{dimension}_name": name or code}
        if dimension == "function":
            said |= {"class": code[:3], "section": code[3:5], "item": code[5:7]}
        elif dimension == "economic":
            above = classification(dimension).name(code[:3], self._book.year) or code[:3]
            said |= {"class": code[:3], "section": code[3:5], "class_name": above}
        return said

    def _name(self, row: Draft, spec: RowSpec, level: int) -> None:
        template = spec.labels[level] if spec.each else spec.label
        if "{ordinal}" in template or "{n}" in template:
            key = (id(spec), level, row.parent)
            self._counts[key] = self._counts.get(key, 0) + 1
            count = self._counts[key]
            row.values = {**row.values, "ordinal": numeral(count), "n": str(count)}
        row.label = fill(template, row.values)
        if spec.group is not None:
            row.values = {**row.values, "group": fill(spec.group, row.values)}

    def _texts(self, record: Record) -> dict[str, str]:
        """What templates can say of a record, its unit by name."""
        said = texts(record)
        unit = self._book.units.get(said.get("unit", ""))
        return {**said, "unit": unit.name} if unit else said

    def _present(self, where: Where) -> bool:
        return bool(self._inside(where).any())

    def _inside(self, narrowed: Where) -> Mask:
        """The lines at a place, in any column of the side."""
        found = self._ledger.nothing
        for column in self._columns:
            for where in places(self._ledger, self._base, column, narrowed):
                found = found | self._ledger.at(where)
        return found


def places(ledger: Ledger, base: Where, column: Column, narrowed: Where) -> tuple[Where, ...]:
    """Where a column takes its amounts for a row: two places for a rate, none for words.

    What row and column say takes the place of what holds for the whole side.
    """
    if column.text or column.amount:
        return ()
    where = {**base, **ledger.narrow(column.where, narrowed)}
    if column.rate:
        return tuple({**where, "stage": (stage,)} for stage in column.rate)
    return (where,)


@cache
def in_force(dimension: str, year: int) -> frozenset[str]:
    """The account codes of a dimension that are in force in a year."""
    return frozenset(e.code for e in classification(dimension).entries if e.holds(year))


def texts(record: Record) -> dict[str, str]:
    """What templates can say of a record: all but its amounts."""
    return {key: record.text(key) for key, found in record.values.items() if not isinstance(found, int)}
