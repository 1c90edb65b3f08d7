"""Books made by chance, for tests and measurements: any size, odd names, awkward amounts."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator

from shouzhi.catalogue.classifications import classification
from shouzhi.cycle.book import Book
from shouzhi.cycle.building import build
from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.cycle.sheets import schema

NATURES = ("行政单位", "参公事业单位", "公益一类事业单位", "公益二类事业单位")
SOURCES = ("一般公共预算", "一般公共预算", "一般公共预算", "政府性基金预算", "国有资本经营预算",
           "教育收费", "事业收入", "经营收入", "其他收入", "上级补助收入", "附属单位上缴收入")  # fmt: skip
ODD = ("（本级）", "“三农”处", "ABC-2024", "第一、二办公区", "·中心", "=SUM", "①组")


def made_book(seed: int, *, units: int = 3, lines: int = 60, document: str = "budget", year: int = 2024) -> Book:
    """A book without faults of about `lines` lines of expenditure; equal seeds give equal books."""
    return build(raw_book(seed, units=units, lines=lines, document=document, year=year))


def raw_book(seed: int, *, units: int, lines: int, document: str = "budget", year: int = 2024) -> RawBook:
    """The same as it would be written down."""
    chance = random.Random(seed)  # noqa: S311 - a test needs repeatable chance, not a secret
    raw = RawBook(f"made-{seed}")
    kind = {"budget": "预算", "accounts": "决算"}[document]
    raw.settings = {"department": f"某某市测试局{chance.choice(ODD)}", "document": kind, "year": str(year)}
    raw.spots = {key: Spot("book.yaml") for key in raw.settings}
    names = [f"测试单位{n + 1}{chance.choice(ODD)}" for n in range(units)]
    raw.sheets["units"] = _rows(
        "units",
        ({"name": n, "code": str(190001 + i), "nature": chance.choice(NATURES)} for i, n in enumerate(names)),
    )
    expenditure = _expenditure(chance, names, lines, year)
    projects: dict[tuple[str, str], str] = {}
    for line in expenditure:
        if name := line.get("project"):
            projects.setdefault((line["unit"], name), line.pop("kind"))
            line.pop("kind", None)
    raw.sheets["projects"] = _rows(
        "projects", ({"name": n, "unit": u, "kind": k, "goal": "完成年度任务。"} for (u, n), k in projects.items())
    )
    raw.sheets["expenditure"] = _rows("expenditure", expenditure)
    raw.sheets["income"] = _rows("income", _income(expenditure))
    return raw


def _expenditure(chance: random.Random, units: list[str], lines: int, year: int) -> list[dict[str, str]]:
    functions = _leaves("function", 7, year)
    economic = _leaves("economic", 5, year)
    own = {u: chance.sample(functions, min(len(functions), 8)) for u in units}
    seen: set[tuple[str, ...]] = set()
    made: list[dict[str, str]] = []
    while len(made) < lines:
        unit = chance.choice(units)
        line = {
            "unit": unit,
            "function": chance.choice(own[unit]),
            "source": chance.choice(SOURCES),
            "economic": chance.choice(economic),
            "amount": _amount(chance),
        }
        if chance.random() < 0.5:
            line["kind"] = "基本支出"
        else:
            number = chance.randrange(1 + lines // 12)
            line |= {"project": f"项目{number}{ODD[number % len(ODD)]}", "kind": "一次性项目" if number % 2 else "经常性项目"}
        key = tuple(line[k] for k in line if k != "amount")
        if key not in seen:
            seen.add(key)
            made.append(line)
    return made


def _income(expenditure: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Income that pays for it to the cent, by unit, function and source."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in expenditure:
        yuan, _, cents = line["amount"].lstrip("-").partition(".")
        amount = int(yuan) * 100 + int(cents or 0)
        sums[line["unit"], line["function"], line["source"]] += -amount if line["amount"][0] == "-" else amount
    for (unit, function, source), amount in sums.items():
        sign = "-" if amount < 0 else ""
        text = f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"
        yield {"unit": unit, "function": function, "source": source, "amount": text}


def _amount(chance: random.Random) -> str:
    draw = chance.random()
    if draw < 0.03:
        return "0"
    whole = int(10 ** chance.uniform(1, 8))
    if draw < 0.06:
        return f"-{whole}"
    return f"{whole}.{chance.randrange(100):02d}" if draw < 0.8 else str(whole * 10_000)


def _leaves(dimension: str, length: int, year: int) -> list[str]:
    entries = classification(dimension).entries
    return sorted({e.code for e in entries if len(e.code) == length and e.holds(year)})


def _rows(key: str, made: Iterator[dict[str, str]] | list[dict[str, str]]) -> list[RawRow]:
    file = schema().sheet(key).file
    return [RawRow(cells, Spot(file, row)) for row, cells in enumerate(made, start=2)]
