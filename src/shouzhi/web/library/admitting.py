"""A project enters the budget of a year: its rows are written into the open submission of its unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from django.db import transaction
from django.db.models import Q

from shouzhi.catalogue.workflows import Move
from shouzhi.cycle.moves import Condition, Refused
from shouzhi.cycle.sheets import schema
from shouzhi.space import yuan
from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.budget.moving import move
from shouzhi.web.budget.rows import Change, save
from shouzhi.web.language import say
from shouzhi.web.library.models import Admission, Project


def move_project(
    project: Project,
    key: str,
    who: Actor,
    comment: str = "",
    revision: int | None = None,
    *,
    year: BudgetYear | None = None,
) -> Move:
    """Make a move of a project; admitting it writes its rows into the budget of `year`."""
    then = partial(_after, year=year)
    return move(
        project,
        key,
        who,
        partial(conditions, year=year),
        comment=comment,
        revision=revision,
        then=then,
    )


def conditions(
    project: Project, who: Actor, *, year: BudgetYear | None = None
) -> Mapping[str, Condition]:
    """The conditions of a project's moves."""
    return {
        "declaration_complete": lambda: _complete(project),
        "not_own_entry": lambda: _not_own(project, who),
        "year_given": lambda: _year(project, year),
    }


def _complete(project: Project) -> str | None:
    texts = {
        "立项依据": project.basis,
        "必要性": project.necessity,
        "实施计划": project.plan,
        "绩效目标": project.goal,
    }
    missing = [name for name, text in texts.items() if not text.strip()]
    missing += [] if project.costs.exists() else ["经费测算"]
    missing += [] if project.indicators.exists() else ["绩效指标"]
    return say("还缺：{missing}", missing=say("、").join(map(say, missing))) if missing else None


def _not_own(project: Project, who: Actor) -> str | None:
    if who.user is not None and project.editors.filter(pk=who.user.pk).exists():
        return say("您填报过其中的内容，不能由您审核；请由另一人审核")
    return None


def _year(project: Project, year: BudgetYear | None) -> str | None:
    if year is None:
        return say("请选定年度预算")
    if not project.unit.path.startswith(year.department.path):
        return say("这个年度预算不是本部门的")
    if project.admissions.filter(budget_year=year).exists():
        return say("已列入这一年度的预算")
    if not project.costs.filter(year=year.year).exists():
        return say("经费测算里没有 {year} 年的金额", year=year.year)
    if open_submission(project, year) is None:
        return say("这个单位现在没有开放的填报；请在一上或二上期间列入")
    return None


def open_submission(project: Project, year: BudgetYear) -> Submission | None:
    """The submission of the project's unit that may be changed now; None where there is none."""
    found = (
        year.submissions.filter(unit=project.unit, round=year.round or "")
        .select_related("budget_year", "unit")
        .first()
    )
    return found if found is not None and found.open else None


def _after(project: Project, made: Move, who: Actor, *, year: BudgetYear | None) -> None:
    if made.key == "shelve":
        _take_out(project, who)
    if made.key != "admit" or year is None or who.user is None:
        return
    submission = open_submission(project, year)
    if submission is None:
        raise Refused([say("这个单位现在没有开放的填报；请在一上或二上期间列入")])
    Admission.objects.create(project=project, budget_year=year, by=who.user)
    with transaction.atomic():
        # Who admits does not enter: the lines are those of the people who declared the project.
        save(submission, list(_rows(project, year.year)), who, entered_by=project.editors.all())


def _take_out(project: Project, who: Actor) -> None:
    """Take the project's rows out of the submissions that are open; raises Refused where none is."""
    found = [
        (admission, submission)
        for admission in project.admissions.select_related("budget_year__department")
        if (submission := open_submission(project, admission.budget_year)) is not None
    ]
    if not found:
        raise Refused([say("这个单位现在没有开放的填报；请在一上或二上期间退出")])
    for admission, submission in found:
        its = Q(project=project.name) | Q(sheet="projects", cells__name=project.name)
        its |= Q(cells__project=project.name)
        rows = submission.rows.filter(its)
        out = [Change(row.sheet, row.pk, row.revision, {}, delete=True) for row in rows]
        save(submission, out, who, entered_by=())
        admission.delete()


def _rows(project: Project, year: int) -> Iterator[Change]:
    words = schema()
    yield _change(
        "projects",
        name=project.name, kind=words.word("project_kind", project.kind), unit=project.unit.name,
        attribute=project.attribute, begins=project.begins, ends=project.ends, basis=project.basis,
        content=project.plan, goal=project.goal, measures=project.measures, key="是" if project.key else "",
    )  # fmt: skip
    common = {"unit": project.unit.name, "project": project.name}
    for cost in project.costs.filter(year=year):
        yield _change(
            "expenditure", **common, function=project.function, economic=cost.economic,
            source=words.word("source", cost.source), amount=yuan(cost.amount), note=cost.purpose,
        )  # fmt: skip
    for indicator in project.indicators.all():
        yield _change(
            "indicators", **common, first=indicator.first, second=indicator.second, third=indicator.third,
            period_value=indicator.period_value, year_value=indicator.year_value,
            weight="" if indicator.weight is None else f"{indicator.weight:f}",
        )  # fmt: skip
    for purchase in project.purchases.filter(year=year):
        yield _change(
            "procurement", **common, category=words.word("category", purchase.category), name=purchase.name,
            quantity="" if purchase.quantity is None else f"{purchase.quantity:f}", measure=purchase.measure,
            source=words.word("source", purchase.source), amount=yuan(purchase.amount),
        )  # fmt: skip
    years = project.by_year()
    if len(years) > 1:
        for one, amount in years.items():
            yield _change("project_years", **common, year=str(one), amount=yuan(amount))


def _change(sheet: str, **cells: str) -> Change:
    return Change(sheet, None, 0, {key: text for key, text in cells.items() if text})
