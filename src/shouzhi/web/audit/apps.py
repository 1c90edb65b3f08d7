"""The application's name in Django."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Known as `audit`."""

    name = "shouzhi.web.audit"
    label = "audit"
