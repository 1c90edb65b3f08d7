"""The background queue: huey over SQLite in the data folder, or over Redis where one is named.

The queue only wakes the worker; what there is to do stands in the database, so that
nothing is lost with the queue.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections, transaction
from huey import RedisHuey, SqliteHuey, crontab

_LOG = logging.getLogger("shouzhi.desk")


class Queue(NamedTuple):
    """The queue, and its one task: calling it asks for the work to be done."""

    huey: Any
    work: Any


@cache
def queue() -> Queue:
    """The queue: `DESK_REDIS` (or `SHOUZHI_REDIS`) names a Redis server, else it is a file."""
    redis = getattr(settings, "DESK_REDIS", "") or os.environ.get("SHOUZHI_REDIS", "")
    if redis:
        if find_spec("redis") is None:
            raise ImproperlyConfigured("SHOUZHI_REDIS 已设置，但没有 Redis 客户端；请运行 pip install 'shouzhi[redis]'")
        made = RedisHuey("shouzhi-desk", url=redis, results=False)
    else:
        path = Path(settings.DATA) / "queue.sqlite3"
        path.parent.mkdir(parents=True, exist_ok=True)
        made = SqliteHuey("shouzhi-desk", filename=str(path), results=False)
    made.periodic_task(crontab(), name="desk_look")(_work)
    return Queue(made, made.task(name="desk_work")(_work))


def _work() -> None:
    from shouzhi.web.desk.worker import drain  # noqa: PLC0415 - the web process never reads files

    close_old_connections()
    try:
        drain()
    finally:
        close_old_connections()


def wake() -> None:
    """Wake the worker once what was written stands; it looks by itself every minute besides."""
    transaction.on_commit(tell)


def tell() -> None:
    """Tell the queue that there is work; where it is away, the worker looks again by itself."""
    try:
        queue().work()
    except Exception:  # noqa: BLE001 - a queue that is away costs a minute, never the upload
        _LOG.warning("the queue could not be told of new work", exc_info=True)
