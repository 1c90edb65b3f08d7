"""Opening any one file: its kind is told by its content, and every failure ends as `Unreadable`."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from shouzhi.sources import Grid, Source, Unreadable
from shouzhi.sources.archive import DAMAGED, MIB
from shouzhi.sources.signature import identify

log = logging.getLogger(__name__)


class Kind(NamedTuple):
    """A kind of file that is read: what it is called, who reads it, and how large it may be."""

    title: str
    module: str
    suffixes: tuple[str, ...]
    max_bytes: int


KINDS: Final[dict[str, Kind]] = {
    "pdf": Kind("PDF", "shouzhi.sources.pdf", (".pdf",), 2048 * MIB),
    "docx": Kind("Word 文档", "shouzhi.sources.docx", (".docx", ".docm", ".dotx"), 512 * MIB),
    "xlsx": Kind("Excel 工作簿", "shouzhi.sources.xlsx", (".xlsx", ".xlsm", ".xltx"), 512 * MIB),
    "xls": Kind("旧版 Excel 工作簿", "shouzhi.sources.xls", (".xls", ".et", ".xlt"), 64 * MIB),
    "ods": Kind("ODS 工作簿", "shouzhi.sources.ods", (".ods",), 512 * MIB),
    "doc": Kind("旧版 Word 文档", "shouzhi.sources.legacy", (".doc", ".wps", ".dot"), 256 * MIB),
    "rtf": Kind("RTF 文档", "shouzhi.sources.legacy", (".rtf",), 256 * MIB),
    "odt": Kind("ODT 文档", "shouzhi.sources.legacy", (".odt",), 256 * MIB),
    "html": Kind("网页", "shouzhi.sources.html", (".html", ".htm", ".xhtml"), 32 * MIB),
    "text": Kind("文本", "shouzhi.sources.text", (".txt", ".tsv", ".csv", ".md"), 64 * MIB),
}
"""The kinds that are read; adding one is a module with `read(path) -> Source` and a line here.

The limits are far above what departments publish; pages of web sites, old workbooks and
texts are held in memory whole, at some twenty times their size.
"""

SUFFIXES: Final = frozenset(suffix for kind in KINDS.values() for suffix in kind.suffixes)
"""The extensions of documents; in a folder, what has none of them may be passed by."""

KNOWN: Final[dict[str, tuple[str, str]]] = {
    "encrypted": ("文件有打开密码", "请用密码打开后取消密码、另存一份再读"),
    "empty": ("文件是空的（0 字节）", "请重新下载或向提供者索取"),
    "xlsb": ("这是二进制 Excel 工作簿（XLSB）", "请用 Excel 另存为 .xlsx 再读"),
    "pptx": ("这是演示文稿，不是预决算文档", "请把其中的表格另存为 Word 或 Excel 再读"),
    "ofd": ("这是 OFD 版式文件，目前不能读取", "请用 OFD 阅读器转换为 PDF 再读"),
    "rar": ("这是 RAR 压缩包，不能直接读取", "请解压后读取其中的文件，或改用 ZIP"),
    "7z": ("这是 7z 压缩包，不能直接读取", "请解压后读取其中的文件，或改用 ZIP"),
    "gzip": ("这是 GZIP 压缩文件，不能直接读取", "请解压后读取其中的文件"),
    "image": ("这是图片，里面的文字不能直接读取", "请先做文字识别（OCR）并存为 PDF 再读"),
    "mhtml": ("这是单个文件网页（MHTML）", "请用浏览器或 Word 打开后另存为网页或 .docx 再读"),
    "wordml": ("这是 Word 的 XML 文档", "请用 Word 另存为 .docx 再读"),
    "excelml": ("这是 Excel 的 XML 表格", "请用 Excel 或 WPS 另存为 .xlsx 再读"),
    "markup": ("这是 Office 的 XML 文件", "请用原来的软件另存为 .docx 或 .xlsx 再读"),
    "ole": ("这是 Office 旧格式文件，但不是 Word 或 Excel", "请用原来的软件另存为 PDF 再读"),
    "zip": ("这是压缩包，不是单个文档", "请把它作为文件夹一样读取，或解压后再读"),
    "unknown": ("不是认得的文档格式", "请确认文件没有损坏；可读 PDF、Word、Excel、网页和文本"),
}
"""Kinds that are recognised and not read: why, and what to do."""


def open_source(path: Path, name: str | None = None) -> Source:
    """Read a file of any kind; `name` is what to call it (its file name when None).

    The content decides the kind; an extension that says otherwise is a warning.
    Raises Unreadable, and nothing else, for whatever cannot be used.
    """
    shown = name if name is not None else path.name
    try:
        kind = kind_of(path, Path(shown).suffix)
        _refuse_large(path, kind)
        source = _reader(kind)(path)
    except Unreadable:
        raise
    except OSError as error:
        raise _system_fault(error) from error
    except MemoryError as error:
        raise Unreadable("文件太大，内存不够", "请拆分后再读，或换内存更大的电脑") from error
    except Exception as error:
        # readers meet any damage; its class tells a developer where to look
        log.info("%s: %s", shown, type(error).__name__, exc_info=True)
        cause = f"内容损坏或不完整，无法解析（{type(error).__name__}）"
        raise Unreadable(cause, DAMAGED) from error
    source.name = shown
    _refuse_empty(source)
    suffix = Path(shown).suffix.lower()
    if suffix not in KINDS[kind].suffixes and suffix in SUFFIXES:
        source.warnings.insert(0, f"扩展名是 {suffix}，内容是{KINDS[kind].title}，已按内容读取")
    return source


def kind_of(path: Path, suffix: str = "") -> str:
    """The kind of a file by its content: one of `KINDS` or of `KNOWN`.

    Raises Unreadable when there is no such file, OSError when it cannot be opened.
    """
    if path.is_dir():
        raise Unreadable("这是文件夹，不是文件", "请用读取文件夹的方式读取")
    if not path.exists():
        raise Unreadable("文件不存在", "请检查路径和文件名")
    if not path.is_file():  # a pipe would wait for ever
        raise Unreadable("这不是普通文件", "请给出文件、文件夹或 ZIP 压缩包的路径")
    with path.open("rb") as file:
        return identify(file, suffix)


def _reader(kind: str) -> Callable[[Path], Source]:
    if kind not in KINDS:
        raise Unreadable(*KNOWN[kind])
    read: Callable[[Path], Source] = importlib.import_module(KINDS[kind].module).read
    return read


def _refuse_large(path: Path, kind: str) -> None:
    if kind not in KINDS:
        return
    limit = KINDS[kind].max_bytes
    size = path.stat().st_size
    if size > limit:
        cause = f"文件有 {size // MIB} MB，超过{KINDS[kind].title}的上限 {limit // MIB} MB"
        raise Unreadable(cause, "请拆分文件后再读")


def _refuse_empty(source: Source) -> None:
    for _, block in source.blocks():
        if isinstance(block, Grid) and not any(cell.text.strip() for cell in block.cells):
            continue
        return
    if source.kind == "pdf":
        told = source.warnings[0] if source.warnings else "没有文字层，可能是扫描件"
        cause = told if source.pages else "没有任何页面"
        raise Unreadable(cause, "请先做文字识别（OCR），或读取原来的电子文档")
    raise Unreadable("文件里没有文字", "如果内容是图片，请先做文字识别（OCR）再读")


def _system_fault(error: OSError) -> Unreadable:
    if isinstance(error, PermissionError):
        return Unreadable("没有读取权限", "请检查文件权限，或复制到别处再读")
    cause = error.strerror or type(error).__name__
    return Unreadable(f"系统读取文件失败（{cause}）", "请检查磁盘和路径后再试")
