"""Forms filled in from a book: against what was published, and the mechanics in small."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from generated_books import raw_book
from shouzhi.catalogue.forms import edition, keys, read_edition
from shouzhi.catalogue.names import fold, split_code, strip_ordinal
from shouzhi.cycle.book import Book
from shouzhi.cycle.building import build, load
from shouzhi.cycle.lines import Ledger
from shouzhi.facts import read_document
from shouzhi.publish.amounts import printed
from shouzhi.publish.table import Figure, FormTable
from shouzhi.publish.tabulate import bits, tabulate

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
PUBLISHED = {
    "xiezuo-budget-2024": "expected/xiezuo-budget-2024.json",
    "banggongting-accounts-2017": "expected/banggongting-accounts-2017.json",
    "zhengwuban-budget-2017": "samples/guangzhou/zhengwuban-budget-2017.txt",
    "xiezuo-budget-2017": "samples/guangzhou/xiezuo-budget-2017.txt",
}
"""Where each example was published."""

ELSEWHERE = {"部门预算单位构成", "部门整体支出绩效和重点工作完成情况表", "项目绩效目标表"}
"""Tables of the published documents that hold words, or are no forms of the edition."""

Amiss = dict[int, tuple[str | None, str | None]]
"""What a book and a publication print otherwise, by the column of amounts."""

TWO_TREES: Amiss = {1: ("343997.93", None), 2: ("343840.96", None), 3: ("99.95", None)}
POLITICS: Amiss = {1: ("3989.93", "3786.61"), 2: ("3913.2", "3709.88"), 3: ("98.08", "97.97")}
SCIENCE: Amiss = {1: ("103.69", "103.7"), 3: ("52.16", "52.15"), 10: (None, "49.5"), 11: ("49.5", None)}
PURCHASE = "2017年广州市协作办公室信息化系统升级及网络安全改造项目"

CONTRADICTIONS: dict[tuple[str, str], dict[str, tuple[str | None, Amiss]]] = {
    ("xiezuo-budget-2017", "财政拨款收支总表"): {"21007": ("医疗保障", {}), "21011": ("计划生育事务", {})},
    ("xiezuo-budget-2017", "一般公共预算安排基本支出和项目支出预算表"): {
        "合计": ("合计", TWO_TREES),
        "参公事业单位": ("行政单位", TWO_TREES),
        "广州市协作办公室": ("广州市协作办公室", TWO_TREES),
        "201": ("201", POLITICS),
        "20103": ("20103", POLITICS),
        "206": ("206", SCIENCE),
        "20605": ("20605", SCIENCE),
        "210": ("210", {3: ("97.56", "100")}),
        "2080801": (None, {}),
    },
    ("xiezuo-budget-2017", "一般公共预算基本支出(商品和服务支出)预算表"): {
        "合计": ("合计", {0: ("371.38", "168.77")}),
        "广州市协作办公室": ("合计", {0: ("371.38", "168.77")}),
        "2010301": ("参公事业单位", {0: ("301.93", "145.77")}),
        "2010350": ("公益二类事业单位", {0: ("56.91", "23")}),
        "2080501": (None, {}),
    },
    ("xiezuo-budget-2017", "项目支出政府采购预算表"): {PURCHASE: (PURCHASE.replace("办公室", "办"), {})},
}
"""Where a published document contradicts itself, row by row: what the row is called there (None
where it is not there) and the cells that differ; docs/examples.md tells why."""

TWICE = {"广州市协作办公室", "广州市国内合作服务中心"}
"""Units that are published in a table of natures which each has one unit alone: the row above again."""


@cache
def example(name: str) -> tuple[Book, list[FormTable]]:
    book = load(ROOT / "examples" / name)
    return book, tabulate(book, edition(book.edition or ""))


@cache
def published(name: str) -> list[dict[str, Any]]:
    path = SHARED / PUBLISHED[name]
    if not path.exists():
        pytest.skip("the published documents are not beside the checkout")
    if path.suffix == ".json":
        tables: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["tables"]
    else:
        tables = read_document(path).as_dict()["tables"]
    return [table for table in tables if table["title"] not in ELSEWHERE]


Printed = tuple[str, list[str | None]]
"""A row: its key, and its amounts."""


def rows_of(table: FormTable) -> list[Printed]:
    """Rows as key and printed amounts, side after side."""
    made = []
    for side in table.sides:
        amounts = [n for n, column in enumerate(side.side.columns) if not column.text]
        for row in filter(None, side.rows):
            key = row.codes.get("function") or row.codes.get("economic") or row.label
            cells = [row.cells[n] for n in amounts]
            made.append((bare(key), [text(printed(c, table) if isinstance(c, Figure) else None) for c in cells]))
    return made


def rows_as_published(table: dict[str, Any]) -> list[Printed]:
    sides = list(dict.fromkeys(column.get("side") for column in table["columns"]))
    made = []
    for side in sides:
        places = [n for n, column in enumerate(table["columns"]) if column.get("side") == side]
        for row in table["rows"]:
            if row["side"] == side:
                key = row["codes"].get("function") or row["codes"].get("economic") or row["label"]
                made.append((bare("" if key == "(无行标题)" else key), [text(row["cells"][n]) for n in places]))
    return made


def bare(key: str) -> str:
    return fold(strip_ordinal(split_code(key)[1])[1]) if not key.isdigit() else key


def text(cell: str | None) -> str | None:
    """Nothing and nought are one, as are 91.80 and 91.80%, 1050 and 1,050.00."""
    if cell in {None, "", "0", "0.00"}:
        return None
    plain = str(cell).replace(",", "").removesuffix("%")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_example_tabulates_to_what_was_published(name: str) -> None:
    _, tables = example(name)
    by_title = {short(table.title): table for table in tables}
    wrong = []
    for expected in published(name):
        made = by_title.pop(short(expected["title"]))
        known = {bare(k): v for k, v in CONTRADICTIONS.get((name, expected["title"]), {}).items()}
        theirs = {bare(key) for key, _ in known.values() if key}
        ours, published_rows = rows_of(made), rows_as_published(expected)
        wrong += contradicted(ours, published_rows, known)
        if short(expected["title"]) == BASIC_OFFICE and known:
            theirs |= TWICE
        named = (name, short(expected["title"])) == ("zhengwuban-budget-2017", BASIC_OFFICE)
        pairs = zip_longest(
            (row for row in ours if row[0] not in known),
            (row for row in published_rows if row[0] not in theirs),
        )
        wrong += [(expected["title"], a, b) for a, b in pairs if not a or not b or differs(a, b, named=named)]
    assert not wrong
    left = {title for title, table in by_title.items() if table.form.part == "tables" and not table.empty}
    assert left <= {short(title) for title in (*ELSEWHERE, "一般公共预算安排“三公”经费和会议费支出预算表")}


def contradicted(
    ours: list[Printed], theirs: list[Printed], known: dict[str, tuple[str | None, Amiss]]
) -> list[Any]:
    """Rows of a contradiction that differ in other cells than it is known for."""
    wrong: list[Any] = []
    for key, (other, amiss) in known.items():
        row = dict(ours)[key]
        found = dict(theirs).get(bare(other) if other else key)
        if other is None or found is None:
            wrong += [] if (other, found) == (None, None) else [(key, other, found)]
            continue
        differing = {n: (a, b) for n, (a, b) in enumerate(zip(row, found, strict=True)) if a != b}
        wrong += [] if differing == amiss else [(key, differing)]
    return wrong


PERFORMANCE = {
    "guangzhou/performance-2024": ("xiezuo-budget-2024", "samples/guangzhou/xiezuo-performance-target-2024.txt"),
    "guangzhou/accounts-2017": ("banggongting-accounts-2017", PUBLISHED["banggongting-accounts-2017"]),
}
"""Forms of fields and tasks, by their edition: the example and where it was published."""


@pytest.mark.parametrize("key", PERFORMANCE)
def test_a_form_of_fields_prints_the_published_amounts(key: str) -> None:
    name, where = PERFORMANCE[key]
    if not (SHARED / where).exists():
        pytest.skip("the published documents are not beside the checkout")
    made = [t for t in tabulate(example(name)[0], edition(key)) if "绩效" in t.title]
    ours = [printed(figure, table) for table in made for figure in table.figures()]
    assert Counter(filter(None, map(text, ours))) == Counter(map(text, amounts_of(SHARED / where)))


def amounts_of(path: Path) -> list[str]:
    """The amounts of the tables of performance in a document, rates left out."""
    if path.suffix == ".json":
        tables = [t for t in json.loads(path.read_text(encoding="utf-8"))["tables"] if "绩效" in t["title"]]
        cells = [cell for table in tables for row in table["rows"] for cell in row["cells"]]
    else:
        cells = [fact.printed for fact in read_document(path).facts if fact.table is not None]
    return [cell for cell in cells if cell and not cell.endswith("%") and text(cell)]


BASIC_OFFICE = fold("一般公共预算基本支出(商品和服务支出)预算表")


def short(title: str) -> str:
    """A title as it is compared: one book calls 表六 安排基本支出, the other 基本支出."""
    return fold(title).replace(fold("一般公共预算安排基本支出(商品"), fold("一般公共预算基本支出(商品"))


def differs(
    made: tuple[str, list[str | None]], expected: tuple[str, list[str | None]], *, named: bool
) -> bool:
    """Whether two rows are not one; `named` where the published rows have names and no codes."""
    other = made[0] != expected[0] and made[0].isdigit() == expected[0].isdigit()
    return made[1] != expected[1] or (other and not named and made[0].isdigit())


def test_the_columns_are_headed_as_published() -> None:
    _, tables = example("xiezuo-budget-2024")
    by_title = {fold(table.title): table for table in tables}
    for expected in published("xiezuo-budget-2024"):
        made = by_title[fold(expected["title"])]
        heads = [
            [fold(word) for word in (*side.heading, *head)]
            for side in made.sides
            for head, column in zip(side.columns, side.side.columns, strict=True)
            if not column.text
        ]
        assert heads == [[fold(word) for word in column["heading"]] for column in expected["columns"]]


@pytest.mark.parametrize("key", keys())
def test_any_edition_takes_any_book(key: str) -> None:
    one = edition(key)
    book = build(raw_book(5, 3, 40, one))
    tables = tabulate(book, one)
    ledger = Ledger(book, one.items)
    assert tables
    for table in tables:
        for figure in table.figures():
            if figure.parts and not figure.rate and figure.parts < 1 << len(book.lines):
                held = ledger.at(figure.where)
                if "item" in figure.where:  # a row of one purchase holds that purchase alone
                    assert not figure.parts & ~bits(held), (table.title, figure.where)
                else:
                    assert figure.amount == ledger.sum(held), (table.title, figure.where)


def test_rows_of_an_accounts_form_are_numbered_through_both_sides() -> None:
    _, tables = example("banggongting-accounts-2017")
    income, expenditure = tables[0].sides
    assert (income.lines[0], income.lines[-1]) == (1, 25)
    assert (expenditure.lines[0], expenditure.lines[-1]) == (26, 50)
    labels = [row.label for row in income.rows[-4:] if row]
    assert labels == ["本年收入合计", "用事业基金弥补收支差额", "年初结转和结余", "总计"]
    assert [row is None for row in tables[3].sides[1].rows[-3:]] == [True, True, False]  # kept free


def test_rows_know_their_codes_depth_and_parent() -> None:
    _, tables = example("zhengwuban-budget-2017")
    table = next(t for t in tables if t.number == "表三")
    rows = [row for row in table.sides[0].rows if row]
    unit = next(row for row in rows if row.codes == {"unit": "190001"})
    inside = [row for row in rows if row.parent == rows.index(unit)]
    assert {row.depth for row in inside} == {unit.depth + 1}
    assert inside[0].stub == ("201", "03", "01", "190001", "行政运行")
    assert sum(row.cells[0].amount or 0 for row in inside if isinstance(row.cells[0], Figure)) == (
        unit.cells[0].amount if isinstance(unit.cells[0], Figure) else None
    )


def test_an_empty_form_has_its_statement() -> None:
    _, tables = example("xiezuo-budget-2024")
    empty = next(t for t in tables if t.number == "表10")
    assert empty.empty
    assert empty.notes == ["注：本表本年没有发生额。"]
    assert rows_of(empty) == [("合计", [None, None, None])]


SMALL = """
document: budget
place: 某市
title: 预算
valid_from: 2024
authority: [某号文]
source: 某处
amount_unit: 元
zero: "-"
where: {year: this, stage: approved, flow: expenditure}
forms:
  - title: 采购表
    where: {item: procurement}
    stub:
      - {heading: 单位, value: "{unit}", once: true}
      - {heading: 项目, value: "{group}", once: true}
      - {heading: 物品, value: "{label}"}
    columns:
      - {heading: 数量, text: quantity}
      - {heading: 合计}
      - {heading: 一般公共预算, where: {source: general}}
    rows:
      - each: unit
        levels: [unit]
        hidden: true
        rows: [{each: purchase, group: "{project}", label: "{n}.{name}"}]
      - {label: 工程, where: {item: works}, filled: true}
      - {label: 货物, where: {item: goods}}
      - {label: 从不填写, unfilled: true}
"""


def test_purchases_paid_from_two_sources_are_one_row(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    sheets = {
        "book.yaml": "版本: 1\n部门: 某局\n种类: 预算\n年度: 2024\n",
        "units.csv": "单位名称,单位性质\n某局,行政单位\n",
        "projects.csv": "项目名称,单位,类别\n修缮,某局,项目支出\n",
        "expenditure.csv": "资金来源,单位,项目,金额（元）\n一般公共预算,某局,修缮,9\n",
        "procurement.csv": (
            "单位,项目,采购类别,采购项目名称,数量,资金来源,金额（元）\n"
            "某局,修缮,货物,灯,3,一般公共预算,5\n某局,修缮,货物,灯,3,其他收入,2\n某局,修缮,货物,门,1,一般公共预算,1\n"
        ),
    }
    for name, content in sheets.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (table,) = tabulate(load(tmp_path), read_edition(tmp_path / "small.yaml"))
    rows = [row for row in table.sides[0].rows if row]
    assert [row.stub for row in rows] == [
        ("某局", "修缮", "1.灯"), ("", "", "2.门"), ("", "", "货物"), ("", "", "从不填写"),
    ]  # fmt: skip
    assert [[printed(c, table) if isinstance(c, Figure) else c for c in row.cells] for row in rows] == [
        ["3", "7.00", "5.00"], ["1", "1.00", "1.00"], ["", "8.00", "6.00"], [None, None, None],
    ]  # fmt: skip


def test_every_form_of_every_edition_is_filled_by_some_example() -> None:
    filled: Counter[str] = Counter()
    for name in PUBLISHED:
        book, tables = example(name)
        filled[book.edition or ""] += sum(not table.empty for table in tables)
    assert min(filled.values()) >= 9
