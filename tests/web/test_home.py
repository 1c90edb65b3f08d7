"""The first page: what waits for whom."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.models import BudgetYear, Deadline
from shouzhi.web.budget.rounds import move_year

pytestmark = pytest.mark.usefixtures("db")


def test_a_submission_waits_for_its_clerk_and_nobody_else(people: dict[str, Any]) -> None:
    year = BudgetYear.objects.create(department=people["department"], year=2027)
    Deadline.objects.create(budget_year=year, state="first_up", due=date(2026, 8, 31))
    move_year(year, "open_first", Actor(people["budget_division"]))
    shown = {}
    for role in ("clerk", "unit_head", "auditor"):
        client = Client()
        client.force_login(people[role])
        shown[role] = client.get("/work/").content.decode()
    assert "填报中" in shown["clerk"]
    assert "填报中" not in shown["unit_head"]
    assert "填报中" not in shown["auditor"]
