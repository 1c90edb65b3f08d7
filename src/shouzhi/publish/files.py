"""All formats of a publication as files: their names and bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from shouzhi.publish.document import Publication

WRITERS: Final = {"docx": "word", "pdf": "pdf", "xlsx": "workbook", "html": "web"}
"""The module that writes each format of the document; each is imported when it is asked for."""

FORMATS: Final = (*WRITERS, "datapackage")

_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_LONGEST: Final = 80


def stem(publication: Publication) -> str:
    """The title as the name of a file."""
    return _UNSAFE.sub("", publication.title).strip(" .")[:_LONGEST] or "document"


def files(publication: Publication, formats: Sequence[str] = FORMATS) -> dict[str, bytes]:
    """The files of the formats, by their paths below the folder of outputs.

    Raises Unreadable where no Chinese font is at hand.
    """
    made: dict[str, bytes] = {}
    for name in dict.fromkeys(formats):
        if name == "datapackage":
            package = import_module("shouzhi.publish.package")
            made |= {f"{package.FOLDER}/{path}": data for path, data in package.write(publication).items()}
        else:
            writer = import_module(f"shouzhi.publish.{WRITERS[name]}")
            made[f"{stem(publication)}.{name}"] = writer.write(publication)
    return made
