"""What a reviewer would say of a unit's book before it goes on: errors that stop it, warnings to answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.book import Book, Line, Project
from shouzhi.cycle.building import build
from shouzhi.cycle.raw import BookFaults, Fault, RawBook, Spot
from shouzhi.cycle.sheets import schema
from shouzhi.space import grouped

Severity = Literal["error", "warning"]

_INFLOWS: Final = frozenset({"income", "carried_in", "reserves_used"})
_OUTFLOWS: Final = frozenset({"expenditure", "carried_out", "distributed"})
# Economic classes of “三公”, meetings and training: what the frugality rules hold down
# (《党政机关厉行节约反对浪费条例》).
_FRUGAL: Final = {
    "30212": "因公出国（境）费",
    "30215": "会议费",
    "30216": "培训费",
    "30217": "公务接待费",
    "30231": "公务用车运行维护费",
    "31013": "公务用车购置",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One of the cells that a remark is about, and the name under which it is told."""

    name: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to mend or to explain: where, what, and how.

    `check` names the rule where it is one of those below (empty for a fault of a cell), so
    that the remark on a department's book is known to be the one on its units'; `places` are
    all the cells that it is about.
    """

    severity: Severity
    spot: Spot
    message: Told
    remedy: Told
    check: str = ""
    places: tuple[Place, ...] = ()

    @property
    def told(self) -> Told:
        """Place, what is wrong and the remedy in one sentence."""
        return Fault(self.spot, self.message, self.remedy).told

    @property
    def key(self) -> str:
        """The same for the same finding: names and figures are part of it, rows are not."""
        if self.check:
            return _key(self.check, self.places)
        told = f"{self.severity}\0{self.spot.sheet}\0{self.spot.column}\0{self.message}"
        return sha256(told.encode()).hexdigest()

    def parts(self) -> dict[str | None, str]:
        """The key that its part has in the book of each unit whose cells it is about, by the unit's name.

        Under None what stands on the department's own sheets; empty where it is of no rule.
        """
        if not self.check:
            return {}
        units = dict.fromkeys(place.spot.unit for place in self.places)
        return {
            unit: _key(self.check, [place for place in self.places if place.spot.unit == unit])
            for unit in units
        }


def _key(check: str, places: Iterable[Place]) -> str:
    return sha256("\0".join([check, *sorted(place.name for place in places)]).encode()).hexdigest()


def review(raw: RawBook) -> list[Remark]:
    """All remarks on a book as it was written; warnings only where it has no faults."""
    try:
        book = build(raw)
    except BookFaults as error:
        return [Remark("error", fault.spot, fault.message, fault.remedy) for fault in error.faults]
    return [*_unbalanced(book), *_bare_projects(book), *_dearer(book)]


def _own(book: Book) -> Iterator[Line]:
    return (line for line in book.lines if line.record.sheet in {"income", "expenditure"})


def balance(amounts: Iterable[tuple[str, int]]) -> tuple[int, int]:
    """Income and expenditure in 分 of amounts (flow, 分), what is carried over with each of them."""
    told = list(amounts)
    return (
        sum(amount for flow, amount in told if flow in _INFLOWS),
        sum(amount for flow, amount in told if flow in _OUTFLOWS),
    )


def _unbalanced(book: Book) -> Iterator[Remark]:
    """Income and expenditure of a unit must balance (预算法 article 37: planned within its income)."""
    income, spent = _balance(_own(book))
    if income != spent:
        gap, less = grouped(abs(income - spent)), income < spent
        off = Told("收入少于支出 {gap} 元", gap=gap) if less else Told("收入多于支出 {gap} 元", gap=gap)
        message = Told(
            "收入合计 {income} 元，支出合计 {spent} 元，{off}",
            income=grouped(income),
            spent=grouped(spent),
            off=off,
        )
        remedy = Told("请核对“收入”和“支出”，或补上结转、结余")
        places = tuple(_flows(book))
        yield Remark("error", Spot(term("支出")), message, remedy, "unbalanced", places)


def _balance(lines: Iterable[Line]) -> tuple[int, int]:
    return balance((line.where.get("flow", ""), line.amount) for line in lines)


def _flows(book: Book) -> Iterator[Place]:
    """What each unit that does not balance has by flow, each at its first row."""
    for lines in _by(_own(book), "unit").values():
        income, spent = _balance(lines)
        if income == spent:
            continue
        for flow, of in _by(lines, "flow").items():
            amount = grouped(sum(line.amount for line in of))
            name = Told("{what} {amount} 元", what=term(schema().word("flow", flow)), amount=amount)
            yield Place(name, _cell(of[0], "amount"))


def _by(lines: Iterable[Line], dimension: str) -> dict[str, list[Line]]:
    """Lines by their member of a dimension, in the order in which they were written."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.where.get(dimension, ""), []).append(line)
    return found


def _cell(of: Line | Project, key: str) -> Spot:
    """The cell of a row under a column's key."""
    record = of.record
    column = schema().sheet(record.sheet).column_of(key)
    return record.spot if column is None else record.spot.at(column.heading)


def _bare_projects(book: Book) -> Iterator[Remark]:
    """Projects without a basis or without an indicator (项目支出绩效目标 must come with the request)."""
    told = {(r.text("unit"), r.text("project")) for r in book.of("indicators")}
    baseless = [p for p in book.projects if not p.record.text("basis")]
    aimless = [
        p for p in book.projects if (p.unit, p.name) not in told and ("", p.name) not in told
    ]
    rules = (
        ("no_basis", baseless, "立项依据", "项目", "basis"),
        ("no_indicator", aimless, "绩效指标", "绩效指标", "name"),
    )
    for check, lacking, what, name, key in rules:
        if lacking:
            sheet = term(name)
            message = Told("{count} 个项目没有{what}", count=len(lacking), what=term(what))
            remedy = Told("请在“{sheet}”页补上，或说明理由", sheet=sheet)
            places = tuple(Place(project.name, _cell(project, key)) for project in lacking)
            yield Remark("warning", Spot(sheet), message, remedy, check, places)


def _dearer(book: Book) -> Iterator[Remark]:
    """Frugality items that are higher than in the last year's original budget."""
    tree = classification("economic")
    for code, name in _FRUGAL.items():
        now = [line for line in _own(book) if line.where.get("economic") == code]
        last = [line for line in book.lines if _of_last_year(line, book.year, code)]
        more = sum(line.amount for line in now) - sum(line.amount for line in last)
        if last and more > 0:
            message = Told(
                "{name}比上年预算多 {more} 元",
                name=term(tree.name(code, book.year) or name),
                more=grouped(more),
            )
            remedy = Told("请压减，或说明理由")
            places = tuple(_grown(now, last))
            yield Remark("warning", Spot(term("支出")), message, remedy, f"dearer:{code}", places)


def _of_last_year(line: Line, year: int, code: str) -> bool:
    """Whether a line tells what last year's original budget gave for a class."""
    return (
        line.record.sheet == "comparison"
        and line.where.get("economic") == code
        and line.where.get("year") == str(year - 1)
        and line.where.get("stage") == "approved"
    )


def _grown(now: Sequence[Line], last: Sequence[Line]) -> Iterator[Place]:
    """The lines of the units that ask for more than they had, this year's and last year's."""
    before = _by(last, "unit")
    for unit, lines in _by(now, "unit").items():
        earlier = before.get(unit, [])
        if sum(line.amount for line in lines) <= sum(line.amount for line in earlier):
            continue
        for line in lines:
            name = Told("{what} {amount} 元", what=_what(line), amount=grouped(line.amount))
            yield Place(name, _cell(line, "amount"))
        for line in earlier:
            name = Told("上年{what} {amount} 元", what=_what(line), amount=grouped(line.amount))
            yield Place(name, _cell(line, "amount"))


def _what(line: Line) -> str:
    """What a line is for: its project, or its function by name."""
    function = line.where.get("function", "")
    name = classification("function").name(function) if function else None
    return line.record.text("project") or term(name or function)
