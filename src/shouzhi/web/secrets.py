"""The secret key of an installation: made once, kept in its data folder, readable by its owner."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(folder: Path) -> str:
    """`SHOUZHI_SECRET_KEY`, or the key in the folder, made now if there is none."""
    if given := os.environ.get("SHOUZHI_SECRET_KEY"):
        return given
    path = folder / "secret-key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Exclusive: of two processes that start together one makes it and the other reads it.
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii")
