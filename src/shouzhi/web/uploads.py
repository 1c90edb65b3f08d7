"""What may be uploaded: so large, and of these kinds by content, whatever the file is called."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePath
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile

from shouzhi.cycle.moves import Refused
from shouzhi.sources.signature import identify
from shouzhi.web.language import say

MIB: Final = 1 << 20
MOST_BYTES: Final = 50 * MIB
"""One file; a workbook of the largest department has some 5 MB."""
NAMES: Final = {
    "xlsx": "Excel (.xlsx)",
    "xls": "Excel (.xls)",
    "docx": "Word (.docx)",
    "pdf": "PDF",
    "html": "HTML",
    "text": "TXT",
    "zip": "ZIP",
}


def accept(upload: UploadedFile | None, kinds: Collection[str], most: int = MOST_BYTES) -> str:
    """The kind of an uploaded file, told by its content; the file stands at its begin again.

    Raises Refused for none, for one of more than `most` bytes and for one of another kind
    than `kinds` (those of `sources.signature.identify`: xlsx, docx, pdf, zip…).
    """
    if upload is None or upload.file is None:
        raise Refused([say("请选择文件")])
    size = upload.size or 0
    if size > most:
        raise Refused(
            [
                say(
                    "文件有 {size} MB，超过上限 {most} MB；请拆分后再传",
                    size=-(-size // MIB),
                    most=most // MIB,
                )
            ]
        )
    file: Any = upload.file
    kind = identify(file, PurePath(upload.name or "").suffix.lower())
    file.seek(0)
    if kind == "empty":
        raise Refused([say("文件是空的；请检查后重新上传")])
    if kind not in kinds:
        known = say("、").join(NAMES.get(one, one) for one in kinds)
        raise Refused([say("按内容看，这不是可以使用的文件；这里只接受 {known}", known=known)])
    return kind
