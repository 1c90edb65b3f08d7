"""Whose document it is, where a department and its own office share a name; and the register of what came."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from desk_papers import paper
from desk_steps import at_the_desk, only, post, shown, signed_in, upload

from shouzhi.cycle.building import read
from shouzhi.web.laying import lay_out

EXAMPLES = Path(__file__).parents[2] / "examples"

if TYPE_CHECKING:
    from shouzhi.web.desk.models import Document
    from shouzhi.web.people.models import Body


@pytest.fixture
def desk(db: None, people: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - the database first
    """A reviewer at the desk of a region where every department has an office of its own name."""
    from shouzhi.web.people.models import Body

    made = at_the_desk(people)
    department = made["department"]
    made["office"] = Body.objects.create(parent=department, kind="unit", name=department.name)
    return made


def _read(desk: dict[str, Any], name: str, **told: Any) -> Document:
    return only(upload(desk["at"], desk["region"], [(name, paper(**told))]))


def _filed(name: str, scope: str, region: Body) -> Body | None:
    from shouzhi.web.desk.subjects import body_named

    return body_named(name, scope, region)


def test_a_department_is_told_from_its_own_office(desk: dict[str, Any]) -> None:
    name = desk["department"].name
    assert _filed(name, "department", desk["region"]) == desk["department"]
    assert _filed(name, "unit", desk["region"]) == desk["office"]
    assert _filed(name, "", desk["region"]) == desk["department"]
    document = _read(desk, "a.html")
    assert document.department == name
    assert document.body == desk["department" if document.scope != "unit" else "office"]


def test_two_of_a_name_side_by_side_are_left_to_the_reviewer_who_is_asked_once(
    desk: dict[str, Any],
) -> None:
    from shouzhi.web.desk.models import Document
    from shouzhi.web.people.models import Body

    name = desk["department"].name
    twin = Body.objects.create(parent=desk["region"], kind="department", name=name)
    document = _read(desk, "a.html")
    assert document.body == desk["region"], "nobody can tell which"
    given = {"kind": document.kind, "year": document.year, "department": name}
    given |= {"scope": "department", "body": twin.pk, "revision": document.revision}
    assert post(desk["at"], "recognise", document.pk, **given).status_code == 302
    assert Document.objects.get(pk=document.pk).body == twin
    assert _read(desk, "b.html", archives="1,010.00").body == twin, "known from then on"


def test_what_was_published_from_here_stands_in_the_register(desk: dict[str, Any]) -> None:
    from shouzhi.web.disclosure.models import Release

    year = lay_out(read(EXAMPLES / "xiezuo-budget-2024"), desk["region"], "second_up", "accepted")
    division = signed_in(desk["budget_division"])
    assert "由本系统公开" not in shown(division, "register", query="?year=2024")
    year.state, year.approved_on = "approved", date(2024, 2, 2)
    year.save()
    page = shown(division, "register", query="?year=2024")
    assert "应于 2024-02-22" in page, "the reply to the department is known here"
    Release.objects.create(
        budget_year=year, number=1, title="2024 年部门预算", state="published", edition=year.edition,
        folder="x", manifest={}, hash="0" * 64, prepared_by=desk["department_finance"],
        published_at=datetime(2024, 2, 20, 2, tzinfo=UTC),
    )  # fmt: skip
    page = shown(division, "register")
    assert "由本系统公开" in page, "it opens on the last years of which anything is known"
    assert "按期公开</span> 1" in page


def test_departments_that_no_body_was_found_for_are_not_mixed(desk: dict[str, Any]) -> None:
    """Each has its own figures side by side, and none is ticked to be checked against another."""
    sent = [(f"{n}.html", paper(name)) for n, name in enumerate(("无名之局", "另一个局"))]
    upload(desk["at"], desk["region"], sent)
    page = shown(desk["at"], "department", desk["region"].pk)
    assert "<caption>无名之局</caption>" in page
    assert "<caption>另一个局</caption>" in page
    assert " checked" not in page
