"""The warehouse that the application shows: one for each process, made empty where there is none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from shouzhi.warehouse import Store, Warehouse


def folder() -> Path:
    """Where it lies."""
    return Path(settings.WAREHOUSE)


def store() -> Store:
    """The warehouse for writing."""
    return Store(folder())


def warehouse() -> Warehouse:
    """The warehouse for reading."""
    return _opened(folder())


@cache
def _opened(at: Path) -> Warehouse:
    if not (at / "warehouse.sqlite").is_file():
        Store(at)
    return Warehouse(at)
