"""What a finding is about, in one short code: the same figures in the same words give the same.

A judgement hangs on this code, so that it holds when the document is read again, moves to
other pages or is published anew; as soon as a figure that it speaks of changes, it is a new finding.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import orjson

from shouzhi.catalogue.names import fold
from shouzhi.cli.report.view import places

Json = dict[str, Any]

COUNTED: Final = frozenset({"arithmetic", "cross-table", "statement", "percentage", "between"})
"""Kinds of findings whose figures tell them apart; of the others their words do."""
_PLACE: Final = re.compile(r"第\s*\d+\s*[页行]|[a-z]*\s*(?:page|line)\s*\d+|工作表“[^”]*”[A-Z]*\d*")


def fingerprints(view: Json) -> list[str]:
    """The code of every finding of a view, in order; those that are alike are numbered."""
    seen: Counter[str] = Counter()
    codes = []
    for finding in view["findings"]:
        base = _digest(_about(finding, view))
        seen[base] += 1
        codes.append(base if seen[base] == 1 else f"{base}-{seen[base]}")
    return codes


def _about(finding: Json, view: Json) -> list[object]:
    """What a finding speaks of, without where it stands on the page and how it is worded."""
    marks = sorted({_cell(place, view) for place in _own(finding)})
    sides = [finding[name] for name in ("expected", "found", "difference")]
    if len(view["documents"]) > 1:  # whichever of them came first
        sides = [*sorted(str(side) for side in sides[:2]), str(sides[2]).lstrip("-")]
    words = "" if finding["kind"] in COUNTED else _PLACE.sub("", fold(finding["message"]))
    return [finding["check"], sides, marks, words]


def _own(finding: Json) -> Iterator[Json]:
    """The places that a finding is of: other corrections that it offers are not its own."""
    yield from places({**finding, "candidates": []})


def _cell(place: Json, view: Json) -> tuple[str, ...]:
    about = view["documents"][place["document"]] if len(view["documents"]) > 1 else {}
    words = (
        place.get("table_title") or place.get("table_number") or "",
        place["label"],
        place.get("heading") or "",
        place["text"],
    )
    return (str(about.get("kind", "")), str(about.get("year", "")), *map(fold, words))


def _digest(about: list[object]) -> str:
    return hashlib.blake2b(orjson.dumps(about), digest_size=12).hexdigest()
