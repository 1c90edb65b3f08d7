"""Every fault in a data file is told with its file, its line and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shouzhi.catalogue.loading import (
    CATALOGUE,
    CatalogueError,
    Node,
    load_csv,
    load_yaml,
    parse_year,
)

Read = Callable[[Node], object]


def _yaml(folder: Path, text: str | bytes) -> Node:
    path = folder / "specimen.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_yaml(path)


def test_yaml_keeps_lines_and_text(tmp_path: Path) -> None:
    root = _yaml(tmp_path, "code: 0301\nlist:\n  - 一\n  - {on: no}\nsince: 2019-01-01\nn: 12\n")
    assert root.plain() == {
        "code": "0301", "list": ["一", {"on": "no"}], "since": "2019-01-01", "n": "12",
    }  # fmt: skip
    assert root["list"].sequence()[1].line == 4
    assert (root["since"].year(), root["n"].whole()) == (2019, 12)
    assert root["list"].sequence()[1]["on"].flag() is False
    assert root["list"].sequence()[0].choice(["一", "二"]) == "一"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "“a”写了两次"),
        ("a: [1\nb: 2\n", 2, "不是正确的 YAML"),
        ("a: 1\n---\nb: 2\n", 2, "不是正确的 YAML"),
        ("a: 1\n? [x]\n: 2\n", 2, "键应是文字"),
        ("", 0, "文件是空的"),
        ("a: &loop\n  - *loop\n", 0, ""),
        ("a: " + "[" * 80 + "]" * 80, 1, "嵌套太深"),
        (b"a: 1\nb: \xff\n", 2, "不是 UTF-8"),
    ],
)
def test_broken_yaml(tmp_path: Path, text: str | bytes, line: int, words: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        _yaml(tmp_path, text)
    assert words in caught.value.message
    if line:
        assert str(caught.value).startswith(f"{tmp_path / 'specimen.yaml'}:{line}: ")


@pytest.mark.parametrize(
    ("text", "read", "words"),
    [
        ("a: 1\nb: 2", lambda n: n.record(["a"], ["c"]), "2: 未知的键“b”；这里可用的键是：a、c"),
        ("a: 1", lambda n: n.record(["a", "b"]), "1: 缺少键“b”"),
        ("a: 1", lambda n: n["b"], "1: 缺少键“b”"),
        ("a: [1]", lambda n: n["a"].text(), "1: 这里应是文字，现在是列表"),
        ("a:\n  b: 1", lambda n: n["a"].sequence(), "2: 这里应是列表"),
        ("a: 1", lambda n: n["a"].mapping(), "1: 这里应是“键: 值”，现在是文字"),
        ("a:", lambda n: n["a"].text(), "1: 这里不能为空"),
        ("a: [1, [2]]", lambda n: n["a"].texts(), "1: 这里应是文字"),
        ("a: 1.5", lambda n: n["a"].whole(), "1: “1.5”不是整数"),
        ("a: maybe", lambda n: n["a"].flag(), "1: “maybe”应是 true 或 false"),
        ("a: x", lambda n: n["a"].choice(["y", "z"]), "1: “x”不在可用的值之中：y、z"),
        ("a: 2019-02-30", lambda n: n["a"].year(), "1: “2019-02-30”不是年份或日期"),
    ],
)
def test_wrong_values(tmp_path: Path, text: str, read: Read, words: str) -> None:
    with pytest.raises(CatalogueError, match=r"specimen\.yaml:\d") as caught:
        read(_yaml(tmp_path, text))
    assert words in str(caught.value)


def test_csv_keeps_lines_and_passes_over_empty_ones(tmp_path: Path) -> None:
    path = tmp_path / "specimen.csv"
    path.write_bytes('\ufeffcode,name,since\n\n201,"a,\nb", 2019 \n,,\n202,c,\n'.encode())
    rows = load_csv(path, ("name", "code", "since"), filled=("code",))
    assert [(row.line, row["code"], row["name"], row.year("since")) for row in rows] == [
        (3, "201", "a,\nb", 2019),
        (6, "202", "c", None),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "specimen.csv: 文件是空的；第一行应是：code,name"),
        ("code\n1\n", "csv:1: 缺少列“name”"),
        ("code,name,more\n", "csv:1: 未知的列“more”"),
        ("code,name,name\n", "csv:1: 列“name”写了两次"),
        ("code,name\n1,a\n2,b,c\n", "csv:3: 有 3 格，应有 2 格"),
        ("code,name\n1,a\n,b\n", "csv:3: “code”不能为空"),
        ('code,name\n1,"a\n', "csv:2: 不是正确的 CSV"),
    ],
)
def test_broken_csv(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "specimen.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_csv(path, ("code", "name"), filled=("code",))
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "19", "19xx", "2019-1-1", "2019-13-01", "２０１９", "0000"])
def test_wrong_dates(text: str) -> None:
    with pytest.raises(ValueError, match="请写成 2019 或 2019-01-01"):
        parse_year(text)


def test_a_missing_file_and_a_file_of_the_package_are_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="没有这个文件"):
        load_yaml(tmp_path / "missing.yaml")
    shown = str(CatalogueError(CATALOGUE / "lexicon.yaml", 7, "示例"))
    assert shown == str(Path("catalogue") / "lexicon.yaml") + ":7: 示例"
