"""The lists of codes: dated names, parents, and lists that the user brings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from shouzhi.catalogue.classifications import (
    CODED,
    TREES,
    Classification,
    classification,
    read_list,
    user_folder,
)
from shouzhi.catalogue.loading import CATALOGUE, CatalogueError, Node, load_yaml
from shouzhi.catalogue.names import fold
from shouzhi.catalogue.official_lists import ImportReport, import_list
from shouzhi.cli.classification import classification as command

EXPECTED = Path(__file__).parents[2] / "shared" / "expected"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's folder of the test's own."""
    monkeypatch.setenv("SHOUZHI_HOME", str(tmp_path))
    classification.cache_clear()
    yield tmp_path / "classifications"
    classification.cache_clear()


@pytest.fixture
def function() -> Classification:
    return classification("function")


# -- the lists that come with the package ------------------------------------------------


@pytest.mark.parametrize("dimension", [*CODED, *TREES])
def test_every_entry_is_whole(dimension: str) -> None:
    codes = classification(dimension)
    for entry in codes.entries:
        assert entry.source
        assert entry.parent is None or codes.known(entry.parent), entry
        assert codes.name(entry.code, entry.valid_from or entry.valid_to) is not None
        assert entry.code in codes.codes(entry.name)
    assert len(codes.children(None)) > 1


def test_items_stand_for_economic_codes() -> None:
    for entry in classification("item").entries:
        assert entry.economic is None or classification("economic").known(entry.economic)


def test_the_lexicon_names_only_known_members() -> None:
    def places(node: Node) -> Iterator[tuple[str, Node]]:
        if isinstance(node.value, dict):
            for key, below in node.value.items():
                if key in {"where", "under"}:
                    yield from below.mapping().items()
                else:
                    yield from places(below)
        elif isinstance(node.value, list):
            for below in node.value:
                yield from places(below)

    unknown = [
        f"{dimension}: {member.value} (line {member.line})"
        for dimension, member in places(load_yaml(CATALOGUE / "lexicon.yaml"))
        if dimension in (*CODED, *TREES) and not classification(dimension).known(member.text())
    ]
    assert not unknown


def test_expected_tables_have_the_names_of_their_year() -> None:
    if not EXPECTED.is_dir():
        pytest.skip("the folder of expected tables is not beside the checkout")
    seen = 0
    for path in EXPECTED.glob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        year = document["document"]["year"]
        for table in document["tables"]:
            for row in table["rows"]:
                for dimension in CODED:
                    if code := row["codes"].get(dimension):
                        label = re.sub(r"^\[\d+\]", "", row["label"])
                        name = classification(dimension).name(code, year)
                        assert name is not None
                        assert fold(name) == fold(label)
                        assert code in classification(dimension).codes(label, year)
                        seen += 1
    assert seen > 100


# -- names and codes ---------------------------------------------------------------------


def test_names_change_with_the_year(function: Classification) -> None:
    assert function.name("207", 2018) == "文化体育与传媒支出"
    assert function.name("207", 2019) == "文化旅游体育与传媒支出"
    assert function.name("207") == "文化旅游体育与传媒支出"
    assert function.name("21305", 2022) in {"扶贫", "巩固脱贫攻坚成果衔接乡村振兴"}
    assert function.name("20177") is None


def test_old_and_new_names_resolve_in_every_year(function: Classification) -> None:
    for name in (
        "医疗卫生与计划生育支出",
        "卫生健康支出",
        "九、卫生健康支出",
        "卫生健康支出（类）",
    ):
        for year in (2017, 2024, None):
            assert function.codes(name, year)[0] == "210"
    economic = classification("economic")
    assert economic.codes("住房公积金", 2017) == ("30311", "30113")
    assert economic.codes("住房公积金", 2018) == ("30113", "30311")
    assert economic.codes("对个人和家庭的补助支出") == ("303",)


def test_only_what_is_unique_resolves(function: Classification) -> None:
    assert function.resolve("行政运行", 2024) is None
    assert function.resolve("行政运行", 2024, under="20103") == "2010301"
    assert function.resolve("其他支出", 2017) is None
    assert function.resolve("二十四、其他支出", 2017, level=1) == "229"
    assert function.resolve("其他社会保障和就业支出", 2024, under="208") == "20899"
    assert function.resolve("其他社会保障和就业支出", 2017, under="20899") == "2089901"
    assert function.resolve("其他社会保障和就业支出", 2025, under="20899") == "2089999"
    assert function.resolve("教育", 2024) is None
    assert function.resolve("教育", 2024, level=1) == "205"
    assert function.resolve("其他", 2024) is None


def test_places_in_the_tree_are_told_by_digits(function: Classification) -> None:
    assert [function.parent(code) for code in ("2080577", "20805", "208")] == ["20805", "208", None]
    assert [function.level(code) for code in ("2080577", "20805", "208")] == [3, 2, 1]
    assert function.is_ancestor("208", "2080577")
    assert not function.is_ancestor("208", "208")
    assert not function.is_ancestor("20805", "208")
    assert "2080504" in function.children("20805", 2018)
    assert "2080504" not in function.children("20805", 2020)


def test_trees_are_told_by_their_parents() -> None:
    source = classification("source")
    assert source.children("fiscal") == ("general", "fund", "capital")
    assert source.is_ancestor("fiscal", "general")
    assert not source.is_ancestor("special", "general")
    item = classification("item")
    assert item.level("vehicle_purchase") == 3
    assert item.is_ancestor("three_public", "vehicle_purchase")


def test_dimensions_without_a_list_are_empty() -> None:
    unit = classification("unit")
    assert (unit.parent("190001"), unit.known("190001"), unit.codes("某局")) == (None, False, ())
    assert not unit.is_ancestor("190", "190001")
    with pytest.raises(KeyError):
        classification("colour")


@pytest.mark.parametrize(
    ("dimension", "rows", "words"),
    [
        ("function", "201,a,,,s\n301,b,,,s\n", ":3: 编码“301”不是这一分类的编码"),
        ("function", "201,a,2020,2019,s\n", ":2: 起始年 2020 晚于终止年 2019"),
        ("function", "201,a,soon,,s\n", ":2: “soon”不是年份或日期"),
        ("function", "201,a,,,\n", ":2: “source”不能为空"),
        ("kind", "basic,a,,,s,whole\n", ":2: 上级“whole”没有列在它前面"),
    ],
)
def test_faults_in_a_list(tmp_path: Path, dimension: str, rows: str, words: str) -> None:
    path = tmp_path / "list.csv"
    heading = "code,name,valid_from,valid_to,source" + (",parent" if dimension in TREES else "")
    path.write_text(f"{heading}\n{rows}", encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_list(path, dimension)
    assert words in str(caught.value)


# -- lists that the user brings ----------------------------------------------------------


def _import(folder: Path, text: str, name: str = "list.csv", **more: bool) -> ImportReport:
    path = folder / name
    path.write_bytes(text.encode("gb18030" if name.endswith(".txt") else "utf-8"))
    return import_list(path, "function", "2030", "财预〔2029〕1号", **more)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "list.csv",
            "编码,名称\n201,一般公共服务支出\n20103,新名\n2010301,行政运行\n2010377,新项\n",
        ),
        ("list.csv", "类;款;项;名称\n201;;;一般公共服务支出\n;3;;新名\n;;1;行政运行\n;;77;新项\n"),
        (
            "list.txt",
            "题名\n201 一般公共服务支出\n[20103]新名\n2010301　　行政运行\n2010377\t新项\n",
        ),
    ],
)
def test_an_official_list_is_merged(tmp_path: Path, home: Path, name: str, text: str) -> None:
    report = _import(tmp_path, text, name)
    assert not report.faults
    assert (report.entries, report.added) == (4, ["2010377"])
    assert report.renamed == [("20103", "政府办公厅（室）及相关机构事务", "新名")]
    assert report.written == home / "function-2030.csv"
    function = classification("function")
    assert function.name("20103", 2029) == "政府办公厅（室）及相关机构事务"
    assert function.name("20103", 2030) == "新名"
    assert function.resolve("新项", 2030) == "2010377"
    assert function.name("20101", 2030) == "人大事务"


def test_a_workbook_is_merged(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["类", "款", "项", "科目名称"], [101, None, None, "税收收入"],
                [201, None, None, "一般公共服务支出"], [None, 3, None, "新名"]):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    report = import_list(tmp_path / "list.xlsx", "function", "2030-01-01", "x")
    assert (report.entries, report.passed_over, report.faults) == (2, 1, [])
    assert classification("function").name("20103", 2030) == "新名"


def test_faulty_lines_are_told_and_nothing_is_written(tmp_path: Path, home: Path) -> None:
    text = "201,一般公共服务支出\n201030,错\n2010301,\n无编码\n2997701,孤\n201,另名\n20103,好\n"
    report = _import(tmp_path, text)
    assert [fault.line for fault in report.faults] == [2, 3, 4, 5, 6]
    assert report.written is None
    assert not home.exists()
    assert _import(tmp_path, text, leave_out_faults=True).written is not None
    assert classification("function").name("20103", 2030) == "好"


@pytest.mark.parametrize(
    ("text", "since", "source", "words"),
    [
        ("301,工资福利支出\n", "2030", "x", "没有这一分类的编码"),
        ("201,a\n", "明年", "x", "不是年份或日期"),
        ("201,a\n", "2030", " ", "没有说明出处"),
    ],
)
def test_unusable_imports(tmp_path: Path, text: str, since: str, source: str, words: str) -> None:
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=words):
        import_list(tmp_path / "list.csv", "function", since, source)
    with pytest.raises(KeyError):
        import_list(tmp_path / "list.csv", "flow", since, source)


def test_a_broken_list_of_the_user_is_named(home: Path) -> None:
    home.mkdir()
    (home / "economic-2030.csv").write_text("code,name\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"economic-2030\.csv:1: 缺少列"):
        classification("economic")


def test_the_folder_of_the_user_follows_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOUZHI_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    monkeypatch.setattr("sys.platform", "linux")
    assert user_folder() == Path("/data/shouzhi/classifications")
    monkeypatch.setattr("sys.platform", "darwin")
    assert user_folder() == Path.home() / "Library/Application Support/shouzhi/classifications"


def test_the_command_lists_and_imports(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert "支出功能分类科目" in run(command, ["list"]).output
    listed = run(command, ["list", "function", "--under", "20805", "--year", "2017"]).output
    assert "20805 行政事业单位离退休  [–2019]" in listed
    assert "养老支出" not in listed
    assert run(command, ["list", "function", "--find", "没有的名称"]).exit_code == 1
    path = tmp_path / "list.csv"
    path.write_text("201,一般公共服务支出\n20103,新名\n", encoding="utf-8")
    order = ["import", str(path), "--dimension", "function", "--from", "2030", "--source", "x"]
    done = run(command, order)
    assert done.exit_code == 0
    assert "20103 政府办公厅（室）及相关机构事务 → 新名" in done.output
    path.write_text("201,一般公共服务支出\n2013,新名\n", encoding="utf-8")
    refused = run(command, order)
    assert (refused.exit_code, "list.csv:2: 编码“2013”" in refused.output) == (1, True)
    assert run(command, ["import", str(tmp_path / "none.csv"), *order[2:]]).exit_code == 2
