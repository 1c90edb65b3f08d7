"""A zip of 100 documents read and checked by the desk, against `shouzhi check` in the same run.

    python benchmarks/desk.py [FOLDER]

FOLDER holds documents (by default the samples beside the checkout, else the examples); they
are repeated until there are 100.  Runs of both sides alternate; the command keeps nothing
between runs and neither does the desk.  While the desk reads, its pages are asked for four
times a second: their slowest answer is told.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from uuid import uuid4

HERE = Path(__file__).resolve().parents[1]
FOLDERS = (HERE.parent / "shared" / "samples", HERE / "examples" / "documents")
MANY = 100
ROUNDS = 3
HOST, PORT = "127.0.0.1", 8799
PASSWORD = "correct horse battery"  # noqa: S105 - of somebody who exists only here
PAUSE = 0.25
NEEDED, MOST_MS = 0.8, 300
TIMEOUT = 600
SHOUZHI = shutil.which("shouzhi", path=str(Path(sys.executable).parent)) or "shouzhi"
APART = {".pdf": b"\n%%%%%d", ".txt": b"\n%d", ".html": b"<!-- %d -->"}
"""What is added to a file so that no two contents are the same."""


def packed(folder: Path, target: Path) -> None:
    """A zip of MANY documents."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for number, path in zip(range(MANY), cycle(files), strict=False):
            mark = APART.get(path.suffix, b"")
            opened.writestr(f"{number:03}-{path.name}", path.read_bytes() + (mark % number if mark else b""))


def command(archive: Path, out: Path) -> float:
    """Seconds of `shouzhi check`."""
    start = time.perf_counter()
    run = [SHOUZHI, "check", str(archive), "--no-cache", "-f", "json", "-o", str(out)]
    subprocess.run(run, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


class Browser:
    """Somebody who has signed in: keeps cookies, asks for pages, uploads."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection(HOST, PORT, timeout=TIMEOUT)

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str, str]:
        """Status, text and the address that it leads to."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        headers |= {"Content-Type": kind} if kind else {}
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # it was idle for too long
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = header.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, answer.read().decode("utf-8", "replace"), answer.headers.get("Location", "")

    def token(self, path: str) -> str:
        """The token of the first form of a page."""
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self.ask("GET", path)[1])
        assert found, f"no form on {path}"
        return found[1]

    def sign_in(self) -> None:
        """Sign in."""
        said = f"csrfmiddlewaretoken={self.token('/login/')}&username=bench&password={PASSWORD.replace(' ', '+')}"
        status, _, _ = self.ask("POST", "/login/", said.encode(), "application/x-www-form-urlencoded")
        assert status == 302, status

    def upload(self, archive: Path, body: int) -> str:
        """Upload a zip; gives the address of its page."""
        edge = uuid4().hex
        fields = {"csrfmiddlewaretoken": self.token("/desk/"), "body": str(body)}
        made = b"".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()
        )
        made += f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="all.zip"\r\n\r\n'.encode()
        made += archive.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        status, text, address = self.ask("POST", "/desk/upload", made, f"multipart/form-data; boundary={edge}")
        assert status == 302, text
        return address


def desk(browser: Browser, archive: Path, body: int) -> tuple[float, list[tuple[float, str]]]:
    """Seconds from the upload to the last document, and how long each page took meanwhile."""
    from shouzhi.web.desk.models import Document, Reading

    start = time.time()
    address = browser.upload(archive, body)
    number = int(address.strip("/").split("/")[-1])
    took: list[tuple[float, str]] = []
    pages = cycle(("/desk/", address, "document", "/desk/register/", "/desk/words/"))
    while True:
        page = next(pages)
        if page == "document":
            latest = Reading.objects.order_by("-pk").values_list("document_id", flat=True).first()
            page = f"/desk/documents/{latest}/" if latest else "/desk/"
        before = time.perf_counter()
        status, text, _ = browser.ask("GET", page)
        took.append(((time.perf_counter() - before) * 1000, page))
        assert status == 200, (page, status)
        if page == address and "读完了" in text:
            break
        time.sleep(PAUSE)
    documents = Document.objects.filter(batch=number).exclude(source="zip")
    states = dict.fromkeys(("read", "refused"), 0)
    for state in documents.values_list("state", flat=True):
        states[state] = states.get(state, 0) + 1
    assert states == {"read": MANY, "refused": 0}, states
    last = Reading.objects.filter(document__batch=number).latest("at").at.timestamp()
    return last - start, took


@contextmanager
def served(data: Path) -> Iterator[int]:
    """The application and its worker over a data folder of their own; gives the key of a region."""
    os.environ |= {"SHOUZHI_DATA": str(data), "DJANGO_SETTINGS_MODULE": "shouzhi.web.settings"}
    os.environ.pop("DATABASE_URL", None)
    from shouzhi.web.serving import make_folder, prepare

    make_folder(data)
    prepare()
    from shouzhi.web.people.models import Body, Grant, User

    region = Body.objects.create(kind="region", name="某市")
    user = User.objects.create_user("bench", PASSWORD, name="bench", home=region)
    Grant.objects.create(user=user, role="reviewer", body=region)
    run = [SHOUZHI, "serve", "--host", HOST, "--port", str(PORT), "--data", str(data)]
    with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            await_answer(process)
            yield region.pk
        finally:
            process.terminate()
            process.wait(30)


def await_answer(process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    for _ in range(120):
        try:
            Browser().ask("GET", "/login/")
        except OSError:
            assert process.poll() is None, "the server did not start"
            time.sleep(0.25)
        else:
            return
    raise SystemExit("the server does not answer")


def main() -> None:
    """Measure, and print the ratio and the slowest page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else next(f for f in FOLDERS if f.is_dir())
    with tempfile.TemporaryDirectory(prefix="desk-bench-", ignore_cleanup_errors=True) as made:
        place = Path(made)
        archive = place / "all.zip"
        packed(folder, archive)
        print(f"{MANY} documents of {folder.name}, {archive.stat().st_size >> 20} MB", flush=True)
        pairs, took = [], []
        with served(place / "data") as body:
            browser = Browser()
            browser.sign_in()
            for number in range(ROUNDS):
                theirs = command(archive, place / "out.json")
                ours, pages = desk(browser, archive, body)
                pairs.append((theirs, ours))
                took += pages
                print(f"run {number + 1}: command {theirs:.1f} s, desk {ours:.1f} s", flush=True)
        ratio = statistics.median(theirs / ours for theirs, ours in pairs)
        slowest, page = max(took)
        usual = statistics.median(ms for ms, _ in took)
        print(f"desk at {ratio:.0%} of the speed of the command (needed {NEEDED:.0%})")
        print(f"{len(took)} pages meanwhile: median {usual:.0f} ms, slowest {slowest:.0f} ms of {MOST_MS} ({page})")
        sys.exit(ratio < NEEDED or slowest > MOST_MS)


if __name__ == "__main__":
    main()
