"""The public site under load: pages from memory and made anew, and the search, over many documents.

    python benchmarks/site.py [--documents 1000] [--seconds 3]

Documents are the examples under many invented names and years.  The server is the one that
`shouzhi serve` runs; the load comes from a process of its own on the same machine.  Printed
are requests a second (the median of the rounds) beside what issue and house ask for.
"""

# ruff: noqa: A005 - run as a file, never imported
from __future__ import annotations

import argparse
import copy
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import shouzhi
from shouzhi.catalogue.forms import edition, find
from shouzhi.cycle.building import load
from shouzhi.publish.document import publication
from shouzhi.publish.proof import read_back
from shouzhi.warehouse import Store, Warehouse, departments

EXAMPLES = Path(__file__).parents[1] / "examples"
PLACES = ("青禾市", "白石市", "云溪市", "长宁市", "北川市", "南浦市", "东丘市", "西岭市")
TRADES = (
    "水务", "交通运输", "教育", "卫生健康", "民政", "财政", "审计", "统计",
    "体育", "林业", "气象", "档案", "商务", "应急管理",
)  # fmt: skip
ENDS = ("局", "委员会", "办公室", "中心", "服务站", "研究院", "学校", "管理处", "监测站")
KEPT, FRESH, FOUND = 500, 60, 100
ROUNDS, CLIENTS, WORKERS = 5, 4, 2

Json = dict[str, Any]


def bases() -> list[Json]:
    """The examples as data: books as their readers find them, and documents."""
    found = []
    for path in sorted(EXAMPLES.glob("*/book.yaml")):
        book = load(path.parent)
        form = edition(book.edition) if book.edition else find(book.document, book.year)
        if form is not None:
            found.append(read_back(publication(book, form)).as_dict())
    return [*found, *(shouzhi.read(path).as_dict() for path in sorted((EXAMPLES / "documents").iterdir()))]


def fill(store: Store, count: int) -> None:
    """Bring in so many documents, each under a name and year of its own."""
    dice = random.Random(6)
    known = bases()
    names = [f"{place}{trade}{end}" for place in PLACES for end in ENDS for trade in TRADES]
    for number in range(count):
        data = copy.deepcopy(known[number % len(known)])
        about = data["document"]
        name, year = names[number // 4 % len(names)], 2021 + number % 4
        about |= {"department": name, "title": f"{name}{year}年部门{'决算' if about['kind'] == 'accounts' else '预算'}"}
        before, about["year"] = about["year"], year
        for fact in data["facts"]:
            if fact["where"].get("year") == str(before):
                fact["where"]["year"] = str(year)
        for section in data["outline"]:
            for paragraph in section["paragraphs"]:
                paragraph["text"] = f"{name}：{paragraph['text']}{dice.choice(TRADES)}工作{dice.randrange(10**6)}项。"
        store.add(data)


@contextmanager
def served(folder: Path, data: Path, memory: int) -> Iterator[tuple[int, int]]:
    """The server: its port and its process; `memory` is what it may keep of pages, in MiB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {
        "SHOUZHI_DATA": str(data), "SHOUZHI_WAREHOUSE": str(folder), "SHOUZHI_PAGE_MEMORY": str(memory),
        "DJANGO_SETTINGS_MODULE": "shouzhi.web.settings", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", "1", "--no-ws", "--log-level", "error",
        "shouzhi.web.wsgi:application",
    ]  # fmt: skip
    running = subprocess.Popen(command, env={**os.environ, **told}, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port, running.pid
    finally:
        running.terminate()
        running.wait(20)


def wait_for(port: int) -> None:
    """Until it answers, on every worker."""
    for _ in range(600):
        try:
            for _ in range(WORKERS * 6):
                ask(socket.create_connection(("127.0.0.1", port), 60), "/about/")
        except (OSError, ValueError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def ask(connection: socket.socket, path: str) -> int:
    """One request on an open connection; gives the status.  Raises ValueError where it was cut short."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    received = b""
    while b"\r\n\r\n" not in received:
        if not (part := connection.recv(65536)):
            raise ValueError("cut short")
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    fields = head.lower().split(b"\r\n")
    length = next((int(f.partition(b":")[2]) for f in fields if f.startswith(b"content-length")), 0)
    left = length - len(body)
    while left > 0:
        left -= len(connection.recv(min(left, 1 << 20)))
    return int(head.split()[1])


def load_of(port: int, paths: Sequence[str], seconds: float, seed: int) -> int:
    """Requests that one client gets answered in so many seconds."""
    dice, done = random.Random(seed), 0
    connection = socket.create_connection(("127.0.0.1", port), 60)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ask(connection, dice.choice(paths)) != 200:
            raise SystemExit("a page was not answered")
        done += 1
    return done


def busy(process: int) -> float:
    """Seconds that a process and its children have been on a processor; 0 where /proc does not tell."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if process in {int(path.parent.name), int(fields[1])}:
                total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def rate(port: int, process: int, paths: Sequence[str], seconds: float) -> tuple[float, float]:
    """Requests a second of several clients at once, the median of the rounds after one that warms up.

    And what the server spends on one, in milliseconds of a processor: on a machine that others
    use too, that tells what it would carry alone.
    """
    rates, spent = [], []
    with get_context("fork").Pool(CLIENTS) as pool:
        for number in range(ROUNDS + 1):
            jobs = [(port, paths, seconds, number * CLIENTS + n) for n in range(CLIENTS)]
            started, before = time.monotonic(), busy(process)
            done = sum(pool.starmap(load_of, jobs))
            rates.append(done / (time.monotonic() - started))
            spent.append((busy(process) - before) / done * 1000)
    return statistics.median(rates[1:]), statistics.median(spent[1:])


def pages(warehouse: Warehouse) -> dict[str, list[str]]:
    """Addresses of each kind of page, a few of many."""
    dice = random.Random(1)
    heads = dice.sample(departments.documents(warehouse), 40)
    return {
        "department in a year": [f"/departments/{head['department']}/{head['year']}/" for head in heads],
        "table": [f"/documents/{head['document']}/tables/{dice.randrange(head['tables']) + 1}/" for head in heads],
        "document": [f"/documents/{head['document']}/" for head in heads],
        "comparison": ["/compare/", "/compare/three_public/", "/compare/function-208/"],
        "first page": ["/"],
    }


def searches(warehouse: Warehouse) -> list[tuple[str, float, float]]:
    """What some searches take, in milliseconds: the median and the slowest of many."""
    found = []
    for query in ("水务", "预算", "公务用车", "20805", "支", "云溪市水务局", "运行 维护", "2024", "不在其中"):
        times = []
        for _ in range(30):
            started = time.perf_counter()
            warehouse.search(query)
            times.append((time.perf_counter() - started) * 1000)
        found.append((query, statistics.median(times), max(times)))
    return found


def tell(name: str, value: float, wanted: float, unit: str, *, more: bool) -> None:
    """One line: what was measured, what is asked for, and their ratio."""
    good = value >= wanted if more else value <= wanted
    missed = "" if good else "  MISSED"
    print(f"{name:<44}{value:>10.1f} {unit:<6}(asked {wanted:g}, ratio {value / wanted:.2f}){missed}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--store", type=Path, help="keep the warehouse here, and use it again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder, data = asked.store or Path(temporary) / "warehouse", Path(temporary) / "data"
        data.mkdir()
        (data / "static").mkdir()
        if not (folder / "warehouse.sqlite").exists():
            started = time.monotonic()
            store = Store(folder)
            fill(store, asked.documents)
            print(f"{asked.documents} documents brought in: {time.monotonic() - started:.1f} s")
            started = time.monotonic()
            for year in sorted({held.year for held in store.held()}):
                store.compact(year)
            print(f"compacted: {time.monotonic() - started:.1f} s")
        started = time.monotonic()
        warehouse = Warehouse(folder)
        counted = warehouse.ask("select count(*) as documents, sum(facts) as facts from head")[0]
        print(f"{json.dumps(counted)} opened in {time.monotonic() - started:.2f} s")
        environment = {"SHOUZHI_DATA": str(data), "DJANGO_SETTINGS_MODULE": "shouzhi.web.settings"}
        migrate = [sys.executable, "-m", "django", "migrate", "-v0"]
        subprocess.run(migrate, env={**os.environ, **environment}, check=True)
        for query, median, slowest in searches(warehouse):
            tell(f"search “{query}”, median", median, FOUND, "ms", more=False)
            tell(f"search “{query}”, slowest of 30", slowest, FOUND, "ms", more=False)
        known = pages(warehouse)
        for memory, wanted, how in ((96, KEPT, "from memory"), (0, FRESH, "made anew")):
            together = [path for paths in known.values() for path in paths]
            with served(folder, data, memory) as (port, process):
                for name, paths in {**known, "all of them": together}.items():
                    answered, spent = rate(port, process, paths, asked.seconds)
                    tell(f"{name}, {how}", answered, wanted, "req/s", more=True)
                    print(f"{'':<44}{spent:>10.2f} ms of a processor each")


if __name__ == "__main__":
    main()
