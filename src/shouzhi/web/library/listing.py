"""The library as a table to be saved: one row a project, with what it costs in the years asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from shouzhi.cycle.sheets import schema
from shouzhi.web.exports import yuan
from shouzhi.web.language import say, tell
from shouzhi.web.library.models import Project

LISTED: Final = (
    "项目名称", "项目编码", "单位", "类别", "状态", "重点项目", "列入预算", "起始", "终止", "测算额（元）",
)  # fmt: skip


def rows(projects: QuerySet[Project]) -> Iterator[tuple[object, ...]]:
    """The cells of projects that are annotated with their `cost` in 分."""
    for one in projects:
        cost: int | None = one.cost  # type: ignore[attr-defined]  # annotated by the page
        admitted = sorted(str(admission.budget_year.year) for admission in one.admissions.all())
        yield (
            one.name, one.code, one.unit.name, tell(schema().word("project_kind", one.kind)),
            say(one.state_now.name), say("是") if one.key else "", "、".join(admitted), one.begins, one.ends,
            yuan(cost),
        )  # fmt: skip
