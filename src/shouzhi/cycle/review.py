"""What a reviewer would say of a unit's book before it goes on: errors that stop it, warnings to answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from shouzhi.catalogue.classifications import classification
from shouzhi.cycle.book import Book, Line
from shouzhi.cycle.building import build
from shouzhi.cycle.raw import BookFaults, RawBook, Spot
from shouzhi.space import yuan

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
_NAMED: Final = 5  # names that one remark tells; the number tells the rest


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to mend or to explain: where, what, and how."""

    severity: Severity
    spot: Spot
    message: str
    remedy: str

    @property
    def key(self) -> str:
        """The same for the same message at the same kind of place: figures are part of it, rows are not."""
        told = f"{self.severity}\0{self.spot.sheet}\0{self.spot.column}\0{self.message}"
        return sha256(told.encode()).hexdigest()


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
    income, spent = balance((line.where.get("flow", ""), line.amount) for line in _own(book))
    if income != spent:
        message = (
            f"收入合计 {yuan(income)} 元，支出合计 {yuan(spent)} 元，相差 {yuan(income - spent)} 元"
        )
        yield Remark("error", Spot("支出"), message, "请核对“收入”和“支出”，或补上结转、结余")


def _bare_projects(book: Book) -> Iterator[Remark]:
    """Projects without a basis or without an indicator (项目支出绩效目标 must come with the request)."""
    told = {(r.text("unit"), r.text("project")) for r in book.of("indicators")}
    baseless = [p.name for p in book.projects if not p.record.text("basis")]
    aimless = [
        p.name for p in book.projects if (p.unit, p.name) not in told and ("", p.name) not in told
    ]
    for lacking, what, sheet in ((baseless, "立项依据", "项目"), (aimless, "绩效指标", "绩效指标")):
        if lacking:
            message = f"{len(lacking)} 个项目没有{what}：{_named(lacking)}"
            yield Remark("warning", Spot(sheet), message, f"请在“{sheet}”页补上，或说明理由")


def _named(names: list[str]) -> str:
    """The first names of many: one finding for all of them."""
    return "、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else "")


def _dearer(book: Book) -> Iterator[Remark]:
    """Frugality items that are higher than in the last year's original budget."""
    tree = classification("economic")
    for code, name in _FRUGAL.items():
        now = sum(x.amount for x in _own(book) if x.where.get("economic") == code)
        last = [
            line.amount
            for line in book.lines
            if line.record.sheet == "comparison"
            and line.where.get("economic") == code
            and line.where.get("year") == str(book.year - 1)
            and line.where.get("stage") == "approved"
        ]
        if last and now > sum(last):
            message = f"{tree.name(code, book.year) or name}比上年预算多 {yuan(now - sum(last))} 元"
            yield Remark("warning", Spot("支出"), message, "请压减，或说明理由")
