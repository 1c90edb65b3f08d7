"""An uploaded workbook: bounded before it is opened, kept by its content until it is confirmed."""

from __future__ import annotations

import re
import time
from hashlib import sha256
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from shouzhi.cycle.raw import RawBook
from shouzhi.cycle.workbook import read_workbook
from shouzhi.sources import Unreadable
from shouzhi.sources.archive import MIB, open_zip

MOST_BYTES: Final = 20 * MIB
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
KEPT: Final = 24 * 60 * 60
"""Seconds for which a workbook that nobody confirms is kept."""

_PLACE: Final = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_CHUNK: Final = MIB
_LONGEST_TAG: Final = 512  # bytes that are looked at again at the seam of two chunks
_NAME: Final = re.compile(r"[0-9a-f]{64}")


def keep(upload: UploadedFile) -> str:
    """Keep an upload under the hash of its content; raises Unreadable for what is no workbook."""
    if (upload.size or 0) > MOST_BYTES:
        raise Unreadable(f"工作簿超过 {MOST_BYTES // MIB} MB", "请删去无关的页和图片后再传")
    content = upload.read()
    name = sha256(content).hexdigest()
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    path.write_bytes(content)
    try:
        _bounded(path)
    except Unreadable:
        path.unlink()
        raise
    return name


def read(name: str, shown: str) -> RawBook:
    """The workbook that was kept under a name; raises Unreadable where it is no longer there."""
    path = _path(name)
    if not _NAME.fullmatch(name) or not path.is_file():
        raise Unreadable("上传的工作簿已过期", "请重新上传")
    book = read_workbook(path)
    book.name = shown
    return book


def forget(name: str) -> None:
    """Let go of a workbook that was confirmed."""
    if _NAME.fullmatch(name):
        _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / f"{name}.xlsx"


def _sweep(folder: Path) -> None:
    """Throw away what nobody has confirmed in a day."""
    for path in folder.glob("*.xlsx"):
        if path.stat().st_mtime < time.time() - KEPT:
            path.unlink(missing_ok=True)


def _bounded(path: Path) -> None:
    """Refuse what would take too much memory: a reader lays a sheet out up to its furthest cell."""
    with open_zip(path) as opened:
        names = opened.namelist()
        if "xl/workbook.xml" not in names:
            raise Unreadable(
                "不是 .xlsx 工作簿", "请用“下载模板”得到的工作簿填写；旧格式请另存为 .xlsx"
            )
        for name in names:
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                _bounded_sheet(opened, name)


def _bounded_sheet(opened: ZipFile, name: str) -> None:
    seam = b""
    with opened.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            for column, row in _PLACE.findall(seam + chunk):
                if int(row) > MOST_ROWS or _number(column) > MOST_COLUMNS:
                    where = f"{column.decode()}{row.decode()}"
                    remedy = f"每页至多 {MOST_ROWS} 行、{MOST_COLUMNS} 列；请删去多余的行列"
                    raise Unreadable(f"有一页一直写到 {where}", remedy)
            seam = chunk[-_LONGEST_TAG:]


def _number(column: bytes) -> int:
    number = 0
    for sign in column:
        number = number * 26 + sign - 64
    return number
