"""A small world for the tests of the application: a region, a department, two units, people."""

from __future__ import annotations

from typing import Any

PASSWORD = "correct horse battery"  # noqa: S105 - of people who exist only here

# Where each role is granted: the region's people see every department, the others their own.
PLACES = {
    "clerk": "unit", "unit_head": "unit", "department_finance": "department", "reviewer": "department",
    "budget_division": "region", "performance_division": "region", "confidentiality": "department",
    "auditor": "region", "administrator": "region",
}  # fmt: skip


def world() -> dict[str, Any]:
    """Bodies by `region`, `department`, `unit`, `other_unit`, `other_department`; users by role."""
    from shouzhi.web.people.models import Body, Grant, User

    region = Body.objects.create(kind="region", name="某省某市", code="990000", level="city")
    made: dict[str, Any] = {"region": region}
    made["department"] = Body.objects.create(parent=region, kind="department", name="某市档案局", code="101")
    made["other_department"] = Body.objects.create(parent=region, kind="department", name="某市气象局", code="102")
    for place, (key, name) in enumerate((("unit", "某市档案局本级"), ("other_unit", "某市档案馆"))):
        made[key] = Body.objects.create(
            parent=made["department"], kind="unit", name=name, code=f"10100{place + 1}", nature="行政单位", order=place
        )
    for role, place_of in PLACES.items():
        user = User.objects.create_user(role, PASSWORD, name=role)
        Grant.objects.create(user=user, role=role, body=made[place_of])
        made[role] = user
    made["nobody"] = User.objects.create_user("nobody", PASSWORD, name="nobody")
    return made
