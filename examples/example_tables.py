"""The tables and the prose of an example document, from the lines of its department."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

DATA: Final = Path(__file__).with_name("departments.yaml")

SOURCES: Final = {
    "general": "一般公共预算",
    "fund": "政府性基金预算",
    "operations": "事业收入",
    "other": "其他收入",
    "carried": "上年结转",
}
WORDS: Final = {"budget": "预算", "accounts": "决算"}
ORDINALS: Final = "一二三四五六七八九十"

TITLES: Final = {
    "budget": (
        ("表1", "收支预算总表"),
        ("表2", "收入预算总表"),
        ("表3", "支出预算总表"),
        ("表4", "财政拨款收支预算总表"),
        ("表5", "一般公共预算支出预算表"),
        ("表6", "一般公共预算基本支出预算表"),
        ("表7", "一般公共预算“三公”经费预算表"),
        ("表8", "政府性基金预算支出预算表"),
    ),
    "accounts": (
        ("公开01表", "收入支出决算总表"),
        ("公开02表", "收入决算表"),
        ("公开03表", "支出决算表"),
        ("公开04表", "财政拨款收入支出决算总表"),
        ("公开05表", "一般公共预算财政拨款支出决算表"),
        ("公开06表", "一般公共预算财政拨款基本支出决算表"),
        ("公开07表", "一般公共预算财政拨款“三公”经费支出决算表"),
        ("公开08表", "政府性基金预算财政拨款支出决算表"),
    ),
}


@dataclass(frozen=True)
class Line:
    """One line of a budget: what is spent on what, from where; `amount` in 元."""

    function: str
    kind: str
    economic: str
    source: str
    amount: int

    @property
    def staff(self) -> bool:
        """Whether it is spent on people (人员经费) rather than on offices (公用经费)."""
        return self.economic[:3] in {"301", "303"}


@dataclass(frozen=True)
class Department:
    """A department of one year, with its lines."""

    name: str
    kind: str
    scope: str
    year: int
    unit: str
    format: str
    duties: str
    last_year: int
    reason: str
    lines: tuple[Line, ...]
    names: dict[str, str]

    @property
    def title(self) -> str:
        """The title of the document."""
        scope = {"department": "部门", "unit": "单位"}[self.scope]
        return f"{self.name}{self.year}年{scope}{WORDS[self.kind]}"

    def shown(self, amount: int) -> str:
        """An amount as the tables print it; nothing for zero."""
        if not amount:
            return ""
        return f"{amount:,}" if self.unit == "元" else in_ten_thousands(amount)


@dataclass(frozen=True)
class Table:
    """A table to print: headings of each column from the top down, and rows of texts.

    The first `stub` columns are texts; `note` stands below.
    """

    number: str
    title: str
    unit: str
    columns: Sequence[tuple[str, ...]]
    rows: list[list[str]]
    stub: int
    note: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of the document; level 0 is its title."""

    text: str
    level: int


Block = Heading | Table | str
Column = tuple[tuple[str, ...], Callable[[Line], bool]]


def departments() -> list[Department]:
    """All departments of the data file."""
    data: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    found = []
    for entry in data["departments"]:
        lines = tuple(Line(*line) for line in entry.pop("lines"))
        found.append(Department(**entry, lines=lines, names=data["names"]))
    return found


def in_ten_thousands(amount: int) -> str:
    """元 as 万元 with two decimals."""
    return f"{Decimal(amount) / 10_000:,.2f}"


def total(lines: Sequence[Line], where: Callable[[Line], bool] = lambda _: True) -> int:
    """The sum of the lines that `where` picks, in 元."""
    return sum(line.amount for line in lines if where(line))


def blocks(department: Department) -> Iterator[Block]:
    """The whole document in order."""
    word = WORDS[department.kind]
    yield Heading(department.title, 0)
    yield Heading(f"第一部分 {department.name}概况", 1)
    yield Heading("一、主要职责", 2)
    yield department.duties
    yield Heading(f"第二部分 {department.year}年{word}情况说明", 1)
    yield from statements(department, word)
    yield Heading(f"第三部分 {department.year}年{word}表", 1)
    yield from tables(department)


def statements(department: Department, word: str) -> Iterator[Block]:
    """Short prose whose figures are those of the tables, in 万元."""
    lines, last = department.lines, department.last_year
    whole, basic = total(lines), total(lines, lambda line: line.kind == "basic")
    change = whole - last
    direction = "增加" if change >= 0 else "减少"
    rate = abs(Decimal(change)) / last * 100
    yield Heading(f"一、收支{word}总体情况", 2)
    yield (
        f"{department.year}年收入总计{in_ten_thousands(whole)}万元，支出总计{in_ten_thousands(whole)}"
        f"万元，比上年{direction}{in_ten_thousands(abs(change))}万元，{direction[0]}长{rate:.2f}%，"
        f"主要原因是{department.reason}。".replace("减长", "下降")
    )
    project = whole - basic
    yield (
        f"其中：基本支出{in_ten_thousands(basic)}万元，占{Decimal(basic) / whole * 100:.2f}%；"
        f"项目支出{in_ten_thousands(project)}万元，占{Decimal(project) / whole * 100:.2f}%。"
    )
    parts = dict(zip(("abroad", "buying", "running", "guests"), hospitality(lines), strict=True))
    yield Heading("二、“三公”经费情况", 2)
    yield (
        f"“三公”经费{word}{in_ten_thousands(sum(parts.values()))}万元。其中：因公出国（境）费"
        f"{in_ten_thousands(parts['abroad'])}万元；公务用车购置费{in_ten_thousands(parts['buying'])}万元，"
        f"公务用车运行费{in_ten_thousands(parts['running'])}万元；公务接待费"
        f"{in_ten_thousands(parts['guests'])}万元。"
    )


def hospitality(lines: Sequence[Line]) -> list[int]:
    """因公出国, 公务用车购置, 公务用车运行 and 公务接待 of the general budget."""
    general = [line for line in lines if line.source == "general"]
    return [total(general, economic(code)) for code in ("30212", "31013", "30231", "30217")]


def economic(code: str) -> Callable[[Line], bool]:
    """Picks the lines of one economic code."""
    return lambda line: line.economic == code


def source(name: str) -> Callable[[Line], bool]:
    """Picks the lines that one source pays."""
    return lambda line: line.source == name


def tables(department: Department) -> Iterator[Table]:
    """The eight tables of a budget or of accounts."""
    titles = iter(TITLES[department.kind])
    money = "预算数" if department.kind == "budget" else "决算数"
    used = [name for name in SOURCES if any(source(name)(line) for line in department.lines)]
    basic: Column = (("基本支出",), lambda line: line.kind == "basic")
    project: Column = (("项目支出",), lambda line: line.kind == "project")
    every: Column = (("合计",), lambda _: True)
    yield two_sided(department, next(titles), used, money)
    sources: list[Column] = [
        (("财政拨款", title) if name in {"general", "fund"} else (title,), source(name))
        for name, title in SOURCES.items()
    ]
    yield tree(department, next(titles), [every, *sources], "function")
    halves: list[Column] = [
        (("基本支出", "小计"), basic[1]),
        (("基本支出", "人员经费"), lambda line: line.kind == "basic" and line.staff),
        (("基本支出", "公用经费"), lambda line: line.kind == "basic" and not line.staff),
    ]
    yield tree(department, next(titles), [every, *halves, project], "function")
    yield two_sided(department, next(titles), [x for x in used if x in {"general", "fund"}], money)
    columns = [every, basic, project]
    yield tree(department, next(titles), columns, "function", source("general"))
    people: Column = (("人员经费",), lambda line: line.staff)
    office: Column = (("公用经费",), lambda line: not line.staff)
    yield tree(
        department, next(titles), [every, people, office], "economic",
        lambda line: line.source == "general" and line.kind == "basic",
    )  # fmt: skip
    yield three_publics(department, next(titles))
    yield tree(department, next(titles), columns, "function", source("fund"))


def two_sided(
    department: Department, name: tuple[str, str], sources: Sequence[str], money: str
) -> Table:
    """Income by source beside expenditure by class."""
    lines = [line for line in department.lines if line.source in sources]
    income = [(SOURCES[name], total(lines, source(name))) for name in sources]
    classes = sorted({line.function[:3] for line in lines})
    spent = [
        (department.names[code], sum(x.amount for x in lines if x.function.startswith(code)))
        for code in classes
    ]
    left, right = (
        [
            [f"{ORDINALS[n]}、{label}", department.shown(amount)]
            for n, (label, amount) in enumerate(side)
        ]
        for side in (income, spent)
    )
    height = max(len(left), len(right))
    left += [["", ""]] * (height - len(left))
    right += [["", ""]] * (height - len(right))
    whole = department.shown(total(lines))
    rows = [[*a, *b] for a, b in zip(left, right, strict=True)]
    rows.append(["收入总计", whole, "支出总计", whole])
    columns = [("收入", "项目"), ("收入", money), ("支出", "项目"), ("支出", money)]
    return Table(*name, department.unit, columns, rows, 1)


def tree(
    department: Department, name: tuple[str, str], columns: Sequence[Column], dimension: str,
    where: Callable[[Line], bool] = lambda _: True,
) -> Table:  # fmt: skip
    """Amounts by account code, class over section over item."""
    lines = [line for line in department.lines if where(line)]
    levels = (3, 5, 7) if dimension == "function" else (3, 5)
    codes = sorted({getattr(line, dimension)[:n] for line in lines for n in levels})
    rows = [["", "合计", *(department.shown(total(lines, pick)) for _, pick in columns)]]
    for code in codes:
        below = [line for line in lines if getattr(line, dimension).startswith(code)]
        cells = [department.shown(total(below, pick)) for _, pick in columns]
        rows.append([code, department.names[code], *cells])
    stub = [("科目编码",), ("科目名称",)]
    headings = [*stub, *(heading for heading, _ in columns)]
    if not lines:
        note = f"说明：{department.name}没有此项支出，本表为空。"
        return Table(*name, department.unit, headings, [], 2, note)
    return Table(*name, department.unit, headings, rows, 2)


def three_publics(department: Department, name: tuple[str, str]) -> Table:
    """The one row of the “三公” table."""
    abroad, buying, running, guests = hospitality(department.lines)
    cars_total = buying + running
    amounts = [abroad + cars_total + guests, abroad, cars_total, buying, running, guests]
    cars = "公务用车购置及运行费"
    columns = [
        ("单位名称",), ("合计",), ("因公出国（境）费",),
        (cars, "小计"), (cars, "购置费"), (cars, "运行费"), ("公务接待费",),
    ]  # fmt: skip
    rows = [[department.name, *(department.shown(amount) for amount in amounts)]]
    return Table(*name, department.unit, columns, rows, 1)
