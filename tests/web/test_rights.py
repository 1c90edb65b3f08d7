"""Every page and every move held against every role, inside their range and outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from addresses import asked_of, of_api, patterns
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from samples import PLACED, SAMPLES, Sample, things
from web_world import PLACES

from shouzhi.catalogue.workflows import rights, workflows
from shouzhi.cycle.moves import Refused, attempt
from shouzhi.web.pages import Asked
from shouzhi.web.people.models import Body, Grant
from shouzhi.web.people.rights import roles_at

pytestmark = pytest.mark.usefixtures("db")
ADDRESSES = patterns()
ROLES = (*PLACES, "nobody", None)
DONE = range(200, 400)


def test_every_view_says_what_it_asks() -> None:
    silent = [
        name
        for name, one in ADDRESSES.items()
        if not of_api(name) and not isinstance(asked_of(one), Asked)
    ]
    assert not silent, f"made without @page, @public or @signed_in: {silent}"


def test_every_action_is_known() -> None:
    actions = {
        asked_of(one).action for one in ADDRESSES.values() if asked_of(one)
    } - {None, ""}
    assert actions <= rights().actions.keys()


def test_every_address_has_a_sample() -> None:
    unknown = [name for name, one in ADDRESSES.items() if name not in SAMPLES and not of_api(name)]
    assert not unknown, f"add these to tests/web/samples.py: {unknown}"


def test_only_pages_without_a_right_are_of_everybody() -> None:
    """A page that changes something and asks for no right is a decision, not an oversight."""
    free = {
        n
        for n, one in ADDRESSES.items()
        if getattr(asked_of(one), "action", "x") is None
    }
    posted = {n for n in free if "POST" in asked_of(ADDRESSES[n]).methods}
    assert {n for n in posted if not n.startswith("public:")} == {"language", "people:login"}


@pytest.fixture
def scene(people: dict[str, Any]) -> dict[str, Any]:
    """Things inside the range of everybody with a role, and things in a department next door."""
    other = people["other_department"]
    next_door = Body.objects.create(parent=other, kind="unit", name="某市气象台", code="102001")
    return {
        **people,
        "inside": things(people, people["department"], people["unit"]),
        "outside": things(people, other, next_door),
        "inside_places": {"unit": people["unit"], "department": people["department"]},
        "outside_places": {"unit": next_door, "department": other},
    }


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(scene: dict[str, Any], role: str | None, method: str, address: str) -> HttpResponse:
    client = Client(raise_request_exception=False)
    with taken_back():
        if role is not None:
            client.force_login(scene[role], backend="django.contrib.auth.backends.ModelBackend")
        answer: Any = client.generic(method, address)
        if answer.streaming:
            list(answer.streaming_content)
    return answer  # type: ignore[no-any-return]


def expected(  # noqa: PLR0911 - one answer a case
    scene: dict[str, Any], asked: Asked, role: str | None, sample: Sample, where: str
) -> str:
    """What must come: `done`, `login`, `refused` (403) or `unknown` (404)."""
    if asked.action is None:
        return "done"
    if role is None:
        return "login"
    if asked.action == "":
        return "done"
    holds = role in rights().actions[asked.action]
    if sample.thing is None or sample.thing not in PLACED:
        return "done" if holds else "refused"
    place = scene[f"{where}_places"][PLACED[sample.thing]]
    stands = scene[PLACES[role]].path if role in PLACES else ""
    reached = bool(stands) and place.path.startswith(stands)
    reached = reached or (asked.below and stands.startswith(place.path))
    if asked.below and role in PLACES:
        reached = reached or scene[PLACES[role]].path.startswith(place.path)
    if not asked.placed:  # the view finds the thing itself: unknown outside of one's range
        return "refused" if not holds else "done" if reached else "unknown"
    if not reached:
        return "unknown"
    return "done" if holds else "refused"


@pytest.mark.parametrize("name", [name for name in ADDRESSES if name in SAMPLES])
def test_rights(scene: dict[str, Any], name: str) -> None:
    sample, asked = SAMPLES[name], asked_of(ADDRESSES[name])
    wrong = []
    for where in ("inside", "outside") if sample.thing else ("inside",):
        parts = dict(sample.more)
        if sample.thing:
            thing = scene[where][sample.thing]
            parts[sample.key] = thing.number if sample.key == "number" else thing.pk
        address = reverse(name, kwargs=parts)
        for role in ROLES:
            for method in asked.methods:
                status = ask(scene, role, method, address).status_code
                want = expected(scene, asked, role, sample, where)
                if not fits(want, status, sample):
                    wrong.append(f"{method} {where} {role}: {status}, not {want}")
    assert not wrong, f"{name}:\n" + "\n".join(wrong)


def fits(want: str, status: int, sample: Sample) -> bool:
    if want == "login":
        return status == 302
    if want == "refused":
        return status == 403
    if want == "unknown":
        return status == 404
    # Reached: done, or told what is wrong with an empty form; never refused, never a fault.
    return status in DONE or status in {400, 409, 413, 415, 422} or (status == 404 and sample.empty)


def test_an_anonymous_visitor_is_asked_to_sign_in(people: dict[str, Any]) -> None:
    answer = Client().get(reverse("people:body", args=[people["unit"].pk]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/?next=/organisation/")
    told = Client().get(
        reverse("people:body", args=[people["unit"].pk]), headers={"Accept": "application/json"}
    )
    assert told.status_code == 401


MOVES = [(flow, move.key) for flow, found in workflows().items() for move in found.moves]


@pytest.mark.parametrize(("flow", "key"), MOVES, ids=str)
def test_a_move_is_of_its_roles_in_their_range(people: dict[str, Any], flow: str, key: str) -> None:
    """With every condition met, a move is made by its roles at the body, and by nobody else."""
    workflow = workflows()[flow]
    move = workflow.move(key)
    met = dict.fromkeys(move.conditions, lambda: None)
    next_door = Body.objects.create(
        parent=people["other_department"], kind="unit", name="某市气象台"
    )
    for role in (*PLACES, "nobody"):
        for body, reached in ((people["unit"], True), (next_door, PLACES.get(role) == "region")):
            allowed = role in move.roles and reached
            for state in workflow.states:
                may = allowed and state in move.sources
                try:
                    attempt(workflow, key, state, roles_at(people[role], body), met, "意见")
                except Refused:
                    assert not may, (role, body, state)
                else:
                    assert may, (role, body, state)


def test_a_role_counts_between_its_days(people: dict[str, Any]) -> None:
    """Neither before its first day nor after its last."""
    from datetime import timedelta

    from django.utils import timezone

    from shouzhi.web.people.models import User

    today = timezone.localdate()
    day = timedelta(days=1)
    for begins, ends, may in (
        (today, today, True), (today + day, None, False), (today - day, today - day, False), (today - day, None, True),
    ):  # fmt: skip
        user = User.objects.create_user(f"{begins}-{ends}", name="某人")
        Grant.objects.create(
            user=user, role="auditor", body=people["unit"], valid_from=begins, valid_to=ends
        )
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        status = client.get(reverse("people:body", args=[people["unit"].pk])).status_code
        assert (status == 200) is may, (begins, ends)


def test_who_is_shut_out_is_out_at_once(people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["clerk"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/work/").status_code == 200
    people["clerk"].is_active = False
    people["clerk"].save()
    assert client.get("/work/").status_code == 302
