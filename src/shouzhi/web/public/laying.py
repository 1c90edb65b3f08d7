"""A table as it was printed, laid out for the page: stacked headings, halves side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Json = Mapping[str, Any]

CODES: Final = {
    "function": "功能分类科目编码", "economic": "经济分类科目编码", "government_economic": "政府经济分类科目编码",
    "unit": "单位编码", "line": "行次",
}  # fmt: skip
"""What the columns of codes are headed with where the print heads them in words of its own."""


@dataclass(frozen=True, slots=True)
class Head:
    """A heading that reaches over columns and rows of the head."""

    text: str
    columns: int = 1
    rows: int = 1
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of the body; `row` and `column` count from 1 and name its place in addresses."""

    kind: Literal["label", "code", "amount", "text"]
    text: str
    row: int = 0
    column: int = 0
    level: int = 0


@dataclass(slots=True)
class Laid:
    """A table: lines of headings, lines of boxes (None where a half has no more rows), notes."""

    head: list[list[Head]]
    body: list[list[Box | None]]
    notes: list[str]
    width: int


@dataclass(slots=True)
class _Half:
    """One side of the table: its columns by position, and what stands in its stub."""

    side: str | None
    columns: list[int]
    codes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.codes) + 1 + len(self.columns) + len(self.texts)


def lay(table: Json) -> Laid:
    """Lay out a table of the JSON contract."""
    halves = _halves(table)
    depth = max((len(_heading(table, half, c)) for half in halves for c in half.columns), default=1)
    head: list[list[Head]] = [[] for _ in range(depth)]
    for half in halves:
        stub = [CODES.get(name, name) for name in half.codes] + ["项目"]
        head[0] += [Head(name, rows=depth, ours=True) for name in stub]
        _stack(head, [_heading(table, half, column) for column in half.columns], depth)
        head[0] += [Head(name, rows=depth) for name in half.texts]
    body = [_line(line, halves) for line in _lines(table, halves)]
    notes = [*table.get("notes", ())]
    return Laid([line for line in head if line], body, notes, sum(half.width for half in halves))


def _halves(table: Json) -> list[_Half]:
    sides = list(dict.fromkeys(row.get("side") for row in table["rows"] if row.get("side")))
    if len(sides) < 2:
        halves = [_Half(None, list(range(len(table["columns"]))))]
    else:
        halves = [
            _Half(side, [n for n, column in enumerate(table["columns"]) if column.get("side") == side])
            for side in sides
        ]
        rest = [n for n, c in enumerate(table["columns"]) if c.get("side") not in sides]
        halves[0].columns = sorted([*halves[0].columns, *rest])
    for half in halves:
        rows = [row for row in table["rows"] if half.side is None or row.get("side") == half.side]
        half.codes = list(dict.fromkeys(name for row in rows for name in row.get("codes") or ()))
        half.texts = list(dict.fromkeys(name for row in rows for name in row.get("texts") or ()))
    return halves


def _heading(table: Json, half: _Half, column: int) -> list[str]:
    told = [level for level in table["columns"][column]["heading"] if level] or [""]
    if half.side and told[0] != half.side:
        return [half.side, *told]
    return told


def _stack(head: list[list[Head]], headings: Sequence[Sequence[str]], depth: int) -> None:
    """Join equal neighbours of each level under equal parents; short ones reach down."""
    for level in range(depth):
        place = 0
        while place < len(headings):
            told = headings[place]
            if len(told) <= level:
                place += 1
                continue
            end = place + 1
            last = len(told) == level + 1
            while not last and end < len(headings) and list(headings[end][: level + 1]) == list(told[: level + 1]):
                end += 1
            head[level].append(Head(told[level], end - place, depth - level if last else 1))
            place = end


def _lines(table: Json, halves: Sequence[_Half]) -> Iterator[dict[str | None, tuple[int, Json]]]:
    """The printed lines: of a two-sided table each holds a row of every side, as far as there are."""
    order = {half.side: n for n, half in enumerate(halves)}
    line: dict[str | None, tuple[int, Json]] = {}
    last = len(order)
    for number, row in enumerate(table["rows"]):
        side = row.get("side") if len(halves) > 1 else None
        place = order.get(side, 0)
        if place <= last and line:
            yield line
            line = {}
        line[halves[place].side] = number, row
        last = place
    if line:
        yield line


def _line(line: Mapping[str | None, tuple[int, Json]], halves: Sequence[_Half]) -> list[Box | None]:
    boxes: list[Box | None] = []
    for half in halves:
        number, row = line.get(half.side, (0, None))
        if row is None:
            boxes += [None] * half.width
            continue
        codes, texts = row.get("codes") or {}, row.get("texts") or {}
        boxes += [Box("code", codes.get(name, ""), number + 1) for name in half.codes]
        boxes.append(Box("label", row["label"], number + 1, level=min(row.get("level") or 0, 6)))
        boxes += [
            Box("amount", row["cells"][column] or "", number + 1, column + 1) for column in half.columns
        ]
        boxes += [Box("text", texts.get(name, ""), number + 1) for name in half.texts]
    return boxes
