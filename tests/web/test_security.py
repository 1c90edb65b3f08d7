"""Security: deployment check, sign-in, sessions, cookies, redirects, uploads, exports."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from web_world import PASSWORD

from shouzhi.cycle.moves import Refused
from shouzhi.web.exports import neutral
from shouzhi.web.uploads import accept

pytestmark = pytest.mark.usefixtures("db")


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "SHOUZHI_HTTPS": "1",
        "SHOUZHI_HOSTS": "budget.example.cn",
        "SHOUZHI_SERVING": "1",
    }
    environment |= {"SHOUZHI_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "shouzhi.web.settings"}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # of the tests' own browser
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "0 silenced" in done.stdout


def test_cookies_are_out_of_reach_of_scripts(people: dict[str, Any]) -> None:
    client = Client()
    answer = client.post("/login/", {"username": "clerk", "password": PASSWORD})
    assert people["clerk"].username == "clerk"
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"], "it ends with the browser"


def test_by_https_cookies_travel_by_nothing_else(tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "plain = Client().get('/login/', headers={'host': 'budget.example.cn'})\n"
        "safe = Client().get('/login/', headers={'host': 'budget.example.cn', 'X-Forwarded-Proto': 'https'})\n"
        "print(plain.status_code, plain.headers.get('Location'), safe.status_code,"
        " bool(safe.cookies['csrftoken']['secure']),"
        " safe.headers['Strict-Transport-Security'])\n"
    )
    environment = {key: text for key, text in os.environ.items() if key != "DATABASE_URL"}
    environment |= {
        "SHOUZHI_HTTPS": "1",
        "SHOUZHI_HOSTS": "budget.example.cn",
        "SHOUZHI_DATA": str(tmp_path),
    }
    environment |= {"DJANGO_SETTINGS_MODULE": "shouzhi.web.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    told = done.stdout.split(" ", 4)
    assert told[:4] == ["301", "https://budget.example.cn/login/", "200", "True"], done.stderr
    assert "max-age=31536000; includeSubDomains; preload" in told[4]


def test_sign_in_is_locked_after_five_failures(people: dict[str, Any]) -> None:
    client = Client()
    statuses = [
        client.post("/login/", {"username": "clerk", "password": f"wrong {n}"}).status_code
        for n in range(6)
    ]
    assert statuses[:4] == [200] * 4
    assert statuses[5] == 429
    locked = client.post("/login/", {"username": "clerk", "password": PASSWORD})
    assert locked.status_code == 429, "the right password too"
    assert "请 15 分钟后再试" in locked.content.decode()
    assert (
        Client().post("/login/", {"username": "auditor", "password": PASSWORD}).status_code == 302
    ), "others are not"
    from shouzhi.web.audit.log import Actor
    from shouzhi.web.audit.models import Entry
    from shouzhi.web.people.services import give_password

    assert Entry.objects.filter(verb="locked-out").exists()
    password = give_password(people["clerk"], Actor(people["administrator"]))
    assert client.post("/login/", {"username": "clerk", "password": password}).status_code == 302


def test_guessing_that_is_spread_out_is_locked_too(people: dict[str, Any]) -> None:
    def tried(name: str, address: str) -> int:
        sent = {"username": name, "password": "wrong"}
        return Client(REMOTE_ADDR=address).post("/login/", sent).status_code

    assert people["clerk"]
    one_address = [tried(f"name{n // 4}", "192.0.2.7") for n in range(101)]
    assert one_address == [200] * 100 + [429], "four times each of many names, from one address"
    one_name = [tried("clerk", f"198.51.100.{n // 4}") for n in range(101)]
    assert one_name == [200] * 100 + [429], "one name, four times from each of many addresses"
    sent = {"username": "auditor", "password": PASSWORD}
    assert Client(REMOTE_ADDR="203.0.113.1").post("/login/", sent).status_code == 302


def test_a_wrong_name_and_a_wrong_password_look_the_same(people: dict[str, Any]) -> None:
    def told(username: str) -> str:
        text = (
            Client().post("/login/", {"username": username, "password": "wrong"}).content.decode()
        )
        return text[text.index('role="alert"') :].partition("</p>")[0]

    assert people["clerk"]
    assert told("clerk") == told("there is nobody of this name")


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password123", "clerkclerk"])
def test_weak_passwords_are_refused(people: dict[str, Any], weak: str) -> None:
    client = Client()
    client.force_login(people["clerk"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(
        "/password/", {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    )
    assert answer.status_code == 200
    people["clerk"].refresh_from_db()
    assert people["clerk"].check_password(PASSWORD)


@pytest.mark.parametrize(
    ("key", "limit"), [("seen", "SESSION_COOKIE_AGE"), ("since", "SESSION_LONGEST")]
)
def test_a_session_ends_when_it_is_idle_or_old(
    people: dict[str, Any], key: str, limit: str
) -> None:
    client = Client()
    client.force_login(people["clerk"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/work/").status_code == 200
    session = client.session
    session[key] = time.time() - getattr(settings, limit) - 1
    session.save()
    assert client.get("/work/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_session_that_is_used_goes_on(people: dict[str, Any]) -> None:
    client = Client()
    client.force_login(people["clerk"], backend="django.contrib.auth.backends.ModelBackend")
    client.get("/work/")
    session = client.session
    session["seen"] = time.time() - settings.SESSION_COOKIE_AGE + 60
    session.save()
    assert client.get("/work/").status_code == 200
    assert client.session["seen"] > time.time() - 60


def test_signing_in_takes_a_new_session(people: dict[str, Any]) -> None:
    """Nobody can lay a session under somebody else's sign-in."""
    assert people["clerk"]
    client = Client()
    client.get("/login/")
    session = client.session
    session["laid"] = "1"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = str(before)
    client.post("/login/", {"username": "clerk", "password": PASSWORD})
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "http:evil.example",
    ],
)
def test_nobody_is_sent_elsewhere(people: dict[str, Any], address: str) -> None:
    assert people["clerk"]
    answer = Client().post("/login/", {"username": "clerk", "password": PASSWORD, "next": address})
    assert answer.headers["Location"] == "/work/"
    assert Client().post("/language/", {"lang": "en", "next": address}).headers["Location"] == "/"


def test_forms_from_elsewhere_are_refused(people: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["administrator"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/people/{people['clerk'].pk}/password/")
    assert answer.status_code == 403
    assert "表单已失效" in answer.content.decode()


def test_another_host_name_is_refused() -> None:
    answer = Client().get("/login/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 10.1.1.1", "10.1.1.1"),
        (2, "6.6.6.6, 10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (2, "6.6.6.6", "127.0.0.1"),
    ],
)
def test_whence_a_person_came(
    people: dict[str, Any], proxies: int, forwarded: str, seen: str
) -> None:
    """Only what our own proxies have written counts."""
    from shouzhi.web.audit.models import Entry

    assert people["clerk"]
    with override_settings(PROXIES=proxies):
        Client().post(
            "/login/",
            {"username": "clerk", "password": PASSWORD},
            headers={"X-Forwarded-For": forwarded},
        )
    assert Entry.objects.get(verb="sign-in").address == seen


def workbook() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()


def test_an_upload_is_what_its_content_says() -> None:
    upload = SimpleUploadedFile("预算.pdf", workbook())
    assert accept(upload, {"xlsx"}) == "xlsx"
    assert upload.read(2) == b"PK", "it stands at its begin again"


@pytest.mark.parametrize(
    ("name", "content"),
    [("预算.xlsx", b"MZ\x90\x00 a program"), ("预算.xlsx", b""),
     ("预算.xlsx", b"<html><script>alert(1)</script></html>"),
     ("预算.xlsx", b"%PDF-1.7"), ("预算.xlsx", b"PK\x03\x04 no archive at all")],
)  # fmt: skip
def test_an_upload_of_another_kind_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Refused):
        accept(SimpleUploadedFile(name, content), {"xlsx"})


def test_an_upload_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refused, match="上限 1 MB"):
        accept(
            SimpleUploadedFile("预算.xlsx", workbook() + b"\0" * (1 << 20)), {"xlsx"}, most=1 << 20
        )
    with pytest.raises(Refused):
        accept(None, {"xlsx"})


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "|calc", "%0A=1"]
)
def test_what_could_be_a_formula_is_neutral(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-12.50", "+3%", "1,234.00", "某单位", "", "2026-01-01", "-1,234"]
)
def test_a_number_stays_a_number(cell: str) -> None:
    assert neutral(cell) == cell
