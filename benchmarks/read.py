"""How fast documents are read, as ratios against peers that are measured in the same run.

    python benchmarks/read.py [FOLDER]

FOLDER holds PDF files (by default the samples beside the checkout, else the
examples).  Runs alternate between the two sides of each ratio, so that a noisy
machine is noisy for both; figures are medians over the runs.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path

import pdfplumber
import pypdfium2
from pypdfium2 import raw

import shouzhi
from shouzhi.sources.pdf import read as read_grids

HERE = Path(__file__).resolve().parents[1]
FOLDERS = (HERE.parent / "shared" / "samples", HERE / "examples" / "documents")
ROUNDS = 9
LONG = 500
COPIES = 10

PEAK = """
import resource, sys
from pathlib import Path
import shouzhi
shouzhi.read(Path(sys.argv[1]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))
"""


def floor(path: Path) -> None:
    """PDFium opens the file and extracts the text of every page."""
    document = pypdfium2.PdfDocument(path)
    for page in document:
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    document.close()


def peer(path: Path) -> None:
    """What pdfplumber takes from every page: tables and text."""
    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_tables()
            page.extract_text()
            page.close()


def seconds(run: Callable[[], object]) -> float:
    """How long a run takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def alternate(
    one: Callable[[], object], other: Callable[[], object], rounds: int
) -> list[tuple[float, float]]:
    """Seconds of two runs that take turns."""
    return [(seconds(one), seconds(other)) for _ in range(rounds)]


def medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The medians of both sides."""
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def over(
    paths: Sequence[Path],
    one: Callable[[Path], object],
    other: Callable[[Path], object],
    rounds: int,
) -> tuple[float, float]:
    """Seconds of two ways to read these files, summed over the medians of each file."""
    sums = [medians(alternate(partial(one, path), partial(other, path), rounds)) for path in paths]
    return sum(a for a, _ in sums), sum(b for _, b in sums)


def command(folder: Path, jobs: int) -> None:
    """The command reads a folder anew with so many processes, one process on one core.

    The parent that writes the output is a process too: with one job it would take the
    second core, so it is kept to the first where the system allows that.
    """
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if jobs == 1 and cores:
        os.sched_setaffinity(0, {min(cores)})
    options = [
        "--no-cache",
        "--jobs",
        str(jobs),
        "--format",
        "json",
        "-o",
        str(folder / "out.jsonl"),
    ]
    subprocess.run(
        [sys.executable, "-m", "shouzhi", "read", str(folder), *options],
        check=True,
        capture_output=True,
    )
    if cores:
        os.sched_setaffinity(0, cores)


@contextmanager
def copies(paths: Sequence[Path]) -> Iterator[Path]:
    """A folder that holds these files COPIES times, so that starting up weighs little."""
    with tempfile.TemporaryDirectory() as folder:
        for number, path in product(range(COPIES), paths):
            shutil.copy(path, Path(folder) / f"{number}-{path.name}")
        yield Path(folder)


@contextmanager
def long_document(paths: Sequence[Path]) -> Iterator[Path]:
    """A PDF of LONG pages, those of the samples over and over."""
    with tempfile.TemporaryDirectory() as folder:
        made = pypdfium2.PdfDocument.new()
        sources = [pypdfium2.PdfDocument(path) for path in paths]
        while len(made) < LONG:
            for source in sources:
                made.import_pages(source, list(range(min(len(source), LONG - len(made)))))
        path = Path(folder) / "long.pdf"
        made.save(path, flags=raw.FPDF_NO_INCREMENTAL)
        made.close()
        for source in sources:
            source.close()
        yield path


def main() -> None:
    """Print each figure on a line."""
    given = [Path(name) for name in sys.argv[1:]]
    folder = next(path for path in [*given, *FOLDERS] if path.is_dir())
    paths = sorted(folder.rglob("*.pdf"))
    pages = 0
    for path in paths:
        document = pypdfium2.PdfDocument(path)
        pages += len(document)
        document.close()
    print(f"{len(paths)} files, {pages} pages in {folder}; medians of runs that take turns")

    base, ours = over(paths, floor, read_grids, ROUNDS)
    print(
        f"grids and lines: {ours / base:.2f} x the floor of PDFium's opening and text "
        f"({1000 * ours / pages:.2f} against {1000 * base / pages:.2f} ms a page)"
    )

    shouzhi.read(paths[0])  # the catalogue is read once for all documents
    theirs, ours = over(paths, peer, shouzhi.read, 1)
    print(
        f"whole read on one core: {theirs / ours:.1f} x as fast as pdfplumber "
        f"({1000 * ours / pages:.2f} against {1000 * theirs / pages:.1f} ms a page)"
    )

    with copies(paths) as many:
        one, two = medians(alternate(lambda: command(many, 1), lambda: command(many, 2), 3))
    print(
        f"two cores: {one / two:.2f} x one core ({two:.1f} against {one:.1f} s, {COPIES} copies of the folder)"
    )

    start = statistics.median(
        seconds(
            lambda: subprocess.run(
                [sys.executable, "-m", "shouzhi", "--help"], check=True, capture_output=True
            )
        )
        for _ in range(ROUNDS)
    )
    print(f"shouzhi --help: {1000 * start:.0f} ms")

    with long_document(paths) as path:
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(path)], check=True, capture_output=True, text=True
        )
    print(f"peak memory, PDF of {LONG} pages: {float(done.stdout):.0f} MiB")


if __name__ == "__main__":
    main()
