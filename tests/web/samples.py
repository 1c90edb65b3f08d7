"""One object for every address of the application, inside the range of the small world's people and outside.

An app that gets new addresses adds them here; `test_rights.py` fails for one that has no sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sample:
    """What an address is about: the key of a thing (`things`), or None where it takes none.

    `more` are the other parts of the address, `key` the part that names the thing, `empty`
    says that the thing of the small world may have nothing to show (404) though it is reached.
    """

    thing: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    key: str = "pk"
    empty: bool = False


def _all(thing: str | None, *names: str, **how: Any) -> dict[str, Sample]:
    return dict.fromkeys(names, Sample(thing, **how))


SAMPLES: dict[str, Sample] = {
    **_all(
        None,
        "home",
        "language",
        "people:login",
        "people:logout",
        "people:password",
        "people:bodies",
        "people:users",
    ),
    **_all(
        None,
        "people:new-user",
        "audit:entries",
        "audit:export",
        "budget:years",
        "budget:begin",
        "library:projects",
        "library:codes",
    ),
    **_all(
        None,
        "disclosure:releases",
        "desk:home",
        "desk:batches",
        "desk:bulk",
        "desk:comparisons",
        "desk:upload",
        "desk:register",
        "desk:approve",
        "desk:words",
        "desk:learn",
    ),
    **_all(
        "unit",
        "people:body",
        "people:edit-body",
        "people:order",
        "people:staff",
        "people:rename",
        "people:merge",
    ),
    **_all("unit", "people:new-body", "people:split"),
    **_all(
        "person",
        "people:user",
        "people:edit-user",
        "people:switch",
        "people:new-password",
        "people:give",
    ),
    **_all("grant", "people:end-role"),
    **_all("entry", "audit:entry", key="number"),
    **_all(
        "year",
        "budget:year",
        "budget:timetable",
        "budget:year-move",
        "budget:ceilings",
        "budget:ceilings-issue",
    ),
    **_all(
        "year",
        "budget:findings",
        "budget:rounds",
        "budget:rollup",
        "disclosure:prepare",
    ),
    **_all("year", "disclosure:preview", "disclosure:preview-page", empty=True),
    **_all(
        "submission",
        "budget:submission",
        "budget:move",
        "budget:reopen",
        "budget:answer",
        "budget:comment",
        "budget:compare",
    ),
    **_all("submission", "budget:entry", "budget:workbook", "budget:import", "budget:codes"),
    **_all("submission", "budget:import-confirm", empty=True),
    **_all(
        "submission",
        "budget:sheet",
        "budget:sheet-data",
        "budget:sheet-save",
        more={"sheet": "expenditure"},
    ),
    **_all("comment", "budget:resolve"),
    **_all("version", "budget:restore"),
    **_all(None, "library:begin", empty=True),
    **_all("unit", "library:declare"),
    **_all("project", "library:project", "library:edit", "library:move"),
    **_all("release", "disclosure:release", "disclosure:move"),
    **_all("release", "disclosure:file", more={"name": "manifest.json"}, empty=True),
    **_all("batch", "desk:batch", "desk:discard_batch"),
    **_all(
        "document",
        "desk:document",
        "desk:judge",
        "desk:remark",
        "desk:recognise",
        "desk:again",
        "desk:versions",
        "desk:discard",
        empty=True,
    ),
    **_all("document", "desk:original", empty=True),
    **_all("document", "desk:export", more={"name": "docx"}, empty=True),
    **_all(
        "document", "desk:picture", "desk:table", "desk:correct", more={"number": 1}, empty=True
    ),
    **_all("department", "desk:department", "desk:together"),
    **_all("comparison", "desk:comparison", "desk:judge_between", empty=True),
    **_all("comparison", "desk:remark_between", "desk:again_between"),
    **_all("comparison", "desk:export_between", more={"name": "docx"}, empty=True),
    **_all("word", "desk:forget"),
    **_all("alias", "desk:forget_name"),
    **_all("submission", "budget:review"),
    **_all(
        None, "public:home", "public:compare", "public:search", "public:corrections", "public:about"
    ),
    **_all(None, "public:dictionary", "public:reports", "public:api_docs"),
    **_all(None, "public:report", empty=True),
    **_all(None, "public:department", "public:document", more={"key": "x"}, empty=True),
    **_all(None, "public:year", more={"key": "x", "year": 2027}, empty=True),
    **_all(None, "public:facts", more={"key": "x", "suffix": "csv"}, empty=True),
    **_all(None, "public:table", more={"key": "x", "number": 1}, empty=True),
    **_all(None, "public:measure", more={"measure": "expenditure"}, empty=True),
    **_all(None, "public:compared", more={"measure": "expenditure"}, empty=True),
    **_all(
        None, "public:scope", "public:compared_scope", more={"measure": "expenditure", "scope": 1}, empty=True
    ),
    **_all(None, "public:dimension", more={"dimension": "source"}),
    **_all(None, "public:file", more={"key": "x", "name": "x.pdf"}, empty=True),
    **_all("report", "public:answer"),
    **_all("release", "public:explanations"),
    **_all(None, "public:api_root", empty=True),
    **_all(None, "public:api_unknown", more={"rest": "x"}, empty=True),
}

PLACED: Mapping[str, str] = {
    "unit": "unit", "department": "department", "person": "unit", "grant": "unit", "year": "department",
    "submission": "unit", "comment": "unit", "version": "unit", "project": "unit", "release": "department",
    "batch": "department", "document": "department", "comparison": "department", "alias": "department", "entry": "unit",
    "report": "department",
}  # fmt: skip
"""At which body each thing stands, told here once more: not asked of the code under test."""


def things(people: dict[str, Any], department: Any, unit: Any) -> dict[str, Any]:
    """One of each thing at a department and its unit."""
    from django.db import transaction

    from shouzhi.web.audit.log import Actor, record
    from shouzhi.web.audit.models import Entry
    from shouzhi.web.people.models import Body, Descent, Grant, Staffing, User

    person = User.objects.create_user(f"person-{unit.pk}", name="某人", home=unit)
    grant = Grant.objects.create(user=person, role="clerk", body=unit)
    with transaction.atomic():
        record(
            Actor(people["administrator"]), "edit", unit, before={"name": "a"}, after={"name": "b"}
        )
    entry = Entry.objects.order_by("-number")[0]
    Staffing.objects.create(
        unit=unit, year=2026, established=30, in_post=28, retired=12, revision=1
    )
    below = Body.objects.create(
        parent=unit, kind="unit", name=f"{unit.name}分馆", code=f"{unit.code}1"
    )
    before = Body.objects.create(
        parent=department,
        kind="unit",
        name=f"原{unit.name}",
        valid_to="1999-12-31",
        valid_from="1990-01-01",
    )
    Descent.objects.create(
        predecessor=before,
        successor=unit,
        kind="renamed",
        on="2000-01-01",
        document="某编〔1999〕8号",
    )
    Staffing.objects.create(unit=below, year=2026, established=3, in_post=3)
    return {
        "unit": unit, "department": department, "person": person, "grant": grant, "entry": entry,
        **_budget(people, department, unit), **_desk(people, department), "report": _report(department),
    }  # fmt: skip


def _budget(people: dict[str, Any], department: Any, unit: Any) -> dict[str, Any]:
    from shouzhi.web.audit.log import SYSTEM
    from shouzhi.web.budget.models import BudgetYear, Comment, Deadline, Submission
    from shouzhi.web.budget.versions import freeze
    from shouzhi.web.disclosure.models import Release
    from shouzhi.web.library.models import Project

    year = BudgetYear.objects.create(department=department, year=2027, state="first_up")
    Deadline.objects.create(budget_year=year, state="first_up", due="2026-08-31")
    submission = Submission.objects.create(budget_year=year, unit=unit, round="first_up")
    comment = Comment.objects.create(submission=submission, text="请核对", by=people["reviewer"])
    project = Project.objects.create(unit=unit, name="某项目", kind="recurrent")
    release = Release.objects.create(
        budget_year=year, number=1, title="某部门 2027 年预算", edition="guangzhou/budget-2024",
        folder=f"sample-{department.pk}", manifest={"outputs": []}, hash="0" * 64,
        prepared_by=people["department_finance"],
    )  # fmt: skip
    return {
        "year": year, "submission": submission, "comment": comment, "project": project, "release": release,
        "version": freeze(submission, "一上·送审", SYSTEM),
    }  # fmt: skip


def _desk(people: dict[str, Any], department: Any) -> dict[str, Any]:
    from shouzhi.web.desk.models import Alias, Batch, Comparison, Document, Word
    from shouzhi.web.desk.places import store

    by = people["reviewer"]
    digest, size = store().put([b"%PDF-1.7 ", str(department.pk).encode()])
    batch = Batch.objects.create(body=department, title="某批", by=by)
    document = Document.objects.create(
        batch=batch, body=department, name="某文件.pdf", digest=digest, size=size
    )
    comparison = Comparison.objects.create(
        body=department, kind="together", documents=[document.pk], key=str(department.pk), by=by
    )
    word, _ = Word.objects.get_or_create(says="某词", defaults={"like": "收入", "by": by})
    alias = Alias.objects.create(name=f"{department.name}的别名", body=department, by=by)
    return {
        "batch": batch,
        "document": document,
        "comparison": comparison,
        "word": word,
        "alias": alias,
    }


def _report(department: Any) -> Any:
    from shouzhi.web.public.models import ErrorReport

    return ErrorReport.objects.create(
        document="x", title="某部门 2027 年预算", department=department.name, body=department, message="数字有误",
        sender=f"{department.pk:032x}",
    )  # fmt: skip
