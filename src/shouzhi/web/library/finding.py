"""How the pages of the library find what their addresses speak of."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from shouzhi.web.library.models import Project
from shouzhi.web.people.models import Body


def project(pk: int) -> Project:
    """A project; Http404 where there is none."""
    return get_object_or_404(Project.objects.select_related("unit"), pk=pk)


def unit(pk: int) -> Body:
    """A unit; Http404 where there is none."""
    return get_object_or_404(Body, pk=pk, kind="unit")
