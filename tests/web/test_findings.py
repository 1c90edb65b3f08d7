"""What reviewers and units see of findings: each cell to go to, the reasons, the filter, files; and how moves ask."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor
from shouzhi.web.audit.models import Entry
from shouzhi.web.audit.words import label_words, verb_word
from shouzhi.web.budget.downloads import CHANGES, FINDINGS, ROLLUP
from shouzhi.web.budget.judging import Answers, judged
from shouzhi.web.budget.models import BudgetYear, Deadline, Submission, WarningAnswer
from shouzhi.web.budget.reviewing import remarks
from shouzhi.web.budget.rounds import issue, move_submission, move_year
from shouzhi.web.budget.rows import Change, save
from shouzhi.web.language import english
from shouzhi.web.library.listing import LISTED
from shouzhi.web.library.models import Cost, Project

pytestmark = pytest.mark.usefixtures("db")

LINE = {"function": "2010301", "economic": "30215", "source": "一般公共预算"}
BASIC = {**LINE, "kind": "基本支出"}
INCOME = {"source": "一般公共预算"}
LAST = {**BASIC, "year": "2026", "stage": "年初预算"}


@pytest.fixture
def year(people: dict[str, Any]) -> BudgetYear:
    made = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=made, state="first_up", due="2026-08-31")
    move_year(made, "open_first", Actor(people["budget_division"]))
    return made


def of(year: BudgetYear, people: dict[str, Any], unit: str) -> Submission:
    return Submission.objects.get(budget_year=year, unit=people[unit], round=year.state)


def enter(year: BudgetYear, people: dict[str, Any], unit: str, sheet: str, /, **cells: str) -> None:
    save(of(year, people, unit), [Change(sheet, None, 0, cells)], Actor(people["clerk"]))


def client(user: Any, language: str = "zh-hans") -> Client:
    made = Client()
    made.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    made.cookies["lang"] = language
    return made


def shown(user: Any, name: str, thing: Any, query: str = "", language: str = "zh-hans") -> str:
    answer = client(user, language).get(reverse(name, args=[thing.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


PROJECTS = {"unit": ("甲项目", "乙项目", "丙项目", "丁项目", "戊项目", "己项目", "庚项目"), "other_unit": ("辛项目",)}


@pytest.fixture
def bare(year: BudgetYear, people: dict[str, Any]) -> BudgetYear:
    """Seven projects of one unit and one of another, none with a basis or an indicator; both balance."""
    for unit, names in PROJECTS.items():
        for name in names:
            enter(year, people, unit, "projects", name=name, kind="经常性项目")
            enter(year, people, unit, "expenditure", **LINE, project=name, amount="1000000.00")
        enter(year, people, unit, "income", **INCOME, amount=f"{len(names) * 1_000_000}")
    return year


def explain(submission: Submission, people: dict[str, Any], reason: str) -> None:
    address = reverse("budget:answer", args=[submission.pk])
    for remark in remarks(submission):
        answer = client(people["clerk"]).post(address, {"finding": remark.key, "reason": reason})
        assert answer.status_code == 302


def hand_in(submission: Submission, people: dict[str, Any]) -> None:
    move_submission(submission, "submit", Actor(people["department_finance"]))


def test_the_department_is_not_asked_again_for_what_its_units_explained(
    bare: BudgetYear, people: dict[str, Any]
) -> None:
    whole = of(bare, people, "department")
    with pytest.raises(Refused, match="有 2 条提醒还没有说明理由，第一条：8 个项目没有立项依据"):
        hand_in(whole, people)
    explain(of(bare, people, "unit"), people, "依据见附件")
    with pytest.raises(Refused, match="有 2 条提醒"):  # the other unit has not explained its part
        hand_in(whole, people)
    other = of(bare, people, "other_unit")
    for remark in remarks(other):
        WarningAnswer.objects.create(
            submission=other, finding=remark.key, message=remark.message, reason="会后补", by=people["clerk"]
        )
    told = shown(people["department_finance"], "budget:submission", whole)
    assert "依据见附件" in told
    assert "会后补" in told
    hand_in(whole, people)
    assert whole.state == "head"


def test_a_changed_project_asks_for_a_reason_again(bare: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(bare, people, "unit")
    explain(submission, people, "依据见附件")
    assert not Answers(submission).unanswered(remarks(submission))
    row = submission.rows.get(sheet="projects", cells__name="甲项目")
    save(
        submission,
        [Change("projects", row.pk, row.revision, {**row.cells, "basis": "某办〔2026〕1号"})],
        Actor(people["clerk"]),
    )
    submission = of(bare, people, "unit")
    left = Answers(submission).unanswered(remarks(submission))
    assert [remark.check for remark in left] == ["no_basis"]
    told = shown(people["clerk"], "budget:submission", submission)
    assert "以前说明过的（1）" in told  # the old reason is still there to be read


def test_what_the_department_enters_itself_it_explains_itself(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    """A unit without last year's figure has nothing to explain; the rise is the department's to explain."""
    enter(year, people, "unit", "expenditure", **BASIC, amount="500.00")
    enter(year, people, "unit", "income", **INCOME, amount="500.00")
    whole = of(year, people, "department")
    last = {**LAST, "unit": people["unit"].name, "amount": "100.00"}
    save(whole, [Change("comparison", None, 0, last)], Actor(people["department_finance"]))
    whole = of(year, people, "department")
    (rise,) = remarks(whole)
    assert rise.message == "会议费比上年预算多 400.00 元"
    assert set(rise.parts()) == {people["unit"].name, None}
    assert Answers(whole).unanswered([rise]) == [rise]


def test_every_cell_of_a_finding_is_a_link(bare: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(bare, people, "unit")
    found = judged(submission, remarks(submission))
    basis = next(one for one in found if one.remark.check == "no_basis")
    assert [link.name for link in basis.links] == list(PROJECTS["unit"])
    sheet = reverse("budget:sheet", args=[submission.pk, "projects"])
    assert [link.address for link in basis.links] == [f"{sheet}#row-{n}-basis" for n in range(1, 8)]
    told = shown(people["clerk"], "budget:submission", submission)
    assert all(f'href="{link.address}">{link.name}</a>' in told for link in basis.links)
    assert "逐个查看（7）" in told
    assert "等" not in basis.remark.message


def test_the_whole_leads_to_the_sheets_of_its_units(
    bare: BudgetYear, people: dict[str, Any]
) -> None:
    finance = client(people["department_finance"])
    whole = of(bare, people, "department")
    asked = finance.post(reverse("budget:review", args=[whole.pk]), {"from": "findings"})
    assert asked.headers["Location"] == reverse("budget:findings", args=[bare.pk])
    back = finance.post(reverse("budget:review", args=[whole.pk]))
    assert back.headers["Location"] == reverse("budget:submission", args=[whole.pk])
    told = shown(people["department_finance"], "budget:findings", bare)
    part = told[told.index("部门汇总</h2>") : told.index("各单位</caption>")]
    other = of(bare, people, "other_unit")
    cell = reverse("budget:sheet", args=[other.pk, "projects"]) + "#row-1-basis"
    assert f'href="{cell}">{people["other_unit"].name} · 辛项目</a>' in part


def test_an_unbalanced_unit_is_told_in_words_and_shown_where(
    year: BudgetYear, people: dict[str, Any]
) -> None:
    enter(year, people, "unit", "income", **INCOME, amount="1000000")
    enter(year, people, "unit", "expenditure", **BASIC, amount="1493600.00")
    submission = of(year, people, "unit")
    (found,) = judged(submission, remarks(submission))
    assert found.remark.message == (
        "收入合计 1,000,000.00 元，支出合计 1,493,600.00 元，收入少于支出 493,600.00 元"
    )
    addresses = [reverse("budget:sheet", args=[submission.pk, sheet]) for sheet in ("income", "expenditure")]
    assert [link.address for link in found.links] == [f"{one}#row-1-amount" for one in addresses]
    told = shown(people["clerk"], "budget:submission", submission, language="en")
    assert "income falls short of expenditure by 493,600.00 yuan" in told
    listed = told[told.index('<ul class="remarks">') :].partition("</ul>\n  ")[0]
    assert "1,493,600.00 yuan" in listed
    assert not re.search("[\u4e00-\u9fff]", listed)  # the spot, the message, the remedy and the cells


def test_a_refusal_for_a_ceiling_writes_thousands(year: BudgetYear, people: dict[str, Any]) -> None:
    enter(year, people, "unit", "income", **INCOME, amount="67324151")
    enter(year, people, "unit", "expenditure", **BASIC, amount="67324151")
    division = Actor(people["budget_division"])
    year.submissions.update(state="accepted")
    move_year(year, "close_first", division)
    issue(year, people["unit"], "general", 6_710_000_000, division)
    move_year(year, "open_second", division)
    with pytest.raises(Refused, match=r"超过控制数 224,151\.00 元（控制数 67,100,000\.00 元"):
        hand_in(of(year, people, "unit"), people)


def test_findings_are_filtered_and_show_their_reasons(bare: BudgetYear, people: dict[str, Any]) -> None:
    explain(of(bare, people, "unit"), people, "依据见附件")
    enter(bare, people, "other_unit", "expenditure", **BASIC, amount="5.00")  # now it does not balance
    reviewer, unit, other = people["reviewer"], people["unit"].name, people["other_unit"].name

    def units(show: str) -> list[str]:
        told = shown(reviewer, "budget:findings", bare, f"?show={show}")
        return [name for name in (unit, other) if f'">{name}</a></td>' in told]

    assert units("") == [unit, other]
    assert units("errors") == units("unanswered") == units("open") == [other]
    assert units("answered") == [unit]
    assert units("nonsense") == [unit, other]
    assert "依据见附件" in shown(reviewer, "budget:findings", bare, "?show=answered")
    assert "没有单位有这一类的问题" in shown(people["clerk"], "budget:findings", bare, "?show=errors")


def test_a_faulty_sheet_is_shown_to_its_end(year: BudgetYear, people: dict[str, Any]) -> None:
    changes = [Change("expenditure", None, 0, {**BASIC, "amount": f"{n} 元整"}) for n in range(70)]
    save(of(year, people, "unit"), changes, Actor(people["clerk"]))
    told = shown(people["reviewer"], "budget:findings", year)
    assert "69 元整" in told
    assert "69 元整" in shown(people["clerk"], "budget:submission", of(year, people, "unit"))


def table(user: Any, name: str, thing: Any, query: str) -> list[list[Any]]:
    """A table that a page gives as a file: what a spreadsheet sees of it."""
    address = reverse(name, args=[thing.pk] if thing else [])
    answer = client(user).get(f"{address}?{query}&format=xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    plain: Any = client(user).get(f"{address}?{query}&format=csv")
    text = b"".join(plain.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == sheet.max_row
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_tables_are_given_as_files(bare: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(bare, people, "unit")
    explain(submission, people, "=HYPERLINK(1)")
    head, *found = table(people["reviewer"], "budget:findings", bare, "show=answered")
    assert head == list(FINDINGS)
    assert [row[6] for row in found] == ["=HYPERLINK(1)"] * 2  # a text, as it was written
    assert found[0][4].splitlines() == list(PROJECTS["unit"])
    head, *rolled = table(people["reviewer"], "budget:rollup", bare, "by=unit")
    assert head == list(ROLLUP)
    assert rolled[-1][1:4] == ["合计", None, 8_000_000]
    clerk = Actor(people["clerk"])
    move_submission(submission, "submit", clerk)
    move_submission(submission, "withdraw", clerk)
    row = submission.rows.filter(sheet="expenditure")[0]
    save(submission, [Change("expenditure", row.pk, row.revision, {**row.cells, "amount": "900000.5"})], clerk)
    head, changed = table(people["clerk"], "budget:compare", submission, "b=now")
    assert head == list(CHANGES)
    assert changed[8:12] == [1_000_000, 900_000.5, -99_999.5, -10]
    project = Project.objects.create(unit=people["unit"], name="+1 项目", kind="recurrent")
    Cost.objects.create(project=project, year=2027, purpose="x", source="general", amount=1234)
    head, listed = table(people["reviewer"], "library:projects", None, "year=2027")
    assert head == list(LISTED)
    assert (listed[0], listed[-1]) == ("+1 项目", 12.34)
    page = shown(people["reviewer"], "budget:findings", bare, "?show=answered")
    assert "?show=answered&amp;format=xlsx" in page
    assert {*FINDINGS, *CHANGES, *ROLLUP, *LISTED} <= english().keys()


def test_a_file_speaks_the_readers_language(bare: BudgetYear, people: dict[str, Any]) -> None:
    address = reverse("budget:findings", args=[bare.pk])
    answer: Any = client(people["reviewer"], "en").get(f"{address}?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "projects without “Basis”: 7" in text
    assert "提醒" not in text


def test_a_comparison_writes_amounts_alike(bare: BudgetYear, people: dict[str, Any]) -> None:
    submission, clerk = of(bare, people, "unit"), Actor(people["clerk"])
    explain(submission, people, "依据见附件")
    move_submission(submission, "submit", clerk)
    move_submission(submission, "withdraw", clerk)
    row = submission.rows.filter(sheet="expenditure")[0]
    save(submission, [Change("expenditure", row.pk, row.revision, {**row.cells, "amount": "2500000"})], clerk)
    told = shown(people["clerk"], "budget:compare", submission)
    assert "<del>1,000,000.00</del> <ins>2,500,000.00</ins>" in told


def test_the_log_and_the_versions_speak_without_keys(bare: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(bare, people, "unit")
    explain(submission, people, "依据见附件")
    move_submission(submission, "submit", Actor(people["clerk"]))
    labels = {entry.kind: entry for entry in Entry.objects.filter(kind__in=("submission", "version"))}
    assert labels["version"].label == "某市档案局本级 2027 一上 第 1 版"
    told = shown(people["clerk"], "budget:submission", submission)
    assert "第 1 版 · 一上·送审" in told
    told = shown(people["clerk"], "budget:submission", submission, language="en")
    assert "First round up·Submit" in told
    old = Entry(kind="version", label="某市档案局 2027 second_up 第 3 版")
    assert label_words(old) == "某市档案局 2027 二上 第 3 版"
    assert label_words(Entry(kind="ceiling", label="某市档案馆 general")) == "某市档案馆 一般公共预算"
    assert verb_word("answer", "warninganswer") == "说明理由"
    log = client(people["auditor"]).get(reverse("audit:entries")).content.decode()
    assert "first_up" not in log
    assert str(of(bare, people, "department")) == "某市档案局（部门本身） 2027 一上"


def test_what_is_written_is_acknowledged(bare: BudgetYear, people: dict[str, Any]) -> None:
    submission = of(bare, people, "unit")
    head = client(people["unit_head"])
    address = reverse("budget:comment", args=[submission.pk])
    assert "意见已提交" in head.post(address, {"text": "请核对"}, follow=True).content.decode()
    comment = submission.comments.get()
    reply = {"text": "好", "parent": comment.pk}
    assert "回复已提交" in head.post(address, reply, follow=True).content.decode()
    resolve = reverse("budget:resolve", args=[comment.pk])
    assert "意见已标为已解决" in head.post(resolve, follow=True).content.decode()
    clerk, answer = client(people["clerk"]), reverse("budget:answer", args=[submission.pk])
    reason = {"finding": remarks(submission)[0].key, "reason": "依据见附件"}
    assert "理由已保存" in clerk.post(answer, reason, follow=True).content.decode()
    assert "理由已撤回" in clerk.post(answer, {**reason, "reason": ""}, follow=True).content.decode()
    assert "请写明理由" in clerk.post(answer, {**reason, "reason": " "}, follow=True).content.decode()
    Submission.objects.filter(pk=submission.pk).update(state="head")
    told = shown(people["unit_head"], "budget:submission", submission)
    assert "意见（必填）" in told
