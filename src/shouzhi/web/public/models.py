"""Errors that readers report on published figures, what publishers say of warnings, and their answers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from shouzhi.web.disclosure.models import Release
from shouzhi.web.people.models import Body


class ErrorReport(models.Model):
    """What a reader says is wrong with a figure.

    `table`, `row` and `column` count from 0 in the document, None where the report is about
    more than a figure.  `contact` is never shown in public; `sender` is a hash that tells
    reports of one address apart and nothing else.  `outcome` is what the publisher found,
    empty where an answer does not say; `release` the version of the document that corrects it.
    """

    STATES: ClassVar = [("new", "待答复"), ("answered", "已答复")]
    OUTCOMES: ClassVar = [("confirmed", "属实"), ("unfounded", "不属实"), ("corrected", "已更正")]

    document = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    department = models.CharField(max_length=120)
    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="error_reports")
    table = models.PositiveIntegerField(null=True, blank=True)
    row = models.PositiveIntegerField(null=True, blank=True)
    column = models.PositiveIntegerField(null=True, blank=True)
    place = models.CharField(max_length=300, blank=True)
    printed = models.CharField(max_length=80, blank=True)
    message = models.TextField()
    contact = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=32)
    state = models.CharField(max_length=10, choices=STATES, default="new")
    created_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)
    release = models.ForeignKey(Release, models.PROTECT, null=True, blank=True, related_name="reports")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["sender", "created_at"], name="report_sender")]

    def __str__(self) -> str:
        return f"{self.title} {self.place}".strip()


class Explanation(models.Model):
    """What the publisher says in public of a warning that the checks have on a release.

    `message` is the warning in Chinese, as the release notes it.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="explanations")
    message = models.TextField()
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["release", "message"], name="explained_once")]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def body(self) -> Body:
        """The department."""
        return self.release.body
