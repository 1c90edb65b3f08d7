"""The worker of the queue: its own process, with processes under it that read the files.

`python -m shouzhi.web.desk.worker` (started by `shouzhi serve`) takes work from the queue
until it is stopped.  Killed in the middle of a batch, it goes on where it was when it is
started again: what was finished is kept, what was begun is done anew.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Final

from django.conf import settings
from django.db import OperationalError

from shouzhi.cli.workers import Failure, Pool
from shouzhi.web.desk.claims import beating, claim, new_holder, reclaim, release
from shouzhi.web.desk.models import Job
from shouzhi.web.desk.outcomes import settle, task_of
from shouzhi.web.desk.places import use_words, words_file, words_mark
from shouzhi.web.desk.reading import PRELOAD, do_with

CHUNK: Final = 16
"""Jobs that are claimed at a time for each process; what comes meanwhile is looked at after them."""
LIMIT: Final = 300.0
"""Seconds that one document may take."""
NICE: Final = 5
"""How far the reading stands back behind the pages."""

_LOG = logging.getLogger("shouzhi.desk")


def processes() -> int:
    """How many files are read at the same time: `DESK_PROCESSES`, or as many as there are cores."""
    return int(getattr(settings, "DESK_PROCESSES", 0)) or os.cpu_count() or 1


def drain(limit: float = LIMIT) -> int:
    """Do all the work that there is; gives how many jobs were settled."""
    use_words()
    holder = new_holder()
    reclaim()
    settled = 0
    try:
        while more := _stretch(holder, limit):
            settled += more
    finally:
        release(holder)
    return settled


def _stretch(holder: str, limit: float) -> int:
    """Do work with one set of processes, until there is none or the words have changed."""
    words = words_mark()
    settled = 0
    with Pool(partial(do_with, words_file()), processes(), limit, PRELOAD) as pool, beating(holder):
        while words == words_mark() and (jobs := claim(holder, CHUNK * processes())):
            # The largest first: no process is left alone with a large file at the end.
            jobs.sort(key=lambda job: -(job.document.size if job.document else 0))
            tasks = {number: task_of(job) for number, job in enumerate(jobs)}
            told = {number: task for number, task in tasks.items() if isinstance(task, Failure)}
            run = pool.run([(number, task) for number, task in tasks.items() if number not in told])
            for number, result in chain(told.items(), run):
                settled += _settled(jobs[number], result, holder)
    return settled


def _settled(job: Job, result: bytes | Failure, holder: str) -> bool:
    """Write what came of a job; what cannot be written is told of the job and ends nothing else."""
    try:
        return settle(job, result, holder)
    except OperationalError:  # the database is away: all of it is done again
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this job
        _LOG.exception("job %s", job.pk)
        return settle(job, Failure("fault", {"what": type(error).__name__}), holder)


def main() -> None:
    """Run until stopped."""
    import django  # noqa: PLC0415 - settings come first

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouzhi.web.settings")
    django.setup()
    from shouzhi.web.desk.queue import queue, tell  # noqa: PLC0415 - needs settings

    with suppress(OSError, AttributeError):
        os.nice(NICE)
    consumer = queue().huey.create_consumer(workers=1, periodic=True, initial_delay=0.1, max_delay=1.0)
    tell()  # what an earlier worker has left
    consumer.run()


if __name__ == "__main__":
    main()
