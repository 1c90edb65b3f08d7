"""Guessing spread out: over many names from one address, or at one name from many addresses."""

from __future__ import annotations

from datetime import timedelta

from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils import timezone

MOST = 100
"""Failures in a quarter of an hour.  An office behind one address has a hundred people who
mistype; NIST SP 800-63B section 5.2.2 allows at most a hundred failures on one account."""


def spread_out(request: HttpRequest, name: str) -> bool:
    """Whether the address of a request, or a name, has failed `MOST` times lately.

    The lock of five failures counts a name at an address, so that nobody locks a colleague
    out; it does not see who tries each name four times.
    """
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    failed = AccessAttempt.objects.filter(attempt_time__gte=since)
    asked = (Q(ip_address=get_client_ip_address(request)), Q(username=name))
    counts = (failed.filter(one).aggregate(n=Sum("failures_since_start"))["n"] for one in asked)
    return any((count or 0) >= MOST for count in counts)
