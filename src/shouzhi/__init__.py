"""Shouzhi 收支: from budget lines to the published book, and from any published book to facts.

    >>> import shouzhi
    >>> document = shouzhi.read("budget.pdf")        # doctest: +SKIP
    >>> document.tables[0].title, len(document.facts)  # doctest: +SKIP
    >>> shouzhi.check([document])[0].message         # doctest: +SKIP

Importing the package imports nothing heavy; `read` and `check` bring in what they need.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shouzhi.checks import Finding
    from shouzhi.facts import Document

__version__ = "0.1.0"
__all__ = ["__version__", "check", "read"]


def read(path: str | Path, name: str | None = None) -> Document:
    """Read one published document into its tables and facts.

    `path` is a PDF, DOCX, XLSX, XLS, HTML or text file; `name` is what the result
    calls it (the name of the file by default).  Amounts of facts are whole 分.

    Raises `shouzhi.sources.Unreadable`, whose `cause` and `remedy` are sentences for
    the user, when the file cannot be used.
    """
    from shouzhi.facts import read_document

    return read_document(Path(path), name)


def check(
    documents: Sequence[Document], *, between: bool = False, language: Literal["zh", "en"] = "zh"
) -> list[Finding]:
    """Check documents: their arithmetic, and whether they are complete and well formed.

    Findings come the gravest first, then by document and place; amounts in them are written
    in the unit of their table.  With `between` the documents are held against each other
    too: years, budget and accounts, department and units.  `language` is that of the messages.
    """
    from shouzhi.checks.run import check as run

    return run(documents, between=between, language=language)
