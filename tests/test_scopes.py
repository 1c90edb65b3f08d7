"""Figures of one department over years: rows of one scope, what is worked out, what explains a leap."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

from shouzhi.catalogue.forms import edition, find
from shouzhi.cycle.building import load
from shouzhi.publish.document import publication
from shouzhi.warehouse import Store, Warehouse, comparing, departments, publish
from shouzhi.warehouse.departments import Department
from shouzhi.warehouse.figures import Figure, measures
from shouzhi.warehouse.names import size_of
from shouzhi.warehouse.scopes import Scopes, Strand
from shouzhi.warehouse.structure import SLIGHT, Link, slight_ends

EXAMPLES = Path(__file__).parents[1] / "examples"
BOOKS = ("xiezuo-budget-2017", "xiezuo-budget-2024", "zhengwuban-budget-2017", "banggongting-accounts-2017")
XIEZUO = "广州市协作办公室"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    store = Store(tmp_path_factory.mktemp("scopes") / "warehouse")
    for name in BOOKS:
        book = load(EXAMPLES / name)
        form = edition(book.edition) if book.edition else find(book.document, book.year)
        assert form is not None
        publish(store, publication(book, form), {})
    return Warehouse(store.folder)


def named(warehouse: Warehouse, name: str) -> Department:
    return next(one for one in departments.departments(warehouse) if one.name == name)


def scopes(warehouse: Warehouse, name: str = XIEZUO) -> Scopes:
    return Scopes(warehouse, departments.totals(warehouse, named(warehouse, name).key))


def wan(strand: Strand) -> Mapping[tuple[int, str], float]:
    return {at: cell.amount / 1_000_000 for at, cell in strand.cells.items()}


def test_no_row_holds_figures_of_two_scopes(warehouse: Warehouse) -> None:
    """表四 counts what was carried over, 表五 does not, and its 调整后预算 and 预算执行 count something else again."""
    rows = scopes(warehouse).rows(measures()["general"])
    assert [wan(row) for row in rows] == [
        {(2017, "approved"): 29620.12, (2024, "approved"): 7260.39},
        {(2016, "adjusted"): 343997.93, (2016, "outturn"): 343840.96},
        {(2016, "approved"): 11716.43, (2017, "approved"): 29520.12},
    ]
    own, noted, table = rows
    assert own.table is None
    assert not own.remarks
    assert noted.table == table.table
    assert noted.table is not None
    assert noted.table[2] == "表五"
    assert any("调整后预算" in remark and "上年结转" in remark for remark in noted.remarks)
    assert not table.remarks


@pytest.mark.parametrize("name", [XIEZUO, "广州市人民政府政务管理办公室", "广州市人民政府办公厅"])
def test_every_cell_of_a_row_stands_at_the_place_of_the_row(warehouse: Warehouse, name: str) -> None:
    totals = departments.totals(warehouse, named(warehouse, name).key)
    for measure in measures().values():
        for row in Scopes(warehouse, totals).rows(measure):
            for at, cell in row.cells.items():
                if cell.figure is None:
                    continue
                assert (cell.figure.year, cell.figure.stage) == at
                assert dict(row.place) in _places(warehouse, cell.figure)


def _places(warehouse: Warehouse, figure: Figure) -> list[dict[str, str]]:
    """The place of a figure; in the prose those of all figures of the same amount."""
    names = ("flow", "source", "kind", "function", "economic", "unit", "project", "item")
    if figure.table is None:
        told = "and in_table is null and year = ? and stage = ? and amount = ?"
        found = warehouse.of_document("facts", figure.document, told, figure.year, figure.stage, figure.amount)
    else:
        told = "and in_table = ? and in_row = ? and in_column = ?"
        found = warehouse.of_document("facts", figure.document, told, figure.table, figure.row, figure.column)
    return [{name: row[name] for name in names if row[name]} for row in found]


def test_what_is_printed_of_two_sources_has_two_rows(warehouse: Warehouse) -> None:
    """2024 prints 财政拨款 and 一般公共预算, 2017 the latter alone: like stands beside like."""
    fiscal, general = scopes(warehouse).rows(measures()["three_public"])
    assert (fiscal.words, wan(fiscal)) == ("财政拨款", {(2024, "approved"): 316.65})
    assert general.words == "一般公共预算"
    assert wan(general) == {(2016, "approved"): 76.91, (2017, "approved"): 68.22, (2024, "approved"): 178.55}


def test_a_member_that_is_not_printed_is_worked_out_from_the_tree(warehouse: Warehouse) -> None:
    row = scopes(warehouse).row(measures()["vehicles"], 2017, "approved")
    assert row is not None
    cell = row.cells[2017, "approved"]
    assert cell.figure is None
    assert cell.amount == 7_380_000
    assert [(term.sign, term.title, term.figure.amount) for term in cell.terms] == [
        (1, "公务用车购置费", 0), (1, "公务用车运行维护费", 7_380_000),
    ]  # fmt: skip
    before = row.cells[2016, "approved"]
    assert before.amount == 14_380_000, "the purchases of 2016 are not printed: the rest of the “三公” is"
    assert [term.sign for term in before.terms] == [1, -1, -1]
    assert sum(term.sign * term.figure.amount for term in before.terms) == before.amount
    printed = row.cells[2024, "approved"]
    assert printed.figure is not None
    assert not printed.terms


def test_what_has_not_all_its_parts_stays_empty(warehouse: Warehouse) -> None:
    found = scopes(warehouse).rows(measures()["vehicle_purchase"])
    assert not any((2016, "approved") in row.cells for row in found)


def test_a_leap_between_stages_is_laid_to_the_class_that_makes_it(warehouse: Warehouse) -> None:
    own = scopes(warehouse)
    _, noted, table = own.rows(measures()["general"])
    before, after = table.cells[2016, "approved"].figure, noted.cells[2016, "adjusted"].figure
    assert before is not None
    assert after is not None
    leap = own.leap(before, after)
    assert leap is not None
    assert (leap.name, leap.before, leap.after) == ("援助其他地区支出", 6_799_260_000, 337_370_000_000)
    assert 29 < leap.times < 30
    executed = noted.cells[2016, "outturn"].figure
    assert executed is not None
    assert own.leap(after, executed) is None, "what is nearly the same needs no words"


def test_a_comparison_keeps_scopes_apart_and_takes_no_memories(warehouse: Warehouse) -> None:
    measure = measures()["general"]
    lines = {line.department.name: line for line in comparing.compare(warehouse, measure)}
    assert (2016, "outturn") in lines[XIEZUO].figures, "the API tells all that is printed"
    assert {at for scope in lines[XIEZUO].scopes.values() for at in scope} == {(2017, "approved"), (2024, "approved")}
    public = {line.department.name: line for line in comparing.compare(warehouse, measures()["three_public"])}
    fiscal, general = (public[XIEZUO].within(scope) for scope in (0, 1))
    assert set(fiscal.figures) == {(2024, "approved")}
    assert set(general.figures) == {(2017, "approved"), (2024, "approved")}


def test_a_department_without_peers_says_why(warehouse: Warehouse) -> None:
    key = named(warehouse, XIEZUO).key
    assert comparing.peers(warehouse, key, 2024) == []
    assert comparing.peerless(warehouse, key, 2024) == "alone"
    assert comparing.peerless(warehouse, key, 2017) is None
    assert comparing.peers(warehouse, key, 2017)
    assert comparing.peerless(warehouse, key, 2001) == "unknown"


def test_small_parts_of_a_structure_are_listed(warehouse: Warehouse) -> None:
    told = departments.picture(warehouse, named(warehouse, XIEZUO), 2024)
    assert told.function is not None
    small = told.function.slight()
    assert [node.name for node in small][:2] == ["一般公共服务支出", "农林水支出"]
    assert all(0 < node.amount < SLIGHT * told.function.total for node in small)
    large = [root.name for root in told.function.roots if root.amount >= SLIGHT * told.function.total]
    assert not {node.name for node in small} & set(large)


def test_small_ends_of_flows_are_those_that_little_passes_through() -> None:
    links = [Link("甲", "子", 1000), Link("乙", "子", 10), Link("子", "丑", 1010)]
    assert slight_ends(links) == [("乙", 10)]
    assert slight_ends([]) == []


def test_sizes_are_bands_from_the_catalogue() -> None:
    assert [size_of(wan * 1_000_000) for wan in (0, 999, 1000, 9999, 10_000, 100_000, 10**7)] == [
        "small", "small", "medium", "medium", "large", "largest", "largest",
    ]  # fmt: skip
