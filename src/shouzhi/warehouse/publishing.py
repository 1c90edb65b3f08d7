"""What has been disclosed goes into the warehouse: a publication, with its files and answers."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shouzhi.facts import Document, read_document
from shouzhi.publish.document import Publication
from shouzhi.publish.proof import read_back
from shouzhi.sources import Unreadable
from shouzhi.warehouse.store import Added, Store

Json = dict[str, Any]


def publish(
    store: Store,
    publication: Publication,
    files: Mapping[str, bytes],
    *,
    findings: Sequence[Json] = (),
    published: str | None = None,
) -> Added:
    """Put a publication into the store, as its readers will find it.

    `files` are its outputs by name (`publish.files.files`), which readers may download;
    `findings` those that the publisher has answered, each with `message`, `severity`, `answer`
    and, where it has a place, `where`.  `published` is the day of disclosure, YYYY-MM-DD.

    Where a PDF is among the files, figures tell its pages.
    """
    document = as_readers_find(publication, files)
    document.department = document.department or publication.department
    document.year = document.year or publication.year
    return store.add(document.as_dict(), findings=findings, files=files, published=published)


def as_readers_find(publication: Publication, files: Mapping[str, bytes]) -> Document:
    """The publication read back: from its PDF where there is one, else from its own grids."""
    made = read_back(publication)
    name = next((name for name in files if name.endswith(".pdf")), None)
    if name is None:
        return made
    with tempfile.TemporaryDirectory(prefix="shouzhi-") as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(files[name])
        try:
            paged = read_document(path, name)
        except Unreadable:
            return made
    # A page that reads differently from what was meant would be told wrongly: then none is told.
    same = [f.printed for f in made.facts] == [f.printed for f in paged.facts]
    return paged if same else made
