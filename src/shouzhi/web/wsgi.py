"""The application for a WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouzhi.web.settings")
application = get_wsgi_application()

from shouzhi.cycle.lookup import find  # noqa: E402 - after the set-up

# The lists of accounts are read before the first person asks for them.
for _dimension in ("function", "economic"):
    find(_dimension, "", None)
