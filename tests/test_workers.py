"""The pool of processes and the cache: one bad document harms no other."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from shouzhi.cli.cache import Cache, fingerprint
from shouzhi.cli.workers import Failure, Pool
from shouzhi.sources import Unreadable


def behave(task: str) -> bytes:
    """What the tests have the processes do."""
    if task == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif task == "leave":
        os._exit(3)
    elif task == "hang":
        signal.pause()
    elif task == "hoard":
        return bytes(1 << 40)
    elif task == "refuse":
        raise Unreadable("没有页", "请换一份")
    elif task == "fail":
        raise ValueError("not what was expected")
    return task.encode()


def outcomes(*tasks: str, jobs: int = 2, limit: float = 30) -> dict[str, bytes | Failure]:
    with Pool(behave, jobs, limit) as pool:
        return {tasks[n]: result for n, result in pool.run(list(enumerate(tasks)))}


def test_a_process_that_dies_takes_only_its_own_task_along() -> None:
    got = outcomes("one", "crash", "two", "leave", "three", "four")
    assert got["crash"] == Failure("died", {"code": "SIGSEGV"})
    assert got["leave"] == Failure("died", {"code": "exit 3"})
    assert [got[name] for name in ("one", "two", "three", "four")] == [
        b"one",
        b"two",
        b"three",
        b"four",
    ]


def test_what_goes_wrong_inside_is_told_for_what_it_is() -> None:
    got = outcomes("refuse", "fail", "hoard", "fine", jobs=1)
    assert got["refuse"] == Failure("unusable", {"cause": "没有页", "remedy": "请换一份"})
    assert got["fail"] == Failure("fault", {"what": "ValueError: not what was expected"})
    assert got["hoard"] == Failure("memory")
    assert got["fine"] == b"fine"


def test_a_task_that_takes_too_long_is_ended() -> None:
    got = outcomes("hang", "fine", jobs=1, limit=0.5)
    assert got["hang"] == Failure("late", {"limit": "0.5"})
    assert got["fine"] == b"fine"


def test_leaving_the_pool_ends_its_processes() -> None:
    with Pool(behave, 2, 30) as pool:
        next(pool.run([(0, "one"), (1, "hang")]))
        processes = [worker.process for worker in pool._workers]
    assert processes
    assert not any(process.is_alive() for process in processes)


def test_the_cache_gives_back_what_was_put(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    assert cache.get("0123.pdf") is None
    cache.put("0123.pdf", b"result")
    assert cache.get("0123.pdf") == b"result"
    assert len([path for path in cache.folder.rglob("*") if path.is_file()]) == 1


def test_results_of_old_versions_go_and_other_files_stay(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number:016x}").mkdir()
        os.utime(tmp_path / f"{number:016x}", (number, number))
    (tmp_path / "somebody else's").mkdir()
    cache = Cache(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {fingerprint(), f"{4:016x}", f"{3:016x}", "somebody else's"}
    assert cache.folder.name == fingerprint()


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = Cache(blocked)
    cache.put("0123", b"result")
    assert cache.get("0123") is None


@pytest.mark.parametrize("jobs", [1, 3])
def test_more_tasks_than_processes(jobs: int) -> None:
    names = [f"task {n}" for n in range(20)]
    assert outcomes(*names, jobs=jobs) == {name: name.encode() for name in names}
