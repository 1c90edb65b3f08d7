"""Loading the catalogue's data files with errors that name file and line.

`load_yaml` gives nodes that know their line and are asked for what they must be;
`load_csv` gives rows that know theirs.  Both refuse what is unknown, missing, given
twice or of the wrong kind, with the remedy in the message.  Scalars are text until a
node is asked for more, so that `0301`, `no` and `2024-01-01` stay as they are written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import yaml

CATALOGUE: Final = Path(__file__).parent
"""The folder of the data files that come with the package."""

_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}
_OS_CAUSES: Final = {
    FileNotFoundError: "没有这个文件；请核对路径",
    IsADirectoryError: "这是文件夹；请给出其中的文件",
    PermissionError: "没有权限；请检查文件的权限",
}
_DEEPEST: Final = 60  # no data file nests as deep; what does would only exhaust the stack


class CatalogueError(Exception):
    """A fault in a data file; prints `file:line: message`.

    `line` counts from 1 and is 0 when the fault is of the whole file.
    """

    def __init__(self, file: Path | str, line: int, message: str) -> None:
        self.file = Path(file)
        self.line = line
        self.message = message
        ours = self.file.is_relative_to(CATALOGUE)
        shown = self.file.relative_to(CATALOGUE.parent) if ours else self.file
        super().__init__(f"{shown}:{line}: {message}" if line else f"{shown}: {message}")


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a YAML file: text, a list of nodes, or nodes by key, with its line."""

    value: str | list[Node] | dict[str, Node]
    line: int
    file: Path

    def fault(self, message: str) -> CatalogueError:
        """An error at this node, to be raised by the caller."""
        return CatalogueError(self.file, self.line, message)

    def record(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Node]:
        """The nodes by key, of which `required` must be there and no others than `optional`."""
        found = self.mapping()
        for key, node in found.items():
            if key not in required and key not in optional:
                known = "、".join([*required, *optional])
                raise node.fault(f"未知的键“{key}”；这里可用的键是：{known}")
        for key in required:
            if key not in found:
                raise self.fault(f"缺少键“{key}”；请补上")
        return found

    def mapping(self) -> dict[str, Node]:
        """The nodes by key, whatever the keys are."""
        if not isinstance(self.value, dict):
            raise self.fault(f"这里应是“键: 值”，现在是{self._kind()}")
        return self.value

    def sequence(self) -> list[Node]:
        """The nodes of a list."""
        if not isinstance(self.value, list):
            raise self.fault(f"这里应是列表，现在是{self._kind()}")
        return self.value

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str):
            raise self.fault(f"这里应是文字，现在是{self._kind()}")
        if not self.value:
            raise self.fault("这里不能为空；请填写")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(node.text() for node in self.sequence())

    def choice(self, allowed: Collection[str]) -> str:
        """One of the texts `allowed`."""
        text = self.text()
        if text not in allowed:
            raise self.fault(f"“{text}”不在可用的值之中：{'、'.join(allowed)}")
        return text

    def whole(self) -> int:
        """A whole number."""
        text = self.text()
        if not text.isascii() or not text.lstrip("-").isdigit():
            raise self.fault(f"“{text}”不是整数")
        return int(text)

    def flag(self) -> bool:
        """Either true or false (also yes, no)."""
        text = self.text()
        if text.lower() not in _FLAGS:
            raise self.fault(f"“{text}”应是 true 或 false")
        return _FLAGS[text.lower()]

    def year(self) -> int:
        """The year of a year or an ISO date: 2019, 2019-01-01."""
        try:
            return parse_year(self.text())
        except ValueError as error:
            raise self.fault(str(error)) from None

    def plain(self) -> object:
        """Texts, lists and dicts without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def __getitem__(self, key: str) -> Node:
        """The node of a key; a fault when there is none."""
        found = self.mapping().get(key)
        if found is None:
            raise self.fault(f"缺少键“{key}”；请补上")
        return found

    def _kind(self) -> str:
        return {str: "文字", list: "列表", dict: "“键: 值”"}[type(self.value)]


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a CSV file: its cells by column, stripped, and the line it begins on."""

    cells: dict[str, str]
    line: int
    file: Path

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, message: str) -> CatalogueError:
        """An error at this row, to be raised by the caller."""
        return CatalogueError(self.file, self.line, message)

    def year(self, column: str) -> int | None:
        """The year in a cell (2019 or 2019-01-01); None when it is empty."""
        if not self.cells[column]:
            return None
        try:
            return parse_year(self.cells[column])
        except ValueError as error:
            raise self.fault(str(error)) from None


def parse_year(text: str) -> int:
    """The year of `2019` or `2019-01-01`; raises ValueError for anything else."""
    try:
        if len(text) == 4 and text.isascii() and text.isdigit() and text > "1900":
            return int(text)
        if len(text) == 10 and text[4] == text[7] == "-":
            return date.fromisoformat(text).year
    except ValueError:
        pass
    raise ValueError(f"“{text}”不是年份或日期；请写成 2019 或 2019-01-01")


def load_yaml(path: Path | str) -> Node:
    """Read a YAML file; raises CatalogueError for what is no YAML or gives a key twice."""
    path = Path(path)
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        root = yaml.compose(read_text(path), Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise CatalogueError(path, line, f"不是正确的 YAML：{error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise CatalogueError(path, 0, f"不是正确的 YAML：{error}") from None
    if root is None:
        raise CatalogueError(path, 0, "文件是空的；请填写内容或删去文件")
    return _Builder(path).node(root, 0)


class _Builder:
    """Turns PyYAML's nodes into ours; an alias of one node stays one node."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._built: dict[int, Node] = {}

    def node(self, raw: yaml.Node, depth: int) -> Node:
        line = raw.start_mark.line + 1
        if depth > _DEEPEST:
            raise CatalogueError(self._file, line, "嵌套太深；请检查是否引用了自身")
        if (known := self._built.get(id(raw))) is not None:
            return known
        value: str | list[Node] | dict[str, Node]
        if isinstance(raw, yaml.ScalarNode):
            value = raw.value
        elif isinstance(raw, yaml.SequenceNode):
            value = [self.node(child, depth + 1) for child in raw.value]
        else:
            value = self._mapping(raw.value, depth)
        node = Node(value, line, self._file)
        self._built[id(raw)] = node
        return node

    def _mapping(self, pairs: list[tuple[yaml.Node, yaml.Node]], depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for raw_key, raw_value in pairs:
            line = raw_key.start_mark.line + 1
            if not isinstance(raw_key, yaml.ScalarNode):
                raise CatalogueError(self._file, line, "键应是文字；请检查括号和冒号")
            key = raw_key.value
            if key in found:
                raise CatalogueError(self._file, line, f"键“{key}”写了两次；请只留一个")
            found[key] = self.node(raw_value, depth + 1)
        return found


def load_csv(
    path: Path | str,
    columns: Sequence[str],
    *,
    filled: Collection[str] = (),
) -> list[Row]:
    """Read a CSV file whose first line names exactly `columns`, in any order.

    Empty lines are passed over.  Raises CatalogueError for columns that are unknown,
    missing or given twice, for rows of another length, and for empty cells in `filled`.
    """
    path = Path(path)
    records = _records(path)
    line, heading = next(records, (0, []))
    _check_heading(path, line, heading, columns)
    rows: list[Row] = []
    width = len(heading)
    for line, cells in records:
        if len(cells) != width:
            message = f"有 {len(cells)} 格，应有 {width} 格；名称里有逗号时请加引号"
            raise CatalogueError(path, line, message)
        row = Row(dict(zip(heading, cells, strict=True)), line, path)
        for column in filled:
            if not row.cells[column]:
                raise row.fault(f"“{column}”不能为空；请填写")
        rows.append(row)
    return rows


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV file that are not empty, each with the line it begins on."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield begins, stripped
            begins = reader.line_num + 1
    except csv.Error as error:
        message = f"不是正确的 CSV：{error}；请检查引号"
        raise CatalogueError(path, begins, message) from None


def _check_heading(path: Path, line: int, heading: list[str], columns: Sequence[str]) -> None:
    if not heading:
        raise CatalogueError(path, 0, f"文件是空的；第一行应是：{','.join(columns)}")
    for column in heading:
        if column not in columns:
            message = f"未知的列“{column}”；这里可用的列是：{'、'.join(columns)}"
            raise CatalogueError(path, line, message)
        if heading.count(column) > 1:
            raise CatalogueError(path, line, f"列“{column}”写了两次；请只留一个")
    for column in columns:
        if column not in heading:
            raise CatalogueError(path, line, f"缺少列“{column}”；请补上")


def read_text(path: Path) -> str:
    """The text of a data file in UTF-8, with or without a byte order mark."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CatalogueError(path, line, "不是 UTF-8 文字；请另存为 UTF-8 编码") from None
    except OSError as error:
        raise CatalogueError(path, 0, f"打不开：{os_cause(error)}") from None


def os_cause(error: OSError) -> str:
    """Why a file cannot be read or written, in words for the user."""
    for kind, cause in _OS_CAUSES.items():
        if isinstance(error, kind):
            return cause
    return f"{error.strerror or error}"
