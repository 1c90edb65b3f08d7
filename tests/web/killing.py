"""Kills a process at every step of an act, and looks at what is left: all of it, or nothing.

`at_every_step(act, look)` runs `act` in a child that is killed by SIGKILL just before its
first statement to the database, then before its second, and so on (a commit is a step too),
and at last runs it to its end.  After each death `look()` is called in this process: it
raises AssertionError for anything half done, and tells whether all of it is there.  Once
it is, the act is over: what it does after its commit needs no second run.  What `act` does
outside of the database (files, queues) dies with it just so.  Used with the fixture
`live_db`: the child is another process.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

Act = Callable[[], object]
Look = Callable[[], bool]

_FAILED = 70


def at_every_step(act: Act, look: Look, *, most: int = 400, every: int = 1) -> int:
    """Kill `act` before each of its statements in turn, `every` so many; gives how many deaths there were.

    Raises AssertionError where something is half done, where the act fails by itself, or
    where it needs more than `most` statements.
    """
    deaths = 0
    for number in range(0, most, every):
        died = _killed_before(act, number)
        deaths += died
        if look():
            return deaths
        assert died, "the act came to its end and left nothing"
    raise AssertionError(f"more than {most} statements: name a larger `most`, or `every`")


def _killed_before(act: Act, number: int) -> bool:
    """Run the act in a child that dies before its statement `number`, from 0; whether it did die."""
    connections.close_all()  # a child must not speak through its parent's connections
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _die_or_finish(act, number)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"died of signal {os.WTERMSIG(status)}"
        return True
    assert os.WEXITSTATUS(status) == 0, "the act failed by itself: see its traceback above"
    return False


def _die_or_finish(act: Act, number: int) -> None:
    left = number

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return execute(sql, params, many, context)

    def commit() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        committed()

    try:
        connection.ensure_connection()
        held: Any = connection
        committed = held._commit  # a commit is a step too, though no statement of ours
        held._commit = commit
        with connection.execute_wrapper(count):
            act()
        connection.close()
    except BaseException:  # noqa: BLE001 - nothing may pass into the parent's test
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(_FAILED)
    os._exit(0)
