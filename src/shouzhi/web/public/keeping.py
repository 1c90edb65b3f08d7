"""Public pages from memory: kept by address and language until the warehouse changes."""

from __future__ import annotations

import gzip
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Lock
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import http_date, parse_http_date_safe

MOST: Final = int(os.environ.get("SHOUZHI_PAGE_MEMORY", "96")) * 1024 * 1024
"""Bytes that one process keeps; `SHOUZHI_PAGE_MEMORY` gives MiB, 0 for none."""

SMALL: Final = 400


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: its body plain and packed, its type, and the tag that names its content."""

    body: bytes
    packed: bytes
    kind: str
    tag: str
    changed: int

    @classmethod
    def of(cls, body: bytes, kind: str, changed: datetime) -> Kept:
        """An answer with its tag."""
        tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
        packed = gzip.compress(body, compresslevel=5, mtime=0) if len(body) > SMALL and _text(kind) else b""
        return cls(body, packed, kind, tag, int(changed.astimezone(UTC).timestamp()))

    @property
    def weight(self) -> int:
        """Bytes that it takes."""
        return len(self.body) + len(self.packed) + SMALL


def _text(kind: str) -> bool:
    return kind.startswith("text/") or "json" in kind


class Cache:
    """The answers of one process, the least recently used going first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._weight = 0
        self._held: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self._revision = -1
        self._lock = Lock()

    def get(self, key: tuple[str, ...], revision: int, make: Callable[[], Kept | None]) -> Kept | None:
        """The answer of an address, made anew where it is not kept or the warehouse has changed."""
        with self._lock:
            if revision != self._revision:
                self._held.clear()
                self._weight, self._revision = 0, revision
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        if made is not None and made.weight < self._most // 4:
            with self._lock:
                if revision == self._revision and key not in self._held:
                    self._held[key] = made
                    self._weight += made.weight
                while self._weight > self._most:
                    self._weight -= self._held.popitem(last=False)[1].weight
        return made

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self._weight = 0


CACHE: Final = Cache()


def answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The answer to a request: not modified where the reader has it, packed where it may be."""
    response: HttpResponse
    if _known(request, kept):
        response = HttpResponseNotModified()
    elif kept.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(kept.packed, content_type=kept.kind)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(kept.body, content_type=kept.kind)
    headers = response.headers
    headers["ETag"] = kept.tag
    headers["Last-Modified"] = http_date(kept.changed)
    headers["Cache-Control"] = "public, no-cache"
    headers["Vary"] = "Accept, Accept-Encoding, Cookie"
    return response


def _known(request: HttpRequest, kept: Kept) -> bool:
    """Whether the reader has this very content; a tag goes before a date (RFC 9110, 13.1.3)."""
    if tags := request.headers.get("If-None-Match"):
        given = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in given or kept.tag.removeprefix("W/") in given
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and since >= kept.changed
