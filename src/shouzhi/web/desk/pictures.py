"""Pages of PDF documents as pictures with the cells of a finding outlined.

PDFium draws in a process of its own that a hostile page may take down; what was drawn is
kept by content, so that a page is drawn once.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from shouzhi.cli.report.picture import Shot, Spot, picture, spots
from shouzhi.cli.workers import Failure, Pool
from shouzhi.sources import Unreadable
from shouzhi.web.desk.places import root, store

Json = dict[str, Any]

LIMIT: Final = 20.0
"""Seconds that one page may take."""
_PRELOAD: Final = ("shouzhi.cli.report.picture",)


@dataclass(frozen=True, slots=True)
class Draw:
    """A page of a PDF, with places to outline on it."""

    path: Path
    page: int
    spots: tuple[Spot, ...]


def draw(task: Draw) -> bytes:
    """Draw a whole page as PNG, in a process of its own; raises Unreadable where it cannot be drawn."""
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - heavy

    from shouzhi.cli.report.locate import Finder  # noqa: PLC0415 - as above

    try:
        document = PdfDocument(task.path)
    except PdfiumError as error:
        raise Unreadable("文件无法打开", "请下载原文件查看") from error
    try:
        if not 1 <= task.page <= len(document):
            raise Unreadable("没有这一页", "请核对页码")
        finder = Finder(document)
        outlines = []
        for spot in task.spots:
            page, boxes = finder.resolve(spot.place)
            if page == task.page:
                outlines += [(box, spot.tint) for box in boxes]
        opened = document[task.page - 1]
        width, height = opened.get_size()
        made = picture(opened, Shot(task.page, (0.0, 0.0, width, height), tuple(outlines)))
        opened.close()
    except PdfiumError as error:
        raise Unreadable("这一页画不出来", "请下载原文件查看") from error
    finally:
        document.close()
    if made is None:
        raise Unreadable("这一页是空的", "请下载原文件查看")
    return made


class _Drawer:
    """One process that draws, begun when it is first needed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: Pool | None = None
        self._owner = 0

    def draw(self, task: Draw) -> bytes | Failure:
        with self._lock:
            if self._pool is None or self._owner != os.getpid():
                self._pool, self._owner = Pool(draw, 1, LIMIT, _PRELOAD), os.getpid()
            try:
                return next(iter(self._pool.run([(0, task)])))[1]
            except (EOFError, OSError):  # no process could be begun: the next time may do better
                self._pool = None
                return Failure("died", {"code": "-"})


_DRAWER: Final = _Drawer()


def page_picture(digest: str, page: int, told: tuple[Json | None, Json | None, int]) -> bytes | None:
    """The picture of a page, drawn now or before; None where it cannot be drawn.

    `told` is the finding to outline, its view, and which document of the view this is.
    """
    finding, view, number = told
    wanted: Sequence[Spot] = spots(finding, view, number) if finding is not None and view is not None else ()
    mark = hashlib.blake2b(repr(wanted).encode(), digest_size=10).hexdigest()
    kept = root() / "pictures" / digest[:2] / digest[2:] / f"{page}-{mark}.png"
    with suppress(OSError):
        return kept.read_bytes()
    made = _DRAWER.draw(Draw(store().path(digest), page, tuple(wanted)))
    if isinstance(made, Failure):
        return None
    _keep(kept, made)
    return made


def _keep(path: Path, data: bytes) -> None:
    """Keep a picture whole or not at all; a full disk costs the keeping only."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
