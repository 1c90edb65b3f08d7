"""The application's name in Django."""

from __future__ import annotations

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Known as `library`."""

    name = "shouzhi.web.library"
    label = "library"
