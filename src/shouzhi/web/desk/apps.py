"""The application's name in Django."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Known as `desk`."""

    name = "shouzhi.web.desk"
    label = "desk"
