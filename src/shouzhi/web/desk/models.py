"""What the desk keeps: uploads, what they were read as, what reviewers judged, and the work to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shouzhi.web.people.models import Body

USER = settings.AUTH_USER_MODEL
KINDS: Final = (("budget", "预算"), ("accounts", "决算"), ("performance", "绩效"))
SCOPES: Final = (("department", "部门"), ("unit", "单位"))
TELLS: Final = ("kind", "year", "department", "scope")
"""What a reviewer may say of a document in place of what it says of itself."""


class Batch(models.Model):
    """One upload: a few files or a zip of hundreds, for a body of the reviewer's range."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Reviewed(models.Model):
    """What findings are gone through of: how many there are, and how many wait for a decision."""

    total = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Document(Reviewed):
    """An uploaded file.  `recognised` is what it says of itself, `told` what a reviewer says of it.

    `kind`, `year`, `scope` and `department` are the outcome of both; `body` is whose it is.
    A zip is kept too, with its documents `origin`ating from it at their `place`.
    """

    STATES: ClassVar = [
        ("waiting", "等待读取"), ("read", "已读取"), ("refused", "不能使用"), ("unpacked", "已解压"),
    ]  # fmt: skip

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="documents")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    origin = models.ForeignKey("self", models.CASCADE, null=True, related_name="members")
    place = models.CharField(max_length=40, default="")
    name = models.CharField(max_length=200)
    renamed = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, db_index=True, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    source = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    cause = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=300, blank=True)
    recognised = models.JSONField(default=dict)
    told = models.JSONField(default=dict)
    title = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=12, choices=KINDS, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    scope = models.CharField(max_length=12, choices=SCOPES, blank=True)
    department = models.CharField(max_length=120, blank=True)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    published_on = models.DateField(null=True)
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replaced_by")
    at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        indexes: ClassVar = [models.Index(fields=["body", "year", "kind"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["origin", "place"], condition=Q(origin__isnull=False), name="member_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def is_archive(self) -> bool:
        """Whether it is a zip of documents."""
        return self.source == "zip"

    @property
    def came_on(self) -> Any:  # noqa: ANN401 - a date
        """The day of publication where a reviewer told it, else the day on which it came."""
        return self.published_on or timezone.localtime(self.at).date()

    def take(self, recognised: Mapping[str, Any]) -> None:
        """Set what the document is by what it says and what a reviewer says."""
        self.recognised = {name: recognised.get(name) for name in ("title", "amount_unit", *TELLS)}
        known = {**self.recognised, **self.told}
        self.title = str(known.get("title") or "")[:300]
        self.kind = known.get("kind") or ""
        self.year = known.get("year")
        self.scope = known.get("scope") or ""
        self.department = str(known.get("department") or "")[:120]


class Reading(models.Model):
    """What a document was read as: the view of its findings and its tables, packed."""

    document = models.OneToOneField(Document, models.CASCADE, related_name="reading")
    engine = models.CharField(max_length=32)
    view = models.BinaryField()
    held = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.document}"


class Comparison(Reviewed):
    """Several documents held together, or a new version beside the one that it replaces.

    `key` is made of the contents as they stood: another key, and it is to be done again.
    """

    KINDS: ClassVar = [("together", "多份核对"), ("versions", "新旧对照")]
    STATES: ClassVar = [("waiting", "等待"), ("done", "完成"), ("failed", "未完成")]

    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS)
    documents = models.JSONField()
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    cause = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=300, blank=True)
    result = models.BinaryField(default=b"")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key"], name="comparison_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.body}"

    def in_order(self) -> list[Document]:
        """Its documents in their order, without those that are gone."""
        found = Document.objects.filter(pk__in=self.documents)
        known = {d.pk: d for d in found.select_related("body", "batch__body", "reading")}
        return [known[key] for key in self.documents if key in known]


class Job(models.Model):
    """One piece of work of the queue, held by a worker for as long as its lease runs.

    What comes of a zip of many is done `later`: a single document does not wait behind it.
    """

    KINDS: ClassVar = [("unpack", "解压"), ("read", "读取"), ("compare", "对照")]
    STATES: ClassVar = [("waiting", "等待"), ("running", "进行中"), ("done", "完成")]

    kind = models.CharField(max_length=8, choices=KINDS)
    document = models.ForeignKey(Document, models.CASCADE, null=True, related_name="jobs")
    comparison = models.ForeignKey(Comparison, models.CASCADE, null=True, related_name="jobs")
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    holder = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    later = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["later", "pk"]
        indexes: ClassVar = [models.Index(fields=["state", "until"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document"], condition=~Q(state="done"), name="one_job_a_document"
            ),
            models.UniqueConstraint(
                fields=["comparison"], condition=~Q(state="done"), name="one_job_a_comparison"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document or self.comparison}"


class Judgement(models.Model):
    """What a reviewer decided about a finding, by the code of the finding.

    One between documents hangs on the document that it names first.
    """

    DECISIONS: ClassVar = [("confirmed", "属实"), ("dismissed", "不成立"), ("sent_back", "退回更正")]

    document = models.ForeignKey(Document, models.CASCADE, related_name="judgements")
    finding = models.CharField(max_length=40, db_index=True)
    decision = models.CharField(max_length=10, choices=DECISIONS)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "finding"], name="judgement_once"),
            models.CheckConstraint(
                condition=~Q(decision="dismissed") | ~Q(reason=""), name="dismissed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.get_decision_display()}"

    @property
    def body(self) -> Body:
        """Whose document it is."""
        return self.document.body


class Remark(models.Model):
    """A comment on a finding."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="remarks")
    finding = models.CharField(max_length=40)
    text = models.TextField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def body(self) -> Body:
        """Whose document it is."""
        return self.document.body


class CellCorrection(models.Model):
    """How a cell is to be read that was read wrongly; what was printed stays as it is."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="corrections")
    table = models.PositiveIntegerField()
    row = models.PositiveIntegerField()
    column = models.PositiveIntegerField()
    was = models.CharField(max_length=200, blank=True)
    reads = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["table", "row", "column"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "table", "row", "column"], name="cell_corrected_once")
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.reads}"

    @property
    def body(self) -> Body:
        """Whose document it is."""
        return self.document.body


class Word(models.Model):
    """A heading or label that a reviewer has confirmed to mean what a known word means."""

    says = models.CharField(max_length=80, unique=True)
    like = models.CharField(max_length=80)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["says"]

    def __str__(self) -> str:
        return f"{self.says} = {self.like}"


class Alias(models.Model):
    """A name under which documents speak of a body, confirmed once."""

    name = models.CharField(max_length=120)
    body = models.ForeignKey(Body, models.CASCADE, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "body"], name="alias_once")]

    def __str__(self) -> str:
        return f"{self.name} = {self.body}"


class Approval(models.Model):
    """When a budget or accounts of a body were approved, replied to and passed on."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=KINDS[:2])
    approved = models.DateField(null=True, blank=True)
    replied = models.DateField(null=True, blank=True)
    passed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-year", "kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["body", "year", "kind"], name="approval_once"),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.year} {self.get_kind_display()}"
