"""The files of a release, handed out as they are: downloads, and the page as a frame of ours."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpResponse

from shouzhi.web.disclosure.models import Release

_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
# Our own published page carries its style and pictures in itself, and no script.
_FRAMED: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "frame-ancestors 'self'; sandbox"
)


def handed(release: Release, name: str) -> FileResponse:
    """A file of a release by its path in the manifest; Http404 for any other."""
    if name not in {output["path"] for output in release.outputs()}:
        raise Http404
    path = release.path / name
    if not path.is_file():
        raise Http404
    kind = name.rpartition(".")[2]
    response = FileResponse(
        path.open("rb"), content_type=_TYPES.get(kind, "application/octet-stream")
    )
    response["Content-Disposition"] = _disposition(name, inline=kind in {"html", "pdf"})
    if kind == "html":
        framed(response)
    return response


def framed(response: HttpResponse | FileResponse) -> None:
    """Let a page of a publication show its own style, and nothing else."""
    response["Content-Security-Policy"] = _FRAMED
    response["X-Frame-Options"] = "SAMEORIGIN"  # for browsers that know no frame-ancestors
    response._csp_exempt = True  # type: ignore[union-attr]  # noqa: SLF001 - the library's own sign


def _disposition(name: str, *, inline: bool) -> str:

    shown = quote(name.rpartition("/")[2])
    return f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{shown}"
