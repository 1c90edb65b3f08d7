"""Sentences of the domain in the database: with what they were made of, so that any language can say them."""

from __future__ import annotations

from typing import Any

from django.db import models

from shouzhi.catalogue.told import kept, recalled


class ToldField(models.JSONField):
    """JSON in which a `Told` stays what it is; the column is one of JSON."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:  # noqa: ANN401 - Django's signature
        """What was kept, its sentences again able to be said in any language."""
        return recalled(super().from_db_value(value, expression, connection))

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """What JSON can hold."""
        return kept(super().get_prep_value(value))

    def deconstruct(self) -> Any:  # noqa: ANN401 - Django's signature
        """For migrations, that of the column."""
        name, _, arguments, named = super().deconstruct()
        return name, "django.db.models.JSONField", arguments, named
