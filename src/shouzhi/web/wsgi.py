"""The application for a WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouzhi.web.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402 - after the set-up

from shouzhi.cycle.lookup import find  # noqa: E402 - as above

# Views and lists of accounts are loaded before the first person asks for them.
_ = get_resolver().url_patterns
for _dimension in ("function", "economic"):
    find(_dimension, "", None)
