"""Where the desk keeps things: under the data folder, away from what a web server serves."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from shouzhi.web.desk.store import Store


def root() -> Path:
    """The folder of the desk."""
    return Path(settings.DATA) / "desk"


def store() -> Store:
    """The uploaded files."""
    return Store(root() / "files")


def words_file() -> Path:
    """The learned words, as the reader takes them."""
    return root() / "words.csv"


def use_words() -> None:
    """Let this process and those that it starts read with the learned words of the installation."""
    os.environ["SHOUZHI_WORDS"] = str(words_file())


def words_mark() -> float:
    """When the learned words last changed; 0 where there are none."""
    with suppress(OSError):
        return words_file().stat().st_mtime
    return 0.0
