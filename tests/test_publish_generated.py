"""Any book in any edition, published in every format, reads back as it was printed.

SHOUZHI_BOOKS asks for more than the few books that every run takes for each edition: so many
books at random, of every size, each in every format (a nightly run of some hundreds).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated_books import book
from roundtrip import FORMATS, differences, read_back
from shouzhi.catalogue.forms import edition, keys
from shouzhi.facts import Document
from shouzhi.publish.document import publication
from shouzhi.publish.proof import findings

BOOKS: Final = int(os.environ.get("SHOUZHI_BOOKS", "0"))
UNITS: Final = st.integers(1, 30)
SIZES: Final = st.integers(10, 2000) if BOOKS else st.sampled_from((10, 30, 60, 120, 300))
LARGE: Final = {
    "guangzhou/budget-2017": "docx",
    "guangzhou/budget-2024": "pdf",
    "national/accounts-2019": "html",
    "jiangsu/budget-2018": "xlsx",
}
"""Editions of which every run publishes a book of 2,000 lines, and in which format."""


@pytest.mark.parametrize("key", keys())
@settings(
    max_examples=BOOKS or 2, deadline=None, suppress_health_check=list(HealthCheck), derandomize=not BOOKS
)
@given(seed=st.integers(0, 10**6), units=UNITS, lines=SIZES)
def test_what_is_published_is_read_back(key: str, seed: int, units: int, lines: int) -> None:
    agree(key, (seed, units, lines), FORMATS)


@pytest.mark.parametrize(("key", "kind"), LARGE.items())
def test_a_large_book_is_read_back(key: str, kind: str) -> None:
    agree(key, (7, 30, 2000), [kind], {"error", "warning"})


def told_in_prose(document: Document) -> list[tuple[str, str, str]]:
    """The facts of the sentences, which all formats must tell alike."""
    return sorted((f.printed, f.unit, str(f.where)) for f in document.facts if f.table is None)


def agree(
    key: str, size: tuple[int, int, int], formats: Sequence[str], grave: Collection[str] = ("error",)
) -> None:
    """Publish a book and read it: every fact is there at its place, and no check finds anything grave.

    Small books of random amounts may bear out relations by chance, which then warn.
    """
    found = edition(key)
    made = publication(book(*size, found), found)
    with tempfile.TemporaryDirectory() as folder:
        read = {kind: read_back(made, kind, Path(folder)) for kind in formats}
    for kind, document in read.items():
        assert not differences(made, document), (key, kind, size)
    told = {kind: told_in_prose(document) for kind, document in read.items()}
    assert all(said == told[formats[0]] for said in told.values()), (key, size)
    assert not [f.message for f in findings(made) if f.severity in grave], (key, size)
