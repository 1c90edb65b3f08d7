"""The application's name in Django."""

from __future__ import annotations

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """Known as `public`."""

    name = "shouzhi.web.public"
    label = "public"
