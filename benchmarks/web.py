"""How the application answers under load: 200 units, 100,000 lines, 50 people at work on one machine.

    python benchmarks/web.py [--seconds 60] [--people 50] [--think 1.0] [--data DIR]

Lays out 10 departments of 20 units with 500 lines each in a fresh SQLite database, starts
`shouzhi serve` with two workers, signs the people in, and lets each look at pages and change
rows with a pause of `--think` seconds on average between two requests.  Prints the medians
and the 95th percentiles of views and saves, the errors, and the edits that were acknowledged
and are not in the database afterwards (there must be none).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEPARTMENTS, UNITS, LINES = 10, 20, 500
FUNCTIONS = ("2010301", "2012601", "2080505", "2101101", "2210201")
ECONOMIC = ("30101", "30102", "30103", "30201", "30211", "30213", "30217", "30239")
CLERKS = 0.8  # of the people; the others review


@dataclass(slots=True)
class Person:
    """Someone at work: their session, what they may look at, the rows that they change."""

    key: int
    cookie: str
    pages: list[str]
    save: str | None
    rows: list[dict[str, Any]]
    random: random.Random
    acknowledged: dict[int, str] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


def lay_out(people: int) -> list[dict[str, Any]]:
    """Bodies, submissions, lines and signed-in people; gives what each person works with."""
    import django

    django.setup()
    from django.core.management import call_command

    from shouzhi.web.people.models import Body

    call_command("migrate", verbosity=0)
    region = Body.objects.create(kind="region", name="某市")
    submissions = []
    for number in range(DEPARTMENTS):
        submissions += department(region, number)
        print(f"\r{(number + 1) * UNITS * LINES:,} lines", end="", file=sys.stderr)
    print(file=sys.stderr)
    return [person(number, submissions, clerk=number < people * CLERKS) for number in range(people)]


def department(region: Any, number: int) -> list[Any]:
    """A department with its units, each with a submission of the first round."""
    from shouzhi.cycle.raw import RawBook, RawRow, Spot
    from shouzhi.web.audit.log import SYSTEM
    from shouzhi.web.budget.models import BudgetYear, Submission
    from shouzhi.web.budget.rows import add, totals
    from shouzhi.web.people.models import Body

    body = Body.objects.create(
        parent=region, kind="department", name=f"某市第{number + 1}局", code=f"{101 + number}"
    )
    year = BudgetYear.objects.create(department=body, year=2027, state="first_up")
    made = []
    for place in range(UNITS):
        name = f"{body.name}第{place + 1}单位"
        unit = Body.objects.create(
            parent=body, kind="unit", name=name, code=f"{body.code}{place + 1:03d}", order=place
        )
        submission = Submission.objects.create(budget_year=year, unit=unit, round="first_up")
        book = RawBook("lines")
        lines = [line(n, name) for n in range(LINES - 1)]
        book.sheets["expenditure"] = [
            RawRow(cells, Spot("支出", n + 1)) for n, cells in enumerate(lines)
        ]
        total = sum(int(cells["amount"]) for cells in lines)
        income = {"source": "一般公共预算", "function": FUNCTIONS[0], "amount": str(total)}
        book.sheets["income"] = [RawRow(income, Spot("收入", 1))]
        add(submission, book, SYSTEM)
        submission.totals = totals(submission)
        submission.save()
        made.append(submission)
    return made


def line(number: int, unit: str) -> dict[str, str]:
    """One line of expenditure."""
    return {
        "unit": unit, "function": FUNCTIONS[number % 5], "economic": ECONOMIC[number % 8], "source": "一般公共预算",
        "kind": "基本支出", "amount": str(1000 + number * 7), "note": f"第{number + 1}笔",
    }  # fmt: skip


def person(number: int, submissions: list[Any], *, clerk: bool) -> dict[str, Any]:
    """A person with a role and a session: a clerk of one unit, or a reviewer of a department."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from shouzhi.web.people.models import Grant, User

    submission = submissions[number * 3 % len(submissions)]
    year = submission.budget_year
    user = User.objects.create(username=f"p{number}", name=f"第{number}人")
    Grant.objects.create(
        user=user,
        role="clerk" if clerk else "department_finance",
        body=submission.unit if clerk else year.department,
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    pages = [
        "/work/",
        "/budget/",
        f"/budget/years/{year.pk}/",
        f"/budget/submissions/{submission.pk}/",
    ]
    pages += [
        f"/budget/years/{year.pk}/ceilings/",
        f"/budget/submissions/{submission.pk}/compare/",
        "/projects/",
    ]
    if clerk:
        sheet = f"/budget/submissions/{submission.pk}/sheet/expenditure/"
        pages += [sheet, f"{sheet}data/"] * 2
    rows = (
        submission.rows.filter(sheet="expenditure")
        .order_by("position")
        .values("id", "revision", "cells", "position")
    )
    return {
        "key": user.pk, "cookie": session.session_key, "pages": pages, "rows": list(rows[:40]) if clerk else [],
        "save": f"{sheet}save/" if clerk else None, "number": number,
    }  # fmt: skip


@contextmanager
def serving(data: Path) -> Iterator[int]:
    """The application on a free port."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "shouzhi",
        "serve",
        "--data",
        str(data),
        "--port",
        str(port),
        "--workers",
        "2",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, server)
        yield port
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not answer")


def work(someone: Person, port: int, until: float, think: float) -> None:
    """Look and change until the time is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    token = "t" * 32
    headers = {"Cookie": f"sessionid={someone.cookie}; csrftoken={token}", "X-CSRFToken": token}
    while time.perf_counter() < until:
        time.sleep(someone.random.expovariate(1 / think))
        try:
            if someone.save and someone.random.random() < 0.3:
                _save(someone, connection, headers)
            else:
                _view(someone, connection, headers)
        except (OSError, http.client.HTTPException) as error:
            someone.errors.append(repr(error))
            connection.close()
    connection.close()


def _view(someone: Person, connection: http.client.HTTPConnection, headers: dict[str, str]) -> None:
    page = someone.random.choice(someone.pages)
    status, _, seconds = _ask(connection, "GET", page, headers)
    kind = (
        "data"
        if page.endswith("data/")
        else page.strip("/").translate(str.maketrans("", "", "0123456789"))
    )
    someone.times[kind.replace("//", "/")].append(seconds)
    if status != 200:
        someone.errors.append(f"{status} {page}")


def _save(someone: Person, connection: http.client.HTTPConnection, headers: dict[str, str]) -> None:
    row = someone.random.choice(someone.rows)
    amount = str(someone.random.randrange(1000, 10_000_000))
    cells = {**row["cells"], "amount": amount}
    change = {
        "id": row["id"],
        "client": "c",
        "revision": row["revision"],
        "position": row["position"],
        "cells": cells,
    }
    body = json.dumps({"person": someone.key, "changes": [change]})
    told = {**headers, "Content-Type": "application/json", "Accept": "application/json"}
    status, content, seconds = _ask(connection, "POST", someone.save or "", told, body)
    someone.times["save"].append(seconds)
    if status != 200:
        someone.errors.append(f"{status} save {content[:120]!r}")
        return
    saved = json.loads(content)
    if saved["conflicts"] or not saved["rows"]:
        someone.errors.append(f"conflict {saved['conflicts']}")
        return
    row["revision"], row["cells"] = saved["rows"][0]["revision"], cells
    someone.acknowledged[row["id"]] = amount


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str | None = None,
) -> tuple[int, bytes, float]:
    started = time.perf_counter()
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    content = response.read()
    return response.status, content, time.perf_counter() - started


def lost(people: list[Person]) -> int:
    """The acknowledged edits that the database does not hold."""
    from shouzhi.web.budget.models import Row

    wanted = {pk: amount for someone in people for pk, amount in someone.acknowledged.items()}
    held = {row.pk: row.cells.get("amount") for row in Row.objects.filter(pk__in=wanted)}
    return sum(held.get(pk) != amount for pk, amount in wanted.items())


def tell(people: list[Person], seconds: float) -> None:
    """Print what was measured."""
    times: dict[str, list[float]] = defaultdict(list)
    for someone in people:
        for kind, taken in someone.times.items():
            times[kind] += taken
    saves = times.pop("save", [])
    views = [t for taken in times.values() for t in taken]
    for kind, taken in (*sorted(times.items()), ("all views", views), ("saves", saves)):
        if len(taken) > 1:
            high = statistics.quantiles(taken, n=20)[-1]
            print(
                f"{kind:44} {len(taken):6}  median {statistics.median(taken) * 1000:6.0f} ms  95% {high * 1000:6.0f} ms"
            )
    errors = [error for someone in people for error in someone.errors]
    print(
        f"{(len(views) + len(saves)) / seconds:.0f} requests a second; errors {len(errors)}; lost edits {lost(people)}"
    )
    for error in errors[:5]:
        print(" ", error)


def main() -> None:
    """Lay out, serve, let people work, tell."""
    told = argparse.ArgumentParser()
    told.add_argument("--seconds", type=float, default=60)
    told.add_argument("--people", type=int, default=50)
    told.add_argument("--think", type=float, default=1.0)
    told.add_argument("--data", type=Path)
    given = told.parse_args()
    data = given.data or Path(tempfile.mkdtemp(prefix="shouzhi-load-"))
    os.environ["SHOUZHI_DATA"], os.environ["DJANGO_SETTINGS_MODULE"] = (
        str(data),
        "shouzhi.web.settings",
    )
    try:
        made = lay_out(given.people)
        people = [
            Person(
                p["key"], p["cookie"], p["pages"], p["save"], p["rows"], random.Random(p["number"])
            )
            for p in made
        ]
        with serving(data) as port:
            until = time.perf_counter() + given.seconds
            threads = [
                threading.Thread(target=work, args=(p, port, until, given.think)) for p in people
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        tell(people, given.seconds)
    finally:
        if given.data is None:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
