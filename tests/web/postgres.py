"""A PostgreSQL server for one run: started from the system's own programs, thrown away at the end.

    python tests/web/postgres.py pytest tests/web        # the same tests on PostgreSQL

runs a command with DATABASE_URL set to such a server.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Durability is of no use to a server that is thrown away.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


class Missing(Exception):
    """Why there can be no server here."""


def program(name: str) -> str:
    """Where a program of PostgreSQL stands; raises Missing."""
    beside = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4])
    )
    found = str(beside[-1]) if beside else shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed: apt-get install postgresql")
    return found


def _lowered() -> list[str]:
    """How to run a program without the rights of root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return []
    runuser = shutil.which("runuser")
    if runuser is None:
        raise Missing("runuser is missing: PostgreSQL does not run as root")
    return [runuser, "-u", _nobody(), "--"]


def _nobody() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Missing("there is no unprivileged user to run PostgreSQL as")


@contextmanager
def server() -> Iterator[str]:
    """Start a server; gives the address of an empty database as DATABASE_URL takes it.

    Raises Missing where PostgreSQL is not installed.
    """
    lowered, initdb, control = _lowered(), program("initdb"), program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="shouzhi-pg-"))
    data, password, port = folder / "data", secrets.token_urlsafe(12), _port()
    try:
        (folder / "password").write_text(password, encoding="ascii")
        if lowered:
            for path in (folder, folder / "password"):
                shutil.chown(path, _nobody())
        _run([*lowered, initdb, "-D", str(data), "-U", "shouzhi", "-E", "UTF8", "--locale=C.UTF-8", "-A",
              "scram-sha-256",
              f"--pwfile={folder / 'password'}", "--no-sync"])  # fmt: skip
        options = " ".join(
            [f"-p {port} -h 127.0.0.1 -k {folder}", *(f"-c {one}" for one in _QUICK)]
        )
        _run(
            [
                *lowered,
                control,
                "-D",
                str(data),
                "-l",
                str(folder / "log"),
                "-w",
                "-o",
                options,
                "start",
            ]
        )
        try:
            yield f"postgres://shouzhi:{password}@127.0.0.1:{port}/postgres"
        finally:
            _run([*lowered, control, "-D", str(data), "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    # Its output goes to a file: a server that is started would hold a pipe open.
    with tempfile.TemporaryFile() as told:
        done = subprocess.run(command, stdout=told, stderr=told, cwd="/", check=False)
        if done.returncode != 0:
            told.seek(0)
            raise RuntimeError(f"{command[-1]}: {told.read().decode(errors='replace')}")


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def main(command: list[str]) -> int:
    """Run a command on a server of its own; its exit status, or 0 with a reason where there is none."""
    try:
        with server() as address:
            return subprocess.run(
                command, env={**os.environ, "DATABASE_URL": address}, check=False
            ).returncode
    except Missing as why:
        print(f"skipped: {why}")  # noqa: T201 - a command of ours
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
