"""Projects: what they are for, what they cost by year, how they are measured, and where they stand."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Sum
from django.utils import timezone

from shouzhi.catalogue.workflows import State, Workflow, workflows
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.people.models import Body

USER = settings.AUTH_USER_MODEL


class Project(models.Model):
    """A project of a unit, from its declaration to its end."""

    unit = models.ForeignKey(Body, models.PROTECT, related_name="projects")
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=30, blank=True)
    kind = models.CharField(max_length=20)
    attribute = models.CharField(max_length=20, blank=True)
    begins = models.CharField(max_length=10, blank=True)
    ends = models.CharField(max_length=10, blank=True)
    basis = models.TextField(blank=True)
    necessity = models.TextField(blank=True)
    plan = models.TextField(blank=True)
    goal = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    function = models.CharField(max_length=10, blank=True)
    key = models.BooleanField(default=False)
    state = models.CharField(max_length=20, default="drafting")
    revision = models.PositiveIntegerField(default=0)
    editors: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        USER, related_name="+", blank=True
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["unit__path", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "name"], name="project_once_a_unit")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def body(self) -> Body:
        """The unit."""
        return self.unit

    @property
    def workflow(self) -> Workflow:
        """The moves that a project may make."""
        return workflows()["project"]

    @property
    def state_now(self) -> State:
        """Where it stands."""
        return self.workflow.states[self.state]

    def by_year(self) -> dict[int, int]:
        """What it costs, in 分 by year."""
        found = self.costs.order_by("year").values_list("year").annotate(total=Sum("amount"))
        return dict(found)


class Cost(models.Model):
    """One line of the costing, in 分."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="costs")
    year = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=200)
    economic = models.CharField(max_length=10, blank=True)
    source = models.CharField(max_length=20)
    amount = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["year", "pk"]

    def __str__(self) -> str:
        return f"{self.year} {self.purpose}"


class Indicator(models.Model):
    """How the project is measured: first, second and third level, value and weight."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="indicators")
    first = models.CharField(max_length=40)
    second = models.CharField(max_length=40)
    third = models.CharField(max_length=120)
    period_value = models.CharField(max_length=60, blank=True)
    year_value = models.CharField(max_length=60)
    weight = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.third


class Purchase(models.Model):
    """What the project buys by government procurement, in 分."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="purchases")
    year = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    measure = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=20)
    amount = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["year", "pk"]

    def __str__(self) -> str:
        return self.name


class Admission(models.Model):
    """That a project was admitted to the budget of a year; a second one carries it on."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="admissions")
    budget_year = models.ForeignKey(BudgetYear, models.CASCADE, related_name="admissions")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["budget_year__year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "budget_year"], name="admitted_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.budget_year.year}"
