"""`shouzhi serve` as a person starts it: made ready by itself, told gently what stands in the way, ended cleanly."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest

LONG = 120.0
"""Seconds that a slow machine may take to start."""


def environment() -> dict[str, str]:
    kept = {
        key: text
        for key, text in os.environ.items()
        if not key.startswith(("SHOUZHI_", "DATABASE_", "DJANGO_"))
    }
    return kept | {"PYTHONUNBUFFERED": "1"}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "shouzhi", "serve", *map(str, arguments)]


def serve(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to fail."""
    done = subprocess.run(
        command(*arguments),
        env=environment() | more,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Running:
    """A server that was started, what it has said, and a browser of a kind."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data, self.port = data, free_port()
        self.process = subprocess.Popen(
            command("--data", data, "--port", str(self.port), *options),
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:  # ends where the process does
            self.said += line
            if f":{self.port}/" in line:
                break
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def ask(self, path: str, told: dict[str, str] | None = None) -> Any:
        """A page; a form when there is something to tell.  Waits until the server answers."""
        data = urlencode(told).encode() if told is not None else None
        request = Request(f"http://127.0.0.1:{self.port}{path}", data=data)
        until = time.monotonic() + LONG
        while True:
            try:
                return self.opener.open(request, timeout=LONG)
            except ConnectionRefusedError:
                assert time.monotonic() < until, self.said
            except OSError as error:
                if not isinstance(getattr(error, "reason", None), ConnectionRefusedError):
                    raise
                assert time.monotonic() < until, self.said
                time.sleep(0.05)

    def form(self, path: str, **told: str) -> Any:
        """Fill in the form of a page."""
        return self.form_at(path, path, **told)

    def form_at(self, path: str, to: str, **told: str) -> Any:
        """Fill in the form of a page that goes to another address."""
        page = self.ask(path).read().decode()
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[-1]
        return self.ask(to, {"csrfmiddlewaretoken": token, **told})

    def end(self) -> str:
        """Press Ctrl+C; gives what it says at the end."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=LONG)
        return said


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server in a new folder."""
    pytest.importorskip(
        "granian", reason="the application's extra is not installed: pip install 'shouzhi[web]'"
    )
    made = Running(tmp_path_factory.mktemp("serving") / "data")
    yield made
    if made.process.poll() is None:
        made.end()  # with all its processes


def test_from_nothing_to_signed_in(running: Running) -> None:
    """The folder, the database and the first administrator are made; the password is for once."""
    name, password = re.search(r"登录名：(\S+)\s+一次性密码：([\w-]+)", running.said).groups()  # type: ignore[union-attr]
    assert "DATABASE_URL" not in os.environ or running.data.exists()
    page = running.form("/login/", username=name, password=password)
    assert page.url.endswith("/password/"), "the password is changed first"
    assert "请先改掉管理员给的密码" in page.read().decode()
    chosen = "long enough 2027 档案"
    home = running.form(
        "/password/", old_password=password, new_password1=chosen, new_password2=chosen
    )
    assert home.url.endswith("/work/")
    assert (running.data / "secret-key").stat().st_mode & 0o077 == 0


def test_static_files_are_kept_by_browsers_for_ever(running: Running) -> None:
    page = running.ask("/login/").read().decode()
    (style,) = re.findall(r'href="(/static/shouzhi/style\.\w+\.css)"', page)
    answer = running.ask(style)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/css")


def test_one_server_a_folder_and_one_a_port(running: Running, tmp_path: Path) -> None:
    taken = serve("--data", tmp_path / "other", "--port", str(running.port))
    assert taken.returncode == 2
    assert "--port" in taken.stderr
    assert taken.stderr.count("\n") == 1
    twice = serve("--data", running.data, "--port", str(free_port()), "--lang", "en")
    assert twice.returncode == 2
    assert "in use by another" in twice.stderr


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = serve("--data", tmp_path / "file" / "data")
    assert done.returncode == 2
    assert "--data" in done.stderr


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip(
        "psycopg", reason="psycopg is not installed: pip install 'shouzhi[postgres]'"
    )
    done = serve(
        "--data",
        tmp_path / "data",
        "--port",
        str(free_port()),
        DATABASE_URL="postgres://x:y@127.0.0.1:1/z",
    )
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr


def test_a_missing_extra_is_told(tmp_path: Path) -> None:
    """As in an environment without the web extra: what is missing, and how to get it."""
    code = (
        "import sys, importlib.util as u\n"
        "found = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'granian' else found(name, *more)\n"
        "from shouzhi.cli import main\n"
        f"sys.argv = ['shouzhi', 'serve', '--data', {str(tmp_path / 'data')!r}]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "pip install 'shouzhi[web]'" in done.stderr
    assert "granian" in done.stderr


def test_the_servers_processes_lay_out_documents_after_the_examples(tmp_path: Path) -> None:
    """A process that was forked from one that has made PDFs would wait for threads it does not have."""
    running = Running(tmp_path / "data", "--demo")
    try:
        name, password = re.search(r"部门财务：登录名 (\w+)，密码 ([\w-]+)", running.said).groups()  # type: ignore[union-attr]
        running.form("/login/", username=name, password=password)
        listed = running.ask("/releases/").read().decode()
        release = re.findall(r'href="(/releases/\d+/)"', listed)[0]
        preview = re.findall(
            r'href="(/releases/years/\d+/preview/)"', running.ask(release).read().decode()
        )[0]
        page = running.form_at(preview, preview.replace("preview", "prepare"), reason="附表有误")
        assert re.search(r"/releases/\d+/$", page.url), page.url
        assert ".pdf" in page.read().decode()
    finally:
        running.end()


def test_it_ends_with_everything_it_started(running: Running) -> None:
    """Ctrl+C: the processes that answer and the worker of the queue end too."""
    children = _children(running.process.pid)
    said = running.end()
    assert running.process.returncode == 0, said
    assert "收支已停止" in said
    assert "Traceback" not in said
    assert not [pid for pid in children if _alive(pid)]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[1]) == pid:
            found += [int(path.parent.name), *_children(int(path.parent.name))]
    return found


def _alive(pid: int) -> bool:
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"
