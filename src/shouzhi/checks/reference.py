"""docs/checks.md: every check with its meaning, rule and examples, written from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shouzhi.catalogue.checks import KINDS, CheckRow, Example, check_book
from shouzhi.catalogue.limits import limits

_KINDS: Final = {
    "arithmetic": "表内的数", "cross-table": "各表之间", "statement": "正文的数",
    "percentage": "比率", "between": "几份文件之间", "completeness": "完整性", "name": "名称与编码",
    "year": "年度与日期", "placeholder": "没有填完的地方", "wording": "文字",
}  # fmt: skip
_SEVERITIES: Final = {"error": "错误", "warning": "警告", "rounding": "尾数", "note": "提示"}
_INTRODUCTION: Final = """\
由 `make docs` 从 `src/shouzhi/catalogue/checks.yaml` 生成，请勿手改。

级别：**错误**是数或内容有错；**警告**是很可能有错、应当核对；**尾数**是四舍五入能解释的差；
**提示**供参考。一个原因只报一条，它牵连的各处关系列在下面。"""


def page() -> str:
    """The whole page: a list of all checks, then each with its meaning, rule and examples."""
    rows = list(check_book().rows.values())
    parts = ["# 检查", _INTRODUCTION, _overview(rows)]
    for kind in KINDS:
        held = [row for row in rows if row.kind == kind]
        if held:
            parts.append(f"## {_KINDS[kind]}")
            parts.extend(part for row in held for part in _section(row))
    parts.append(_limits())
    return "\n\n".join(parts) + "\n"


def _overview(rows: list[CheckRow]) -> str:
    lines = ["| 检查 | 名称 | 级别 |", "| --- | --- | --- |"]
    lines += [f"| [{r.id}](#{r.id}) | {r.title} | {_SEVERITIES[r.severity]} |" for r in rows]
    return "\n".join(lines)


def _section(row: CheckRow) -> Iterator[str]:
    yield f"### {row.id}"
    yield f"**{row.title}**（{_SEVERITIES[row.severity]}）"
    yield row.means
    if row.authority:
        yield "依据：" + "；".join(row.authority)
    if row.valid_from:
        yield f"适用于 {row.valid_from} 年度起的文件。"
    yield from _example("不会报：", row.passing)
    yield from _example("会报：", row.failing)


def _example(lead: str, example: Example) -> Iterator[str]:
    """The documents of an example, cells between bars."""
    yield f"<details><summary>{lead}</summary>"
    for text in example.documents:
        yield "```text\n" + text.rstrip().replace("\t", " | ") + "\n```"
    yield "</details>"


def _limits() -> str:
    """The deadlines, thresholds and weights of the law, from limits.yaml."""
    lines = [
        "## 法定的期限、标准和权重",
        "",
        "| 事项 | 数值 | 起始 | 依据 |",
        "| --- | --- | --- | --- |",
    ]
    for limit in limits().values():
        lines += [
            f"| {limit.title} | {value.value} {limit.unit} | {value.valid_from} | {value.authority} |"
            for value in limit.values
        ]
    return "\n".join(lines)
