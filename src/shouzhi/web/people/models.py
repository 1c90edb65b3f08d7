"""Regions, departments and units in one tree; their line of descent and staff; users and roles."""

from __future__ import annotations

from datetime import date
from itertools import takewhile
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shouzhi.catalogue.workflows import rights


class Body(models.Model):
    """A region, a department or a unit.  `path` is the keys from the root down: /1/4/9/."""

    KINDS: ClassVar = [("region", "地区"), ("department", "部门"), ("unit", "单位")]

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=12, choices=KINDS)
    code = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=120)
    nature = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=12, blank=True)
    valid_from = models.DateField(default=date(2000, 1, 1))
    valid_to = models.DateField(null=True, blank=True)
    order = models.IntegerField(default=0)
    path = models.CharField(max_length=120, db_index=True, editable=False, default="")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="body_valid_to_after_from",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Save, and give the body its path."""
        super().save(*args, **kwargs)
        path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if path != self.path:
            self.path = path
            super().save(update_fields=["path"])

    @property
    def body(self) -> Body:
        """Itself: a body stands where it stands."""
        return self

    @property
    def department(self) -> Body:
        """The department that it is, or belongs to; itself for a region."""
        found: Body = self
        while found.kind == "unit" and found.parent is not None:
            found = found.parent
        return found

    def below(self) -> models.QuerySet[Body]:
        """Itself and everything below it."""
        return Body.objects.filter(path__startswith=self.path)

    def units(self) -> models.QuerySet[Body]:
        """The units of the department, or the unit itself, in order."""
        return self.below().filter(kind="unit").order_by("order", "code", "pk")

    def valid(self, on: date) -> bool:
        """Whether the body exists on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Descent(models.Model):
    """That a body went on as another: renamed, merged into it, split off to it, or moved with its department."""

    KINDS: ClassVar = [
        ("renamed", "更名"),
        ("merged", "并入"),
        ("split", "分立"),
        ("moved", "转隶"),
    ]

    predecessor = models.ForeignKey(Body, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Body, models.PROTECT, related_name="origins")
    kind = models.CharField(max_length=8, choices=KINDS)
    on = models.DateField()
    document = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="descent_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=models.F("successor")), name="descent_of_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class Staffing(models.Model):
    """The staff of a unit in a year: established posts, in post, retired."""

    unit = models.ForeignKey(Body, models.CASCADE, related_name="staffing")
    year = models.PositiveSmallIntegerField()
    established = models.PositiveIntegerField(default=0)
    in_post = models.PositiveIntegerField(default=0)
    retired = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "year"], name="staffing_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"

    @property
    def body(self) -> Body:
        """The unit."""
        return self.unit


class UserManager(BaseUserManager["User"]):
    """Makes users with a password that is kept hashed."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:  # noqa: ANN401 - fields of User
        """A new user, saved."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of a name."""
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person who signs in."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    home = models.ForeignKey(Body, models.PROTECT, null=True, related_name="people")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    objects = UserManager()

    class Meta:
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.name

    @property
    def body(self) -> Body | None:
        """The lowest body that has this person's home and roles below it; None for one who has neither.

        Only who is administrator there may touch the person: an administrator of one
        department gives no new password to somebody who also has a role at the region.
        """
        places = [grant.body.path for grant in self.grants.select_related("body")]
        if self.home is not None:
            places.append(self.home.path)
        if not places:
            return None
        levels = zip(*(path.strip("/").split("/") for path in places), strict=False)
        common = [keys[0] for keys in takewhile(lambda keys: len(set(keys)) == 1, levels)]
        return Body.objects.get(pk=common[-1]) if common else None


class Grant(models.Model):
    """A role that a user has at a body and everything below it, from a day until another."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30)
    body = models.ForeignKey(Body, models.CASCADE, related_name="grants")
    valid_from = models.DateField(default=date(2000, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role", "body"], name="grant_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role_name} {self.body}"

    @property
    def role_name(self) -> str:
        """The role in words."""
        return rights().roles[self.role].name
