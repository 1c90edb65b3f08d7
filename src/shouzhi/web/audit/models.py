"""One entry of the audit log, chained to the one before it by hash."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models

FIRST: Final = "0" * 64
"""What the first entry is chained to."""


class AppendOnly(Exception):
    """An attempt to change or delete what is only ever added to."""


class Entry(models.Model):
    """Who did what, when, before and after, from where.  Entries are added, never changed."""

    number = models.PositiveBigIntegerField(unique=True)
    at = models.CharField(max_length=32)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=130)
    address = models.CharField(max_length=45, blank=True)
    verb = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    body = models.ForeignKey("people.Body", models.PROTECT, null=True, related_name="+")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    comment = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-number"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "object_id"]),
            models.Index(fields=["verb"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.actor_name} {self.verb} {self.label}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Add the entry; raises AppendOnly for one that is there already."""
        if not self._state.adding:
            raise AppendOnly("审计记录只增不改")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ANN401, ARG002 - Django's signature
        """Never: raises AppendOnly."""
        raise AppendOnly("审计记录不能删除")

    def content(self) -> bytes:
        """What is hashed: everything that the entry says, in one canonical writing."""
        told = {
            "number": self.number, "at": self.at, "actor": self.actor_id, "actor_name": self.actor_name,
            "address": self.address, "verb": self.verb, "kind": self.kind, "object": self.object_id,
            "label": self.label, "body": self.body_id, "before": self.before, "after": self.after,
            "comment": self.comment, "previous": self.previous,
        }  # fmt: skip
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def sealed(self) -> str:
        """The hash that the entry must have."""
        return sha256(self.content()).hexdigest()
