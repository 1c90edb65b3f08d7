"""A release that is cut short: killed at its steps, nothing of it is half done, and the rest is caught up."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from killing import at_every_step

from shouzhi.cycle.building import read
from shouzhi.cycle.raw import RawBook
from shouzhi.publish.files import files
from shouzhi.web.audit.log import Actor, verify
from shouzhi.web.audit.models import Entry
from shouzhi.web.budget.models import BudgetYear, Step
from shouzhi.web.budget.rows import raw, replace
from shouzhi.web.disclosure import preparing, steps
from shouzhi.web.disclosure.carrying_out import carry_missing, sweep
from shouzhi.web.disclosure.models import Release
from shouzhi.web.disclosure.preparing import changed_files, prepare
from shouzhi.web.disclosure.steps import move_release
from shouzhi.web.laying import lay_out
from shouzhi.web.people.models import Grant

pytestmark = pytest.mark.usefixtures("live_db")
BOOK = Path(__file__).parents[2] / "examples" / "xiezuo-budget-2017"


@pytest.fixture
def year(people: dict[str, Any]) -> BudgetYear:
    made = lay_out(read(BOOK), people["region"], "second_up", "accepted")
    for role in ("unit_head", "department_finance", "confidentiality"):
        Grant.objects.create(user=people[role], role=role, body=made.department)
    made.state, made.approved_on = "approved", date(2017, 2, 1)
    made.save()
    return made


@pytest.fixture(autouse=True)
def without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The formats that are written without threads of their own: a child that was forked has none.

    PDF (and Word, which asks it for page numbers) are laid out by a pool of threads, and the
    warehouse's writer has one too; what is cut short here is the order of files and rows.
    """
    monkeypatch.setattr(preparing, "files", partial(files, formats=("html", "xlsx")))
    monkeypatch.setattr(steps, "carry_out", lambda _: False)


def folders() -> set[str]:
    root = Path(settings.MEDIA_ROOT) / "releases"
    return {path.name for path in root.iterdir()} if root.is_dir() else set()


def test_a_release_cut_short_is_not_there(year: BudgetYear, people: dict[str, Any]) -> None:
    def whole() -> bool:
        assert list(verify()) == []
        release = Release.objects.first()
        assert (release is not None) == Entry.objects.filter(verb="release").exists()
        assert release is None or changed_files(release) == []
        return release is not None

    finance = Actor(people["department_finance"])
    assert at_every_step(lambda: prepare(year, finance), whole, every=3)
    sweep()
    assert folders() == {Release.objects.get().folder}


def test_a_publication_cut_short_is_made_up_for(year: BudgetYear, people: dict[str, Any]) -> None:
    finance = Actor(people["department_finance"])
    release = prepare(year, finance)
    move_release(release, "sign", Actor(people["unit_head"]))
    move_release(release, "clear", Actor(people["confidentiality"]))

    def whole() -> bool:
        assert list(verify()) == []
        release.refresh_from_db()
        published = release.state == "published"
        assert published == (release.published_at is not None)
        assert published == Step.objects.filter(move="publish").exists()
        return published

    assert at_every_step(lambda: move_release(release, "publish", finance), whole)
    assert carry_missing() == 1
    release.refresh_from_db()
    assert release.carried
    assert carry_missing() == 0


def test_an_import_cut_short_changes_nothing(year: BudgetYear, people: dict[str, Any]) -> None:
    submission = year.submissions.exclude(unit=year.department).filter(rows__sheet="expenditure").first()
    assert submission is not None
    type(submission).objects.filter(pk=submission.pk).update(state="drafting")
    BudgetYear.objects.filter(pk=year.pk).update(state="second_up")
    submission.refresh_from_db()
    before = raw(submission)
    few = RawBook("few", sheets={"income": before.sheets["income"][:3]})

    def whole() -> bool:
        assert list(verify()) == []
        rows = submission.rows.count()
        assert rows in {sum(map(len, before.sheets.values())) - len(before.sheets["units"]), 3}
        assert (rows == 3) == Entry.objects.filter(verb="import").exists()
        return rows == 3

    who = Actor(people["department_finance"])
    assert at_every_step(lambda: replace(submission, few, who, "导入"), whole)
