"""What a publisher says of the warnings on its release: written before signing, public with the release."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the application's extra is not installed: pip install 'shouzhi[web]'")
pytest.importorskip("typst", reason="typst is not installed")

from django.conf import settings
from django.test import Client

from shouzhi.cycle.building import read
from shouzhi.cycle.moves import Refused
from shouzhi.warehouse.names import department_key
from shouzhi.web.audit.log import Actor
from shouzhi.web.audit.models import Entry
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.disclosure.carrying_out import carry_out
from shouzhi.web.disclosure.models import Release
from shouzhi.web.disclosure.preparing import prepare
from shouzhi.web.disclosure.steps import move_release
from shouzhi.web.laying import lay_out
from shouzhi.web.people.models import Grant
from shouzhi.web.public.explaining import explain
from shouzhi.web.public.keeping import CACHE

pytestmark = pytest.mark.usefixtures("db")
EXAMPLES = Path(__file__).parents[2] / "examples"
SAID = "各数由元换算为万元，四舍五入所致"


@pytest.fixture
def release(people: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    """The example whose tables differ by a cent of 万元 after rounding, prepared to be signed."""
    monkeypatch.setattr(settings, "WAREHOUSE", tmp_path / "warehouse")
    CACHE.clear()
    year = lay_out(read(EXAMPLES / "xiezuo-budget-2024"), people["region"], "second_up", "accepted")
    for role in ("unit_head", "department_finance", "confidentiality"):
        Grant.objects.create(user=people[role], role=role, body=year.department)
    BudgetYear.objects.filter(pk=year.pk).update(state="approved", approved_on=date.today())  # noqa: DTZ011
    year.refresh_from_db()
    yield prepare(year, Actor(people["department_finance"]))
    CACHE.clear()


def publish(release: Release, people: dict[str, Any]) -> None:
    for move, role in (("sign", "unit_head"), ("clear", "confidentiality"), ("publish", "department_finance")):
        move_release(release, move, Actor(people[role]))
    assert carry_out(release)


def test_what_is_said_of_a_warning_is_public_with_the_release(release: Release, people: dict[str, Any]) -> None:
    assert len(release.notes) == 1
    staff = Client()
    staff.force_login(people["department_finance"], backend="django.contrib.auth.backends.ModelBackend")
    page = f"/reports/releases/{release.pk}/"
    assert f'href="{page}"' in staff.get(f"/releases/{release.pk}/").content.decode()
    assert str(release.notes[0]) in staff.get(page).content.decode()
    assert staff.post(page, {"text-0": f"  {SAID} "}).status_code == 302
    assert SAID in staff.get(f"/releases/{release.pk}/").content.decode(), "who signs reads what is said"
    entry = Entry.objects.get(verb="explain")
    assert entry.after == {str(release.notes[0]): SAID}
    publish(release, people)
    assert staff.post(page, {"text-0": "另一句话"}).status_code == 409
    key = department_key(release.body.name)
    public = Client()
    shown = public.get(f"/departments/{key}/2024/").content.decode()
    answered = shown.partition("已答复的问题")[2]
    assert SAID in answered
    assert f'href="/documents/{key}-2024-budget/tables/6/#r' in answered, "and where the figure stands"
    with zipfile.ZipFile(io.BytesIO(public.get("/api/v1/bulk/2024.zip").content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("findings.csv").decode("utf-8-sig"))))
    assert [(row["severity"], row["answer"], row["in_table"]) for row in rows] == [("rounding", SAID, "5")]


def test_a_warning_of_which_nothing_is_said_is_not_told(release: Release, people: dict[str, Any]) -> None:
    note = str(release.notes[0])
    finance = Actor(people["department_finance"])
    explain(release, {note: SAID}, finance)
    explain(release, {note: " "}, finance)
    publish(release, people)
    page = Client().get(f"/departments/{department_key(release.body.name)}/2024/").content.decode()
    assert "已答复的问题" not in page
    with pytest.raises(Refused, match="签批之后"):
        explain(release, {note: SAID}, finance)
