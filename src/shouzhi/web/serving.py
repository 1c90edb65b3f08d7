"""Starting the application: its data folder, its database, its first person, its server and its worker."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from whitenoise.storage import CompressedManifestStaticFilesStorage

FIRST_NAME: Final = "admin"
FIRST_BODY: Final = "本地区"
WORKER: Final = "shouzhi.web.desk.worker"
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the library has no types
    """Static files under the hash of their content; one that was not collected keeps its name."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The name under which a file is served."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name


class CannotServe(Exception):
    """Why the application cannot be started: a key of the message catalogue, and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def make_folder(folder: Path) -> None:
    """Make the data folder and try to write into it; raises CannotServe."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotServe("serve-folder", folder=folder, why=error.strerror or str(error)) from None


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the data folder as its only server; raises CannotServe where another does."""
    with (folder / "serving.lock").open("w") as file:
        if not _locked(file):
            raise CannotServe("serve-already", folder=folder)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        import fcntl  # noqa: PLC0415 - not on Windows, where two servers are not told apart
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def free_port(host: str, port: int) -> None:
    """Try the address; raises CannotServe for one that is taken, not ours or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise CannotServe(
                "serve-port", host=host, port=port, why=error.strerror or str(error)
            ) from None


def prepare() -> None:
    """Bring the database and the static files to this version; raises CannotServe."""
    import django  # noqa: PLC0415 - the command has set the environment first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.db import Error, connections  # noqa: PLC0415 - as above

    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        # What an earlier run could not finish.
        from shouzhi.web.disclosure.carrying_out import carry_missing, sweep  # noqa: PLC0415 - as above

        sweep()
        carry_missing()
    except Error as error:
        raise CannotServe("serve-database", why=str(error).strip().splitlines()[0]) from None
    except OSError as error:
        raise CannotServe(
            "serve-folder", folder=error.filename or "", why=error.strerror or str(error)
        ) from None
    finally:
        connections.close_all()


def new_password() -> str:
    """A password to be typed once and changed: 16 characters, some 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def first_administrator() -> tuple[str, str] | None:
    """Make the first administrator, at a region of their own; None where there are people.

    Gives sign-in name and password, which must be changed at the first sign-in.
    """
    from django.db import transaction  # noqa: PLC0415 - after the set-up

    from shouzhi.web.audit.log import SYSTEM, record  # noqa: PLC0415 - as above
    from shouzhi.web.people.models import Body, Grant, User  # noqa: PLC0415 - as above

    with transaction.atomic():
        if User.objects.exists():
            return None
        password = new_password()
        region = Body.objects.filter(parent=None).first() or Body.objects.create(
            kind="region", name=FIRST_BODY
        )
        user = User.objects.create_user(
            FIRST_NAME, password, name="系统管理员", home=region, must_change_password=True
        )
        Grant.objects.create(user=user, role="administrator", body=region)
        record(SYSTEM, "first-administrator", user, body=region)
    return FIRST_NAME, password


class Worker:
    """The queue's worker as a process of its own, started again should it end by itself."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @staticmethod
    def known() -> bool:
        """Whether there is a queue to work on."""
        return importlib.util.find_spec(WORKER) is not None

    def start(self) -> None:
        """Start the process, and a thread that watches it."""
        self._process = self._started()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="desk-worker")
        self._thread.start()

    def stop(self) -> None:
        """End the process: what it was doing is taken up again at the next start."""
        self._ending.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _watch(self) -> None:
        pause = 5.0
        while not self._ending.is_set():
            assert self._process is not None  # noqa: S101 - started before it is watched
            self._process.wait()
            if self._ending.wait(pause):
                return
            pause = min(pause * 2, 300.0)  # one that cannot start is tried less and less
            self._process = self._started()

    @staticmethod
    def _started() -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl+C reaches the server, which then ends the worker.
        code = f"import django; django.setup(); from {WORKER} import main; main()"
        return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)  # noqa: S603 - our own


def _answering(host: str, port: int) -> bool:
    """Whether somebody answers at the address; one that means every address is asked at this machine's own."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what the person asked for
    try:
        socket.create_connection((own, port), timeout=1).close()
    except OSError:
        return False
    return True


def _once_answering(host: str, port: int, then: Callable[[], None]) -> None:
    """Do something as soon as the server answers: who follows its address finds it there."""

    def wait() -> None:
        pause = threading.Event()
        while not _answering(host, port):
            pause.wait(0.1)
        then()

    threading.Thread(target=wait, daemon=True, name="answering").start()


def run(host: str, port: int, workers: int, ready: Callable[[], None]) -> None:
    """Serve until Ctrl+C or a signal to end; `ready` is called once the server answers."""
    from granian import Granian  # noqa: PLC0415 - heavy
    from granian.constants import Interfaces  # noqa: PLC0415 - as above
    from granian.log import LogLevels  # noqa: PLC0415 - as above

    # One thread a worker for Django: SQLite has one writer, and a core has one thread of Python.
    server: Any = Granian(
        "shouzhi.web.wsgi:application", address=host, port=port, interface=Interfaces.WSGI,
        workers=workers, blocking_threads=1, log_level=LogLevels.warning, respawn_failed_workers=True,
        workers_kill_timeout=15,
    )  # fmt: skip
    worker = Worker() if Worker.known() else None
    if worker is not None:
        worker.start()
    _once_answering(host, port, ready)
    try:
        server.serve()
    finally:
        if worker is not None:
            worker.stop()
