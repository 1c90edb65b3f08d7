"""Zip containers opened without trusting them: bounded members, and XML without entities."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from shouzhi.sources import Unreadable

MIB: Final = 1024 * 1024
MAX_MEMBERS: Final = 20_000
"""Members of one archive; a document has some dozens, a year's disclosures some thousands."""
MAX_UNPACKED: Final = 4096 * MIB
"""What all members of one archive may come to."""
MAX_RATIO: Final = 250
"""How many times its own size an archive may unpack to; XML of wide tables reaches about 60."""
RATIO_FROM: Final = 64 * MIB
"""Below this size the ratio is not looked at: small files of one repeated row compress well."""
MAX_PART: Final = 128 * MIB
"""The largest part that is read at all, such as a sheet, which is parsed row by row."""
MAX_TREE: Final = 48 * MIB
"""The largest part that is parsed whole, at some ten times its size in memory: 700 pages."""

DAMAGED: Final = "请重新下载，或用原来的软件打开后另存一份再读"
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800


class Relation(NamedTuple):
    """One relationship of a part: the last word of its type and the part that it leads to."""

    type: str
    target: str


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose declared sizes are within the limits of this module.

    Raises Unreadable when it is not a zip, or when it would unpack to too much.
    """
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise Unreadable("压缩结构损坏或文件不完整", DAMAGED) from error
    with opened:
        _refuse_bomb(opened.infolist(), path.stat().st_size)
        yield opened


def _refuse_bomb(members: list[zipfile.ZipInfo], packed: int) -> None:
    remedy = "请确认文件来源可靠；确需读取时请自行解压、拆分后再读"
    if len(members) > MAX_MEMBERS:
        raise Unreadable(f"压缩包里有 {len(members)} 个文件，超过上限 {MAX_MEMBERS}", remedy)
    unpacked = sum(member.file_size for member in members)
    bomb = unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed
    if bomb or unpacked > MAX_UNPACKED:
        size = f"{max(packed // 1024, 1)} KB"
        raise Unreadable(f"{size} 的文件解压后有 {unpacked // MIB} MB，疑似压缩炸弹", remedy)


def read_member(opened: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of one member, at most `limit` of them; raises Unreadable above that."""
    if member.flag_bits & _ENCRYPTED:
        raise Unreadable("压缩包里的文件有密码", "请先用密码解压，再读解压出来的文件")
    too_large = Unreadable(f"其中的 {member.filename} 超过 {limit // MIB} MB", "请拆分文件后再读")
    if member.file_size > limit:
        raise too_large
    with opened.open(member) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise too_large
    return data


def member_name(member: zipfile.ZipInfo) -> str:
    """The name of a member as it was meant: UTF-8 where it is, else the Chinese code page.

    Windows writes names in GBK and does not say so; `zipfile` then takes them for cp437.
    """
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _parser() -> etree.XMLParser:
    """A parser that fetches nothing, expands nothing and keeps libxml2's own limits."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _refuse_dtd(data: bytes) -> None:
    """Office files have no document type; where there is one it is an attack or a wrong file."""
    plain = data.replace(b"\0", b"") if b"\0" in data[:64] else data
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        remedy = "请确认来源可靠，用办公软件另存一份再读"
        raise Unreadable("文件里有 XML 实体定义，正常的办公文档没有", remedy)


def parse_xml(data: bytes) -> etree._Element:
    """Parse one XML part; raises Unreadable for document types and for broken XML."""
    _refuse_dtd(data)
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("文件里的 XML 内容损坏", DAMAGED) from error
    if root.getroottree().docinfo.internalDTD is not None:  # an encoding hid it from the bytes
        _refuse_dtd(b"<!DOCTYPE")
    return root


def stream_xml(data: bytes, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """The elements of a part whose local name is in `tags`, one by one, each emptied after use."""
    _refuse_dtd(data)
    events = etree.iterparse(
        BytesIO(data), tag=[f"{{*}}{tag}" for tag in tags], resolve_entities=False,
        no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for number, (_, element) in enumerate(events):
            if not number and element.getroottree().docinfo.internalDTD is not None:
                _refuse_dtd(b"<!DOCTYPE")
            yield element
            element.clear()
    except etree.XMLSyntaxError as error:
        raise Unreadable("文件里的 XML 内容损坏", DAMAGED) from error


class Package:
    """An office file: named parts, some of them XML, tied together by relationships.

    Names are matched without case and with either slash, since some writers use the wrong one.
    """

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._zip = opened
        self._parts = {
            member.filename.replace("\\", "/").lstrip("/").lower(): member
            for member in opened.infolist()
        }

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def bytes(self, name: str, limit: int = MAX_PART) -> bytes:
        """The bytes of a part; raises Unreadable when there is none, or more than `limit`."""
        member = self._parts.get(name.lower())
        if member is None:
            raise Unreadable(f"文件缺少必需的部分 {name}", DAMAGED)
        return read_member(self._zip, member, limit)

    def xml(self, name: str) -> etree._Element | None:
        """The root of an XML part, or None when the file has no such part."""
        return parse_xml(self.bytes(name, MAX_TREE)) if name in self else None

    def relations(self, part: str = "") -> dict[str, Relation]:
        """The relationships of `part` (of the whole file when it is empty), by their id."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, Relation] = {}
        for item in root if root is not None else ():
            target = item.get("Target", "")
            if item.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                kind = item.get("Type", "").rpartition("/")[2]
                found[item.get("Id", "")] = Relation(kind, target)
        return found

    def main_part(self, usual: str) -> str:
        """The part that the file says is its document, else the one it `usual`ly is."""
        for relation in self.relations().values():
            if relation.type == "officeDocument" and relation.target in self:
                return relation.target
        return usual


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open an office file as a `Package`, within the limits of `open_zip`."""
    with open_zip(path) as opened:
        yield Package(opened)
