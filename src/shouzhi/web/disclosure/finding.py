"""How the pages of disclosure find what their addresses speak of."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from shouzhi.web.disclosure.models import Release


def release(pk: int) -> Release:
    """A release; Http404 where there is none."""
    found = Release.objects.select_related(
        "budget_year__department", "prepared_by", "signed_by", "cleared_by", "replaces"
    )
    return get_object_or_404(found, pk=pk)
