"""What was published from what: hashes of outputs and book, versions of program and catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import shouzhi
from shouzhi.catalogue.loading import CATALOGUE
from shouzhi.publish.document import Publication

NAME: Final = "manifest.json"


@cache
def catalogue_version() -> str:
    """A hash of all data files of the catalogue: the same data, the same version."""
    found = (p for p in CATALOGUE.rglob("*") if p.is_file() and p.suffix in {".yaml", ".csv"})
    return _tree(CATALOGUE, sorted(found))


def book_hash(path: Path) -> str:
    """A hash of a book, be it a workbook or a folder."""
    if path.is_file():
        return sha256(path.read_bytes()).hexdigest()
    names = {"book.yaml", "prose.md"}
    found = (p for p in path.iterdir() if p.is_file() and (p.suffix == ".csv" or p.name in names))
    return _tree(path, sorted(found))


def _tree(root: Path, files: list[Path]) -> str:
    digest = sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def manifest(publication: Publication, outputs: Mapping[str, bytes], book: Path) -> bytes:
    """The manifest; it holds no date, so that the same book gives the same manifest."""
    described = {
        "title": publication.title,
        "department": publication.department,
        "year": publication.year,
        "edition": publication.edition.key,
        "draft": publication.draft,
        "shouzhi": shouzhi.__version__,
        "catalogue": f"sha256:{catalogue_version()}",
        "book": {"name": book.name, "hash": f"sha256:{book_hash(book)}"},
        "outputs": [
            {"path": name, "bytes": len(content), "hash": f"sha256:{sha256(content).hexdigest()}"}
            for name, content in sorted(outputs.items())
        ],
    }
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()
