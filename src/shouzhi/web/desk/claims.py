"""Who is at which piece of work: jobs are claimed for a while, and a dead worker's come back.

A job is done when its outcome is written, in one transaction with it, by the worker that
still holds it.  So work that was cut off is done again, and none is counted twice.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final
from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from shouzhi.web.desk.models import Job

LEASE: Final = timedelta(seconds=90)
"""How long a worker that is not heard of keeps its jobs."""
BEAT: Final = 20.0
"""Seconds between two signs of life."""
MOST_ATTEMPTS: Final = 6
"""How often work is begun that takes its worker down each time."""
WARY: Final = 3
"""After so many attempts jobs are taken two at a time, so that one does not count against all."""


def new_holder() -> str:
    """The name of a worker: its machine, its process and a word of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


def claim(holder: str, most: int) -> list[Job]:
    """Take up to `most` jobs that wait, or whose worker is not heard of any more."""
    now = timezone.now()
    open_jobs = Q(state="waiting") | Q(state="running", until__lt=now)
    with transaction.atomic():
        found = Job.objects.filter(open_jobs).order_by("later", "pk")
        if connection.features.has_select_for_update_skip_locked:
            found = found.select_for_update(skip_locked=True)
        rows = list(found.values_list("pk", "attempts")[:most])
        wary = any(attempts >= WARY for _, attempts in rows)
        taken = [key for key, _ in rows[: 2 if wary else most]]
        Job.objects.filter(pk__in=taken).update(
            state="running", holder=holder, until=now + LEASE, attempts=F("attempts") + 1
        )
    jobs = Job.objects.filter(pk__in=taken).select_related("document", "comparison", "document__batch")
    return list(jobs)


def finish(job: Job, holder: str) -> bool:
    """Mark a job as done, inside the transaction that writes its outcome; False when it is another's now."""
    held = Job.objects.filter(pk=job.pk, holder=holder, state="running")
    return held.update(state="done", until=None) == 1


def release(holder: str) -> int:
    """Give back what a worker has not begun or not ended: it stops in good order."""
    held = Job.objects.filter(holder=holder, state="running")
    return held.update(state="waiting", holder="", until=None, attempts=F("attempts") - 1)


def reclaim() -> int:
    """Take back at once what dead workers of this machine held; gives how many jobs."""
    count = 0
    for holder in Job.objects.filter(state="running").values_list("holder", flat=True).distinct():
        machine, _, rest = holder.partition(":")
        if machine == socket.gethostname() and not _lives(rest.partition(":")[0]):
            held = Job.objects.filter(holder=holder, state="running")
            count += held.update(state="waiting", holder="", until=None)
    return count


def _lives(number: str) -> bool:
    if not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def renew(holder: str) -> None:
    """A sign of life."""
    held = Job.objects.filter(holder=holder, state="running")
    held.update(until=timezone.now() + LEASE)


@contextmanager
def beating(holder: str) -> Iterator[None]:
    """While this lasts, the jobs of a worker stay its own."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with suppress(DatabaseError):  # the next beat may do better; a lease outlives some
                renew(holder)
        connection.close()  # this thread's own

    thread = threading.Thread(target=beat, name="desk-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
