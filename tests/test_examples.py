"""One department in five kinds of file gives the same tables and the same facts."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

import shouzhi
from example_tables import Department, Table, blocks, departments
from example_writers import WRITERS
from shouzhi.facts import Document
from shouzhi.space import Fact, parse_amount

pytest.importorskip("typst", reason="the PDF of the examples is set with typst")

DEPARTMENTS = departments()


@pytest.fixture(scope="module", params=DEPARTMENTS, ids=lambda d: d.title)
def department(request: pytest.FixtureRequest) -> Department:
    found: Department = request.param
    return found


@pytest.fixture(scope="module")
def read(department: Department, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """The department's document in every format, read back."""
    folder = tmp_path_factory.mktemp("documents")
    documents = {}
    for suffix, write in WRITERS.items():
        path = folder / f"document.{suffix}"
        write(list(blocks(department)), path)
        documents[suffix] = shouzhi.read(path)
    return documents


def amounts(cells: list[str]) -> Counter[Decimal]:
    found = (parse_amount(cell) for cell in cells)
    return Counter(amount.value for amount in found if amount)


def place(fact: Fact) -> tuple[object, ...]:
    return (fact.where, fact.amount, fact.value, fact.unit, fact.table, fact.row, fact.column)


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_amount_is_read_in_its_table(
    department: Department, read: dict[str, Document], suffix: str
) -> None:
    written = [block for block in blocks(department) if isinstance(block, Table)]
    tables = [table for table in read[suffix].tables if table.number]
    assert [(t.number, t.title, t.amount_unit) for t in tables] == [
        (t.number, t.title, t.unit) for t in written
    ]
    for wanted, table in zip(written, tables, strict=True):
        cells = [cell for row in wanted.rows for cell in row[wanted.stub :]]
        got = [cell for row in table.rows for cell in row.cells if cell]
        assert amounts(got) == amounts(cells), wanted.title


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_header_is_read(department: Department, read: dict[str, Document], suffix: str) -> None:
    document = read[suffix]
    assert document.title == department.title
    assert (document.kind, document.year) == (department.kind, department.year)
    assert (document.department, document.scope) == (department.name, department.scope)


@pytest.mark.parametrize("suffix", [suffix for suffix in WRITERS if suffix != "txt"])
def test_the_facts_do_not_depend_on_the_kind_of_file(
    read: dict[str, Document], suffix: str
) -> None:
    """A workbook carries the tables only; every other kind carries the prose too."""
    tables_only = suffix in {"xlsx", "xls", "ods"}
    facts = [
        {place(fact) for fact in read[s].facts if not tables_only or fact.table is not None}
        for s in ("txt", suffix)
    ]
    assert facts[0] == facts[1]
