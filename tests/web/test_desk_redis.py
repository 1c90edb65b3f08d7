"""The queue of the desk over Redis: a real server, a killed worker resumed, a server that is away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import pytest
import redis_server
from desk_papers import packed, paper
from django.db import connections
from test_desk_worker import TELLING, database, received

from shouzhi.web.audit.log import verify
from shouzhi.web.audit.models import Entry

pytestmark = pytest.mark.usefixtures("live_db")

MANY = 24

# The worker as `shouzhi serve` starts it, telling each outcome that it has written.
WORKER = f"""{TELLING}
drain = worker.drain
def drained(*given):
    done = drain(*given)
    print("rest", flush=True)
    return done
worker.drain = drained
if __name__ == "__main__":
    worker.main()
"""


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Redis server that carries the queue of this process."""
    from shouzhi.web.desk.queue import queue

    try:
        with redis_server.server() as address:
            monkeypatch.setenv("SHOUZHI_REDIS", address)
            queue.cache_clear()
            yield address
    except redis_server.Missing as why:
        pytest.skip(str(why))
    finally:
        queue.cache_clear()


@contextmanager
def consumer() -> Iterator[subprocess.Popen[str]]:
    """A worker that takes its work from the queue until it is stopped."""
    connections.close_all()
    environment = {**os.environ, "DATABASE_URL": database()}
    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def said(process: subprocess.Popen[str]) -> Iterator[str]:
    """What a worker tells, line by line; `rest` when there is no more work."""
    assert process.stdout is not None
    return (line.strip() for line in process.stdout)


def done(process: subprocess.Popen[str], outcomes: int) -> list[str]:
    """The next outcomes that a worker has written."""
    told = (line for line in said(process) if line != "rest")
    return list(islice(told, outcomes))


def test_a_killed_worker_is_resumed_over_redis(people: dict[str, Any], redis: str) -> None:
    from huey import RedisHuey

    from shouzhi.web.desk.models import Document, Job, Reading
    from shouzhi.web.desk.queue import queue

    assert isinstance(queue().huey, RedisHuey)
    batch = received(people, {"all.zip": packed({f"{n}.html": paper(year=2000 + n) for n in range(MANY)})})
    assert queue().huey.pending_count() == 1  # asked for, by way of the server
    assert redis.startswith("redis://")
    with consumer() as first:
        assert done(first, 4) == ["unpack 1", *["read 1"] * 3]
        first.kill()
    before = Document.objects.filter(state="read").count()
    assert 3 <= before < MANY
    assert Job.objects.filter(state="running").exists()  # what the dead one held

    with consumer() as second:
        assert done(second, MANY - before) == ["read 1"] * (MANY - before)
        assert "rest" in said(second)
        received(people, {"later.html": paper(year=1999)})  # the server tells the worker of it
        assert done(second, 1) == ["read 1"]
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0
    assert Counter(batch.documents.values_list("state", flat=True)) == {"unpacked": 1, "read": MANY}
    assert Reading.objects.count() == MANY + 1
    assert not Job.objects.exclude(state="done").exists()
    read = Counter(Entry.objects.filter(verb="desk-read").values_list("object_id", flat=True))
    assert set(read.values()) == {1}  # none twice
    assert len(read) == MANY + 1
    assert not list(verify())


def test_an_upload_stands_while_the_server_is_away(
    people: dict[str, Any], redis: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What there is to do stands in the database: the queue is told of it when it is there again."""
    from shouzhi.web.desk.models import Document
    from shouzhi.web.desk.queue import queue
    from shouzhi.web.desk.worker import drain

    client = queue().huey.storage.conn
    client.shutdown(nosave=True)
    received(people, {"a.html": paper()})
    assert redis.partition("@")[0] not in caplog.text  # no password in the log
    assert "could not be told" in caplog.text
    drain()
    assert Document.objects.get().state == "read"


def test_a_worker_outlives_the_server(people: dict[str, Any], redis: str) -> None:
    from shouzhi.web.desk.models import Document
    from shouzhi.web.desk.queue import queue

    with consumer() as worker:
        assert "rest" in said(worker)
        queue().huey.storage.conn.shutdown(nosave=True)
        received(people, {"a.html": paper()})  # nobody can tell the worker
        with redis_server.server(redis):
            received(people, {"b.html": paper(year=2023)})
            assert done(worker, 2) == ["read 1"] * 2
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    assert set(Document.objects.values_list("state", flat=True)) == {"read"}
