"""What leaves the application for a spreadsheet: CSV whose cells no program takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote

from django.http import StreamingHttpResponse

_FORMULA: Final = re.compile(r"^[\s\x00]*[=+\-@＝＋－＠|%]|^[\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?\Z")
BOM: Final = "\ufeff"
"""Says UTF-8 to the spreadsheet that would guess otherwise."""


def neutral(text: object) -> str:
    """A cell that is shown as it stands: an apostrophe goes before what could be a formula.

    A number with a sign stays as it is (OWASP, CSV Injection).
    """
    told = "" if text is None else str(text)
    return f"'{told}" if _FORMULA.match(told) and not _NUMBER.match(told) else told


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file, each cell neutral."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow([neutral(cell) for cell in head])
    yield BOM + kept.getvalue()
    for row in rows:
        kept.seek(0)
        kept.truncate()
        writer.writerow([neutral(cell) for cell in row])
        yield kept.getvalue()


def csv_download(
    name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A CSV file to be saved under a name."""
    answer = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
