"""The audit log: a chain in which every change shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from shouzhi.web.audit.log import Actor, record, verify
from shouzhi.web.audit.models import AppendOnly, Entry

pytestmark = pytest.mark.usefixtures("db")


def _written(people: dict[str, Any], count: int = 5) -> list[Entry]:
    with transaction.atomic():
        for number in range(count):
            record(Actor(people["clerk"]), "rows", people["unit"], after={"number": number})
    return list(Entry.objects.order_by("number"))


def test_a_chain_holds(people: dict[str, Any]) -> None:
    _written(people)
    assert list(verify()) == []


@pytest.mark.parametrize("column", ["comment", "actor_name", "after"])
def test_a_changed_entry_shows(people: dict[str, Any], column: str) -> None:
    entry = _written(people)[2]
    with connection.cursor() as cursor:
        _without_guards(cursor)
        cursor.execute(f"UPDATE audit_entry SET {column} = %s WHERE id = %s", ['"x"', entry.pk])  # noqa: S608 - a name of ours
    assert [broken.number for broken in verify()] == [entry.number]


def test_a_missing_entry_shows(people: dict[str, Any]) -> None:
    entry = _written(people)[2]
    with connection.cursor() as cursor:
        _without_guards(cursor)
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [entry.pk])
    assert {broken.number for broken in verify()} == {entry.number + 1}


def test_entries_are_only_added(people: dict[str, Any]) -> None:
    entry = _written(people)[0]
    with pytest.raises(AppendOnly):
        entry.save()
    with pytest.raises(AppendOnly):
        entry.delete()


def test_nothing_is_recorded_outside_a_transaction() -> None:
    """The test's own transaction hides this, so the rule is asked of the code."""
    assert "in_atomic_block" in record.__code__.co_names


def _without_guards(cursor: Any) -> None:
    """As somebody with the database in hand would: the triggers away first."""
    if connection.vendor == "sqlite":
        cursor.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
        cursor.execute("DROP TRIGGER IF EXISTS audit_entry_no_delete")
    else:
        cursor.execute("SET LOCAL session_replication_role = replica")
