"""Words that an installation has learned: headings and labels that stand for known ones.

`words.csv` lies beside the imported lists of account codes, or at `$SHOUZHI_WORDS`.  Who
confirmed a word, and when, stands with it; the command line reads it as the desk does.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from shouzhi.catalogue.classifications import user_folder
from shouzhi.catalogue.loading import load_csv

COLUMNS: Final = ("says", "like", "source")


class Learned(NamedTuple):
    """One word: what documents say, the known word that it stands for, who confirmed it."""

    says: str
    like: str
    source: str


def learned_path() -> Path:
    """Where the learned words are kept: $SHOUZHI_WORDS, else beside the user's lists."""
    chosen = os.environ.get("SHOUZHI_WORDS")
    return Path(chosen) if chosen else user_folder().parent / "words.csv"


def learned_words(path: Path | None = None) -> tuple[Learned, ...]:
    """The learned words, none where there is no file; raises CatalogueError for a fault in it."""
    found = path or learned_path()
    if not found.is_file():
        return ()
    rows = load_csv(found, COLUMNS, filled=COLUMNS)
    return tuple(Learned(*(row.cells[name] for name in COLUMNS)) for row in rows)


def keep_words(words: Iterable[Learned], path: Path | None = None) -> None:
    """Write the learned words; whoever reads meanwhile sees all of the old or of the new."""
    target = path or learned_path()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(words)
    Path(temporary).replace(target)
