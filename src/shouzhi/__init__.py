"""Shouzhi 收支: from budget lines to the published book, and from any published book to facts.

    >>> import shouzhi
    >>> document = shouzhi.read("budget.pdf")        # doctest: +SKIP
    >>> document.tables[0].title, len(document.facts)  # doctest: +SKIP

Importing the package imports nothing heavy; `read` brings in what it needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shouzhi.facts import Document

__version__ = "0.1.0"
__all__ = ["__version__", "read"]


def read(path: str | Path, name: str | None = None) -> Document:
    """Read one published document into its tables and facts.

    `path` is a PDF, DOCX, XLSX, XLS, HTML or text file; `name` is what the result
    calls it (the name of the file by default).  Amounts of facts are whole 分.

    Raises `shouzhi.sources.Unreadable`, whose `cause` and `remedy` are sentences for
    the user, when the file cannot be used.
    """
    from shouzhi.facts import read_document

    return read_document(Path(path), name)
