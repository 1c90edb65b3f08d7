"""The application's name in Django."""

from __future__ import annotations

from django.apps import AppConfig


class BudgetConfig(AppConfig):
    """Known as `budget`."""

    name = "shouzhi.web.budget"
    label = "budget"
