"""A Redis server for one test: started from the system's own program on a free port, thrown away at the end."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

_READY = "Ready to accept connections"


class Missing(Exception):
    """Why there can be no server here."""


def program() -> str:
    """Where Redis stands; raises Missing where it or its Python client is not installed."""
    if find_spec("redis") is None:
        raise Missing("the client of Redis is not installed: pip install 'shouzhi[redis]'")
    found = shutil.which("redis-server")
    if found is None:
        raise Missing("redis-server is not installed: apt-get install redis-server")
    return found


@contextmanager
def server(address: str = "") -> Iterator[str]:
    """Start a server, at an `address` that an earlier one had; gives its address as SHOUZHI_REDIS takes it.

    Raises Missing where Redis is not installed.
    """
    told = urlsplit(address)
    command, password, port = program(), told.password or secrets.token_urlsafe(12), told.port or _port()
    folder = Path(tempfile.mkdtemp(prefix="shouzhi-redis-"))
    settings = (
        "bind 127.0.0.1", f"port {port}", f"requirepass {password}", f"dir {folder}",
        'save ""', "appendonly no", "daemonize no",
    )  # fmt: skip
    (folder / "conf").write_text("\n".join(settings) + "\n", encoding="ascii")
    (folder / "conf").chmod(0o600)
    try:
        with subprocess.Popen([command, str(folder / "conf")], stdout=subprocess.PIPE, text=True) as running:
            try:
                _await_ready(running)
                yield f"redis://:{password}@127.0.0.1:{port}/0"
            finally:
                running.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await_ready(running: subprocess.Popen[str]) -> None:
    assert running.stdout is not None
    said = []
    for line in running.stdout:
        said.append(line)
        if _READY in line:
            return
    raise RuntimeError("redis-server ended by itself: " + "".join(said[-5:]))


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
