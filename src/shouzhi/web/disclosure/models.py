"""Releases: what is to be disclosed, frozen with its hash, signed, published, and corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from shouzhi.catalogue.workflows import State, Workflow, workflows
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.people.models import Body
from shouzhi.web.told import ToldField

USER = settings.AUTH_USER_MODEL


class Release(models.Model):
    """One version of a disclosed document; its files lie in a folder that nothing changes.

    `replaces` and `reason` tell, for a correction, which release it corrects and why;
    `signed_hash` is the hash of the manifest at the time of signing.
    """

    budget_year = models.ForeignKey(BudgetYear, models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=20, default="prepared")
    revision = models.PositiveIntegerField(default=0)
    edition = models.CharField(max_length=60)
    folder = models.CharField(max_length=40, unique=True)
    manifest = models.JSONField()
    hash = models.CharField(max_length=64)
    signed_hash = models.CharField(max_length=64, blank=True)
    notes = ToldField(default=list, blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    reason = models.TextField(blank=True)
    prepared_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    cleared_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    carried = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-prepared_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["budget_year", "number"], name="release_number")
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.number} 版"

    @property
    def body(self) -> Body:
        """The department."""
        return self.budget_year.department

    @property
    def workflow(self) -> Workflow:
        """The moves that a release may make."""
        return workflows()["release"]

    @property
    def state_now(self) -> State:
        """Where it stands."""
        return self.workflow.states[self.state]

    @property
    def path(self) -> Path:
        """The folder of its files."""
        return Path(settings.MEDIA_ROOT) / "releases" / self.folder

    def outputs(self) -> list[dict[str, Any]]:
        """What the manifest lists: path, bytes and hash of each file."""
        return list(self.manifest["outputs"])
