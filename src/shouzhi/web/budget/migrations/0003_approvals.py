"""Each approval of a year is kept; what stood on the year becomes its first."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def keep_what_stands(apps: Any, schema_editor: Any) -> None:
    """The number and the day that a year has, entered by who made the move of approval."""
    year_model, approval = apps.get_model("budget", "BudgetYear"), apps.get_model("budget", "Approval")
    step_model = apps.get_model("budget", "Step")
    for year in year_model.objects.filter(approved_on__isnull=False).iterator():
        steps = step_model.objects.filter(kind="budgetyear", object_id=year.pk, move="approve")
        made = steps.order_by("-at", "-pk").first()
        approval.objects.create(
            budget_year=year, number=year.document_number, on=year.approved_on,
            by_id=made.by_id if made else None, at=made.at if made else django.utils.timezone.now(),
        )


def forget(apps: Any, schema_editor: Any) -> None:
    """Nothing is lost: the year itself has its last approval."""


class Migration(migrations.Migration):

    dependencies = [
        ("budget", "0002_review"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=80)),
                ("on", models.DateField()),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("budget_year", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="approvals", to="budget.budgetyear")),
                ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["on", "pk"]},
        ),
        migrations.RunPython(keep_what_stands, forget),
    ]
