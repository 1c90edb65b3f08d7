"""The table of contents of an OLE container: old Office files, and new ones with a password.

Only what tells the kind of a file is read: the names of the streams of the root and where
they begin ([MS-CFB] sections 2.2 to 2.6).
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = 128
_END = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""
_MAX_DIRECTORY = 4096
"""Directory sectors looked at; a damaged chain may run in a circle."""


def streams(file: BinaryIO) -> dict[str, bytes]:
    """The streams and storages of the root with their first 512 bytes (none for small ones).

    Embedded objects lie deeper and are not listed, so that a text with a workbook inside is
    not taken for a workbook.  A damaged container gives what could be read.
    """
    file.seek(0)
    header = file.read(512)
    if len(header) < 512 or not header.startswith(MAGIC):
        return {}
    size = 1 << min(struct.unpack_from("<H", header, 30)[0], 16)
    cutoff = struct.unpack_from("<I", header, 56)[0]
    entries = _directory(file, header, size)
    found: dict[str, bytes] = {}
    for index in _children(entries):
        entry = entries[index]
        start, length = struct.unpack_from("<II", entry, 116)
        kept = length >= cutoff and start < _END
        found[_name(entry)] = _sector(file, start, size)[:512] if kept else b""
    return found


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number + 1) * size)
    return file.read(size)


def _directory(file: BinaryIO, header: bytes, size: int) -> list[bytes]:
    fat_sectors = struct.unpack_from("<109I", header, 76)
    sector = struct.unpack_from("<I", header, 48)[0]
    entries: list[bytes] = []
    for _ in range(_MAX_DIRECTORY):
        if sector >= _END:
            break
        data = _sector(file, sector, size)
        entries += [data[at : at + _ENTRY] for at in range(0, len(data) - _ENTRY + 1, _ENTRY)]
        block, place = divmod(sector, size // 4)
        if block >= len(fat_sectors) or fat_sectors[block] >= _END:
            break
        table = _sector(file, fat_sectors[block], size)
        if len(table) < place * 4 + 4:
            break
        sector = struct.unpack_from("<I", table, place * 4)[0]
    return entries


def _children(entries: list[bytes]) -> set[int]:
    """The entries that lie directly in the root: a binary tree of siblings from its child."""
    if not entries:
        return set()
    seen: set[int] = set()
    waiting = [struct.unpack_from("<I", entries[0], 76)[0]]
    while waiting:
        index = waiting.pop()
        if index < len(entries) and index not in seen:
            seen.add(index)
            waiting += struct.unpack_from("<II", entries[index], 68)
    return seen


def _name(entry: bytes) -> str:
    length = min(struct.unpack_from("<H", entry, 64)[0], 64)
    return entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
