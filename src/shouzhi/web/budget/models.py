"""The living budget: a department's year, what its units submit, row by row, and what became of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shouzhi.catalogue.workflows import State, Workflow, workflows
from shouzhi.cycle.sheets import schema
from shouzhi.web.budget.naming import OWN, ROUND_NAMES, unit_told, why_told
from shouzhi.web.people.models import Body
from shouzhi.web.told import ToldField

USER = settings.AUTH_USER_MODEL


class BudgetYear(models.Model):
    """The budget of a department for a year, on its way from preparation to approval."""

    department = models.ForeignKey(Body, models.PROTECT, related_name="budget_years")
    year = models.PositiveSmallIntegerField()
    document = models.CharField(max_length=10, default="budget")
    edition = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=20, default="preparing")
    revision = models.PositiveIntegerField(default=0)
    document_number = models.CharField(max_length=80, blank=True)
    approved_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-year", "department__path"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["department", "year", "document"], name="budget_once_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.year}"

    @property
    def body(self) -> Body:
        """The department."""
        return self.department

    @property
    def workflow(self) -> Workflow:
        """The moves that a year may make."""
        return workflows()["budget_year"]

    @property
    def state_now(self) -> State:
        """Where it stands."""
        return self.workflow.states[self.state]

    @property
    def round(self) -> str | None:
        """The round that is open for entry; None between rounds."""
        return self.state if self.state_now.open else None

    @property
    def correcting(self) -> bool:
        """Whether it was approved and is opened again, to be approved anew."""
        return self.approved_on is not None and self.state != "approved"


class Approval(models.Model):
    """That a year was approved: number and day of the document, and, of a second one, why it came to it.

    The year itself has the last one's.  `by` is who entered it (None: laid out with the year).
    """

    budget_year = models.ForeignKey(BudgetYear, models.CASCADE, related_name="approvals")
    number = models.CharField(max_length=80)
    on = models.DateField()
    reason = models.TextField(blank=True)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.budget_year} {self.number}"

    @property
    def body(self) -> Body:
        """The department."""
        return self.budget_year.department


class Deadline(models.Model):
    """The day by which a round of a year is to be finished."""

    budget_year = models.ForeignKey(BudgetYear, models.CASCADE, related_name="deadlines")
    state = models.CharField(max_length=20)
    due = models.DateField()

    class Meta:
        ordering: ClassVar = ["due"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["budget_year", "state"], name="deadline_once")
        ]

    def __str__(self) -> str:
        return f"{self.budget_year} {self.budget_year.workflow.states[self.state].name} {self.due}"


class Submission(models.Model):
    """What one body (a unit, or the department for itself) enters in one round of a year."""

    budget_year = models.ForeignKey(BudgetYear, models.CASCADE, related_name="submissions")
    unit = models.ForeignKey(Body, models.PROTECT, related_name="submissions")
    round = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default="drafting")
    revision = models.PositiveIntegerField(default=0)
    settings = models.JSONField(default=dict, blank=True)
    editors: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        USER, related_name="+", blank=True
    )
    totals = models.JSONField(default=list, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["unit__order", "unit__path"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["budget_year", "unit", "round"], name="submission_once_a_round"
            )
        ]

    def __str__(self) -> str:
        own = "" if self.unit.kind == "unit" else OWN
        return f"{self.unit}{own} {self.budget_year.year} {ROUND_NAMES.get(self.round, self.round)}"

    @property
    def title(self) -> str:
        """Whose it is, in the reader's language: a department is told from a unit of its name."""
        return unit_told(self.unit.name, own=self.unit.kind != "unit")

    @property
    def body(self) -> Body:
        """The unit."""
        return self.unit

    @property
    def workflow(self) -> Workflow:
        """The moves that a submission may make."""
        return workflows()["submission"]

    @property
    def state_now(self) -> State:
        """Where it stands."""
        return self.workflow.states[self.state]

    @property
    def open(self) -> bool:
        """Whether its rows may be changed now."""
        return self.state_now.open and self.budget_year.round == self.round


class Row(models.Model):
    """One row of a sheet, its cells as they were typed by column key.

    The columns of money are also kept resolved (`amount` in 分, members by dimension), for
    roll-ups and search; they are null where the cell says nothing or has a fault.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=30)
    position = models.FloatField()
    cells = models.JSONField(default=dict)
    faults = ToldField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)
    amount = models.BigIntegerField(null=True)
    flow = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    function = models.CharField(max_length=10, blank=True)
    economic = models.CharField(max_length=10, blank=True)
    project = models.CharField(max_length=200, blank=True)
    updated_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["sheet", "position", "pk"]
        indexes: ClassVar = [models.Index(fields=["submission", "sheet", "position"])]

    def __str__(self) -> str:
        return f"{self.sheet} {self.pk}"


class Ceiling(models.Model):
    """The most that a unit may ask for from a source, in 分, as it stands now."""

    budget_year = models.ForeignKey(BudgetYear, models.CASCADE, related_name="ceilings")
    unit = models.ForeignKey(Body, models.PROTECT, related_name="ceilings")
    source = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["unit__path", "source"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["budget_year", "unit", "source"], name="ceiling_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="ceiling_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {schema().word('source', self.source)}"

    @property
    def body(self) -> Body:
        """The unit."""
        return self.unit


class CeilingChange(models.Model):
    """That a ceiling was issued or revised: from what to what, by whom, why."""

    ceiling = models.ForeignKey(Ceiling, models.CASCADE, related_name="changes")
    before = models.BigIntegerField(null=True)
    after = models.BigIntegerField()
    reason = models.TextField(blank=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return f"{self.ceiling} {self.before} → {self.after}"


class Version(models.Model):
    """A submission as it stood at a moment: frozen, with the hash of its content."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    why = models.CharField(max_length=80)
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "number"], name="version_number")
        ]

    def __str__(self) -> str:
        return f"{self.submission} 第 {self.number} 版"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Save a new version; raises RuntimeError for one that is frozen."""
        if not self._state.adding:
            raise RuntimeError("a version is frozen")
        super().save(*args, **kwargs)

    @property
    def body(self) -> Body:
        """The unit of its submission."""
        return self.submission.unit

    @property
    def reason(self) -> str:
        """Why it was kept, in the reader's language."""
        return why_told(self.why)


class Comment(models.Model):
    """A remark on a submission, one of its rows or one cell, or an answer to such a remark."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="comments")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies"
    )
    row = models.ForeignKey(Row, models.SET_NULL, null=True, blank=True, related_name="comments")
    column = models.CharField(max_length=30, blank=True)
    about = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    resolved_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def body(self) -> Body:
        """The unit of its submission."""
        return self.submission.unit


class WarningAnswer(models.Model):
    """The reason that a unit gives for a warning, by the warning's fingerprint."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="answers")
    finding = models.CharField(max_length=64)
    message = models.TextField()
    reason = models.TextField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "finding"], name="answer_once")
        ]

    def __str__(self) -> str:
        return self.reason[:40]

    @property
    def body(self) -> Body:
        """The unit of its submission."""
        return self.submission.unit


class Review(models.Model):
    """What was found in a submission when it was last reviewed; `seen` tells which state of it."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="review")
    seen = models.CharField(max_length=60)
    remarks = ToldField(default=list)
    errors = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.submission} {self.at}"


class Step(models.Model):
    """A move that was made: by whom, when, from which state to which, with which words."""

    kind = models.CharField(max_length=20)
    object_id = models.PositiveBigIntegerField()
    move = models.CharField(max_length=30)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    comment = models.TextField(blank=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "object_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.move}"
