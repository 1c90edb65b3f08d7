"""The tables of the budget's pages as files: findings, what changed between versions, the roll-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from shouzhi.cycle.rollup import Rolled
from shouzhi.cycle.shift import Shift
from shouzhi.cycle.versions import RowChange
from shouzhi.web.budget.judging import Judged
from shouzhi.web.budget.models import Submission
from shouzhi.web.budget.rolling import Rollup
from shouzhi.web.exports import yuan
from shouzhi.web.language import say, tell
from shouzhi.web.templating import moment

Row = tuple[object, ...]

FINDINGS: Final = ("单位", "类别", "页", "问题", "涉及", "怎么改", "理由", "说明人", "说明时间")
CHANGES: Final = (
    "页", "变动", "单位", "项目", "名称", "功能科目", "经济科目", "资金来源", "原数（元）", "现数（元）", "增减（元）",
    "增减%", "其他改动",
)  # fmt: skip
ROLLUP: Final = (
    "编码", "名称", "级次", "本年申报（元）", "上年预算（元）", "增减（元）", "增减%", "控制数（元）", "余额（元）",
)  # fmt: skip
_NAMED: Final = ("unit", "project", "name", "function", "economic", "source")
"""The columns that name a row of money, in the order of CHANGES."""


def head(names: Iterable[str]) -> list[str]:
    """The heads of columns in the language of the request."""
    return [say(name) for name in names]


def finding_rows(found: Iterable[tuple[Submission, Iterable[Judged]]]) -> Iterator[Row]:
    """One row a finding, with every cell that it is about and every reason for it."""
    for submission, every in found:
        for one in every:
            told = [one.own] if one.own else [reason.answer for reason in one.of_units]
            remark = one.remark
            yield (
                submission.title, say("错误") if remark.severity == "error" else say("提醒"),
                remark.spot.told, remark.message, "\n".join(tell(link.name) for link in one.links),
                remark.remedy, "\n".join(answer.reason for answer in told),
                "\n".join(answer.by.name for answer in told),
                "\n".join(moment(answer.at) for answer in told),
            )  # fmt: skip


def change_rows(
    groups: Iterable[tuple[str, list[tuple[str, str]], list[RowChange]]],
) -> Iterator[Row]:
    """One row a row that changed: what names it, its amounts, and what else became of it."""
    kinds = {"added": say("新增"), "changed": say("修改"), "removed": say("删除")}
    for title, columns, changes in groups:
        for change in changes:
            shift, cells = change.shift, {**change.before, **change.after}
            yield (
                say(title), kinds[change.kind], *(cells.get(key, "") for key in _NAMED),
                *(_shifted(shift) if shift else (None,) * 4),
                "\n".join(_others(change, dict(columns))),
            )  # fmt: skip


def _shifted(shift: Shift) -> Row:
    return yuan(shift.before), yuan(shift.after), yuan(shift.difference), shift.rate


def _others(change: RowChange, columns: Mapping[str, str]) -> Iterator[str]:
    """The other cells: as they are in a new or removed row, before and after in a changed one."""
    for key, heading in columns.items():
        old, new = change.before.get(key, ""), change.after.get(key, "")
        if key == "amount" or old == new:
            continue
        if change.kind == "changed":
            yield f"{tell(heading)}{say('：')}{old or '—'} → {new or '—'}"
        elif key not in _NAMED:
            yield f"{tell(heading)}{say('：')}{new or old}"


def rollup_rows(found: Rollup, unnamed: Callable[[Rolled], str]) -> Iterator[Row]:
    """The branches and their total; `unnamed` is what a branch without a member is called."""
    for row in found.branches:
        label = str(tell(row.label)).removeprefix(row.key).strip() if row.key else unnamed(row)
        yield row.key, label, row.level, *_amounts(row, known=found.last.known)
    yield "", say("合计"), None, *_amounts(found.total, known=found.last.known)


def _amounts(row: Rolled, *, known: bool) -> Row:
    shift = row.shift
    last = (yuan(shift.before), yuan(shift.difference), shift.rate) if known else (None,) * 3
    return (yuan(shift.after), *last, yuan(row.ceiling), yuan(row.room))
