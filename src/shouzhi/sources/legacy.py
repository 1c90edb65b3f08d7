"""Old Word files (DOC, WPS, RTF, ODT), converted by LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from shouzhi.sources import Source, Unreadable

TIMEOUT: Final = 180
"""Seconds for one conversion; a start takes about five, a hundred pages ten more."""
PROGRAMS: Final = ("soffice", "libreoffice")
_BY_HAND: Final = "用 Word 或 WPS 打开后另存为 .docx 再读"


def read(path: Path) -> Source:
    """Read an old text document by way of DOCX.

    Raises Unreadable when LibreOffice is not installed, fails or takes too long.
    """
    from shouzhi.sources import docx  # noqa: PLC0415 - only where the conversion worked

    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        cause = "旧版 Word 文件要先由 LibreOffice 转换，本机没有安装它"
        raise Unreadable(cause, f"请安装 LibreOffice，或{_BY_HAND}")
    with tempfile.TemporaryDirectory(prefix="shouzhi-") as folder:
        source = docx.read(_converted(program, path, Path(folder)))
    source.name, source.kind = path.name, "doc"
    return source


def _converted(program: str, path: Path, folder: Path) -> Path:
    """Convert to DOCX in `folder`, with a profile of its own so that runs do not wait."""
    # a fixed name: the original may begin with a hyphen or be no file name elsewhere
    original = folder / f"document{path.suffix.lower() or '.doc'}"
    shutil.copyfile(path, original)
    command = [
        program, "--headless", "--norestore", "--nolockcheck",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to", "docx", "--outdir", str(folder / "out"), str(original),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"LibreOffice 转换超过 {TIMEOUT} 秒", f"请{_BY_HAND}") from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise Unreadable("LibreOffice 转换失败", f"请{_BY_HAND}") from error
    made = folder / "out" / "document.docx"
    if not made.is_file():
        raise Unreadable("LibreOffice 没有转换出文件，原文件可能损坏", f"请{_BY_HAND}")
    return made
