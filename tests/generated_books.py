"""Books of any size by the dice: units, lines, odd names, empty funds, zero and negative amounts.

A book uses all that its edition has columns for: sources, kinds, carry-over, last year's
stages, purchases, tasks, indicators and non-tax income.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.form import Edition
from shouzhi.cycle.book import Book
from shouzhi.cycle.building import build
from shouzhi.cycle.raw import RawBook, RawRow, Spot
from shouzhi.publish.document import publication

NATURES: Final = ("行政单位", "参公事业单位", "公益一类事业单位", "公益二类事业单位")
ODD: Final = (
    "“阳光”助学（二期）", "IT运维-2024", "=1+1专项", "渔港<北>疏浚", "A&B联合调查", "{年度}巡检经费",
    "老旧小区、背街小巷整治", "第3次普查", "[补助]村级工作经费", "ＩＣ卡更新", "会议室#2改造",
    "渔港防波堤加固和航道疏浚及配套监测设施一体化建设与长期运行维护综合保障项目",
    "100万元以上设备购置", "12345热线", "2.5产业扶持", "其他", "培训费", "一、二类渔港整治",
    "工程款清欠", "公务用车更新", "乡镇渔业站", "渔业中心", "上年结转项目", "合计算力平台",
)  # fmt: skip
PLACES: Final = (
    "渔业服务{n}站", "第{n}渔港（试点）管理所", "{n}号渔政船队", "水产种质资源保护与科普{n}馆", "渔政大队（{n}）",
)  # fmt: skip
WORDS: Final = ("按时完成。", "≥95%", "30", "2024", "12月底前", "1.完成巡检；2.建档。", "无", "不低于上年", "100%")
TASKS: Final = ("渔港整治", "渔船更新（一期）", "休渔期巡查", "其他重点工作")
GOODS: Final = ("台式计算机", "物业管理服务", "A4复印纸", "渔港岸电改造", "其他服务", "会议服务")
NAMED_AS_SOURCES: Final = ("223",)
"""国有资本经营预算支出 is a function and a source: in prose nothing tells which."""
INDICATORS: Final = (
    ("产出指标", "数量指标", "渔港巡查次数", "30"), ("产出指标", "数量指标", "建档渔船", "≥2024艘"),
    ("产出指标", "时效指标", "巡查及时率", "≥95%"), ("效益指标", "社会效益指标", "渔民满意度", "100%"),
)  # fmt: skip
NONTAX: Final = ("一、行政事业性收费收入", "二、国有资源（资产）有偿使用收入", "三、其他收入", "四、罚没收入")
FEES: Final = ("渔业资源费", "渔港停泊费", "租金")


@dataclass(frozen=True, slots=True)
class Offer:
    """What an edition has columns and rows for."""

    sources: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    carried_in: str | None = None
    carried_of: tuple[str, ...] = ()
    reserves: str | None = None
    carried_out: tuple[str, ...] = ()
    carried_sources: dict[str, str] = field(default_factory=dict)
    basic: tuple[str, ...] = ("30", "31", "399")
    stages: tuple[tuple[int, str], ...] = ()
    extras: tuple[str, ...] = ()
    coded: bool = False
    """Whether it prints the codes of units, which tell a unit whose name does not."""


ALL: Final = ("一般公共预算", "政府性基金预算", "国有资本经营预算", "财政专户", "事业收入", "经营收入",
              "其他收入", "上级补助收入", "附属单位上缴收入")  # fmt: skip
ACCOUNTS: Final = Offer(
    sources=(*ALL[:2], *ALL[4:]),
    kinds=("经营支出", "上缴上级支出", "对附属单位补助支出"),
    carried_in="年初结转和结余",
    reserves="用事业基金弥补收支差额",
    carried_out=("年末结转和结余", "结余分配"),
    stages=((0, "年初预算"),),
)
OFFERS: Final = {
    "guangzhou/accounts-2017": replace(ACCOUNTS, extras=("nontax", "tasks")),
    "national/accounts-2017": ACCOUNTS,
    "national/accounts-2019": replace(ACCOUNTS, sources=ALL),
    "shanghai/accounts-2024": replace(ACCOUNTS, sources=ALL),
    "guangzhou/budget-2017": Offer(
        sources=ALL,
        carried_in="上年结转",
        carried_of=ALL[3:],
        reserves="用事业基金弥补收支差额",
        carried_sources={s: f"{s}（上年结转）" for s in ALL[:3]} | dict.fromkeys(ALL[3:], "其他资金（上年结转）"),
        basic=("301", "302", "303"),
        stages=((-1, "年初预算"), (-1, "调整预算"), (-1, "决算")),
        extras=("purchases",),
        coded=True,
    ),
    "guangzhou/budget-2024": Offer(
        sources=(*ALL[:3], "教育收费", "其他专户资金", *ALL[4:]),
        kinds=ACCOUNTS.kinds,
        reserves="用事业基金弥补收支差额",
        carried_out=("结转下年",),
        stages=((-1, "年初预算"),),
    ),
    "guangzhou/performance-2024": Offer(ALL, extras=("tasks", "indicators", "items")),
    "national/performance-2020": Offer(
        sources=ALL,
        carried_sources=dict.fromkeys(ALL, "上年结转"),
        carried_in="上年结转",
        stages=((0, "调整预算"), (0, "决算")),
        extras=("indicators", "years"),
    ),
    "jiangsu/budget-2018": Offer(
        sources=("公共财政拨款（补助）资金", "专项收入", "政府性基金预算", "教育收费", "其他专户资金",
                 "事业收入", "经营收入", "其他收入", "债务资金"),
        kinds=("单位预留机动经费",),
        stages=((-1, "年初预算"),),
        extras=("purchases",),
    ),
    "shanghai/budget-2025": Offer(ALL, stages=((-1, "年初预算"),)),
}  # fmt: skip


@cache
def codes(dimension: str, year: int) -> tuple[str, ...]:
    """The most detailed account codes in force in a year."""
    length = {"function": 7, "economic": 5}[dimension]
    held = [e.code for e in classification(dimension).entries if e.holds(year)]
    return tuple(code for code in held if len(code) == length and not code.startswith(NAMED_AS_SOURCES))


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
    return _Maker(seed, units, lines, edition).raw()


Rows = list[dict[str, str]]


class _Maker:
    def __init__(self, seed: int, units: int, lines: int, edition: Edition) -> None:
        self.dice = dice = Random(seed)  # noqa: S311 - no secrets here
        self.edition = edition
        self.offer = OFFERS[edition.key]
        self.year = edition.valid_from
        self.lines = lines
        self.sheets: dict[str, Rows] = {name: [] for name in ("units", "projects", "income", "expenditure")}
        department = dice.choice(("青禾市渔业发展局", "青禾市人民政府渔业（渔港）管理办公室"))
        places = (*PLACES, "渔盾{n}") if self.offer.coded else PLACES
        self.names = [department, *(f"青禾市{dice.choice(places).format(n=n)}" for n in range(1, units))]
        owners = dice.sample(self.names, (len(self.names) + 1) // 2)
        self.projects = {name: [self._title(name) for _ in range(dice.randint(1, 3))] for name in owners}
        self.kinds = {p: dice.choice(("经常性项目", "一次性项目")) for many in self.projects.values() for p in many}
        offered = self.offer.sources
        self.used = dice.sample(offered, dice.randint(1, len(offered)))
        self.functions = self._accounts("function", min(40, max(3, lines // 10)))
        self.theirs: dict[tuple[str, str | None], str] = {}
        self.economics = self._accounts("economic", 25)
        basic = [code for code in codes("economic", self.year) if code.startswith(self.offer.basic)]
        self.basic = dice.sample(basic, min(len(basic), 30))

    def _title(self, unit: str) -> str:
        odd = self.dice.choice(ODD)
        return f"{odd}（{unit[3:]}）" if self.dice.random() < 0.6 or len(odd) < 8 else odd

    def _accounts(self, dimension: str, count: int) -> list[str]:
        return self.dice.sample(codes(dimension, self.year), count)

    def raw(self) -> RawBook:
        """The book as it would be written down."""
        raw = RawBook(f"book-{self.dice.random()}")
        raw.settings = {
            "department": self.names[0],
            "document": "决算" if self.edition.document == "accounts" else "预算",
            "year": str(self.year),
            "edition": self.edition.key,
            "goal": "保障渔港安全。",
            "completion": "97.34%",
        }
        for n in range(self.lines):
            self._line(str(n))
        self._listed()
        for year, stage in self.offer.stages:
            self._compared(self.year + year, stage)
        for extra in self.offer.extras:
            getattr(self, f"_{extra}")()
        for key, rows in self.sheets.items():
            raw.sheets[key] = [RawRow(row, Spot(f"{key}.csv", n)) for n, row in enumerate(rows, start=2)]
        raw.prose = [("主要职责", "组织渔业发展和渔港管理。"), ("机构设置", "内设五个处室。")]
        return raw

    def _money(self) -> str:
        return f"{amount(self.dice) / 100:.2f}"

    def _line(self, note: str) -> None:
        """One line of expenditure, and where its money comes from."""
        dice, offer = self.dice, self.offer
        unit = dice.choice(self.names)
        row = {
            "unit": unit, "function": self._function(unit), "source": dice.choice(self.used),
            "amount": self._money(), "note": note,
        }  # fmt: skip
        income, spent = dict(row), dict(row)
        kind = dice.random()
        if offer.carried_in and kind < 0.08 and row["source"] in (offer.carried_of or offer.sources):
            income["flow"] = offer.carried_in
            spent["source"] = offer.carried_sources.get(row["source"], row["source"])
        elif offer.reserves and kind < 0.12 and row["source"] in ALL[4:7]:
            income["flow"] = offer.reserves
        self.sheets["income"].append(income)
        if offer.carried_out and dice.random() < 0.06:
            self.sheets["expenditure"].append(row | {"flow": dice.choice(offer.carried_out)})
            return
        self.sheets["expenditure"].append(spent | self._purpose(row["unit"], row["source"]))

    def _function(self, unit: str) -> str:
        """A function; a unit has only one of each name, as forms that print no codes need."""
        code = self.dice.choice(self.functions)
        name = classification("function").name(code, self.year)
        return self.theirs.setdefault((unit, name), code)

    def _purpose(self, unit: str, source: str) -> dict[str, str]:
        """Basic expenditure, a project, or what else the edition knows."""
        kind = self.dice.random()
        if unit in self.projects and kind < 0.4:
            return {"project": self.dice.choice(self.projects[unit]), "economic": self.dice.choice(self.economics)}
        if self.offer.kinds and kind < 0.45 and source in ALL[4:]:
            return {"kind": self.dice.choice(self.offer.kinds), "economic": self.dice.choice(self.economics)}
        return {"kind": "基本支出", "economic": self.dice.choice(self.basic)}

    def _funded(self) -> list[tuple[str, str]]:
        rows = self.sheets["expenditure"]
        return list(dict.fromkeys((row["unit"], row["project"]) for row in rows if "project" in row))

    def _listed(self) -> None:
        dice = self.dice
        self.sheets["units"] = [
            {"name": name, "code": f"{190001 + n}", "nature": dice.choice(NATURES)}
            for n, name in enumerate(self.names)
        ]
        self.sheets["projects"] = [
            {
                "name": name, "unit": unit, "kind": self.kinds[name], "goal": dice.choice(WORDS),
                "content": dice.choice(WORDS), "begins": "2024-01", "ends": "2026-12", "key": "是",
                "measures": dice.choice(WORDS), "budget_score": "10", "total_score": "98.5",
            }
            for unit, name in self._funded()
        ]  # fmt: skip

    def _compared(self, year: int, stage: str) -> None:
        """The figures of another year or stage: most lines again, at other amounts."""
        kept = [row for row in self.sheets["expenditure"] if "flow" not in row and self.dice.random() < 0.8]
        rows = self.sheets.setdefault("comparison", [])
        for row in kept:
            kind = row.get("kind") or self.kinds[row["project"]]
            economic = row["economic"]
            if kind == "基本支出":
                kind = "人员经费" if economic.startswith(("301", "303")) else "公用经费"
            rows.append({**row, "year": str(year), "stage": stage, "kind": kind, "amount": self._money()})

    def _purchases(self) -> None:
        """Purchases, by codes whose names are theirs alone: no form prints these."""
        tree = classification("economic")
        named = [c for c in codes("economic", self.year) if tree.resolve(tree.name(c, self.year) or "", self.year)]
        owners = self._funded() + [("", "")] * ("jiangsu" in self.edition.key)
        rows = [
            {
                "unit": unit or self.names[0], "project": project, "economic": self.dice.choice(named),
                "category": self.dice.choice(("货物", "工程", "服务")), "quantity": str(n + 1),
                "name": f"{self.dice.choice(GOODS)}{n}", "measure": "台", "organisation": "集中采购",
                "source": self.dice.choice(self.used), "amount": self._money(),
            }
            for n, (unit, project) in enumerate(owners * self.dice.randint(0, 2))
        ]  # fmt: skip
        self.sheets["procurement"] = rows

    def _items(self) -> None:
        words = ("财政专项资金",) if "purchases" in self.offer.extras else (
            "财政专项资金", "其他事业发展性支出", "市本级使用资金", "拟用于对下转移支付资金",
        )  # fmt: skip
        self.sheets.setdefault("comparison", []).extend(
            {
                "year": str(self.year), "stage": "年初预算", "item": word, "unit": self.dice.choice(self.names),
                "function": self.dice.choice(self.functions), "source": "一般公共预算", "amount": self._money(),
            }
            for word in words
        )  # fmt: skip

    def _tasks(self) -> None:
        self.sheets["tasks"] = [
            {
                "name": name, "content": self.dice.choice(WORDS), "expected": self.dice.choice(WORDS),
                "result": self.dice.choice(WORDS), "amount": self._money(), "paid": self._money(),
            }
            for name in TASKS[: self.dice.randint(1, len(TASKS))]
        ]  # fmt: skip

    def _indicators(self) -> None:
        owners = [{"unit": u, "project": p} for u, p in self._funded()] if "years" in self.offer.extras else [{}]
        self.sheets["indicators"] = [
            {
                **owner, "first": first, "second": second, "third": f"{third}{n}", "weight": "10", "score": "9.5",
                "period_value": value, "year_value": value, "actual": value,
            }
            for owner in owners
            for n, (first, second, third, value) in enumerate(INDICATORS)
        ]  # fmt: skip

    def _years(self) -> None:
        self.sheets["project_years"] = [
            {"unit": unit, "project": project, "year": str(self.year + n), "amount": self._money()}
            for unit, project in self._funded()
            for n in range(self.dice.randint(0, 3))
        ]

    def _nontax(self) -> None:
        """Income by kind and, below some of the kinds, by what it is of."""
        rows: Rows = []
        fees = self.dice.sample(FEES, len(FEES))
        for head in NONTAX[: self.dice.randint(0, len(NONTAX))]:
            inner = [fees.pop() for _ in range(min(len(fees), self.dice.randint(0, 2)))]
            rows.append({"name": head, "level": "1"} | ({} if inner else self._paid()))
            rows += [{"name": name, "level": "2", **self._paid()} for name in inner]
        self.sheets["nontax"] = rows

    def _paid(self) -> dict[str, str]:
        return {"treasury": self._money().lstrip("-"), "special": self._money().lstrip("-")}


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
