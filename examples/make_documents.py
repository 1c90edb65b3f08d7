"""Writes the example documents of examples/documents anew: `make examples`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from example_tables import blocks, departments
from example_writers import WRITERS

FOLDER: Final = Path(__file__).with_name("documents")


def main() -> None:
    """Write every department in its format."""
    FOLDER.mkdir(exist_ok=True)
    for department in departments():
        path = FOLDER / f"{department.title}.{department.format}"
        WRITERS[department.format](list(blocks(department)), path)
        print(path.name)


if __name__ == "__main__":
    main()
