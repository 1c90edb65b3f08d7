"""Books of any size by the dice: units, lines, odd names, empty funds, zero and negative amounts."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.form import Edition
from shouzhi.cycle.book import Book
from shouzhi.cycle.building import build
from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.facts.places import is_organisation
from shouzhi.publish.document import publication

NATURES = ("行政单位", "参公事业单位", "公益一类事业单位", "公益二类事业单位")
SOURCES = ("一般公共预算", "政府性基金预算", "事业收入", "经营收入", "其他收入")
BASIC = ("301", "302", "303")  # all editions have columns for these
ODD = (
    "“阳光”助学（二期）", "IT运维-2024", "=1+1专项", "渔港<北>疏浚", "A&B联合调查", "{年度}巡检经费",
    "老旧小区、背街小巷整治", "第3次普查", "[补助]村级工作经费", "ＩＣ卡更新", "会议室#2改造",
    "渔港防波堤加固和航道疏浚及配套监测设施一体化建设与长期运行维护综合保障项目",
)  # fmt: skip


@cache
def codes(dimension: str, year: int) -> tuple[str, ...]:
    """The most detailed account codes in force in a year whose names are theirs alone.

    Some forms print names without codes; 行政运行 alone does not tell whose it is, and
    乡镇卫生院 below a unit not whether it is one.
    """
    length = {"function": 7, "economic": 5}[dimension]
    held = [e for e in classification(dimension).entries if e.holds(year)]
    names = Counter(e.name for e in held)
    alone = [e for e in held if names[e.name] == 1 and not is_organisation(e.name)]
    return tuple(e.code for e in alone if len(e.code) == length)


def amount(dice: Random) -> int:
    """An amount in 分, mostly positive, some zero, some below."""
    kind = dice.random()
    if kind < 0.05:
        return 0
    if kind < 0.09:
        return -dice.randrange(1, 5_000_000)
    return dice.choice((dice.randrange(1, 10_000), dice.randrange(1, 10**8), dice.randrange(1, 10**11)))


def raw_book(seed: int, units: int, lines: int, edition: Edition) -> RawBook:
    """A balanced book for an edition, each of its rows by the dice."""
    dice = Random(seed)  # noqa: S311 - no secrets here
    year = edition.valid_from
    raw = RawBook(f"book-{seed}")
    raw.settings = {
        "department": "青禾市渔业发展局", "document": "决算" if edition.document == "accounts" else "预算",
        "year": str(year), "edition": edition.key,
    }  # fmt: skip
    names = ["青禾市渔业发展局", *(f"青禾市渔业服务{n}站" for n in range(1, units))]
    sheets: dict[str, list[dict[str, str]]] = {
        "units": [
            {"name": name, "code": f"{190001 + n}", "nature": dice.choice(NATURES)}
            for n, name in enumerate(names)
        ],
        "projects": [], "income": [], "expenditure": [],
    }  # fmt: skip
    used = dice.sample(SOURCES, dice.randint(1, len(SOURCES)))
    functions = dice.sample(codes("function", year), min(40, max(3, lines // 10)))
    economics = dice.sample(codes("economic", year), 25)
    basic = [code for code in codes("economic", year) if code.startswith(BASIC)]
    owners = dice.sample(names, (len(names) + 1) // 2)
    projects = {name: dice.choice(ODD) + f"（{name[-3:]}）" for name in owners}
    for n in range(lines):
        unit, source = dice.choice(names), dice.choice(used)
        function, value = dice.choice(functions), amount(dice)
        row = {
            "unit": unit, "function": function, "source": source,
            "amount": f"{value / 100:.2f}" if abs(value) < 10**13 else "0", "note": str(n),
        }  # fmt: skip
        if unit in projects and dice.random() < 0.4:
            row |= {"project": projects[unit], "economic": dice.choice(economics)}
        else:
            row |= {"kind": "基本支出", "economic": dice.choice(basic)}
        sheets["expenditure"].append(row)
        sheets["income"].append({k: row[k] for k in ("unit", "function", "source", "amount", "note")})
    funded = {(row["unit"], row.get("project")) for row in sheets["expenditure"]}
    kinds = ("经常性项目", "一次性项目")
    sheets["projects"] = [
        {"name": name, "unit": unit, "kind": dice.choice(kinds), "goal": "按时完成。"}
        for unit, name in projects.items()
        if (unit, name) in funded
    ]
    for key, rows in sheets.items():
        raw.sheets[key] = [RawRow(row, Spot(f"{key}.csv", n)) for n, row in enumerate(rows, start=2)]
    raw.prose = [("主要职责", "组织渔业发展和渔港管理。"), ("机构设置", "内设五个处室。")]
    return raw


def book(seed: int, units: int, lines: int, edition: Edition) -> Book:
    """A book with every reason that the edition asks for."""
    raw = raw_book(seed, units, lines, edition)
    built = build(raw)
    lacks = publication(built, edition).lacks
    subjects = {lack.remedy.partition("“对象”填“")[2].partition("”，")[0] for lack in lacks} - {""}
    raw.sheets["reasons"] = [
        RawRow({"subject": subject, "text": "按规定调整"}, Spot("reasons.csv", n))
        for n, subject in enumerate(sorted(subjects), start=2)
    ]
    return build(raw) if subjects else built
