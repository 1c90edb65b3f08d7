"""Organisation and people: bodies with their line of descent, staff, roles; audited, never stale."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, verify
from shouzhi.web.audit.models import Entry
from shouzhi.web.people import descent, services
from shouzhi.web.people.models import Body, Descent, Grant, Staffing, User
from shouzhi.web.people.rights import can

pytestmark = pytest.mark.usefixtures("db")
ON = date(2027, 1, 1)


@pytest.fixture
def admin(people: dict[str, Any]) -> Client:
    """The administrator's browser."""
    client = Client()
    client.force_login(people["administrator"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, page: str, pk: int, /, **told: Any) -> Any:
    return client.post(reverse(f"people:{page}", args=[pk]), told)


def body_form(body: Body, **told: Any) -> dict[str, Any]:
    return {
        "name": body.name,
        "code": body.code,
        "nature": body.nature,
        "valid_from": body.valid_from,
        "revision": body.revision,
        **told,
    }


def test_a_body_is_made_and_corrected(admin: Client, people: dict[str, Any]) -> None:
    answer = post(
        admin,
        "new-body",
        people["department"].pk,
        kind="unit",
        name="某市档案学校",
        code="101003",
        valid_from="2026-01-01",
    )
    assert answer.status_code == 302
    made = Body.objects.get(code="101003")
    assert made.path == f"{people['department'].path}{made.pk}/"
    assert (
        post(admin, "edit-body", made.pk, **body_form(made, name="某市档案中学")).status_code == 302
    )
    made.refresh_from_db()
    assert (made.name, made.revision) == ("某市档案中学", 1)
    last: Any = Entry.objects.first()
    assert (last.verb, last.before["name"], last.after["name"]) == (
        "edit",
        "某市档案学校",
        "某市档案中学",
    )
    assert not list(verify())


def test_a_stale_edit_is_refused_with_both_versions(admin: Client, people: dict[str, Any]) -> None:
    unit = people["unit"]
    seen = body_form(unit)
    assert post(admin, "edit-body", unit.pk, **{**seen, "name": "他人改的名称"}).status_code == 302
    late = post(admin, "edit-body", unit.pk, **{**seen, "name": "迟到的名称"})
    told = late.content.decode()
    assert late.status_code == 409
    assert "迟到的名称" in told
    assert "他人改的名称" in told
    assert Body.objects.get(pk=unit.pk).name == "他人改的名称"
    again = post(admin, "edit-body", unit.pk, **{**seen, "name": "迟到的名称", "revision": 1})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("told", "why"),
    [({"name": ""}, "name"), ({"valid_from": "2030-13-01"}, "valid_from"), ({"valid_from": "0001-01-01"}, "valid_from"),
     ({"valid_to": "1999-01-01"}, "valid_to"), ({"name": "x" * 121}, "name"), ({"nature": "没有的性质"}, "nature")],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field(
    admin: Client, people: dict[str, Any], told: dict[str, str], why: str
) -> None:
    answer = post(admin, "edit-body", people["unit"].pk, **body_form(people["unit"], **told))
    assert answer.status_code == 422
    assert f'id="id_{why}"' in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert Body.objects.get(pk=people["unit"].pk).revision == 0


def test_order(admin: Client, people: dict[str, Any]) -> None:
    keys = [people["unit"].pk, people["other_unit"].pk]
    assert (
        post(admin, "order", people["department"].pk, keys=keys, move=keys[1], way="up").status_code
        == 302
    )
    assert [unit.pk for unit in people["department"].units()] == keys[::-1]
    stale = post(
        admin,
        "order",
        people["department"].pk,
        keys=[*keys, people["region"].pk],
        move=keys[1],
        way="up",
    )
    assert stale.status_code == 409


def test_a_renamed_department_goes_on_with_all_it_has(people: dict[str, Any]) -> None:
    """The past keeps the old name; units, roles and rights go along."""
    old, who = people["department"], Actor(people["administrator"])
    new = descent.rename(old, descent.New("某市档案馆局"), ON, "某编〔2026〕1号", 0, who)
    old.refresh_from_db()
    assert (old.name, old.valid_to) == ("某市档案局", ON - timedelta(days=1))
    assert [unit.name for unit in new.units()] == ["某市档案局本级", "某市档案馆"]
    assert all(unit.valid_from == ON for unit in new.units())
    assert [unit.valid_to for unit in old.units()] == [ON - timedelta(days=1)] * 2
    assert {given.role for given in new.grants.all()} == {
        "department_finance",
        "reviewer",
        "confidentiality",
    }
    assert all(given.valid_from == ON for given in new.grants.all())
    origins, successions = descent.line_of(new)
    assert [(line.kind, line.predecessor) for line in origins] == [("renamed", old)]
    assert not successions
    assert Descent.objects.filter(kind="moved").count() == 2
    third = descent.rename(
        new, descent.New("某市史志档案局"), date(2029, 1, 1), "某编〔2028〕9号", new.revision, who
    )
    assert [line.predecessor for line in descent.line_of(third)[0]] == [new, old], (
        "the whole line is told"
    )
    assert not list(verify())


def test_bodies_merge_into_one_of_them_or_a_new_one(people: dict[str, Any], admin: Client) -> None:
    unit, other = people["unit"], people["other_unit"]
    told = {
        "others": [other.pk],
        "into": unit.pk,
        "on": "2027-01-01",
        "document": "某编〔2026〕2号",
    }
    assert post(admin, "merge", unit.pk, **told).status_code == 302
    other.refresh_from_db()
    unit.refresh_from_db()
    assert other.valid_to == ON - timedelta(days=1)
    assert unit.valid_to is None
    line = Descent.objects.get()
    assert (line.kind, line.predecessor, line.successor) == ("merged", other, unit)
    third = services.create_body(
        people["department"],
        "unit",
        {"name": "某市方志馆", "valid_from": date(2020, 1, 1)},
        Actor(people["administrator"]),
    )
    made = descent.merge(
        [unit, third],
        descent.New("某市史志馆", "101009"),
        date(2028, 1, 1),
        "某编〔2027〕3号",
        Actor(people["administrator"]),
    )
    assert {origin.predecessor for origin in descent.line_of(made)[0]} == {unit, third, other}
    assert {given.role for given in made.grants.all()} == {"clerk", "unit_head"}


def test_what_cannot_merge(people: dict[str, Any]) -> None:
    who = Actor(people["administrator"])
    with pytest.raises(Refused, match="至少"):
        descent.merge([people["unit"]], people["unit"], ON, "", who)
    with pytest.raises(Refused, match="同类"):
        descent.merge([people["unit"], people["other_department"]], descent.New("x"), ON, "", who)
    with pytest.raises(Refused, match="设立"):
        descent.merge(
            [people["unit"], people["other_unit"]], descent.New("x"), date(1999, 1, 1), "", who
        )
    with pytest.raises(Refused, match="根"):
        descent.rename(people["region"], descent.New("x"), ON, "", 0, who)
    assert not Descent.objects.exists()


def test_a_department_splits_and_its_units_are_dealt_out(
    people: dict[str, Any], admin: Client
) -> None:
    department, unit, other = people["department"], people["unit"], people["other_unit"]
    told = {
        "name_1": "某市史志局", "code_1": "103", "name_2": "某市方志局", "code_2": "104", "on": "2027-01-01",
        "document": "某编〔2026〕4号", "goes_on": "on",
        f"child_{other.pk}": "2", f"child_{unit.pk}": "0", "revision": "0",
    }  # fmt: skip
    gap = post(admin, "split", department.pk, **{**told, "name_2": ""})
    assert gap.status_code == 422, "a unit cannot go to a body without a name"
    assert post(admin, "split", department.pk, **told).status_code == 302
    first, second = Body.objects.filter(kind="department", valid_from=ON).order_by("code")
    assert [child.name for child in second.children.all()] == [other.name]
    assert not first.children.exists()
    department.refresh_from_db()
    unit.refresh_from_db()
    assert department.valid_to is None
    assert unit.valid_to is None


def test_staff_by_year(admin: Client, people: dict[str, Any]) -> None:
    unit = people["unit"]
    told = {"year": 2027, "established": 30, "in_post": 28, "retired": 5}
    assert post(admin, "staff", unit.pk, **told, revision=0).status_code == 302
    assert Staffing.objects.get(unit=unit, year=2027).in_post == 28
    assert post(admin, "staff", unit.pk, **{**told, "in_post": 29}, revision=1).status_code == 302
    late = post(admin, "staff", unit.pk, **{**told, "in_post": 27}, revision=1)
    assert late.status_code == 409
    assert "29" in late.content.decode()
    assert post(admin, "staff", unit.pk, **{**told, "in_post": -1}, revision=2).status_code == 422


def test_a_person_from_first_to_last_day(admin: Client, people: dict[str, Any]) -> None:
    """Made with a password for once, changed at the first sign-in, given a role, shut out."""
    unit = people["unit"]
    answer = admin.post(
        reverse("people:new-user"),
        {"username": "zhang", "name": "张某", "home": unit.pk},
        follow=True,
    )
    user = User.objects.get(username="zhang")
    password = _between(answer.content.decode(), '<code class="password">', "</code>")
    assert password not in admin.get(reverse("people:user", args=[user.pk])).content.decode(), (
        "shown once"
    )
    assert password not in "".join(str(entry.after) for entry in Entry.objects.all())
    own = Client()
    assert own.post("/login/", {"username": "zhang", "password": password}).status_code == 302
    assert own.get("/work/").headers["Location"] == "/password/"
    assert own.get("/work/", headers={"Accept": "application/json"}).status_code == 403
    chosen = "一个足够长的新密码 2027"
    changed = own.post(
        "/password/", {"old_password": password, "new_password1": chosen, "new_password2": chosen}
    )
    assert changed.headers["Location"] == "/work/"
    assert own.get("/work/").status_code == 200
    assert own.get(reverse("people:body", args=[unit.pk])).status_code == 404, "no role yet"
    told = {"role": "clerk", "body": unit.pk, "since": timezone.localdate().isoformat()}
    assert post(admin, "give", user.pk, **told).status_code == 302
    assert own.get(reverse("people:body", args=[unit.pk])).status_code == 200
    assert post(admin, "switch", user.pk, active="0").status_code == 302
    assert own.get("/work/").status_code == 302
    assert [e.verb for e in Entry.objects.filter(kind="user", object_id=str(user.pk)).order_by("number")] == [
        "create", "sign-in", "password", "grant", "deactivate",
    ]  # fmt: skip


def _between(text: str, begin: str, end: str) -> str:
    return text.partition(begin)[2].partition(end)[0]


def test_a_new_password_ends_the_sessions(admin: Client, people: dict[str, Any]) -> None:
    own = Client()
    own.force_login(people["clerk"], backend="django.contrib.auth.backends.ModelBackend")
    assert own.get("/work/").status_code == 200
    assert post(admin, "new-password", people["clerk"].pk).status_code == 302
    assert own.get("/work/").status_code == 302


def test_nobody_gives_rights_to_themselves(admin: Client, people: dict[str, Any]) -> None:
    me = people["administrator"]
    told = {"role": "clerk", "body": people["unit"].pk, "since": "2026-01-01"}
    assert post(admin, "give", me.pk, **told).status_code == 409
    assert post(admin, "switch", me.pk, active="0").status_code == 409
    assert post(admin, "new-password", me.pk).status_code == 409
    assert not Grant.objects.filter(user=me, role="clerk").exists()


def test_an_administrator_takes_no_part_in_the_budget(
    admin: Client, people: dict[str, Any]
) -> None:
    told = {"role": "administrator", "body": people["unit"].pk, "since": "2026-01-01"}
    answer = post(admin, "give", people["clerk"].pk, **told)
    assert answer.status_code == 409
    assert "不参与编审" in answer.content.decode()


def test_an_administrator_of_a_department_keeps_to_it(people: dict[str, Any]) -> None:
    """Neither roles outside of it, nor the passwords of people who reach further."""
    who = User.objects.create_user("local", name="部门管理员", home=people["department"])
    Grant.objects.create(user=who, role="administrator", body=people["department"])
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("people:user", args=[people["clerk"].pk])).status_code == 200
    for role in ("auditor", "budget_division", "administrator"):
        assert post(client, "new-password", people[role].pk).status_code == 404
    told = {"role": "auditor", "body": people["region"].pk, "since": "2026-01-01"}
    assert post(client, "give", people["clerk"].pk, **told).status_code == 422
    with pytest.raises(Refused, match="范围"):
        services.grant(people["clerk"], "auditor", people["region"], ON, None, Actor(who))
    assert (
        client.get(reverse("people:edit-body", args=[people["other_department"].pk])).status_code
        == 404
    )
    assert "budget_division" not in client.get(reverse("people:users")).content.decode()


def test_an_ended_role_ends_today(admin: Client, people: dict[str, Any]) -> None:
    given = Grant.objects.get(user=people["clerk"])
    assert post(admin, "end-role", given.pk).status_code == 302
    given.refresh_from_db()
    assert given.valid_to == timezone.localdate()
    assert can(User.objects.get(pk=people["clerk"].pk), "budget.enter", people["unit"]), (
        "its last day is today"
    )


def test_the_tree_shows_a_day(admin: Client, people: dict[str, Any]) -> None:
    descent.rename(
        people["other_unit"], descent.New("某市新馆"), ON, "某编", 0, Actor(people["administrator"])
    )
    address = reverse("people:bodies")
    now, later = (
        admin.get(address, {"on": day}).content.decode() for day in ("2026-06-01", "2027-06-01")
    )
    assert "某市档案馆" in now
    assert "某市新馆" not in now
    assert "某市新馆" in later
    assert ">某市档案馆<" not in later


def test_the_log_is_filtered_and_shows_what_changed(admin: Client, people: dict[str, Any]) -> None:
    services.edit_body(
        people["unit"],
        {"name": "=cmd|' /C calc'!A0"},
        0,
        Actor(people["administrator"], "10.0.0.7"),
    )
    services.edit_body(people["other_unit"], {"name": "别的"}, 0, Actor(people["administrator"]))
    address = reverse("audit:entries")
    shown = admin.get(
        address,
        {
            "label": "cmd",
            "verb": "edit",
            "kind": "body",
            "person": "admin",
            "body": people["unit"].pk,
        },
    )
    assert "1 条记录" in shown.content.decode()
    assert "0 条记录" in admin.get(address, {"until": "2020-01-01"}).content.decode()
    assert (
        "2 条记录"
        in admin.get(address, {"since": timezone.localdate().isoformat()}).content.decode()
    )
    number = Entry.objects.get(address="10.0.0.7").number
    entry = admin.get(reverse("audit:entry", args=[number])).content.decode()
    assert "<del>某市档案局本级</del>" in entry
    assert "内容与校验码相符" in entry
    english = Client()
    english.cookies["lang"] = "en"
    english.force_login(people["auditor"], backend="django.contrib.auth.backends.ModelBackend")
    assert "Matches its hash" in english.get(reverse("audit:entry", args=[number])).content.decode()


def test_an_export_starts_no_formula(admin: Client, people: dict[str, Any]) -> None:
    services.edit_body(
        people["unit"], {"name": '=HYPERLINK("http://x")'}, 0, Actor(people["administrator"])
    )
    answer: Any = admin.get(reverse("audit:export"))
    text = b"".join(answer.streaming_content).decode()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "'=HYPERLINK" in text
    assert not [
        cell
        for line in text.splitlines()
        for cell in line.split(",")
        if cell.lstrip('"').startswith("=")
    ]
