"""The application's name in Django."""

from __future__ import annotations

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    """Known as `disclosure`."""

    name = "shouzhi.web.disclosure"
    label = "disclosure"
