"""A pool of processes in which a task that crashes or hangs takes only itself down.

The pools of the standard library give up as a whole when one process dies.  Reading
files of strangers must not: here each process has its own pipe and one task at a time,
so that it is known which task died with it, and a new process takes its place.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from shouzhi.catalogue.loading import CatalogueError
from shouzhi.sources import Unreadable

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

MEMORY: Final = 4 << 30
"""Bytes of address space that one process may take."""

PRELOAD: Final = ("shouzhi.facts", "shouzhi.cli.batch")
"""What the fork server imports once for all processes."""

Kind = Literal["unusable", "fault", "memory", "died", "late", "vanished", "catalogue"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that gave no result: what happened, and the particulars for its message.

    For `unusable`, `values` are the `cause` and the `remedy` that the reader gave;
    for the others they fill the messages `KIND-cause` and `KIND-remedy`.
    """

    kind: Kind
    values: dict[str, str] = field(default_factory=dict)


def _limit_memory() -> None:
    """Turn runaway memory into a MemoryError of this process, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _attempt(function: Callable[[Any], bytes], task: object) -> bytes | Failure:
    try:
        return function(task)
    except Unreadable as error:
        return Failure("unusable", {"cause": error.cause, "remedy": error.remedy})
    except CatalogueError as error:
        return Failure("catalogue", {"what": str(error)})
    except MemoryError:
        return Failure("memory")
    except OSError as error:
        return Failure("vanished", {"what": error.strerror or type(error).__name__})
    except Exception as error:  # noqa: BLE001 - one document must not end the batch
        if os.environ.get("SHOUZHI_DEBUG"):
            traceback.print_exc()
        return Failure("fault", {"what": f"{type(error).__name__}: {error}"[:200]})


def _serve(pipe: Connection, function: Callable[[Any], bytes], scratch: str) -> None:
    """The life of one process: a task in, its result out, until the pipe closes."""
    tempfile.tempdir = scratch  # what it leaves there when it is ended goes with the pool
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the business of the parent
    _limit_memory()
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_attempt(function, task))


class _Worker:
    """One process, and the task that it is at."""

    def __init__(
        self, context: BaseContext, function: Callable[[Any], bytes], scratch: str
    ) -> None:
        self.pipe, theirs = context.Pipe()
        # BaseContext has a Process for every way of starting, which its stub leaves out.
        start = context.Process  # type: ignore[attr-defined]
        self.process = start(target=_serve, args=(theirs, function, scratch), daemon=True)
        self.process.start()
        theirs.close()
        self.task: int | None = None
        self.since = 0.0

    def give(self, number: int, task: object) -> None:
        self.task, self.since = number, time.monotonic()
        with suppress(OSError):  # it died meanwhile: receiving will tell
            self.pipe.send(task)

    def end(self, patience: float = 0.0) -> None:
        self.process.join(patience)
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Pool:
    """Up to `jobs` processes that apply `function`; a task may take `limit` seconds.

    `function` must be importable (it goes to the processes by name) and returns bytes.
    Use it as a context manager: leaving it, by an error or Ctrl-C too, ends every
    process at once.
    """

    def __init__(
        self,
        function: Callable[[Any], bytes],
        jobs: int,
        limit: float,
        preload: Sequence[str] = PRELOAD,
    ) -> None:
        self.function, self.jobs, self.limit = function, max(1, jobs), limit
        methods = multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context(
            "forkserver" if "forkserver" in methods else "spawn",
        )
        self._context.set_forkserver_preload(list(preload))
        self._workers: list[_Worker] = []
        self._scratch = tempfile.TemporaryDirectory(prefix="shouzhi-", ignore_cleanup_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._scratch.cleanup()

    def run(self, tasks: Sequence[tuple[int, object]]) -> Iterator[tuple[int, bytes | Failure]]:
        """Give each `(number, task)` to a process; yield `(number, result)` as they end."""
        waiting = deque(tasks)
        while waiting or any(worker.task is not None for worker in self._workers):
            self._hand_out(waiting)
            finished = list(self._finished())
            self._hand_out(waiting)  # before the caller gets busy with what is finished
            yield from finished

    def _hand_out(self, waiting: deque[tuple[int, object]]) -> None:
        """Give every idle process a task, starting processes while there are too few."""
        for worker in self._workers:
            if worker.task is None and waiting:
                worker.give(*waiting.popleft())
        while waiting and len(self._workers) < self.jobs:
            worker = _Worker(self._context, self.function, self._scratch.name)
            self._workers.append(worker)
            worker.give(*waiting.popleft())

    def _finished(self) -> Iterator[tuple[int, bytes | Failure]]:
        """Wait until a task ends, well or badly, and yield what has ended."""
        busy = {worker.pipe: worker for worker in self._workers if worker.task is not None}
        if not busy:
            return
        first = min(worker.since for worker in busy.values()) + self.limit
        ready = set(wait(list(busy), timeout=max(0.0, first - time.monotonic())))
        for pipe, worker in busy.items():
            number = worker.task
            if number is None:  # pragma: no cover - busy ones have a task
                continue
            if pipe in ready:
                yield number, self._receive(worker)
            elif time.monotonic() - worker.since >= self.limit:
                self._drop(worker)
                yield number, Failure("late", {"limit": f"{self.limit:g}"})

    def _receive(self, worker: _Worker) -> bytes | Failure:
        try:
            result: bytes | Failure = worker.pipe.recv()
        except (EOFError, OSError):
            self._drop(worker, patience=1.0)  # it is ending by itself: its own exit code counts
            return Failure("died", {"code": _ending(worker.process.exitcode)})
        worker.task = None
        return result

    def _drop(self, worker: _Worker, patience: float = 0.0) -> None:
        worker.end(patience)
        self._workers.remove(worker)


def _ending(code: int | None) -> str:
    """How a process ended, as its user would look it up."""
    if code is not None and code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit {code}"
