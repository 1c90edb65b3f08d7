"""Django for the tests of the application: a database of their own, people of every role, a server.

SQLite in a file by default; `DATABASE_URL` runs the same tests on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("django", reason="the application's extra is not installed: pip install 'shouzhi[web]'")

_DATA = Path(tempfile.mkdtemp(prefix="shouzhi-web-"))
(_DATA / "static").mkdir()  # the server of static files asks for it
os.environ["SHOUZHI_DATA"] = str(_DATA)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouzhi.web.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop of its own in this thread

import django  # noqa: E402 - after its environment

django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.db import connections  # noqa: E402 - as above
from django.test.utils import (  # noqa: E402 - as above
    setup_databases,
    setup_test_environment,
    teardown_databases,
    teardown_test_environment,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "correct horse battery"  # noqa: S105 - of people who exist only here


@pytest.fixture(scope="session", autouse=True)
def django_database() -> Iterator[None]:
    """A database for this run, made and dropped."""
    setup_test_environment()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for tests only
    connection = connections["default"]
    connection.settings_dict["TEST"]["NAME"] = (
        str(_DATA / "test.sqlite3")  # a file: servers and threads share it
        if connection.vendor == "sqlite"
        else f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # workers share one server
    )
    made = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    yield
    _alone()
    teardown_databases(made, verbosity=0)
    teardown_test_environment()
    shutil.rmtree(_DATA, ignore_errors=True)


def _alone() -> None:
    """End what threads of servers still hold of the database: PostgreSQL drops none that is in use."""
    connections.close_all()
    connection = connections["default"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()


@pytest.fixture
def db(django_database: None) -> Iterator[None]:  # noqa: ARG001 - it must be there
    """A test that sees its own rows only: everything is rolled back."""
    from django.test import TestCase

    class Case(TestCase):
        def runTest(self) -> None:  # noqa: N802 - unittest's name
            """Nothing: only the transaction is wanted."""

    Case.setUpClass()
    case = Case()
    case._pre_setup()  # type: ignore[attr-defined]
    yield
    case._post_teardown()  # type: ignore[attr-defined]
    Case.tearDownClass()


@pytest.fixture
def live_db(django_database: None) -> Iterator[None]:  # noqa: ARG001 - as above
    """A test whose rows other threads and processes see too: everything is flushed afterwards."""
    from importlib import import_module

    from django.core.management import call_command

    yield
    connections.close_all()
    guards = import_module("shouzhi.web.audit.migrations.0002_append_only")
    with connections["default"].schema_editor() as editor:
        guards.unguard(None, editor)
    call_command("flush", verbosity=0, interactive=False)
    with connections["default"].schema_editor() as editor:
        guards.guard(None, editor)


@pytest.fixture
def server(live_db: None) -> Iterator[str]:  # noqa: ARG001 - as above
    """The application on a port of its own; gives its address."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as running:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-sync"]
        flags += ["--disable-background-networking", "--disable-component-update"]
        opened = running.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def people() -> dict[str, Any]:
    """A region with a department of two units, and one person of every role: `world` by key."""
    from web_world import world

    return world()
