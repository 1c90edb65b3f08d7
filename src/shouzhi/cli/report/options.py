"""What all formats of `check` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shouzhi.cli.checking import Checked
from shouzhi.cli.messages import Messages
from shouzhi.cli.workers import Failure

Json = dict[str, Any]
Add = Callable[[Checked], None]
"""What takes what was checked, one by one, and writes it."""


@dataclass(slots=True)
class Options:
    """What the formats share.

    `rounding` shows the rounding notes; `jobs` processes work at pages, each `limit`
    seconds at most; `several` says that more than one file was given.  `notes` takes what
    is to be told at the end, `unusable` the files that were checked and cannot be written;
    `nothing` says that there was nothing to write.
    """

    messages: Messages
    rounding: bool = False
    jobs: int | None = None
    limit: float = 600.0
    several: bool = False
    notes: list[str] = field(default_factory=list)
    unusable: list[tuple[str, Failure]] = field(default_factory=list)
    nothing: bool = False
