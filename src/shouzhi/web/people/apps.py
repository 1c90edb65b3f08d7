"""The application's name in Django."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Known as `people`."""

    name = "shouzhi.web.people"
    label = "people"
