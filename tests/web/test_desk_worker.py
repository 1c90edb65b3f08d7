"""The worker of the desk: killed in the middle of a batch it resumes, and nothing is lost or done twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from desk_papers import packed, paper
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from shouzhi.web.audit.log import Actor, verify
from shouzhi.web.audit.models import Entry

if TYPE_CHECKING:
    from shouzhi.web.desk.models import Batch

pytestmark = pytest.mark.usefixtures("live_db")

MANY = 40

# The real worker, telling each outcome that it has written.
TELLING = """
import django
django.setup()
from shouzhi.web.desk import worker
settle = worker.settle
def told(*given):
    done = settle(*given)
    print(given[0].kind, int(done), flush=True)
    return done
worker.settle = told
"""
WORKER = f"""{TELLING}
if __name__ == "__main__":
    worker.drain()
"""


def database() -> str:
    """The address of the database of this run, for another process."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT'] or 5432}/{told['NAME']}"


@contextmanager
def another_worker() -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "DATABASE_URL": database()}
    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def received(people: dict[str, Any], files: dict[str, bytes]) -> Batch:
    from shouzhi.web.desk import services

    sent = [SimpleUploadedFile(name, data) for name, data in files.items()]
    return services.receive(sent, people["region"], Actor(people["reviewer"]))


def test_a_killed_worker_loses_nothing_and_doubles_nothing(people: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import Document, Job, Reading
    from shouzhi.web.desk.worker import drain

    papers = {f"{n}.html": paper(year=2000 + n) for n in range(MANY)}
    batch = received(people, {"all.zip": packed(papers)})
    connections.close_all()
    with another_worker() as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(6)]  # the zip, and five of its documents
        process.kill()
    assert told[0] == "unpack 1\n"
    assert told[1:] == ["read 1\n"] * 5
    before = Document.objects.filter(state="read").count()
    assert 5 <= before < MANY
    assert Job.objects.filter(state="running").exists()  # what the dead one held

    drain()
    states = Counter(batch.documents.values_list("state", flat=True))
    assert states == {"unpacked": 1, "read": MANY}
    assert Reading.objects.count() == MANY
    assert not Job.objects.exclude(state="done").exists()
    read = Counter(Entry.objects.filter(verb="desk-read").values_list("object_id", flat=True))
    assert set(read.values()) == {1}
    assert len(read) == MANY
    assert Entry.objects.filter(verb="desk-unpack").count() == 1
    assert not list(verify())


def test_a_worker_whose_lease_was_taken_writes_nothing(people: dict[str, Any]) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from shouzhi.web.desk.claims import claim, renew
    from shouzhi.web.desk.models import Job, Reading
    from shouzhi.web.desk.outcomes import settle, task_of
    from shouzhi.web.desk.reading import do

    received(people, {"a.html": paper()})
    (slow,) = claim("elsewhere:1:slow", 10)
    assert not claim("elsewhere:2:other", 10)  # it is held
    result = do(task_of(slow))  # type: ignore[arg-type]
    Job.objects.update(until=timezone.now() - timedelta(seconds=1))
    (taken,) = claim("elsewhere:2:other", 10)
    assert not settle(slow, result, "elsewhere:1:slow")
    assert not Reading.objects.exists()
    renew("elsewhere:1:slow")
    assert settle(taken, result, "elsewhere:2:other")
    assert not settle(taken, result, "elsewhere:2:other")
    assert Entry.objects.filter(verb="desk-read").count() == 1


def test_work_that_takes_its_worker_down_each_time_is_given_up(people: dict[str, Any]) -> None:
    from shouzhi.web.desk.claims import MOST_ATTEMPTS
    from shouzhi.web.desk.models import Document, Job
    from shouzhi.web.desk.worker import drain

    received(people, {"a.html": paper(), "b.html": paper(year=2023)})
    Job.objects.filter(document__name="a.html").update(attempts=MOST_ATTEMPTS)
    drain()
    assert Document.objects.get(name="a.html").cause.startswith("处理时程序多次中断")
    assert Document.objects.get(name="b.html").state == "read"


def test_a_single_document_does_not_wait_behind_a_zip_of_many(people: dict[str, Any]) -> None:
    from shouzhi.web.desk.claims import claim
    from shouzhi.web.desk.outcomes import settle, task_of
    from shouzhi.web.desk.reading import do

    received(people, {"all.zip": packed({f"{n}.html": paper(year=2000 + n) for n in range(6)})})
    (job,) = claim("here:1:a", 1)
    settle(job, do(task_of(job)), "here:1:a")  # type: ignore[arg-type]
    received(people, {"one.html": paper(year=1999)})
    assert [job.document.name for job in claim("here:1:a", 3) if job.document] == ["one.html", "0.html", "1.html"]


def test_what_takes_too_long_is_refused_and_told_and_can_be_read_again(people: dict[str, Any]) -> None:
    from shouzhi.web.desk import services
    from shouzhi.web.desk.models import Document
    from shouzhi.web.desk.worker import drain

    received(people, {"a.html": paper()})
    drain(limit=0.0)
    found = Document.objects.get()
    assert found.state == "refused"
    assert found.cause
    assert found.remedy
    services.read_again(found, Actor(people["reviewer"]))
    drain()
    found.refresh_from_db()
    assert (found.state, found.cause) == ("read", "")


def test_the_queue_does_what_it_is_asked(people: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import Document
    from shouzhi.web.desk.queue import queue

    queue().huey.flush()
    received(people, {"a.html": paper()})
    assert queue().huey.pending_count() == 1  # asked for as the upload was written
    task = queue().huey.dequeue()
    queue().huey.execute(task)
    assert Document.objects.get().state == "read"
