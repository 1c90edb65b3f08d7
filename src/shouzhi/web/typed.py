"""What people type into forms and addresses, read gently."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

_LONGEST: Final = 18  # digits that every database takes for a number


def whole(text: str | None) -> int | None:
    """The whole number that a text is; None for anything else."""
    digits = (text or "").strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST else None


def revision_of(request: HttpRequest) -> int:
    """The revision that a form was shown with; -1, which nothing has, for none or nonsense."""
    seen = seen_revision(request)
    return -1 if seen is None else seen


def seen_revision(request: HttpRequest) -> int | None:
    """The revision that a form was shown with; None where it does not tell."""
    return whole(request.POST.get("revision"))
