"""How fast a book is published, against LibreOffice converting our own Word file in the same run.

    python benchmarks/publish.py [--book examples/xiezuo-budget-2024]

Prints the time of each step and format, the footing of a book of 2,000 lines, and the ratio
of LibreOffice's time for a PDF of the same content to ours.  LibreOffice is left out where it
is not installed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from generated_books import book as generated  # noqa: E402 - its folder was added above
from shouzhi.catalogue.forms import edition, find  # noqa: E402
from shouzhi.cycle.building import load  # noqa: E402
from shouzhi.publish.document import Publication, publication  # noqa: E402
from shouzhi.publish.files import FORMATS, WRITERS, files  # noqa: E402
from shouzhi.publish.foot import foot  # noqa: E402
from shouzhi.publish.tabulate import tabulate  # noqa: E402


def median(work: Callable[[], object], runs: int) -> float:
    """The median of some runs, in seconds, after one that warms up."""
    work()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def libreoffice(word: bytes, runs: int) -> float | None:
    """The median time that LibreOffice takes to make a PDF of a Word file."""
    program = shutil.which("soffice")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.docx"
        path.write_bytes(word)
        command = [
            program, f"-env:UserInstallation=file://{folder}/profile", "--headless",
            "--convert-to", "pdf", "--outdir", folder, str(path),
        ]  # fmt: skip
        return median(lambda: subprocess.run(command, check=True, capture_output=True, timeout=300), runs)


def made(path: Path) -> Publication:
    """The book of a folder, ready for the writers."""
    book = load(path)
    found = edition(book.edition) if book.edition else find(book.document, book.year)
    assert found is not None, "no edition"
    return publication(book, found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--book", type=Path, default=ROOT / "examples" / "xiezuo-budget-2024")
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    print(f"load, tabulate, foot, narrate: {median(lambda: made(asked.book), asked.runs):.2f} s")
    ready = made(asked.book)
    times = {name: median(partial(files, ready, [name]), asked.runs) for name in FORMATS}
    for name, seconds in times.items():
        print(f"  {name}: {seconds:.2f} s")
    four = sum(times[name] for name in WRITERS)
    print(f"four formats of {len(ready.tables)} tables: {four:.2f} s (to be under 3 s)")
    large = edition("guangzhou/budget-2024")
    tables = tabulate(generated(1, 30, 2000, large), large)
    print(f"footing of 2,000 lines: {median(lambda: foot(tables), 3):.2f} s (to be under 2 s)")
    word = files(ready, ["docx"])
    office = libreoffice(next(iter(word.values())), 3)
    if office is None:
        print("LibreOffice is not installed: no ratio")
    else:
        print(f"LibreOffice: {office:.2f} s; ratio {office / times['pdf']:.1f} (to be at least 5)")


if __name__ == "__main__":
    main()
