"""A book as written becomes a `Book`: references resolved, amounts exact, all faults at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.loading import parse_year
from shouzhi.catalogue.names import fold
from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.book import MAIN_STAGE, Book, Line, Project, Record, Unit
from shouzhi.cycle.folder import read_folder
from shouzhi.cycle.raw import BookFaults, Fault, RawBook, Spot, worksheet
from shouzhi.cycle.sheets import DIMENSION_KINDS, Sheet, schema
from shouzhi.cycle.values import Amiss, Listed, Value, value
from shouzhi.cycle.workbook import SUFFIXES, read_workbook
from shouzhi.space import Coordinates

_OWN: Final = ("income", "expenditure")
"""Sheets whose lines are of the book's own year and stage."""


def load(path: Path) -> Book:
    """Read a book from a folder or a workbook.

    Raises BookFaults with all the faults; nothing is given of a book that has any.
    """
    return build(read(path))


def read(path: Path) -> RawBook:
    """The folder or workbook as it was written down, with what the reader could not read."""
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return read_workbook(path)
    if path.is_dir():
        return read_folder(path)
    raw = RawBook(path.name)
    what = Told("不是账本") if path.exists() else Told("没有这个文件或文件夹")
    remedy = Told("账本是一个文件夹（内有 book.yaml），或一个 .xlsx 工作簿")
    raw.faults.append(Fault(Spot(path.name), what, remedy))
    return raw


def build(raw: RawBook) -> Book:
    """Make a book of what was written; raises BookFaults with all the faults."""
    return _Builder(raw).build()


class _Builder:
    def __init__(self, raw: RawBook) -> None:
        self._raw = raw
        self._faults = list(raw.faults)
        self._settings = dict(self._read_settings())
        self._year = self._read_year()
        self._stage = MAIN_STAGE.get(self._settings.get("document", ""), "approved")
        self._listed = Listed({}, {}, self._year)

    def build(self) -> Book:
        units = self._units()
        aliases = {alias: unit.key for unit in units.values() for alias in _aliases(unit)}
        self._listed = Listed(aliases, self._project_names(), self._year)
        records = {
            sheet.key: tuple(self._records(sheet))
            for sheet in schema().sheets
            if sheet.key != "units"
        }
        records["units"] = tuple(unit.record for unit in units.values())
        projects = tuple(self._projects(records["projects"]))
        by_place = {(project.unit, project.name): project for project in projects}
        lines = tuple(self._lines(records, by_place))
        self._check_projects(projects, lines)
        self._check_filled(units, lines)
        if self._faults:
            raise BookFaults(sorted(self._faults, key=self._order))
        settings = self._settings
        return Book(
            name=self._raw.name,
            department=settings["department"],
            document=settings["document"],
            year=self._year or 0,
            edition=settings.get("edition"),
            scope=settings.get("scope", "department"),
            units=units,
            projects=projects,
            lines=lines,
            records=records,
            settings=settings,
            prose=tuple(self._raw.prose),
            names={r.text("code"): r.text("name") for r in records["names"]},
        )

    def _order(self, fault: Fault) -> tuple[int, int]:
        names = [name for s in schema().sheets for name in (s.file, worksheet(s.name))]
        sheet = names.index(fault.spot.sheet) if fault.spot.sheet in names else -1
        return sheet, fault.spot.row or 0

    def _fault(self, spot: Spot, message: Told, remedy: Told) -> None:
        self._faults.append(Fault(spot, message, remedy))

    def _read_settings(self) -> Iterator[tuple[str, str]]:
        for column in schema().settings:
            text = self._raw.settings.get(column.key, "")
            named = term(column.heading)
            spot = self._raw.spots.get(column.key, Spot(self._raw.name, column=named))
            if not text:
                if column.required and not self._raw.faults:
                    remedy = Told("请填写：{about}", about=term(column.about))
                    self._fault(spot, Told("没有填“{heading}”", heading=named), remedy)
                continue
            try:
                yield column.key, str(value(text, column, Listed({}, {}, None)))
            except Amiss as amiss:
                self._fault(spot, amiss.message, amiss.remedy)

    def _read_year(self) -> int | None:
        text = self._settings.get("year")
        return parse_year(text) if text else None

    def _units(self) -> dict[str, Unit]:
        units: dict[str, Unit] = {}
        taken: dict[str, Spot] = {}
        for record in self._records(schema().sheet("units")):
            code, name = record.text("code") or None, record.text("name")
            unit = Unit(code or name, name, code, record.text("nature"), record)
            for alias in dict.fromkeys(_aliases(unit)):
                if alias in taken:
                    message = Told("“{name}”与{other}的单位名称或编码相同", name=name, other=taken[alias].told)
                    self._fault(record.spot, message, Told("请只留一行"))
                    break
                taken[alias] = record.spot
            units[unit.key] = unit
        return units

    def _project_names(self) -> dict[str, tuple[str, ...]]:
        rows = self._raw.sheets.get("projects", [])
        return {row.cells["name"]: () for row in rows if row.cells.get("name")}

    def _records(self, sheet: Sheet) -> Iterator[Record]:
        for row in self._raw.sheets.get(sheet.key, []):
            before = len(self._faults)
            values: dict[str, Value] = {}
            for column in sheet.columns:
                text = row.cells.get(column.key, "")
                named = term(column.heading)
                spot = row.spot.at(named)
                if not text:
                    if column.required:
                        remedy = Told("请填写“{heading}”", heading=named)
                        self._fault(spot, Told("没有填"), remedy)
                    continue
                try:
                    values[column.key] = value(text, column, self._listed)
                except Amiss as amiss:
                    self._fault(spot, amiss.message, amiss.remedy)
            if len(self._faults) == before:
                yield Record(sheet.key, values, row.spot)

    def _projects(self, records: tuple[Record, ...]) -> Iterator[Project]:
        taken: dict[tuple[str, str], Spot] = {}
        for record in records:
            project = Project(record.text("name"), record.text("unit"), record.text("kind"), record)
            place = (project.unit, fold(project.name))
            if place in taken:
                message = Told("“{name}”与{other}是同一单位的同名项目", name=project.name, other=taken[place].told)
                self._fault(record.spot, message, Told("请合并成一行，或改名以示区别"))
                continue
            taken[place] = record.spot
            yield project

    def _lines(
        self,
        records: Mapping[str, tuple[Record, ...]],
        projects: Mapping[tuple[str, str], Project],
    ) -> Iterator[Line]:
        for sheet in schema().sheets:
            if sheet.lines is None:
                continue
            taken: dict[tuple[object, ...], Spot] = {}
            for record in records[sheet.key]:
                where = self._where(sheet, record, projects)
                if where is None:
                    continue
                amount = record.amount("amount") or 0
                same = (where, amount, *(record.text(k) for k in ("note", "name", "programme")))
                if same in taken:
                    message = Told("与{other}说的是同一笔", other=taken[same].told)
                    remedy = Told("请删去一行；确是两笔的，请在“备注”里写明区别")
                    self._fault(record.spot, message, remedy)
                    continue
                taken[same] = record.spot
                yield Line(where, amount, record)

    def _where(
        self, sheet: Sheet, record: Record, projects: Mapping[tuple[str, str], Project]
    ) -> Coordinates | None:
        """The place of a line, its kind taken from its project where it gives none."""
        members = dict(sheet.lines or {})
        for column in sheet.columns:
            dimension = "year" if column.kind == "year" else DIMENSION_KINDS.get(column.kind)
            if dimension and column.key in record.values:
                members[dimension] = record.text(column.key)
        if sheet.key == "comparison":
            if name := record.text("project"):
                members["project"] = name
        else:
            if "project" in members and not self._place_project(record, members, projects):
                return None
            if sheet.key == "procurement":
                members.setdefault("kind", "basic")
        members.setdefault("year", str(self._year))
        members.setdefault("stage", self._stage)
        members.setdefault("flow", "income" if sheet.key == "income" else "expenditure")
        return self._check_line(sheet, record, members)

    def _place_project(
        self,
        record: Record,
        members: dict[str, str],
        projects: Mapping[tuple[str, str], Project],
    ) -> bool:
        name = members["project"]
        owners = [unit for unit, project in projects if project == name]
        unit = members.get("unit") or (owners[0] if len(owners) == 1 else None)
        if unit is None or (unit, name) not in projects:
            if unit:
                message = Told("“{name}”不是这个单位的项目", name=name)
                remedy = Told("请在“项目”页核对它属于哪个单位")
            else:
                message, remedy = Told("有几个单位都有项目“{name}”", name=name), Told("请填写“单位”")
            self._fault(record.spot, message, remedy)
            return False
        members["unit"] = unit
        kind = projects[unit, name].kind
        given = members.setdefault("kind", kind)
        tree = classification("kind")
        if given != kind and not tree.is_ancestor(given, kind):
            own, other = (term(schema().word("kind", member)) for member in (given, kind))
            message = Told("支出类别是{own}，而项目是{other}", own=own, other=other)
            self._fault(record.spot, message, Told("请改成一致，或把“支出类别”留空"))
            return False
        members["kind"] = kind
        return True

    def _check_line(
        self, sheet: Sheet, record: Record, members: dict[str, str]
    ) -> Coordinates | None:
        if sheet.key == "expenditure" and members["flow"] == "expenditure" and "kind" not in members:
            message = Told("没有填“支出类别”，也没有项目")
            self._fault(record.spot, message, Told("请填写其中之一"))
            return None
        if members.get("kind") == "basic" and (code := members.get("economic")):
            staff = code.startswith(schema().staff_classes)
            members["kind"] = "staff" if staff else "office"
        return Coordinates(members)

    def _check_filled(self, units: Mapping[str, Unit], lines: tuple[Line, ...]) -> None:
        if self._faults:
            return  # what was written with a fault is not missing
        if not units:
            self._fault(Spot(self._raw.name), Told("“单位”页是空的"), Told("请至少填一个单位"))
        if not lines:
            remedy = Told("请填“收入”页和“支出”页")
            self._fault(Spot(self._raw.name), Told("没有一笔收入或支出"), remedy)

    def _check_projects(self, projects: tuple[Project, ...], lines: tuple[Line, ...]) -> None:
        if self._faults:
            return  # a line that is itself amiss may be the one that is missed
        funded = Counter(
            (line.where.get("unit"), line.where.get("project"))
            for line in lines
            if line.record.sheet == "expenditure"
        )
        for project in projects:
            if not funded[project.unit, project.name]:
                message = Told("项目“{name}”没有一笔支出", name=project.name)
                remedy = Told("请在“支出”页填它的金额，或删去这个项目")
                self._fault(project.record.spot, message, remedy)


def _aliases(unit: Unit) -> Iterator[str]:
    yield from filter(None, (unit.key, unit.name, unit.code))
    yield fold(unit.name)
